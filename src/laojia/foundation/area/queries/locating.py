"""Point → micro-grid, grid, village, town, county, in this process (Shapely STRtree), no map server.

The index is built at the first question and again when the areas have changed. A process that did not write the
change itself learns of it within RECHECK_SECONDS: borders move a few times a year, an order should not pay for them.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from shapely import Point, STRtree

from laojia.foundation.area.models import Area, AreaBook
from laojia.foundation.area.rules import depth_of
from laojia.kernel.errors import BadInput
from laojia.kernel.geo import System, gcj02_to_wgs84, to_wgs84

RECHECK_SECONDS = 5.0
OUTLINES_STAMP = (
    16  # signs of the stamp that change with the areas; the rest changes with stations and zones too
)
_CRACK = 3e-6  # degrees, 0.3 m: rounding leaves hair cracks between neighbours that belong to no cell


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point lies: ids from the county down, None below the finest outline; `path` of the finest one.

    `schematic` says that the outlines are made up (示意图): ask the person to confirm the village.
    """

    county: int
    town: int | None = None
    village: int | None = None
    grid: int | None = None
    micro_grid: int | None = None
    path: str = ""
    schematic: bool = False

    @property
    def area_id(self) -> int:
        """The finest area found."""
        return int(self.path.split("/")[-2])


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """What the index needs of an area."""

    path: str
    level: str
    outline: str
    system: str
    schematic: bool


class AreaIndex:
    """Outlines in two trees: the finest ones, asked first, and the wider ones for places no finer one covers."""

    def __init__(self, rows: Sequence[OutlineRow]) -> None:
        shapes = shapes_of(rows)
        above = {prefix for row in rows for prefix in _above(row.path)}
        finest = [i for i, row in enumerate(rows) if row.path not in above]
        wider = [i for i, row in enumerate(rows) if row.path in above]
        wider.sort(key=lambda i: -depth_of(rows[i].level))
        self._answers: list[Located] = [_located(rows[i]) for i in finest]
        self._wider_answers: list[Located] = [_located(rows[i]) for i in wider]
        shapely.prepare(shapes)
        self._tree = STRtree(shapes[finest])
        self._wider = STRtree(shapes[wider])

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, lon: float, lat: float) -> Located | None:
        """The area of a WGS-84 position; None outside all outlines. On a border the first in code order."""
        point = Point(lon, lat)
        hits = self._tree.query(point, predicate="intersects")
        if hits.size:
            return self._answers[int(hits[0] if hits.size == 1 else hits.min())]
        return self._find_wider(point)

    def _find_wider(self, point: Point) -> Located | None:
        if self._answers:
            near = self._tree.query_nearest(point, max_distance=_CRACK)
            if near.size:
                return self._answers[int(near.min())]
        if self._wider_answers:
            hits = self._wider.query(point, predicate="intersects")
            if hits.size:
                return self._wider_answers[int(hits.min())]
        return None


def _above(path: str) -> list[str]:
    """`/1/4/17/` → `/1/`, `/1/4/`."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) + "/" for count in range(1, len(parts))]


def _located(row: OutlineRow) -> Located:
    ids: list[int | None] = [int(part) for part in row.path.strip("/").split("/")]
    county, town, village, grid, micro_grid = (ids + [None] * 5)[:5]
    return Located(county or 0, town, village, grid, micro_grid, row.path, row.schematic)


def shapes_of(rows: Sequence[OutlineRow]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """All outlines as WGS-84 shapes; those received in GCJ-02 are converted here and nowhere else."""
    shapes = np.array(shapely.from_geojson([row.outline for row in rows]), dtype=object).reshape(len(rows))
    for index, row in enumerate(rows):
        if row.system == System.GCJ02:
            shapes[index] = shapely.transform(shapes[index], _from_gcj02)
    return shapes


def _from_gcj02(points: Iterable[Sequence[float]]) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    return np.array([gcj02_to_wgs84(lon, lat) for lon, lat in points])


@dataclass
class _Held:
    """The index of this process, the stamp it was built from, and when that was last compared."""

    index: AreaIndex | None = None
    stamp: str = ""
    checked: float = 0.0
    unsettled: str = ""  # a stamp written by a transaction that may still be rolled back


_held = _Held()
_building = threading.Lock()


def forget_index(stamp: str) -> None:
    """Called by every write to areas with its new stamp: the next question builds the index anew.

    Until the transaction is settled, every question compares stamps, because a rollback leaves no trace.
    """
    _held.index, _held.unsettled = None, stamp

    def settled() -> None:
        if _held.unsettled == stamp:
            _held.unsettled = ""
        _held.checked = 0.0

    transaction.on_commit(settled)


def current_index() -> AreaIndex:
    """The index of the areas valid now."""
    held = _held
    if held.unsettled and not transaction.get_connection().in_atomic_block:
        held.unsettled, held.checked = "", 0.0  # committed or rolled back meanwhile: one comparison tells
    index = held.index
    if index is not None and not held.unsettled and time.monotonic() - held.checked < RECHECK_SECONDS:
        return index
    stamp = (AreaBook.objects.values_list("stamp", flat=True).filter(pk=1).first() or "")[:OUTLINES_STAMP]
    if index is None or stamp != held.stamp:
        with _building:
            if held.index is None or stamp != held.stamp:
                held.index, held.stamp = _build(), stamp
            index = held.index or _build()  # another thread may have forgotten it again
    held.checked = time.monotonic()
    return index


def _build() -> AreaIndex:
    rows = Area.objects.filter(valid_to__isnull=True).exclude(outline="").order_by("code")
    values = rows.values_list("path", "level", "outline", "outline_system", "schematic")
    return AreaIndex([OutlineRow(*row) for row in values.iterator(chunk_size=2000)])


def locate(lon: float, lat: float, system: str = System.WGS84) -> Located:
    """The areas of a place received in `system`; the caller keeps the place as received, with its system.

    Raises BadInput: `place_unreadable`, `no_map` (no outlines in the database), `place_outside_county`.
    """
    try:
        lon, lat = to_wgs84(float(lon), float(lat), system)
    except (TypeError, ValueError) as error:
        raise _unreadable() from error
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise _unreadable()
    index = current_index()
    found = index.find(lon, lat)
    if found is None:
        raise _no_map() if not len(index) else _outside()
    return found


def _unreadable() -> BadInput:
    return BadInput(
        "place_unreadable",
        _("This place on the map could not be read."),
        _("Please choose the village by its name."),
        {"place": _("Please choose the village by its name.")},
    )


def _no_map() -> BadInput:
    return BadInput(
        "no_map",
        _("This county has no map in here yet."),
        _("Please choose the village by its name."),
        {"place": _("Please choose the village by its name.")},
    )


def _outside() -> BadInput:
    return BadInput(
        "place_outside_county",
        _("That place is outside our county, so our teams cannot come there."),
        _("If it is inside the county after all, please choose the village by its name."),
        {"place": _("That place is outside our county. Please choose the village by its name.")},
    )
