"""Pages of the menu: public ones, the menu desk, the occasions desk, the points editor."""

from laojia.steps.menu.pages.exercise import practice
from laojia.steps.menu.pages.many import lift, many
from laojia.steps.menu.pages.menu_desk import desk, draft, edit, export, move, new, version
from laojia.steps.menu.pages.occasions import (
    call_off,
    change,
    desk_occasion,
    occasions,
    open_one,
    postpone,
    reconfirm,
    release,
    roster,
)
from laojia.steps.menu.pages.points import desk_points, edit_point, give_up_point
from laojia.steps.menu.pages.public import item, menu, on, on_one, points

__all__ = [
    "call_off",
    "change",
    "desk",
    "desk_occasion",
    "desk_points",
    "draft",
    "edit",
    "edit_point",
    "export",
    "give_up_point",
    "item",
    "lift",
    "many",
    "menu",
    "move",
    "new",
    "occasions",
    "on",
    "on_one",
    "open_one",
    "points",
    "postpone",
    "practice",
    "reconfirm",
    "release",
    "roster",
    "version",
]
