"""Regular help on the desks of station and centre: whom to telephone after a missed visit; paused and ended by a call."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia.foundation.people.queries import speaking_for
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, NotPermitted
from laojia.policy.facts import Actor, subject_of
from laojia.policy.permissions import open_verbs
from laojia.policy.roles import Channel, Role
from laojia.steps.order import actions, queries
from laojia.steps.order.forms import CallForm, PauseForm
from laojia.steps.order.models import StandingHelp
from laojia.steps.order.pages.common import actor_of, put


def _desk(request: HttpRequest) -> Actor:
    """Centre and stations; the person herself has it under 我的."""
    actor = actor_of(request)
    if not actor.has(Role.DISPATCHER, Role.STATION_STAFF):
        raise NotPermitted(
            "not_at_desk",
            gettext_lazy("This page is for the desks of centre and stations."),
            gettext_lazy("Your own regular help stands under “My things”."),
        )
    return actor


@require_safe
@never_cache
def regular(request: HttpRequest) -> HttpResponse:
    """Who is visited regularly; where a visit was missed stands first."""
    return render(request, "order/regular.html", {"rows": queries.regular_help(_desk(request))})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def regular_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One regular help: the visits planned, the last ones, and what the person says on the telephone."""
    actor = _desk(request)
    row = queries.standing(pk, actor)
    asked = request.POST.get("do", "")
    forms: dict[str, Any] = {
        "standing.pause": PauseForm(None, verb="standing.pause", prefix="pause"),
        "standing.resume": CallForm(None, prefix="resume"),
        "standing.end": CallForm(None, verb="standing.end", prefix="end"),
    }
    http = 200
    if request.method == "POST" and asked in forms:
        made = type(forms[asked])
        verb = {} if asked == "standing.resume" else {"verb": asked}
        form = made(request.POST, prefix=asked.removeprefix("standing."), **verb)
        forms[asked], http = form, 422
        if form.is_valid():
            try:
                messages.success(request, _said_on_the_phone(row, asked, form.cleaned_data, actor))
            except BadInput as refused:
                put(form, refused)
            else:
                return redirect("order:regular_one", pk)
    verbs = open_verbs(actor, subject_of(row))
    context = {
        "row": row,
        "visits": queries.visits_of(row),
        "forms": [(verb, form) for verb, form in forms.items() if verb in verbs],
        "asked": asked,
    }
    return render(request, "order/regular_one.html", context, status=http)


def _said_on_the_phone(row: StandingHelp, verb: str, given: dict[str, Any], actor: Actor) -> str:
    """The person's word, written down by the desk: both stay on record."""
    now = clock.now()
    if row.person_id is not None:
        today = clock.local_date(now)
        actor = speaking_for(actor, row.person_id, today, channel=Channel(given["channel"]))
    if verb == "standing.pause":
        until: date | None = given["until"]
        actions.pause_standing(standing=row, reason=given["reason"], until=until, actor=actor, now=now)
        return _("Noted. Nobody comes meanwhile, and the team hears of it.")
    if verb == "standing.resume":
        actions.resume_standing(standing=row, actor=actor, now=now)
        return _("Good, they come again.")
    actions.end_standing(standing=row, reason=given["reason"], actor=actor, now=now)
    return _("Ended as the person wishes. The team hears of it.")
