"""The day of a change: new areas begin, old ones end, and what must follow follows, in one transaction.

Statements go by table, not by row, so that a big town holds its locks for seconds, not minutes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import shapely
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from laojia.foundation.area.actions.book import open_book
from laojia.foundation.area.models import Area, AreaChange, AreaSuccessor
from laojia.foundation.area.queries import changes
from laojia.foundation.area.queries.holdings import Holding, Moved, holdings
from laojia.foundation.area.queries.locating import OutlineRow, shapes_of
from laojia.foundation.area.rules import Begun, TreePlan, join_path, kind_of, short_name
from laojia.foundation.journal.actions import advance, record
from laojia.kernel.errors import Conflict, WrongState
from laojia.kernel.geo import System
from laojia.policy.facts import Actor

_BATCH = 500


@transaction.atomic
def take_effect(*, change: AreaChange, actor: Actor, now: datetime) -> AreaChange:
    """Carry a planned change out. Repeated, it finds nothing planned (WrongState) and changes nothing.

    Raises Conflict or WrongState when the areas have changed since it was planned: then it waits for a person.
    """
    open_book()
    change.refresh_from_db()
    # The state goes first: a second worker, or the person who undoes it at this moment, finds it taken.
    advance(change, "area.take_effect", actor=actor, now=now, ended_at=now, trouble="")
    sources = list(Area.objects.filter(pk__in=change.plan["from"]).defer("outline"))
    _still_so(change)
    moved: dict[str, int] = {}
    if change.kind == "rename":
        _rename(sources[0], change.plan["name"], change.on)
        refresh_now_names([sources[0].pk])
    else:
        moved = _replant(change, now)
        refresh_now_names(change.plan["from"])
    AreaChange.objects.filter(pk=change.pk).update(moved=moved)
    change.moved = moved
    for area in sources:
        record(area, f"area.{change.kind}", actor=actor, now=now, because="area.take_effect")
    return change


def _still_so(change: AreaChange) -> None:
    """What was true when it was planned must be true on the day."""
    plan = change.plan
    ids = {*plan["from"], plan.get("into", 0), plan.get("parent", 0)} - {0}
    if Area.objects.filter(pk__in=ids, valid_to__isnull=True).count() != len(ids):
        raise WrongState("area_closed", changes.OVERTAKEN, changes.UNDO_AND_PLAN)
    if Area.objects.filter(code__in=changes.codes_of(plan)).exists():
        raise Conflict("code_used", changes.OVERTAKEN, changes.UNDO_AND_PLAN)


def _rename(area: Area, name: str, on: date) -> None:
    former = [*area.former, [area.name, on.isoformat()]]
    Area.objects.filter(pk=area.pk).update(name=short_name(name), official_name=name, former=former)


def _replant(change: AreaChange, now: datetime) -> dict[str, int]:
    tree = changes.tree_of(change.kind, change.plan)
    ids = _begin(tree, change)
    _end(tree.ended, change.on)
    AreaSuccessor.objects.bulk_create(
        [
            AreaSuccessor(
                old_id=went.old, new_id=ids.get(went.new, went.new), date=change.on, kind=went.kind, heir=went.heir,
                change=change,
            )
            for went in tree.went
        ],
        _BATCH,
    )  # fmt: skip
    if change.plan.get("into"):
        _grow(change.plan["into"], change.plan["from"])
    if change.plan.get("keeps"):
        _shrink(change.plan["from"][0], list(ids.values()))
    return _follow(change, now)


def _begin(tree: TreePlan, change: AreaChange) -> dict[int, int]:
    """Insert the new areas, wider ones first. Returns their ids by the plan's negative numbers."""
    first = open_book(len(tree.begun))
    ids = {one.ref: first + number for number, one in enumerate(tree.begun)}
    like = Area.objects.in_bulk(sorted({pk for one in tree.begun for pk in one.like}))
    above = {one.parent for one in tree.begun if one.parent > 0}
    paths = dict(Area.objects.filter(pk__in=above).values_list("pk", "path"))
    rows = []
    for one in tree.begun:
        pk, parent = ids[one.ref], ids.get(one.parent, one.parent)
        paths[pk] = join_path(paths[parent], pk)
        rows.append(_area(one, pk, parent, paths[pk], [like[old] for old in one.like], change))
    Area.objects.bulk_create(rows, _BATCH)
    return ids


def _area(one: Begun, pk: int, parent: int, path: str, like: Sequence[Area], change: AreaChange) -> Area:
    source = change.plan["from"][0]
    part_of = change.kind == "split" and like[0].pk == source
    outline, system, schematic = _together(like[1:] if part_of else like)
    heir = part_of and not change.plan["keeps"] and _is_heir(one, change)
    return Area(
        id=pk, code=one.code, name=short_name(one.name), official_name=one.official or one.name, level=one.level,
        kind=like[0].kind if len(like) == 1 and not part_of else kind_of(one.level, one.name), parent_id=parent,
        path=path, valid_from=change.on, households=one.households, outline=outline, outline_system=system,
        schematic=schematic,
        # What lies on the split area itself comes along: it keeps being said under the name of its day.
        former=[*like[0].former, [like[0].name, change.on.isoformat()]] if heir else [],
    )  # fmt: skip


def _is_heir(one: Begun, change: AreaChange) -> bool:
    return bool(change.plan["parts"][change.plan["rest"]][0] == one.name)


def _together(like: Iterable[Area]) -> tuple[str, str, bool]:
    """One outline of several, in WGS-84; none where one of them has none."""
    areas = list(like)
    if len(areas) == 1:
        return areas[0].outline, areas[0].outline_system, areas[0].schematic
    if not areas or not all(area.outline for area in areas):
        return "", "", False
    shape = shapely.union_all(_shapes(areas))
    return shapely.to_geojson(shape), System.WGS84, any(area.schematic for area in areas)


def _shapes(areas: Iterable[Area]) -> list[shapely.Geometry]:
    rows = [OutlineRow(a.path, a.level, a.outline, a.outline_system, a.schematic) for a in areas]
    return [shapely.make_valid(shape) for shape in shapes_of(rows)]


def _end(ids: Sequence[int], on: date) -> None:
    """The last day of the old ones; one that began after the day (it was made meanwhile) lasted a day."""
    for start in range(0, len(ids), _BATCH):
        rows = Area.objects.filter(pk__in=ids[start : start + _BATCH])
        late = rows.filter(valid_from__gte=on)
        for area in late.only("id", "valid_from"):
            Area.objects.filter(pk=area.pk).update(valid_to=area.valid_from + timedelta(days=1))
        rows.filter(valid_to__isnull=True).update(valid_to=on)


def _grow(into: int, sources: Sequence[int]) -> None:
    """The one that stays takes in outlines and households of the others."""
    areas = [Area.objects.get(pk=into), *Area.objects.filter(pk__in=sources)]
    outline, system, schematic = _together(areas)
    counts = [area.households for area in areas]
    changes_to: dict[str, object] = {}
    if outline:
        changes_to |= {"outline": outline, "outline_system": system, "schematic": schematic}
    if any(count is not None for count in counts):
        changes_to["households"] = sum(count or 0 for count in counts)
    if changes_to:
        Area.objects.filter(pk=into).update(**changes_to)


def _shrink(area_id: int, begun: Sequence[int]) -> None:
    """The one that goes on gives up what the new parts cover on the map."""
    area = Area.objects.get(pk=area_id)
    parts = list(Area.objects.filter(pk__in=begun, level=area.level).exclude(outline=""))
    if not area.outline or not parts:
        return
    own, *others = _shapes([area, *parts])
    left = shapely.difference(own, shapely.union_all(others))
    if not left.is_empty and left.geom_type in ("Polygon", "MultiPolygon"):
        Area.objects.filter(pk=area_id).update(outline=shapely.to_geojson(left), outline_system=System.WGS84)


# --- what follows -----------------------------------------------------------------------------------------------


def _follow(change: AreaChange, now: datetime) -> dict[str, int]:
    """Every table that names an area does what it declares. Returns how many rows followed, by table."""
    links = AreaSuccessor.objects.filter(change=change).order_by("old_id", F("heir").desc(), "id")
    successors: dict[int, list[tuple[int, str]]] = {}
    paths: dict[int, str] = {}
    for old, old_path, new, new_path in links.values_list("old_id", "old__path", "new_id", "new__path"):
        successors.setdefault(old, []).append((new, new_path))
        paths[old] = old_path
    moved = Moved(change.on, now, successors, paths)
    counts = {}
    split = _split_of(change)
    for one in holdings():
        if one.follow is not None:
            counts[one.code] = one.follow(moved)
        elif one.owner:
            counts[one.code] = _add_links(one, moved)
        elif one.named:
            counts[one.code] = _move_named(one, moved)
        else:
            counts[one.code] = _move(one, change, split)
    return {code: count for code, count in counts.items() if count}


def _move(one: Holding, change: AreaChange, split: Sequence[tuple[list[int], list[str], int, str]]) -> int:
    """Open rows to the heir of their area, in one statement; of a split area all rows, older ones that went into it too."""
    manager, done = one.model._default_manager, 0
    if one.follows is not None:
        links = AreaSuccessor.objects.filter(change=change, heir=True).exclude(kind="split")
        to: dict[str, Any] = {}
        if one.area:
            rows = manager.filter(one.follows, **{f"{one.area}__in": links.values("old")})
            mine = links.filter(old=OuterRef(f"{one.area}_id"))
            to[f"{one.area}_id"] = Subquery(mine.values("new_id")[:1])
        else:
            rows = manager.filter(one.follows, **{f"{one.path}__in": links.values("old__path")})
            mine = links.filter(old__path=OuterRef(one.path))
        if one.path:
            to[one.path] = Subquery(mine.values("new__path")[:1])
        done += rows.update(**to)
    for ids, paths, new_id, new_path in split:
        rows = manager.filter(**({f"{one.area}__in": ids} if one.area else {f"{one.path}__in": paths}))
        to = {f"{one.area}_id": new_id} if one.area else {}
        done += rows.update(**to, **({one.path: new_path} if one.path else {}))
    return done


def _split_of(change: AreaChange) -> list[tuple[list[int], list[str], int, str]]:
    """For a split area: it and all that once went into it (ids, paths), and the heir of what lies there (id, path)."""
    found = []
    links = AreaSuccessor.objects.filter(change=change, heir=True, kind="split")
    for old, new, path in links.values_list("old_id", "new_id", "new__path"):
        ids, waiting = {old}, [old]
        while waiting:
            older = AreaSuccessor.objects.filter(new__in=waiting).exclude(old__in=ids)
            waiting = list(older.values_list("old_id", flat=True))
            ids.update(waiting)
        paths = list(Area.objects.filter(pk__in=ids).values_list("path", flat=True))
        found.append((sorted(ids), paths, new, path))
    return found


def _move_named(one: Holding, moved: Moved) -> int:
    """Row by row, few of them: where the new area has one of this name already, the old area's name is added to it."""
    rows = one.model._default_manager.filter(
        one.follows or Q(), **{f"{one.area}__in": list(moved.successors)}
    )
    done = 0
    for row in rows.select_related(one.area).order_by("pk"):
        old = getattr(row, one.area)
        new_id, new_path = moved.successors[old.pk][0]
        words = {column: getattr(row, column) for column in one.named}
        there = one.model._default_manager.exclude(pk=row.pk).filter(**{f"{one.area}_id": new_id})
        if there.filter(**words).exists():
            words[one.named[0]] = f"{words[one.named[0]]}（{old.name}）"[:60]
        if there.filter(**words).exists():
            words[one.named[0]] = f"{words[one.named[0]][:50]}（{row.pk}）"
        to = {f"{one.area}_id": new_id, one.path: new_path, one.named[0]: words[one.named[0]]}
        done += one.model._default_manager.filter(pk=row.pk).update(**to)
    return done


def _add_links(one: Holding, moved: Moved) -> int:
    """Whatever is linked to an old area is linked to what takes its place too."""
    manager = one.model._default_manager
    held = manager.filter(one.counts, **{f"{one.area}__in": list(moved.successors)})
    fresh = [
        one.model(**{f"{one.owner}_id": owner, f"{one.area}_id": new})
        for owner, old in held.values_list(f"{one.owner}_id", f"{one.area}_id")
        for new, _path in moved.successors[old]
    ]
    manager.bulk_create(fresh, _BATCH, ignore_conflicts=True)
    return len(fresh)


# --- what an ended area is called now -------------------------------------------------------------------------------


def refresh_now_names(ids: Iterable[int]) -> None:
    """Say anew what the places of these areas, and of all that once went into them, are called today."""
    links = list(AreaSuccessor.objects.values_list("old_id", "new_id").order_by("old_id", "id"))
    after: dict[int, list[int]] = {}
    before: dict[int, list[int]] = {}
    for old, new in links:
        after.setdefault(old, []).append(new)
        before.setdefault(new, []).append(old)
    concerned, waiting = set(), list(ids)
    while waiting:
        pk = waiting.pop()
        if pk not in concerned:
            concerned.add(pk)
            waiting += before.get(pk, [])
    ended = concerned & after.keys()
    names = dict(Area.objects.filter(pk__in=_all_after(ended, after) | ended).values_list("pk", "name"))
    for pk in sorted(ended):
        now = list(dict.fromkeys(names[leaf] for leaf in _leaves(pk, after)))
        Area.objects.filter(pk=pk).update(now_name="" if now == [names[pk]] else "、".join(now)[:200])


def _leaves(pk: int, after: Mapping[int, Sequence[int]]) -> list[int]:
    found, waiting = [], [pk]
    while waiting:
        one = waiting.pop(0)
        found += [] if one in after else [one]
        waiting += after.get(one, [])
    return found


def _all_after(ids: Iterable[int], after: Mapping[int, Sequence[int]]) -> set[int]:
    return {leaf for pk in ids for leaf in _leaves(pk, after)}
