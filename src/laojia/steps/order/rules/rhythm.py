"""Standing help, pure: the dates of a rhythm, and what follows when a visit was missed."""

from collections.abc import Callable, Collection
from datetime import date, timedelta


def dates_of(
    weekdays: Collection[int],
    *,
    every_weeks: int,
    anchor: date,
    first: date,
    last: date,
    rests: Callable[[date], bool] | None = None,
) -> list[date]:
    """Days of the rhythm from `first` to `last`, both included; weeks are counted from the week of `anchor`.

    `rests` leaves out holidays; a visit that falls on one is not moved, the next one comes as always.
    """
    monday = anchor - timedelta(days=anchor.weekday())
    found = []
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        week = (day - monday).days // 7
        if day < anchor or day.weekday() not in weekdays or week % every_weeks:
            continue
        if rests is None or not rests(day):
            found.append(day)
    return found


def missed_step(missed: int) -> str:
    """Once: the station telephones. Twice in a row or more: the centre looks into it."""
    return "" if missed == 0 else "station" if missed == 1 else "centre"
