"""Seats, pure: never overbooked, callers' seats never taken by a page, open to all a day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.policy.roles import Channel
from laojia.steps.menu.rules.seats import (
    SPOKEN_CHANNELS,
    Seats,
    held_are_released,
    seat_kind,
    smallest_change,
)

STARTS = datetime(2026, 12, 5, 1, tzinfo=UTC)
asks = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(Channel), st.booleans()), max_size=60)


@st.composite
def rooms(draw: st.DrawFn) -> Seats:
    places = draw(st.integers(0, 60))
    return Seats(places, draw(st.integers(0, places)))


def run(seats: Seats, wanted: list[tuple[int, Channel, bool]], *, released: bool) -> tuple[Seats, int]:
    """Everybody asks in turn; some give back what they got. Returns the counters and how many pages sit on held seats."""
    by_page = 0
    for count, channel, gives_back in wanted:
        kind = seat_kind(seats, count, channel=channel, released=released)
        if not kind:
            continue
        by_page += count if kind == "held" and channel not in SPOKEN_CHANNELS else 0
        after = replace(
            seats, taken=seats.taken + count, held_taken=seats.held_taken + (count if kind == "held" else 0)
        )
        assert after.taken <= after.places
        assert after.held_taken <= after.held_back
        seats = seats if gives_back else after
    return seats, by_page


@given(rooms(), asks, st.booleans())
def test_never_overbooked_and_a_page_never_sits_on_a_callers_seat(
    seats: Seats, wanted: list[tuple[int, Channel, bool]], released: bool
) -> None:
    after, by_page = run(seats, wanted, released=released)
    assert 0 <= after.taken <= after.places
    assert 0 <= after.held_taken <= after.held_back
    assert by_page == 0


@given(rooms(), asks)
def test_until_released_pages_leave_the_callers_seats(
    seats: Seats, wanted: list[tuple[int, Channel, bool]]
) -> None:
    pages = [(count, Channel.PAGE, back) for count, _channel, back in wanted]
    after, _by_page = run(seats, pages, released=False)
    assert after.places - after.taken >= after.held_back
    assert after.held_free == after.held_back


@given(rooms(), asks)
def test_somebody_alone_is_only_turned_away_when_nothing_is_left_for_him(
    seats: Seats, wanted: list[tuple[int, Channel, bool]]
) -> None:
    after, _by_page = run(seats, wanted, released=False)
    if not seat_kind(after, 1, channel=Channel.PHONE, released=False):
        assert after.free == 0
    if not seat_kind(after, 1, channel=Channel.PAGE, released=False):
        assert after.open_free == 0
    if not seat_kind(after, 1, channel=Channel.PAGE, released=True):
        assert after.free == 0


@given(rooms(), asks, st.integers(0, 80), st.integers(0, 80))
def test_a_change_that_is_allowed_keeps_the_counters_whole(
    seats: Seats, wanted: list[tuple[int, Channel, bool]], places: int, held_back: int
) -> None:
    after, _by_page = run(seats, wanted, released=False)
    if not smallest_change(after, places, held_back):
        changed = replace(after, places=places, held_back=held_back)
        assert changed.held_taken <= changed.held_back <= changed.places
        assert changed.taken <= changed.places
        assert 0 <= changed.open_free <= changed.free


def test_a_caller_gets_a_kept_seat_first_and_an_open_one_after() -> None:
    assert seat_kind(Seats(40, 10), 1, channel=Channel.PHONE, released=False) == "held"
    assert seat_kind(Seats(40, 10, 10, 10), 1, channel=Channel.PHONE, released=False) == "open"
    assert seat_kind(Seats(40, 10, 30, 0), 1, channel=Channel.PAGE, released=False) == ""
    assert seat_kind(Seats(40, 10, 30, 0), 1, channel=Channel.API, released=False) == ""
    assert seat_kind(Seats(40, 10, 30, 0), 1, channel=Channel.PAGE, released=True) == "open"
    assert seat_kind(Seats(40, 10, 0, 0), 0, channel=Channel.PAGE, released=True) == ""


def test_a_party_is_never_split() -> None:
    seats = Seats(10, 4, 5, 0)
    assert seat_kind(seats, 5, channel=Channel.PHONE, released=False) == ""
    assert seat_kind(seats, 5, channel=Channel.PHONE, released=True) == "open"


def test_released_a_day_before() -> None:
    assert not held_are_released(STARTS, STARTS - timedelta(hours=24, microseconds=1))
    assert held_are_released(STARTS, STARTS - timedelta(hours=24))
    assert not held_are_released(None, STARTS)


@pytest.mark.parametrize(
    ("places", "held", "said"),
    [
        (40, 41, "held_back_over_places"),
        (15, 4, "fewer_than_taken"),
        (40, 3, "fewer_than_held_taken"),
        (16, 4, ""),
    ],
)
def test_what_cannot_be_changed(places: int, held: int, said: str) -> None:
    assert smallest_change(Seats(40, 10, 16, 4), places, held) == said
