"""Attendance: an order's place in an occasion; seats given, freed, and passed on along the waiting list."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from laojia.foundation.journal.actions import advance
from laojia.foundation.outbox.actions import cancel_clocks
from laojia.kernel.codes import door_word
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.rules.seats import Seats, held_are_released, seat_kind
from laojia.steps.order.actions.holding import LOOKING, hold, tell
from laojia.steps.order.models import Attendance, Order

_AT_ONCE = 200  # people moved up in one go; more follow at the next free seat


def take(occasion: Occasion, count: int, actor: Actor, now: datetime) -> str:
    """Seats for a party: "held", "open", or "" when they wait. Decided on the counters, taken by one UPDATE.

    A stale counter is looked at twice: the first failed UPDATE brings the row up to date.
    """
    for _turn in range(2):
        seats = Seats(occasion.places, occasion.held_back, occasion.taken, occasion.held_taken)
        released = held_are_released(occasion.starts_at, now)
        kind = seat_kind(seats, count, channel=actor.channel, released=released)
        if not kind:
            return ""
        if menu.take_seats(occasion=occasion, count=count, held=kind == "held", actor=actor, now=now):
            return kind
    return ""


def seat(order: Order, occasion: Occasion, *, now: datetime, held: bool = False) -> Attendance:
    """The row itself: who is expected where, with the word to ask at the door."""
    return Attendance.objects.create(
        state="expected",
        order=order,
        occasion=occasion,
        person_id=order.person_id,
        asker_id=order.asker_id,
        team_id=occasion.team_id,
        area_path=order.area_path,
        protected=order.protected,
        sealed=order.sealed,
        seats=order.head_count,
        held_seat=held,
        door_word=door_word(),
        created_at=now,
    )


@transaction.atomic
def expect(*, order: Order, occasion: Occasion, actor: Actor, now: datetime, because: str = "") -> Attendance:
    """The order is to be served at this occasion; repeated: the row that is there. Part of offer.make, order.arrange …"""
    there = Attendance.objects.filter(order=order, occasion=occasion).exclude(state="released").first()
    return there if there is not None else seat(order, occasion, now=now)


@transaction.atomic
def release(*, attendance: Attendance, actor: Actor, now: datetime, because: str = "") -> Attendance:
    """Not expected any more; a seat goes back, and who waits for it moves up."""
    advance(attendance, "attendance.release", actor=actor, now=now, because=because)
    occasion = attendance.occasion
    # The village that asked for a clinic is expected there too, but sits on nobody's seat.
    if occasion.kind == "seats" and attendance.order.wants_occasion_id == occasion.pk:
        menu.give_back_seats(
            occasion=occasion, count=attendance.seats, held=attendance.held_seat, actor=actor, now=now
        )
        if occasion.state == "confirmed":
            promote_waiting_list(occasion=occasion, actor=CLOCK, now=now)
    return attendance


@transaction.atomic
def promote_waiting_list(*, occasion: Occasion, actor: Actor, now: datetime, because: str = "") -> int:
    """Freed seats go to who waited longest; a party too large for what is free is not passed over. Returns how many."""
    moved = 0
    waiting = Order.objects.filter(wants_occasion=occasion, state="waitlisted").order_by(
        "waitlisted_at", "id"
    )
    for order in waiting[:_AT_ONCE]:
        if not take(occasion, order.head_count, actor, now):
            break
        held = hold(order, holder="team", holder_id=occasion.team_id, why="promoted", now=now)
        advance(
            order,
            "order.promote",
            actor=actor,
            now=now,
            because=because,
            team_id=occasion.team_id,
            arranged_at=now,
            **held,
        )
        seat(order, occasion, now=now)
        tell(order, "order.promoted", now=now, at=said(occasion))
        moved += 1
    return moved


def let_go(order: Order, *, actor: Actor, now: datetime, because: str) -> list[Occasion]:
    """Release all the order is expected at; returns the occasions that were only for it, so that they can be called off."""
    emptied = []
    rows = Attendance.objects.filter(order=order, state="expected").select_related("occasion__item_version")
    for row in rows:
        release(attendance=row, actor=actor, now=now, because=because)
        occasion = row.occasion
        if occasion.kind in occasion.FOR_ITS_ORDERS and occasion.state in (
            "draft", "offered", "confirmed", "postponed",
        ) and not occasion.attendances.filter(state="expected").exists():  # fmt: skip
            emptied.append(occasion)
    return emptied


def stop_looking(order: Order) -> None:
    """Somebody has been found, or it rests: what watched the search stops."""
    cancel_clocks(("order", order.pk), LOOKING)


def said(occasion: Occasion) -> str:
    """When it is, as messages take it: the moment, or the day when no hour stands yet."""
    if occasion.starts_at is not None:
        return occasion.starts_at.isoformat()
    if occasion.date is None:
        raise ValueError("an arranged occasion has a day")
    return occasion.date.isoformat()


def place_in_line(order: Order) -> int:
    """How many wait for the occasion up to this one."""
    return Order.objects.filter(
        wants_occasion_id=order.wants_occasion_id, state="waitlisted", pk__lte=order.pk
    ).count()
