"""The made-up map (示意图) of the demonstration."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape as as_shape
from shapely.geometry.base import BaseGeometry

from laojia.foundation.area import actions, queries
from laojia.foundation.area.jobs.county import AS_OF, DATA, rows_of
from laojia.foundation.area.models import Area
from laojia.foundation.area.rules import County, cells_of_county
from laojia.kernel import clock
from laojia.kernel.errors import BadInput
from laojia.kernel.geo import System, gcj02_to_wgs84
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.roles import AreaLevel

HOUSEHOLDS = 223_466  # census 2020
MICRO_GRIDS = 5300


@dataclass(frozen=True)
class MapDrawn:
    """What `generate_micro_grids` made."""

    grids: int
    micro_grids: int
    households: int

    def __str__(self) -> str:
        return _(
            "Schematic map: %(grids)s grids, %(micro)s micro-grids, %(households)s households. It is no boundary."
        ) % {"grids": self.grids, "micro": self.micro_grids, "households": self.households}


def generate_micro_grids(
    n: int = MICRO_GRIDS, households: int = HOUSEHOLDS, *, actor: Actor = CLOCK, now: datetime | None = None
) -> MapDrawn:
    """Made-up grids and micro-grids (示意图) for all villages of Hongdong, for the demonstration only.

    The same shapes and figures at every run, so that a second run makes nothing new. Raises BadInput when the
    county has no outline here, has real grids already, or when `n` is smaller than the number of villages.
    """
    county = queries.only_county()
    _check_drawable(county)
    outline = json.loads((DATA / "hongdong_boundary.geojson").read_text(encoding="utf-8"))["features"][0][
        "geometry"
    ]
    centres = {
        r["code"]: (float(r["lon"]), float(r["lat"])) for r in rows_of(DATA / "hongdong_town_centres.csv")
    }
    villages = _villages_by_town(county)
    try:
        cells = cells_of_county(
            County(_to_wgs84(as_shape(outline)), centres, villages),
            micro_grids=n,
            households=households,
            seed=county.code,
        )
    except ValueError as error:
        raise BadInput(
            "too_few_micro_grids",
            _("%(count)s micro-grids do not suffice for all villages.") % {"count": n},
            _("Each village needs at least one."),
        ) from error
    made = actions.draw_county(
        county=county,
        outline=json.dumps(outline, separators=(",", ":")),
        outline_system=System.GCJ02,
        cells=cells,
        valid_from=AS_OF,
        actor=actor,
        now=now or clock.now(),
    )
    levels = [area.level for area in made]
    return MapDrawn(levels.count(AreaLevel.GRID), levels.count(AreaLevel.MICRO_GRID), households)


def _check_drawable(county: Area) -> None:
    if county.code != "141024000000":
        raise BadInput(
            "no_outline",
            _("There is no outline of %(county)s here to draw in.") % {"county": county.name},
            _("Read in the county's own list of grids instead; it needs no map."),
        )
    below = Area.objects.filter(path__startswith=county.path, level=AreaLevel.GRID)
    if below.filter(schematic=False).exists():
        raise BadInput(
            "real_grids",
            _("This county has its own grids already."),
            _("The made-up map belongs into an empty demonstration database only."),
        )


def _villages_by_town(county: Area) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for town in queries.children_of(county):
        found[town.code] = [village.code for village in queries.children_of(town)]
    return found


def _to_wgs84(shape: BaseGeometry) -> BaseGeometry:
    def convert(points: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
        return [gcj02_to_wgs84(lon, lat) for lon, lat in points]

    return shapely.transform(shape, convert)
