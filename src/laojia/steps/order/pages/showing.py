"""What the page of one order says: its shape, of which there are few, and its texts, which are this order's alone.

The page is kept as text under its shape (`templates/order/_one.html`); the texts are put in each time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse

from laojia.kernel.codes import mask_name, mask_phone
from laojia.kernel.links import make_link
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may
from laojia.shown import said, said_area, said_span
from laojia.steps.order import actions, queries
from laojia.steps.order.actions.seating import place_in_line
from laojia.steps.order.models import Attendance, Order
from laojia.steps.order.pages.acting import Button, buttons
from laojia.steps.order.pages.common import said_line
from laojia.steps.order.pages.opening import Opened
from laojia.steps.order.queries import Coming
from laojia.templatetags.shown import clock_chip, timeline

_LOOKED_FOR = ("received", "waiting")


class Shape(NamedTuple):
    """Which parts the page has. Nothing here is about one person or one order: it is the key of a kept text."""

    state: str
    practice: bool
    comes: bool  # it is arranged, and one may read when
    at_home: bool
    door: bool  # there is a word to ask at the door
    goes_on: bool  # regular help: the review does not end it
    regular: bool
    body: bool  # asked for by a village or unit
    buttons: tuple[Button, ...]


class Shown(NamedTuple):
    """A page: texts that are empty are left out of it."""

    shape: Shape
    texts: dict[str, str]


def shown(it: Opened, now: datetime, absolute: Callable[[str], str]) -> Shown:
    """An order: who holds it, why, by when; who comes; what happened; only the buttons that are possible."""
    order, own = it.order, it.is_own
    here = queries.coming(order)
    going = order.standing_id is not None and order.state == "arranged"
    visits = queries.visits_ahead(order, now) if going else []
    shape = Shape(
        state=order.state,
        practice=order.practice,
        comes=here is not None,
        at_home=here is not None and here.at_home,
        door=here is not None and bool(here.door_word),
        goes_on=going,
        regular=order.standing_id is not None and own,
        body=order.unit_id is not None,
        buttons=buttons(it),
    )
    texts = {
        "title": queries.title_of(order),
        "number": order.number,
        "home": it.home,
        **_standing(order, now, here),
        **(_coming(order, here, visits, now, own=own) if here is not None else {}),
        **_ways_on(it, now, going=going),
        **_ordered(order, now, own=own),
        "steps": timeline(queries.timeline(order, now, here)),
        "link": absolute("/" + actions.link_of(order, order.asker_id)) if own and not order.sealed else "",
        "sheet": "" if it.token else reverse("order:sheet", args=[order.number]),
    }
    return Shown(shape, texts)


def _standing(order: Order, now: datetime, here: Coming | None) -> dict[str, str]:
    """Who has it now."""
    held, state = queries.holding(order, now, here), order.state
    until = held.until if held.until != order.promise_due_at and state != "arranged" else None
    merged = order.merged_into if state == "merged" else None
    return {
        "clock": clock_chip(order.promise_due_at, order.promise_provisional) if state in _LOOKED_FOR else "",
        "sentence": held.sentence,
        "who": held.who,
        "since": said(held.since, now),
        "until": said(until, now) if until is not None else "",
        "question": order.question_back if state == "need_info" else "",
        "where_else": order.where_else,
        "merged": merged.number if merged is not None else "",
        "ended": queries.ended_how(order),
        "line": said_line(place_in_line(order)) if state == "waitlisted" else "",
    }


def _coming(
    order: Order, here: Coming, visits: list[datetime], now: datetime, *, own: bool
) -> dict[str, str]:
    """Who comes, or where and when to go. Names and the word at the door are for the person alone."""
    starts, ends = here.occasion.starts_at, here.occasion.ends_at
    names = f" · {'、'.join(here.names)}" if here.names and own else ""
    return {
        "when": said_span(starts, ends, now) if starts and ends else said(starts, now) if starts else "",
        "then": "、".join(said(visit, now) for visit in visits[1:]),
        "team": f"{here.team}{names}" if here.team else "",
        "where": "" if here.at_home else here.occasion.place or here.occasion.area.name,
        "seats": str(here.seats) if here.seats > 1 and order.unit_id is None else "",
        "door_word": here.door_word if own else "",
    }


def _ways_on(it: Opened, now: datetime, *, going: bool) -> dict[str, str]:
    """Addresses of what one may do besides the buttons: say how it was, make it regular, order it again."""
    order, version = it.order, it.order.item_version
    place = queries.current_attendance(order) if order.state in ("served", "closed") else None
    if going:
        place = queries.last_visit(order, now)
    again = version is not None and order.state in ("closed", "served", "cancelled") and it.is_own
    return {
        "review": _review_link(it, place, now),
        "rhythm": reverse("order:rhythm", args=[order.number]) if _may_become_regular(it) else "",
        "again": reverse("order:new", args=[version.item.code]) if again and version is not None else "",
    }


def _may_become_regular(it: Opened) -> bool:
    order = it.order
    fits = (
        order.item_version is not None and order.item_version.mode == "standing" and order.standing_id is None
    )
    return fits and order.state in _LOOKED_FOR and may(it.actor, "standing.start", subject_of(order))


def _review_link(it: Opened, place: Attendance | None, now: datetime) -> str:
    if place is None or not it.is_own:
        return ""
    if it.order.standing_id is None and not queries.review_is_open(it.order, now):
        return ""
    return f"/review/{make_link('attendance', place.pk, 'review', to=it.actor.person_id)}/"


def _ordered(order: Order, now: datetime, *, own: bool) -> dict[str, str]:
    """What was ordered, for whom and where; to others than the person no door, no words and no telephone."""
    wished = order.state in (*_LOOKED_FOR, "need_info")
    return {
        "name": _name(order, own=own),
        "place": queries.place_line(order) if own else said_area(order.area, order.placed_at),
        "wishes": "、".join(queries.said_wishes(order.times, now)) if wished else "",
        "words": linebreaksbr(order.words) if own else "",
        "phone": mask_phone(order.contact_phone) if own and order.contact_phone else "",
    }


def _name(order: Order, *, own: bool) -> str:
    if order.unit is not None:
        return order.unit.name
    name = order.person.name if order.person is not None else ""
    return name if own else mask_name(name)
