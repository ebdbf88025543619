"""The exchange file: what is not sent and why, files made, a file's rows, the answer read back."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.desks.reports import actions
from laojia.desks.reports.forms import AnswerForm
from laojia.desks.reports.models import ExchangeFile
from laojia.desks.reports.pages.shared import as_csv, as_xlsx
from laojia.desks.reports.queries import exchange as queries
from laojia.foundation.lists.jobs.reading import rows_of
from laojia.kernel import clock
from laojia.kernel.errors import BadInput
from laojia.kernel.paging import page
from laojia.policy.facts import actor_of

MOST_ANSWERS = 20_000


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How many are not sent, what keeps some back, what came back, and the files made."""
    actor = actor_of(request)
    queries.may_exchange(actor)
    leaf = page(queries.unsent(actor), order=("id",), after=request.GET.get("after") or None, size=50)
    context = {
        "count": queries.unsent(actor).count(),
        "page": leaf,
        "candidates": [
            (one.line, [queries.LACKS[name] for name in one.lacks]) for one in queries.candidates(leaf.rows)
        ],
        "returned": list(queries.lines_of(actor, state="returned").order_by("id")[:50]),
        "files": list(queries.files(actor)[:50]),
        "most": queries.MOST_ROWS,
    }
    return render(request, "reports/exchange.html", context)


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """A new file of everything complete."""
    actor = actor_of(request)
    queries.may_exchange(actor)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise BadInput(
            "key", _("This form is incomplete."), _("Open the page again and press once more.")
        ) from None
    file = actions.make_file(key=key, actor=actor, now=clock.now())
    return redirect("reports:exchange_file", file.pk)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of a file, masked, and how they were answered."""
    file = _file(request, pk)
    return _shown(request, file, AnswerForm())


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """The file itself, with names and numbers in full; who took it is journalled."""
    file = _file(request, pk)
    actions.take_file(file=file, actor=actor_of(request), now=clock.now())
    rows = queries.file_rows(file)
    if request.POST.get("kind") == "csv":
        return as_csv(f"records-{file.pk}.csv", rows)
    return as_xlsx(f"records-{file.pk}.xlsx", ((_("Service records"), rows),))


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the answer list in: whole, or nothing and what is wrong with it."""
    file = _file(request, pk)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, file, form, code=422)
    try:
        _count, found = rows_of(form.cleaned_data["sheet"].data)
        rows = list(itertools.islice(found, MOST_ANSWERS))
        moved = actions.read_answer(file=file, rows=rows, actor=actor_of(request), now=clock.now())
    except actions.WrongAnswers as wrong:
        return _shown(request, file, form, code=422, wrong=wrong)
    except BadInput as refused:
        form.add_error("sheet", str(refused))
        return _shown(request, file, form, code=422)
    return _shown(request, file, AnswerForm(), moved=moved)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """One returned row has been put right."""
    actor = actor_of(request)
    queries.may_exchange(actor)
    line = get_object_or_404(queries.lines_of(actor), pk=pk)
    actions.correct(line=line, actor=actor, now=clock.now())
    return redirect("reports:exchange")


def _file(request: HttpRequest, pk: int) -> ExchangeFile:
    actor = actor_of(request)
    queries.may_exchange(actor)
    return queries.file_of(actor, pk)


def _shown(
    request: HttpRequest,
    file: ExchangeFile,
    form: AnswerForm,
    *,
    code: int = 200,
    moved: int | None = None,
    wrong: actions.WrongAnswers | None = None,
) -> HttpResponse:
    rows = queries.lines_of(actor_of(request), file)
    context: dict[str, Any] = {
        "file": file,
        "form": form,
        "moved": moved,
        "wrong": wrong,
        "problems": [(one.at, one.column, one.value, _wrong_word(one.code)) for one in wrong.wrong]
        if wrong
        else [],
        "page": page(rows, order=("row", "id"), after=request.GET.get("after") or None, size=100),
    }
    return render(request, "reports/exchange_file.html", context, status=code)


def _wrong_word(code: str) -> str:
    """What is wrong, and what to do."""
    return {
        "no_heading": _(
            "The first rows must name the columns 序号 and 结果. Use the file as it was taken from here."
        ),
        "nothing_answered": _("No row has a result yet. Write 录入 or 退回 into the column 结果."),
        "not_in_file": _("This number is no row of this file. Look whether the right file was chosen."),
        "no_such_result": _("The result is 录入 or 退回. Write one of them, or leave the cell empty."),
        "no_reason": _("Write into 退回原因 why it came back."),
        "said_twice": _("This row is there twice and says two things. Keep the right one."),
        "answered_before": _(
            "This row was answered differently before. Look at it below; what was entered stays entered."
        ),
    }[code]
