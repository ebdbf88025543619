"""Quiet hours, the daily number and when a call is tried again: for every minute of the day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.kernel.clock import CHINA
from laojia.policy.contact import (
    MOST_A_DAY,
    MOST_TRIES,
    QUIET_FROM,
    QUIET_TO,
    call_again,
    is_quiet,
    may_leave,
    next_morning,
)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=CHINA))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [(time(20, 59), False), (time(21), True), (time(23, 59), True), (time(0), True), (time(7, 59), True), (time(8), False)],
)  # fmt: skip
def test_from_nine_to_eight(at: time, quiet: bool) -> None:
    assert is_quiet(datetime.combine(datetime(2026, 11, 25), at, tzinfo=CHINA)) is quiet


@given(moments)
def test_the_morning_ends_the_quiet_hours_and_is_the_next_one(at: datetime) -> None:
    morning = next_morning(at)
    assert timedelta(0) < morning - at <= timedelta(days=1)
    assert morning.time() == QUIET_TO
    assert not is_quiet(morning)
    assert is_quiet(morning - timedelta(minutes=1))


@given(st.integers(0, 50), st.booleans(), st.integers(1, 20))
def test_the_daily_number(sent: int, counts: bool, most: int) -> None:
    assert may_leave(sent, counts=counts, most=most) == (not counts or sent < most)
    assert may_leave(sent, counts=False)
    assert not may_leave(MOST_A_DAY, counts=True)


@given(st.integers(1, 9), moments)
def test_nobody_answered_comes_back_by_day_and_not_for_ever(tries: int, at: datetime) -> None:
    again = call_again(tries, at)
    assert (again is None) == (tries >= MOST_TRIES)
    if again is not None:
        assert not is_quiet(again)
        assert at < again <= at + timedelta(days=1)


def test_a_call_in_vain_late_in_the_evening_comes_back_in_the_morning() -> None:
    evening = datetime(2026, 11, 25, 20, 30, tzinfo=CHINA)
    assert call_again(1, evening) == datetime(2026, 11, 26, 8, tzinfo=CHINA)
    assert call_again(1, datetime(2026, 11, 25, 9, tzinfo=CHINA)) == datetime(2026, 11, 25, 11, tzinfo=CHINA)
    assert QUIET_FROM > QUIET_TO
    assert datetime(2026, 11, 25, tzinfo=UTC) < evening
