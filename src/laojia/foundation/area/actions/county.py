"""Many areas at once: a county from the division list, the county's own list, the made-up cells."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import shapely
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.actions.book import open_book
from laojia.foundation.area.models import Area, AreaBook
from laojia.foundation.area.rules import Cell, Division, ListPlan, join_path, kind_of, parent_code, short_name
from laojia.foundation.journal.actions import check, record, require
from laojia.kernel.errors import Conflict
from laojia.kernel.geo import System
from laojia.policy.facts import Actor, Subject
from laojia.policy.roles import AreaLevel

_BATCH = 500
_SHAPE = ("outline", "outline_system", "schematic")


@transaction.atomic
def create_county(
    *, divisions: Sequence[Division], valid_from: date, actor: Actor, now: datetime
) -> tuple[Area, list[Area]]:
    """County, towns and villages of a division list, widest first. Codes that are there already are passed over.

    Returns the county and the areas made; one journal row on the county. Raises Conflict when the database
    holds another county: one installation serves one county.
    """
    require(actor, "area.create", Subject(kind="area"))
    open_book()  # before reading: two runs at once wait for one another
    first = divisions[0]
    if Area.objects.filter(level=AreaLevel.COUNTY).exclude(code=first.code).exists():
        raise Conflict(
            "other_county",
            _("Another county is in this database already."),
            _("One installation serves one county. Use an empty database."),
        )
    held = {area.code: area for area in _with_codes(division.code for division in divisions)}
    fresh = [division for division in divisions if division.code not in held]
    made: list[Area] = []
    for area_id, division in enumerate(fresh, open_book(len(fresh))):
        area = _from_division(division, held.get(division.parent_code), area_id, valid_from)
        held[area.code] = area
        made.append(area)
    county = held[first.code]
    if made:
        Area.objects.bulk_create(made, _BATCH)
        record(county, "area.create", actor=actor, now=now, fields=("children",))
    return county, made


@transaction.atomic
def mark_demonstration(*, actor: Actor, now: datetime) -> AreaBook:
    """Mark this database as demonstration, for good. Only before it has a county: a real one never becomes one.

    Raises Conflict when a county is there already and the mark is not.
    """
    require(actor, "area.import", Subject(kind="area_book"))
    open_book()
    book = AreaBook.objects.get(pk=1)
    if book.demonstration:
        return book
    if Area.objects.exists():
        raise Conflict(
            "real_county",
            _("There is a county in this database already; it stays a real one."),
            _("Use an empty database for the demonstration."),
        )
    book.demonstration = True
    book.save(update_fields=("demonstration",))
    record(book, "area.import", actor=actor, now=now, fields=("demonstration",))
    return book


@transaction.atomic
def import_list(
    *, county: Area, plan: ListPlan, valid_from: date, actor: Actor, now: datetime
) -> dict[str, Area]:
    """Carry out a checked list of grids and micro-grids, all or nothing. Returns the new areas by code.

    The event carries `workers`: (area id, name, phone) of everybody the list names, for those who make posts.
    """
    check(county, "area.import", actor=actor)
    first_id = open_book(len(plan.new))
    above = {area.code: area for area in Area.objects.filter(path__startswith=county.path).defer("outline")}
    made: dict[str, Area] = {}
    for area_id, new in enumerate(plan.new, first_id):
        if new.code in above:
            raise Conflict(
                "list_overtaken",
                _("Somebody else has changed the grids meanwhile; nothing of this list was saved."),
                _("Read the list in again."),
            )
        parent = above[new.parent_code]
        area = _below(parent, area_id, new.code, new.level, new.name, valid_from)
        area.households = new.households
        above[area.code] = made[area.code] = area
    Area.objects.bulk_create(made.values(), _BATCH)
    changed = _changed(plan)
    Area.objects.bulk_update(changed, ("name", "official_name", "households"), _BATCH)
    if made or changed or plan.workers:
        fields = {name for change in plan.changes.values() for name in change} | (
            {"children"} if made else set()
        )
        workers = tuple((above[worker.code].pk, worker.name, worker.phone) for worker in plan.workers)
        record(
            county,
            "area.import",
            actor=actor,
            now=now,
            fields=sorted(fields),
            facts={"workers": workers},
        )
    return made


@transaction.atomic
def draw_county(
    *,
    county: Area,
    outline: str,
    outline_system: str,
    cells: Sequence[Cell],
    valid_from: date,
    actor: Actor,
    now: datetime,
) -> list[Area]:
    """Store a made-up map (示意图): outlines of county, towns and villages, new grids and micro-grids below them.

    Returns the new areas. Repeating it with the same cells makes nothing new.
    """
    check(county, "area.import", actor=actor)
    flat = list(_all_cells(cells))
    first_id = open_book(len(flat))
    held = {area.code: area for area in Area.objects.filter(path__startswith=county.path)}
    county = held[county.code]
    county.outline, county.outline_system, county.schematic = outline, outline_system, True
    made, drawn = [], [county]
    for area_id, cell in enumerate(flat, first_id):
        area = held.get(cell.code)
        if area is None:
            parent = held[parent_code(cell.level, cell.code)]
            area = held[cell.code] = _below(
                parent, area_id, cell.code, cell.level, _cell_name(cell), valid_from
            )
            area.households = cell.households
            made.append(area)
        else:
            drawn.append(area)
        area.outline, area.outline_system, area.schematic = shapely.to_geojson(cell.shape), System.WGS84, True
    Area.objects.bulk_create(made, _BATCH)
    Area.objects.bulk_update(drawn, _SHAPE, _BATCH)
    record(county, "area.import", actor=actor, now=now, fields=("children", "outline"))
    return made


def _with_codes(codes: Iterable[str]) -> list[Area]:
    # A county's list may be longer than the number of variables a statement may carry.
    wanted = list(codes)
    found: list[Area] = []
    for start in range(0, len(wanted), _BATCH):
        found.extend(Area.objects.filter(code__in=wanted[start : start + _BATCH]).defer("outline"))
    return found


def _from_division(division: Division, parent: Area | None, area_id: int, valid_from: date) -> Area:
    return Area(
        id=area_id,
        code=division.code,
        name=short_name(division.name),
        official_name=division.name,
        level=division.level,
        kind=division.kind,
        parent=parent if division.level is not AreaLevel.COUNTY else None,
        path=join_path(parent.path if parent else "", area_id),
        valid_from=valid_from,
    )


def _below(parent: Area, area_id: int, code: str, level: AreaLevel, name: str, valid_from: date) -> Area:
    return Area(
        id=area_id,
        code=code,
        name=name,
        official_name=name,
        level=level,
        kind=kind_of(level, name),
        parent=parent,
        path=join_path(parent.path, area_id),
        valid_from=valid_from,
    )


def _changed(plan: ListPlan) -> list[Area]:
    ids = list(plan.changes)
    changed: list[Area] = []
    for start in range(0, len(ids), _BATCH):
        for area in Area.objects.filter(pk__in=ids[start : start + _BATCH]).defer("outline"):
            change = plan.changes[area.pk]
            area.name = area.official_name = str(change.get("name", area.name))
            if "households" in change:
                area.households = int(change["households"])
            changed.append(area)
    return changed


def _all_cells(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Every cell, a wider one before those inside it."""
    for cell in cells:
        yield cell
        yield from _all_cells(cell.inner)


def _cell_name(cell: Cell) -> str:
    return f"第{cell.number}网格" if cell.level is AreaLevel.GRID else f"第{cell.number}微网格"


def forget_areas(ids: Sequence[int]) -> None:
    """Take areas out that a list made by mistake and nobody has used. The caller has looked and journals it.

    Their ids are never given again, so nothing can be mistaken for them later.
    """
    open_book()
    Area.objects.filter(pk__in=ids).delete()
