"""Standing help, pure: the days of a rhythm, holidays and pauses in it, and what follows when a visit was missed."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

Says = Callable[[date], bool]
_MOVED_AT_MOST = 10  # days; a visit moved further is none of this week any more


@dataclass(frozen=True, slots=True)
class Turn:
    """One day of a rhythm: when they come (None: not this time), and why it is another day or none."""

    day: date
    comes: date | None
    why: str = ""  # "", holiday, pause


def dates_of(
    weekdays: Collection[int],
    *,
    every_weeks: int,
    anchor: date,
    first: date,
    last: date,
    rests: Says | None = None,
) -> list[date]:
    """Days of the rhythm from `first` to `last`, both included; weeks are counted from the week of `anchor`.

    `rests` leaves days out.
    """
    days = _days(weekdays, every_weeks, anchor, first, last)
    return [day for day in days if rests is None or not rests(day)]


def _days(
    weekdays: Collection[int], every_weeks: int, anchor: date, first: date, last: date
) -> Iterator[date]:
    monday = anchor - timedelta(days=anchor.weekday())
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        week = (day - monday).days // 7
        if day >= anchor and day.weekday() in weekdays and week % every_weeks == 0:
            yield day


def turns_of(
    weekdays: Collection[int],
    *,
    every_weeks: int,
    anchor: date,
    first: date,
    last: date,
    holidays: str,
    works: Says,
    paused: Says,
) -> Iterator[Turn]:
    """Each day of the rhythm with what becomes of it. `holidays`: come (all the same), skip, move (to the next working day)."""
    for day in _days(weekdays, every_weeks, anchor, first, last):
        if paused(day):
            yield Turn(day, None, "pause")
        elif holidays == "come" or not is_holiday(day, works):
            yield Turn(day, day)
        elif holidays == "move":
            yield Turn(day, _next_working(day, weekdays, every_weeks, anchor, last, works, paused), "holiday")
        else:
            yield Turn(day, None, "holiday")


def is_holiday(day: date, works: Says) -> bool:
    """A day off that is more than the plain weekend: a weekday off, or the weekend joined to one."""
    if works(day):
        return False
    return any(not works(near) and near.weekday() < 5 for near in _days_off_around(day, works))


def _days_off_around(day: date, works: Says) -> Iterator[date]:
    yield day
    for way in (-1, 1):
        near = day + timedelta(days=way)
        while not works(near) and abs((near - day).days) < 15:
            yield near
            near += timedelta(days=way)


def _next_working(
    day: date,
    weekdays: Collection[int],
    every_weeks: int,
    anchor: date,
    last: date,
    works: Says,
    paused: Says,
) -> date | None:
    """The next working day, unless they come on that day anyway or it lies behind the next visit."""
    for step in range(1, _MOVED_AT_MOST + 1):
        other = day + timedelta(days=step)
        if other > last or next(_days(weekdays, every_weeks, anchor, other, other), None) is not None:
            return None
        if works(other) and not paused(other):
            return other
    return None


class _Wish(Protocol):
    """An order, as far as it matters here."""

    item_version: Any
    standing_id: int | None


def wants_rhythm(order: _Wish) -> bool:
    """Regular help is offered once day and hour are fixed; before that there is nothing to ask a team."""
    version = order.item_version
    return version is not None and version.mode == "standing" and order.standing_id is None


def missed_step(missed: int) -> str:
    """Once: the station telephones. Twice in a row or more: the centre looks into it."""
    return "" if missed == 0 else "station" if missed == 1 else "centre"
