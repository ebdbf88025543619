"""What dispatch does when something happened below it. Connected in wiring.py; none of these is a verb."""

from __future__ import annotations

from datetime import date, datetime

from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import rest_clocks
from laojia.foundation.teams.models import Team
from laojia.kernel.db import swap
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.actions import parts
from laojia.steps.dispatch.actions.ladder import close_pool
from laojia.steps.dispatch.actions.offers import make_offer, withdraw
from laojia.steps.dispatch.actions.opening import TRIPS
from laojia.steps.dispatch.actions.refusals import slot_full
from laojia.steps.dispatch.actions.slots import free_slot, take_slot
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.dispatch.queries import occasion_look
from laojia.steps.menu.models import Occasion, Standstill
from laojia.steps.menu.queries.standstills import stop_of
from laojia.steps.menu.rules.standstill import begins, ends
from laojia.steps.order.actions.holding import changed_meanwhile
from laojia.steps.order.models import Attendance, Order


def hold_place(event: Event) -> None:
    """occasion.open, confirm: a team that comes without having been asked (its own date, regular help) is busy then too.

    It has agreed already, so a full half-day does not undo it: the place is simply not held.
    """
    occasion: Occasion = event.row
    if (
        occasion.state != "confirmed"
        or occasion.team_id is None
        or occasion.date is None
        or not occasion.half
    ):
        return
    if occasion.slot_held or Offer.objects.filter(occasion=occasion, state="accepted").exists():
        return
    held = take_slot(
        team_id=occasion.team_id, date=occasion.date, half=occasion.half, actor=event.actor, now=event.now
    )
    if held:
        Occasion.objects.filter(pk=occasion.pk).update(slot_held=True)
        occasion.slot_held = True


def free_place(event: Event) -> None:
    """occasion.call_off, postpone, release, unoffer: the half-day such a team was busy in is free again."""
    facts = event.facts
    if (
        facts.get("slot_was_held")
        and facts.get("old_team_id")
        and facts.get("old_date")
        and facts.get("old_half")
    ):
        free_slot(
            team_id=facts["old_team_id"],
            date=facts["old_date"],
            half=facts["old_half"],
            actor=event.actor,
            now=event.now,
        )


def ask_first_team(event: Event) -> None:
    """occasion.open: the team named is asked. What needs a second look waits for the desk instead."""
    occasion: Occasion = event.row
    team_id = event.facts.get("ask_team_id")
    if team_id is None or occasion.date is None or not occasion.half or occasion_look(occasion):
        return
    make_offer(
        occasion=occasion, team=Team.objects.get(pk=team_id), date=occasion.date, half=occasion.half,
        actor=event.actor, now=event.now, because="occasion.open",
    )  # fmt: skip


def stop_offers(event: Event) -> None:
    """occasion.call_off: nobody is asked any more, the team's place is free."""
    occasion: Occasion = event.row
    close_pool(occasion, event.now)
    for offer in Offer.objects.filter(occasion=occasion, state__in=("open", "accepted")):
        withdraw(offer=offer, actor=event.actor, now=event.now, because="occasion.call_off")


def rest_offers(event: Event) -> None:
    """occasion.postpone: an open question is taken back; a team that said yes keeps it, its old half-day is free."""
    occasion: Occasion = event.row
    close_pool(occasion, event.now)
    for offer in Offer.objects.filter(occasion=occasion, state__in=("open", "accepted")):
        if offer.state == "open":
            withdraw(offer=offer, actor=event.actor, now=event.now, because="occasion.postpone")
        else:
            _move(offer, None, "", event)


def follow_time(event: Event) -> None:
    """occasion.agree_time, change, reconfirm: the place is taken in the new half-day and given back in the old one."""
    occasion: Occasion = event.row
    if occasion.date is None or not occasion.half or occasion.state not in ("confirmed", "offered"):
        return
    offer = Offer.objects.filter(occasion=occasion, state__in=("open", "accepted")).first()
    if offer is None:
        _hold_again(occasion, event)
    elif (offer.date, offer.half) != (occasion.date, occasion.half):
        _move(offer, occasion.date, occasion.half, event)


def _hold_again(occasion: Occasion, event: Event) -> None:
    """A team that was not asked keeps its place in the new half-day instead of the old one."""
    before = (event.facts.get("old_date"), event.facts.get("old_half"))
    day, half = before
    if occasion.slot_held and before != (occasion.date, occasion.half) and day and half:
        free_slot(team_id=occasion.team_id or 0, date=day, half=half, actor=event.actor, now=event.now)
        Occasion.objects.filter(pk=occasion.pk).update(slot_held=False)
        occasion.slot_held = False
    hold_place(event)


def _move(offer: Offer, day: date | None, half: str, event: Event) -> None:
    if day is not None and not take_slot(
        team_id=offer.team_id, date=day, half=half, actor=event.actor, now=event.now
    ):
        raise slot_full()
    if offer.date is not None and offer.half:
        free_slot(team_id=offer.team_id, date=offer.date, half=offer.half, actor=event.actor, now=event.now)
    expect = {"state": offer.state, "version": offer.version}
    if not swap(Offer, offer.pk, expect, date=day, half=half, version=offer.version + 1):
        raise changed_meanwhile()


def stop_team(event: Event) -> None:
    """complaint.file about conduct or money: the team does not come to this person any more, from now on."""
    complaint = event.row
    order = complaint.order
    person_id = complaint.person_id or (order.person_id if order is not None else None)
    if not event.facts.get("stops") or complaint.about_team_id is None or person_id is None:
        return
    at_the_door = Offer.objects.filter(
        team_id=complaint.about_team_id, state__in=("open", "accepted"), occasion__kind__in=TRIPS,
        occasion__state__in=("offered", "confirmed", "postponed"), occasion__attendances__state="expected",
        occasion__attendances__order__person_id=person_id,
    )  # fmt: skip
    for offer in at_the_door.distinct():
        withdraw(offer=offer, actor=event.actor, now=event.now, because="complaint.file")


def work_rests(event: Event) -> None:
    """standstill.declare: nobody is silent in the snow. Questions to teams, the pool and its ladder stand still."""
    row: Standstill = event.row
    stop = stop_of(row)
    period = {"begins": begins(stop, event.now), "ends": ends(stop.last)}
    there = {"area_path__startswith": stop.prefix, "occasion__kind__in": stop.kinds}
    asked = dict(Offer.objects.filter(state="open", **there).values_list("pk", "occasion_id"))
    moved = rest_clocks(parts.ASKING, "offer", list(asked), **period)
    held = {asked[offer_id]: times for offer_id, times in moved.items()}
    pools = list(PoolEntry.objects.filter(closed_at=None, **there).values_list("occasion_id", flat=True))
    ladder = rest_clocks(parts.LADDER_CLOCKS, "occasion", pools, **period)
    for occasion_id, (before, after) in ladder.items():
        PoolEntry.objects.filter(occasion_id=occasion_id, step_due_at=before).update(step_due_at=after)
    for occasion_id, (before, after) in (held | ladder).items():
        _keep_longer(occasion_id, before, after)


def wait_with_offer(*, offer: Offer, until: datetime, now: datetime) -> None:
    """The time to answer ran out while work rests there: it runs anew from the end of the rest."""
    due = parts.due_of("offer.answer", until, urgent=False)
    if offer.state == "open":
        parts.set_offer_clocks(offer, rules.offer_clocks(until, due, due.at), now)
        Offer.objects.filter(pk=offer.pk, state="open").update(
            answer_due_at=due.at, answer_provisional=due.provisional
        )
        _keep_longer(offer.occasion_id, offer.answer_due_at, due.at)


def wait_with_pool(*, occasion: Occasion, step: str, until: datetime, now: datetime) -> None:
    """The same for a step of the ladder."""
    entry = PoolEntry.objects.filter(occasion=occasion, closed_at=None, step=step).first()
    if entry is not None:
        due = parts.due_of("pool.claim", until, urgent=False)
        parts.set_ladder_clock(occasion.pk, step, due, now)
        PoolEntry.objects.filter(pk=entry.pk).update(step_due_at=due.at)
        _keep_longer(occasion.pk, entry.step_due_at, due.at)


def _keep_longer(occasion_id: int, before: datetime, after: datetime) -> None:
    """Who holds the orders of the occasion may keep them until the moved clock."""
    ids = Attendance.objects.filter(occasion_id=occasion_id, state="expected").values("order_id")
    Order.objects.filter(pk__in=ids, holder_until=before).update(holder_until=after)
