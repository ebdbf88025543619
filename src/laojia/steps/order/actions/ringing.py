"""When a clock of an order runs out: said honestly, handed on, and a new latest moment named."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.outbox.actions import set_clock
from laojia.policy.deadlines import by_when
from laojia.steps.order.actions.holding import hold, promise, tell
from laojia.steps.order.models import Order


def _write(order: Order, **fields: object) -> bool:
    """Facts of holding only: no state moves. False when somebody moved the order meanwhile."""
    rows = Order.objects.filter(pk=order.pk, version=order.version, state=order.state)
    if not rows.update(**fields):
        return False
    for name, value in fields.items():
        setattr(order, name, value)
    return True


@transaction.atomic
def promise_passed(*, order: Order, now: datetime) -> bool:
    """The one outer clock: who still waits is told so, with the next latest moment; a sealed one goes to its keeper again."""
    if order.state not in ("received", "waiting"):
        return False
    fields, due = promise(order, now)
    # On a provisional date nothing is declared late.
    fields["late_since"] = order.late_since or (None if order.promise_provisional else order.promise_due_at)
    if order.sealed:
        return _write(order, **fields)
    stays = {} if order.holder in ("team", "pool", "station") and (order.holder_until or now) > now else hold(
        order, holder="centre", why="promise_passed", until=due.at, now=now
    )  # fmt: skip
    if not _write(order, **fields, **stays):
        return False
    tell(order, "order.delayed", now=now, mark=due.at.isoformat(), by=due.at.isoformat())
    return True


@transaction.atomic
def promise_rests(*, order: Order, until: datetime) -> bool:
    """Work rests there until then (snow, an emergency): the outer clock runs anew from the end of the rest."""
    if order.state not in ("received", "waiting"):
        return False
    before = order.promise_due_at
    fields, due = promise(order, until)
    longer = {"holder_until": due.at} if order.holder_until == before else {}
    return _write(order, **fields, **longer)


@transaction.atomic
def triage_passed(*, order: Order, now: datetime) -> bool:
    """Not read in time: the hop says so, the queue shows it late."""
    if order.state != "received" or order.sealed:
        return False
    return _write(
        order, **hold(order, holder="centre", why="triage_late", until=order.promise_due_at, now=now)
    )


@transaction.atomic
def answer_passed(*, order: Order, now: datetime) -> bool:
    """Asked again, so that it comes on the call list; the centre holds it and telephones."""
    if order.state != "need_info":
        return False
    again = by_when("order.answer", now, calendar())
    if not _write(order, **hold(order, holder="centre", why="no_reply", until=again.at, now=now)):
        return False
    set_clock("order.answer", about=("order", order.pk), due=again, now=now, round=order.version)
    tell(order, "order.need_info", now=now, mark=again.at.isoformat())
    return True
