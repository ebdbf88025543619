"""评单: every write of reviewing, by verb."""

from laojia.steps.review.actions.complaints import answer_complaint, close_complaint, contact, file_complaint
from laojia.steps.review.actions.incidents import close_incident, report_incident
from laojia.steps.review.actions.reviews import close_unreviewed, follow_up, give

__all__ = [
    "answer_complaint",
    "close_complaint",
    "close_incident",
    "close_unreviewed",
    "contact",
    "file_complaint",
    "follow_up",
    "give",
    "report_incident",
]
