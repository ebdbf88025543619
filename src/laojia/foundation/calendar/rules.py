"""Working time, pure: which days work, in days and in hours, make-up weekends included.

How it counts (all on the clock of China):
hours  run only inside office hours; an event outside them counts from the next working morning or afternoon.
days   the day of the event is not counted: due is the closing time of the n-th working day after it. With 0
       days it is the closing of the same day, or of the next working day when the office is closed already.
years  nobody has published yet are reckoned on the plain week, and the date is marked provisional.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType

from laojia.kernel.clock import CHINA
from laojia.policy import deadlines

Hours = tuple[tuple[time, time], ...]
OFFICE_HOURS: Hours = ((time(8), time(12)), (time(14, 30), time(18)))
_SATURDAY = 5
_LONGEST_REST = 60  # days; no calendar of a working county rests longer, so a longer one is a mistake


@dataclass(frozen=True, slots=True)
class Due(deadlines.Due):
    """A deadline and how it was reckoned, so that a provisional one can be reckoned again.

    `span` is `4h` or `10d`, counted from `since`.
    """

    since: datetime | None = None
    span: str = ""


@dataclass(frozen=True)
class WorkCalendar:
    """Days that differ from the plain week, the years that are known, and the office hours."""

    days: Mapping[date, bool]
    known_years: frozenset[int]
    hours: Hours = OFFICE_HOURS

    def __post_init__(self) -> None:
        check_hours(self.hours)
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))

    def works(self, day: date) -> bool:
        """Whether the day is a working day; a year not entered follows the plain week."""
        return self.days.get(day, day.weekday() < _SATURDAY)

    def is_known(self, day: date) -> bool:
        """Whether the year of the day has been entered."""
        return day.year in self.known_years

    def add_working_hours(self, start: datetime, hours: float | timedelta) -> Due:
        """The moment when so many open hours have run since `start`; 0 gives the next open moment."""
        span = hours if isinstance(hours, timedelta) else timedelta(hours=hours)
        if span < timedelta():
            raise ValueError("working time runs forward only")
        left = span
        for opens, closes in self._open_from(start):
            if left < closes - opens or (left and left == closes - opens):
                return self._due(start, opens + left, _span_of_hours(span))
            left -= closes - opens
        raise AssertionError("the working days of a calendar do not end")  # pragma: no cover

    def add_working_days(self, start: datetime, days: int) -> Due:
        """Closing time of the `days`-th working day after the day of `start`."""
        if days < 0:
            raise ValueError("working time runs forward only")
        day = start.astimezone(CHINA).date()
        if days == 0:
            if not self.works(day) or start >= self._closing(day):
                day = self.next_working_day(day)
        else:
            for _count in range(days):
                day = self.next_working_day(day)
        return self._due(start, self._closing(day), f"{days}d")

    def end_of_working_day(self, start: datetime) -> Due:
        """Closing time today, or of the next working day when today's is over or never was."""
        return self.add_working_days(start, 0)

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        for step in range(1, _LONGEST_REST + 1):
            candidate = day + timedelta(days=step)
            if self.works(candidate):
                return candidate
        raise ValueError(f"no working day within {_LONGEST_REST} days after {day}: mend the calendar")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end`; none when `end` is not later."""
        total = timedelta()
        if end <= start:
            return total
        for opens, closes in self._open_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def reckon(self, since: datetime, span: str) -> Due:
        """The deadline anew, from what a `Due` remembered of itself."""
        count, unit = span[:-1], span[-1:]
        if unit == "d":
            return self.add_working_days(since, int(count))
        if unit == "h":
            return self.add_working_hours(since, timedelta(hours=float(count)))
        raise ValueError(f"a span ends in h or d, not {span!r}")

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open intervals that are not over at `start`, cut at it, in order, without end."""
        day = start.astimezone(CHINA).date()
        if not self.works(day):
            day = self.next_working_day(day)
        while True:
            for opens, closes in self.hours:
                end = _moment(day, closes)
                if end > start:
                    yield max(_moment(day, opens), start.astimezone(CHINA)), end
            day = self.next_working_day(day)

    def _closing(self, day: date) -> datetime:
        return _moment(day, self.hours[-1][1])

    def _due(self, start: datetime, at: datetime, span: str) -> Due:
        """Provisional exactly when a day of a year not entered lies between the event and the deadline."""
        first, last = start.astimezone(CHINA).year, at.astimezone(CHINA).year
        provisional = any(year not in self.known_years for year in range(first, last + 1))
        return Due(at.astimezone(UTC), provisional, start, span)


@dataclass(frozen=True, slots=True)
class DayEntry:
    """What the county says about one day."""

    works: bool
    name: str = ""


class UnreadableLine(ValueError):
    """A line of a pasted holiday notice that cannot be read; `number` counts from one."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"line {number}: {text}")
        self.number = number
        self.text = text


_DATE = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_LINE = re.compile(
    rf"{_DATE}(?:\s*(?:至|到|~|—|–|\.\.)\s*(?:(?:(\d{{4}})\s*[-/.年]\s*)?(\d{{1,2}})\s*[-/.月]\s*)?(\d{{1,2}})\s*日?)?"
    r"\s*[,,;:]?\s*(休息|放假|休|rest|off|上班|补班|班|work)\s*[,,;:]?\s*(.*)",
    re.IGNORECASE,
)
_RESTS = frozenset(("休息", "放假", "休", "rest", "off"))


def read_year(text: str, year: int) -> dict[date, DayEntry]:
    """Days of a pasted notice, one day or span a line: `1月1日至3日 休 元旦`, `2027-02-07 班`.

    Empty lines and lines beginning with # are passed over. Raises UnreadableLine, also for a day named twice
    or of another year.
    """
    days: dict[date, DayEntry] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = unicodedata.normalize("NFKC", raw).strip()
        if not line or line.startswith("#"):
            continue
        for day, entry in _read_line(number, line, year):
            if day in days or day.year != year:
                raise UnreadableLine(number, raw.strip())
            days[day] = entry
    return days


def _read_line(number: int, line: str, year: int) -> Iterator[tuple[date, DayEntry]]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise UnreadableLine(number, line)
    y1, m1, d1, y2, m2, d2, word, name = match.groups()
    try:
        first = date(int(y1 or year), int(m1), int(d1))
        last = date(int(y2 or first.year), int(m2 or m1), int(d2)) if d2 else first
    except ValueError:
        raise UnreadableLine(number, line) from None
    if not 0 <= (last - first).days < _LONGEST_REST:
        raise UnreadableLine(number, line)
    entry = DayEntry(word.lower() not in _RESTS, name.strip()[:40])
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step), entry


def check_hours(hours: Hours) -> None:
    """Raises ValueError unless the intervals of a day are there, in order and apart."""
    edges = [edge for interval in hours for edge in interval]
    if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError("office hours must be in order, one after the other")


def _span_of_hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.10g}h"


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=CHINA)
