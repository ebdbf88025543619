"""The occasion behind an offer: reused while it is being prepared, else opened; and the orders put on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from laojia.foundation.journal.actions import advance
from laojia.foundation.outbox.actions import cancel_clocks
from laojia.kernel.db import swap
from laojia.policy.facts import Actor
from laojia.steps.dispatch.actions.refusals import asked_elsewhere, no_rhythm, not_on_menu
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.rules.items import KIND_OF_MODE
from laojia.steps.order.actions.holding import changed_meanwhile
from laojia.steps.order.actions.seating import expect, release
from laojia.steps.order.models import Attendance, Order
from laojia.steps.order.rules import wants_rhythm

TRIPS = (
    "visit",
    "appointment",
    "standing",
)  # at somebody's door: places are made by the offer, not announced


def open_places(orders: Sequence[Order]) -> list[Occasion]:
    """Occasions these orders are expected at that are still being prepared. Raises WrongState while a team is asked."""
    rows = Attendance.objects.filter(order__in=list(orders), state="expected")
    occasions = {row.occasion_id: row.occasion for row in rows.select_related("occasion__item_version")}
    if any(one.state == "offered" for one in occasions.values()):
        raise asked_elsewhere()
    return [one for one in occasions.values() if one.state == "draft"]


def occasion_for(
    orders: Sequence[Order], date: date, half: str, *, actor: Actor, now: datetime, because: str
) -> tuple[Occasion, bool]:
    """(the occasion, was it opened now) for orders that wait."""
    if any(order.item_version_id is None for order in orders):
        raise not_on_menu()
    if any(wants_rhythm(order) for order in orders):
        raise no_rhythm()
    there = open_places(orders)
    if len(there) == 1 and _only_for(there[0], orders):
        return there[0], False
    for occasion in there:
        leave(occasion, orders, actor=actor, now=now, because=because)
    return open_trip(orders, date, half, actor=actor, now=now, because=because), True


def _only_for(occasion: Occasion, orders: Sequence[Order]) -> bool:
    on = set(occasion.attendances.filter(state="expected").values_list("order_id", flat=True))
    return on <= {order.pk for order in orders} or occasion.kind not in TRIPS


def open_trip(
    orders: Sequence[Order], date: date | None, half: str, *, actor: Actor, now: datetime, because: str
) -> Occasion:
    """A new occasion for these orders. Home addresses stay on the orders: the occasion names only the area."""
    first = orders[0]
    version = first.item_version
    if version is None:
        raise not_on_menu()
    kind = KIND_OF_MODE.get(version.mode, "visit")
    seats = kind == "seats"
    return menu.open_occasion(
        actor=actor, now=now, because=because, item_version=version, kind=kind, area=first.area, date=date, half=half,
        places=max(version.places, 1) if seats else len(orders),
        held_back=version.held_back if seats else 0,
        volunteer_places=max(version.places, 1) if kind == "volunteers" else 0,
        unit=first.unit, standing_id=first.standing_id, practice=first.practice,
        place=first.place if first.unit_id is not None else "",
    )  # fmt: skip


def put_on(orders: Sequence[Order], occasion: Occasion, *, actor: Actor, now: datetime, because: str) -> None:
    """Each order waits and is expected there."""
    for order in orders:
        if order.state == "received":
            advance(order, "order.triage", actor=actor, now=now, because=because, waiting_since=now)
        cancel_clocks(("order", order.pk), ("order.triage",))
        expect(order=order, occasion=occasion, actor=actor, now=now, because=because)


def leave(occasion: Occasion, orders: Sequence[Order], *, actor: Actor, now: datetime, because: str) -> None:
    """Take the orders off an occasion; one that was only for them is called off."""
    rows = occasion.attendances.filter(order__in=list(orders), state="expected").select_related("occasion")
    for attendance in rows:
        release(attendance=attendance, actor=actor, now=now, because=because)
    empty = not occasion.attendances.filter(state="expected").exists()
    if empty and occasion.kind in TRIPS and occasion.state in ("draft", "offered"):
        menu.call_off(occasion=occasion, reason="other", actor=actor, now=now, because=because)


def set_day(occasion: Occasion, date: date, half: str) -> None:
    """The half-day that is asked for. An occasion with an hour keeps it."""
    if occasion.starts_at is not None or (occasion.date, occasion.half) == (date, half):
        return
    expect_now = {"state": occasion.state, "version": occasion.version}
    if not swap(Occasion, occasion.pk, expect_now, date=date, half=half, version=occasion.version + 1):
        raise changed_meanwhile()
    occasion.date, occasion.half, occasion.version = date, half, occasion.version + 1
