"""The policy tables hold together, and the permission rule keeps its promises for every actor and subject."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.policy.consequences import CONSEQUENCES, follows_from
from laojia.policy.deadlines import DEADLINES, Due, by_when, halfway, within
from laojia.policy.facts import CLOCK, NOBODY, Actor, Grant, Subject
from laojia.policy.permissions import BEHALF, PERMISSIONS, may, may_speak, open_verbs
from laojia.policy.reasons import REASONS, is_reason
from laojia.policy.roles import SEPARATE_ROLES, Role, Scope
from laojia.policy.transitions import MACHINES, is_open, target_of, verbs_from
from laojia.policy.verbs import LOOKING, VERBS

PATHS = ("/1/", "/1/2/", "/1/2/5/", "/1/3/", "/1/3/7/", "/1/23/", "/9/")
people = st.integers(1, 6)
grants = st.builds(
    Grant,
    role=st.sampled_from(list(Role)),
    scopes=st.lists(st.sampled_from(PATHS), max_size=3).map(tuple),
    team_ids=st.frozensets(st.integers(1, 4), max_size=2),
)
actors = st.builds(Actor, person_id=st.none() | people, grants=st.lists(grants, max_size=3).map(tuple))
subjects = st.builds(
    Subject,
    kind=st.just("order"),
    id=st.integers(1, 9),
    state=st.sampled_from(MACHINES["order"].states),
    area_path=st.sampled_from(PATHS),
    own_ids=st.frozensets(people, max_size=2),
    team_ids=st.frozensets(st.integers(1, 4), max_size=1),
    keeper_id=st.none() | people,
    entered_id=st.none() | people,
    protected=st.booleans(),
    sealed=st.booleans(),
)
order_verbs = st.sampled_from(sorted(v for v in VERBS if v.startswith("order.")))


def test_the_tables_name_only_what_exists() -> None:
    on_machines = {
        verb for machine in MACHINES.values() for verb in (*(m.verb for m in machine.moves), *machine.stays)
    }
    assert on_machines <= VERBS, on_machines - VERBS
    assert set(CONSEQUENCES) <= VERBS, set(CONSEQUENCES) - VERBS
    assert {v for verbs in CONSEQUENCES.values() for v in verbs} <= VERBS
    assert {v for verbs in BEHALF.values() for v in verbs} <= VERBS
    assert set(REASONS) - {"attendance.outcome"} <= VERBS
    assert all(len(set(codes)) == len(codes) for codes in REASONS.values())


@pytest.mark.parametrize("kind", sorted(MACHINES))
def test_every_state_is_reached_and_every_edge_stands_between_states(kind: str) -> None:
    machine = MACHINES[kind]
    states = set(machine.states)
    assert machine.starts <= states
    reached, before = set(machine.starts), set()
    while reached != before:
        before = set(reached)
        reached |= {t for m in machine.moves if m.sources & before for t in m.targets}
    assert reached == states
    for move in machine.moves:
        assert move.sources <= states
        assert set(move.targets) <= states
    assert all(open_in <= states for open_in in machine.stays.values())


@pytest.mark.parametrize(("kind", "verb"), [(k, m.verb) for k, x in MACHINES.items() for m in x.moves])
def test_every_edge_from_every_state(kind: str, verb: str) -> None:
    """A verb moves from its sources to its targets and from nowhere else."""
    machine = MACHINES[kind]
    moves = [m for m in machine.moves if m.verb == verb]
    assert len(moves) == 1, "one edge per verb and machine"
    for state in machine.states:
        for target in machine.states:
            found = target_of(kind, verb, state, target)
            assert (found == target) == (state in moves[0].sources and target in moves[0].targets)
        assert is_open(kind, verb, state) == (state in moves[0].sources)
        assert (verb in verbs_from(kind, state)) == (state in moves[0].sources)


@given(actors, order_verbs, subjects)
def test_a_sealed_case_is_the_persons_and_the_keepers_alone(
    actor: Actor, verb: str, subject: Subject
) -> None:
    sealed = replace(subject, sealed=True)
    if may(actor, verb, sealed) and not actor.has(Role.SYSTEM):
        assert actor.person_id in sealed.own_ids or actor.person_id == sealed.keeper_id


@given(actors, order_verbs, subjects)
def test_protected_rows_stay_out_of_stations_and_leaders(actor: Actor, verb: str, subject: Subject) -> None:
    protected = replace(subject, protected=True)
    roles = {Role.STATION_STAFF, Role.COUNTY_LEADER, Role.ZONE_LEADER}
    narrowed = replace(actor, grants=tuple(g for g in actor.grants if g.role in roles))
    assert not may(narrowed, verb, protected)


@given(actors, order_verbs, subjects, actors)
def test_speaking_for_somebody_needs_both(actor: Actor, verb: str, subject: Subject, other: Actor) -> None:
    spoken = replace(actor, on_behalf_of=other)
    assert may(spoken, verb, subject) == (may_speak(actor, verb, subject) and may(other, verb, subject))


@given(actors, order_verbs, subjects)
def test_more_posts_never_take_anything_away(actor: Actor, verb: str, subject: Subject) -> None:
    fewer = replace(actor, grants=actor.grants[:-1])
    assert may(fewer, verb, subject) <= may(actor, verb, subject)


@given(actors, order_verbs, subjects, st.integers(1, 9))
def test_a_link_opens_one_row_only(actor: Actor, verb: str, subject: Subject, row: int) -> None:
    linked = replace(subject, links=frozenset({("order", subject.id or 0)}))
    narrowed = replace(actor, only=("order", row))
    assert may(narrowed, verb, linked) == (row == subject.id and may(actor, verb, linked))


@given(subjects)
def test_the_number_and_four_digits_look_and_nudge(subject: Subject) -> None:
    person = next(iter(subject.own_ids), 1)
    reader = Actor(person, (Grant(Role.NUMBER_READER),))
    allowed = {v for v in VERBS if may(reader, v, subject)}
    assert allowed <= {"order.see", "order.nudge"}


@given(subjects, st.sampled_from(sorted(SEPARATE_ROLES)))
def test_administrators_see_nobodys_orders(subject: Subject, role: Role) -> None:
    admin = Actor(99, (Grant(role, scopes=PATHS),))
    assert not any(may(admin, v, subject) for v in VERBS if v.startswith("order."))


@given(actors, subjects)
def test_buttons_are_what_is_open_and_allowed(actor: Actor, subject: Subject) -> None:
    assert set(open_verbs(actor, subject)) == {
        v for v in verbs_from("order", subject.state) if may(actor, v, subject)
    }


@given(order_verbs, subjects)
def test_nobody_may_nothing(verb: str, subject: Subject) -> None:
    assert not may(NOBODY, verb, subject)


def test_one_scope_never_swallows_a_neighbour_with_a_longer_number() -> None:
    desk = Actor(1, (Grant(Role.DISPATCHER, scopes=("/1/2/",)),))
    assert may(desk, "order.see", Subject("order", area_path="/1/2/5/"))
    assert not may(desk, "order.see", Subject("order", area_path="/1/23/"))


def test_forty_prefixes_are_no_different_from_one() -> None:
    many = Actor(1, (Grant(Role.STATION_STAFF, scopes=tuple(f"/1/2/{n}/" for n in range(40))),))
    assert may(many, "order.see", Subject("order", area_path="/1/2/39/400/"))
    assert not may(many, "order.see", Subject("order", area_path="/1/2/40/"))


def test_the_clock_acts_within_its_verbs() -> None:
    assert may(CLOCK, "offer.expire", Subject("offer"))
    for verb in ("order.place", "review.give", "offer.accept", "order.reveal", "person.reveal"):
        assert not may(CLOCK, verb, Subject(verb.split(".")[0], own_ids=frozenset({1})))


def test_declining_is_open_to_every_leader_and_never_to_the_desk_alone() -> None:
    """条例 art. 25: nobody declines or accepts in a team's place without speaking for one of its people."""
    for verb in ("offer.accept", "offer.decline", "offer.return"):
        assert PERMISSIONS[verb] == {Role.TEAM_LEADER: Scope.TEAM}


def test_reviews_are_the_persons_own() -> None:
    assert PERMISSIONS["review.give"] == {Role.RESIDENT: Scope.OWN}
    assert "review.give" not in BEHALF[Role.TEAM_LEADER]


@pytest.mark.parametrize("verb", sorted(REASONS))
def test_reasons_are_codes(verb: str) -> None:
    assert all(is_reason(verb, code) for code in REASONS[verb])
    assert not is_reason(verb, "free words of somebody")
    assert not is_reason("order.nudge", "other")


def test_consequences_are_one_way() -> None:
    assert follows_from("offer.accept", "order.arrange")
    assert not follows_from("order.nudge", "order.arrange")
    assert not LOOKING & {v for verbs in CONSEQUENCES.values() for v in verbs}


class Plain:
    """A calendar that never closes: an hour is an hour."""

    def add_working_hours(self, start: datetime, hours: float) -> Due:
        return Due(start + timedelta(hours=hours))

    def add_working_days(self, start: datetime, days: int) -> Due:
        return Due(start + timedelta(days=days))

    def end_of_working_day(self, start: datetime) -> Due:
        return Due(start + timedelta(hours=1))


moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(st.sampled_from(sorted(DEADLINES)), moments, st.booleans(), moments)
def test_inner_clocks_fit_into_the_outer_one(
    kind: str, start: datetime, urgent: bool, outer: datetime
) -> None:
    due = by_when(kind, start, Plain(), urgent=urgent)
    assert due.at > start
    assert within(due, outer).at <= outer
    assert within(due, outer).at <= due.at
    assert start <= halfway(start, due.at) <= due.at


@given(moments)
def test_urgent_is_never_slower(start: datetime) -> None:
    for kind in DEADLINES:
        assert by_when(kind, start, Plain(), urgent=True).at <= by_when(kind, start, Plain()).at
