"""When an item can be had and when a point is open, pure. The calendar is passed in, so is `now`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol

from laojia.kernel.clock import CHINA

HALF_DAYS = ("morning", "afternoon", "evening")
DAY_KINDS = ("weekday", "saturday", "sunday")
LONGEST_AHEAD = 90  # days a wish may lie ahead
HALF_HOURS: Mapping[str, tuple[time, time]] = {
    "morning": (time(8), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(18), time(21)),
}
Slots = Mapping[str, Sequence[str]]
Hours = Iterable[tuple[int, time, time]]  # weekday (Monday 0), opens, closes


class WorkDays(Protocol):
    """What is needed of the working calendar."""

    def works(self, day: date) -> bool: ...
    def next_working_day(self, day: date) -> date: ...


def half_of(moment: datetime) -> str:
    """morning until noon, afternoon until six, then evening (on the clock of China)."""
    hour = moment.astimezone(CHINA).hour
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"


def day_kind(day: date) -> str:
    """weekday means Monday to Friday of the plain week: volunteers come on make-up days and holidays as they say."""
    return {5: "saturday", 6: "sunday"}.get(day.weekday(), "weekday")


def halves_on(slots: Slots, day: date) -> tuple[str, ...]:
    """Half-days of this date on which the item can be had, in order."""
    given = slots.get(day_kind(day), ())
    return tuple(half for half in HALF_DAYS if half in given)


def earliest_day(lead_working_days: int, today: date, calendar: WorkDays) -> date:
    """The first day one may wish for: the n-th working day after today; today itself with no lead time."""
    day = today
    for _count in range(lead_working_days):
        day = calendar.next_working_day(day)
    return day


def wish_problem(
    slots: Slots, lead_working_days: int, day: date, half: str, now: datetime, calendar: WorkDays
) -> str:
    """Why a wish cannot be kept: too_soon, too_far, not_on_that_day, not_at_that_half, half_over; empty when it can."""
    local = now.astimezone(CHINA)
    if day < earliest_day(lead_working_days, local.date(), calendar):
        return "too_soon"
    if day > local.date() + timedelta(days=LONGEST_AHEAD):
        return "too_far"
    halves = halves_on(slots, day)
    if not halves:
        return "not_on_that_day"
    if half not in halves:
        return "not_at_that_half"
    if day == local.date() and local.time() >= HALF_HOURS[half][1]:
        return "half_over"
    return ""


def wish_days(
    slots: Slots, lead_working_days: int, now: datetime, calendar: WorkDays, *, count: int = 10
) -> list[tuple[date, tuple[str, ...]]]:
    """The next `count` days with the half-days one may wish for."""
    today = now.astimezone(CHINA).date()
    found: list[tuple[date, tuple[str, ...]]] = []
    for ahead in range(LONGEST_AHEAD + 1):
        day = today + timedelta(days=ahead)
        halves = tuple(
            half
            for half in halves_on(slots, day)
            if not wish_problem(slots, lead_working_days, day, half, now, calendar)
        )
        if halves:
            found.append((day, halves))
        if len(found) == count:
            break
    return found


# --- opening hours of points ---------------------------------------------------------------------------------


def hours_on(hours: Hours, day: date, calendar: WorkDays) -> list[tuple[time, time]]:
    """Opening times of a point on a date.

    A weekday that rests (a holiday) is like Sunday; a weekend day that works (make-up) keeps its own hours, and where
    it has none it is like Monday.
    """
    rows = list(hours)
    weekday = day.weekday()
    if weekday < 5 and not calendar.works(day):
        weekday = 6
    found = sorted((opens, closes) for when, opens, closes in rows if when == weekday)
    if not found and weekday >= 5 and day.weekday() >= 5 and calendar.works(day):
        found = sorted((opens, closes) for when, opens, closes in rows if when == 0)
    return found


def open_until(hours: Hours, now: datetime, calendar: WorkDays) -> datetime | None:
    """When the point closes that is open now; None when it is closed."""
    local = now.astimezone(CHINA)
    for opens, closes in hours_on(hours, local.date(), calendar):
        if opens <= local.time() < closes:
            return datetime.combine(local.date(), closes, tzinfo=CHINA)
    return None


def next_opening(hours: Hours, now: datetime, calendar: WorkDays, *, days: int = 21) -> datetime | None:
    """The next moment the point opens; None when it does not within three weeks."""
    rows = list(hours)
    local = now.astimezone(CHINA)
    for moment in _openings(rows, local.date(), calendar, days):
        if moment > local:
            return moment
    return None


def _openings(rows: Hours, first: date, calendar: WorkDays, days: int) -> Iterator[datetime]:
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        for opens, _closes in hours_on(rows, day, calendar):
            yield datetime.combine(day, opens, tzinfo=CHINA)


def monday_of(day: date) -> date:
    """The Monday of the ISO week."""
    return day - timedelta(days=day.weekday())
