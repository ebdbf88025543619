"""Where an order begins: who may ask, its first state, likely duplicates, what wants a second look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

OPEN_STATES = frozenset({"received", "waiting", "arranged", "need_info", "waitlisted", "suspended"})
DUPLICATE_DAYS = 14
TO_THE_DOOR = frozenset({"home_visit", "standing"})


class Item(Protocol):
    """What the decisions need of an item version."""

    mode: str
    asked_by: list[str]
    danger: str
    protected: bool
    sealed: bool
    trusted: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for whom: for oneself, as guardian, for somebody else, or for a body."""

    unit_kind: str = ""  # a body asks: village, school, unit, estate, hospital
    at_station: bool = False  # a station or the centre asks for itself
    is_self: bool = True
    is_guardian: bool = False
    person_is_minor: bool = False  # below the age at which a guardian decides


def asking_problem(item: Item, asking: Asking) -> str:
    """Why this one may not ask for the item, as a code; empty when he may.

    A sealed item takes a child's own word without the guardian: he may be the danger.
    """
    allowed = set(item.asked_by)
    if "anyone" in allowed:
        return ""
    if asking.unit_kind:
        kinds = {"village": {"village"}, "estate": {"village"}, "school": {"school"}}
        fitting = kinds.get(asking.unit_kind, set()) | {"unit"}
        return "" if fitting & allowed else "not_for_this_body"
    if asking.at_station and "station" in allowed:
        return ""
    if asking.person_is_minor and asking.is_self and not item.sealed:
        return "ask_guardian"
    if "person" in allowed or (asking.is_self and "self" in allowed):
        return ""
    if asking.is_guardian and "guardian" in allowed:
        return ""
    if "guardian" in allowed:
        return "guardian_only"
    return "not_for_one_person"


def first_state(item: Item | None, *, occasion: bool = False, seated: bool = False) -> str:
    """A seat is arranged at once, a full occasion puts on the waiting list; trusted items skip triage.

    An unlisted need (no item) and a sealed one wait for a person who reads them.
    """
    if occasion:
        return "arranged" if seated else "waitlisted"
    if item is None or item.sealed:
        return "received"
    return "waiting" if item.trusted else "received"


def needs_second_look(item: Item | None, *, alone: bool, visited_before: bool) -> bool:
    """Danger, protected items, and the first visit to somebody who lives alone are looked at by two."""
    if item is None:
        return alone and not visited_before
    if item.danger or item.protected:
        return True
    return alone and not visited_before and item.mode in TO_THE_DOOR


def likely_duplicate(
    earlier: Iterable[tuple[int, str, datetime]], *, now: datetime, days: int = DUPLICATE_DAYS
) -> int | None:
    """Of (id, state, placed) of the same item and person or phone, the newest one that is open and recent."""
    since = now - timedelta(days=days)
    fitting = [(placed, key) for key, state, placed in earlier if state in OPEN_STATES and placed >= since]
    return max(fitting)[1] if fitting else None
