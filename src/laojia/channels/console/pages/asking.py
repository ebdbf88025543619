"""Asking teams: send, second look, take back, the list of asked teams, calls, the plan for all, occasions without a team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from laojia.channels.console import queries
from laojia.channels.console.forms import OfferForm
from laojia.channels.console.pages.shared import actor_of, address, back, moment, says_refusals, undo_of
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import contacts_of
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.steps.dispatch import actions
from laojia.steps.dispatch import queries as dispatch
from laojia.steps.order import queries as orders
from laojia.steps.order.queries.cards import said_wish


def _asked(request: HttpRequest) -> tuple[OfferForm, Team]:
    form = OfferForm(request.POST)
    if not form.is_valid():
        raise BadInput("offer", _("Choose a team and a time again."))
    team = Team.objects.filter(pk=form.cleaned_data["team"]).first()
    if team is None:
        raise OutOfScope("team_not_here", _("We do not find this team here."), _("Open the list of teams."))
    return form, team


def _send(request: HttpRequest, send: Callable[..., Any], look: str) -> HttpResponse:
    """Send it; what needs a second look is shown for it first, whatever key was pressed."""
    form, team = _asked(request)
    given = form.cleaned_data
    try:
        send(team=team, date=given["date"], half=given["half"], key=given["key"], looked=given["looked"])
    except BadInput as refused:
        if refused.code != "second_look" or given["looked"]:
            raise
        tail = {"team": str(team.pk), "date": given["date"].isoformat(), "half": given["half"]}
        return redirect(address(look, request.resolver_match.kwargs["pk"], **tail))  # type: ignore[union-attr]
    if getattr(request, "htmx", False):
        return render(
            request, "console/_sent.html", {"team": team, "undo": undo_of(actor_of(request), moment())}
        )
    return back(request)


@require_POST
@says_refusals
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask this team for the order (or for the trip it is on)."""
    actor, now = actor_of(request), moment()
    order = orders.order_on_desk(pk, actor)
    trip = dispatch.trip_of(order)

    def send(**given: Any) -> object:
        if trip is not None:
            return actions.make_offer(actor=actor, now=now, occasion=trip, **given)
        return actions.make_offer(actor=actor, now=now, orders=[order], **given)

    return _send(request, send, "console:look")


@never_cache
@require_safe
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The second look as a page of its own: what is special, what can happen, then a tick and a button."""
    actor, now = actor_of(request), moment()
    found = queries.chosen(actor, pk, now)
    form = OfferForm(request.GET)
    team = Team.objects.filter(pk=form.cleaned_data["team"]).first() if form.is_valid() else None
    if team is None:
        return redirect("console:order", pk=pk)
    when = said_wish(*form.slot, local_date(now))
    return render(
        request,
        "console/look.html",
        {"chosen": found, "team": team, "given": form.cleaned_data, "when": when},
    )


@require_POST
@says_refusals
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an offer back: within ten seconds nobody was disturbed, later the team is told."""
    actor = actor_of(request)
    taken = actions.withdraw(offer=dispatch.offer_seen(actor, pk), actor=actor, now=moment())
    messages.success(request, _("Taken back from %(team)s.") % {"team": taken.team.name})
    return back(request)


@require_POST
@says_refusals
def called(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk has telephoned the team."""
    actor = actor_of(request)
    actions.note_call(offer=dispatch.offer_seen(actor, pk), actor=actor, now=moment())
    messages.success(request, _("The call is noted."))
    return back(request, "console:offers")


@never_cache
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Who is asked and by when; whom to telephone now; what is open to all; what is late; occasions without a team."""
    actor, now = actor_of(request), moment()
    to_call = list(dispatch.to_call(actor)[:100])
    calling = {offer.pk for offer in to_call}
    context = {
        "to_call": [(offer, _contacts(offer.team_id, now)) for offer in to_call],
        "asked": [offer for offer in dispatch.open_offers(actor)[:200] if offer.pk not in calling],
        "pool": list(dispatch.pool_entries(actor)[:100]),
        "late": [queries.row_of(order, now) for order in dispatch.late_orders(actor, now)[:100]],
        "occasions": list(dispatch.unasked_occasions(actor, now)[:100]),
        "undo": undo_of(actor, now),
    }
    return render(request, "console/offers.html", context)


def _contacts(team_id: int, now: Any) -> list[Person]:
    ids = contacts_of(team_id, local_date(now))
    people = Person.objects.in_bulk(ids)
    return [people[one] for one in ids]


@never_cache
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """A plan for all that wait, to be confirmed one by one; looking changes nothing."""
    actor, now = actor_of(request), moment()
    plan = dispatch.suggest(dispatch.waiting_orders(actor), now)
    context = {
        "lines": [(queries.row_of(line.order, now), queries.fit_view(line.fit, now)) for line in plan.lines],
        "careful": [queries.row_of(order, now) for order in plan.look_first],
        "left": [(queries.row_of(order, now), dispatch.say_why_not(code)) for order, code in plan.left],
        "simple": plan.method != "flow",
        "undo": undo_of(actor, now),
    }
    return render(request, "console/suggest.html", context)


@never_cache
@require_safe
def occasion(request: HttpRequest, pk: int) -> HttpResponse:
    """An occasion that has no team yet, with the teams that fit."""
    actor, now = actor_of(request), moment()
    row = dispatch.occasion_without_team(actor, pk, now)
    fitting = dispatch.fitting_for_occasion(row, now)
    context = {
        "occasion": row,
        "fits": [queries.fit_view(fit, now, key=queries.key_of(n)) for n, fit in enumerate(fitting.fits)],
        "unfit": [(one.team.name, dispatch.say_why_not(*one.codes)) for one in fitting.unfit],
        "nobody": dispatch.say_why_not(fitting.nobody) if fitting.nobody else "",
        "look": [dispatch.say_look(code) for code in fitting.second_look]
        if row.opened_by_id in (None, actor.person_id) else [],
    }  # fmt: skip
    return render(request, "console/occasion.html", context)


@require_POST
@says_refusals
def offer_occasion(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask this team for the occasion."""
    actor, now = actor_of(request), moment()
    row = dispatch.occasion_without_team(actor, pk, now)

    def send(**given: Any) -> object:
        return actions.make_offer(actor=actor, now=now, occasion=row, **given)

    return _send(request, send, "console:occasion")
