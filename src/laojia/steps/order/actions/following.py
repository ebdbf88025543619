"""What follows for orders when something happened elsewhere; connected in wiring.py, same transaction."""

from __future__ import annotations

from django.db.models import Q

from laojia.foundation.area.queries import place_now
from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import rest_clocks
from laojia.policy.facts import CLOCK
from laojia.steps.menu.models import Occasion, Standstill
from laojia.steps.menu.queries.standstills import stop_of
from laojia.steps.menu.rules.items import KIND_OF_MODE
from laojia.steps.menu.rules.standstill import begins, ends
from laojia.steps.order.actions.asking import cancel
from laojia.steps.order.actions.course import unarrange
from laojia.steps.order.actions.deciding import triage
from laojia.steps.order.actions.holding import tell
from laojia.steps.order.actions.seating import expect, promote_waiting_list, release, said
from laojia.steps.order.models import Attendance, Order

_CALLED_OFF = "called_off"


def occasion_opened(event: Event) -> None:
    """A station opens what a village asked for: the village's order is answered by it, and arranged when a team says yes."""
    unit_id = event.facts.get("asking_unit_id")
    if unit_id is None:
        return
    occasion: Occasion = event.row
    waiting = Order.objects.filter(
        unit_id=unit_id, item_version__item=occasion.item_version.item_id, state__in=("received", "waiting"),
        wants_occasion=None, standing=None,
    ).exclude(attendances__state="expected")  # fmt: skip
    order = waiting.order_by("id").first()
    if order is None:
        return
    if order.state == "received":
        triage(order=order, actor=event.actor, now=event.now, because=event.verb)
    expect(order=order, occasion=occasion, actor=event.actor, now=event.now, because=event.verb)


def _expected(occasion: Occasion) -> list[Attendance]:
    rows = Attendance.objects.filter(occasion=occasion, state="expected").select_related("order", "occasion")
    return list(rows.order_by("id"))


def occasion_called_off(event: Event) -> None:
    """A visit that falls through is looked for anew; a date one had signed up for is over, and told so."""
    occasion: Occasion = event.row
    for row in _expected(occasion):
        order = row.order
        release(attendance=row, actor=event.actor, now=event.now, because=event.verb)
        if order.standing_id is not None:  # one visit less; the help goes on
            tell(order, "standing.visit_off", now=event.now, mark=f"o{occasion.pk}", at=_was(event))
            continue
        if order.wants_occasion_id == occasion.pk:
            _over(order, event)
        elif order.state == "arranged":
            unarrange(order=order, reason=_CALLED_OFF, actor=event.actor, now=event.now, because=event.verb)
    for order in Order.objects.filter(wants_occasion=occasion, state="waitlisted"):
        _over(order, event)


def _over(order: Order, event: Event) -> None:
    cancel(order=order, reason=_CALLED_OFF, actor=event.actor, now=event.now, because=event.verb)
    tell(order, "occasion.called_off", now=event.now, at=_was(event))


def _was(event: Event) -> str:
    """The time it would have had."""
    begins = event.facts.get("old_starts_at") or event.row.starts_at or event.row.postponed_from
    return str((begins or event.row.created_at).isoformat())


def occasion_postponed(event: Event) -> None:
    """Everybody who has a place, and who waits for one, hears the new time or that it is open."""
    occasion: Occasion = event.row
    fixed = occasion.starts_at is not None
    for order in _concerned(occasion):
        if fixed:
            tell(order, "occasion.postponed", now=event.now, mark=f"o{occasion.version}", at=said(occasion))
        else:
            tell(order, "occasion.postponed_open", now=event.now, mark=f"o{occasion.version}")


def occasion_time_fixed(event: Event) -> None:
    """After agree_time or reconfirm: said to everybody when the time is another one than they knew."""
    occasion: Occasion = event.row
    if event.facts.get("old_starts_at") == occasion.starts_at or occasion.starts_at is None:
        return
    for order in _concerned(occasion):
        tell(order, "order.changed", now=event.now, mark=f"o{occasion.version}", at=said(occasion))
        Order.objects.filter(pk=order.pk, state="arranged").update(holder_until=occasion.ends_at)


def occasion_changed(event: Event) -> None:
    """Another place or time is told; more seats move the waiting list up."""
    occasion: Occasion = event.row
    if event.facts.get("tell") and occasion.state == "confirmed" and occasion.starts_at is not None:
        for order in _concerned(occasion):
            tell(order, "order.changed", now=event.now, mark=f"o{occasion.version}", at=said(occasion))
    if event.facts.get("freed") and occasion.state == "confirmed":
        promote_waiting_list(occasion=occasion, actor=CLOCK, now=event.now)


def _concerned(occasion: Occasion) -> list[Order]:
    rows = Order.objects.filter(
        attendances__occasion=occasion, attendances__state="expected", state="arranged"
    )
    waiting = Order.objects.filter(wants_occasion=occasion, state="waitlisted")
    return [*rows.select_related("person"), *waiting.select_related("person")]


def team_let_go(event: Event) -> None:
    """After occasion.release or unoffer: the places at it belong to no team until another says yes."""
    Attendance.objects.filter(occasion_id=event.row.pk, state="expected").exclude(team_id=None).update(
        team_id=None
    )


def work_rests(event: Event) -> None:
    """standstill.declare: the outer clocks of what waits there stand still; who holds it keeps it that much longer."""
    row: Standstill = event.row
    stop = stop_of(row)
    modes = [mode for mode, kind in KIND_OF_MODE.items() if kind in stop.kinds]
    waiting = Order.objects.filter(
        Q(item_version__mode__in=modes) | Q(item_version=None),
        area_path__startswith=stop.prefix, state__in=("received", "waiting", "need_info"),
    )  # fmt: skip
    moved = rest_clocks(
        ("order.promise", "order.answer"), "order", list(waiting.values_list("pk", flat=True)),
        begins=begins(stop, event.now), ends=ends(stop.last),
    )  # fmt: skip
    for order_id, (before, after) in moved.items():
        Order.objects.filter(pk=order_id, holder_until=before).update(holder_until=after)


def comes_home(event: Event) -> None:
    """An order opened again whose village has merged meanwhile goes on in the village of today."""
    order: Order = event.row
    here = place_now(order.area)
    if here.pk != order.area_id:
        Order.objects.filter(pk=order.pk).update(area=here, area_path=here.path)
        order.area, order.area_path = here, here.path
