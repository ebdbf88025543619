"""Reads of areas: point → area, scope prefixes, choosing by name, lists. Areas are public facts: not scoped by actor.

Only the lists of the administration pages ask for an actor (`area.see`).
"""

from laojia.foundation.area.queries.locating import AreaIndex, Located, current_index, forget_index, locate
from laojia.foundation.area.queries.scopes import prefixes_of
from laojia.foundation.area.queries.tree import (
    VillageChoice,
    all_zones,
    ancestors_of,
    area_by_code,
    areas_by_id,
    children_of,
    find_areas,
    find_villages,
    households_below,
    households_of,
    known_below,
    list_areas,
    no_such_area,
    only_county,
    shapes_below,
    standing_choices,
    station_by_id,
    stations_at,
    stations_of,
    village_choices,
    village_names,
    villages_of,
    zone_by_id,
)

__all__ = [
    "AreaIndex",
    "Located",
    "VillageChoice",
    "all_zones",
    "ancestors_of",
    "area_by_code",
    "areas_by_id",
    "children_of",
    "current_index",
    "find_areas",
    "find_villages",
    "forget_index",
    "households_below",
    "households_of",
    "known_below",
    "list_areas",
    "locate",
    "no_such_area",
    "only_county",
    "prefixes_of",
    "shapes_below",
    "standing_choices",
    "station_by_id",
    "stations_at",
    "stations_of",
    "village_choices",
    "village_names",
    "villages_of",
    "zone_by_id",
]
