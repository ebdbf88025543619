"""Who is asked next, inside the outer clock; what is looked at twice; what may go in one trip."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.calendar.rules import WorkCalendar
from laojia.policy.deadlines import Due
from laojia.steps.dispatch import rules

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # Wednesday, 10:00 in China
TODAY = date(2026, 11, 25)
CALENDAR = WorkCalendar({}, frozenset({2026}))
SLOTS = {"weekday": ["morning", "afternoon"], "saturday": [], "sunday": []}


@pytest.mark.parametrize(
    ("care", "codes"),
    [
        (rules.Care(mode="home_visit"), ()),
        (rules.Care(danger="water"), ("danger",)),
        (rules.Care(protected=True), ("protected",)),
        (rules.Care(for_child=True), ("child",)),
        (rules.Care(mode="home_visit", alone=True), ("first_visit_alone",)),
        (rules.Care(mode="standing", alone=True), ("first_visit_alone",)),
        (rules.Care(mode="home_visit", alone=True, visited_before=True), ()),
        (rules.Care(mode="by_appointment", alone=True), ()),
        (rules.Care(flagged=True), ("asked_for",)),
        (rules.Care(danger="water", protected=True, flagged=True), ("danger", "protected")),
    ],
)
def test_what_never_goes_by_one_key(care, codes):
    assert rules.second_look_codes(care) == codes


def test_two_people_for_a_first_visit_alone_and_where_the_item_says_so():
    assert rules.helpers_needed(two_people=False, first_visit_alone=False) == 1
    assert rules.helpers_needed(two_people=True, first_visit_alone=False) == 2
    assert rules.helpers_needed(two_people=False, first_visit_alone=True) == 2


def test_wishes_that_are_over_are_left_out():
    wishes = [
        {"date": "2026-11-24", "half": "morning"},
        {"date": "2026-11-26", "half": "afternoon"},
        {"date": "2026-11-25", "half": "morning"},
        {"date": "2026-11-26", "half": "afternoon"},
        {"date": "soon", "half": "morning"},
        {"half": "morning"},
        {"date": "2026-11-27", "half": "night"},
    ]
    assert rules.wished_slots(wishes, SLOTS, 0, NOW, CALENDAR) == (
        (date(2026, 11, 26), "afternoon"),
        (TODAY, "morning"),
    )


def test_without_a_wish_left_the_next_days_of_the_item_are_taken():
    found = rules.wished_slots([{"date": "2026-11-24", "half": "morning"}], SLOTS, 1, NOW, CALENDAR)
    assert found[0] == (date(2026, 11, 26), "morning")
    assert len({day for day, _half in found}) == rules.NEXT_DAYS
    assert all(day.weekday() < 5 for day, _half in found)
    assert rules.wished_slots([], {}, 0, NOW, CALENDAR)[0] == (TODAY, "morning")


def test_a_trip_takes_neighbours_with_a_common_time():
    one, two = (TODAY, "morning"), (TODAY, "afternoon")
    orders = [
        rules.Waiting(1, 7, "/1/2/3/", (one, two)),
        rules.Waiting(2, 7, "/1/2/4/", (one,)),
        rules.Waiting(3, 7, "/1/2/3/", (two,)),
        rules.Waiting(4, 8, "/1/2/3/", (two,)),
        rules.Waiting(5, 7, "/1/2/3/", (one,)),
        rules.Waiting(6, 7, "/1/2/3/", (two,), second_look=True),
        rules.Waiting(7, 7, "/1/2/4/", (one,)),
    ]
    assert rules.trips(orders) == [[1, 3], [2, 7]]
    assert rules.common_slots([orders[0].slots, orders[2].slots]) == (two,)
    assert rules.common_slots([]) == ()


def test_village_is_the_neighbourhood():
    assert rules.village_of("/1/4/17/301/5000/") == "/1/4/17/"
    assert rules.village_of("/1/4/") == "/1/4/"


def test_two_are_asked_then_everybody():
    assert rules.asks_next_team(1, promise_passed=False)
    assert not rules.asks_next_team(2, promise_passed=False)
    assert not rules.asks_next_team(0, promise_passed=True)
    assert [rules.next_step(step) for step in rules.LADDER] == ["station", "centre", None]
    assert [rules.reach_after(n) for n in (0, 1, 2, 3)] == ["answers", "answers", "call_first", "call_first"]


moments = st.integers(-600, 6000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(st.lists(moments, max_size=4), st.integers(1, 3000))
def test_there_is_always_a_next_moment_of_truth(promises, again):
    until, passed = rules.outer_of(promises, NOW + timedelta(minutes=again), NOW)
    assert until > NOW
    assert passed == any(one <= NOW for one in promises)
    if not passed and promises:
        assert until == min(promises)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_inner_clocks_stand_in_order_inside_the_outer_one(answer, outer):
    clocks = rules.offer_clocks(NOW, Due(NOW + timedelta(minutes=answer)), NOW + timedelta(minutes=outer))
    assert NOW <= clocks.remind_at <= clocks.call_at <= clocks.answer.at
    assert clocks.answer.at <= NOW + timedelta(minutes=outer)
    assert clocks.answer.at <= NOW + timedelta(minutes=answer)
