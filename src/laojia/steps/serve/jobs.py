"""What the clock does in serving: the record row when an occasion has passed, reminders, the two hours at a door."""

from __future__ import annotations

from datetime import datetime

from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.models import Post
from laojia.kernel.clock import local_date
from laojia.policy.roles import Role
from laojia.steps.order.models import Attendance
from laojia.steps.serve import actions
from laojia.steps.serve.models import LawRecord


def after_passed(event: Event) -> None:
    """occasion.pass: the ten working days of the record begin."""
    if event.row.team_id is not None and not event.row.practice:
        actions.open_record(occasion=event.row, now=event.now)


def remind(record_id: int, now: datetime) -> None:
    """Clock record.remind."""
    law = LawRecord.objects.filter(pk=record_id).first()
    if law is not None:
        actions.remind_of_record(law=law, now=now)


def record_overdue(record_id: int, now: datetime) -> None:
    """Clock record.overdue: the ten working days are over; the station's people are told once."""
    law = LawRecord.objects.select_related("occasion").filter(pk=record_id, recorded_at=None).first()
    if law is None:
        return
    for person_id in desk_people(law.occasion.station_id, now):
        post(
            "desk.overdue",
            to_person_id=person_id,
            about=("occasion", law.occasion_id),
            key=f"desk.overdue:record:{law.pk}:{person_id}",
            now=now,
            variables={"number": law.occasion_id, "link": f"team/occasions/{law.occasion_id}/"},
        )


def door_overdue(attendance_id: int, now: datetime) -> None:
    """Clock not_home.resolve: two hours are over and nobody knows how the person is: the desk is told at once."""
    row = Attendance.objects.select_related("order", "occasion").filter(pk=attendance_id).first()
    if row is None or row.not_home_since is None:
        return
    for person_id in desk_people(row.occasion.station_id, now):
        post(
            "desk.overdue",
            to_person_id=person_id,
            about=("order", row.order_id),
            key=f"desk.overdue:door:{row.pk}:{row.version}:{person_id}",
            now=now,
            variables={
                "number": row.order.number,
                "link": f"team/occasions/{row.occasion_id}/door/{row.pk}/",
            },
            urgent=True,
        )


def desk_people(station_id: int | None, now: datetime) -> list[int]:
    """Who is at the desk today: the station's staff, else the dispatchers."""
    posts = Post.objects.filter(valid_from__lte=local_date(now)).exclude(valid_to__lte=local_date(now))
    own = posts.filter(role=Role.STATION_STAFF, station_id=station_id) if station_id else posts.none()
    people = set(own.values_list("person_id", flat=True))
    return sorted(people or set(posts.filter(role=Role.DISPATCHER).values_list("person_id", flat=True)))
