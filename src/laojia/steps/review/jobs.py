"""What the clock does in reviewing: windows that end, complaints due; and what serving an order sets in motion."""

from __future__ import annotations

from datetime import datetime, timedelta

from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import post
from laojia.kernel import links
from laojia.steps.order.models import Order
from laojia.steps.review import actions
from laojia.steps.review.models import Complaint
from laojia.steps.review.queries import last_attendance

ASK_AFTER = timedelta(hours=2)  # let people come home first


def after_served(event: Event) -> None:
    """order.serve: the person is asked how it was. Nothing leaves about a sealed case: the phone may be another's."""
    order: Order = event.row
    attendance = last_attendance(order)
    person_id = order.asker_id or order.person_id
    if attendance is None or person_id is None or order.practice or order.sealed:
        return
    link = links.make_link("attendance", attendance.pk, "review", to=person_id)
    post(
        "review.ask",
        to_person_id=person_id,
        about=("order", order.pk),
        key=f"review.ask:{attendance.pk}",
        now=event.now,
        due=event.now + ASK_AFTER,
        variables={"number": order.number, "link": f"review/{link}/"},
    )


def window_over(order_id: int, now: datetime) -> None:
    """Clock review.window: closed as not reviewed."""
    order = Order.objects.filter(pk=order_id).first()
    if order is not None:
        actions.close_unreviewed(order=order, now=now)


def complaint_due(complaint_id: int, now: datetime) -> None:
    """Clocks complaint.contact and complaint.answer: the holder is told that the promised day is over."""
    complaint = Complaint.objects.filter(pk=complaint_id, state__in=("filed", "contacted")).first()
    if complaint is None or complaint.holder_id is None:
        return
    post(
        "desk.overdue",
        to_person_id=complaint.holder_id,
        about=("complaint", complaint.pk),
        key=f"desk.overdue:complaint:{complaint.pk}:{complaint.state}",
        now=now,
        variables={"number": complaint.number, "link": f"complaints/{complaint.pk}/"},
    )
