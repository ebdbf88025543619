"""How large the demonstration is, and the one seed everything in it comes from."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], object]
SEED = "141024"


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts. `days`: how long ago the first order came in; `backlog`: orders that wait for the dispatcher now."""

    micro_grids: int
    stations: int
    zones: int
    teams: int
    featured: int
    residents: int
    volunteers_each: int
    rest_stops: int
    huts: int
    visits: int
    seated: int
    village_orders: int
    standing: int
    calls: int
    backlog: int
    days: int = 21


FULL = Scale(5300, 95, 14, 463, 12, 3000, 5, 36, 15, 300, 5, 14, 8, 2, 38)
SMALL = Scale(400, 20, 4, 57, 4, 230, 3, 3, 2, 34, 2, 4, 3, 1, 8)
SCALES = {"full": FULL, "small": SMALL}


def chance(part: str) -> random.Random:
    """The same numbers at every run, and for each part its own: a change in one leaves the others as they were."""
    return random.Random(f"{SEED}/{part}")  # noqa: S311  synthetic data, nothing secret
