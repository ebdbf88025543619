"""Pages for everybody: the menu, one item, what is on, service points. Nothing here asks who looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from laojia import labels
from laojia.foundation.area.queries import children_of, only_county
from laojia.kernel import clock
from laojia.kernel.errors import BadInput
from laojia.policy.facts import NOBODY, Actor
from laojia.steps.menu import queries
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.menu.queries.words import KIND_WORDS, REQUIRES_WORDS, TILE_WORDS, said_name, said_short
from laojia.steps.menu.rules.items import PUBLIC_KINDS, tile_of

_BY_BODIES = frozenset({"village", "school", "unit", "station"})


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """Tiles, search, and the list."""
    text, tile = request.GET.get("q", "").strip()[:40], request.GET.get("tile", "")
    chosen = tile_of(tile)
    found = queries.items(tile=tile, text=text) if text or tile else []
    context = {
        "tiles": [] if text or chosen else queries.tiles(),
        "text": text,
        "tile": TILE_WORDS[chosen.key] if chosen else "",
        "asked": bool(text or tile),
        "cards": [_card(row) for row in found],
    }
    return render(request, "menu/menu.html", context)


def _card(row: ItemVersion) -> dict[str, str]:
    return {
        "name": said_name(row),
        "short": said_short(row),
        "mode": str(labels.MODES[row.mode]),
        "url": reverse("menu:item", args=[row.item.code]),
    }


@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """What it is, who comes, how long, what can happen, when, and the one button."""
    now = clock.now()
    row = queries.item(code)
    days = (
        queries.wish_days(row, now, 4)
        if row.mode in ("home_visit", "by_appointment", "whole_village", "keeper")
        else []
    )
    found = queries.whats_on(days=60, now=now, item_id=row.item_id) if row.mode in PUBLIC_KINDS else []
    on = [_occasion(one, now) for one in found]
    context = {
        "row": row,
        "name": said_name(row),
        "short": said_short(row),
        "button": labels.BUTTONS[row.mode],
        "url": _button_url(row),
        "apply": f"/order/new/{code}/"
        if row.mode in ("seats", "volunteers") and _BY_BODIES & set(row.asked_by)
        else "",
        "days": [(day, [labels.HALF_DAYS[half] for half in halves]) for day, halves in days],
        "requires": [REQUIRES_WORDS[name] for name in row.requires if name in REQUIRES_WORDS],
        "areas": [area.name for area in row.areas.all()],
        "on": on[:6],
        "points": queries.points(row, now=now) if row.mode == "walk_in" else [],
    }
    return render(request, "menu/item.html", context)


def _button_url(row: ItemVersion) -> str:
    """Where the main button leads; items with occasions of their own lead there instead."""
    if row.mode == "describe":
        return "/order/describe/"
    if row.mode in ("seats", "volunteers", "walk_in"):
        return ""
    return f"/order/new/{row.item.code}/"


# --- what is on -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnCard:
    """An announced occasion as shown: seats in words, never a bare number."""

    row: Occasion
    name: str
    url: str
    seats: str
    full: bool
    wanted: str
    by_phone: bool = False  # full on the page, but seats are kept for who telephones


def _occasion(row: Occasion, now: Any) -> OnCard:
    seats, released = queries.seats_of(row, now)
    free = seats.for_everybody(released=released)
    said, full, by_phone = "", False, False
    if row.kind == "whole_village":
        said = _("for everybody, no need to sign up")
    elif row.kind == "seats":
        full = free < 1
        by_phone = full and seats.held_free > 0
        if by_phone:
            said = _("full on this page; seats are left for who telephones")
        elif full:
            said = _("full; you can go on the waiting list")
        else:
            said = ngettext("%(count)s seat left", "%(count)s seats left", free) % {"count": free}
    places = row.volunteer_places - row.volunteers_taken
    wanted = (
        ngettext("%(count)s volunteer wanted", "%(count)s volunteers wanted", places) % {"count": places}
        if places > 0
        else ""
    )
    if row.kind == "volunteers" and places < 1:
        wanted, full = _("enough volunteers have joined"), True
    return OnCard(
        row, said_name(row.item_version), reverse("menu:on_one", args=[row.pk]), said, full, wanted, by_phone
    )


@require_safe
def on(request: HttpRequest) -> HttpResponse:
    """By day; narrowed to a town or village, and to a kind."""
    now = clock.now()
    towns, villages, path = _places(request)
    kind = request.GET.get("kind", "")
    kinds = [kind] if kind in KIND_WORDS else None
    cards = [_occasion(row, now) for row in queries.whats_on(path, 28, kinds, now=now)]
    days = [(day, list(some)) for day, some in groupby(cards, key=_day)]
    context = {
        "days": days,
        "towns": towns,
        "villages": villages,
        "kinds": [(k, KIND_WORDS[k]) for k in ("seats", "whole_village", "volunteers")],
        "kind": kind,
        "filtered": bool(path or kinds),
    }
    return render(request, "menu/on.html", context)


def _day(card: OnCard) -> date:
    assert card.row.starts_at is not None  # what is announced has a time
    return clock.local_date(card.row.starts_at)


def _places(request: HttpRequest) -> tuple[list[Any], list[Any], str]:
    """Towns, villages of the chosen town, and the path of what is chosen; (value, name, chosen) each."""
    try:
        county = only_county()
    except BadInput:
        return [], [], ""
    town, village = request.GET.get("town", ""), request.GET.get("village", "")
    rows = list(children_of(county))
    chosen = next((row for row in rows if str(row.pk) == town), None)
    towns = [(row.pk, row.name, row is chosen) for row in rows]
    if chosen is None:
        return towns, [], ""
    below = list(children_of(chosen))
    at = next((row for row in below if str(row.pk) == village), None)
    return towns, [(row.pk, row.name, row is at) for row in below], (at or chosen).path


@require_safe
def on_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Place, time, seats, how many wait, and the button to sign up."""
    now = clock.now()
    actor: Actor = getattr(request, "actor", NOBODY)
    row = queries.occasion(pk, actor)
    # The waiting list belongs to the order step; only its length is shown here.
    waiting = row.waiting_list.filter(state="waitlisted").count() if row.kind == "seats" else 0
    over = row.ends_at is not None and row.ends_at <= now
    open_now = row.state == "confirmed" and not over
    context = {
        "card": _occasion(row, now),
        "row": row,
        "version": row.item_version,
        "waiting": _waiting(waiting),
        "over": over,
        "seat_url": _link("order:seat", pk) if open_now and row.kind == "seats" else "",
        "join_url": f"{_link('serve:volunteer')}#call-{pk}" if open_now and row.volunteer_places else "",
        "postponed": row.state == "postponed",
        "share": request.build_absolute_uri(),
    }
    return render(request, "menu/on_one.html", context)


def _waiting(count: int) -> str:
    if not count:
        return ""
    said = ngettext("%(count)s is waiting before you", "%(count)s are waiting before you", count)
    return said % {"count": count}


def _link(name: str, *args: int) -> str:
    """An address of a later step; this step names the route, it does not import it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Service points: where, open now or when next."""
    now = clock.now()
    towns, villages, path = _places(request)
    code = request.GET.get("item", "")
    row = queries.item(code) if code else None
    context = {
        "points": queries.points(row, path, now=now),
        "row": row,
        "towns": towns,
        "villages": villages,
        "filtered": bool(path or row),
    }
    return render(request, "menu/points.html", context)
