"""The list of areas, one area with its map and its changes, and the download."""

import csv
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.area import actions, queries
from laojia.foundation.area.forms import (
    LEVEL_WORDS,
    STATION_WORDS,
    AreaForm,
    CloseForm,
    RenameForm,
    SearchForm,
)
from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import changes
from laojia.foundation.area.rules import draw
from laojia.foundation.journal.actions import check
from laojia.kernel import clock
from laojia.kernel.codes import plain_cell
from laojia.kernel.errors import BadInput, Refused, put_on
from laojia.kernel.paging import page
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import LEVEL_ORDER, AreaLevel

_DOWNLOADED = (
    "code",
    "name",
    "official_name",
    "level",
    "kind",
    "parent__code",
    "households",
    "valid_from",
    "valid_to",
)
_ON_A_PAGE = 50
_BY_HAND = ("area.create", "area.rename", "area.close", "area.import", "area.merge", "area.split")


class _Line:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Areas of one level with search."""
    actor, county = actor_of(request), queries.only_county()
    check(county, "area.see", actor=actor)
    form = SearchForm(request.GET if "level" in request.GET else None, initial={"level": AreaLevel.TOWN})
    rows = page(
        queries.list_areas(actor, **_wanted(form)), ("code",), after=request.GET.get("after"), size=_ON_A_PAGE
    )
    context = {
        "form": form,
        "page": rows,
        "lines": _with_households(rows.rows),
        "level": _wanted(form)["level"],
        "levels": LEVEL_WORDS,
        "county": county,
        "open": _open(actor, county),
    }
    return render(request, "area/index.html", context)


@require_safe
def download(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same list as CSV, with a byte-order mark because offices open it in a spreadsheet."""
    actor = actor_of(request)
    check(queries.only_county(), "area.see", actor=actor)
    form = SearchForm(request.GET if "level" in request.GET else None, initial={"level": AreaLevel.TOWN})
    wanted = _wanted(form)
    rows = queries.list_areas(actor, **wanted).values_list(*_DOWNLOADED)
    writer = csv.writer(_Line())

    def lines() -> Any:
        yield "\ufeff" + writer.writerow(name.replace("parent__code", "parent_code") for name in _DOWNLOADED)
        for row in rows.iterator(chunk_size=500):
            yield writer.writerow(plain_cell("" if cell is None else str(cell)) for cell in row)

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="areas-{wanted["level"]}.csv"'
    return answer


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One area: facts, map, stations, what is below, what became of it, and what can be changed."""
    return _show(request, area_asked(request, code))


@require_POST
def new_area(request: HttpRequest, code: str) -> HttpResponse:
    """An area below this one."""
    above = area_asked(request, code)
    form = AreaForm(request.POST)

    def make() -> Area:
        below = LEVEL_ORDER.index(AreaLevel(above.level)) + 1
        level = LEVEL_ORDER[below] if below < len(LEVEL_ORDER) else ""
        return actions.create_area(
            level=level, parent=above, actor=actor_of(request), now=clock.now(), **form.cleaned_data
        )

    return _change(request, above, "new_form", form, make, _("The area is there."))


@require_POST
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Another name for this area."""
    area = area_asked(request, code)
    form = RenameForm(request.POST)

    def make() -> Area:
        return actions.rename_area(
            area=area, name=form.cleaned_data["name"], actor=actor_of(request), now=clock.now()
        )

    return _change(request, area, "rename_form", form, make, _("The name is changed."))


@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """The end of this area."""
    area = area_asked(request, code)
    form = CloseForm(request.POST)

    def make() -> Area:
        entry = form.cleaned_data
        successors = [_successor(part) for part in entry["codes"].replace(",", " ").replace(",", " ").split()]
        actions.close_area(
            area=area,
            on=entry["on"],
            successors=successors,
            kind=entry["kind"] if successors else "",
            actor=actor_of(request),
            now=clock.now(),
        )
        return successors[0] if successors else area

    return _change(request, area, "close_form", form, make, _("The area is closed."))


def _change(
    request: HttpRequest, area: Area, name: str, form: Form, make: Callable[[], Area], done: str
) -> HttpResponse:
    """Do one change from a form on the area's page; a refusal is shown there with all that was typed."""
    if form.is_valid():
        try:
            changed = make()
        except Refused as refused:
            if refused.http in (403, 404):
                raise
            put_on(form, refused)
        else:
            messages.success(request, done)
            return redirect("area:one", code=changed.code)
    return _show(request, area, **{name: form})


def _show(request: HttpRequest, area: Area, **forms: Form) -> HttpResponse:
    actor = actor_of(request)
    verbs = _open(actor, area) if area.valid_to is None else {}
    below = page(queries.children_of(area).defer("outline"), ("code",), request.GET.get("after"), 100)
    context = {
        "area": area,
        "line": queries.ancestors_of(area)[:-1],
        "level_word": LEVEL_WORDS[AreaLevel(area.level)],
        "households": queries.households_below(area),
        "picture": draw(queries.shapes_below(area)),
        "below": below,
        "lines": _with_households(below.rows),
        "stations": queries.stations_at(area)[:60],
        "serving": queries.stations_of(area),
        "station_words": STATION_WORDS,
        "became": area.successors.select_related("new").order_by("id"),
        "came_from": area.predecessors.select_related("old").order_by("id"),
        "open": verbs,
        "planned": changes.planned_for(actor, area),
    }
    if verbs.get("create") and area.level != AreaLevel.MICRO_GRID:
        context["new_form"] = AreaForm(prefix=None, auto_id="new_%s")
    if verbs.get("rename"):
        context["rename_form"] = RenameForm(initial={"name": area.official_name}, auto_id="rename_%s")
    if verbs.get("close"):
        context["close_form"] = CloseForm(auto_id="close_%s")
    return render(request, "area/one.html", context | forms, status=422 if forms else 200)


def _with_households(areas: list[Area]) -> list[tuple[Area, int | None]]:
    households = queries.households_of(areas)
    return [(area, households.get(area.pk)) for area in areas]


def _open(actor: Actor, area: Area) -> dict[str, bool]:
    subject = subject_of(area)
    verbs = {verb.split(".")[1]: may(actor, verb, subject) for verb in _BY_HAND}
    return verbs | {"station": may(actor, "station.save", subject), "zone": may(actor, "zone.save", subject)}


def _wanted(form: SearchForm) -> dict[str, Any]:
    entry = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return {
        "level": entry.get("level") or AreaLevel.TOWN.value,
        "text": entry.get("text", "").strip(),
        "closed": entry.get("closed", False),
    }


def area_asked(request: HttpRequest, code: str) -> Area:
    """The area of the address. Raises OutOfScope."""
    area = queries.area_by_code(code)
    if area is None:
        raise queries.no_such_area()
    check(area, "area.see", actor=actor_of(request))
    return area


def _successor(code: str) -> Area:
    area = queries.area_by_code(code)
    if area is None:
        sentence = _("There is no area with the code %(code)s.") % {"code": code}
        raise BadInput("successor_unknown", sentence, fields={"codes": sentence})
    return area
