"""Pages of orders; what they share."""

from laojia.steps.order.pages.acting import answer, cancel, change, later, nudge, resume, sheet
from laojia.steps.order.pages.helping import (
    help_card,
    help_choose,
    help_describe,
    help_order,
    help_seat,
    help_start,
)
from laojia.steps.order.pages.keeping import kept, kept_one, rhythm
from laojia.steps.order.pages.looking import by_link, look_up, mine, one, pause_standing, resume_standing
from laojia.steps.order.pages.ordering import describe, done, new, seat
from laojia.steps.order.pages.regular import regular, regular_one

__all__ = [
    "answer",
    "by_link",
    "cancel",
    "change",
    "describe",
    "done",
    "help_card",
    "help_choose",
    "help_describe",
    "help_order",
    "help_seat",
    "help_start",
    "kept",
    "kept_one",
    "later",
    "look_up",
    "mine",
    "new",
    "nudge",
    "one",
    "pause_standing",
    "regular",
    "regular_one",
    "resume",
    "resume_standing",
    "rhythm",
    "seat",
    "sheet",
]
