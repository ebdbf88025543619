"""Plans never overbook, never break a hard rule, and on small cases are as good as trying everything."""

import itertools
import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laojia.solver import assign, check, explain
from laojia.solver.problem import Choice, Crew, Need, Plan, Problem, Span

DAY = date(2026, 11, 26)
SLOT = (DAY, "morning")
LATER = (DAY + timedelta(days=1), "afternoon")
SLOTS = (SLOT, LATER)
KIND = "助老志愿队"


def need(number: int = 1, **more) -> Need:
    return Need(**{"id": number, "kind": KIND, "area_path": "/1/2/3/", "slots": SLOTS, **more})


def crew(number: int = 10, **more) -> Crew:
    return Crew(**{"id": number, "kind": KIND, "home_path": "/1/2/", **more})


@pytest.mark.parametrize(
    ("wanted", "team", "code"),
    [
        ({}, {"kind": "医疗志愿队"}, "kind"),
        ({}, {"serves": ("/1/9/",)}, "area"),
        ({"barred": frozenset({10})}, {}, "stopped"),
        ({"asked": frozenset({10})}, {}, "asked_already"),
        ({"helpers": 2}, {"people": 1}, "too_few"),
        ({"helpers": 2, "adults_only": True}, {"people": 5, "adults": 1}, "too_few"),
        ({"slots": (LATER,)}, {}, "not_wished"),
        ({}, {"ended_on": DAY}, "ended"),
        ({}, {"resting_until": DAY + timedelta(days=1)}, "resting"),
        ({"qualification": ("执业医师",)}, {}, "certificate"),
        (
            {"qualification": ("执业医师",)},
            {"certificates": {"执业医师": (Span(date(2026, 1, 1), DAY),)}},
            "certificate",
        ),
        ({"insured": True}, {}, "insurance"),
        (
            {"insured": True, "helpers": 2},
            {"people": 2, "insurances": (Span(date(2026, 1, 1)),)},
            "insurance",
        ),
    ],
)
def test_each_hard_rule_blocks_by_its_own_code(wanted, team, code):
    assert check.blocks(need(**wanted), crew(**team), SLOT) == (code,)


def test_nothing_blocks_a_fitting_crew():
    wanted = need(qualification=("执业医师", "护士"), insured=True, helpers=2)
    team = crew(
        people=2,
        serves=("/1/2/",),
        resting_until=DAY,
        certificates={"护士": (Span(date(2026, 1, 1), DAY + timedelta(days=1)),)},
        insurances=(Span(date(2026, 1, 1), date(2027, 1, 1), heads=2),),
    )
    assert check.blocks(wanted, team, SLOT) == ()


def test_reasons_are_said_in_order_and_silence_is_no_blame():
    known = need(knows=frozenset({10}), wants=10)
    assert explain.reasons(known, crew(call_first=True), SLOT, 2) == (
        "wanted", "knows", "first_wish", "same_town", "free:2", "little_lately", "call_first",
    )  # fmt: skip
    assert explain.reasons(need(), crew(home_path="/1/5/", lately=3), LATER, 1) == (
        "later_wish", "other_town", "free:1",
    )  # fmt: skip


def test_distance_speaks_when_both_places_are_known():
    codes = explain.reasons(need(lon=111.68, lat=36.27), crew(lon=111.60, lat=36.18), SLOT, 1)
    assert any(code.startswith("metres:12") for code in codes)
    near = explain.cost(need(lon=111.68, lat=36.27), crew(lon=111.68, lat=36.28), SLOT)
    far = explain.cost(need(lon=111.68, lat=36.27), crew(lon=111.43, lat=36.41), SLOT)
    assert near < far


def test_a_crew_that_was_silent_goes_lower_but_stays():
    two = Problem((need(),), (crew(10, call_first=True), crew(11)), {(10, SLOT): 1, (11, SLOT): 1})
    assert assign.solve(two).choices[0].crew == 11
    alone = Problem((need(),), (crew(10, call_first=True),), {(10, SLOT): 1})
    assert assign.solve(alone).choices[0].crew == 10


def test_asking_is_spread_over_equal_crews():
    free = {(number, SLOT): 5 for number in (10, 11, 12)}
    plan = assign.solve(Problem(tuple(need(n) for n in range(6)), (crew(10), crew(11), crew(12)), free))
    assert sorted(choice.crew for choice in plan.choices) == [10, 10, 11, 11, 12, 12]


def test_the_urgent_one_is_served_when_there_is_room_for_one():
    plan = assign.solve(Problem((need(1), need(2, urgent=True), need(3)), (crew(),), {(10, SLOT): 1}))
    assert [choice.need for choice in plan.choices] == [2]
    assert set(plan.left) == {1, 3}


@pytest.mark.parametrize(
    ("wanted", "crews", "free", "code"),
    [
        ({}, (), {}, "no_team_of_this_kind"),
        ({"slots": ()}, (crew(),), {}, "no_time_left"),
        ({"barred": frozenset({10})}, (crew(),), {}, "stopped"),
        ({"insured": True}, (crew(),), {}, "insurance"),
        ({}, (crew(),), {}, "all_full"),
    ],
)
def test_why_nobody_can_be_asked(wanted, crews, free, code):
    one = need(**wanted)
    assert explain.why_nobody(one, Problem((one,), crews, free)) == code


def test_nothing_asked_nothing_planned():
    assert assign.solve(Problem((), (crew(),), {(10, SLOT): 1})) == Plan((), (), 0)


def test_a_solver_that_takes_too_long_is_replaced_and_says_so():
    def too_long(_network):
        raise TimeoutError

    problem = Problem((need(1), need(2)), (crew(),), {(10, SLOT): 1, (10, LATER): 1})
    plan = assign.solve(problem, too_long)
    assert plan.method == "greedy"
    assert len(plan.choices) == 2
    assert not check.violations(problem, plan)


def test_the_program_of_its_own_gives_the_same_answer():
    problem = Problem(tuple(need(n) for n in range(5)), (crew(10), crew(11)), {(10, SLOT): 1, (11, LATER): 2})
    _rooms, network = assign.network_of(problem)
    done = subprocess.run(
        [sys.executable, "-m", "laojia.solver.assign"],
        input=assign.to_text(network), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert assign.total(network, json.loads(done.stdout)) == assign.total(network, assign.flow(network))


# --- properties ------------------------------------------------------------------------------------------------------

paths = st.sampled_from(["/1/2/3/", "/1/2/4/", "/1/5/6/"])
needs = st.builds(
    Need,
    id=st.just(0),
    kind=st.sampled_from([KIND, "医疗志愿队"]),
    area_path=paths,
    slots=st.lists(st.sampled_from(SLOTS), unique=True, max_size=2).map(tuple),
    qualification=st.sampled_from([(), ("执业医师",)]),
    insured=st.booleans(),
    helpers=st.integers(1, 2),
    adults_only=st.booleans(),
    barred=st.frozensets(st.integers(0, 3), max_size=1),
    asked=st.frozensets(st.integers(0, 3), max_size=1),
    knows=st.frozensets(st.integers(0, 3), max_size=2),
    wants=st.none() | st.integers(0, 3),
    urgent=st.booleans(),
)
crews = st.builds(
    Crew,
    id=st.just(0),
    kind=st.sampled_from([KIND, KIND, "医疗志愿队"]),
    home_path=st.sampled_from(["/1/", "/1/2/", "/1/5/"]),
    serves=st.sampled_from([(), ("/1/2/",), ("/1/5/",)]),
    resting_until=st.sampled_from([None, None, DAY, DAY + timedelta(days=1)]),
    call_first=st.booleans(),
    people=st.integers(1, 3),
    adults=st.integers(1, 2),
    certificates=st.sampled_from([{}, {"执业医师": (Span(date(2026, 1, 1)),)}]),
    insurances=st.sampled_from([(), (Span(date(2026, 1, 1), heads=2),)]),
    lately=st.integers(0, 7),
)


@st.composite
def problems(draw, most_needs=4, most_crews=3):
    from dataclasses import replace

    asked = [replace(one, id=number) for number, one in enumerate(draw(st.lists(needs, max_size=most_needs)))]
    there = [replace(one, id=number) for number, one in enumerate(draw(st.lists(crews, max_size=most_crews)))]
    free = {(one.id, slot): draw(st.integers(0, 2)) for one in there for slot in SLOTS}
    return Problem(tuple(asked), tuple(there), free)


@settings(max_examples=200, deadline=None)
@given(problems(most_needs=9, most_crews=4))
def test_a_plan_keeps_every_rule_whoever_solves_it(problem):
    def too_long(_network):
        raise TimeoutError

    for plan in (assign.solve(problem), assign.solve(problem, too_long)):
        assert check.violations(problem, plan) == []


@settings(max_examples=120, deadline=None)
@given(problems())
def test_small_plans_are_as_good_as_trying_everything(problem):
    _rooms, network = assign.network_of(problem)
    ways = [
        [None] + [n for n, arc in enumerate(network.arcs) if arc[0] == i] for i in range(len(problem.needs))
    ]
    best = min(assign.total(network, way) for way in itertools.product(*ways) if _fits(network, way))
    assert assign.solve(problem).cost == best


def _fits(network, way) -> bool:
    rooms = [network.arcs[arc][1] for arc in way if arc is not None]
    return all(rooms.count(room) <= network.rooms[room][1] for room in rooms)


@settings(max_examples=100, deadline=None)
@given(problems(), st.data())
def test_the_check_finds_what_is_broken(problem, data):
    if not problem.needs or not problem.crews:
        return
    choices = tuple(
        Choice(one.id, data.draw(st.sampled_from(problem.crews)).id, data.draw(st.sampled_from(SLOTS)), 0)
        for one in problem.needs
    )
    found = {v.code for v in check.violations(problem, Plan(choices, (), 0))}
    by_id = {one.id: one for one in problem.crews}
    broken = {
        code for one, choice in zip(problem.needs, choices, strict=True)
        for code in check.blocks(one, by_id[choice.crew], choice.slot)
    }  # fmt: skip
    full = any(
        sum(1 for choice in choices if (choice.crew, choice.slot) == place) > problem.free[place]
        for place in problem.free
    )
    assert found == broken | ({"overbooked"} if full else set())


def test_the_check_counts_needs():
    problem = Problem((need(1), need(2)), (crew(),), {(10, SLOT): 3})
    twice = Plan((Choice(1, 10, SLOT, 0), Choice(1, 10, SLOT, 0)), (7,), 0)
    codes = {(v.code, v.need) for v in check.violations(problem, twice)}
    assert codes == {("not_once", 1), ("not_once", 2), ("unknown_need", 7)}
    assert check.violations(problem, Plan((Choice(1, 99, SLOT, 0),), (2,), 0))[0].code == "unknown_crew"
