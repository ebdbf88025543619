"""Decisions about teams, pure: when they can come, and when to telephone first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

SILENT_BEFORE_CALL = 2  # after two silences: 先打电话再派
MOST_IN_HALF_DAY = 200
HALVES = ("morning", "afternoon", "evening")

Week = Mapping[tuple[int, str], int]


def rests(resting_until: date | None, ended_on: date | None, day: date) -> bool:
    """Is the team resting (until, without that day) or no more?"""
    return (resting_until is not None and day < resting_until) or (ended_on is not None and day >= ended_on)


def reach_after(silent: int) -> str:
    """How to reach a team that has left so many offers in a row unanswered. No blame, only the order of doing things."""
    return "call_first" if silent >= SILENT_BEFORE_CALL else "answers"


def is_slot(weekday: int, half: str, capacity: int) -> bool:
    """A half-day of the week and a number of visits one can believe."""
    return 0 <= weekday <= 6 and half in HALVES and 0 <= capacity <= MOST_IN_HALF_DAY


def holds_number(text: str) -> bool:
    """Does it look as if a telephone or ID number stood in it? Seven digits or more in a row, spaces and strokes apart."""
    return bool(re.search(r"(?:\d[ \-]?){7,}", text))
