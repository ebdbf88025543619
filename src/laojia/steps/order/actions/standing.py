"""结对: the same people come in a rhythm without being asked again. It ends by a visit or a call, never by silence."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.queries import stations_of
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import Event, advance, check, record, start
from laojia.foundation.outbox.actions import cancel_clocks, set_clock
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.errors import BadInput
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.rules.times import half_of
from laojia.steps.order.actions.course import close, serve
from laojia.steps.order.actions.deciding import triage
from laojia.steps.order.actions.holding import hold
from laojia.steps.order.actions.seating import expect, release
from laojia.steps.order.models import Attendance, Order, StandingHelp
from laojia.steps.order.rules import dates_of, missed_step

AHEAD = timedelta(weeks=2)
_FIRST_WITHIN = timedelta(weeks=8)
_MORNING = time(6)
_VISITS = uuid.UUID(
    "6f1d7b5e-5a52-4f0e-9b38-1f5f0b1c7a10"
)  # one occasion per help, pause and day, however often planned


@transaction.atomic
def begin(
    *,
    order: Order,
    weekdays: Sequence[int],
    starts: time,
    minutes: int,
    valid_from: date,
    actor: Actor,
    now: datetime,
    every_weeks: int = 1,
    over_holidays: bool = False,
    valid_to: date | None = None,
) -> StandingHelp:
    """Turn an order into a rhythm. The first visit is offered to a team; whoever accepts comes from then on."""
    _check_rhythm(order, weekdays, every_weeks, minutes, valid_from, local_date(now))
    assert order.item_version is not None
    row = StandingHelp(
        state="active", item_version=order.item_version, person=order.person, unit=order.unit,
        asker_id=order.asker_id, weekdays=sorted(set(weekdays)), every_weeks=every_weeks,
        half=half_of(datetime.combine(valid_from, starts, tzinfo=CHINA)), starts=starts, minutes=minutes,
        over_holidays=over_holidays, valid_from=valid_from, valid_to=valid_to, area=order.area,
        area_path=order.area_path, place=order.place, protected=order.protected, created_at=now,
    )  # fmt: skip
    start(row, "standing.start", actor=actor, now=now)
    Order.objects.filter(pk=order.pk).update(standing=row)
    order.standing = row
    if order.state == "received":
        triage(order=order, actor=actor, now=now, because="standing.start")
    plan(standing=row, actor=CLOCK, now=now)
    return row


def _check_rhythm(
    order: Order, weekdays: Sequence[int], every_weeks: int, minutes: int, first: date, today: date
) -> None:
    wrong: dict[str, object] = {}
    if order.item_version is None or order.item_version.mode != "standing" or order.standing_id is not None:
        raise BadInput(
            "not_standing",
            _("Regular help is not offered for this."),
            _("Map it to an item of regular help first."),
        )
    if not weekdays or any(not 0 <= day <= 6 for day in weekdays):
        wrong["weekdays"] = _("On which days of the week?")
    if not 1 <= every_weeks <= 8:
        wrong["every_weeks"] = _("Every week, every second week … every eighth week at most.")
    if not 10 <= minutes <= 480:
        wrong["minutes"] = _("Between 10 minutes and 8 hours.")
    if first < today:
        wrong["valid_from"] = _("That day is over already. Choose a later one.")
    if wrong:
        raise BadInput("rhythm", _("Please look at the marked places again."), "", wrong)


@transaction.atomic
def plan(*, standing: StandingHelp, actor: Actor, now: datetime) -> list[Occasion]:
    """Visits of the next two weeks. Before a team has said yes there is one, to be offered; then each stands at once."""
    today = local_date(now)
    _plan_tomorrow(standing, now)
    there = set(
        Occasion.objects.filter(standing_id=standing.pk, date__gte=today)
        .exclude(state="called_off")
        .values_list("date", flat=True)
    )
    waiting_for_a_team = standing.team_id is None
    if waiting_for_a_team and there:
        return []
    days = [day for day in _span(standing, today) if _starts(standing, day) > now and day not in there]
    days = days[:1] if waiting_for_a_team else days
    order = standing.orders.filter(state__in=("received", "waiting", "arranged")).order_by("id").first()
    if order is None or not days:
        return []
    record(standing, "standing.plan", actor=actor, now=now, fields=("planned_to",))
    opened = [_visit(standing, order, day, now) for day in days]
    planned = days[0] if waiting_for_a_team else min(today + AHEAD, standing.valid_to or date.max)
    StandingHelp.objects.filter(pk=standing.pk).update(planned_to=planned)
    standing.planned_to = planned
    return opened


def _span(standing: StandingHelp, today: date) -> list[date]:
    """Days of the rhythm not planned yet: two weeks, or as far as the first one when nobody has said yes."""
    first = max(standing.valid_from, today)
    if standing.planned_to is not None:
        first = max(first, standing.planned_to + timedelta(days=1))
    last = today + AHEAD if standing.team_id is not None else first + _FIRST_WITHIN
    return _days(standing, first, min(last, standing.valid_to or date.max))


def _plan_tomorrow(standing: StandingHelp, now: datetime) -> None:
    """Looked at every morning, so that two weeks always stand."""
    morning = datetime.combine(local_date(now) + timedelta(days=1), _MORNING, tzinfo=CHINA)
    set_clock("standing.plan", about=("standing", standing.pk), due=morning, now=now)


def _days(standing: StandingHelp, first: date, last: date) -> list[date]:
    days = calendar()

    def rests(day: date) -> bool:
        """A holiday is a weekday of the plain week that does not work."""
        return day.weekday() < 5 and not days.works(day)

    if last < first:
        return []
    return dates_of(
        standing.weekdays, every_weeks=standing.every_weeks, anchor=standing.valid_from, first=first, last=last,
        rests=None if standing.over_holidays else rests,
    )  # fmt: skip


def _starts(standing: StandingHelp, day: date) -> datetime:
    return datetime.combine(day, standing.starts, tzinfo=CHINA)


def _visit(standing: StandingHelp, order: Order, day: date, now: datetime) -> Occasion:
    begins = _starts(standing, day)
    occasion = menu.open_occasion(
        actor=CLOCK, now=now, because="standing.plan", item_version=standing.item_version, kind="standing",
        area=standing.area, key=uuid.uuid5(_VISITS, f"{standing.pk}/{standing.version}/{day}"), standing_id=standing.pk,
        team=standing.team, state="confirmed" if standing.team_id is not None else "draft",
        starts_at=begins, ends_at=begins + timedelta(minutes=standing.minutes), practice=order.practice,
    )  # fmt: skip
    expect(order=order, occasion=occasion, actor=CLOCK, now=now)
    return occasion


@transaction.atomic
def pause(
    *, standing: StandingHelp, reason: str, until: date | None = None, actor: Actor, now: datetime
) -> StandingHelp:
    """先停一停: visits still to come are called off; with a day it goes on by itself."""
    if until is not None and until <= local_date(now):
        said = _("That day is over already. Choose a later one.")
        raise BadInput("until", said, "", {"until": said})
    advance(standing, "standing.pause", actor=actor, now=now, reason=reason, paused_until=until)
    _call_off_visits(standing, "standing.pause", actor, now)
    StandingHelp.objects.filter(pk=standing.pk).update(planned_to=None)
    standing.planned_to = None
    if until is not None:
        wakes = datetime.combine(until, time(8), tzinfo=CHINA)
        set_clock(
            "standing.resume", about=("standing", standing.pk), due=wakes, now=now, round=standing.version
        )
    return standing


@transaction.atomic
def resume(*, standing: StandingHelp, actor: Actor, now: datetime) -> StandingHelp:
    """On it goes."""
    advance(standing, "standing.resume", actor=actor, now=now, paused_until=None)
    plan(standing=standing, actor=CLOCK, now=now)
    return standing


@transaction.atomic
def finish(*, standing: StandingHelp, reason: str, actor: Actor, now: datetime) -> StandingHelp:
    """It ends by a word that was spoken: by a visit or a call. The order is served with it."""
    advance(
        standing,
        "standing.end",
        actor=actor,
        now=now,
        reason=reason,
        valid_to=max(local_date(now), standing.valid_from),
    )
    _call_off_visits(standing, "standing.end", actor, now)
    for order in standing.orders.filter(state="arranged"):
        serve(order=order, outcome="done", actor=actor, now=now, because="standing.end")
        if reason == "person_died":
            close(order=order, actor=actor, now=now, because="standing.end")
    return standing


def _call_off_visits(standing: StandingHelp, because: str, actor: Actor, now: datetime) -> None:
    ahead = Occasion.objects.filter(
        standing_id=standing.pk, state__in=("draft", "offered", "confirmed", "postponed"), starts_at__gt=now
    )
    for occasion in ahead:
        for row in Attendance.objects.filter(occasion=occasion, state="expected"):
            release(attendance=row, actor=actor, now=now, because=because)
        menu.call_off(occasion=occasion, reason="nobody_wanted_it", actor=actor, now=now, because=because)


def team_found(event: Event) -> None:
    """After order.arrange: the team that accepted the first visit comes from now on; two weeks are planned."""
    order: Order = event.row
    if order.standing_id is None:
        return
    standing = StandingHelp.objects.get(pk=order.standing_id)
    if standing.team_id is not None or standing.state != "active":
        return
    StandingHelp.objects.filter(pk=standing.pk).update(team_id=order.team_id)
    standing = StandingHelp.objects.select_related("team", "item_version", "area").get(pk=order.standing_id)
    plan(standing=standing, actor=CLOCK, now=event.now)


def visit_marked(event: Event) -> None:
    """After a visit was marked or settled: a missed one is counted; once the station telephones, twice the centre does."""
    attendance: Attendance = event.row
    standing_id = attendance.occasion.standing_id
    if standing_id is None or event.went_to == event.came_from:
        return
    standing = StandingHelp.objects.get(pk=standing_id)
    missed = standing.missed + 1 if event.went_to in ("not_home", "team_absent") else 0
    StandingHelp.objects.filter(pk=standing.pk).update(missed=missed)
    _hand_up(attendance.order, missed, event.now)


def _hand_up(order: Order, missed: int, now: datetime) -> None:
    """Whoever telephones holds the order until the next working day is over; the team still comes next time."""
    step = missed_step(missed)
    if not step:
        if order.holder == "team":
            return
        fields = hold(order, holder="team", holder_id=order.team_id, why="standing", now=now)
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
    if order.holder_why not in ("visit_missed", "visits_missed"):
        return False
    cancel_clocks(("order", order.pk), ("standing.missed",))
    fields = hold(order, holder="team", holder_id=order.team_id, why="standing", now=now)
    for name, value in fields.items():
        setattr(order, name, value)
    return bool(Order.objects.filter(pk=order.pk, version=order.version).update(**fields))


@transaction.atomic
def nobody_telephoned(*, order: Order, now: datetime) -> None:
    """Clock standing.missed: the station has not telephoned, so the centre does; the centre is reminded each day."""
    if order.holder_why in ("visit_missed", "visits_missed"):
        _hand_up(order, 2, now)  # as after a second missed visit


def may_pause(standing: StandingHelp, actor: Actor) -> None:
    """Raises unless the actor may pause it now; for pages that show the form first."""
    check(standing, "standing.pause", actor=actor)


__all__ = [
    "begin",
    "finish",
    "heard_after_missed",
    "may_pause",
    "nobody_telephoned",
    "pause",
    "plan",
    "resume",
    "team_found",
    "visit_marked",
]
