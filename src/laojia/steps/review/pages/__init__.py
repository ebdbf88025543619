"""Pages of reviewing."""

from laojia.steps.review.pages.figures import figures, figures_csv, overview, overview_rows
from laojia.steps.review.pages.files import (
    complain,
    complaint,
    complaints,
    incident,
    incidents,
    my_complaint,
    new_incident,
)
from laojia.steps.review.pages.reviews import by_link, follow_up, follow_ups, give, team_words

__all__ = [
    "by_link",
    "complain",
    "complaint",
    "complaints",
    "figures",
    "figures_csv",
    "follow_up",
    "follow_ups",
    "give",
    "incident",
    "incidents",
    "my_complaint",
    "new_incident",
    "overview",
    "overview_rows",
    "team_words",
]
