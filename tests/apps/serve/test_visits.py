"""The day itself: roster, two voices, nobody at home, 「做完了」, the record of law."""

from __future__ import annotations

from datetime import timedelta

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.people.models import Insurance
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.roles import Channel
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion, Point
from laojia.steps.serve import actions
from laojia.steps.serve.actions.records import Report, Visited
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally
from tests.apps.dispatch.conftest import make_item, ring
from tests.cast import NOW, TODAY, Cast
from tests.chain import AFTER, VISIT, Begin, Chain, later

pytestmark = pytest.mark.django_db


def report(chain: Chain, **facts: object) -> Report:
    given = {"minutes": 40, "came": [chain.cast.volunteer]} | facts
    return Report(**given)  # type: ignore[arg-type]


def test_done_in_one_go(accepted: Chain) -> None:
    cast = accepted.cast
    leader = cast.as_(cast.leader)
    actions.ask(
        occasion=accepted.occasion, people=[cast.volunteer, cast.second_volunteer], actor=leader, now=NOW
    )
    law = actions.record(
        occasion=accepted.occasion,
        report=report(accepted, came=[cast.volunteer, cast.leader], exceptions={cast.leader.pk: 25}),
        actor=leader,
        now=AFTER,
    )
    assert accepted.occasion.state == "recorded"
    assert (accepted.visit.state, accepted.visit.outcome) == ("came", "done")
    assert accepted.order.state == "served"
    lines = {line.person_id: line for line in accepted.occasion.roster.all()}
    assert (lines[cast.volunteer.pk].minutes, lines[cast.leader.pk].minutes) == (40, 25)
    assert lines[cast.second_volunteer.pk].state == "absent"
    assert lines[cast.volunteer.pk].attested_by_id == cast.leader.pk
    assert (law.organising_unit, law.in_charge_id, law.helped) == (cast.team.name, cast.leader.pk, 1)
    assert law.recorded_at == AFTER
    assert not Clock.objects.filter(about_kind="record", about_id=law.pk, state="pending").exists()
    with pytest.raises(WrongState):
        actions.record(occasion=accepted.occasion, report=report(accepted), actor=leader, now=AFTER)


@pytest.mark.parametrize(
    "who", ["stranger", "resident", "volunteer", "other_leader", "station_staff", "dispatcher"]
)
def test_only_the_leader_or_somebody_for_him_records(accepted: Chain, who: str) -> None:
    cast = accepted.cast
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.record(
            occasion=accepted.occasion, report=report(accepted), actor=cast.as_(getattr(cast, who)), now=AFTER
        )
    spoken = cast.as_(cast.station_staff, Channel.PHONE, cast.leader)
    actions.record(occasion=accepted.occasion, report=report(accepted), actor=spoken, now=AFTER)
    assert accepted.order.state == "served"


def test_bad_reports_leave_nothing_half_written(accepted: Chain) -> None:
    cast = accepted.cast
    leader = cast.as_(cast.leader)
    before = JournalRow.objects.count()
    for wrong, when in (
        (report(accepted), NOW),  # not begun
        (report(accepted, minutes=0), AFTER),
        (report(accepted, minutes=721), AFTER),
        (report(accepted, came=[]), AFTER),
        (report(accepted, came=[cast.stranger]), AFTER),
        (report(accepted, visits={accepted.visit.pk: Visited("came", "cannot")}), AFTER),
        (report(accepted, visits={accepted.visit.pk: Visited("went away")}), AFTER),
    ):
        with pytest.raises(BadInput):
            actions.record(occasion=accepted.occasion, report=wrong, actor=leader, now=when)
    assert JournalRow.objects.count() == before
    assert not LawRecord.objects.exists()
    assert accepted.occasion.state == "confirmed"


def test_own_work_is_never_recorded_as_volunteering(accepted: Chain) -> None:
    cast = accepted.cast
    actions.record(
        occasion=accepted.occasion,
        report=report(accepted, own_work=frozenset({cast.volunteer.pk})),
        actor=cast.as_(cast.leader),
        now=AFTER,
    )
    line = accepted.occasion.roster.get(person=cast.volunteer)
    assert (line.state, line.own_work, line.minutes) == ("came", True, None)


def test_the_record_has_ten_working_days_and_reminders(accepted: Chain) -> None:
    ring(VISIT + timedelta(hours=4))
    law = LawRecord.objects.get()
    # 26 November 2026 is a Thursday: the tenth working day after it is Thursday 10 December.
    assert law.due_at.date().isoformat() == "2026-12-10"
    assert not law.provisional
    ring(law.due_at + timedelta(hours=1))
    assert Message.objects.filter(template="record.reminder").count() >= 2
    assert Message.objects.filter(template="desk.overdue").exists()
    assert LawRecord.objects.get().recorded_at is None


def test_nobody_home_runs_its_path_within_two_hours(accepted: Chain) -> None:
    cast = accepted.cast
    leader = cast.as_(cast.leader)
    at_door = VISIT + timedelta(minutes=5)
    actions.mark(attendance=accepted.visit, word="not_home", actor=leader, now=at_door)
    clock = Clock.objects.get(kind="not_home.resolve")
    assert clock.due_at == at_door + timedelta(hours=2)
    assert accepted.order.state == "arranged"  # still being looked after
    actions.not_home_next(attendance=accepted.visit, step="phoned", actor=leader, now=at_door)
    with pytest.raises(Conflict):
        actions.not_home_next(attendance=accepted.visit, step="phoned", actor=leader, now=at_door)
    actions.not_home_next(
        attendance=accepted.visit, step="grid_worker", actor=cast.as_(cast.grid_worker), now=at_door
    )
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.not_home_next(
            attendance=accepted.visit, step="emergency", actor=cast.as_(cast.stranger), now=at_door
        )
    actions.not_home_next(
        attendance=accepted.visit,
        step="found_well",
        actor=cast.as_(cast.station_staff),
        now=at_door,
        note="去闺女家了",
    )
    assert accepted.order.state == "waiting"
    assert Clock.objects.get(pk=clock.pk).state == "cancelled"


def test_two_hours_without_news_tell_the_desk(accepted: Chain) -> None:
    at_door = VISIT + timedelta(minutes=5)
    leader = accepted.cast.as_(accepted.cast.leader)
    actions.mark(attendance=accepted.visit, word="not_home", actor=leader, now=at_door)
    ring(at_door + timedelta(hours=2, minutes=1))
    told = Message.objects.filter(template="desk.overdue", about_id=accepted.order_id)
    assert told.exists()
    assert all(message.urgent for message in told)


def test_two_voices_are_kept_apart_and_settled(accepted: Chain) -> None:
    cast = accepted.cast
    actions.record(
        occasion=accepted.occasion, report=report(accepted), actor=cast.as_(cast.leader), now=AFTER
    )
    actions.say(attendance=accepted.visit, word="team_absent", actor=cast.as_(cast.resident), now=AFTER)
    visit = accepted.visit
    assert (visit.team_said, visit.resident_said, visit.disputed, visit.state) == (
        "came",
        "team_absent",
        True,
        "came",
    )
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.settle(attendance=visit, word="team_absent", actor=cast.as_(cast.leader), now=AFTER)
    actions.settle(
        attendance=visit,
        word="came",
        outcome="done",
        actor=cast.as_(cast.station_staff),
        now=AFTER,
        note="两边都问了",
    )
    visit = accepted.visit
    assert (visit.team_said, visit.resident_said, visit.disputed) == ("came", "team_absent", False)
    with pytest.raises(Conflict):
        actions.settle(
            attendance=visit, word="came", outcome="done", actor=cast.as_(cast.station_staff), now=AFTER
        )


def test_the_resident_alone_says_that_nobody_came(accepted: Chain) -> None:
    cast = accepted.cast
    actions.say(attendance=accepted.visit, word="team_absent", actor=cast.as_(cast.resident), now=AFTER)
    assert accepted.visit.state == "team_absent"
    assert accepted.order.state == "waiting"


def test_roster_refuses_the_unfit(begin: Begin) -> None:
    wires = begin(item=make_item("R1", danger="live_wire", insured=True, trusted=False), looked=True)
    cast = wires.cast
    leader = cast.as_(cast.leader)
    actions.accept(offer=wires.offer, actor=leader, now=NOW)
    with pytest.raises(BadInput) as refused:
        actions.ask(occasion=wires.occasion, people=[cast.second_volunteer], actor=leader, now=NOW)
    assert refused.value.code == "not_insured"
    with pytest.raises(BadInput):
        actions.ask(occasion=wires.occasion, people=[cast.stranger], actor=leader, now=NOW)
    actions.ask(occasion=wires.occasion, people=[cast.volunteer], actor=leader, now=NOW)
    actions.ask(occasion=wires.occasion, people=[cast.volunteer], actor=leader, now=NOW)
    assert wires.occasion.roster.count() == 1
    Insurance.objects.first().insured.add(cast.second_volunteer)  # type: ignore[union-attr]
    line = wires.occasion.roster.get()
    actions.stand_in(line=line, person=cast.second_volunteer, actor=leader, now=NOW)
    stand_in = wires.occasion.roster.get(person=cast.second_volunteer)
    assert stand_in.replaces_id == line.pk


def wanted(cast: Cast, places: int = 1) -> Occasion:
    item = ItemVersion.objects.create(
        item=MenuItem.objects.create(code="V1", tile="村里小区的事"), number=1, state="published", name="一起打扫",
        about="一起打扫背街小巷。", category="环境保护", mode="volunteers", minutes=120, adults_only=True,
    )  # fmt: skip
    return Occasion.objects.create(
        item_version=item, kind="volunteers", state="confirmed", team=cast.team, area=cast.village,
        area_path=cast.village.path, place="村口", date=VISIT.date(), half="morning", starts_at=VISIT,
        ends_at=VISIT + timedelta(hours=2), places=0, volunteer_places=places, public=True, created_at=NOW,
    )  # fmt: skip


def test_signing_up_for_a_call_never_overbooks(cast: Cast) -> None:
    call = wanted(cast)
    first = actions.join(occasion=call, person=cast.volunteer, actor=cast.as_(cast.volunteer), now=NOW)
    again = actions.join(occasion=call, person=cast.volunteer, actor=cast.as_(cast.volunteer), now=NOW)
    assert first.pk == again.pk
    second = actions.join(
        occasion=call, person=cast.second_volunteer, actor=cast.as_(cast.second_volunteer), now=NOW
    )
    assert second.state == "waitlisted"
    actions.leave(line=first, actor=cast.as_(cast.volunteer), now=NOW)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.join(occasion=call, person=cast.neighbour, actor=cast.as_(cast.neighbour), now=NOW)
    assert Occasion.objects.get(pk=call.pk).volunteers_taken == 1
    actions.join(occasion=call, person=cast.volunteer, actor=cast.as_(cast.volunteer), now=NOW)
    states = dict(RosterLine.objects.values_list("person_id", "state"))
    assert states == {cast.volunteer.pk: "waitlisted", cast.second_volunteer.pk: "yes"}


def test_walk_ins_are_heads_and_corrected_by_a_new_line(cast: Cast) -> None:
    point = Point.objects.create(name="健康小屋", area=cast.village, area_path=cast.village.path)
    item = MenuItem.objects.create(code="W1", tile="看病健康")
    staff = cast.as_(cast.station_staff)
    line = actions.tally_walk_ins(point=point, item=item, heads=12, day=TODAY, actor=staff, now=NOW)
    actions.tally_walk_ins(point=point, item=item, heads=0, day=TODAY, actor=staff, now=NOW, corrects=line)
    assert WalkInTally.objects.count() == 2
    for wrong in (0, -1, 2001):
        with pytest.raises(BadInput):
            actions.tally_walk_ins(point=point, item=item, heads=wrong, day=TODAY, actor=staff, now=NOW)
    with pytest.raises(BadInput):
        actions.tally_walk_ins(
            point=point, item=item, heads=1, day=TODAY + timedelta(days=1), actor=staff, now=NOW
        )
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.tally_walk_ins(
            point=point, item=item, heads=1, day=TODAY, actor=cast.as_(cast.other_station_staff), now=NOW
        )
    assert later(0) == NOW


def test_everybody_is_reminded_the_evening_before(begin: Begin) -> None:
    chain = begin(item=make_item("E1", two_people=True))
    cast = chain.cast
    # Accepted on Tuesday for Thursday: the evening before lies ahead.
    early = NOW - timedelta(hours=20)
    leader = cast.as_(cast.leader)
    actions.accept(offer=chain.offer, actor=leader, now=early, people=[cast.volunteer])
    assert Clock.objects.get(kind="occasion.tomorrow").due_at == VISIT - timedelta(hours=15)
    ring(VISIT - timedelta(hours=14))
    assert Message.objects.filter(template="order.tomorrow", to_person_id=cast.resident.pk).count() == 1
    assert Message.objects.filter(template="roster.tomorrow", to_person_id=cast.volunteer.pk).count() == 1
    assert Message.objects.filter(template="roster.missing", to_team_id=cast.team.pk).count() == 1
