"""The call list: one row a person, what to say, ticked when told; on paper for the telephone in the next room."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.channels.console.pages.shared import actor_of, moment
from laojia.channels.console.queries.calls import call_rows
from laojia.foundation.outbox import actions as outbox
from laojia.foundation.outbox import queries as told
from laojia.foundation.outbox.rules import is_quiet
from laojia.foundation.people import actions as people_actions
from laojia.foundation.people.actions.people import doubt_phone
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, Conflict
from laojia.steps.dispatch import queries as dispatch


@never_cache
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to telephone now."""
    return _show(request)


@never_cache
@require_POST
def tick(request: HttpRequest) -> HttpResponse:
    """Told, nobody answered (it comes back later), or somebody else's number."""
    actor, now = actor_of(request), moment()
    outcome = request.POST.get("outcome", "")
    person = row_id(request.POST.get("person", ""))
    ids = [pk for one in request.POST.getlist("m") if (pk := row_id(one))]
    try:
        if outcome == "wrong" and person:
            doubt_phone(actor=actor, now=now, person_id=person)
            messages.success(
                request, _("Noted: nothing more goes to that number. Ask the contact or the grid worker.")
            )
        elif outcome in ("told", "nobody"):
            outbox.call_made(message_ids=ids, actor=actor, now=now, reached=outcome == "told")
            messages.success(
                request, _("Told.") if outcome == "told" else _("It comes back to the list later.")
            )
        else:
            raise BadInput("outcome", _("Please say how the call went."), _("Choose one of the answers."))
    except Conflict as refused:
        messages.error(request, str(refused))
    return _again(request)


@never_cache
@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """The number in full, for this call; who looked is written down."""
    actor, now = actor_of(request), moment()
    person = row_id(request.POST.get("person", "")) or 0
    full = people_actions.reveal_person(actor=actor, now=now, person_id=person, reason="call_the_person")
    return _show(request, full=full, full_of=person)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calls_print(request: HttpRequest) -> HttpResponse:
    """The list on paper: masked, or with the numbers (each of them journalled)."""
    actor, now = actor_of(request), moment()
    rows = call_rows(actor, now)
    numbers: dict[int, Any] = {}
    if request.method == "POST":
        for row in rows:
            if row.person is not None:
                numbers[row.person.pk] = people_actions.reveal_person(
                    actor=actor, now=now, person_id=row.person.pk, reason="call_the_person"
                )
    lines = [(row, numbers.get(row.person.pk) if row.person else None) for row in rows]
    return render(request, "console/calls_print.html", {"lines": lines, "full": bool(numbers), "now": now})


def _again(request: HttpRequest) -> HttpResponse:
    return _show(request) if getattr(request, "htmx", False) else redirect("console:calls")


def _show(request: HttpRequest, **more: Any) -> HttpResponse:
    actor, now = actor_of(request), moment()
    context = {
        "rows": call_rows(actor, now),
        "figures": told.reached_today(actor, now),
        "quiet": is_quiet(now),
        "teams_to_call": len(dispatch.to_call(actor)[:100]),
        **more,
    }
    part = "console/_calls.html" if getattr(request, "htmx", False) else "console/calls.html"
    return render(request, part, context)
