"""结对: a visit was missed. Once: the station telephones; twice in a row: the centre. Whoever must call holds it, with a clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from laojia.foundation.area.queries import stations_of
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import cancel_clocks, set_clock
from laojia.steps.order.actions.holding import hold
from laojia.steps.order.models import Attendance, Order, StandingHelp
from laojia.steps.order.rules import missed_step

MISSED = ("visit_missed", "visits_missed")


def visit_marked(event: Event) -> None:
    """After a visit was marked or settled: a missed one is counted; once the station telephones, twice the centre does."""
    attendance: Attendance = event.row
    standing_id = attendance.occasion.standing_id
    if standing_id is None or event.went_to == event.came_from:
        return
    standing = StandingHelp.objects.get(pk=standing_id)
    missed = _missed_in_a_row(standing_id)
    StandingHelp.objects.filter(pk=standing.pk).update(missed=missed)
    if standing.state == "active" and attendance.order.state == "arranged":
        _hand_up(attendance.order, standing, missed, event.now)


def _missed_in_a_row(standing_id: int) -> int:
    """Visits missed since the last one that took place, as the words stand now (a correction counts back)."""
    rows = Attendance.objects.filter(occasion__standing_id=standing_id).exclude(
        state__in=("expected", "released")
    )
    missed = 0
    for state in rows.order_by("-occasion__starts_at", "-id").values_list("state", flat=True)[:20]:
        if state not in ("not_home", "team_absent"):
            break
        missed += 1
    return missed


def _hand_up(order: Order, standing: StandingHelp, missed: int, now: datetime) -> None:
    """Whoever telephones holds the order until the next working day is over; the team still comes next time."""
    step = missed_step(missed)
    if not step:
        if order.holder in ("station", "centre"):
            cancel_clocks(("order", order.pk), ("standing.missed",))
        if order.holder == "team" and order.team_id == standing.team_id:
            return
        team_id = standing.team_id or order.team_id
        fields = {
            "team_id": team_id,
            **hold(order, holder="team", holder_id=team_id, why="standing", now=now),
        }
    else:
        due = calendar().add_working_days(now, 1)
        station = stations_of(order.area).first() if step == "station" else None
        fields = hold(
            order, holder="station" if station else "centre", holder_id=station.pk if station else None,
            why="visit_missed" if step == "station" else "visits_missed", until=due.at, now=now,
        )  # fmt: skip
        # No holder without a clock: whoever does not telephone in time hands it up.
        set_clock("standing.missed", about=("order", order.pk), due=due, now=now)
    Order.objects.filter(pk=order.pk).update(**fields)
    for name, value in fields.items():
        setattr(order, name, value)


@transaction.atomic
def heard_after_missed(*, order: Order, now: datetime) -> bool:
    """Somebody has telephoned after a missed visit: it is with the team again. False: nothing was missed."""
    if order.holder_why not in MISSED:
        return False
    cancel_clocks(("order", order.pk), ("standing.missed",))
    fields = hold(order, holder="team", holder_id=order.team_id, why="standing", now=now)
    for name, value in fields.items():
        setattr(order, name, value)
    return bool(Order.objects.filter(pk=order.pk, version=order.version).update(**fields))


@transaction.atomic
def nobody_telephoned(*, order: Order, now: datetime) -> None:
    """Clock standing.missed: the station has not telephoned, so the centre does; the centre is reminded each day."""
    if order.holder_why in MISSED and order.standing_id is not None:
        standing = StandingHelp.objects.get(pk=order.standing_id)
        if standing.state != "ended":
            _hand_up(order, standing, 2, now)  # as after a second missed visit
