"""The volunteer's page: my next appointments, calls I can join, what I have given and who attested it. No totals of others."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.people.models import Person
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor, actor_of
from laojia.policy.roles import Role
from laojia.steps.menu.models import Occasion
from laojia.steps.serve import actions, queries
from laojia.steps.serve.models import RosterLine


@require_safe
def volunteer(request: HttpRequest) -> HttpResponse:
    """Mine, as a volunteer."""
    actor = _volunteer(request)
    now = clock.now()
    given = queries.my_lines(actor, past=True)
    attested = {p.pk: p.name for p in Person.objects.filter(pk__in={g.attested_by_id for g in given})}
    hours, minutes = divmod(queries.my_minutes(actor), 60)
    context = {
        "lines": queries.my_lines(actor),
        "calls": queries.calls_i_can_join(actor, now),
        "given": [(line, attested.get(line.attested_by_id or 0, "")) for line in given],
        "hours": hours,
        "minutes": minutes,
    }
    return render(request, "serve/volunteer.html", context)


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """我也去."""
    actor = _volunteer(request)
    occasion = (
        Occasion.objects.filter(pk=pk, public=True, state="confirmed").select_related("item_version").first()
    )
    person = Person.objects.filter(pk=actor.person_id or 0).first()
    if occasion is None or person is None:
        raise OutOfScope("no_call", _("That call is over."), _("Have a look at what else needs hands."))
    line = actions.join(occasion=occasion, person=person, actor=actor, now=clock.now())
    said = (
        _("You are next when somebody cannot come; we tell you at once.")
        if line.state == "waitlisted"
        else _("You are on the list. If you cannot come, one tap is enough.")
    )
    messages.success(request, said)
    return redirect("serve:volunteer")


@require_POST
def answer_line(request: HttpRequest, pk: int) -> HttpResponse:
    """去 / 我去不了."""
    actor = _volunteer(request)
    line = (
        RosterLine.objects.filter(pk=pk, person_id=actor.person_id or 0)
        .select_related("occasion__item_version")
        .first()
    )
    if line is None:
        raise OutOfScope("no_line", _("You are not on that roster."), _("Look at your own list."))
    coming = request.POST.get("coming") == "yes"
    now = clock.now()
    if line.state == "asked":
        actions.answer(line=line, coming=coming, actor=actor, now=now)
    elif not coming:
        actions.leave(line=line, actor=actor, now=now)
    messages.success(request, _("Good, see you there.") if coming else _("All right, the leader is told."))
    return redirect("serve:volunteer")


def _volunteer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(Role.VOLUNTEER):
        raise OutOfScope(
            "no_volunteer",
            _("You are not entered as a volunteer yet."),
            _("Join a team near you: the practice centre or any team leader enters you."),
        )
    return actor
