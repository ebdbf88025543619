"""Reads of the working calendar. `calendar()` is kept per process: most calls ask the database nothing."""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

from laojia.foundation.calendar.models import Day, Edition, OfficeHours, Year
from laojia.foundation.calendar.rules import OFFICE_HOURS, WorkCalendar
from laojia.foundation.journal.actions import require
from laojia.policy.facts import Actor, Subject

FRESH_SECONDS = 3.0  # another process's change is seen at most this much later
_TABLES = Subject("calendar_year")


class _Kept:
    """The calendar of this process, its edition, and when the edition was last looked at."""

    calendar: WorkCalendar | None = None
    mark = ""
    looked = 0.0


_kept = _Kept()
_lock = Lock()


def calendar() -> WorkCalendar:
    """The working calendar as it stands."""
    kept = _kept.calendar
    if kept is not None and time.monotonic() - _kept.looked < FRESH_SECONDS:
        return kept
    with _lock:
        mark = Edition.objects.values_list("mark", flat=True).first() or ""
        if _kept.calendar is None or mark != _kept.mark:
            _kept.calendar = _load()
            _kept.mark = mark
        _kept.looked = time.monotonic()
        return _kept.calendar


def forget() -> None:
    """Ask the database at the next call (after a change in this process)."""
    _kept.calendar = None


def _load() -> WorkCalendar:
    years = frozenset(Year.objects.values_list("year", flat=True))
    days = {day: works for day, works in Day.objects.values_list("date", "works") if day.year in years}
    hours = tuple(OfficeHours.objects.order_by("opens").values_list("opens", "closes"))
    return WorkCalendar(days, years, hours or OFFICE_HOURS)


@dataclass(frozen=True)
class Cell:
    """One day of the year grid."""

    date: date
    works: bool
    differs: bool
    name: str


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven cells, None where the week belongs to a neighbour."""

    number: int
    weeks: list[list[Cell | None]]


@dataclass(frozen=True)
class YearGrid:
    """A year to look at; `provisional` until its days are entered."""

    year: int
    provisional: bool
    source: str
    months: list[Month]
    working_days: int


def year_grid(actor: Actor, year: int) -> YearGrid:
    """The year as months and weeks, Monday first."""
    require(actor, "calendar.see", _TABLES)
    entered = Year.objects.filter(year=year).first()
    rows = {row.date: row for row in Day.objects.filter(date__year=year)} if entered else {}
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    cells = [_cell(first + timedelta(days=n), rows) for n in range(length)]
    return YearGrid(
        year=year,
        provisional=entered is None,
        source=entered.source if entered else "",
        months=[
            _month(number, [cell for cell in cells if cell.date.month == number]) for number in range(1, 13)
        ],
        working_days=sum(cell.works for cell in cells),
    )


def _cell(day: date, rows: dict[date, Day]) -> Cell:
    row = rows.get(day)
    plain = day.weekday() < 5
    return Cell(
        day,
        row.works if row else plain,
        bool(row and row.works != plain),
        row.name if row else "",
    )


def _month(number: int, cells: list[Cell]) -> Month:
    padded: list[Cell | None] = [None] * cells[0].date.weekday() + list(cells)
    padded += [None] * (-len(padded) % 7)
    return Month(number, [padded[start : start + 7] for start in range(0, len(padded), 7)])


def years() -> list[int]:
    """Years that are entered, in order."""
    return list(Year.objects.order_by("year").values_list("year", flat=True))
