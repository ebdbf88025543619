"""上级要的表: saved, looked at, run, copied, removed. So that a demanded form is an export and nobody types twice."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia import labels
from laojia.desks.reports import actions
from laojia.desks.reports.forms import TableForm
from laojia.desks.reports.models import SavedTable
from laojia.desks.reports.pages.shared import as_csv, as_xlsx
from laojia.desks.reports.queries import tables as queries
from laojia.desks.reports.queries.columns import SUBJECTS
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import actor_of, subject_of
from laojia.policy.permissions import may
from laojia.policy.reasons import REASONS


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The saved tables, and what a new one may be about."""
    actor = actor_of(request)
    queries.may_tables(actor)
    saved = [(table, SUBJECTS[table.subject].word) for table in queries.tables(actor)]
    subjects = [(code, subject.word) for code, subject in SUBJECTS.items()]
    return render(request, "reports/tables.html", {"tables": saved, "subjects": subjects})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new table about one subject."""
    actor = actor_of(request)
    queries.may_tables(actor)
    subject = request.GET.get("subject", "occasions")
    if subject not in SUBJECTS:
        raise BadInput("subject", _("Choose what the table is about."), _("Go back to the list of tables."))
    if request.method != "POST":
        return _form(request, TableForm(subject, queries.choices(actor)), subject)
    form = TableForm(subject, queries.choices(actor), request.POST)
    return _save(request, form, subject, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The columns and rows of a saved table."""
    actor = actor_of(request)
    queries.may_tables(actor)
    table = queries.table_of(actor, pk)
    choices = queries.choices(actor)
    if request.method == "POST":
        return _save(request, TableForm(table.subject, choices, request.POST), table.subject, table)
    initial: dict[str, object] = {"name": table.name, **table.filters}
    for number, (code, heading) in enumerate(table.columns, 1):
        initial |= {f"on_{code}": True, f"heading_{code}": heading, f"place_{code}": number}
    return _form(request, TableForm(table.subject, choices, initial=initial), table.subject, table)


def _form(
    request: HttpRequest, form: TableForm, subject: str, table: SavedTable | None = None, code: int = 200
) -> HttpResponse:
    context = {"form": form, "table": table, "subject": SUBJECTS[subject].word}
    return render(request, "reports/table_form.html", context, status=code)


def _save(request: HttpRequest, form: TableForm, subject: str, table: SavedTable | None) -> HttpResponse:
    if not form.is_valid():
        return _form(request, form, subject, table, 422)
    given = form.cleaned_data
    try:
        saved = actions.save_table(
            key=_key(request), name=given["name"], subject=subject, columns=form.chosen(),
            filters={word: given.get(word) or "" for word in ("period", "place", "item", "team_kind")},
            actor=actor_of(request), now=clock.now(), table=table,
        )  # fmt: skip
    except (BadInput, Conflict) as refused:
        form.add_error("name" if "name" in refused.fields else None, str(refused))
        return _form(request, form, subject, table, refused.http)
    return redirect("reports:table", saved.pk)


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """The first twenty rows, masked, and the ways to run it."""
    return _shown(request, pk)


def _shown(request: HttpRequest, pk: int, refused: BadInput | None = None) -> HttpResponse:
    actor = actor_of(request)
    queries.may_tables(actor)
    table = queries.table_of(actor, pk)
    chosen = queries.columns_of(table)
    rows = queries.rows_of(actor, table, clock.local_date(clock.now()))
    personal = any(column.full for column, _heading in chosen)
    context = {
        "table": table,
        "subject": SUBJECTS[table.subject].word,
        "headings": [heading for _column, heading in chosen],
        "rows": queries.preview(table, rows),
        "count": rows.count(),
        "personal": personal,
        "may_reveal": personal and may(actor, "table.reveal", subject_of(table)),
        "reasons": [(code, labels.reason_word(code)) for code in REASONS["table.reveal"]],
        "refused": refused,
    }
    return render(request, "reports/table.html", context, status=422 if refused else 200)


@require_POST
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """The file; personal cells in full only with a reason and for who may reveal."""
    actor, at = actor_of(request), clock.now()
    queries.may_tables(actor)
    table = queries.table_of(actor, pk)
    full = request.POST.get("full") == "1"
    try:
        actions.run_table(table=table, actor=actor, now=at, full=full, reason=request.POST.get("reason", ""))
    except BadInput as refused:
        return _shown(request, pk, refused)
    rows = queries.rows_of(actor, table, clock.local_date(at), "table.reveal" if full else "table.run")
    lines = queries.lines_of(table, rows, full=full)
    name = f"table-{table.pk}-{clock.local_date(at):%Y%m%d}"
    if request.POST.get("kind") == "csv":
        return as_csv(f"{name}.csv", lines)
    return as_xlsx(f"{name}.xlsx", ((table.name, lines),))


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The same table once more, to be changed."""
    actor = actor_of(request)
    queries.may_tables(actor)
    table = queries.table_of(actor, pk)
    taken = set(queries.tables(actor).values_list("name", flat=True))
    names = (f"{table.name[:50]} ({n})" for n in range(2, 1000))
    fresh = actions.save_table(
        key=_key(request), name=next(name for name in names if name not in taken), subject=table.subject,
        columns=[(code, heading) for code, heading in table.columns], filters=table.filters, actor=actor,
        now=clock.now(),
    )  # fmt: skip
    return redirect("reports:table_change", fresh.pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Off the list."""
    actor = actor_of(request)
    queries.may_tables(actor)
    actions.drop_table(table=queries.table_of(actor, pk), actor=actor, now=clock.now())
    return redirect("reports:tables")
