"""派单: ask a team, take it back, note a call. Dispatch is an offer, never an order (志愿服务条例 art. 25)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, check, record, require, start
from laojia.foundation.outbox.actions import withdraw_messages
from laojia.foundation.teams.models import Team
from laojia.kernel.db import swap
from laojia.kernel.errors import Conflict
from laojia.policy.facts import Actor, Subject
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.actions import parts
from laojia.steps.dispatch.actions.opening import TRIPS, leave, occasion_for, put_on, set_day
from laojia.steps.dispatch.actions.refusals import (
    asked_elsewhere,
    does_not_fit,
    second_look_missing,
    slot_full,
    time_over,
)
from laojia.steps.dispatch.actions.slots import take_slot
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.dispatch.queries import fits_now, need_for, orders_on
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as order_actions
from laojia.steps.order.actions.holding import change_facts, changed_meanwhile
from laojia.steps.order.models import Order


@transaction.atomic
def make_offer(
    *,
    actor: Actor,
    now: datetime,
    team: Team,
    date: date,
    half: str,
    orders: Sequence[Order] = (),
    occasion: Occasion | None = None,
    key: uuid.UUID | None = None,
    looked: bool = False,
    because: str = "",
) -> Offer:
    """Ask one team: for orders that wait (one, or several on one trip), or for an occasion a station opened.

    `looked`: the second look at danger, minors, protected matters and first visits to a person alone,
    as a step of its own; not needed when a colleague has looked already. The same `key` gives the same offer.
    Raises BadInput (does_not_fit, second_look, time_over, not_mapped), Conflict slot_full, WrongState, NotPermitted.
    """
    if key is not None and (known := Offer.objects.filter(key=key).first()) is not None:
        check(known, "offer.see", actor=actor)
        return known
    if not because:
        rows: list[Order | Occasion] = [*orders] or ([occasion] if occasion else [])
        for row in rows:
            about = Subject("offer", area_path=row.area_path, protected=row.protected, sealed=row.sealed)
            require(actor, "offer.make", about)
    orders = _waiting(orders)
    opened = False
    if occasion is None:
        occasion, opened = occasion_for(
            orders, date, half, actor=actor, now=now, because=because or "offer.make"
        )
    else:
        orders = orders or [one for one in orders_on(occasion) if one.state in parts.LOOKING]
    _free_to_ask(occasion)
    if occasion.starts_at is not None and occasion.date is not None:
        date, half = occasion.date, occasion.half
    if rules.slot_end((date, half)) <= now:
        raise time_over()
    why = _fit(orders, occasion, team, (date, half), actor, now, looked=looked, because=because)
    return _ask(
        orders, occasion, team, (date, half), why, actor, now, key=key, opened=opened, because=because
    )


def _waiting(orders: Sequence[Order]) -> list[Order]:
    """Only what is looked for may be offered; a sealed order never comes this way."""
    for order in orders:
        if order.state not in parts.LOOKING or order.sealed:
            raise _not_now()
    return list(orders)


def _not_now() -> Conflict:
    return Conflict(
        "not_looking",
        _("Nobody is being looked for here just now."),
        _("Open it again to see where it stands."),
    )


def _free_to_ask(occasion: Occasion) -> None:
    if occasion.state == "offered" or occasion.offers.filter(state="open").exists():
        raise asked_elsewhere()


def _fit(
    orders: Sequence[Order],
    occasion: Occasion,
    team: Team,
    slot: rules.Slot,
    actor: Actor,
    now: datetime,
    *,
    looked: bool,
    because: str,
) -> tuple[str, ...]:
    """The hard rules and the second look; returns why this team."""
    need, look = need_for(orders, occasion, now)
    blocked, why = fits_now(need, team, slot, now)
    if blocked:
        raise does_not_fit(blocked)
    if look and not because:
        _second_look(orders, occasion, look, actor, now, looked=looked)
    return why


def check_look(
    orders: Sequence[Order], occasion: Occasion, actor: Actor, now: datetime, *, looked: bool
) -> None:
    """The second look alone, for what goes to the pool."""
    _need, look = need_for(orders, occasion, now)
    if look:
        _second_look(orders, occasion, look, actor, now, looked=looked)


def _second_look(
    orders: Sequence[Order],
    occasion: Occasion,
    codes: tuple[str, ...],
    actor: Actor,
    now: datetime,
    *,
    looked: bool,
) -> None:
    """Another colleague has looked, or this one looks again in a step of its own (journalled either way)."""
    unseen = [one for one in orders if one.second_look_by_id in (None, actor.person_id)]
    by_other = occasion.opened_by_id not in (None, actor.person_id) if not orders else not unseen
    if by_other:
        return
    if not looked:
        raise second_look_missing(codes)
    for order in unseen:
        change_facts(
            order, "order.second_look", actor=actor, now=now, needs_second_look=True, second_look_by_id=actor.person_id
        )  # fmt: skip


def _ask(
    orders: Sequence[Order],
    occasion: Occasion,
    team: Team,
    slot: rules.Slot,
    why: tuple[str, ...],
    actor: Actor,
    now: datetime,
    *,
    key: uuid.UUID | None,
    opened: bool,
    because: str,
) -> Offer:
    """Take the team's place, write the offer, start its clocks, tell the contacts."""
    cause = because or "offer.make"
    if not take_slot(team_id=team.pk, date=slot[0], half=slot[1], actor=actor, now=now):
        raise slot_full()
    put_on(orders, occasion, actor=actor, now=now, because=cause)
    set_day(occasion, *slot)
    menu.mark_offered(occasion=occasion, actor=actor, now=now, because=cause)
    urgent = any(order.urgent for order in orders)
    until, _passed = parts.outer(orders, now)
    clocks = rules.offer_clocks(now, parts.due_of("offer.answer", now, urgent=urgent), until)
    offer = Offer(
        key=key or uuid.uuid4(), state="open", occasion=occasion, team=team, area_path=occasion.area_path,
        protected=occasion.protected, date=slot[0], half=slot[1], turn=occasion.offers.count() + 1, why=list(why),
        made_by_id=actor.person_id, made_at=now, undo_until=None if because else now + rules.UNDO,
        answer_due_at=clocks.answer.at, answer_provisional=clocks.answer.provisional, opened_occasion=opened,
    )  # fmt: skip
    start(offer, "offer.make", actor=actor, now=now, because=because)
    parts.set_offer_clocks(offer, clocks, now)
    held_why = rules.WHY_AFTER.get(because, "asking_team")
    parts.hold_orders(orders, holder="team", holder_id=team.pk, why=held_why, until=clocks.answer.at, now=now)
    _close_pool(occasion, now)
    if team.reach == "call_first":
        ask_for_call(offer=offer, actor=actor, now=now)
    template, more = (
        ("offer.made_urgent", {}) if urgent else ("offer.made", {"at": parts.said_when(occasion, offer)})
    )
    parts.tell_team(offer, template, now=now, due=offer.undo_until, by=clocks.answer.at.isoformat(), **more)
    return offer


def _close_pool(occasion: Occasion, now: datetime) -> None:
    """One team is asked: nobody else can claim it meanwhile, and the ladder's clocks rest."""
    if PoolEntry.objects.filter(occasion=occasion, closed_at=None).update(closed_at=now):
        parts.stop_ladder(occasion)


@transaction.atomic
def withdraw(*, offer: Offer, actor: Actor, now: datetime, because: str = "") -> Offer:
    """Take an offer back. Within ten seconds everything is as before and nobody was disturbed; later the team is told.

    An accepted one too (the desk, a complaint): then the orders wait again.
    """
    was = offer.state
    occasion = Occasion.objects.select_related("item_version").get(pk=offer.occasion_id)
    orders = orders_on(occasion)
    advance(offer, "offer.withdraw", actor=actor, now=now, because=because, answered_at=now)
    parts.stop_asking(offer, actor=actor, now=now)
    unsent = withdraw_messages(("offer", offer.pk), templates=("offer.made", "offer.made_urgent"))
    if not unsent or was == "accepted":
        parts.tell_team(offer, "offer.withdrawn", now=now)
    if because in ("occasion.call_off", "occasion.postpone"):
        return offer
    reason = "complaint" if because == "complaint.file" else "withdrawn"
    _step_back(occasion, orders, was, reason, actor=actor, now=now)
    if offer.opened_occasion and occasion.kind in TRIPS and occasion.state == "draft":
        leave(occasion, orders, actor=actor, now=now, because="offer.withdraw")
    looking = [one for one in orders if one.state in parts.LOOKING]
    if not parts.reopen_pool(offer, looking, now):
        parts.back_to_centre(looking, "looked_at", now)
    return offer


def _step_back(
    occasion: Occasion, orders: Sequence[Order], was: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """The occasion is being prepared again; arranged orders wait again."""
    cause = "offer.withdraw"
    if occasion.state == "offered":
        menu.mark_unoffered(occasion=occasion, actor=actor, now=now, because=cause)
    elif was == "accepted" and occasion.state in ("confirmed", "postponed"):
        menu.release(occasion=occasion, reason=reason, actor=actor, now=now, because=cause)
        for order in orders:
            if order.state == "arranged":
                order_actions.unarrange(order=order, reason=reason, actor=actor, now=now, because=cause)


@transaction.atomic
def remind(*, offer: Offer, actor: Actor, now: datetime) -> Offer:
    """Half of the time has passed: one friendly reminder, once."""
    if offer.state == "open" and offer.reminded_at is None:
        _note(offer, reminded_at=now)
        record(offer, "offer.remind", actor=actor, now=now, fields=("reminded_at",))
        parts.tell_team(offer, "offer.reminder", now=now, by=offer.answer_due_at.isoformat())
    return offer


@transaction.atomic
def ask_for_call(*, offer: Offer, actor: Actor, now: datetime) -> Offer:
    """No answer after the reminder: the desk telephones. Shown on its list; nothing is said to anybody."""
    if offer.state == "open" and offer.to_call_since is None and offer.called_at is None:
        _note(offer, to_call_since=now)
    return offer


@transaction.atomic
def note_call(*, offer: Offer, actor: Actor, now: datetime) -> Offer:
    """Somebody of the desk has telephoned the team. Ticking twice keeps the first call."""
    check(offer, "offer.call", actor=actor)
    if offer.called_at is None:
        _note(offer, called_at=now)
    record(offer, "offer.call", actor=actor, now=now, fields=("called_at",))
    return offer


def _note(offer: Offer, **changes: datetime) -> None:
    expect = {"state": offer.state, "version": offer.version}
    if not swap(Offer, offer.pk, expect, version=offer.version + 1, **changes):
        raise changed_meanwhile()
    offer.version += 1
    for name, value in changes.items():
        setattr(offer, name, value)
