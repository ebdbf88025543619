"""What follows when a team was silent, declined or handed back: the next team, then the pool, the station, the centre.

No step lasts beyond the outer clock in silence: when that runs out, the person is told and the centre holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from laojia.foundation.area.models import Station
from laojia.foundation.area.queries import stations_of
from laojia.foundation.journal.actions import advance, record
from laojia.foundation.outbox.actions import cancel_clocks, post
from laojia.foundation.teams import actions as teams
from laojia.foundation.teams.models import Team
from laojia.kernel.db import swap
from laojia.policy.deadlines import Due, within
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.roles import StationLevel
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.actions import parts
from laojia.steps.dispatch.actions.offers import check_look, make_offer
from laojia.steps.dispatch.actions.opening import TRIPS, occasion_for, put_on, set_day
from laojia.steps.dispatch.actions.refusals import asked_elsewhere, claimed_already, does_not_fit, slot_full
from laojia.steps.dispatch.actions.slots import take_slot
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.dispatch.queries import (
    Fit,
    fits_now,
    fitting_for_occasion,
    need_for,
    orders_on,
    slots_for_team,
)
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order.actions.holding import change_facts, hold, tell
from laojia.steps.order.models import Order

SILENT_OR_NO = ("declined", "expired")
_STEP_CLOCK = {"pool": "pool.claim", "station": "station.claim", "centre": "centre.end"}


@transaction.atomic
def expire(*, offer: Offer, actor: Actor, now: datetime) -> Offer:
    """The time to answer is over. Silence is no fault: it only changes how the team is reached next time."""
    if offer.state == "open" and offer.answer_due_at <= now:
        advance(offer, "offer.expire", actor=actor, now=now)
        teams.set_reach(team_id=offer.team_id, answered=False, actor=actor, now=now, because="offer.expire")
        after_no(offer=offer, actor=actor, now=now, because="offer.expire")
    return offer


def heard(offer: Offer, now: datetime) -> None:
    """The team has answered. Whoever answers without being telephoned is asked by message again."""
    team = Team.objects.get(pk=offer.team_id)
    if team.reach == "call_first" and offer.called_at is not None:
        Team.objects.filter(pk=team.pk).update(silent=0)
    elif team.silent or team.reach != "answers":
        teams.set_reach(team_id=team.pk, answered=True, actor=CLOCK, now=now)


@transaction.atomic
def after_no(*, offer: Offer, actor: Actor, now: datetime, because: str) -> Offer | PoolEntry | None:
    """The offer came to nothing (`because`: offer.expire, decline, return): its place is free, and who is asked now?"""
    parts.stop_asking(offer, actor=actor, now=now)
    if because == "offer.decline":
        heard(offer, now)
    occasion = Occasion.objects.select_related("item_version", "area").get(pk=offer.occasion_id)
    if occasion.state == "offered":
        menu.mark_unoffered(occasion=occasion, actor=actor, now=now, because=because)
    orders = [one for one in orders_on(occasion) if one.state in parts.LOOKING]
    if occasion.state != "draft" or (not orders and occasion.kind in TRIPS):
        return None
    _until, passed = parts.outer(orders, now)
    failed = occasion.offers.filter(state__in=SILENT_OR_NO).count()
    following = _next_team(occasion, now) if rules.asks_next_team(failed, promise_passed=passed) else None
    if following is None:
        return open_pool(occasion=occasion, actor=CLOCK, now=now, because=because)
    day, half = following.slot
    return make_offer(
        orders=orders, occasion=occasion, team=following.team, date=day, half=half, actor=CLOCK, now=now, because=because
    )  # fmt: skip


def _next_team(occasion: Occasion, now: datetime) -> Fit | None:
    return next(iter(fitting_for_occasion(occasion, now).fits), None)


@transaction.atomic
def offer_again(*, offer: Offer, team: Team, actor: Actor, now: datetime, because: str) -> Offer:
    """The team named by its colleagues is asked for the same half-day; it may decline like any other."""
    parts.stop_asking(offer, actor=actor, now=now)
    occasion = Occasion.objects.select_related("item_version", "area").get(pk=offer.occasion_id)
    orders = [one for one in orders_on(occasion) if one.state in parts.LOOKING]
    day, half = occasion.date or offer.date, occasion.half or offer.half
    if day is None or not half:
        raise asked_elsewhere()
    return make_offer(
        orders=orders, occasion=occasion, team=team, date=day, half=half, actor=actor, now=now, because=because
    )  # fmt: skip


@transaction.atomic
def after_yes(*, occasion: Occasion, team: Team, now: datetime, actor: Actor = CLOCK) -> None:
    """A team has it: nobody else is asked, no clock of the search runs on."""
    for offer in occasion.offers.filter(team=team, state="accepted"):
        cancel_clocks(("offer", offer.pk), parts.ASKING)
        heard(offer, now)
    close_pool(occasion, now)


def close_pool(occasion: Occasion, now: datetime) -> None:
    PoolEntry.objects.filter(occasion=occasion, closed_at=None).update(closed_at=now)
    parts.stop_ladder(occasion)


# --- the pool and the ladder ---------------------------------------------------------------------------------------------


@transaction.atomic
def open_pool(
    *,
    actor: Actor,
    now: datetime,
    occasion: Occasion | None = None,
    orders: Sequence[Order] = (),
    looked: bool = False,
    because: str = "",
) -> PoolEntry:
    """认领: every fitting team may take it, and the centre looks as well. Protected matters stay with the centre.

    By the desk for orders that wait, or by the clock for the occasion two teams said nothing or no to.
    """
    cause = because or "pool.open"
    if occasion is None:
        slot = need_for(orders, None, now)[0].slots[0]
        occasion, _opened = occasion_for(orders, *slot, actor=actor, now=now, because=cause)
        put_on(orders, occasion, actor=actor, now=now, because=cause)
    if occasion.state != "draft":
        raise asked_elsewhere()
    orders = [one for one in orders_on(occasion) if one.state in parts.LOOKING]
    if not because:
        check_look(orders, occasion, actor, now, looked=looked)
    step = "centre" if occasion.protected else "pool"
    due = _step_due(step, orders, now)
    entry, _made = PoolEntry.objects.update_or_create(
        occasion=occasion,
        defaults={
            "area_path": occasion.area_path, "protected": occasion.protected, "opened_at": now, "closed_at": None,
            "team_kind": occasion.item_version.team_kind, "step": step, "step_due_at": due.at, "station": None,
        },
    )  # fmt: skip
    record(entry, "pool.open", actor=actor, now=now, because=because)
    _to_step(entry, orders, due, now)
    if step == "pool":
        _tell_teams(entry, now)
    return entry


def _step_due(step: str, orders: Sequence[Order], now: datetime) -> Due:
    """The clock of a step, never beyond the moment until which the person was promised news."""
    until, _passed = parts.outer(orders, now)
    return within(parts.due_of(_STEP_CLOCK[step], now, urgent=any(one.urgent for one in orders)), until)


def _to_step(entry: PoolEntry, orders: Sequence[Order], due: Due, now: datetime) -> None:
    parts.set_ladder_clock(entry.occasion_id, entry.step, due, now)
    if entry.step == "station":
        for order in orders:
            held = hold(
                order, holder="station", holder_id=entry.station_id, why="passed_down", until=due.at, now=now
            )
            change_facts(order, "order.pass_down", actor=CLOCK, now=now, **held)
    elif entry.step == "pool":
        parts.hold_orders(orders, holder="pool", why="pool", until=due.at, now=now)
    else:
        parts.hold_orders(orders, holder="centre", why="passed_back", until=due.at, now=now)


def _tell_teams(entry: PoolEntry, now: datetime) -> None:
    for fit in fitting_for_occasion(entry.occasion, now).fits:
        post(
            "offer.pool",
            to_team_id=fit.team.pk,
            about=("occasion", entry.occasion_id),
            key=f"offer.pool:{entry.occasion_id}:{now:%Y%m%d%H%M}:{fit.team.pk}",
            now=now,
            variables={"link": "team/"},
        )


@transaction.atomic
def climb(*, occasion: Occasion, step: str, actor: Actor, now: datetime) -> PoolEntry | None:
    """The clock of a step has run out: pool → station → centre; after the centre a person decides, and is told to."""
    entry = PoolEntry.objects.filter(
        occasion=occasion, closed_at=None, step=step, step_due_at__lte=now
    ).first()
    if entry is None:
        return None
    orders = [one for one in orders_on(occasion) if one.state in parts.LOOKING]
    following = rules.next_step(step)
    station = _station_of(occasion) if following == "station" else None
    if following == "station" and station is None:
        following = "centre"
    if following is None:
        return _centre_decides(entry, orders, now)
    due = _step_due(following, orders, now)
    expect = {"step": step, "closed_at": None}
    if swap(PoolEntry, entry.pk, expect, step=following, step_due_at=due.at, station=station):
        entry.step, entry.step_due_at, entry.station = following, due.at, station
        _to_step(entry, orders, due, now)
    return entry


def _station_of(occasion: Occasion) -> Station | None:
    """The station that serves the place; the institute of the town where there is none."""
    serving = list(stations_of(occasion.area))
    for level in (StationLevel.STATION, StationLevel.INSTITUTE):
        for station in serving:
            if station.level == level:
                return station
    return None


def _centre_decides(entry: PoolEntry, orders: Sequence[Order], now: datetime) -> PoolEntry:
    """Nobody was found on the whole ladder: the person hears so, the desk ends it with a reason or finds another way."""
    for order in orders:
        until, _passed = parts.outer([order], now)
        parts.hold_orders([order], holder="centre", why="passed_back", until=until, now=now)
        tell(
            order, "order.delayed", now=now, mark=f"centre-{now:%Y%m%d%H%M}", both=True, by=until.isoformat()
        )
    return entry


# --- claiming ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def claimed_offer(*, entry: PoolEntry, team: Team, actor: Actor, now: datetime) -> Offer:
    """The accepted offer of a team that claims, with its place taken; the verb offer.claim writes it.

    The first team that claims has it. Raises Conflict claimed_already, slot_full; BadInput does_not_fit.
    """
    occasion = entry.occasion
    orders = orders_on(occasion)
    need, _look = need_for(orders, occasion, now)
    if not swap(PoolEntry, entry.pk, {"closed_at": None, "protected": False}, closed_at=now):
        raise claimed_already()
    if occasion.state != "draft":
        raise claimed_already()
    slots = slots_for_team(need, occasion, team, now)
    if not slots:
        blocked, _why = fits_now(need, team, need.slots[0], now) if need.slots else (("no_time_left",), ())
        raise does_not_fit(blocked) if blocked else slot_full()
    slot = next(
        (one for one in slots if take_slot(team_id=team.pk, date=one[0], half=one[1], actor=actor, now=now)),
        None,
    )
    if slot is None:
        raise slot_full()
    set_day(occasion, *slot)
    parts.stop_ladder(occasion)
    _blocked, why = fits_now(need, team, slot, now)
    return Offer(
        state="accepted", occasion=occasion, team=team, area_path=occasion.area_path, protected=occasion.protected,
        date=slot[0], half=slot[1], turn=occasion.offers.count() + 1, why=list(why), made_by_id=actor.person_id,
        made_at=now, answer_due_at=now, answered_at=now, from_pool=True,
    )  # fmt: skip
