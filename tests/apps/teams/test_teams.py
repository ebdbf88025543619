"""Teams: facts, week and days, resting, reach, members, certificates, insurance; two contacts; the pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people import actions as people_actions
from laojia.foundation.people.models import Certificate, Insurance, Person, Post
from laojia.foundation.teams import actions
from laojia.foundation.teams.models import Team, TeamSlot, TeamWeek
from laojia.foundation.teams.queries import team_seen, teams_seen, week_of
from laojia.foundation.teams.rules import is_slot, reach_after, rests
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.roles import Role
from tests.acting import signed_in
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
STRANGERS = ["resident", "volunteer", "other_leader", "station_staff", "county_leader", "security_admin"]


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def written(verb: str) -> int:
    return JournalRow.objects.filter(verb=verb).count()


# --- rules ------------------------------------------------------------------------------------------------------------


def test_resting_ends_with_the_day_named():
    assert rests(date(2026, 12, 1), None, date(2026, 11, 30))
    assert not rests(date(2026, 12, 1), None, date(2026, 12, 1))
    assert rests(None, TODAY, TODAY)
    assert not rests(None, None, TODAY)


def test_two_silences_mean_telephone_first():
    assert [reach_after(n) for n in range(4)] == ["answers", "answers", "call_first", "call_first"]


def test_a_slot_is_a_half_day_of_the_week():
    assert is_slot(0, "morning", 0)
    assert not is_slot(7, "morning", 1)
    assert not is_slot(0, "night", 1)
    assert not is_slot(0, "evening", 201)


# --- the team -----------------------------------------------------------------------------------------------------------


def test_the_centre_saves_a_team(cast):
    facts = {"name": " 曲亭  理发队", "kind": "便民志愿队", "area": cast.other_town}
    team = actions.save_team(actor=cast.as_(cast.dispatcher), now=NOW, **facts)
    assert (team.name, team.area_path) == ("曲亭 理发队", cast.other_town.path)
    actions.save_team(
        actor=cast.as_(cast.dispatcher), now=NOW, team_id=team.pk, **(facts | {"about": "剪发、刮脸"})
    )
    team.refresh_from_db()
    assert team.about == "剪发、刮脸"
    assert written("team.save") == 2
    with pytest.raises(Conflict):
        actions.save_team(actor=cast.as_(cast.dispatcher), now=NOW, **facts)
    with pytest.raises(BadInput):
        actions.save_team(actor=cast.as_(cast.dispatcher), now=NOW, name="队", kind=" ", area=cast.town)


@pytest.mark.parametrize("who", ["leader", *STRANGERS])
def test_nobody_else_saves_teams(cast, who):
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.save_team(
            actor=cast.as_(getattr(cast, who)), now=NOW, name="我的队", kind="便民志愿队", area=cast.town
        )
    assert not Team.objects.filter(name="我的队").exists()


@pytest.mark.parametrize("who", ["leader", "second_leader", "dispatcher"])
def test_capacity_is_said_by_the_leader_or_the_desk(cast, who):
    week = week_of(cast.team.pk) | {(2, "morning"): 5}
    actions.set_week(actor=cast.as_(getattr(cast, who)), now=NOW, team_id=cast.team.pk, week=week)
    assert week_of(cast.team.pk)[2, "morning"] == 5
    assert TeamWeek.objects.filter(team=cast.team).count() == 21
    assert written("team.capacity") == 1


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_change_nothing_of_the_team(cast, who):
    actor, team = cast.as_(getattr(cast, who)), cast.team.pk
    calls = [
        lambda: actions.set_week(actor=actor, now=NOW, team_id=team, week={(0, "morning"): 9}),
        lambda: actions.set_day(actor=actor, now=NOW, team_id=team, day=TODAY, half="morning", capacity=9),
        lambda: actions.set_rest(actor=actor, now=NOW, team_id=team, until=date(2026, 12, 1)),
        lambda: actions.set_reach(actor=actor, now=NOW, team_id=team, answered=True, reach="call_first"),
        lambda: people_actions.join_team(actor=actor, now=NOW, team_id=team, name="某某", phone="13911112222"),
        lambda: people_actions.leave_team(actor=actor, now=NOW, team_id=team, person_id=cast.volunteer.pk),
        lambda: people_actions.add_certificate(
            actor=actor, now=NOW, team_id=team, person_id=cast.volunteer.pk, kind="电工", valid_from=TODAY
        ),
        lambda: people_actions.add_insurance(
            actor=actor, now=NOW, team_id=team, policy_number="1", insurer="某", valid_from=TODAY,
            valid_to=date(2027, 1, 1), covers_all=True,
        ),
    ]  # fmt: skip
    before = (JournalRow.objects.count(), Person.objects.count(), Post.objects.count())
    for call in calls:
        with pytest.raises((NotPermitted, OutOfScope)):
            call()
    assert before == (JournalRow.objects.count(), Person.objects.count(), Post.objects.count())


def test_the_week_never_undercuts_what_is_promised_and_leaves_days_said_by_hand(cast):
    leader, team = cast.as_(cast.leader), cast.team
    wednesday = TODAY + timedelta(days=7)
    promised = TeamSlot.objects.create(team=team, date=wednesday, half="morning", capacity=4, taken=3)
    by_hand = TeamSlot.objects.create(team=team, date=wednesday, half="evening", capacity=4, by_hand=True)
    past = TeamSlot.objects.create(team=team, date=TODAY - timedelta(days=7), half="morning", capacity=4)
    other_day = TeamSlot.objects.create(
        team=team, date=wednesday + timedelta(days=1), half="morning", capacity=4
    )
    actions.set_week(actor=leader, now=NOW, team_id=team.pk, week={(2, "morning"): 1, (2, "evening"): 1})
    for slot, capacity in ((promised, 3), (by_hand, 4), (past, 4), (other_day, 4)):
        slot.refresh_from_db()
        assert slot.capacity == capacity


def test_one_day_is_different(cast):
    leader, team = cast.as_(cast.leader), cast.team
    slot = actions.set_day(actor=leader, now=NOW, team_id=team.pk, day=TODAY, half="evening", capacity=0)
    assert (slot.capacity, slot.by_hand) == (0, True)
    TeamSlot.objects.filter(pk=slot.pk).update(capacity=5, taken=2)
    with pytest.raises(Conflict) as refused:
        actions.set_day(actor=leader, now=NOW, team_id=team.pk, day=TODAY, half="evening", capacity=1)
    assert "2" in str(refused.value.message)
    for wrong in ({"capacity": -1}, {"capacity": 999}, {"half": "night"}, {"day": TODAY - timedelta(days=1)}):
        with pytest.raises(BadInput):
            actions.set_day(
                actor=leader,
                now=NOW,
                team_id=team.pk,
                **({"day": TODAY, "half": "evening", "capacity": 3} | wrong),
            )


def test_a_team_rests_and_comes_back_without_a_reason(cast):
    leader = cast.as_(cast.leader)
    actions.set_rest(actor=leader, now=NOW, team_id=cast.team.pk, until=date(2026, 12, 10))
    assert Team.objects.get(pk=cast.team.pk).resting_until == date(2026, 12, 10)
    with pytest.raises(BadInput):
        actions.set_rest(actor=leader, now=NOW, team_id=cast.team.pk, until=TODAY)
    actions.set_rest(actor=leader, now=NOW, team_id=cast.team.pk, until=None)
    assert Team.objects.get(pk=cast.team.pk).resting_until is None
    assert written("team.rest") == 2


def test_silences_are_counted_and_forgotten_by_an_answer(cast):
    from laojia.policy.facts import CLOCK

    for silent, reach in ((1, "answers"), (2, "call_first"), (3, "call_first")):
        team = actions.set_reach(actor=CLOCK, now=NOW, team_id=cast.team.pk, answered=False)
        assert (team.silent, team.reach) == (silent, reach)
    team = actions.set_reach(actor=cast.as_(cast.dispatcher), now=NOW, team_id=cast.team.pk, answered=True)
    assert (team.silent, team.reach) == (0, "answers")
    assert written("team.reach") == 2  # only what changed how it is reached


# --- members ---------------------------------------------------------------------------------------------------------------


def test_somebody_joins_found_or_made_by_name_and_phone(cast):
    leader, team = cast.as_(cast.leader), cast.team.pk
    known = people_actions.join_team(
        actor=leader, now=NOW, team_id=team, name="赵 大山", phone=cast.neighbour.phone
    )
    assert known.person == cast.neighbour
    new = people_actions.join_team(actor=leader, now=NOW, team_id=team, name="梁小花", phone="13912345678")
    assert new.person.name == "梁小花"
    row = JournalRow.objects.get(verb="person.add")
    assert (row.cause, row.actor_id) == ("team.member", cast.leader.pk)
    with pytest.raises(Conflict):
        people_actions.join_team(actor=leader, now=NOW, team_id=team, name="梁小花", phone="13912345678")
    assert written("team.member") == 2


def test_a_volunteer_leaves_and_the_second_last_contact_stays(cast):
    leader, team = cast.as_(cast.leader), cast.team.pk
    people_actions.leave_team(actor=leader, now=NOW, team_id=team, person_id=cast.volunteer.pk)
    assert Post.objects.get(person=cast.volunteer).valid_to == TODAY
    with pytest.raises(WrongState):
        people_actions.leave_team(actor=leader, now=NOW, team_id=team, person_id=cast.volunteer.pk)
    with pytest.raises(WrongState) as refused:
        people_actions.leave_team(
            actor=leader, now=NOW, team_id=team, person_id=cast.leader.pk, role=Role.TEAM_LEADER
        )
    assert refused.value.code == "two_contacts"
    people_actions.join_team(
        actor=leader, now=NOW, team_id=team, person_id=cast.second_volunteer.pk, role=Role.TEAM_LEADER
    )
    people_actions.leave_team(
        actor=leader, now=NOW, team_id=team, person_id=cast.leader.pk, role=Role.TEAM_LEADER
    )


def test_an_auditor_joins_as_volunteer_not_as_contact(cast):
    desk = cast.as_(cast.dispatcher)
    people_actions.join_team(actor=desk, now=NOW, team_id=cast.team.pk, person_id=cast.audit_admin.pk)
    with pytest.raises(Conflict):
        people_actions.join_team(
            actor=desk, now=NOW, team_id=cast.team.pk, person_id=cast.system_admin.pk, role=Role.TEAM_LEADER
        )


def test_certificates_are_for_members(cast):
    leader = cast.as_(cast.leader)
    facts = {
        "actor": leader,
        "now": NOW,
        "team_id": cast.team.pk,
        "kind": "电工证",
        "number": "T1",
        "valid_from": TODAY,
    }
    row = people_actions.add_certificate(person_id=cast.volunteer.pk, **facts)
    assert Certificate.objects.get(pk=row.pk).number == "T1"
    with pytest.raises(OutOfScope):
        people_actions.add_certificate(person_id=cast.doctor.pk, **facts)
    with pytest.raises(BadInput):
        people_actions.add_certificate(person_id=cast.volunteer.pk, valid_to=TODAY, **facts)
    assert written("team.certificate") == 1


def test_insurance_names_its_people_or_covers_all(cast):
    facts = {
        "actor": cast.as_(cast.leader), "now": NOW, "team_id": cast.team.pk, "policy_number": "P-2027",
        "insurer": "示例保险", "valid_from": TODAY, "valid_to": date(2027, 11, 25),
    }  # fmt: skip
    row = people_actions.add_insurance(insured=[cast.volunteer.pk], **facts)
    assert list(row.insured.values_list("pk", flat=True)) == [cast.volunteer.pk]
    assert people_actions.add_insurance(covers_all=True, **facts).covers_all
    for wrong in ({"insured": []}, {"insured": [cast.doctor.pk]}, {"covers_all": True, "policy_number": " "}):
        with pytest.raises(BadInput):
            people_actions.add_insurance(**(facts | wrong))
    assert Insurance.objects.filter(team=cast.team).count() == 3


# --- who sees which ---------------------------------------------------------------------------------------------------------


def test_a_leader_sees_his_own_and_the_centre_all_by_name(cast):
    assert list(teams_seen(cast.as_(cast.leader))) == [cast.team]
    assert [t.name for t in teams_seen(cast.as_(cast.dispatcher))] == sorted(
        t.name for t in Team.objects.all()
    )
    assert not teams_seen(cast.as_(cast.resident)).exists()
    with pytest.raises(OutOfScope):
        team_seen(cast.as_(cast.leader), cast.other_team.pk)


# --- pages --------------------------------------------------------------------------------------------------------------------


def test_the_list_goes_by_name_without_any_figure(cast, django_assert_max_num_queries):
    client = signed_in(Client(), cast.dispatcher)
    with django_assert_max_num_queries(14):
        page = client.get("/teams/")
    assert [team.name for team in page.context["teams"]] == sorted(team.name for team in Team.objects.all())
    assert "助老志愿队" in page.content.decode()
    assert len(client.get("/teams/", {"q": "县医院"}).context["teams"]) == 1


def test_teams_are_found_by_their_town_and_stand_on_pages(cast, monkeypatch):
    client = signed_in(Client(), cast.dispatcher)
    Team.objects.filter(pk=cast.team.pk).update(name="和风队", area=cast.second_village)
    assert cast.team in client.get("/teams/", {"q": cast.town.name}).context["teams"]
    names = [team.name for team in client.get("/teams/").context["teams"]]
    monkeypatch.setattr("laojia.foundation.people.pages.teams._ON_A_PAGE", 1)
    first = client.get("/teams/")
    assert [team.name for team in first.context["teams"]] == names[:1]
    assert first.context["count"] == len(names)
    further = client.get("/teams/", {"after": first.context["page"].next_cursor})
    assert [team.name for team in further.context["teams"]] == names[1:2]


def test_a_leader_with_one_team_lands_on_it(cast, django_assert_max_num_queries):
    client = signed_in(Client(), cast.leader)
    path = f"/teams/{cast.team.pk}/"
    assert client.get("/teams/")["Location"] == path
    with django_assert_max_num_queries(16):
        page = client.get(path).content.decode()
    assert "周志愿" in page
    assert cast.volunteer.phone not in page
    assert "DEMO-1" in page
    assert client.get(f"/teams/{cast.other_team.pk}/").status_code == 404


def test_the_desk_sees_members_masked(cast):
    page = signed_in(Client(), cast.dispatcher).get(f"/teams/{cast.team.pk}/").content.decode()
    assert "周*" in page
    assert "周志愿" not in page.replace('<option value="', "").split("</ul>")[0]
    assert cast.volunteer.phone not in page


@pytest.mark.parametrize("who", ["resident", "grid_worker", "county_leader", "security_admin"])
def test_teams_are_not_for_everybody(cast, who):
    client = signed_in(Client(), getattr(cast, who))
    assert client.get("/teams/").status_code == 404
    assert client.get(f"/teams/{cast.team.pk}/").status_code == 404
    assert client.post(f"/teams/{cast.team.pk}/rest/", {"until": "2026-12-10"}).status_code == 404


def test_everything_is_done_on_the_page(cast):
    client, path = signed_in(Client(), cast.leader), f"/teams/{cast.team.pk}/"
    week = {f"d{day}_{half}": number for (day, half), number in week_of(cast.team.pk).items()}
    assert client.post(f"{path}week/", week | {"d3_evening": 7}).status_code == 302
    assert week_of(cast.team.pk)[3, "evening"] == 7
    assert client.post(f"{path}week/", week | {"d3_evening": 900}).status_code == 422
    assert (
        client.post(f"{path}day/", {"day": "2026-12-01", "half": "morning", "capacity": 0}).status_code == 302
    )
    assert client.post(f"{path}rest/", {"until": "2026-12-10"}).status_code == 302
    assert client.post(f"{path}rest/", {"until": "2026-11-01"}).status_code == 422
    joined = {"name": "梁小花", "phone": "13912345678", "role": "volunteer"}
    assert client.post(f"{path}join/", joined).status_code == 302
    assert client.post(f"{path}join/", joined | {"phone": "139"}).status_code == 422
    new = Person.objects.get(name="梁小花")
    certificate = {
        "person_id": new.pk,
        "kind": "电工证",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-10",
    }
    assert client.post(f"{path}certificate/", certificate).status_code == 302
    policy = {"policy_number": "P9", "insurer": "示例", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}
    assert client.post(f"{path}insurance/", policy | {"insured": [new.pk]}).status_code == 302
    assert client.post(f"{path}insurance/", policy).status_code == 422
    page = client.get(path).content.decode()
    assert "快到期了" in page
    assert client.post(f"{path}leave/", {"person": new.pk, "role": "volunteer"}).status_code == 302
    assert client.post(f"{path}leave/", {"person": cast.leader.pk, "role": "team_leader"}).status_code == 409
    assert client.post(f"{path}leave/", {"person": "x", "role": "volunteer"}).status_code == 404


def test_the_centre_makes_a_team_on_the_page(cast):
    client = signed_in(Client(), cast.dispatcher)
    done = client.post("/teams/new/", {"name": "新队", "kind": "便民志愿队", "area": cast.town.pk})
    assert done.status_code == 302, done.content.decode()
    team = Team.objects.get(name="新队")
    facts = {"name": "新队", "kind": "理发志愿队", "area": cast.town.pk, "about": "剪发"}
    assert client.post(f"/teams/{team.pk}/save/", facts).status_code == 302
    Team.objects.filter(pk=team.pk).update(reach="call_first", silent=2)
    assert client.post(f"/teams/{team.pk}/reach/", {"reach": "answers"}).status_code == 302
    team.refresh_from_db()
    assert (team.kind, team.reach, team.silent) == ("理发志愿队", "answers", 0)
    assert signed_in(Client(), cast.leader).get("/teams/new/").status_code == 404
