"""Deciding on one order: refuse, ask back, map, rest, end, join, bundle, open to all, hand down, show in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from laojia.channels.console import queries
from laojia.channels.console.forms import AskForm, EndForm, MapForm, RefuseForm, RevealForm, SuspendForm
from laojia.channels.console.pages.shared import actor_of, back, inside, moment, says_refusals
from laojia.foundation.area.queries import stations_of
from laojia.foundation.journal.actions import check
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, put_on
from laojia.policy.facts import Actor
from laojia.steps.dispatch import actions as dispatch_actions
from laojia.steps.dispatch import queries as dispatch
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import actions
from laojia.steps.order import queries as orders
from laojia.steps.order.models import Order


@dataclass(frozen=True, slots=True)
class Decision:
    """One form page: the verb, its words, its form, what is done."""

    verb: str
    title: Any
    done: Any
    form: type[forms.Form]
    act: Callable[[Order, dict[str, Any], Actor, datetime], object]


def _refuse(order: Order, given: dict[str, Any], actor: Actor, now: datetime) -> object:
    return actions.refuse(order=order, actor=actor, now=now, **given)


def _ask(order: Order, given: dict[str, Any], actor: Actor, now: datetime) -> object:
    return actions.ask_back(order=order, actor=actor, now=now, **given)


def _suspend(order: Order, given: dict[str, Any], actor: Actor, now: datetime) -> object:
    return actions.suspend(order=order, actor=actor, now=now, **given)


def _end(order: Order, given: dict[str, Any], actor: Actor, now: datetime) -> object:
    return actions.end(order=order, actor=actor, now=now, **given)


def _map(order: Order, given: dict[str, Any], actor: Actor, now: datetime) -> object:
    version = ItemVersion.objects.select_related("item").filter(pk=given["item"]).first()
    if version is None:
        said = _("Choose an item that stands on the menu.")
        raise BadInput("item", said, "", {"item": said})
    return actions.map_to_item(order=order, item_version=version, actor=actor, now=now)


DECISIONS: dict[str, Decision] = {
    "refuse": Decision(
        "order.refuse",
        gettext_lazy("This cannot be done here"),
        gettext_lazy("The person is told why and where to go."),
        RefuseForm,
        _refuse,
    ),
    "ask": Decision(
        "order.ask_back", gettext_lazy("Ask back"), gettext_lazy("The question is on its way."), AskForm, _ask
    ),
    "suspend": Decision(
        "order.suspend",
        gettext_lazy("Note for later"),
        gettext_lazy("Noted; it comes back by itself on that day."),
        SuspendForm,
        _suspend,
    ),
    "end": Decision(
        "order.end",
        gettext_lazy("End it honestly"),
        gettext_lazy("The person is told that nobody was found and what to do now."),
        EndForm,
        _end,
    ),
    "map": Decision(
        "order.map",
        gettext_lazy("Match to an item"),
        gettext_lazy("Now it is on the menu's way."),
        MapForm,
        _map,
    ),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """A form of its own for every decision that needs a word; everything typed is kept when it is refused."""
    actor, now = actor_of(request), moment()
    decision = DECISIONS[what]
    order = orders.order_on_desk(pk, actor)
    check(order, decision.verb, actor=actor)
    form = decision.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decision.act(order, form.cleaned_data, actor, now)
        except (BadInput, Conflict) as refused:
            put_on(form, refused)
        else:
            messages.success(request, str(decision.done))
            return back(request)
    status = 422 if form.is_bound else 200
    context = {"order": order, "row": queries.row_of(order, now), "decision": decision, "form": form,
               "back": inside(request.POST.get("back") or request.GET.get("back", ""))}  # fmt: skip
    return render(request, "console/decide.html", context, status=status)


@require_POST
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, number and door in full, once, for a reason that is journalled."""
    actor, now = actor_of(request), moment()
    order = orders.order_on_desk(pk, actor)
    form = RevealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say why you need it."))
        return redirect("console:order", pk=pk)
    shown = actions.reveal(order=order, reason=form.cleaned_data["reason"], actor=actor, now=now)
    context = {"order": order, "row": queries.row_of(order, now), "shown": shown,
               "back": inside(request.POST.get("back", ""))}  # fmt: skip
    return render(request, "console/revealed.html", context)


@require_POST
@says_refusals
def triage(request: HttpRequest, pk: int) -> HttpResponse:
    """Read and in order."""
    actor = actor_of(request)
    actions.triage(order=orders.order_to_decide(pk, actor), actor=actor, now=moment())
    messages.success(request, _("It waits for a team now."))
    return redirect("console:order", pk=pk)


@require_POST
@says_refusals
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Looked at a second time, for a colleague who sends it."""
    actor = actor_of(request)
    actions.second_look(order=orders.order_to_decide(pk, actor), actor=actor, now=moment())
    messages.success(request, _("Noted. A colleague can send it now."))
    return redirect("console:order", pk=pk)


@require_POST
@says_refusals
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Taken up again before its day."""
    actor = actor_of(request)
    actions.resume(order=orders.order_to_decide(pk, actor), actor=actor, now=moment())
    return redirect("console:order", pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The same need twice: choose the one it goes on as."""
    actor, now = actor_of(request), moment()
    order = orders.order_on_desk(pk, actor)
    check(order, "order.merge", actor=actor)
    if request.method == "POST":
        into = orders.order_on_desk(_chosen(request, "into")[0], actor)
        actions.merge(order=order, into=into, actor=actor, now=now)
        messages.success(request, _("Joined: both go on as %(number)s.") % {"number": into.number})
        return redirect("console:order", pk=into.pk)
    found = queries.chosen(actor, pk, now)
    same = [queries.row_of(one, now) for one in found.same]
    return render(request, "console/merge.html", {"row": found.row, "order": order, "same": same})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """凑一趟: choose the neighbours that go along."""
    actor, now = actor_of(request), moment()
    order = orders.order_on_desk(pk, actor)
    others = dispatch.bundle_candidates(actor, order)
    if request.method == "POST":
        picked = set(_chosen(request, "with"))
        trip = [order, *(one for one in others if one.pk in picked)]
        dispatch_actions.bundle(orders=trip, actor=actor, now=now)
        messages.success(request, _("%(count)s go in one trip now.") % {"count": len(trip)})
        return redirect("console:order", pk=pk)
    rows = [queries.row_of(one, now) for one in others]
    return render(
        request, "console/bundle.html", {"row": queries.row_of(order, now), "order": order, "others": rows}
    )


@require_POST
@says_refusals
def unbundle(request: HttpRequest, pk: int) -> HttpResponse:
    """Each by itself again."""
    actor = actor_of(request)
    order = orders.order_on_desk(pk, actor)
    trip = dispatch.trip_of(order)
    if trip is None:
        raise OutOfScope("no_trip")
    dispatch_actions.unbundle(occasion=trip, actor=actor, now=moment())
    messages.success(request, _("Each goes on by itself again."))
    return redirect("console:order", pk=pk)


@require_POST
@says_refusals
def pool(request: HttpRequest, pk: int) -> HttpResponse:
    """Open to every fitting team."""
    actor, now = actor_of(request), moment()
    order = orders.order_on_desk(pk, actor)
    trip = dispatch.trip_of(order)
    looked = request.POST.get("looked") == "on"
    if trip is not None:
        dispatch_actions.open_pool(occasion=trip, actor=actor, now=now, looked=looked)
    else:
        dispatch_actions.open_pool(orders=[order], actor=actor, now=now, looked=looked)
    messages.success(request, _("Every fitting team can take it now."))
    return redirect("console:order", pk=pk)


@require_POST
@says_refusals
def pass_down(request: HttpRequest, pk: int) -> HttpResponse:
    """To the station near the person."""
    actor, now = actor_of(request), moment()
    order = orders.order_on_desk(pk, actor)
    station = stations_of(order.area).exclude(level="centre").first()
    if station is None:
        raise Conflict(
            "no_station", _("No station serves this village."), _("Keep it here, or open it to every team.")
        )
    actions.pass_down(order=order, station=station, actor=actor, now=now)
    messages.success(request, _("%(name)s looks for somebody now.") % {"name": station.name})
    return redirect("console:order", pk=pk)


def _chosen(request: HttpRequest, name: str) -> list[int]:
    picked = [row_id(value) for value in request.POST.getlist(name) if row_id(value)]
    if not picked:
        raise BadInput("nothing_chosen", _("Please choose at least one."))
    return picked
