"""Planned changes of areas: what was asked is checked here, before it is shown and again before it is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, AreaChange
from laojia.foundation.area.queries.holdings import Count, below_at, counts_at
from laojia.foundation.area.rules import (
    NoCodeLeft,
    Node,
    Part,
    Planner,
    TreePlan,
    apart,
    below_code,
    code_fits,
    parent_level,
)
from laojia.foundation.journal.queries import scoped
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, WrongState
from laojia.policy.facts import Actor
from laojia.policy.roles import AreaLevel

MOST_PARTS = 8
OVERTAKEN = _("These areas have changed since this was planned.")
UNDO_AND_PLAN = _("Undo it and plan it again.")
_NODE = ("id", "code", "name", "official_name", "level", "kind", "parent_id", "path", "households")


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that would be possible: what AreaChange keeps."""

    kind: str
    on: date
    plan: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: areas that begin and end, what lies at each, what becomes of it."""

    draft: Draft
    tree: TreePlan
    sources: list[tuple[Area, dict[str, int], list[Count]]]
    targets: list[tuple[str, str]]  # name, code


def draft_merge(
    *,
    sources: Sequence[Area],
    into: Area | None,
    name: str,
    code: str,
    parent: Area | None,
    on: date,
    today: date,
) -> Draft:
    """Several areas of one level become one, which is there already or begins on the day. Raises Refused."""
    everyone = [*sources, *([into] if into else [])]
    _check_day(on, today, sources)
    _check_sources(sources, everyone)
    if into is None and parent is None:
        raise _bad("into", "into_needed", _("Please choose which area it becomes, or give a new name."))
    if into is None:
        code = _check_new(code, name, sources[0].level, parent)
    going = [area for area in sources if into is None or area.pk != into.pk]
    if len(going) + (into is not None) < 2:
        raise _bad("sources", "two_needed", _("A merge needs two areas at least."))
    plan = {
        "from": [area.pk for area in going], "into": into.pk if into else 0, "name": name.strip(), "code": code,
        "parent": parent.pk if parent and not into else 0,
        "touches": [area.path for area in everyone], "under": [parent.path] if parent and not into else [],
    }  # fmt: skip
    return _free(Draft("merge", on, plan))


def draft_split(
    *,
    area: Area,
    parts: Sequence[tuple[str, str]],
    keeps: bool,
    where: Mapping[int, int],
    rest: int,
    on: date,
    today: date,
) -> Draft:
    """One area becomes several. `parts`: (name, code) of the new ones; `keeps`: the area itself goes on as part 0.

    `where`: id of an area below → number of its part; `rest`: where goes what lies on no smaller area. Raises Refused.
    """
    _check_day(on, today, [area])
    _check_sources([area], [area])
    count = len(parts) + keeps
    if not 2 <= count <= MOST_PARTS:
        raise _bad("parts", "parts_needed", _("A split needs two to eight parts, each with a name."))
    above = area.parent
    names = [name.strip() for name, _code in parts]
    if len({*names, *([area.official_name] if keeps else [])}) < count:
        raise _bad("parts", "parts_alike", _("Each part needs a name of its own."))
    codes = [_check_new(code, name, area.level, above) for name, code in parts]
    given = [code for code in codes if code]
    if len(set(given)) < len(given):
        raise _bad("parts", "parts_alike", _("Each part needs a code of its own."))
    children = set(Area.objects.filter(parent=area, valid_to__isnull=True).values_list("pk", flat=True))
    missing = children - where.keys()
    if missing:
        raise _bad("children", "child_open", _("Please say for each area below where it goes."))
    if keeps and rest != 0:
        raise _bad(
            "rest", "rest_stays", _("While the area goes on, what lies on no smaller area stays with it.")
        )
    if not 0 <= rest < count or not all(0 <= number < count for number in where.values()):
        raise _bad("children", "child_open", _("Please say for each area below where it goes."))
    plan = {
        "from": [area.pk], "keeps": keeps, "parts": [[n, c] for n, c in zip(names, codes, strict=True)], "rest": rest,
        "where": {str(child): number for child, number in where.items() if child in children},
        "parent": above.pk if above else 0, "touches": [area.path], "under": [above.path] if above else [],
    }  # fmt: skip
    return _free(Draft("split", on, plan))


def draft_rename(*, area: Area, name: str, on: date, today: date) -> Draft:
    """Another name from a day on; code and path stay. Raises Refused."""
    name = name.strip()
    _check_day(on, today, [])
    _check_open([area])
    if not 0 < len(name) <= 60:
        raise _bad("name", "name_length", _("Please give a name of 1 to 60 characters."))
    if name in (area.name, area.official_name):
        raise _bad("name", "name_same", _("It has this name already."))
    plan = {"from": [area.pk], "name": name, "touches": [area.path], "under": []}
    return _free(Draft("rename", on, plan))


def _check_day(on: date, today: date, ending: Iterable[Area]) -> None:
    if on < today:
        raise _bad("on", "day_past", _("That day is over. Choose today or a later day."))
    if any(on <= area.valid_from for area in ending):
        raise _bad("on", "closing_day", _("The area began on that day or later. Please choose a later day."))


def _check_sources(sources: Sequence[Area], everyone: Sequence[Area]) -> None:
    if not sources:
        raise _bad("sources", "two_needed", _("A merge needs two areas at least."))
    _check_open(everyone)
    if {area.level for area in everyone} != {sources[0].level} or sources[0].level == AreaLevel.COUNTY:
        raise _bad(
            "sources", "one_level", _("Choose areas of one level: towns, villages, grids or micro-grids.")
        )


def _check_open(areas: Iterable[Area]) -> None:
    for area in areas:
        if area.valid_to is not None:
            words = _text("%(name)s has ended already.") % {"name": area.name}
            raise WrongState(
                "area_closed", words, _("Look at what became of it and go on there."), {"sources": words}
            )


def _check_new(code: str, name: str, level: str, parent: Area | None) -> str:
    """The code of a new area, "" for one that is numbered on the day. Raises BadInput, Conflict, WrongState."""
    if not 0 < len(name.strip()) <= 60:
        raise _bad("name", "name_length", _("Please give a name of 1 to 60 characters."))
    if parent is None or parent.level != parent_level(level):
        raise _bad("parent", "level_order", _("Please choose an area of the level directly above."))
    _check_open([parent])
    code = code.strip()
    if code and (not code_fits(level, code) or not below_code(level, code, parent.code)):
        raise _bad(
            "code", "code_shape", _("This code does not fit the level or the area above. Please check it.")
        )
    planned = {one for change in AreaChange.objects.filter(state="planned") for one in codes_of(change.plan)}
    if code and (code in planned or Area.objects.filter(code=code).exists()):
        words = _("This code belongs to an area already, perhaps a closed one. Codes are never given twice.")
        raise Conflict("code_used", words, _("Take the next free code."), {"code": words})
    return code


def codes_of(plan: Mapping[str, Any]) -> list[str]:
    """The codes a plan has spoken for."""
    return [code for code in (plan.get("code", ""), *(part[1] for part in plan.get("parts", ()))) if code]


def _free(draft: Draft) -> Draft:
    """No other planned change may touch the same areas, nor one above or below them. Raises Conflict."""
    ours, under = draft.plan["touches"], draft.plan["under"]
    for other in AreaChange.objects.filter(state="planned"):
        theirs, below = other.plan["touches"], other.plan["under"]
        hit = not apart(ours, theirs)
        hit = hit or any(path.startswith(one) for one in theirs for path in under)
        hit = hit or any(path.startswith(one) for one in ours for path in below)
        if hit:
            words = _text("Another change of these areas is planned for %(day)s.") % {
                "day": other.on.isoformat()
            }
            raise Conflict(
                "change_planned", words, _("Undo that one first, or wait until it has taken effect.")
            )
    return draft


def tree_of(kind: str, plan: Mapping[str, Any]) -> TreePlan:
    """What the plan does to the tree as it stands now. Raises BadInput when a code is missing."""
    if kind == "rename":
        return TreePlan()
    planner = Planner(_nodes(plan), _used())
    try:
        if kind == "merge":
            sources = [*plan["from"], *([plan["into"]] if plan["into"] else [])]
            into = Part(id=plan["into"], code=plan["code"], name=plan["name"], parent=plan["parent"])
            return planner.merge(sources, into)
        source = plan["from"][0]
        parts = [Part(id=source)] if plan["keeps"] else []
        parts += [Part(name=name, code=code, parent=plan["parent"]) for name, code in plan["parts"]]
        return planner.split(source, parts, {int(k): n for k, n in plan["where"].items()}, plan["rest"])
    except NoCodeLeft as error:
        raise _bad(
            "code", "no_code_left", _("No number is left under this area. Divide it first.")
        ) from error


def _used() -> set[str]:
    used = set(Area.objects.values_list("code", flat=True))
    return used | {
        one for change in AreaChange.objects.filter(state="planned") for one in codes_of(change.plan)
    }


def _nodes(plan: Mapping[str, Any]) -> list[Node]:
    ids = {*plan["from"], plan.get("into", 0), plan.get("parent", 0)} - {0}
    paths = list(Area.objects.filter(pk__in=ids).values_list("path", flat=True))
    nodes: dict[int, Node] = {}
    rows = Area.objects.filter(valid_to__isnull=True)
    for path in paths:
        wanted = rows.filter(path__startswith=path) if _is_source(path, plan) else rows.filter(path=path)
        nodes |= {row[0]: Node(*row) for row in wanted.values_list(*_NODE)}
    return list(nodes.values())


def _is_source(path: str, plan: Mapping[str, Any]) -> bool:
    return int(path.rstrip("/").rsplit("/", 1)[1]) in plan["from"]


def preview(draft: Draft) -> Preview:
    """Everything the page shows before anything is planned."""
    tree = tree_of(draft.kind, draft.plan)
    areas = Area.objects.defer("outline").in_bulk(draft.plan["from"])
    sources = [(areas[pk], below_at(areas[pk]), counts_at(areas[pk].path)) for pk in draft.plan["from"]]
    ends = {went.new for went in tree.went if went.old in draft.plan["from"]}
    fresh = {one.ref: (one.name, one.code) for one in tree.begun}
    held = Area.objects.in_bulk([ref for ref in ends if ref > 0])
    targets = [
        fresh[ref] if ref < 0 else (held[ref].name, held[ref].code) for ref in sorted(ends, reverse=True)
    ]
    if draft.kind == "rename":
        targets = [(draft.plan["name"], areas[draft.plan["from"][0]].code)]
    elif draft.kind == "split" and draft.plan["keeps"]:
        begun = [(one.name, one.code) for one in tree.begun if one.parent == draft.plan["parent"]]
        targets = [(areas[draft.plan["from"][0]].name, areas[draft.plan["from"][0]].code), *begun]
    return Preview(draft, tree, sources, targets)


def changes(actor: Actor) -> QuerySet[AreaChange]:
    """Planned ones first, the next to come on top; then what was done or undone, the newest first."""
    return scoped(AreaChange.objects.all(), actor, "area.see")


def planned_for(actor: Actor, area: Area) -> list["ChangeLine"]:
    """Changes still to come that touch this area, one above or one below it."""
    rows = changes(actor).filter(state="planned").order_by("on", "pk")
    return change_lines([row for row in rows if not apart(row.plan["touches"], [area.path])])


def change_by_id(actor: Actor, pk: int) -> AreaChange:
    """One change. Raises OutOfScope."""
    row = changes(actor).filter(pk=pk).first()
    if row is None:
        raise OutOfScope(
            "no_such_change", _("There is no such change of areas."), _("Look at the list of changes.")
        )
    return row


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change as the list shows it."""

    row: AreaChange
    sources: list[Area]
    targets: list[str]


def change_lines(rows: Sequence[AreaChange]) -> list[ChangeLine]:
    """The names a change is about, for all of them in one statement."""
    ids = {pk for row in rows for pk in (*row.plan["from"], row.plan.get("into", 0))} - {0}
    areas = Area.objects.defer("outline").in_bulk(list(ids))
    lines = []
    for row in rows:
        plan = row.plan
        if row.kind == "split":
            own = [areas[plan["from"][0]].name] if plan["keeps"] else []
            targets = own + [name for name, _code in plan["parts"]]
        else:
            targets = [areas[plan["into"]].name if plan.get("into") else plan["name"]]
        lines.append(ChangeLine(row, [areas[pk] for pk in plan["from"]], targets))
    return lines


def _bad(field: str, code: str, sentence: object) -> BadInput:
    return BadInput(code, sentence, fields={field: sentence})
