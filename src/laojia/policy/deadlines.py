"""By when: every clock once, in working time unless said. The calendar is passed in.

Sources: 志愿服务记录与证明出具办法 art. 11 (record, 10 working days); the others are the county's defaults and may be
overridden row by row in the clock table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Unit(StrEnum):
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    DAYS = "days"
    SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in one unit."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Due:
    """A point in time; provisional when a year without a published calendar was touched."""

    at: datetime
    provisional: bool = False


class Calendar(Protocol):
    """What deadlines need of the working calendar."""

    def add_working_hours(self, start: datetime, hours: float) -> Due: ...
    def add_working_days(self, start: datetime, days: int) -> Due: ...
    def end_of_working_day(self, start: datetime) -> Due: ...


def _wh(n: int) -> Span:
    return Span(n, Unit.WORKING_HOURS)


def _wd(n: int) -> Span:
    return Span(n, Unit.WORKING_DAYS)


# kind → (ordinary, urgent); None: the ordinary span holds for urgent cases too.
DEADLINES: Mapping[str, tuple[Span, Span | None]] = {
    "order.promise": (_wd(2), Span(1, Unit.SAME_DAY)),  # the one outer clock
    "order.triage": (_wh(4), Span(1, Unit.HOURS)),
    "order.answer": (_wd(5), None),
    "offer.answer": (_wh(4), Span(1, Unit.HOURS)),
    "pool.claim": (_wh(4), Span(1, Unit.HOURS)),
    "station.claim": (_wh(4), Span(1, Unit.HOURS)),
    "centre.end": (_wh(4), Span(1, Unit.HOURS)),
    "not_home.resolve": (Span(2, Unit.HOURS), None),
    "review.window": (Span(15, Unit.DAYS), None),
    "record.complete": (_wd(10), None),
    # Regular help, "is it still right?": whoever is asked, then the station, then the centre day by day.
    "standing.person": (_wd(5), None),
    "standing.team": (_wd(5), None),
    "standing.station": (_wd(2), None),
    "standing.centre": (_wd(1), None),
    "complaint.contact": (_wd(1), None),
    "complaint.answer": (_wd(5), None),
}


def by_when(
    kind: str,
    start: datetime,
    calendar: Calendar,
    *,
    urgent: bool = False,
    table: Mapping[str, tuple[Span, Span | None]] = DEADLINES,
) -> Due:
    """When a clock of this kind, started at `start` (aware), runs out."""
    ordinary, fast = table[kind]
    span = fast if urgent and fast is not None else ordinary
    match span.unit:
        case Unit.WORKING_HOURS:
            return calendar.add_working_hours(start, span.amount)
        case Unit.WORKING_DAYS:
            return calendar.add_working_days(start, span.amount)
        case Unit.SAME_DAY:
            return calendar.end_of_working_day(start)
        case Unit.HOURS:
            return Due(start + timedelta(hours=span.amount))
        case Unit.DAYS:
            return Due(start + timedelta(days=span.amount))


def within(inner: Due, outer: datetime) -> Due:
    """Inner clocks fit inside the outer one: never later than it."""
    return inner if inner.at <= outer else replace(inner, at=outer)


def halfway(start: datetime, due: datetime) -> datetime:
    """Reminder time: half of the span between start and due."""
    return start + (due - start) / 2
