"""Area prefixes of a post: the areas themselves, what a station or a zone covers, and what merged into them."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from laojia.foundation.area.models import (
    Area,
    AreaBook,
    AreaSuccessor,
    Station,
    StationVillage,
    ZoneVillage,
)
from laojia.foundation.area.rules import prefixes_with_predecessors
from laojia.kernel.kept import KeptRead
from laojia.policy.roles import StationLevel

_KEPT = 2000  # different posts of a day whose prefixes are kept in a process

_book = KeptRead(lambda: AreaBook.objects.filter(pk=1))


def prefixes_of(
    area_ids: Iterable[int],
    on_date: date,
    *,
    station_ids: Iterable[int] = (),
    zone_ids: Iterable[int] = (),
    stamp: str = "",
) -> tuple[str, ...]:
    """Scope prefixes on a day, sorted, none inside another.

    Areas that merged into one of these, or were renumbered as one, come along: their rows keep the old path.
    A post at an area that was renumbered reaches the new one too (same place, same people, new code). The old
    rows of an area that was *split* stay with the level above: neither half has a right to the other's.

    Kept per process under the areas' stamp, which every write to areas, stations and zones changes for good; who
    has read it in the same statement as the posts gives it.
    """
    if not stamp:
        book = _book.first()
        stamp = book.stamp if book is not None else ""
    return _prefixes(stamp, on_date, frozenset(area_ids), frozenset(station_ids), frozenset(zone_ids))


@lru_cache(maxsize=_KEPT)
def _prefixes(
    _stamp: str,
    on_date: date,
    area_ids: frozenset[int],
    station_ids: frozenset[int],
    zone_ids: frozenset[int],
) -> tuple[str, ...]:
    wanted = Q(pk__in=area_ids)
    if station_ids:
        wanted |= Q(pk__in=StationVillage.objects.filter(station__in=station_ids).values("village"))
        wanted |= Q(pk__in=_own_areas(station_ids))
    if zone_ids:
        wanted |= Q(pk__in=ZoneVillage.objects.filter(zone__in=zone_ids).values("village"))
    paths = set(Area.objects.filter(wanted).values_list("path", flat=True))
    if not paths:
        return ()
    older: dict[str, list[str]] = {}
    renumbered: dict[str, str] = {}
    rows = AreaSuccessor.objects.filter(date__lte=on_date, kind__in=("merge", "rename"))
    for old, new, kind in rows.values_list("old__path", "new__path", "kind"):
        older.setdefault(new, []).append(old)
        if kind == "rename":
            renumbered[old] = new
    for path in list(paths):
        while (path := renumbered.get(path, "")) and path not in paths:
            paths.add(path)
    return prefixes_with_predecessors(paths, older)


def _own_areas(station_ids: frozenset[int]) -> QuerySet[Station, Any]:
    """Centre and institutes cover the area they stand at; a station does so only while it has no villages listed."""
    listed = Exists(StationVillage.objects.filter(station=OuterRef("pk")))
    wide = Q(level__in=(StationLevel.CENTRE, StationLevel.INSTITUTE))
    return Station.objects.filter(wide | Q(~listed, level=StationLevel.STATION), pk__in=station_ids).values(
        "area"
    )
