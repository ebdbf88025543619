"""The county's working calendar: seeded, edited by the system administrator alone, seen at once."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest

from laojia.foundation.calendar import actions, queries
from laojia.foundation.calendar.jobs import seed_calendar
from laojia.foundation.calendar.models import Day, OfficeHours, Year
from laojia.foundation.calendar.rules import DayEntry, UnreadableLine, read_year
from laojia.foundation.journal.models import JournalRow
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope, Refused
from laojia.policy.facts import NOBODY, Actor, Grant
from laojia.policy.roles import Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=CHINA).astimezone(UTC)
ADMIN = Actor(1, (Grant(Role.SYSTEM_ADMIN),))
DISPATCHER = Actor(2, (Grant(Role.DISPATCHER, ("/1/",)),))
NOTICE = {
    date(2027, 1, 1): DayEntry(works=False, name="元旦"),
    date(2027, 2, 6): DayEntry(works=True, name="春节"),
}


@pytest.fixture(autouse=True)
def fresh():
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def seeded():
    return seed_calendar(NOW)


def test_seed_is_the_published_calendar(seeded):
    assert seeded == [2024, 2025, 2026]
    calendar = queries.calendar()
    days = (date(2024, 1, 1) + timedelta(days=n) for n in range(3 * 365 + 1))
    assert all(calendar.works(day) == chinese_calendar.is_workday(day) for day in days)
    assert Day.objects.get(date=date(2026, 2, 14)).name == "春节"
    assert JournalRow.objects.filter(verb="calendar.enter_year", channel="clock").count() == 3


def test_seeding_again_changes_nothing_and_keeps_the_countys_edit(seeded):
    actions.edit_day(day=date(2026, 11, 24), works=False, name="大雪", actor=ADMIN, now=NOW)
    assert seed_calendar(NOW) == []
    assert not queries.calendar().works(date(2026, 11, 24))


def test_entering_a_year_ends_its_being_provisional(seeded):
    start = datetime(2026, 12, 18, 9, tzinfo=CHINA)
    assert queries.calendar().add_working_days(start, 10).provisional
    actions.enter_year(year=2027, days=NOTICE, source="国办发明电〔2026〕1号", actor=ADMIN, now=NOW)
    due = queries.calendar().add_working_days(start, 10)
    assert (due.at.astimezone(CHINA).date(), due.provisional) == (
        date(2027, 1, 4),
        False,
    )
    row = JournalRow.objects.get(verb="calendar.enter_year", actor_id=1)
    assert (row.kind, row.fields) == ("calendar_year", ["days"])
    assert queries.calendar().works(date(2027, 2, 6))


def test_entering_a_year_again_replaces_it(seeded):
    actions.enter_year(year=2027, days=NOTICE, source="first", actor=ADMIN, now=NOW)
    days = {date(2027, 1, 4): DayEntry(works=False)}
    actions.enter_year(year=2027, days=days, source="second", actor=ADMIN, now=NOW)
    assert [row.date for row in Day.objects.filter(date__year=2027)] == [date(2027, 1, 4)]
    assert Year.objects.get(year=2027).source == "second"


@pytest.mark.parametrize("days", [{}, {date(2026, 1, 1): DayEntry(works=False)}])
def test_a_year_needs_days_of_its_own(seeded, days):
    with pytest.raises(BadInput) as refused:
        actions.enter_year(year=2027, days=days, source="x", actor=ADMIN, now=NOW)
    assert refused.value.code == "year_days"


def test_a_day_of_a_year_not_entered_is_refused(seeded):
    with pytest.raises(BadInput) as refused:
        actions.edit_day(day=date(2027, 3, 1), works=False, actor=ADMIN, now=NOW)
    assert refused.value.code == "year_not_entered"


@pytest.mark.parametrize(("actor", "refusal"), [(DISPATCHER, NotPermitted), (NOBODY, OutOfScope)])
def test_only_the_system_administrator_changes_the_calendar(seeded, actor, refusal):
    before = JournalRow.objects.count()
    calls = [
        lambda: actions.edit_day(day=date(2026, 11, 24), works=False, actor=actor, now=NOW),
        lambda: actions.enter_year(year=2027, days=NOTICE, source="x", actor=actor, now=NOW),
        lambda: actions.set_office_hours(hours=((time(9), time(17)),), actor=actor, now=NOW),
    ]
    for call in calls:
        with pytest.raises(refusal):
            call()
    assert JournalRow.objects.count() == before
    assert not Year.objects.filter(year=2027).exists()
    assert not OfficeHours.objects.exists()
    queries.forget()
    assert queries.calendar().works(date(2026, 11, 24))


def test_office_hours_are_a_table(seeded):
    actions.set_office_hours(hours=((time(9), time(17)),), actor=ADMIN, now=NOW)
    assert queries.calendar().hours == ((time(9), time(17)),)
    with pytest.raises(BadInput):
        actions.set_office_hours(hours=((time(9), time(8)),), actor=ADMIN, now=NOW)


def test_the_calendar_is_kept_and_another_process_change_is_seen(
    seeded, django_assert_num_queries, monkeypatch
):
    queries.calendar()
    with django_assert_num_queries(0):
        queries.calendar()
    Day.objects.filter(date=date(2026, 2, 14)).update(works=False)
    assert queries.calendar().works(date(2026, 2, 14))
    queries.Edition.objects.update(mark="changed elsewhere")
    monkeypatch.setattr(queries, "FRESH_SECONDS", 0.0)
    assert not queries.calendar().works(date(2026, 2, 14))
    with django_assert_num_queries(1):
        queries.calendar()


def test_year_grid_shows_what_differs(seeded):
    grid = queries.year_grid(DISPATCHER, 2026)
    assert not grid.provisional
    assert len(grid.months) == 12
    cells = [cell for month in grid.months for week in month.weeks for cell in week if cell]
    assert len(cells) == 365
    makeup = next(cell for cell in cells if cell.date == date(2026, 2, 14))
    assert (makeup.works, makeup.differs) == (True, True)
    assert grid.working_days == sum(chinese_calendar.is_workday(cell.date) for cell in cells)
    assert queries.year_grid(DISPATCHER, 2027).provisional
    with pytest.raises(Refused):
        queries.year_grid(NOBODY, 2026)


def test_a_pasted_notice_is_read():
    text = """
    # 2027 年
    1月1日至3日 休 元旦
    2027-02-05..2027-02-11 放假 春节
    2/14 班
    9月30日~10月6日: 休 国庆节
    """
    days = read_year(text, 2027)
    assert days[date(2027, 1, 3)] == DayEntry(works=False, name="元旦")
    assert days[date(2027, 2, 14)] == DayEntry(works=True)
    assert days[date(2027, 10, 6)].name == "国庆节"
    assert len(days) == 3 + 7 + 1 + 7


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "2月30日 休",
        "2026-01-01 休",
        "1月1日 休\n1月1日 班",
        "1月1日至3月31日 休",
        "1月5日至3日 休",
    ],
)
def test_a_line_that_cannot_be_read_is_named(text):
    with pytest.raises(UnreadableLine) as error:
        read_year("1月10日 休\n" + text, 2027)
    assert error.value.number >= 2
