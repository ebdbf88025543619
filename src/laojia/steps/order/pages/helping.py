"""帮乡亲约: find the person, choose what, say where and when; for grid workers, stations and the telephone desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia import labels
from laojia.foundation.people import actions as people_actions
from laojia.foundation.people.forms import PersonForm
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import people_seen, person_seen, speaking_for
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import Actor, actor_of
from laojia.policy.permissions import BEHALF
from laojia.policy.roles import DESK_ROLES, Channel, Role
from laojia.steps.menu import queries as menu
from laojia.steps.order import queries
from laojia.steps.order.pages.common import key_of, put
from laojia.steps.order.pages.ordering import Wanted, form_for, place_from, refused_page, show

_CHANNELS = {Channel.PHONE.value, Channel.COUNTER.value, Channel.PAPER.value}


def _colleague(request: HttpRequest) -> Actor:
    """Only who may speak for somebody. Raises NotPermitted."""
    actor = actor_of(request)
    if not any("order.place" in BEHALF.get(role, ()) for role in actor.roles if role is not Role.TEAM_LEADER):
        raise NotPermitted(
            "not_for_others",
            gettext_lazy("This page is for grid workers and stations."),
            gettext_lazy("For your family you order on the menu: choose “for somebody else” there."),
        )
    return actor


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def help_start(request: HttpRequest) -> HttpResponse:
    """Step one: who is it? Below: what I ordered for whom, and how it ended."""
    actor = _colleague(request)
    text = request.GET.get("q", "").strip()
    adding = request.method == "POST"
    form = PersonForm(request.POST if adding else None, initial={"name": text if not text.isdigit() else ""})
    form.fields["area"].unmarked = True  # type: ignore[attr-defined]  # whoever has one village must name it
    http = 200
    if adding:
        http = 422
        if form.is_valid():
            try:
                person = people_actions.add_person(
                    actor=actor, now=clock.now(), key=key_of(request), **form.cleaned_data
                )
                return redirect("order:help_choose", person.pk)
            except BadInput as refused:
                put(form, refused)
            except OutOfScope:
                form.add_error("area", _elsewhere(form))
    context = {
        "text": text,
        "people": people_seen(actor, text) if text else [],
        "form": form,
        "adding": adding or (bool(text) and request.GET.get("add") == "1"),
        "entered": queries.entered_by(actor),
        "steps": _steps(),
    }
    return render(request, "order/help.html", context, status=http)


def _elsewhere(form: PersonForm) -> str:
    if form.cleaned_data["area"] is None:
        return _("Choose the village where the person lives.")
    return _("That village is not in your area; the centre can enter the person.")


def _steps() -> list[str]:
    return [_("Who"), _("What"), _("Place and time")]


@require_safe
@never_cache
def help_choose(request: HttpRequest, person: int) -> HttpResponse:
    """Step two: what? The menu, what is on, or her own words."""
    actor = _colleague(request)
    whom = person_seen(actor, person)
    text = request.GET.get("q", "").strip()
    rows = [
        {"item": row, "mode": labels.MODES[row.mode]}
        for row in menu.items(text=text)
        if row.mode not in ("walk_in", "describe", "volunteers", "seats") and not row.sealed
    ]
    now = clock.now()
    on = menu.whats_on(whom.area_path, 30, ("seats",), now=now)
    regular = actor.has(*DESK_ROLES)
    context = {"person": whom, "rows": rows, "on": on, "text": text, "steps": _steps(), "regular": regular}
    return render(request, "order/help_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def help_order(request: HttpRequest, person: int, code: str) -> HttpResponse:
    """Step three for an item of the menu."""
    actor = _colleague(request)
    return _third(request, actor, Wanted(menu.item(code), behalf=person_seen(actor, person)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def help_seat(request: HttpRequest, person: int, pk: int) -> HttpResponse:
    """Step three for a place in an occasion; who telephones has places kept for him."""
    actor = _colleague(request)
    occasion = menu.occasion(pk, actor)
    return _third(request, actor, Wanted(occasion.item_version, occasion, person_seen(actor, person)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def help_describe(request: HttpRequest, person: int) -> HttpResponse:
    """Step three in the person's own words."""
    actor = _colleague(request)
    return _third(request, actor, Wanted(None, behalf=person_seen(actor, person)))


def _third(request: HttpRequest, actor: Actor, wanted: Wanted) -> HttpResponse:
    form = form_for(request, wanted, request.POST if request.method == "POST" else None)
    more: dict[str, Any] = {"steps": _steps()}
    if request.method != "POST":
        return show(request, wanted, form, **more)
    if not form.is_valid():
        return show(request, wanted, form, http=422, **more)
    assert wanted.behalf is not None
    try:
        voice = _voice(actor, wanted.behalf, form.cleaned_data["channel"])
        order = place_from(form, wanted, voice, key_of(request), actor)
    except (BadInput, Conflict, WrongState) as refused:
        return refused_page(request, wanted, form, refused, **more)
    messages.success(request, _("Ordered. Read the number out: %(number)s") % {"number": order.number})
    return redirect("order:help_card", order.number)


def _voice(actor: Actor, person: Person, channel: str) -> Actor:
    way = Channel(channel) if channel in _CHANNELS else Channel.COUNTER
    return speaking_for(actor, person.pk, clock.local_date(clock.now()), channel=way)


@require_safe
@never_cache
def help_card(request: HttpRequest, number: str) -> HttpResponse:
    """The card to take back to the door: number, how it stands or ended, whom to call."""
    actor = _colleague(request)
    now = clock.now()
    row = queries.order(number, actor)
    here = queries.coming(row)
    context = {
        "order": row,
        "title": queries.title_of(row),
        "here": here,
        "holding": queries.holding(row, now, here),
        "ended": queries.ended_how(row),
        "steps": queries.ahead(row, now, here),
        "now": now,
    }
    return render(request, "order/help_card.html", context)
