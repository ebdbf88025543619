"""结对: the visits of a rhythm, two weeks ahead and always at least the next one; holidays and pauses told, never silent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import record
from laojia.foundation.outbox.actions import post, set_clock
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.db import swap
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order.actions.checks import end_comes_near
from laojia.steps.order.actions.course import arrange
from laojia.steps.order.actions.holding import changed_meanwhile, tell
from laojia.steps.order.actions.seating import expect, release
from laojia.steps.order.models import Attendance, Order, StandingGap, StandingHelp
from laojia.steps.order.rules import Turn, is_holiday, turns_of

AHEAD = timedelta(weeks=2)
_FAR = timedelta(weeks=40)  # where the next visit is looked for when two weeks hold none
_MORNING = time(6)
_AHEAD_OF_IT = ("draft", "offered", "confirmed", "postponed")
_VISITS = uuid.UUID(
    "6f1d7b5e-5a52-4f0e-9b38-1f5f0b1c7a10"
)  # one occasion per help, version and day, however often planned


@transaction.atomic
def plan(*, standing: StandingHelp, actor: Actor, now: datetime) -> list[Occasion]:
    """Visits of the next two weeks, at least the next. Before a team has said yes there is one, to be offered."""
    _plan_again(standing, now)
    order = open_order(standing)
    if order is None:
        return []
    _holidays_entered_since(standing, now)
    _drafts_over(standing, now)
    there = {visit.date for visit in _standing_visits(standing, now) if visit.date is not None}
    opened = []
    coming = any(_starts(standing, day) > now for day in there)
    if standing.team_id is not None or not coming:
        turns = _turns(standing, there, now)
        opened = _open(standing, order, [one for one in turns if one.comes not in there], now)
    end_comes_near(standing=standing, none_left=not (coming or opened), now=now)
    _back_with_its_team(standing, order, now)
    return opened


def open_order(standing: StandingHelp) -> Order | None:
    """The one order of the help, as long as it runs."""
    return standing.orders.filter(state__in=("received", "waiting", "arranged")).order_by("id").first()


def _standing_visits(standing: StandingHelp, now: datetime) -> QuerySet[Occasion]:
    rows = Occasion.objects.filter(standing_id=standing.pk, state__in=(*_AHEAD_OF_IT, "held", "recorded"))
    return rows.filter(date__gte=local_date(now))


def _turns(standing: StandingHelp, there: set[date], now: datetime) -> list[Turn]:
    """Days not planned yet: two weeks, or as far as the next visit when they hold none.

    Today's visit is not the next one: by noon it is over, and the next look is tomorrow's.
    """
    today = local_date(now)
    coming = any(day > today for day in there)
    found: list[Turn] = []
    for turn in _all_turns(standing, today, now):
        if turn.day > today + AHEAD and coming:
            break
        found.append(turn)
        coming = coming or (turn.comes is not None and turn.comes > today)
        if standing.team_id is None and turn.comes is not None:
            break  # one visit to be offered; the others follow the team's yes
    return found


def _all_turns(standing: StandingHelp, today: date, now: datetime) -> Iterator[Turn]:
    first = max(standing.valid_from, today)
    if standing.planned_to is not None:
        first = max(first, standing.planned_to + timedelta(days=1))
    gaps = list(standing.gaps.filter(kind="pause", until__gt=today).values_list("from_day", "until"))
    turns = turns_of(
        standing.weekdays, every_weeks=standing.every_weeks, anchor=standing.valid_from, first=first,
        last=min(first + _FAR, standing.valid_to or date.max), holidays=standing.holidays, works=calendar().works,
        paused=lambda day: any(ends is not None and begins <= day < ends for begins, ends in gaps),
    )  # fmt: skip
    return (one for one in turns if _starts(standing, one.comes or one.day) > now)


def _open(standing: StandingHelp, order: Order, turns: list[Turn], now: datetime) -> list[Occasion]:
    """Open the visits, say which holidays fall on one, and note how far is planned — once, whoever else plans now."""
    if not turns:
        return []
    horizon = [local_date(now) + AHEAD] if standing.team_id is not None else []
    upto = min(max([*horizon, turns[-1].day]), standing.valid_to or date.max)
    expect_now = {"version": standing.version, "planned_to": standing.planned_to}
    if not swap(StandingHelp, standing.pk, expect_now, planned_to=upto):
        raise changed_meanwhile()
    standing.planned_to = upto
    record(standing, "standing.plan", actor=CLOCK, now=now, fields=("planned_to",))
    for turn in turns:
        if turn.why == "holiday":
            note_holiday(standing, order, turn.day, turn.comes, now)
    return [_visit(standing, order, turn.comes, now) for turn in turns if turn.comes is not None]


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


def _starts(standing: StandingHelp, day: date) -> datetime:
    return datetime.combine(day, standing.starts, tzinfo=CHINA)


def _plan_again(standing: StandingHelp, now: datetime) -> None:
    """Looked at every morning, so that two weeks always stand; while there is no team, at the hour of a visit too.

    A visit nobody was found for goes by at that hour, and the next one is offered at once.
    """
    hour = _starts(standing, local_date(now))
    morning = datetime.combine(local_date(now) + timedelta(days=1), _MORNING, tzinfo=CHINA)
    due = hour if standing.team_id is None and hour > now else morning
    set_clock("standing.plan", about=("standing", standing.pk), due=due, now=now)


# --- holidays ---------------------------------------------------------------------------------------------------------


def note_holiday(
    standing: StandingHelp, order: Order, day: date, moved_to: date | None, now: datetime
) -> None:
    """A visit falls on a holiday: kept for the timeline, and told to both sides once."""
    _gap, new = StandingGap.objects.get_or_create(
        standing=standing, kind="holiday", from_day=day, defaults={"moved_to": moved_to, "created_at": now}
    )
    if not new:
        return
    if moved_to is None:
        say(standing, order, "standing.skipped", now=now, mark=f"{day}", day=day.isoformat())
    else:
        to = _starts(standing, moved_to).isoformat()
        say(standing, order, "standing.moved", now=now, mark=f"{day}", day=day.isoformat(), at=to)


def _holidays_entered_since(standing: StandingHelp, now: datetime) -> None:
    """Visits planned while the year's calendar was unknown: the ones that turn out to fall on a holiday give way."""
    if standing.holidays == "come":
        return
    moved = set(standing.gaps.filter(kind="holiday").values_list("moved_to", flat=True))
    works = calendar().works
    ahead = Occasion.objects.filter(
        standing_id=standing.pk, state__in=("draft", "confirmed"), starts_at__gt=now
    )
    for occasion in ahead.select_related("item_version"):
        day = occasion.date
        in_rhythm = day is not None and day.weekday() in standing.weekdays and day not in moved
        if day is None or not in_rhythm or not is_holiday(day, works):
            continue
        call_off(occasion, "standing.plan", CLOCK, now)
        order = open_order(standing)
        turn = next(_turn_of(standing, day), None)
        if order is None or turn is None:
            continue
        note_holiday(standing, order, day, turn.comes, now)
        if turn.comes is not None and _starts(standing, turn.comes) > now:
            _visit(standing, order, turn.comes, now)


def _turn_of(standing: StandingHelp, day: date) -> Iterator[Turn]:
    return (
        one
        for one in turns_of(
            standing.weekdays, every_weeks=standing.every_weeks, anchor=standing.valid_from, first=day,
            last=day + AHEAD, holidays=standing.holidays, works=calendar().works, paused=lambda _day: False,
        )
        if one.day == day
    )  # fmt: skip


# --- what stands ahead ------------------------------------------------------------------------------------------------


def call_off_visits(
    standing: StandingHelp,
    because: str,
    actor: Actor,
    now: datetime,
    *,
    first: date | None = None,
    until: date | None = None,
) -> None:
    """Visits still to come, all or those of some days, fall; whoever stands behind this tells the people why."""
    ahead = Occasion.objects.filter(standing_id=standing.pk, state__in=_AHEAD_OF_IT, starts_at__gt=now)
    if first is not None:
        ahead = ahead.filter(date__gte=first)
    if until is not None:
        ahead = ahead.filter(date__lt=until)
    for occasion in ahead.select_related("item_version"):
        call_off(occasion, because, actor, now)


def call_off(occasion: Occasion, because: str, actor: Actor, now: datetime) -> None:
    for row in Attendance.objects.filter(occasion=occasion, state="expected").select_related(
        "occasion", "order"
    ):
        release(attendance=row, actor=actor, now=now, because=because)
    menu.call_off(occasion=occasion, reason="nobody_wanted_it", actor=actor, now=now, because=because)


def _drafts_over(standing: StandingHelp, now: datetime) -> None:
    """A visit nobody was found for has gone by: the next one is offered instead."""
    over = Occasion.objects.filter(standing_id=standing.pk, state="draft", starts_at__lte=now)
    for occasion in over.select_related("item_version"):
        call_off(occasion, "standing.plan", CLOCK, now)


def _back_with_its_team(standing: StandingHelp, order: Order, now: datetime) -> None:
    """Somebody was looked for to stand in once, and that day is over: the order goes on with the team of the help."""
    if standing.team_id is None or order.state != "waiting":
        return
    ahead = Occasion.objects.filter(standing_id=standing.pk, starts_at__gt=now)
    if ahead.filter(state__in=("draft", "offered")).exists():
        return
    following = (
        ahead.filter(state="confirmed", team_id=standing.team_id)
        .select_related("item_version")
        .order_by("starts_at")
    )
    occasion = following.first()
    if occasion is not None:
        arrange(order=order, occasion=occasion, actor=CLOCK, now=now, because="standing.plan")


def say(
    standing: StandingHelp,
    order: Order | None,
    template: str,
    *,
    now: datetime,
    mark: str | int = "",
    **variables: str,
) -> None:
    """The same to both sides: the person (and who asked) and the team that comes."""
    if order is not None:
        tell(order, template, now=now, mark=f"s{mark or standing.version}", both=True, **variables)
    if standing.team_id is not None:
        post(
            f"{template}_team", to_team_id=standing.team_id, about=("standing", standing.pk),
            key=f"{template}_team:{standing.pk}:{mark or standing.version}", now=now,
            variables={"link": f"regular/team/{standing.pk}/", **variables},
        )  # fmt: skip
