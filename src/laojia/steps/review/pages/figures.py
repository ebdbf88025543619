"""Open figures by month, and the leader's page. Never a league table: items and towns in code order."""

from __future__ import annotations

import csv
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from laojia.kernel import clock
from laojia.kernel.codes import plain_cell
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.kernel.paging import page
from laojia.policy.facts import Actor, actor_of
from laojia.policy.metrics import METRICS, Metric
from laojia.policy.permissions import PERMISSIONS
from laojia.steps.review import queries


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Items × towns of a month; small figures hidden."""
    month = _month(request)
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    today = clock.local_date(clock.now())
    context = {
        "figures": queries.public_figures(month),
        "before": before,
        "after": after if after <= today else None,
        "metrics": METRICS,
    }
    return render(request, "review/figures.html", context)


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same table for a spreadsheet; hidden figures are said as 少于5."""
    shown = queries.public_figures(_month(request))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="figures-{shown.month:%Y-%m}.csv"'
    answer.write("\ufeff")
    sheet = csv.writer(answer)
    sheet.writerow([_("Menu item"), *map(plain_cell, shown.towns), _("Together")])
    for row in shown.rows:
        sheet.writerow(
            [plain_cell(row.name), *(_("hidden") if c is None else c for c in (*row.cells, row.total))]
        )
    return answer


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What waits, what is late, where help is short, what people said."""
    actor = _leading(request)
    now = clock.now()
    waiting = queries.overview(actor, now)
    context = {
        "waiting": waiting,
        "tiles": [
            _tile("waiting", "now_waiting", waiting.waiting),
            _tile("late", "now_late", waiting.late),
            _tile("pool", "now_pool", waiting.nobody_answers),
            _tile("served", "served_week", waiting.served),
        ],
        "short": METRICS["now_short"],
        "figures": queries.public_figures(clock.local_date(now).replace(day=1)),
    }
    return render(request, "review/overview.html", context)


def _tile(which: str, code: str, number: int) -> tuple[str, Metric, int]:
    """A figure of the catalogue and the address of its rows."""
    return f"rows/?which={which}", METRICS[code], number


@require_safe
def overview_rows(request: HttpRequest) -> HttpResponse:
    """The rows behind one figure of the leader's page: no names, no addresses."""
    actor = _leading(request)
    which = request.GET.get("which", "waiting")
    rows = queries.rows_behind(actor, which, clock.now())
    found = page(rows, order=("promise_due_at", "id"), after=request.GET.get("after") or None, size=50)
    return render(request, "review/overview_rows.html", {"page": found, "which": which})


def _leading(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.roles & PERMISSIONS["figures.see"].keys():
        raise OutOfScope(
            "no_figures", _("This page is for those who lead."), _("The open figures are for everybody.")
        )
    return actor


def _month(request: HttpRequest) -> date:
    """?month=2026-11; the present month without it. Raises BadInput."""
    text = request.GET.get("month", "")
    today = clock.local_date(clock.now())
    if not text:
        return today.replace(day=1)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadInput("month", _("That is not a month."), _("Write it like 2026-11.")) from None
    if not date(2020, 1, 1) <= month <= today:
        raise BadInput("month", _("There are no figures for that month."), _("Choose another month."))
    return month
