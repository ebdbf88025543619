"""Lists read in: which there are, the dry run with every bad row, taking in, taking back, templates."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.lists import actions, queries
from laojia.foundation.lists.forms.sentences import STAYS, told
from laojia.foundation.lists.forms.upload import FOUND_WORDS, RowsForm, SheetForm
from laojia.foundation.lists.jobs.turn import AT_ONCE, put_down, work_on
from laojia.foundation.lists.jobs.workbooks import MEDIA_TYPE, bad_rows_of, template_of
from laojia.foundation.lists.models import AT_WORK, Batch, StagedRow
from laojia.foundation.lists.rules import BAD, ListKind
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.kernel.paging import page
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.permissions import open_verbs

_ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The batches, a form for the next one, and the templates."""
    actor = actor_of(request)
    kinds = _kinds(actor)
    form = SheetForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kinds=kinds,
        initial={"kind": request.GET.get("kind", kinds[0].name)},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            batch = put_down(given["kind"], given["file"].data, actor=actor, now=clock.now())
        except BadInput as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("lists:one", pk=batch.pk)
    rows = page(queries.batches_seen(actor), ("-id",), request.GET.get("after"), _ON_A_PAGE)
    context = {
        "form": form,
        "kinds": kinds,
        "page": rows,
        "lines": [(batch, _title(batch)) for batch in rows.rows],
    }
    return render(request, "lists/index.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: how far it is, what each row is, and what can be done with it."""
    batch = queries.batch_seen(actor_of(request), pk)
    return render(request, "lists/one.html", _context(request, batch))


@require_safe
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, asked for by the page every second; when it is through, the whole page comes anew."""
    batch = queries.batch_seen(actor_of(request), pk)
    answer = render(request, "lists/_progress.html", {"batch": batch, **_numbers(batch)})
    if batch.state not in AT_WORK:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """The good rows in."""
    return _do(request, pk, actions.take_list, "")


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing of it."""
    return _do(request, pk, actions.drop_list, _("Nothing of the list was taken in; its rows are blanked."))


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """What the list made, as far as nobody has used it."""
    return _do(request, pk, actions.remove_list, "")


@require_safe
@never_cache
def bad_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The bad rows as a workbook with a column of reasons."""
    batch = queries.batch_seen(actor_of(request), pk)
    if batch.blanked or not batch.bad:
        raise OutOfScope(
            "no_bad_rows",
            _("There are no rows to be mended here any more."),
            _("They are kept for a week after the others are taken in."),
        )
    return _workbook(bad_rows_of(batch), f"list-{batch.pk}-to-mend.xlsx")


@require_safe
@never_cache
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty list of a kind, with examples and what goes where."""
    found = next((one for one in _kinds(actor_of(request)) if one.name == kind), None)
    if found is None:
        raise OutOfScope("not_here", _("There is no such kind of list."), _("Open the lists and look again."))
    return _workbook(template_of(found), f"template-{found.name}.xlsx")


def _do(request: HttpRequest, pk: int, act: Callable[..., Batch], said: str) -> HttpResponse:
    actor = actor_of(request)
    batch = act(batch=queries.batch_seen(actor, pk), actor=actor, now=clock.now())
    if batch.state in AT_WORK:
        work_on(batch.pk, AT_ONCE)
    if said:
        messages.success(request, said)
    return redirect("lists:one", pk=pk)


def _context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    actor = actor_of(request)
    form = RowsForm(request.GET if {"found", "row"} & set(request.GET) else None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = wanted.get("found", BAD if batch.bad and not form.is_bound else "")
    rows = queries.lines_of(batch, found=found, number=wanted.get("row") or 0)
    shown = page(rows, ("number",), request.GET.get("after"), _ON_A_PAGE)
    kind = queries.kind_named(batch.kind)
    return {
        "batch": batch,
        "kind": kind,
        "form": form if form.is_bound else RowsForm(initial={"found": found}),
        "found": found,
        "page": shown,
        "lines": [_line(batch, kind, row) for row in shown.rows],
        "verbs": {verb.split(".")[1] for verb in open_verbs(actor, subject_of(batch))},
        "until": batch.ended_at + actions.KEEP_BAD if batch.ended_at and not batch.blanked else None,
        "bad_rows_there": bool(batch.bad) and not batch.blanked and batch.state not in ("reading", "dropped"),
        **_numbers(batch),
    }


def _line(batch: Batch, kind: ListKind, row: StagedRow) -> dict[str, Any]:
    """A row as the page shows it: its first cells, what it is, what is wrong, what it became."""
    cells = [str(cell) for cell in json.loads(row.cells)] if row.cells else []
    plain = {name: cells[at] for name, at in batch.places.items() if at < len(cells)}
    headings = [column.heading for name in row.fields if (column := kind.column(name))]
    return {
        "row": row,
        "first": plain.get(kind.columns[0].name, ""),
        "word": FOUND_WORDS[row.found],
        "flaws": told(kind, row.flaws, plain),
        "fields": "、".join(headings),
        "address": kind.address % row.row_id if kind.address and row.taken and row.row_id else "",
        "stays": STAYS.get(row.stays, ""),
    }


def _numbers(batch: Batch) -> dict[str, Any]:
    whole = {
        "reading": batch.rows,
        "taking": batch.fresh + batch.changed + batch.same,
        "removing": batch.made + batch.done,
    }.get(batch.state, 0)
    return {
        "whole": whole,
        "share": min(100, batch.done * 100 // whole) if whole else 0,
        "busy": batch.state in AT_WORK,
        "stood_still": batch.lease_until is not None
        and clock.now() > batch.lease_until + timedelta(minutes=1),
    }


def _kinds(actor: Actor) -> list[ListKind]:
    kinds = queries.kinds_seen(actor)
    if not kinds:
        raise OutOfScope("not_here", _("There is nothing for you here."), _("Ask the practice centre."))
    return kinds


def _title(batch: Batch) -> object:
    return queries.kind_named(batch.kind).title


def _workbook(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
