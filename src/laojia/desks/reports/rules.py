"""Pure rules of reports: which days a month or a year covers, what is still provisional, how a middle value is found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

FIRST_YEAR = 2020
REVIEWS_FOR = timedelta(days=15)  # the review window: until then somebody may still say how it was


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a whole year: first day, and the first day after it."""

    text: str  # 2026-11 or 2026, as in the address
    first: date
    after: date

    @property
    def is_year(self) -> bool:
        return len(self.text) == 4

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """First moment of the period and of the next one, on the clock of `zone`."""
        return (
            datetime(self.first.year, self.first.month, 1, tzinfo=zone),
            datetime(self.after.year, self.after.month, 1, tzinfo=zone),
        )

    def before(self) -> Period:
        """The month or year before."""
        if self.is_year:
            return year_of(self.first.year - 1)
        return month_of(self.first - timedelta(days=1))

    def following(self) -> Period:
        """The month or year after."""
        return year_of(self.after.year) if self.is_year else month_of(self.after)


def month_of(day: date) -> Period:
    """The month a day lies in."""
    first = day.replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Period(f"{first:%Y-%m}", first, after)


def year_of(year: int) -> Period:
    """A whole year."""
    return Period(f"{year:04d}", date(year, 1, 1), date(year + 1, 1, 1))


def read_period(text: str, today: date) -> Period | None:
    """`2026-11` or `2026`; None when it is neither, or lies in the future or before anything was counted."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text, re.ASCII)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 0)
    if not FIRST_YEAR <= year <= today.year or (found[2] is not None and not 1 <= month <= 12):
        return None
    period = month_of(date(year, month, 1)) if found[2] else year_of(year)
    return period if period.first <= today else None


def provisional(after: datetime, now: datetime, *, still_open: int, owed: int) -> tuple[str, ...]:
    """Why the figures may still move: the period runs, reviews may come, orders are open, records are owed."""
    reasons = []
    if now < after:
        reasons.append("running")
    elif now < after + REVIEWS_FOR:
        reasons.append("reviews")
    if still_open:
        reasons.append("open")
    if owed:
        reasons.append("owed")
    return tuple(reasons)


def middle(values: Sequence[timedelta]) -> timedelta | None:
    """The middle value; of an even number the mean of the two in the middle. None for none."""
    if not values:
        return None
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def in_hours(minutes: int) -> float:
    """Minutes as hours with one digit, as they are shown and printed."""
    return round(minutes / 60, 1)
