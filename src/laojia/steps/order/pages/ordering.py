"""Ordering: one confirm page per item, a seat in an occasion, a need in one's own words, the page that says it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia import labels
from laojia.foundation.people import actions as people_actions
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.people.queries import resident
from laojia.kernel import clock
from laojia.kernel.codes import clean_phone, mask_phone
from laojia.kernel.errors import BadInput, Conflict, Refused, TooMany, WrongState
from laojia.policy.facts import Actor, actor_of
from laojia.steps.menu import queries as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.menu.queries.words import said_name
from laojia.steps.menu.rules.seats import seat_kind
from laojia.steps.order import actions, queries
from laojia.steps.order.actions.checking import limit_ordering
from laojia.steps.order.actions.seating import place_in_line
from laojia.steps.order.forms import ME, NEW, OrderForm
from laojia.steps.order.models import Order
from laojia.steps.order.pages.common import (
    forget_typed,
    keep_typed,
    key_of,
    put,
    said_line,
    typed_before,
)
from laojia.steps.order.queries.asking import units_i_speak_for

_TIMED = ("home_visit", "by_appointment", "whole_village", "keeper")


@dataclass
class Wanted:
    """What an order page is about, and for whom it is typed in (`behalf`) when somebody else types."""

    item: ItemVersion | None
    occasion: Occasion | None = None
    behalf: Person | None = None

    @property
    def title(self) -> str:
        if self.item is None:
            return _("Say what you need")
        return said_name(self.item)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, code: str) -> HttpResponse:
    """One item: where, when, its own questions, one free line; 就这样约."""
    item = menu.item(code)
    if item.mode == "describe":
        return redirect("order:describe")
    return order_page(request, Wanted(item))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """我要报名: a place in an occasion."""
    occasion = menu.occasion(pk, actor_of(request))
    return order_page(request, Wanted(occasion.item_version, occasion))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def describe(request: HttpRequest) -> HttpResponse:
    """说说您要什么."""
    return order_page(request, Wanted(None))


def order_page(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """Show the form, or place what was typed; also used by the pages that order for somebody (actor speaks for him)."""
    actor = actor_of(request)
    typed = request.POST if request.method == "POST" else typed_before(request)
    form = form_for(request, wanted, typed)
    if request.method != "POST":
        return show(request, wanted, form, fresh=typed is None)
    if not form.is_valid():
        return show(request, wanted, form, http=422)
    if actor.person_id is None and not request.user.is_authenticated:
        return _sign_in_first(request, wanted, form)
    try:
        who = _somebody(request, form)
        limit_ordering(actor=who, now=clock.now(), asked_from=request.META)
        order = place_from(form, wanted, who, key_of(request), actor)
    except (BadInput, Conflict, TooMany, WrongState) as refused:
        return refused_page(request, wanted, form, refused)
    forget_typed(request)
    request.session["placed"] = order.number
    return redirect("order:done", order.number)


def form_for(request: HttpRequest, wanted: Wanted, typed: Any) -> OrderForm:
    """The form with what is remembered; only what this item needs."""
    actor, now, item = actor_of(request), clock.now(), wanted.item
    voice = resident(wanted.behalf.pk) if wanted.behalf else actor
    remembered = queries.choices(voice)
    timed = item is not None and wanted.occasion is None and item.mode in _TIMED
    bodies = item is not None and wanted.occasion is None and not {"person", "anyone"} & set(item.asked_by)
    return OrderForm(
        typed,
        item=item,
        people=remembered.people,
        units=units_i_speak_for(actor, clock.local_date(now)) if bodies else (),
        known=actor.person_id is not None,
        proven=request.user.is_authenticated,
        behalf=wanted.behalf is not None,
        seat=wanted.occasion is not None,
        times=queries.wish_buttons(item, now) if timed and item else (),
        other_times=queries.all_wishes(item, now) if timed and item else (),
        initial=_initial(remembered, wanted),
    )


def _initial(remembered: queries.Choices, wanted: Wanted) -> dict[str, Any]:
    last, me = remembered.last, wanted.behalf or remembered.person
    start: dict[str, Any] = {"for_whom": ME, "channel": "counter"}
    if last is not None:
        parent = last.area.parent
        start |= {
            "village": f"{parent.name} · {last.area.name}" if parent else last.area.name,
            "place": last.place,
        }
        start["alone"] = last.alone
    elif me is not None and me.area is not None:
        start |= {"village": queries.village_line(me.area), "place": me.address}
    if wanted.behalf is not None:
        start.pop(
            "place", None
        )  # who speaks for somebody sees no door without a reason; left empty, the known one counts
    return start


def _somebody(request: HttpRequest, form: OrderForm) -> Actor:
    """The one who asks. A number that signs in for the first time claims the person known by it, or becomes a new one."""
    actor = actor_of(request)
    if actor.person_id is not None:
        return actor
    account: Any = request.user
    name = form.cleaned_data.get("name") or ""
    now = clock.now()
    try:
        person = people_actions.claim_person(actor=actor, now=now, account=account, name=name)
    except BadInput:
        person = people_actions.add_person(
            actor=actor, now=now, name=name, phone=account.phone, area=form.cleaned_data.get("village"),
            account=account, key=None,
        )  # fmt: skip
    return resident(person.pk)


def place_from(form: OrderForm, wanted: Wanted, actor: Actor, key: Any, typed_by: Actor) -> Order:
    """The one action, from what was typed."""
    given = form.cleaned_data
    facts: dict[str, Any] = {
        "actor": actor,
        "now": clock.now(),
        "key": key,
        "contact_phone": given.get("contact_phone", ""),
        "alone": given.get("alone", False),
        "urgent": given.get("urgent", False),
        "words": given.get("words", ""),
        "consent_spoken": given.get("consent_spoken", False),
        "sure": given.get("sure", False),
        **_for_whom(form, wanted),
        **_where(form, wanted),
    }
    if wanted.item is None:
        return actions.describe(**facts)
    facts |= {"item_version": wanted.item, "times": form.wishes(), "answers": form.answers()}
    if wanted.occasion is not None:
        return actions.place(**facts, occasion=wanted.occasion, seats=given.get("head_count") or 1)
    return actions.place(**facts, head_count=given.get("head_count") or 1)


def _where(form: OrderForm, wanted: Wanted) -> dict[str, Any]:
    given = form.cleaned_data
    if wanted.occasion is not None:
        return {"area": wanted.occasion.area, "place": wanted.occasion.place}
    where = {"area": given.get("village"), "place": given.get("place", "")}
    if given.get("lon") is not None and given.get("lat") is not None:
        where |= {
            "lon": given["lon"],
            "lat": given["lat"],
            "position_system": given.get("position_system") or "wgs84",
        }
    return where


def _for_whom(form: OrderForm, wanted: Wanted) -> dict[str, Any]:
    given = form.cleaned_data
    chosen = given.get("for_whom") or ME
    if wanted.behalf is not None and not chosen.startswith("u"):
        return {"person": wanted.behalf}
    if chosen == NEW:
        year = given.get("relative_year")
        return {
            "relative": actions.Relative(
                name=given["relative_name"],
                phone=given.get("relative_phone", ""),
                birth_year=year,
                my_child=bool(year),
            )
        }
    if chosen.startswith("p"):
        return {"person": Person.objects.get(pk=int(chosen[1:]))}
    if chosen.startswith("u"):
        return {"unit": Unit.objects.get(pk=int(chosen[1:]))}
    return {}


def _sign_in_first(request: HttpRequest, wanted: Wanted, form: OrderForm) -> HttpResponse:
    """只差一步: what was typed is kept, the number gets a code, afterwards the same page is open again."""
    try:
        phone = clean_phone(form.cleaned_data["phone"])
    except BadInput as refused:
        put(form, refused)
        return show(request, wanted, form, http=422)
    keep_typed(request)
    context = {"wanted": wanted, "phone": phone, "masked": mask_phone(phone), "next": request.path}
    return render(request, "order/almost.html", context)


def refused_page(
    request: HttpRequest, wanted: Wanted, form: OrderForm, refused: Refused, **more: Any
) -> HttpResponse:
    """The form again: the earlier order first when it is a likely duplicate, else the refusal beside its fields."""
    if refused.code == "likely_duplicate":
        number = str(refused.fields.get("earlier", ""))
        earlier = queries.duplicate_of(number, actor_of(request)) if number else None
        return show(request, wanted, form, http=409, duplicate=refused, earlier=earlier, **more)
    put(form, refused)
    return show(request, wanted, form, http=refused.http, **more)


def show(request: HttpRequest, wanted: Wanted, form: OrderForm, http: int = 200, **more: Any) -> HttpResponse:
    """The order page."""
    item, now = wanted.item, clock.now()
    button = _("That is it, send it")
    full = _full(wanted, actor_of(request), now)
    if wanted.occasion is not None:
        button = _("Go on the waiting list") if full else str(labels.BUTTONS["seats"])
    context = {
        "wanted": wanted,
        "item": item,
        "occasion": wanted.occasion,
        "full": full,
        "form": form,
        "button": button,
        "now": now,
        "back": _asked_back(request) or _back(wanted),
        **more,
    }
    return render(request, "order/new.html", context, status=http)


def _full(wanted: Wanted, actor: Actor, now: datetime) -> bool:
    """Whoever signs up for himself on this page now stands on the waiting list."""
    occasion = wanted.occasion
    if occasion is None or occasion.kind != "seats" or wanted.behalf is not None:
        return False
    seats, released = menu.seats_of(occasion, now)
    return not seat_kind(seats, 1, channel=actor.channel, released=released)


def _asked_back(request: HttpRequest) -> str:
    """Where the person came from, when that is one of our own pages."""
    asked = request.GET.get("back", "")
    return asked if url_has_allowed_host_and_scheme(asked, None) else ""


def _back(wanted: Wanted) -> str:
    if wanted.occasion is not None:
        return reverse("menu:on_one", args=[wanted.occasion.pk])
    if wanted.item is not None:
        return reverse("menu:item", args=[wanted.item.item.code])
    return reverse("menu:menu")


@require_safe
@never_cache
def done(request: HttpRequest, number: str) -> HttpResponse:
    """收到了: the number, what happens next with dates, and the link for the family."""
    now = clock.now()
    row = queries.order(number, actor_of(request))
    here = queries.coming(row)
    link = request.build_absolute_uri("/" + actions.link_of(row, row.asker_id))
    context = {
        "order": row,
        "title": queries.title_of(row),
        "here": here,
        "steps": queries.ahead(row, now, here),
        "link": "" if row.sealed else link,
        "line": said_line(place_in_line(row)) if row.state == "waitlisted" else "",
    }
    return render(request, "order/done.html", context)
