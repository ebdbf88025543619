"""What the clock does in serving: the record row when an occasion has passed, reminders, the two hours at a door."""

from __future__ import annotations

from datetime import datetime, timedelta

from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.foundation.people.models import Post
from laojia.kernel import clock, links
from laojia.kernel.clock import local_date
from laojia.policy.roles import Role
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance
from laojia.steps.serve import actions
from laojia.steps.serve.models import LawRecord
from laojia.steps.serve.queries import missing_on_roster


def after_passed(event: Event) -> None:
    """occasion.pass: the ten working days of the record begin."""
    if event.row.team_id is not None and not event.row.practice:
        actions.open_record(occasion=event.row, now=event.now)


def after_changed(event: Event) -> None:
    """occasion.change: more volunteers are wanted, so the waiting list moves up."""
    if event.row.state == "confirmed" and event.row.volunteer_places > event.row.volunteers_taken:
        actions.move_up(occasion=event.row, now=event.now)


def after_time_fixed(event: Event) -> None:
    """occasion.confirm, agree_time, reconfirm: everybody is reminded the evening before, at six."""
    occasion = event.row
    if occasion.starts_at is None:
        return
    day_before = clock.local(occasion.starts_at) - timedelta(days=1)
    evening = day_before.replace(hour=18, minute=0, second=0, microsecond=0)
    about = ("occasion", occasion.pk)
    cancel_clocks(about, ("occasion.tomorrow",))
    if evening > event.now:
        set_clock("occasion.tomorrow", about=about, due=evening, now=event.now)


def after_opened(event: Event) -> None:
    """occasion.open of a date that stands at once (regular help, the keeper's): the evening before is set too."""
    if event.row.state == "confirmed":
        after_time_fixed(event)


def evening_before(occasion_id: int, now: datetime) -> None:
    """Clock occasion.tomorrow: those who are served, those who go, and the team when somebody is missing."""
    occasion = (
        Occasion.objects.select_related("item_version").filter(pk=occasion_id, state="confirmed").first()
    )
    if occasion is None or occasion.starts_at is None or occasion.practice or occasion.sealed:
        return
    at = occasion.starts_at.isoformat()
    day = local_date(occasion.starts_at).isoformat()
    template = "order.tomorrow" if occasion.kind in ("visit", "standing") else "seat.tomorrow"
    for visit in occasion.attendances.filter(state="expected").select_related("order"):
        order = visit.order
        person_id = order.person_id or order.asker_id
        if person_id is not None:
            link = f"l/{links.make_link('order', order.pk, 'order', to=person_id)}/"
            post(
                template, to_person_id=person_id, about=("order", order.pk), key=f"{template}:{visit.pk}:{day}", now=now,
                variables={"number": order.number, "at": at, "link": link},
            )  # fmt: skip
    for line in occasion.roster.filter(state__in=("asked", "yes")):
        post(
            "roster.tomorrow", to_person_id=line.person_id, about=("occasion", occasion.pk),
            key=f"roster.tomorrow:{line.pk}:{day}", now=now, variables={"at": at, "link": "volunteer/"},
        )  # fmt: skip
    if occasion.team_id is not None and missing_on_roster(occasion):
        post(
            "roster.missing", to_team_id=occasion.team_id, about=("occasion", occasion.pk),
            key=f"roster.missing:{occasion.pk}:{day}", now=now,
            variables={"at": at, "link": f"team/occasions/{occasion.pk}/"},
        )  # fmt: skip


def remind(record_id: int, now: datetime) -> None:
    """Clock record.remind."""
    law = LawRecord.objects.filter(pk=record_id, occasion__practice=False).first()
    if law is not None:
        actions.remind_of_record(law=law, now=now)


def record_overdue(record_id: int, now: datetime) -> None:
    """Clock record.overdue: the ten working days are over; the station's people are told once."""
    law = (
        LawRecord.objects.select_related("occasion")
        .filter(pk=record_id, recorded_at=None, occasion__practice=False)
        .first()
    )
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
