"""Looking: the queue with its three panes, one order, the map, the table without names."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from laojia.channels.console import queries
from laojia.channels.console.forms import RevealForm
from laojia.channels.console.pages.shared import actor_of, address, moment, undo_of, wanted_of
from laojia.kernel.clock import local_date
from laojia.kernel.codes import plain_cell
from laojia.steps.dispatch.queries.desk import asked_lines

SHOWN_OFFERS = 30


@never_cache
@require_safe
def queue(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """三栏: what waits; what is asked, or the map; the chosen order. A part alone when htmx asks for it."""
    actor, now = actor_of(request), moment()
    wanted = wanted_of(request)
    chosen = queries.chosen(actor, pk, now) if pk is not None else None
    context: dict[str, Any] = {
        "chosen": chosen,
        "wanted": wanted,
        "pairs": wanted.pairs(),
        "back": address("console:queue", **wanted.pairs()),
        "undo": undo_of(actor, now),
        "reveal_form": RevealForm(),
    }
    if getattr(request, "htmx", False) and pk is not None:
        return render(request, "console/_order.html", context)
    page = queries.queue(actor, wanted, now, request.GET.get("after"))
    view = "map" if request.GET.get("view") == "map" else "list"
    context |= {
        "page": page,
        "choices": queries.filter_choices(),
        "view_kind": view,
        "map": queries.county_map(actor, now) if view == "map" else None,
        "offers": asked_lines(actor, SHOWN_OFFERS) if view == "list" else [],
        "filtered": bool(wanted.pairs()),
    }
    return render(request, "console/queue.html", context)


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The queue as a table: no names, no telephone numbers, no addresses, nothing protected."""
    actor, now = actor_of(request), moment()
    rows = queries.table(actor, wanted_of(request), now)
    name = f"queue-{local_date(now).isoformat()}.{kind}"
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([plain_cell(cell) for cell in row] for row in rows)
        response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(
            _sheet(rows), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sheet(rows: Any) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([plain_cell(cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
