"""The hard rules, once: what must hold between a need and a crew, and whether a plan keeps all of it.

Sources: 志愿服务条例 art. 15 (fit for age), 16 (certificate valid on the day), 17 (insured before dangerous work starts).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from laojia.solver.problem import Crew, Need, Plan, Problem, Slot


def blocks(need: Need, crew: Crew, slot: Slot) -> tuple[str, ...]:
    """Codes of everything that forbids asking this crew for this slot; empty when it may be asked."""
    return (*team_blocks(need, crew), *day_blocks(need, crew, slot))


def team_blocks(need: Need, crew: Crew) -> tuple[str, ...]:
    """What forbids this crew on any day."""
    helpers = crew.adults if need.adults_only else crew.people
    found = {
        "kind": bool(need.kind) and crew.kind != need.kind,
        "area": bool(crew.serves) and not any(need.area_path.startswith(prefix) for prefix in crew.serves),
        "stopped": crew.id in need.barred,
        "asked_already": crew.id in need.asked,
        "too_few": helpers < need.helpers,
    }
    return tuple(code for code, holds in found.items() if holds)


def day_blocks(need: Need, crew: Crew, slot: Slot) -> tuple[str, ...]:
    """What forbids this crew on that day."""
    day = slot[0]
    found = {
        "not_wished": slot not in need.slots,
        "ended": crew.ended_on is not None and day >= crew.ended_on,
        "resting": crew.resting_until is not None and day < crew.resting_until,
        "standstill": any(rest.holds(day) for rest in need.rests),
        "certificate": bool(need.qualification) and not qualified(need, crew, slot),
        "insurance": need.insured and not insured(need, crew, slot),
    }
    return tuple(code for code, holds in found.items() if holds)


def qualified(need: Need, crew: Crew, slot: Slot) -> bool:
    """A member holds one of the asked certificates, valid on the day."""
    return any(span.holds(slot[0]) for kind in need.qualification for span in crew.certificates.get(kind, ()))


def insured(need: Need, crew: Crew, slot: Slot) -> bool:
    """A policy of the day covers as many persons as must come."""
    return any(span.holds(slot[0]) and span.heads >= need.helpers for span in crew.insurances)


@dataclass(frozen=True, slots=True)
class Violation:
    """What a plan does that it must not: a code, and for which need or crew."""

    code: str
    need: int | None = None
    crew: int | None = None


def violations(problem: Problem, plan: Plan) -> list[Violation]:
    """Everything wrong with a plan, whoever made it; empty when it may be carried out."""
    needs = {need.id: need for need in problem.needs}
    crews = {crew.id: crew for crew in problem.crews}
    found: list[Violation] = []
    times = Counter([choice.need for choice in plan.choices] + list(plan.left))
    found += [Violation("not_once", need=one) for one in needs if times[one] != 1]
    found += [Violation("unknown_need", need=one) for one in times if one not in needs]
    taken: Counter[tuple[int, Slot]] = Counter()
    for choice in plan.choices:
        need, crew = needs.get(choice.need), crews.get(choice.crew)
        if crew is None:
            found.append(Violation("unknown_crew", choice.need, choice.crew))
        elif need is not None:
            found += [Violation(code, need.id, crew.id) for code in blocks(need, crew, choice.slot)]
        taken[choice.crew, choice.slot] += 1
    found += [
        Violation("overbooked", crew=crew)
        for (crew, slot), count in taken.items()
        if count > problem.free.get((crew, slot), 0)
    ]
    return found
