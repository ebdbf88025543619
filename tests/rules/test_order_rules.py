"""Where an order begins, who may ask, what comes next, the rhythm: pure, and true for anything one can think of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.policy.transitions import MACHINES
from laojia.steps.order.rules import (
    HOLDER_WORDS,
    OPEN_STATES,
    Asking,
    Standing,
    asking_problem,
    dates_of,
    first_state,
    holder_words,
    likely_duplicate,
    missed_step,
    needs_second_look,
    outlook,
    past_words,
    same_half_day,
)

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
STATES = MACHINES["order"].states


@dataclass
class Item:
    mode: str = "home_visit"
    asked_by: list[str] = field(default_factory=lambda: ["person"])
    danger: str = ""
    protected: bool = False
    sealed: bool = False
    trusted: bool = False


@given(
    trusted=st.booleans(),
    sealed=st.booleans(),
    occasion=st.booleans(),
    seated=st.booleans(),
    unlisted=st.booleans(),
)
def test_every_order_begins_where_the_machine_lets_it(
    trusted: bool, sealed: bool, occasion: bool, seated: bool, unlisted: bool
) -> None:
    item = None if unlisted else Item(trusted=trusted, sealed=sealed)
    state = first_state(item, occasion=occasion, seated=seated)
    assert state in MACHINES["order"].starts
    if occasion:
        assert state == ("arranged" if seated else "waitlisted")
    elif sealed or unlisted or not trusted:
        assert state == "received"
    else:
        assert state == "waiting"


@pytest.mark.parametrize(
    ("asked_by", "asking", "problem"),
    [
        (["person"], Asking(), ""),
        (["anyone"], Asking(unit_kind="school"), ""),
        (["person"], Asking(person_is_minor=True), "ask_guardian"),
        (["person"], Asking(is_self=False, is_guardian=True, person_is_minor=True), ""),
        (["guardian"], Asking(), "guardian_only"),
        (["guardian"], Asking(is_self=False, is_guardian=True, person_is_minor=True), ""),
        (["guardian"], Asking(is_self=False), "guardian_only"),
        (["village"], Asking(), "not_for_one_person"),
        (["village"], Asking(unit_kind="village"), ""),
        (["village"], Asking(unit_kind="estate"), ""),
        (["village"], Asking(unit_kind="school"), "not_for_this_body"),
        (["school"], Asking(unit_kind="school"), ""),
        (["unit"], Asking(unit_kind="hospital"), ""),
        (["person"], Asking(unit_kind="village"), "not_for_this_body"),
        (["village", "station"], Asking(at_station=True), ""),
        (["station"], Asking(), "not_for_one_person"),
    ],
)
def test_who_may_ask(asked_by: list[str], asking: Asking, problem: str) -> None:
    assert asking_problem(Item(asked_by=asked_by), asking) == problem


def test_a_childs_own_word_is_enough_where_the_guardian_may_be_the_danger() -> None:
    sealed = Item(asked_by=["self", "guardian"], sealed=True)
    assert asking_problem(sealed, Asking(person_is_minor=True)) == ""
    assert asking_problem(Item(asked_by=["self", "guardian"]), Asking(person_is_minor=True)) == "ask_guardian"


@pytest.mark.parametrize(
    ("item", "alone", "before", "looked_at_twice"),
    [
        (Item(), False, False, False),
        (Item(), True, False, True),
        (Item(), True, True, False),
        (Item(mode="by_appointment"), True, False, False),
        (Item(danger="water"), False, True, True),
        (Item(protected=True), False, True, True),
        (None, True, False, True),
        (None, False, False, False),
    ],
)
def test_second_look(item: Item | None, alone: bool, before: bool, looked_at_twice: bool) -> None:
    assert needs_second_look(item, alone=alone, visited_before=before) is looked_at_twice


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 99), st.sampled_from(STATES), st.integers(0, 40)),
        unique_by=lambda row: row[0],
    )
)
def test_a_likely_duplicate_is_open_and_recent_and_the_newest(rows: list[tuple[int, str, int]]) -> None:
    earlier = [(pk, state, NOW - timedelta(days=ago)) for pk, state, ago in rows]
    found = likely_duplicate(earlier, now=NOW, days=14)
    fitting = {pk: ago for pk, state, ago in rows if state in OPEN_STATES and ago <= 14}
    assert (found is None) == (not fitting)
    if found is not None:
        assert fitting[found] == min(fitting.values())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("sealed", [True, False])
def test_what_comes_next_is_dated_and_never_in_disorder(state: str, sealed: bool) -> None:
    due = NOW + timedelta(days=2)
    s = Standing(
        state=state, promise_due=due, starts_at=NOW + timedelta(days=1), review_until=NOW + timedelta(days=15),
        resumes_at=NOW + timedelta(days=6), asked_until=NOW + timedelta(days=5), sealed=sealed,
    )  # fmt: skip
    steps = outlook(s, NOW)
    times = [step.at for step in steps if step.at is not None]
    assert times == sorted(times)
    assert sum(step.now for step in steps) <= 1
    if state in ("received", "waiting"):
        assert due in times  # whoever waits is told until when
    if state in ("refused", "cancelled", "merged"):
        assert steps == []


def test_after_the_window_nothing_more_is_promised() -> None:
    s = Standing(state="closed", promise_due=NOW, review_until=NOW - timedelta(seconds=1))
    assert outlook(s, NOW) == []


def test_words_for_every_holder_and_every_told_verb() -> None:
    assert holder_words("no such code") == HOLDER_WORDS["looked_at"]
    assert past_words("order.reveal") == ""
    assert all(words.endswith(".") for words in HOLDER_WORDS.values())
    moves = {move.verb for move in MACHINES["order"].moves}
    assert {verb for verb in moves if not past_words(verb)} == set()


@pytest.mark.parametrize("language", ["zh-hans"])
def test_every_sentence_is_said_in_chinese(language: str) -> None:
    from django.utils.translation import gettext, override

    from laojia.steps.order.rules.outlook import PAST_WORDS

    with override(language):
        for words in (*HOLDER_WORDS.values(), *PAST_WORDS.values()):
            assert gettext(words) != words, words


@given(
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    every=st.integers(1, 8),
    anchor=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    skip=st.integers(0, 40),
    length=st.integers(0, 120),
)
def test_a_rhythm(weekdays: set[int], every: int, anchor: date, skip: int, length: int) -> None:
    first = anchor + timedelta(days=skip)
    last = first + timedelta(days=length)
    days = dates_of(weekdays, every_weeks=every, anchor=anchor, first=first, last=last)
    monday = anchor - timedelta(days=anchor.weekday())
    assert days == sorted(set(days))
    for day in days:
        assert first <= day <= last
        assert day.weekday() in weekdays
        assert ((day - monday).days // 7) % every == 0
    # Cut anywhere, the two parts are the whole.
    middle = first + timedelta(days=length // 2)
    parts = [
        *dates_of(weekdays, every_weeks=every, anchor=anchor, first=first, last=middle),
        *dates_of(weekdays, every_weeks=every, anchor=anchor, first=middle + timedelta(days=1), last=last),
    ]
    assert parts == days


def test_holidays_are_left_out_and_not_moved() -> None:
    days = dates_of(
        {3}, every_weeks=1, anchor=date(2026, 9, 24), first=date(2026, 9, 24), last=date(2026, 10, 15),
        rests=lambda day: day == date(2026, 10, 1),
    )  # fmt: skip
    assert days == [date(2026, 9, 24), date(2026, 10, 8), date(2026, 10, 15)]


def test_missed_visits() -> None:
    assert [missed_step(n) for n in range(4)] == ["", "station", "centre", "centre"]


def test_half_days_of_a_nudge() -> None:
    morning = datetime(2026, 11, 25, 9)
    assert same_half_day(morning, morning.replace(hour=11, minute=59))
    assert not same_half_day(morning, morning.replace(hour=12))
    assert not same_half_day(morning, morning - timedelta(days=1))
