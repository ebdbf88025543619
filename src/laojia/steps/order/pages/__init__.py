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
from laojia.steps.order.pages.looking import by_link, look_up, mine, one
from laojia.steps.order.pages.ordering import describe, done, new, seat
from laojia.steps.order.pages.regular import regular, regular_new, regular_one, regular_sheet
from laojia.steps.order.pages.regular_people import (
    regular_mine,
    regular_mine_sheet,
    team_regular,
    team_regular_link,
    team_regular_one,
)

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
    "regular",
    "regular_mine",
    "regular_mine_sheet",
    "regular_new",
    "regular_one",
    "regular_sheet",
    "resume",
    "rhythm",
    "seat",
    "sheet",
    "team_regular",
    "team_regular_link",
    "team_regular_one",
]
