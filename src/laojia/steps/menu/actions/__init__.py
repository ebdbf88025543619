"""Every write of the menu: items, occasions and their seats, service points."""

from laojia.steps.menu.actions.exercise import mark_practice
from laojia.steps.menu.actions.items import (
    draft_from,
    draft_new,
    give_back_quota,
    pause,
    publish,
    resume,
    retire,
    save_draft,
    take_quota,
)
from laojia.steps.menu.actions.many import call_off_many, move_days, postpone_many
from laojia.steps.menu.actions.moves import (
    call_off,
    confirm,
    mark_offered,
    mark_unoffered,
    pass_occasion,
    postpone,
    reconfirm,
    release,
)
from laojia.steps.menu.actions.occasions import agree_time, change, open_occasion, print_roster
from laojia.steps.menu.actions.points import close_point, save_point
from laojia.steps.menu.actions.seats import (
    give_back_seats,
    give_back_volunteer_place,
    take_seats,
    take_volunteer_place,
)
from laojia.steps.menu.actions.standstill import ask_for_times, lift
from laojia.steps.menu.actions.standstill import declare as declare_standstill

__all__ = [
    "agree_time",
    "ask_for_times",
    "call_off",
    "call_off_many",
    "change",
    "close_point",
    "confirm",
    "declare_standstill",
    "draft_from",
    "draft_new",
    "give_back_quota",
    "give_back_seats",
    "give_back_volunteer_place",
    "lift",
    "mark_offered",
    "mark_practice",
    "mark_unoffered",
    "move_days",
    "open_occasion",
    "pass_occasion",
    "pause",
    "postpone",
    "postpone_many",
    "print_roster",
    "publish",
    "reconfirm",
    "release",
    "resume",
    "retire",
    "save_draft",
    "save_point",
    "take_quota",
    "take_seats",
    "take_volunteer_place",
]
