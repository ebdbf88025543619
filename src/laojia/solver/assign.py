"""The cheapest plan: a min-cost flow need → (crew, slot) → crew → done, with a dearer way for those left over.

`flow` holds the interpreter while it solves, so callers run this file as a program of its own:
`python -m laojia.solver.assign` reads a network as JSON and writes the chosen arc of every need.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from laojia.solver.check import blocks
from laojia.solver.explain import AGAIN, cost
from laojia.solver.problem import Choice, Plan, Problem, Slot


@dataclass(frozen=True, slots=True)
class Network:
    """The problem as numbers: `arcs` are (need, room, cost), `rooms` are (crew, places); `left_cost` per need."""

    crews: int
    rooms: tuple[tuple[int, int], ...]
    arcs: tuple[tuple[int, int, int], ...]
    left_cost: tuple[int, ...]


Run = Callable[[Network], Sequence[int | None]]


def solve(problem: Problem, run: Run | None = None) -> Plan:
    """A plan that breaks no hard rule. `run` solves the network (default: here); it may raise TimeoutError."""
    rooms, network = network_of(problem)
    method = "flow"
    try:
        chosen = (run or flow)(network)
    except TimeoutError:
        chosen, method = greedy(network), "greedy"
    choices = []
    for need, arc in zip(problem.needs, chosen, strict=True):
        if arc is not None:
            crew, slot = rooms[network.arcs[arc][1]]
            choices.append(Choice(need.id, crew, slot, network.arcs[arc][2]))
    sent = {choice.need for choice in choices}
    left = tuple(need.id for need in problem.needs if need.id not in sent)
    return Plan(tuple(choices), left, total(network, chosen), method)


def network_of(problem: Problem) -> tuple[list[tuple[int, Slot]], Network]:
    """The rooms (crew id, slot) by number, and the network. Only allowed arcs are in it."""
    rooms: dict[tuple[int, Slot], int] = {}
    places: list[tuple[int, int]] = []
    arcs: list[tuple[int, int, int]] = []
    for number, need in enumerate(problem.needs):
        for position, crew in enumerate(problem.crews):
            for slot in dict.fromkeys(need.slots):
                free = problem.free.get((crew.id, slot), 0)
                if free <= 0 or blocks(need, crew, slot):
                    continue
                if (crew.id, slot) not in rooms:
                    rooms[crew.id, slot] = len(places)
                    places.append((position, free))
                arcs.append((number, rooms[crew.id, slot], cost(need, crew, slot)))
    dearest = max((arc[2] for arc in arcs), default=0) + AGAIN * len(problem.needs)
    # Leaving one more need alone is dearer than any way of serving all others: as many as possible get somebody.
    unit = (dearest + 1) * (len(problem.needs) + 1)
    left = tuple(unit * (2 if need.urgent else 1) for need in problem.needs)
    return list(rooms), Network(len(problem.crews), tuple(places), tuple(arcs), left)


def flow(network: Network) -> list[int | None]:
    """The chosen arc of every need (None: left over), at least total cost."""
    from ortools.graph.python import min_cost_flow

    needs = len(network.left_cost)
    if not needs:
        return []
    graph = min_cost_flow.SimpleMinCostFlow()
    room_0, crew_0 = needs, needs + len(network.rooms)
    sink = crew_0 + network.crews
    numbers = [
        graph.add_arc_with_capacity_and_unit_cost(need, room_0 + room, 1, points)
        for need, room, points in network.arcs
    ]
    into: dict[int, int] = defaultdict(int)
    for room, (crew, places) in enumerate(network.rooms):
        graph.add_arc_with_capacity_and_unit_cost(room_0 + room, crew_0 + crew, places, 0)
        into[crew] += places
    for crew, places in into.items():
        for count in range(min(places, needs)):
            graph.add_arc_with_capacity_and_unit_cost(crew_0 + crew, sink, 1, AGAIN * count)
    for need, points in enumerate(network.left_cost):
        graph.add_arc_with_capacity_and_unit_cost(need, sink, 1, points)
        graph.set_node_supply(need, 1)
    graph.set_node_supply(sink, -needs)
    if graph.solve() != graph.OPTIMAL:
        raise RuntimeError("every need has a way of its own to the sink, so there is always a flow")
    chosen: list[int | None] = [None] * needs
    for place, number in enumerate(numbers):
        if graph.flow(number):
            chosen[network.arcs[place][0]] = place
    return chosen


def greedy(network: Network) -> list[int | None]:
    """First come, first served by cost: what is shown when the solver takes too long."""
    places = [count for _crew, count in network.rooms]
    chosen: list[int | None] = [None] * len(network.left_cost)
    order = sorted(
        range(len(network.arcs)),
        key=lambda a: (-network.left_cost[network.arcs[a][0]], network.arcs[a][2], a),
    )
    for arc in order:
        need, room, _points = network.arcs[arc]
        if chosen[need] is None and places[room] > 0:
            chosen[need] = arc
            places[room] -= 1
    return chosen


def total(network: Network, chosen: Sequence[int | None]) -> int:
    """Cost of a choice of arcs: the arcs, the spreading over crews, and what is left over."""
    crews: dict[int, int] = defaultdict(int)
    points = 0
    for need, arc in enumerate(chosen):
        if arc is None:
            points += network.left_cost[need]
        else:
            crew = network.rooms[network.arcs[arc][1]][0]
            points += network.arcs[arc][2] + AGAIN * crews[crew]
            crews[crew] += 1
    return points


def to_text(network: Network) -> str:
    return json.dumps(asdict(network))


def from_text(text: str) -> Network:
    """Raises KeyError, TypeError or ValueError on anything `to_text` did not write."""
    data = json.loads(text)
    return Network(
        int(data["crews"]),
        tuple((int(crew), int(places)) for crew, places in data["rooms"]),
        tuple((int(need), int(room), int(points)) for need, room, points in data["arcs"]),
        tuple(int(points) for points in data["left_cost"]),
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(flow(from_text(sys.stdin.read()))))
