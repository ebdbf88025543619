"""Merge, split and new name: form, preview, the list of planned changes, and the rows behind a count."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.area import actions, queries
from laojia.foundation.area.forms import LEVEL_WORDS, STAYS_ITSELF, MergeForm, NewNameForm, SplitForm
from laojia.foundation.area.models import Area, AreaChange
from laojia.foundation.area.pages.areas import area_asked
from laojia.foundation.area.queries import changes, holdings
from laojia.foundation.journal.actions import require
from laojia.kernel import clock
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, OutOfScope, Refused, put_on
from laojia.kernel.paging import page
from laojia.labels import state_word
from laojia.policy.facts import Subject, actor_of
from laojia.policy.permissions import may
from laojia.policy.roles import AreaLevel


def merge(request: HttpRequest, code: str) -> HttpResponse:
    """This area and others become one."""
    area = _asked(request, code, "area.merge")
    form = MergeForm(request.POST or None, area=area, choices=queries.same_level(area))

    def words(entry: dict[str, Any]) -> dict[str, Any]:
        chosen = queries.areas_by_id([area.pk, *entry["others"], *([entry["into"]] if entry["into"] else [])])
        return {
            "sources": [chosen[pk] for pk in dict.fromkeys([area.pk, *entry["others"]])],
            "into": chosen[entry["into"]] if entry["into"] else None,
            "name": entry["name"], "code": entry["code"], "on": entry["on"],
        }  # fmt: skip

    def look(given: dict[str, Any]) -> changes.Draft:
        parent = given["sources"][0].parent if given["into"] is None else None
        return changes.draft_merge(**given, parent=parent, today=local_date(clock.now()))

    return _answer(request, area, "merge", form, words, look, actions.plan_merge)


def split(request: HttpRequest, code: str) -> HttpResponse:
    """This area becomes several."""
    area = _asked(request, code, "area.split")
    form = SplitForm(request.POST or None, area=area, below=list(queries.children_of(area).defer("outline")))

    def words(entry: dict[str, Any]) -> dict[str, Any]:
        first = 0 if entry["keeps"] else 1
        where = {pk: part - first for pk, part in entry["where"].items()}
        return {
            "area": area, "parts": entry["parts"], "keeps": entry["keeps"], "where": where,
            "rest": entry["rest"] - first, "on": entry["on"],
        }  # fmt: skip

    def look(given: dict[str, Any]) -> changes.Draft:
        return changes.draft_split(**given, today=local_date(clock.now()))

    return _answer(request, area, "split", form, words, look, actions.plan_split)


def new_name(request: HttpRequest, code: str) -> HttpResponse:
    """Another name from a day on."""
    area = _asked(request, code, "area.rename")
    form = NewNameForm(request.POST or None, initial={"name": area.official_name})

    def words(entry: dict[str, Any]) -> dict[str, Any]:
        return {"area": area, **entry}

    def look(given: dict[str, Any]) -> changes.Draft:
        return changes.draft_rename(**given, today=local_date(clock.now()))

    return _answer(request, area, "rename", form, words, look, actions.plan_rename)


def _answer(
    request: HttpRequest,
    area: Area,
    kind: str,
    form: Form,
    words: Callable[[dict[str, Any]], dict[str, Any]],
    look: Callable[[dict[str, Any]], changes.Draft],
    plan: Callable[..., AreaChange],
) -> HttpResponse:
    """The form; with "preview" what it would do; with "plan" it is planned. A refusal keeps what was typed."""
    context: dict[str, Any] = {"area": area, "kind": kind, "form": form, "stays_itself": STAYS_ITSELF}
    wrong = False
    if request.method == "POST":
        wrong = True
        if form.is_valid():
            try:
                given = words(form.cleaned_data)
                if "plan" in request.POST:
                    change = plan(**given, actor=actor_of(request), now=clock.now())
                    day = change.on.isoformat()
                    messages.success(
                        request,
                        _("Planned: it takes effect on %(day)s. Until then it can be undone.") % {"day": day},
                    )
                    return redirect("area:changes")
                context["preview"] = changes.preview(look(given))
                context["levels"] = LEVEL_WORDS
                wrong = False
            except Refused as refused:
                if refused.http in (403, 404):
                    raise
                put_on(form, refused)
    return render(request, "area/change.html", context, status=422 if wrong else 200)


@require_safe
def holds(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The rows behind one count of the preview: numbers, states and names of offices, nobody's data."""
    area = _asked(request, code, "area.merge")
    one = holdings.holding_of(kind)
    if one is None:
        raise OutOfScope("no_such_kind", _("There is no such list."), _("Go back to the area."))
    rows = page(holdings.rows_at(one, area.path), ("pk",), after=request.GET.get("after"), size=50)
    columns = holdings.shown_of(one, [row.pk for row in rows.rows])
    lines = [[_cell(one, name, line[name]) for name in one.shows] for line in columns]
    return render(request, "area/holds.html", {"area": area, "holding": one, "page": rows, "lines": lines})


def _cell(one: holdings.Holding, name: str, value: Any) -> Any:
    if name == "state":
        return state_word(one.model.SCOPE.kind, value)  # type: ignore[attr-defined]
    return "" if value is None else value


@require_safe
def planned(request: HttpRequest) -> HttpResponse:
    """What is planned, and what was done or undone."""
    actor = actor_of(request)
    require(actor, "area.see", Subject("area"))
    waiting = list(changes.changes(actor).filter(state="planned").order_by("on", "pk"))
    over = page(
        changes.changes(actor).exclude(state="planned"), ("-pk",), after=request.GET.get("after"), size=30
    )
    context = {
        "waiting": changes.change_lines(waiting), "page": over, "over": changes.change_lines(over.rows),
        "may_undo": may(actor, "area.unplan", Subject("area_change")), "words": {one.code: one.word for one in holdings.holdings()},
    }  # fmt: skip
    return render(request, "area/changes.html", context)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """A planned change does not happen."""
    actor = actor_of(request)
    actions.undo_change(change=changes.change_by_id(actor, pk), actor=actor, now=clock.now())
    messages.success(request, _("Undone: everything stays as it is."))
    return redirect("area:changes")


def _asked(request: HttpRequest, code: str, verb: str) -> Area:
    area = area_asked(request, code)
    require(actor_of(request), verb, Subject("area_change"))
    if area.level == AreaLevel.COUNTY and verb != "area.rename":
        words = _("The county itself stays whole.")
        raise BadInput("one_level", words, _("Choose a town, a village or a grid."))
    return area
