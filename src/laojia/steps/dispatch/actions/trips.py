"""凑一趟: several waiting orders of one item and neighbourhood become one occasion, and apart again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import check, record, require
from laojia.kernel.errors import WrongState
from laojia.policy.facts import Actor, subject_of
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.actions import parts
from laojia.steps.dispatch.actions.opening import leave, open_places, open_trip, put_on
from laojia.steps.dispatch.actions.refusals import no_common_trip
from laojia.steps.dispatch.queries import orders_on, trip_need
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order


@transaction.atomic
def bundle(*, orders: Sequence[Order], actor: Actor, now: datetime) -> Occasion:
    """One trip for several waiting orders. Raises BadInput no_common_trip with what does not go together."""
    orders = list({order.pk: order for order in orders}.values())
    for order in orders:
        require(actor, "order.see", subject_of(order))
    _check_together(orders, now)
    for there in open_places(orders):
        leave(there, orders, actor=actor, now=now, because="occasion.bundle")
    day, half = trip_need(orders, now)[0].slots[0]
    trip = open_trip(orders, day, half, actor=actor, now=now, because="occasion.bundle")
    record(trip, "occasion.bundle", actor=actor, now=now, fields=("attendances",))
    put_on(orders, trip, actor=actor, now=now, because="occasion.bundle")
    parts.back_to_centre(orders, "looked_at", now)
    return trip


def _check_together(orders: Sequence[Order], now: datetime) -> None:
    if len(orders) < 2:
        raise no_common_trip(_("A trip needs two orders or more."))
    if len(orders) > rules.MOST_IN_ONE_TRIP:
        raise no_common_trip(_("That is too much for one trip."))
    if any(order.state not in parts.LOOKING or order.sealed for order in orders):
        raise no_common_trip(_("For one of them nobody is being looked for just now."))
    if len({order.item_version_id for order in orders}) > 1 or orders[0].item_version_id is None:
        raise no_common_trip(_("They are not for the same thing."))
    if len({rules.village_of(order.area_path) for order in orders}) > 1:
        raise no_common_trip(_("They are not in the same village."))
    need, look = trip_need(orders, now)
    if look:
        raise no_common_trip(_("One of them needs a second look: it goes on its own."))
    if not need.slots:
        raise no_common_trip(_("No time suits all of them."))


@transaction.atomic
def unbundle(*, occasion: Occasion, actor: Actor, now: datetime) -> list[Order]:
    """Each order goes on by itself. Only before a team is asked."""
    check(occasion, "occasion.bundle", actor=actor)
    orders = orders_on(occasion)
    if len(orders) < 2:
        raise WrongState("no_trip", _("This is not a trip for several orders."), "")
    record(occasion, "occasion.bundle", actor=actor, now=now, fields=("attendances",))
    leave(occasion, orders, actor=actor, now=now, because="occasion.bundle")
    waiting = [order for order in orders if order.state in parts.LOOKING]
    parts.back_to_centre(waiting, "looked_at", now)
    return waiting
