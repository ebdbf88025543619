"""What is asked (Need), who could come (Crew), how much room there is, and the plan that comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Slot = tuple[date, str]  # a day and one of its halves


@dataclass(frozen=True, slots=True)
class Span:
    """Valid from a day up to, not including, another (None: open). `heads`: how many persons it covers."""

    since: date
    until: date | None = None
    heads: int = 1

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Need:
    """One order, or several for one trip, reduced to what choosing a team looks at. `slots`: wishes, best first."""

    id: int
    kind: str
    area_path: str
    slots: tuple[Slot, ...]
    rests: tuple[Span, ...] = ()  # periods in which nobody is sent there (snow, an emergency)
    lon: float | None = None
    lat: float | None = None
    qualification: tuple[str, ...] = ()
    insured: bool = False
    helpers: int = 1
    adults_only: bool = False
    barred: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()
    knows: frozenset[int] = frozenset()
    wants: int | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """One team. `serves`: area prefixes it goes to, none for the whole county. `lately`: offers of the last weeks."""

    id: int
    kind: str
    home_path: str
    serves: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    resting_until: date | None = None
    ended_on: date | None = None
    call_first: bool = False
    people: int = 1
    adults: int = 1
    certificates: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    insurances: tuple[Span, ...] = ()
    lately: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Needs, crews, and the free places of a crew in a slot (a slot that is not named has none)."""

    needs: tuple[Need, ...]
    crews: tuple[Crew, ...]
    free: Mapping[tuple[int, Slot], int]


@dataclass(frozen=True, slots=True)
class Choice:
    """Send this crew for this need in this slot."""

    need: int
    crew: int
    slot: Slot
    cost: int


@dataclass(frozen=True, slots=True)
class Plan:
    """At most one choice per need; `left` are the needs nobody was found for. `method`: flow or greedy."""

    choices: tuple[Choice, ...]
    left: tuple[int, ...]
    cost: int
    method: str = "flow"
