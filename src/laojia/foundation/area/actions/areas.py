"""One area: create, rename, close with its successors."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import shapely
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.actions.book import open_book
from laojia.foundation.area.models import Area, AreaSuccessor, Station, StationVillage, ZoneVillage
from laojia.foundation.area.queries import children_of
from laojia.foundation.area.rules import (
    code_fits,
    join_path,
    kind_of,
    next_codes,
    parent_code,
    parent_level,
    short_name,
)
from laojia.foundation.journal.actions import check, record, require
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, Conflict, WrongState
from laojia.kernel.geo import System
from laojia.policy.facts import Actor, Subject
from laojia.policy.roles import LEVEL_ORDER, AreaLevel

_NUMBERED = (AreaLevel.GRID, AreaLevel.MICRO_GRID)


@transaction.atomic
def create_area(
    *,
    level: str,
    name: str,
    parent: Area | None,
    actor: Actor,
    now: datetime,
    code: str = "",
    kind: str = "",
    valid_from: date | None = None,
    households: int | None = None,
    outline: str = "",
    outline_system: str = System.WGS84,
    schematic: bool = False,
) -> Area:
    """A new area below `parent` (None for a county). Grids and micro-grids get the next free code when none is given.

    `outline` is a GeoJSON geometry (Polygon or MultiPolygon). Raises BadInput, Conflict (code used, now or ever).
    """
    require(actor, "area.create", Subject(kind="area", area_path=parent.path if parent else ""))
    name, start = name.strip(), valid_from or local_date(now)
    area_id = open_book(1)
    _check_place(level, parent, name)
    _check_day(start, now)
    area = Area(
        id=area_id,
        code=_free_code(level, parent, code),
        name=short_name(name),
        official_name=name,
        level=level,
        kind=kind or kind_of(level, name),
        parent=parent,
        path=join_path(parent.path if parent else "", area_id),
        valid_from=start,
        households=households,
        outline=_checked_outline(outline, outline_system),
        outline_system=outline_system if outline else "",
        schematic=bool(outline) and schematic,
    )
    area.save(force_insert=True)
    record(area, "area.create", actor=actor, now=now)
    return area


@transaction.atomic
def rename_area(*, area: Area, name: str, actor: Actor, now: datetime) -> Area:
    """Another name, the same area and code. `name` may be the official one; the short one is made from it."""
    name = name.strip()
    check(area, "area.rename", actor=actor)
    _check_open(area)
    _check_name(name)
    if name == area.official_name:
        return area
    open_book()
    area.name, area.official_name = short_name(name), name
    area.save(update_fields=("name", "official_name"))
    record(area, "area.rename", actor=actor, now=now, fields=("name",))
    return area


@transaction.atomic
def close_area(
    *, area: Area, on: date, successors: Sequence[Area] = (), kind: str = "", actor: Actor, now: datetime
) -> list[AreaSuccessor]:
    """End an area on a day and say what became of it: `merge`, `split` or `rename` (renumbered).

    With one successor its grids and micro-grids are carried over, with new codes below the successor. Stations
    and zones that held the area hold the successors too. Raises WrongState, BadInput.
    """
    check(area, "area.close", actor=actor)
    open_book()
    area.refresh_from_db()
    kind = kind or ("split" if len(successors) > 1 else "merge")
    _check_closing(area, on, successors, kind, now)
    below = list(children_of(area))
    if below and (len(successors) != 1 or area.level not in (AreaLevel.VILLAGE, AreaLevel.GRID)):
        raise WrongState(
            "areas_below",
            _("There are still areas below this one."),
            _("Close those first, each with what became of it."),
        )
    links = [AreaSuccessor(old=area, new=new, date=on, kind=kind) for new in successors]
    for child in below:
        links.extend(_carry(child, successors[0], on))
    area.valid_to = on
    area.save(update_fields=("valid_to",))
    AreaSuccessor.objects.bulk_create(links)
    _hand_on(area, successors)
    record(area, "area.close", actor=actor, now=now, fields=("valid_to",))
    return links


def _carry(old: Area, parent: Area, on: date) -> Iterator[AreaSuccessor]:
    """The same grid or micro-grid under another parent: a new row with the next code there, and all below it."""
    area_id = open_book(1)
    new = Area.objects.create(
        id=area_id,
        code=_free_code(old.level, parent, ""),
        name=old.name,
        official_name=old.official_name,
        level=old.level,
        kind=old.kind,
        parent=parent,
        path=join_path(parent.path, area_id),
        valid_from=on,
        households=old.households,
        outline=old.outline,
        outline_system=old.outline_system,
        schematic=old.schematic,
    )
    for child in list(children_of(old)):
        yield from _carry(child, new, on)
    old.valid_to = max(on, old.valid_from)
    if old.valid_to == old.valid_from:
        raise _bad(
            "on", "closing_day", _("An area below began on that day or later. Please choose a later day.")
        )
    old.save(update_fields=("valid_to",))
    yield AreaSuccessor(old=old, new=new, date=on, kind="rename")


def _hand_on(area: Area, successors: Sequence[Area]) -> None:
    """Stations and zones keep covering the place; an office standing there stands in the first successor."""
    if not successors:
        return
    serving = StationVillage.objects.filter(village=area).values_list("station_id", flat=True)
    rows = [StationVillage(station_id=station, village=new) for station in serving for new in successors]
    StationVillage.objects.bulk_create(rows, ignore_conflicts=True)
    holding = ZoneVillage.objects.filter(village=area).values_list("zone_id", flat=True)
    parts = [ZoneVillage(zone_id=zone, village=new) for zone in holding for new in successors]
    ZoneVillage.objects.bulk_create(parts, ignore_conflicts=True)
    first = successors[0]
    Station.objects.filter(area=area, closed_on__isnull=True).update(area=first, area_path=first.path)


def _free_code(level: str, parent: Area | None, code: str) -> str:
    if not code and parent is not None and level in _NUMBERED:
        used = Area.objects.filter(code__startswith=parent.code, level=level).values_list("code", flat=True)
        try:
            return next_codes(level, parent.code, used)[0]
        except OverflowError as error:
            raise _bad(
                "code", "no_code_left", _("No number is left under this area. Divide it first.")
            ) from error
    if not code_fits(level, code) or (parent is not None and parent_code(level, code) != parent.code):
        raise _bad(
            "code", "code_shape", _("This code does not fit the level or the area above. Please check it.")
        )
    if Area.objects.filter(code=code).exists():
        words = _("This code belongs to an area already, perhaps a closed one. Codes are never given twice.")
        raise Conflict("code_used", words, _("Take the next free code."), {"code": words})
    return code


def _check_place(level: str, parent: Area | None, name: str) -> None:
    _check_name(name)
    if level not in LEVEL_ORDER:
        raise _bad("level", "level_unknown", _("Please choose one of the five levels."))
    if (parent.level if parent else None) != parent_level(level):
        raise _bad("parent", "level_order", _("Please choose an area of the level directly above."))
    if parent is not None:
        _check_open(parent)


def _check_name(name: str) -> None:
    if not 0 < len(name) <= 60:
        raise _bad("name", "name_length", _("Please give a name of 1 to 60 characters."))


def _check_day(day: date, now: datetime) -> None:
    if day > local_date(now):
        raise _bad("on", "day_ahead", _("That day is still to come. Enter it when it has come."))


def _check_open(area: Area) -> None:
    if area.valid_to is not None:
        raise WrongState(
            "area_closed", _("This area has been closed."), _("Look at what became of it and go on there.")
        )


def _check_closing(area: Area, on: date, successors: Sequence[Area], kind: str, now: datetime) -> None:
    _check_open(area)
    _check_day(on, now)
    if on <= area.valid_from:
        raise _bad("on", "closing_day", _("The area began on that day or later. Please choose a later day."))
    if kind not in AreaSuccessor.KINDS or (kind == "rename" and len(successors) > 1):
        raise _bad("kind", "successor_kind", _("Please say whether it was merged, split or renumbered."))
    if not successors and area.level not in _NUMBERED:
        raise _bad("successors", "successor_needed", _("Please say which area takes this one's place."))
    for new in successors:
        _check_open(new)
        if new.level != area.level or new.pk == area.pk:
            raise _bad(
                "successors",
                "successor_level",
                _("What takes its place must be another area of the same level."),
            )


def _checked_outline(outline: str, system: str) -> str:
    if not outline:
        return ""
    shape = shapely.from_geojson(outline, on_invalid="ignore")
    if (
        shape is None
        or shape.geom_type not in ("Polygon", "MultiPolygon")
        or not shape.is_valid
        or shape.is_empty
    ):
        raise _bad(
            "outline", "outline_unreadable", _("This outline is no closed shape. Please check the map file.")
        )
    if system not in set(System):
        raise _bad("outline_system", "system_unknown", _("Please name the coordinate system of the outline."))
    return outline


def _bad(field: str, code: str, sentence: object) -> BadInput:
    return BadInput(code, sentence, fields={field: sentence})
