"""Seeds the working calendar with the years the package of published holidays knows."""

from datetime import date, datetime, timedelta

import chinese_calendar

from laojia.foundation.calendar import actions, queries
from laojia.foundation.calendar.rules import DayEntry
from laojia.kernel import clock
from laojia.policy.facts import CLOCK

FIRST_YEAR = 2024
_SOURCE = f"chinesecalendar {chinese_calendar.__version__}"


def seed_calendar(now: datetime | None = None) -> list[int]:
    """Enter every published year from 2024 that is not there yet; what the county edited stays. Returns the years."""
    missing = sorted(set(_published_years()) - set(queries.years()))
    for year in missing:
        actions.enter_year(
            year=year,
            days=_days_of(year),
            source=_SOURCE,
            actor=CLOCK,
            now=now or clock.now(),
        )
    return missing


def _published_years() -> range:
    return range(FIRST_YEAR, max(day.year for day in chinese_calendar.holidays) + 1)


def _days_of(year: int) -> dict[date, DayEntry]:
    """Published holidays and make-up days, plain weekends inside a holiday included for their names."""
    published = {**chinese_calendar.holidays, **chinese_calendar.workdays}
    first = date(year, 1, 1)
    span = (date(year + 1, 1, 1) - first).days
    days = (first + timedelta(days=step) for step in range(span))
    return {
        day: DayEntry(day in chinese_calendar.workdays, _name(published[day]))
        for day in days
        if day in published
    }


def _name(english: str) -> str:
    return next(
        (str(one.chinese) for one in chinese_calendar.Holiday if one.value == english),
        english,
    )
