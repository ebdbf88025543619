"""What speaks for a crew, as codes one can say on the telephone, and the cost that follows from the same facts."""

from __future__ import annotations

from collections import Counter

from laojia.kernel.geo import distance_m
from laojia.solver.check import blocks, day_blocks, team_blocks
from laojia.solver.problem import Crew, Need, Problem, Slot

# Costs compare reasons, nothing else: about one point a minute on a bicycle. They are shown to nobody and kept nowhere.
BASE = 300
WANTED = 250
KNOWN = 40
CALL_FIRST = 120
LATER_WISH = 25
LATELY = 6
LATELY_COUNTS = 5
AGAIN = 12  # each further visit of one plan for the same crew: spreads the asking
_METRES_A_POINT = 190.0
_TOWN, _ELSEWHERE = 20, 60
_FARTHEST = 240


def distance(need: Need, crew: Crew) -> float | None:
    """Metres as the crow flies; None when either place is not known."""
    if need.lon is None or need.lat is None or crew.lon is None or crew.lat is None:
        return None
    return distance_m(crew.lon, crew.lat, need.lon, need.lat)


def reasons(need: Need, crew: Crew, slot: Slot, free: int) -> tuple[str, ...]:
    """Why this crew: codes, some with a number behind a colon, in the order one would say them."""
    metres = distance(need, crew)
    found = [
        ("wanted", need.wants == crew.id),
        ("knows", crew.id in need.knows),
        ("first_wish", bool(need.slots) and slot == need.slots[0]),
        ("later_wish", slot in need.slots[1:]),
        (f"metres:{int(metres or 0)}", metres is not None),
        (_nearness(need, crew), metres is None),
        ("certificate", bool(need.qualification)),
        ("insured", need.insured),
        (f"free:{free}", free > 0),
        ("little_lately", crew.lately == 0),
        ("call_first", crew.call_first),
    ]
    return tuple(code for code, holds in found if holds and code)


def _nearness(need: Need, crew: Crew) -> str:
    if _town(crew.home_path) and _town(crew.home_path) == _town(need.area_path):
        return "same_village" if need.area_path == crew.home_path else "same_town"
    return "other_town" if _town(crew.home_path) else "county_team"


def _town(path: str) -> str:
    """`/1/4/17/` → `/1/4/`; nothing for the county itself."""
    parts = path.strip("/").split("/")
    return "/" + "/".join(parts[:2]) + "/" if len(parts) > 1 else ""


def cost(need: Need, crew: Crew, slot: Slot) -> int:
    """Less is better; never negative."""
    points = BASE
    points -= WANTED if need.wants == crew.id else 0
    points -= KNOWN if crew.id in need.knows else 0
    points += _way(need, crew)
    points += LATER_WISH * (need.slots.index(slot) if slot in need.slots else len(need.slots))
    points += LATELY * min(crew.lately, LATELY_COUNTS)
    points += CALL_FIRST if crew.call_first else 0
    return points


def _way(need: Need, crew: Crew) -> int:
    metres = distance(need, crew)
    if metres is None:
        return {"same_village": 0, "same_town": _TOWN}.get(_nearness(need, crew), _ELSEWHERE)
    return min(int(metres / _METRES_A_POINT), _FARTHEST)


def why_nobody(need: Need, problem: Problem) -> str:
    """One code saying why no crew can be asked for this need: the last thing that stood in the way."""
    crews = [crew for crew in problem.crews if not need.kind or crew.kind == need.kind]
    if not crews:
        return "no_team_of_this_kind"
    if not need.slots:
        return "no_time_left"
    open_crews = [crew for crew in crews if not team_blocks(need, crew)]
    if not open_crews:
        return _most([code for crew in crews for code in team_blocks(need, crew)])
    fits = [(crew, slot) for crew in open_crews for slot in need.slots if not blocks(need, crew, slot)]
    if not fits:
        return _most(
            [code for crew in open_crews for slot in need.slots for code in day_blocks(need, crew, slot)]
        )
    return "all_full"


def _most(codes: list[str]) -> str:
    counted = Counter(codes)
    return min(counted, key=lambda code: (-counted[code], code))
