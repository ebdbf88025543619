"""Month and year: on screen, on paper, as a workbook; behind each figure its rows; what each figure means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.desks.reports import actions, queries
from laojia.desks.reports.forms import NoteForm
from laojia.desks.reports.pages.shared import Cell, as_xlsx, period_of
from laojia.desks.reports.queries import COUNTED, Figure, Sheet, View
from laojia.desks.reports.rules import Period, in_hours, month_of, year_of
from laojia.kernel import clock
from laojia.kernel.errors import joined
from laojia.kernel.paging import page
from laojia.policy import metrics
from laojia.policy.facts import Actor, Subject, actor_of
from laojia.policy.permissions import may


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """To the month that runs."""
    view = queries.view_of(actor_of(request), request.GET.get("place", ""))
    period = month_of(clock.local_date(clock.now()))
    return redirect(reverse("reports:month", args=[period.text]) + _asked(view))


@require_safe
def month(request: HttpRequest, period: str) -> HttpResponse:
    """Every figure, its parts and why it may still move."""
    context = _context(request, period_of(period))
    context["form"] = NoteForm(context["sheet"]) if context["may_note"] else None
    return render(request, "reports/month.html", context)


@require_safe
def paper(request: HttpRequest, period: str) -> HttpResponse:
    """One or two sheets of A4."""
    return render(request, "reports/paper.html", _context(request, period_of(period)))


@require_safe
def workbook(request: HttpRequest, period: str) -> HttpResponse:
    """Figures as real numbers, and a sheet that says what each of them means."""
    chosen = period_of(period)
    view = queries.view_of(actor_of(request), request.GET.get("place", ""))
    sheet = queries.sheet(view, chosen, clock.now())
    sheets = ((_("Figures"), _figure_rows(sheet)), (_("What they mean"), _definition_rows(sheet)))
    return as_xlsx(f"month-{chosen.text}.xlsx", sheets)


@require_POST
def note(request: HttpRequest, period: str) -> HttpResponse:
    """Words beside the month of one place."""
    chosen, actor = period_of(period), actor_of(request)
    view = queries.view_of(actor, request.GET.get("place", ""))
    sheet = queries.sheet(view, chosen, clock.now())
    form = NoteForm(sheet, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        actions.note_month(
            period=chosen.text, area=given["area"], words=given["words"], actor=actor, now=clock.now()
        )
        return redirect(reverse("reports:month", args=[chosen.text]) + _asked(view))
    context = _context(request, chosen)
    context["form"] = form
    return render(request, "reports/month.html", context, status=422)


@require_safe
def rows(request: HttpRequest, period: str, metric: str) -> HttpResponse:
    """The rows behind one figure or one part of it: as many as the figure says."""
    chosen, at = period_of(period), clock.now()
    view = queries.view_of(actor_of(request), request.GET.get("place", ""))
    figure = metrics.METRICS.get(metric)
    if figure is None or metric not in COUNTED or (view.team and not figure.teams):
        raise Http404
    part = request.GET.get("part") if figure.split else None
    counted = COUNTED[metric]
    found = queries.rows_behind(view, chosen, metric, part, at)
    leaf = page(found, order=counted.order, after=request.GET.get("after") or None, size=50)
    context = {
        "period": chosen,
        "view": view,
        "metric": figure,
        "part": queries.part_word(figure.split, part) if part is not None else "",
        "count": found.count(),
        "page": leaf,
        "headings": queries.headings(counted.source),
        "rows": [queries.cells(counted.source, row) for row in leaf.rows],
        "back": reverse("reports:month", args=[chosen.text]) + _asked(view),
    }
    return render(request, "reports/rows.html", context)


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """The catalogue: what every figure of every page means."""
    queries.view_of(actor_of(request))
    groups = [
        (_(words), [_defined(m) for m in metrics.METRICS.values() if m.group == group])
        for group, words in GROUP_WORDS.items()
    ]
    return render(request, "reports/definitions.html", {"groups": groups})


def _defined(metric: metrics.Metric) -> tuple[metrics.Metric, list[str], str]:
    return metric, [metrics.EXCLUSIONS[key] for key in metric.excludes], metrics.UNITS[metric.unit]


GROUP_WORDS = {
    "done": metrics.gettext_noop("What took place"),
    "asked": metrics.gettext_noop("What was asked for, and what became of it"),
    "said": metrics.gettext_noop("What people said"),
    "duty": metrics.gettext_noop("Records and calls"),
    "now": metrics.gettext_noop("How things stand at this moment"),
    "open": metrics.gettext_noop("Figures for everybody"),
}


def _asked(view: View) -> str:
    return f"?{urlencode({'place': view.place.code})}" if view.place is not None else ""


def _context(request: HttpRequest, period: Period) -> dict[str, Any]:
    actor = actor_of(request)
    view = queries.view_of(actor, request.GET.get("place", ""))
    sheet = queries.sheet(view, period, clock.now())
    today = clock.local_date(clock.now())
    following = period.following()
    return {
        "sheet": sheet,
        "period": period,
        "view": view,
        "asked": _asked(view),
        "groups": _groups(sheet, _asked(view)),
        "before": period.before() if period.before().first.year >= 2020 else None,
        "following": following if following.first <= today else None,
        "other": month_of(today) if period.is_year else year_of(period.first.year),
        "reasons": [PROVISIONAL[reason] for reason in sheet.provisional],
        "may_note": not view.team and _may_note(actor, view),
    }


PROVISIONAL = {
    "running": metrics.gettext_noop("the time is not over yet"),
    "reviews": metrics.gettext_noop("people may still say how it was"),
    "open": metrics.gettext_noop("orders of this time are still open"),
    "owed": metrics.gettext_noop("records are still owed"),
}


def _may_note(actor: Actor, view: View) -> bool:
    return any(may(actor, "month.note", Subject("month", area_path=area.path)) for area in view.places)


def _groups(sheet: Sheet, asked: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Figures in the order of the catalogue, with the addresses of their rows."""
    found: dict[str, list[dict[str, Any]]] = {}
    for figure in sheet.figures.values():
        found.setdefault(figure.metric.group, []).append(_line(sheet, figure, asked))
    return [(_(GROUP_WORDS[group]), lines) for group, lines in found.items()]


def _line(sheet: Sheet, figure: Figure, asked: str) -> dict[str, Any]:
    metric = figure.metric
    base = reverse("reports:rows", args=[sheet.period.text, metric.code])
    joint = "&" if asked else "?"
    parts = [
        {
            "word": queries.part_word(metric.split, part),
            "n": _worth(metric.unit, n),
            "url": f"{base}{asked}{joint}{urlencode({'part': part})}",
        }
        for part, n in sorted(figure.parts.items(), key=lambda one: queries.part_word(metric.split, one[0]))
        if n or figure.part_rows[part]
    ]
    return {
        "metric": metric, "shown": figure.shown, "rows": figure.rows, "url": base + asked, "parts": parts,
        "unit": metrics.UNITS[metric.unit],
    }  # fmt: skip


def _worth(unit: str, n: int) -> float | int:
    return in_hours(n) if unit == "minutes" else n


def _figure_rows(sheet: Sheet) -> Iterator[list[Cell]]:
    yield [_("Figure"), _("Part"), _("How many"), _("Unit"), _("Rows behind it")]
    for figure in sheet.figures.values():
        unit = _(metrics.UNITS[figure.metric.unit])
        yield [_(figure.metric.name), "", figure.shown, unit, figure.rows]
        for part, n in sorted(figure.parts.items()):
            word = queries.part_word(figure.metric.split, part)
            yield [_(figure.metric.name), word, _worth(figure.metric.unit, n), unit, figure.part_rows[part]]
    yield []
    yield [_("Time"), sheet.period.text, None, _("Where"), sheet.view.name]
    for reason in sheet.provisional:
        yield [_("Provisional"), _(PROVISIONAL[reason])]
    for written in sheet.notes:
        yield [_("Beside the figures"), written.area.name, None, written.words]


def _definition_rows(sheet: Sheet) -> Iterator[list[Cell]]:
    yield [_("Figure"), _("What it says"), _("How it is counted"), _("Left out"), _("Unit")]
    for figure in sheet.figures.values():
        m = figure.metric
        left_out = joined(*(_(metrics.EXCLUSIONS[key]) for key in m.excludes))
        yield [_(m.name), _(m.sentence), _(m.formula), left_out, _(metrics.UNITS[m.unit])]
