"""Working time: published days as oracle, examples from the office, and properties."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.calendar.rules import OFFICE_HOURS, WorkCalendar
from laojia.kernel.clock import CHINA

KNOWN = (2024, 2025, 2026)
PUBLISHED = {
    day: chinese_calendar.is_workday(day)
    for day in (date(2024, 1, 1) + timedelta(days=n) for n in range(3 * 366))
    if day.year in KNOWN and chinese_calendar.is_workday(day) != (day.weekday() < 5)
}
CALENDAR = WorkCalendar(PUBLISHED, frozenset(KNOWN))

moments = st.datetimes(datetime(2023, 11, 1), datetime(2027, 3, 1)).map(lambda at: at.replace(tzinfo=CHINA))
known_moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 9, 1)).map(
    lambda at: at.replace(tzinfo=CHINA)
)
hours = st.integers(1, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_working_days_are_the_published_ones(day):
    assert CALENDAR.works(day) == chinese_calendar.is_workday(day)


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        (
            "2026-11-23 09:00",
            4,
            "2026-11-23 14:30+1h",
        ),  # three hours before noon, one after
        ("2026-11-23 08:00", 4, "2026-11-23 12:00"),
        ("2026-11-23 13:00", 1, "2026-11-23 15:30"),
        ("2026-11-20 17:30", 1, "2026-11-23 08:30"),  # over a weekend
        ("2026-11-21 10:00", 1, "2026-11-23 09:00"),  # on a Saturday
        ("2026-09-30 17:00", 4, "2026-10-08 11:00"),  # over the national holiday
        ("2026-11-23 20:00", 0, "2026-11-24 08:00"),
    ],
)
def test_hours(start, span, due):
    due, _plus, more = due.partition("+")
    expected = at(due) + timedelta(hours=int(more[:-1] or 0) if more else 0)
    assert CALENDAR.add_working_hours(at(start), span).at == expected


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("2026-11-23 09:00", 1, "2026-11-24 18:00"),
        ("2026-11-23 23:00", 1, "2026-11-24 18:00"),
        ("2026-11-20 09:00", 1, "2026-11-23 18:00"),
        (
            "2026-11-21 09:00",
            1,
            "2026-11-23 18:00",
        ),  # Saturday's event: Monday is the first day
        ("2026-11-23 09:00", 0, "2026-11-23 18:00"),
        ("2026-11-23 18:00", 0, "2026-11-24 18:00"),
        ("2026-11-21 09:00", 0, "2026-11-23 18:00"),
        (
            "2026-02-13 09:00",
            1,
            "2026-02-14 18:00",
        ),  # a make-up Saturday before the Spring Festival
        ("2026-12-17 09:00", 10, "2026-12-31 18:00"),
    ],
)
def test_days(start, span, due):
    found = CALENDAR.add_working_days(at(start), span)
    assert found.at == at(due)
    assert not found.provisional


def test_a_record_of_mid_december_falls_due_in_a_year_nobody_knows_yet():
    due = CALENDAR.add_working_days(at("2026-12-18 09:00"), 10)
    assert due.at == at("2027-01-01 18:00")
    assert due.provisional
    entered = WorkCalendar({**PUBLISHED, date(2027, 1, 1): False}, frozenset((*KNOWN, 2027)))
    again = entered.reckon(due.since, due.span)
    assert again.at == at("2027-01-04 18:00")
    assert not again.provisional


@given(moments, moments, hours)
def test_hours_are_monotone_in_the_start(one, other, span):
    first, second = sorted((one, other))
    assert CALENDAR.add_working_hours(first, span).at <= CALENDAR.add_working_hours(second, span).at


@given(moments, moments, st.integers(0, 30))
def test_days_are_monotone_in_the_start(one, other, span):
    first, second = sorted((one, other))
    assert CALENDAR.add_working_days(first, span).at <= CALENDAR.add_working_days(second, span).at


@given(moments, hours, hours)
def test_hours_add_up(start, one, other):
    step = CALENDAR.add_working_hours(CALENDAR.add_working_hours(start, one).at, other)
    assert step.at == CALENDAR.add_working_hours(start, one + other).at


@given(moments, st.integers(1, 15), st.integers(1, 15))
def test_days_add_up(start, one, other):
    step = CALENDAR.add_working_days(CALENDAR.add_working_days(start, one).at, other)
    assert step.at == CALENDAR.add_working_days(start, one + other).at


@given(moments, hours, st.integers(0, 30))
def test_never_due_on_a_rest_day_or_before_the_event(start, span, days):
    for due in (
        CALENDAR.add_working_hours(start, span),
        CALENDAR.add_working_days(start, days),
    ):
        local = due.at.astimezone(CHINA)
        assert CALENDAR.works(local.date())
        assert any(opens <= local.time() <= closes for opens, closes in OFFICE_HOURS)
        assert due.at > start
        assert due.at.tzinfo is UTC


@given(moments, hours)
def test_provisional_exactly_when_an_unknown_year_is_touched(start, span):
    due = CALENDAR.add_working_hours(start, span)
    days = (due.at.astimezone(CHINA).date() - start.date()).days
    touched = {(start.date() + timedelta(days=n)).year for n in range(days + 1)}
    assert due.provisional == (not touched <= set(KNOWN))


@given(known_moments, hours)
def test_open_time_between_is_what_was_added(start, span):
    due = CALENDAR.add_working_hours(start, span)
    assert CALENDAR.working_time_between(start, due.at) == span
    assert CALENDAR.working_time_between(due.at, start) == timedelta()


@given(moments, hours, st.integers(0, 30))
def test_a_deadline_can_be_reckoned_again(start, span, days):
    for due in (
        CALENDAR.add_working_hours(start, span),
        CALENDAR.add_working_days(start, days),
    ):
        again = CALENDAR.reckon(due.since, due.span)
        assert abs(again.at - due.at) < timedelta(milliseconds=1)
        assert again.provisional == due.provisional


def test_own_office_hours():
    calendar = WorkCalendar({}, frozenset({2026}), ((time(9), time(17)),))
    assert calendar.add_working_hours(at("2026-11-23 09:00"), 8).at == at("2026-11-23 17:00")
    for wrong in (
        (),
        ((time(9), time(9)),),
        ((time(14), time(18)), (time(8), time(12))),
    ):
        with pytest.raises(ValueError, match="order"):
            WorkCalendar({}, frozenset(), wrong)


def test_a_calendar_without_working_days_is_a_mistake_and_time_runs_forward():
    rest = {date(2026, 1, 1) + timedelta(days=n): False for n in range(90)}
    with pytest.raises(ValueError, match="calendar"):
        WorkCalendar(rest, frozenset({2026})).add_working_days(at("2026-01-01 09:00"), 1)
    for call in (CALENDAR.add_working_days, CALENDAR.add_working_hours):
        with pytest.raises(ValueError, match="forward"):
            call(at("2026-01-05 09:00"), -1)
    with pytest.raises(ValueError, match="span"):
        CALENDAR.reckon(at("2026-01-05 09:00"), "3x")
