"""What the verbs of dispatch are made of: the outer clock, who holds the orders, whom to tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.foundation.people.queries import contacts_of
from laojia.kernel.clock import local_date
from laojia.kernel.db import swap
from laojia.kernel.links import make_link
from laojia.policy.deadlines import Due, by_when
from laojia.policy.facts import Actor
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.actions.slots import free_slot
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu.models import Occasion
from laojia.steps.order.actions.holding import changed_meanwhile, hold
from laojia.steps.order.models import Order

ASKING = ("offer.remind", "offer.call", "offer.answer")
LADDER_CLOCKS = ("pool.claim", "station.claim", "centre.end")
LOOKING = ("received", "waiting")


def outer(orders: Sequence[Order], now: datetime) -> tuple[datetime, bool]:
    """Until when no silence is allowed, and whether a promise could not be kept already."""
    urgent = any(order.urgent for order in orders)
    until, passed = rules.outer_of(
        [order.promise_due_at for order in orders], due_of("order.promise", now, urgent=urgent).at, now
    )
    return until, passed or any(order.late_since for order in orders)


def hold_orders(
    orders: Sequence[Order],
    *,
    holder: str,
    why: str,
    now: datetime,
    until: datetime | None = None,
    holder_id: int | None = None,
) -> None:
    """Who looks after these orders now: a hop each, nothing for those that have moved on meanwhile."""
    for order in orders:
        if order.state not in LOOKING:
            continue
        fields = hold(order, holder=holder, why=why, now=now, holder_id=holder_id, until=until)
        expect = {"state": order.state, "version": order.version}
        if not swap(Order, order.pk, expect, version=order.version + 1, **fields):
            raise changed_meanwhile()
        for name, value in {"version": order.version + 1, **fields}.items():
            setattr(order, name, value)


def back_to_centre(orders: Sequence[Order], why: str, now: datetime) -> None:
    """The centre holds them until the outer clock."""
    for order in orders:
        until, passed = outer([order], now)
        hold_orders([order], holder="centre", why="promise_passed" if passed else why, until=until, now=now)


def set_offer_clocks(offer: Offer, clocks: rules.OfferClocks, now: datetime) -> None:
    about = ("offer", offer.pk)
    doubt = clocks.answer.provisional
    set_clock("offer.remind", about=about, due=clocks.remind_at, now=now, provisional=doubt)
    set_clock("offer.call", about=about, due=clocks.call_at, now=now, provisional=doubt)
    set_clock("offer.answer", about=about, due=clocks.answer, now=now)


def stop_asking(offer: Offer, *, actor: Actor, now: datetime) -> None:
    """The offer is over: its clocks stop, the team's place is free again."""
    cancel_clocks(("offer", offer.pk), ASKING)
    give_up_slot(offer, actor=actor, now=now)


def give_up_slot(offer: Offer, *, actor: Actor, now: datetime) -> None:
    if offer.date is not None and offer.half:
        free_slot(team_id=offer.team_id, date=offer.date, half=offer.half, actor=actor, now=now)


def said_when(occasion: Occasion, offer: Offer) -> str:
    """When it is, as messages take it: the moment, or the day when no hour stands yet."""
    if occasion.starts_at is not None:
        return occasion.starts_at.isoformat()
    return offer.date.isoformat() if offer.date else "-"


def tell_team(
    offer: Offer, template: str, *, now: datetime, due: datetime | None = None, **variables: str | int
) -> None:
    """A message to every contact of the team, each with a link of his own that opens exactly this offer."""
    for person_id in contacts_of(offer.team_id, local_date(now)):
        post(
            template,
            to_person_id=person_id,
            about=("offer", offer.pk),
            key=f"{template}:{offer.pk}:{person_id}",
            now=now,
            due=due,
            variables={"link": f"offer/{make_link('offer', offer.pk, 'offer', to=person_id)}/", **variables},
        )


def due_of(kind: str, now: datetime, *, urgent: bool) -> Due:
    return by_when(kind, now, calendar(), urgent=urgent)


def stop_ladder(occasion: Occasion) -> None:
    cancel_clocks(("occasion", occasion.pk), LADDER_CLOCKS)


def set_ladder_clock(occasion_id: int, step: str, due: Due | datetime, now: datetime) -> None:
    """The clock of the step the pool is at; the steps before it have rung or been stopped."""
    kind = {"pool": "pool.claim", "station": "station.claim", "centre": "centre.end"}[step]
    set_clock(kind, about=("occasion", occasion_id), due=due, now=now)


def reopen_pool(offer: Offer, orders: Sequence[Order], now: datetime) -> bool:
    """An offer taken back: the pool it had closed is open again as it was. False when there was none."""
    entry = PoolEntry.objects.filter(occasion_id=offer.occasion_id, closed_at=offer.made_at).first()
    if entry is None or not swap(PoolEntry, entry.pk, {"closed_at": offer.made_at}, closed_at=None):
        return False
    due = max(entry.step_due_at, now)
    set_ladder_clock(offer.occasion_id, entry.step, due, now)
    why = {"pool": "pool", "station": "passed_down", "centre": "passed_back"}[entry.step]
    hold_orders(orders, holder=entry.step, holder_id=entry.station_id, why=why, until=due, now=now)
    return True
