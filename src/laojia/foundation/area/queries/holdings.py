"""What lies at an area, in every table that names one: counted for the preview, moved on the day of a change.

The tables of higher layers are joined in by wiring.AT_AREA; a test fails when one is missing there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station, StationVillage, ZoneVillage

STAYS = _("stay under the old name; whoever serves the place now sees them")
FOLLOW = _("follow to the new area")
OPEN_FOLLOW = _("open ones follow, those that are over stay under the old name")
BOTH = _("cover what takes its place too")


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change did to the tree, for those who must follow. Old id → the new areas (id, path), the heir first."""

    on: date
    now: datetime
    successors: Mapping[int, Sequence[tuple[int, str]]]
    paths: Mapping[int, str]  # of the old areas


@dataclass(frozen=True, slots=True)
class Holding:
    """One table with a column that names an area, by key (`area`) or by path (`path`), and what becomes of its rows.

    `follows`: which rows move; None: all stay, found through the predecessors of whoever serves the place. When an area is
    split, whatever lies on it and on no smaller area moves, for neither part may see the other's.
    `named`: columns that must differ at one area, the name first. `owner`: the row links something to an area, so another
    link is added. `follow`: a function that does it instead. `shows`: columns for the list of rows, never a person's.
    """

    code: str
    word: Any
    model: type[Model]
    area: str = ""
    path: str = ""
    follows: Q | None = None
    becomes: Any = STAYS
    named: tuple[str, ...] = ()
    owner: str = ""
    follow: Callable[[Moved], int] | None = None
    shows: tuple[str, ...] = ()
    counts: Q = field(default_factory=Q)
    listed: bool = True  # False: hangs on a row that is counted already


OWN: tuple[Holding, ...] = (
    Holding(
        "stations", _("Stations standing here"), Station, "area", "area_path", Q(closed_on__isnull=True), FOLLOW,
        named=("name", "level"), shows=("name",), counts=Q(closed_on__isnull=True),
    ),
    Holding(
        "served", _("Villages a station serves"), StationVillage, "village", becomes=BOTH, owner="station",
        shows=("station__name",), counts=Q(station__closed_on__isnull=True),
    ),
    Holding("zones", _("Zones"), ZoneVillage, "village", becomes=BOTH, owner="zone", shows=("zone__name",)),
)  # fmt: skip
_joined: list[Holding] = []


def connect_holdings(table: Iterable[Holding]) -> None:
    """Join in the tables of higher layers; called once at start-up by wiring.py."""
    _joined[:] = table


def holdings() -> tuple[Holding, ...]:
    """All tables that name an area, those of this app first."""
    return (*OWN, *_joined)


def holding_of(code: str) -> Holding | None:
    """A listed one by its code."""
    return next((one for one in holdings() if one.code == code and one.listed), None)


def rows_at(holding: Holding, path: str) -> QuerySet[Any]:
    """Its rows at or below an area."""
    rows = holding.model._default_manager.filter(holding.counts)
    if holding.path:
        return rows.filter(**{f"{holding.path}__startswith": path})
    if holding.area:
        return rows.filter(**{f"{holding.area}__path__startswith": path})
    return rows.none()


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the preview: how many rows, how many of them follow, and what becomes of them."""

    code: str
    word: Any
    rows: int
    follow: int
    becomes: Any


def counts_at(path: str) -> list[Count]:
    """What lies at or below the area, table by table; empty ones are left out."""
    found = []
    for one in holdings():
        if not one.listed:
            continue
        rows = rows_at(one, path)
        total = rows.count()
        if total:
            follow = 0 if one.follows is None else rows.filter(one.follows).count()
            found.append(Count(one.code, one.word, total, follow, one.becomes))
    return found


def below_at(area: Area) -> dict[str, int]:
    """Valid areas below, by level."""
    rows = Area.objects.filter(valid_to__isnull=True, path__startswith=area.path).exclude(pk=area.pk)
    found: dict[str, int] = {}
    for level in rows.values_list("level", flat=True):
        found[level] = found.get(level, 0) + 1
    return found


def shown_of(one: Holding, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The shown columns of these rows, in their order."""
    rows = {
        row["pk"]: row for row in one.model._default_manager.filter(pk__in=list(ids)).values("pk", *one.shows)
    }
    return [rows[pk] for pk in ids if pk in rows]
