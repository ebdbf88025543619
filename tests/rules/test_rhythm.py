"""The days of a rhythm: holidays left out or moved, pauses, and nothing lost or doubled."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from laojia.steps.order.rules import Turn, is_holiday, turns_of

_FIRST = date(2026, 9, 1)
_OCTOBER = {date(2026, 10, day) for day in range(1, 8)}
_MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}


def works(day: date) -> bool:
    """National Day with its two make-up days."""
    return day in _MADE_UP or (day.weekday() < 5 and day not in _OCTOBER)


def turns(weekdays: list[int], holidays: str, every: int = 1, last: date = date(2026, 11, 1)) -> list[Turn]:
    found = turns_of(
        weekdays, every_weeks=every, anchor=_FIRST, first=_FIRST, last=last, holidays=holidays, works=works,
        paused=lambda _day: False,
    )  # fmt: skip
    return list(found)


def test_a_weekend_is_a_holiday_only_when_joined_to_one() -> None:
    assert not is_holiday(date(2026, 9, 26), works)  # a plain Saturday
    assert is_holiday(date(2026, 10, 3), works)  # the Saturday inside National Day
    assert not is_holiday(date(2026, 10, 10), works)  # a make-up working Saturday


def test_left_out_moved_or_all_the_same() -> None:
    fell = date(2026, 10, 1)
    assert Turn(fell, None, "holiday") in turns([3], "skip")
    assert Turn(fell, fell) in turns([3], "come")
    # The next working day after the holiday is the 8th, on which they come anyway.
    assert Turn(fell, None, "holiday") in turns([3], "move")
    assert Turn(date(2026, 10, 6), date(2026, 10, 8), "holiday") in turns([1], "move")


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True),
    st.sampled_from(["skip", "move", "come"]),
    st.integers(1, 4),
)
def test_every_day_of_the_rhythm_is_answered_once(weekdays: list[int], holidays: str, every: int) -> None:
    found = turns(weekdays, holidays, every)
    days = [one.day for one in found]
    comes = [one.comes for one in found if one.comes is not None]
    assert days == sorted(set(days))
    assert len(comes) == len(set(comes))  # nobody comes twice on one day
    for one in found:
        assert one.day.weekday() in weekdays
        if one.comes is not None and one.comes != one.day:
            assert holidays == "move"
            assert works(one.comes)
            assert timedelta() < one.comes - one.day <= timedelta(days=10)
        if holidays != "come" and one.comes is not None:
            assert not is_holiday(one.comes, works)
