"""Fitting teams for one order, one trip or one occasion, each with reasons; and one plan for all that wait."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from laojia.foundation.teams.models import Team
from laojia.solver import assign, check, explain
from laojia.solver.problem import Crew, Need, Plan, Problem, Slot
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.queries import facts
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from laojia.steps.order.rules import wants_rhythm

SOLVER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A team that may be asked: the best slot, the free places in it, and why this team, as codes."""

    team: Team
    slot: Slot
    free: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfit:
    """A team of the right kind that may not be asked, and what stands in the way."""

    team: Team
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fitting:
    """Everything the desk needs to choose. `nobody`: why no team can be asked, when none can."""

    fits: list[Fit] = field(default_factory=list)
    unfit: list[Unfit] = field(default_factory=list)
    slots: tuple[Slot, ...] = ()
    second_look: tuple[str, ...] = ()
    nobody: str = ""


def fitting_teams(orders: Sequence[Order], now: datetime, *, occasion: Occasion | None = None) -> Fitting:
    """Teams for one order, or for several on one trip. The caller may see the orders."""
    need, look = trip_need(orders, now, occasion=occasion)
    return _fitting(need, look, now)


def fitting_for_occasion(occasion: Occasion, now: datetime) -> Fitting:
    """Teams for an occasion a station opened; orders on it bring their own needs."""
    need, look = need_for(orders_on(occasion), occasion, now)
    return _fitting(need, look, now)


def trip_need(
    orders: Sequence[Order], now: datetime, *, occasion: Occasion | None = None
) -> tuple[Need, tuple[str, ...]]:
    """The need of one trip, and why it must be looked at twice."""
    asked: frozenset[int] = frozenset()
    if occasion is not None:
        asked = facts.asked_teams([occasion.pk]).get(occasion.pk, frozenset())
    needs = facts.needs_of(orders, now, asked={order.pk: asked for order in orders})
    known = facts.histories(orders)
    look = dict.fromkeys(
        code for order in orders for code in rules.second_look_codes(facts.care_of(order, known, now))
    )
    need = facts.need_of_trip(needs)
    if occasion is not None and occasion.starts_at is not None and occasion.date is not None:
        # Day and hour were agreed with the person (regular help): no other time is offered to anybody.
        need = replace(need, slots=((occasion.date, occasion.half),))
    return need, tuple(look)


def need_for(
    orders: Sequence[Order], occasion: Occasion | None, now: datetime
) -> tuple[Need, tuple[str, ...]]:
    """What is needed, and why it must be looked at twice: of the orders on a trip, else of the occasion itself."""
    if occasion is None or (orders and occasion.kind in Occasion.FOR_ITS_ORDERS):
        return trip_need(orders, now, occasion=occasion)
    asked = facts.asked_teams([occasion.pk]).get(occasion.pk, frozenset())
    look = occasion_look(occasion)
    if orders:
        look = tuple(dict.fromkeys((*look, *trip_need(orders, now)[1])))
    return facts.need_of_occasion(occasion, now, asked=asked), look


def occasion_look(occasion: Occasion) -> tuple[str, ...]:
    """Why an occasion without orders must be looked at twice."""
    version = occasion.item_version
    return rules.second_look_codes(
        rules.Care(danger=version.danger, protected=occasion.protected, mode=version.mode)
    )


def orders_on(occasion: Occasion) -> list[Order]:
    """Orders expected at an occasion, in the order they came."""
    rows = Order.objects.filter(attendances__occasion=occasion, attendances__state="expected")
    return list(rows.select_related("item_version__item", "person", "area", "unit").order_by("id"))


def _fitting(need: Need, look: tuple[str, ...], now: datetime) -> Fitting:
    teams = list(facts.teams_of_kind([need.kind], now)) if need.kind else []
    crews = facts.crews_of(teams, [need], now)
    free = facts.free_places([team.pk for team in teams], need.slots)
    found: list[tuple[int, str, Fit]] = []
    unfit: list[Unfit] = []
    for team, crew in zip(teams, crews, strict=True):
        best = best_slot(need, crew, free)
        if best is None:
            unfit.append(Unfit(team, _why_not(need, crew)))
            continue
        room = free[team.pk, best]
        fit = Fit(team, best, room, explain.reasons(need, crew, best, room))
        found.append((explain.cost(need, crew, best), team.name, fit))
    found.sort(key=lambda row: row[:2])
    nobody = "" if found else explain.why_nobody(need, Problem((need,), tuple(crews), free))
    return Fitting([row[2] for row in found], unfit, need.slots, look, nobody)


def best_slot(need: Need, crew: Crew, free: dict[tuple[int, Slot], int]) -> Slot | None:
    """The cheapest wished slot in which the crew may be asked and has a place; None when there is none."""
    open_slots = [
        slot for slot in need.slots if free.get((crew.id, slot), 0) > 0 and not check.blocks(need, crew, slot)
    ]
    return min(open_slots, key=lambda slot: (explain.cost(need, crew, slot), slot), default=None)


def _why_not(need: Need, crew: Crew) -> tuple[str, ...]:
    codes = check.team_blocks(need, crew)
    if codes:
        return codes
    days = [check.day_blocks(need, crew, slot) for slot in need.slots]
    if days and all(days):
        return tuple(dict.fromkeys(code for day in days for code in day))
    return ("full",)


def fits_now(need: Need, team: Team, slot: Slot, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what forbids it, why this team) for a team somebody chose himself. The wish is his to overrule, the law is not."""
    crew = facts.crews_of([team], [need], now)[0]
    free = facts.free_places([team.pk], [slot])
    codes = [code for code in check.blocks(need, crew, slot) if code not in ("not_wished", "asked_already")]
    return tuple(codes), explain.reasons(need, crew, slot, free[team.pk, slot])


def slots_for_team(need: Need, occasion: Occasion, team: Team, now: datetime) -> list[Slot]:
    """Half-days in which the team may take it, the one that stands there first."""
    crew = facts.crews_of([team], [need], now)[0]
    if check.team_blocks(replace(need, asked=frozenset()), crew):
        return []
    stands = (occasion.date, occasion.half) if occasion.date is not None and occasion.half else None
    wished = (
        [stands]
        if occasion.starts_at is not None and stands
        else [*([stands] if stands else []), *need.slots]
    )
    free = facts.free_places([team.pk], wished)
    return [
        slot
        for slot in dict.fromkeys(wished)
        if free[team.pk, slot] > 0
        and rules.slot_end(slot) > now
        and not set(check.day_blocks(need, crew, slot)) - {"not_wished"}
    ]


# --- one plan for everything that waits ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the plan: this order to this team in this slot. Each is confirmed on its own."""

    order: Order
    fit: Fit


@dataclass(frozen=True, slots=True)
class Suggested:
    """The plan for the orders given: what fits, what needs two pairs of eyes, and for whom nobody was found (and why)."""

    lines: list[Suggestion]
    look_first: list[Order]
    left: list[tuple[Order, str]]
    method: str


def suggest(orders: Sequence[Order], now: datetime) -> Suggested:
    """A plan for these waiting orders. Changes nothing; never overbooks and keeps every hard rule (checked again)."""
    known = facts.histories(orders)
    careful = [order for order in orders if rules.second_look_codes(facts.care_of(order, known, now))]
    aside = {order.pk for order in careful}
    hourless = [order for order in orders if order.pk not in aside and wants_rhythm(order)]
    aside |= {order.pk for order in hourless}
    plain = [order for order in orders if order.pk not in aside and order.item_version is not None]
    needs = facts.needs_of(plain, now)
    teams = {team.pk: team for team in facts.teams_of_kind({need.kind for need in needs}, now)}
    crews = facts.crews_of(list(teams.values()), needs, now)
    free = facts.free_places(list(teams), {slot for need in needs for slot in need.slots})
    problem = Problem(tuple(needs), tuple(crews), free)
    plan = assign.solve(problem, run_apart)
    if wrong := check.violations(problem, plan):
        raise RuntimeError(f"the plan breaks rules: {wrong[:3]}")
    told = _told(problem, plan, {order.pk: order for order in plain}, teams, careful)
    told.left.extend((order, "no_rhythm") for order in hourless)
    return told


def _told(
    problem: Problem, plan: Plan, orders: dict[int, Order], teams: dict[int, Team], careful: list[Order]
) -> Suggested:
    needs = {need.id: need for need in problem.needs}
    crews = {crew.id: crew for crew in problem.crews}
    lines = []
    for choice in plan.choices:
        room = problem.free[choice.crew, choice.slot]
        why = explain.reasons(needs[choice.need], crews[choice.crew], choice.slot, room)
        lines.append(Suggestion(orders[choice.need], Fit(teams[choice.crew], choice.slot, room, why)))
    left = [(orders[one], explain.why_nobody(needs[one], problem)) for one in plan.left]
    return Suggested(lines, careful, left, plan.method)


def run_apart(network: assign.Network) -> list[int | None]:
    """Solve in a program of its own: the solver holds the interpreter, and a page must not wait for another page's plan.

    Raises TimeoutError after SOLVER_SECONDS; the plan is then made in the simple way and says so.
    """
    if not network.arcs:
        return [None] * len(network.left_cost)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "laojia.solver.assign"],
            input=assign.to_text(network), capture_output=True, text=True, timeout=SOLVER_SECONDS, check=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    chosen: list[int | None] = json.loads(done.stdout)
    return chosen
