"""Seat arithmetic of an occasion, pure.

`taken` of `places` are gone, of them `held_taken` out of the `held_back` kept for people who telephone, come to the
counter or send a paper. Those seats stay theirs until one day before the beginning; then everybody may have them,
because an empty chair helps nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from laojia.policy.roles import Channel

RELEASED_BEFORE = timedelta(hours=24)
SPOKEN_CHANNELS = frozenset({Channel.PHONE, Channel.COUNTER, Channel.PAPER})


@dataclass(frozen=True, slots=True)
class Seats:
    """The four counters of an occasion."""

    places: int
    held_back: int = 0
    taken: int = 0
    held_taken: int = 0

    @property
    def free(self) -> int:
        """Seats nobody has, held-back ones included."""
        return self.places - self.taken

    @property
    def held_free(self) -> int:
        return min(self.held_back - self.held_taken, self.free)

    @property
    def open_free(self) -> int:
        """Seats anybody may take now: places − held back − (taken − held taken)."""
        return max(0, self.places - self.held_back - (self.taken - self.held_taken))

    def for_everybody(self, *, released: bool) -> int:
        """Seats a page may offer."""
        return self.free if released else self.open_free


def held_are_released(starts_at: datetime | None, now: datetime) -> bool:
    """Held-back seats are open to all from 24 hours before the beginning."""
    return starts_at is not None and now >= starts_at - RELEASED_BEFORE


def seat_kind(seats: Seats, count: int, *, channel: Channel, released: bool) -> str:
    """Which seats `count` people get: "held", "open", or "" when they go on the waiting list.

    Who telephones gets held-back seats first, so that the open ones stay for the pages. A party is never split.
    """
    if count < 1:
        return ""
    if channel in SPOKEN_CHANNELS and count <= seats.held_free:
        return "held"
    return "open" if count <= seats.for_everybody(released=released) else ""


def smallest_change(seats: Seats, places: int, held_back: int) -> str:
    """Why seats cannot be changed to these numbers, as a short word; empty when they can."""
    if held_back > places:
        return "held_back_over_places"
    if places < seats.taken:
        return "fewer_than_taken"
    if held_back < seats.held_taken:
        return "fewer_than_held_taken"
    return ""
