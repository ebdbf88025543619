"""The county's own list of grids and micro-grids as a kind of list: judged as a whole, good rows taken in together.

The reading itself stands in rules.listing, as for the page of areas and the command; here are only its edges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area import actions, queries
from laojia.foundation.area.actions.county import forget_areas
from laojia.foundation.area.jobs.listing import _WORDS, _phone
from laojia.foundation.area.models import Area
from laojia.foundation.area.rules import ListLine, ListPlan, RowProblem, plan_list
from laojia.foundation.area.rules.listing import COLUMNS
from laojia.foundation.journal.actions import record_many
from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.jobs import touched_since, used_among
from laojia.foundation.lists.models import StagedRow
from laojia.foundation.lists.rules import CHANGE, NEW, SAME, Asked, Column, Flaw, Line, ListKind, Verdict, bad
from laojia.kernel import crypto
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import AreaLevel

Workers = Callable[[Sequence[tuple[int, str, str]]], Sequence[bool]]
_asked: dict[str, Workers] = {}
_FOUND = {"new": NEW, "change": CHANGE, "same": SAME}


def connect_workers(known: Workers) -> None:
    """Set who knows whether a worker of the list has the post already (people stand above us); called at start-up."""
    _asked["known"] = known


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is, after looking at all of them; nothing is written."""
    plan, problems = _plan(lines)
    verdicts = _verdicts(lines, plan, problems)
    county = queries.only_county()
    if not may(asked.actor, "area.import", subject_of(county)):
        return [bad(Flaw("grid", "not_yours")) for _line in lines]
    return _with_workers(lines, plan, verdicts)


def _plan(lines: Sequence[Line]) -> tuple[ListPlan, list[RowProblem]]:
    """The plan of the rows without a problem. Leaving a bad row out may show another one: until none is left."""
    known = queries.known_below(queries.only_county())
    left = {line.number: ListLine(line.number, line.cells) for line in lines}
    problems: list[RowProblem] = []
    while True:
        plan, found = plan_list(left.values(), known, _phone)
        if not found:
            return plan, problems
        problems += found
        for problem in found:
            left.pop(problem.row, None)


def _verdicts(lines: Sequence[Line], plan: ListPlan, problems: Sequence[RowProblem]) -> list[Verdict]:
    flaws: dict[int, list[Flaw]] = {}
    for problem in problems:
        flaws.setdefault(problem.row, []).append(Flaw(problem.column, problem.kind, problem.other))
    found = []
    for line in lines:
        if line.number in flaws:
            found.append(bad(*flaws[line.number]))
            continue
        state, code = plan.by_row[line.number]
        found.append(Verdict(_FOUND[state], fields=(), handles=(crypto.keyed_hash(code),)))
    return found


def _with_workers(lines: Sequence[Line], plan: ListPlan, verdicts: list[Verdict]) -> list[Verdict]:
    """A known area whose worker is new is a correction too."""
    codes = {worker.code: worker for worker in plan.workers}
    ids = dict(Area.objects.filter(code__in=codes).values_list("code", "id")) if codes else {}
    named = [(code, worker) for code, worker in codes.items() if code in ids]
    known = _asked["known"]([(ids[code], worker.name, worker.phone) for code, worker in named])
    fresh = {code for (code, _worker), there in zip(named, known, strict=True) if not there}
    return [
        Verdict(CHANGE, fields=("worker",), handles=verdict.handles)
        if verdict.found == SAME and plan.by_row[line.number][1] in fresh
        else verdict
        for line, verdict in zip(lines, verdicts, strict=True)
    ]


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """All good rows in one plan; the grids a row needed are noted on it, so that they can be taken back with it."""
    verdicts = look(lines, asked)
    plan, _problems = _plan(lines)
    county = queries.only_county()
    actions.import_list(county=county, plan=plan, valid_from=asked.today, actor=asked.actor, now=asked.now)
    codes = [plan.by_row[line.number][1] for line in lines if line.number in plan.by_row]
    areas = {area.code: area for area in Area.objects.filter(code__in=codes).select_related("parent")}
    made = {new.code for new in plan.new}
    noted: set[str] = set()
    done = []
    for line, verdict in zip(lines, verdicts, strict=True):
        if line.number not in plan.by_row or verdict.found not in (NEW, CHANGE, SAME):
            done.append(verdict)
            continue
        area = areas[plan.by_row[line.number][1]]
        above = area.parent.code if area.parent else ""
        grid = above in made and above not in noted
        noted |= {above} if grid else set()
        fields = ("grid",) if grid and verdict.found == NEW else verdict.fields
        done.append(Verdict(verdict.found, fields=fields, row_id=area.pk))
    return done


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Areas nobody lives or works in by our books yet, and the grids that came with them and are empty then."""
    areas = Area.objects.defer("outline").in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(areas), "gone")
    stays |= _staying(areas, asked)
    going = [area for pk, area in areas.items() if pk not in stays]
    noted = StagedRow.objects.filter(batch__kind="areas", row_id__in=[area.pk for area in going], made=True)
    with_grid = {row.row_id for row in noted if "grid" in row.fields}
    above = {area.parent_id for area in going if area.pk in with_grid and area.parent_id is not None}
    _delete(going, asked)
    grids = Area.objects.defer("outline").filter(level=AreaLevel.GRID, children=None).in_bulk(list(above))
    empty = [grid for pk, grid in grids.items() if pk not in _staying(grids, asked)]
    _delete(empty, asked)
    return stays


def _staying(areas: Mapping[int, Area], asked: Asked) -> dict[int, str]:
    used = _prefixes_in_use()
    stays = {pk: "used" for pk, area in areas.items() if area.path in used}
    spare = {"area.Area"}
    stays |= dict.fromkeys(used_among(Area, list(areas), spare=spare), "used")
    below = Area.objects.filter(parent_id__in=areas).exclude(pk__in=areas)
    stays |= dict.fromkeys(below.values_list("parent_id", flat=True), "below")
    stays |= dict.fromkeys(touched_since("area", areas, asked.after), "changed")
    return stays


def _prefixes_in_use() -> set[str]:
    """Every path in which some table has a row, with all paths above it. Areas themselves do not count."""
    found: set[str] = set()
    for model in apps.get_models():
        scope = getattr(model, "SCOPE", None)
        if scope is None or not scope.area or model is Area or model._meta.label == "lists.Batch":
            continue
        for path in model._base_manager.values_list(scope.area, flat=True).distinct():
            parts = str(path or "").strip("/").split("/")
            found |= {f"/{'/'.join(parts[: depth + 1])}/" for depth in range(len(parts))}
    return found


def _delete(areas: Sequence[Area], asked: Asked) -> None:
    record_many(areas, "list.remove", actor=asked.actor, now=asked.now)
    forget_areas([area.pk for area in areas])


def _column(name: str, about: object, examples: tuple[str, ...], *, needed: bool = False) -> Column:
    """Headings as rules.listing knows them; what stands in the cells is judged there."""
    heading, *also = COLUMNS[name]
    return Column(name, heading, cells.words(200), about, tuple(also), needed, examples)


AREAS = ListKind(
    name="areas",
    title=_("Grids and micro-grids"),
    about=_("One row for each micro-grid (or grid) below the villages."),
    columns=(
        _column("town", _("The town, where villages repeat."), ("甘亭镇", "甘亭镇")),
        _column(
            "village",
            _("The village or community; its name or its code must be there."),
            ("天井村", "天井村"),
        ),
        _column("village_code", _("Twelve digits, instead of the name."), ("", "")),
        _column("grid", _("Name of the grid."), ("第1网格", "第1网格"), needed=True),
        _column("grid_code", _("Fifteen digits; empty: the next free one."), ("", "")),
        _column(
            "micro_grid",
            _("Name of the micro-grid; empty where the row is the grid itself."),
            ("第1微网格", "第2微网格"),
        ),
        _column("code", _("Seventeen digits; empty: the next free one."), ("", "")),
        _column("households", _("How many households."), ("42", "39")),
        _column("worker", _("Who looks after it; becomes a grid worker's post."), ("朱网格", "")),
        _column("phone", _("The worker's number."), ("13900000051", "")),
    ),
    look=look,
    take=take,
    remove=remove,
    one_of=(("village", "village_code"),),
    whole=True,
    words=_WORDS,
)
