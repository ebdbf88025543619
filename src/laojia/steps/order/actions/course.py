"""How an order runs its course once somebody has it: arranged, fallen through, served, closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import advance, check, record
from laojia.foundation.outbox.actions import set_clock
from laojia.kernel.errors import BadInput
from laojia.policy.deadlines import by_when
from laojia.policy.facts import Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order.actions.holding import (
    held_by_nobody,
    hold,
    looking_again,
    not_while_regular,
    tell,
)
from laojia.steps.order.actions.seating import expect, said, stop_looking
from laojia.steps.order.models import OUTCOMES, Attendance, Order

AT_THE_DOOR = ("visit", "standing")


@transaction.atomic
def arrange(
    *,
    order: Order,
    occasion: Occasion,
    actor: Actor,
    now: datetime,
    attendance: Attendance | None = None,
    because: str = "",
) -> Order:
    """Somebody comes, at this occasion: who asked (and who is served) hears when, and which word to ask for."""
    held = hold(
        order,
        holder="keeper" if order.sealed else "team",
        holder_id=order.keeper_id if order.sealed else occasion.team_id,
        why="arranged",
        until=occasion.ends_at,
        now=now,
    )
    advance(
        order,
        "order.arrange",
        actor=actor,
        now=now,
        because=because,
        team_id=occasion.team_id,
        arranged_at=now,
        **held,
    )
    if attendance is None:
        attendance = expect(order=order, occasion=occasion, actor=actor, now=now, because=because)
    if attendance.team_id != occasion.team_id:
        Attendance.objects.filter(pk=attendance.pk).update(team_id=occasion.team_id)
        attendance.team_id = occasion.team_id
    stop_looking(order)
    tell(
        order,
        _arranged_words(order, occasion),
        now=now,
        both=True,
        at=said(occasion),
    )
    return order


def _arranged_words(order: Order, occasion: Occasion) -> str:
    """Only where somebody stands at a door is there a word to ask for; a body prepares the place."""
    if occasion.kind in AT_THE_DOOR:
        return "order.arranged"
    return "order.seat" if order.unit_id is None else "order.arranged_public"


@transaction.atomic
def unarrange(*, order: Order, reason: str, actor: Actor, now: datetime, because: str = "") -> Order:
    """What was arranged falls through: waiting again with a new outer clock, and told so at once.

    The attendance is the caller's to release or keep: a returned visit keeps it for the next team.
    """
    why = {"team_returned": "returned", "withdrawn": "returned", "complaint": "returned"}.get(reason, reason)
    again = looking_again(order, why if why != "other" else "returned", now)
    advance(
        order, "order.unarrange", actor=actor, now=now, reason=reason, because=because,
        team_id=None, arranged_at=None, waiting_since=now, **again,
    )  # fmt: skip
    if reason != "not_home":  # that one has its own message and its own call
        tell(order, "order.unarranged", now=now, by=order.promise_due_at.isoformat())
    return order


@transaction.atomic
def serve(
    *,
    order: Order,
    outcome: str,
    actor: Actor,
    now: datetime,
    outcome_reason: str = "",
    because: str = "",
) -> Order:
    """It was done, partly, or could not be done: a fact apart from closing. From now the review window runs."""
    if not because:
        not_while_regular(order)
    if outcome not in OUTCOMES:
        raise BadInput("outcome", fields={"outcome": ""})
    window = by_when("review.window", now, calendar())
    held = hold(order, holder="resident", holder_id=order.asker_id, why="served", until=window.at, now=now)
    advance(
        order, "order.serve", actor=actor, now=now, because=because, outcome=outcome,
        outcome_reason=outcome_reason, served_at=now, review_until=window.at, **held,
    )  # fmt: skip
    set_clock("review.window", about=("order", order.pk), due=window, now=now, round=order.round)
    return order


@transaction.atomic
def close(
    *, order: Order, actor: Actor, now: datetime, kind: str = "not_reviewed", because: str = ""
) -> Order:
    """Finished: `kind` solved, not_reviewed (nobody answered: never "satisfied") or cannot."""
    fields = held_by_nobody(order, "closed", now)
    advance(
        order, "order.close", actor=actor, now=now, because=because, close_kind=kind, closed_at=now, **fields
    )
    return order


@transaction.atomic
def keep(
    *, order: Order, starts_at: datetime, ends_at: datetime, place: str, actor: Actor, now: datetime
) -> Order:
    """专人接办: the keeper fixes when and where himself; nobody else ever holds it. No message leaves."""
    check(order, "order.keep", actor=actor)
    if order.item_version is None or starts_at <= now or ends_at <= starts_at:
        wrong = _("That time is over already. Choose a later one.")
        raise BadInput("time", wrong, "", {"starts_at": wrong})
    record(order, "order.keep", actor=actor, now=now)
    occasion = menu.open_occasion(
        actor=actor, now=now, because="order.keep", item_version=order.item_version, kind="appointment", area=order.area,
        state="confirmed", keeper=order.keeper, place=place, starts_at=starts_at, ends_at=ends_at,
        practice=order.practice,
    )  # fmt: skip
    return arrange(order=order, occasion=occasion, actor=actor, now=now, because="order.keep")
