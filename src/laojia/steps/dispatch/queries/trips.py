"""凑一趟: what of the waiting could go in one trip, found for the whole desk; and who comes along to a drive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from laojia.foundation.journal.queries import scoped
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.models import Invite
from laojia.steps.dispatch.queries import facts
from laojia.steps.dispatch.queries.desk import LOOKING
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order


@dataclass(frozen=True, slots=True)
class Trip:
    """Orders of one item and one village that a common time suits, the one who waits longest first."""

    orders: list[Order]
    village: str  # area path
    slot: rules.Slot


def trips_waiting(actor: Actor, now: datetime) -> list[Trip]:
    """Every trip that could be made of what waits just now; what needs a second look goes alone and is left out."""
    rows = scoped(
        Order.objects.filter(state__in=LOOKING, sealed=False, item_version__isnull=False), actor, "order.see"
    )
    on_the_way = Attendance.objects.filter(state="expected").values("order")
    waiting = list(
        rows.filter(item_version__mode__in=("home_visit", "by_appointment"))
        .exclude(pk__in=on_the_way)
        .select_related("person", "unit", "item_version", "area", "area__parent")
        .defer("area__outline", "area__parent__outline")
        .order_by("promise_due_at", "id")[: rules.MOST_AT_ONCE]
    )
    needs = {need.id: need for need in facts.needs_of(waiting, now)}
    known = facts.histories(waiting)
    looked_at = [
        rules.Waiting(
            order.pk, order.item_version_id or 0, rules.village_of(order.area_path), needs[order.pk].slots,
            second_look=bool(rules.second_look_codes(facts.care_of(order, known, now))),
        )
        for order in waiting
    ]  # fmt: skip
    by_id = {order.pk: order for order in waiting}
    return [
        Trip(
            [by_id[one] for one in trip],
            rules.village_of(by_id[trip[0]].area_path),
            rules.common_slots([needs[one].slots for one in trip])[0],
        )
        for trip in rules.trips(looked_at)
    ]


def occasion_for_teams(actor: Actor, pk: int) -> Occasion:
    """The occasion to which teams are asked along. Raises OutOfScope."""
    rows = scoped(Occasion.objects.filter(sealed=False), actor, "occasion.see")
    row = rows.select_related("item_version", "area__parent", "team").filter(pk=pk).first()
    if row is None:
        raise OutOfScope("no_occasion")
    return row


def invites_of(occasion: Occasion) -> list[Invite]:
    """Who was asked along, those who have not answered first, then by name."""
    rows = occasion.invites.exclude(state="withdrawn").select_related("team", "occasion")
    return sorted(rows, key=lambda row: (row.state != "open", row.team.name))


def call_ups(actor: Actor, *, limit: int = 50) -> list[Occasion]:
    """Emergency call-ups, a list of their own; the newest first."""
    rows = scoped(Occasion.objects.filter(emergency=True), actor, "occasion.see")
    return list(rows.select_related("item_version", "area", "team").order_by("-created_at", "-id")[:limit])
