"""Writes of areas, zones and stations. Every write journals and changes the stamp of the areas."""

from laojia.foundation.area.actions.areas import close_area, create_area, rename_area
from laojia.foundation.area.actions.changes import plan_merge, plan_rename, plan_split, undo_change
from laojia.foundation.area.actions.county import create_county, draw_county, import_list, mark_demonstration
from laojia.foundation.area.actions.effect import take_effect
from laojia.foundation.area.actions.places import Position, close_station, save_station, save_zone

__all__ = [
    "Position",
    "close_area",
    "close_station",
    "create_area",
    "create_county",
    "draw_county",
    "import_list",
    "mark_demonstration",
    "plan_merge",
    "plan_rename",
    "plan_split",
    "rename_area",
    "save_station",
    "save_zone",
    "take_effect",
    "undo_change",
]
