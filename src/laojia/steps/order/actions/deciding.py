"""The desk's verbs on an order that nobody has yet: read, ask back, map, refuse, merge, rest, hand down, end."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Station
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import advance, check, record
from laojia.foundation.outbox.actions import cancel_clocks, set_clock
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict, WrongState
from laojia.policy.deadlines import by_when, within
from laojia.policy.facts import Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order.actions.holding import (
    change_facts,
    changed_meanwhile,
    held_by_nobody,
    hold,
    looking_again,
    not_while_regular,
    tell,
)
from laojia.steps.order.actions.seating import let_go
from laojia.steps.order.models import Order
from laojia.steps.order.rules import needs_second_look

_MORNING = time(8)


@transaction.atomic
def triage(*, order: Order, actor: Actor, now: datetime, because: str = "") -> Order:
    """Read and in order: it waits for a team."""
    cancel_clocks(("order", order.pk), ("order.triage",))
    held = hold(order, holder="centre", why="looked_at", until=order.promise_due_at, now=now)
    return advance(order, "order.triage", actor=actor, now=now, because=because, waiting_since=now, **held)


@transaction.atomic
def map_to_item(*, order: Order, item_version: ItemVersion, actor: Actor, now: datetime) -> Order:
    """The need in her own words is this item; trusted ones wait for a team at once. A sealed one goes to its keeper."""
    if item_version.state != "published":
        raise WrongState(
            "item_not_out",
            _("This cannot be ordered at the moment."),
            _("Choose an item that stands on the menu."),
        )
    if item_version.mode in ("walk_in", "describe", "volunteers"):
        raise BadInput(
            "not_to_order",
            _("Nothing is ordered of this one."),
            _("Choose another item, or refuse and say where to go."),
        )
    changes: dict[str, Any] = {
        "item_version": item_version,
        "protected": order.protected or item_version.protected,
        "sealed": item_version.sealed,
        "keeper": item_version.keeper if item_version.sealed else None,
        "needs_second_look": order.needs_second_look
        or needs_second_look(item_version, alone=order.alone, visited_before=not order.needs_second_look),
    }
    check(order, "order.map", actor=actor)
    if item_version.sealed:
        cancel_clocks(("order", order.pk), ("order.triage",))
        keeper_id = item_version.keeper_id
        changes |= hold(
            order, holder="keeper", holder_id=keeper_id, why="keeper", until=order.promise_due_at, now=now
        )
    else:
        changes |= hold(order, holder="centre", why="mapped", until=order.promise_due_at, now=now)
    before = Order(pk=order.pk, state=order.state, area_path=order.area_path, protected=order.protected)
    _swap(order, changes)
    # Permission is asked on the facts as they were: once sealed, nobody but the keeper may.
    record(before, "order.map", actor=actor, now=now, fields=changes)
    if item_version.trusted and order.state == "received":
        triage(order=order, actor=actor, now=now, because="order.map")
    return order


def _swap(order: Order, changes: dict[str, Any]) -> None:
    if not swap(
        Order,
        order.pk,
        {"state": order.state, "version": order.version},
        version=order.version + 1,
        **changes,
    ):
        raise changed_meanwhile()
    for name, value in {"version": order.version + 1, **changes}.items():
        setattr(order, name, value)


@transaction.atomic
def ask_back(*, order: Order, reason: str, question: str, actor: Actor, now: datetime) -> Order:
    """One thing to ask; the person holds it until she answers or is called."""
    not_while_regular(order)
    question = question.strip()
    if not 0 < len(question) <= 200:
        said = _("What do you want to know? One sentence, 200 signs at most.")
        raise BadInput("question", said, "", {"question": said})
    until = by_when("order.answer", now, calendar())
    held = hold(order, holder="resident", holder_id=order.asker_id, why="asked_back", until=until.at, now=now)
    advance(order, "order.ask_back", actor=actor, now=now, reason=reason, question_back=question, **held)
    withdraw_visits(order, actor=actor, now=now, because="order.ask_back")
    cancel_clocks(("order", order.pk), ("order.triage", "order.promise"))
    set_clock("order.answer", about=("order", order.pk), due=until, now=now, round=order.version)
    tell(order, "order.need_info", now=now)
    return order


@transaction.atomic
def refuse(*, order: Order, reason: str, where_else: str, actor: Actor, now: datetime) -> Order:
    """接不了: with the reason and where else to go — a refusal without a way on is none."""
    not_while_regular(order)
    where_else = _needed(where_else)
    fields = held_by_nobody(order, "refused", now)
    advance(
        order,
        "order.refuse",
        actor=actor,
        now=now,
        reason=reason,
        where_else=where_else,
        closed_at=now,
        **fields,
    )
    _reason(order, reason)
    withdraw_visits(order, actor=actor, now=now, because="order.refuse")
    tell(order, "order.refused", now=now, both=True)
    return order


@transaction.atomic
def end(
    *, order: Order, reason: str, where_else: str = "", actor: Actor, now: datetime, because: str = ""
) -> Order:
    """Nobody found: said honestly, with what can be done now."""
    not_while_regular(order)
    fields = held_by_nobody(order, "ended", now)
    advance(
        order, "order.end", actor=actor, now=now, reason=reason, because=because,
        where_else=where_else.strip()[:200], outcome="cannot", close_kind="cannot", closed_at=now, **fields,
    )  # fmt: skip
    _reason(order, reason)
    withdraw_visits(order, actor=actor, now=now, because="order.end")
    tell(order, "order.nobody_found", now=now, both=True)
    return order


@transaction.atomic
def merge(*, order: Order, into: Order, actor: Actor, now: datetime) -> Order:
    """The same need twice: this one goes on as the other. Both must be open, of one village, neither sealed."""
    not_while_regular(order)
    check(into, "order.see", actor=actor)
    same_person = (order.person_id, order.unit_id) == (into.person_id, into.unit_id)
    if (
        order.pk == into.pk
        or into.state in ("merged", "refused", "cancelled", "closed", "served")
        or into.sealed
    ):
        raise Conflict(
            "cannot_merge", _("These two cannot be joined."), _("The other one must still be open.")
        )
    if not same_person and order.contact_hash != into.contact_hash and order.area_id != into.area_id:
        raise Conflict(
            "not_the_same",
            _("These two are from different people in different villages."),
            _("Bundle them instead."),
        )
    fields = held_by_nobody(order, "merged", now)
    advance(order, "order.merge", actor=actor, now=now, merged_into=into, **fields)
    withdraw_visits(order, actor=actor, now=now, because="order.merge")
    tell(order, "order.merged", now=now, other=into.number)
    return order


@transaction.atomic
def unmerge(*, order: Order, actor: Actor, now: datetime) -> Order:
    """Two needs after all."""
    again = looking_again(order, "unmerged", now)
    return advance(order, "order.unmerge", actor=actor, now=now, merged_into=None, waiting_since=now, **again)


@transaction.atomic
def suspend(*, order: Order, until: date, reason: str = "", actor: Actor, now: datetime) -> Order:
    """先记着,到某天再办: the day is named, and on that morning it is taken up again by itself."""
    not_while_regular(order)
    today = local_date(now)
    if not today < until <= today.replace(year=today.year + 1, day=min(today.day, 28)):
        said = _("Until which day? Choose one between tomorrow and a year from now.")
        raise BadInput("until", said, "", {"until": said})
    wakes = datetime.combine(until, _MORNING, tzinfo=CHINA)
    cancel_clocks(("order", order.pk))
    held = hold(order, holder="nobody", why="suspended", until=wakes, now=now)
    advance(order, "order.suspend", actor=actor, now=now, reason=reason, suspended_until=until, **held)
    withdraw_visits(order, actor=actor, now=now, because="order.suspend")
    set_clock("order.resume", about=("order", order.pk), due=wakes, now=now, round=order.version)
    tell(order, "order.suspended", now=now, until=until.isoformat())
    return order


@transaction.atomic
def resume(*, order: Order, actor: Actor, now: datetime) -> Order:
    """Taken up again, with a new outer clock."""
    cancel_clocks(("order", order.pk), ("order.resume",))
    again = looking_again(order, "resumed", now)
    advance(order, "order.resume", actor=actor, now=now, suspended_until=None, waiting_since=now, **again)
    tell(order, "order.resumed", now=now, by=order.promise_due_at.isoformat())
    return order


@transaction.atomic
def second_look(*, order: Order, actor: Actor, now: datetime) -> Order:
    """A second pair of eyes on danger, protected items and first visits to a lone person. Whoever sends it must be another."""
    if not order.needs_second_look:
        raise WrongState("no_second_look", _("This one needs no second look."), _("It can be sent at once."))
    return change_facts(order, "order.second_look", actor=actor, now=now, second_look_by_id=actor.person_id)


@transaction.atomic
def pass_down(*, order: Order, station: Station, actor: Actor, now: datetime, because: str = "") -> Order:
    """逐级转派: the institute or station near the person looks now, inside the outer clock."""
    if not (because or order.area_path.startswith(station.area_path) or _serves(station, order)):
        raise BadInput(
            "not_its_area",
            _("That station does not serve this village."),
            _("Choose the station of the village."),
        )
    inner = within(by_when("station.claim", now, calendar(), urgent=order.urgent), order.promise_due_at)
    if not because:
        check(order, "order.pass_down", actor=actor)
    held = hold(order, holder="station", holder_id=station.pk, why="passed_down", until=inner.at, now=now)
    return change_facts(order, "order.pass_down", actor=actor, now=now, because=because, **held)


def _serves(station: Station, order: Order) -> bool:
    ids = [int(part) for part in order.area_path.strip("/").split("/")]
    return bool(station.villages.filter(pk__in=ids).exists())


def withdraw_visits(order: Order, *, actor: Actor, now: datetime, because: str) -> list[Occasion]:
    """A visit prepared for this order alone is called off; its offers fall with it (wiring)."""
    emptied = let_go(order, actor=actor, now=now, because=because)
    for occasion in emptied:
        menu.call_off(occasion=occasion, reason="nobody_wanted_it", actor=actor, now=now, because=because)
    return emptied


def _needed(where_else: str) -> str:
    where_else = where_else.strip()
    if not 0 < len(where_else) <= 200:
        said = _("Say where else the person can go: an office, a telephone number, a day.")
        raise BadInput("where_else", said, "", {"where_else": said})
    return where_else


def _reason(order: Order, reason: str) -> None:
    """Kept on the row too: the journal is not for pages."""
    Order.objects.filter(pk=order.pk).update(reason=reason)
    order.reason = reason
