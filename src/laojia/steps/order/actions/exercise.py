"""演练: an order asked for as an exercise, or staged for guests; it and its visit are marked together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from laojia.foundation.journal.actions import Event, check, record
from laojia.kernel.db import swap
from laojia.policy.facts import Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.actions.exercise import need_reason
from laojia.steps.order.actions.holding import changed_meanwhile
from laojia.steps.order.models import Order


@transaction.atomic
def mark_practice(*, order: Order, practice: bool, reason: str, actor: Actor, now: datetime) -> Order:
    """It is an exercise, or it is none after all (reason `by_mistake`); a visit for this order alone too.

    Raises NotPermitted, OutOfScope, BadInput (reason), Conflict.
    """
    check(order, "order.mark_practice", actor=actor)
    need_reason("order.mark_practice", reason)
    if order.practice == practice:
        return order
    _mark(order, practice)
    record(order, "order.mark_practice", actor=actor, now=now, fields=("practice",), reason=reason)
    for place in order.attendances.exclude(state="released").select_related("occasion"):
        alone = not place.occasion.attendances.exclude(state="released").exclude(order=order).exists()
        if alone and not place.occasion.public:
            menu.mark_practice(
                occasion=place.occasion,
                practice=practice,
                reason=reason,
                actor=actor,
                now=now,
                because="order.mark_practice",
            )
    return order


def practised(event: Event) -> None:
    """occasion.mark_practice: all orders of it are an exercise too, or none of them."""
    rows = Order.objects.filter(attendances__occasion=event.row).exclude(attendances__state="released")
    for order in rows.exclude(practice=event.row.practice).distinct():
        _mark(order, event.row.practice)
        record(
            order, "order.mark_practice", actor=event.actor, now=event.now, fields=("practice",), reason=event.reason,
            because="occasion.mark_practice",
        )  # fmt: skip


def _mark(order: Order, practice: bool) -> None:
    if not swap(Order, order.pk, {"version": order.version}, practice=practice, version=order.version + 1):
        raise changed_meanwhile()
    order.practice, order.version = practice, order.version + 1
