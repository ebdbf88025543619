"""Teams as they are: hand-over of a contact, leaving by oneself, what runs out, how a team is reached, its own page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people import actions
from laojia.foundation.people.models import Certificate, Post
from laojia.foundation.people.queries import contacts_of, member_ids, running_out
from laojia.foundation.teams import actions as teams
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import BadInput, OutOfScope, Refused, WrongState
from laojia.policy.roles import Role
from tests.acting import signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def at_now():
    with time_machine.travel(NOW, tick=False):
        yield


def hand_over(cast: Cast, **more):
    facts = {
        "actor": cast.as_(cast.leader), "now": NOW, "team_id": cast.team.pk, "from_id": cast.leader.pk,
        "person_id": cast.volunteer.pk,
    }  # fmt: skip
    return actions.hand_over_lead(**(facts | more))


def test_a_contact_hands_over_and_stays_a_volunteer(cast: Cast) -> None:
    before = set(contacts_of(cast.team.pk, TODAY))
    hand_over(cast)
    assert set(contacts_of(cast.team.pk, TODAY)) == before - {cast.leader.pk} | {cast.volunteer.pk}
    assert cast.leader.pk in member_ids(cast.team.pk, TODAY)
    assert set(Message.objects.filter(template__startswith="team.lead").values_list("to_person_id", "template")) == {
        (cast.volunteer.pk, "team.lead_taken"), (cast.leader.pk, "team.lead_given"),
    }  # fmt: skip
    assert JournalRow.objects.filter(verb="team.member", fields=["lead"]).count() == 1
    with pytest.raises(Refused):
        hand_over(cast)  # he leads no more


def test_handing_over_is_for_the_team_and_to_a_member(cast: Cast) -> None:
    with pytest.raises(BadInput):
        hand_over(cast, person_id=cast.leader.pk)
    with pytest.raises(OutOfScope):
        hand_over(cast, person_id=cast.stranger.pk)
    with pytest.raises(WrongState):
        hand_over(cast, from_id=cast.volunteer.pk, person_id=cast.second_volunteer.pk)
    for who in (cast.volunteer, cast.other_leader, cast.resident):
        with pytest.raises(Refused):
            hand_over(cast, actor=cast.as_(who))
    hand_over(cast, actor=cast.as_(cast.dispatcher))


def test_a_volunteer_leaves_by_himself_only_himself(cast: Cast) -> None:
    with pytest.raises(OutOfScope):
        actions.quit_team(
            actor=cast.as_(cast.volunteer), now=NOW, team_id=cast.team.pk, person_id=cast.second_volunteer.pk
        )
    actions.quit_team(
        actor=cast.as_(cast.volunteer), now=NOW, team_id=cast.team.pk, person_id=cast.volunteer.pk
    )
    assert cast.volunteer.pk not in member_ids(cast.team.pk, TODAY)
    with pytest.raises(Refused):
        actions.quit_team(
            actor=cast.as_(cast.stranger), now=NOW, team_id=cast.team.pk, person_id=cast.stranger.pk
        )


def certificate(person, kind: str, until: date | None) -> Certificate:
    return Certificate.objects.create(person=person, kind=kind, valid_from=date(2025, 1, 1), valid_to=until)


def test_what_runs_out_counts_by_its_newest_period(cast: Cast) -> None:
    Certificate.objects.all().delete()
    soon, far = TODAY + timedelta(days=20), TODAY + timedelta(days=400)
    certificate(cast.volunteer, "电工证", soon)
    certificate(cast.second_volunteer, "电工证", soon)
    certificate(cast.second_volunteer, "电工证", far)
    certificate(cast.volunteer, "护士证", None)
    certificate(cast.volunteer, "驾驶证", date(2020, 1, 1))
    rows = running_out(cast.as_(cast.dispatcher), TODAY, TODAY + timedelta(days=60))
    assert {(row.person, row.what, row.until) for row in rows if row.person} == {
        (cast.volunteer, "电工证", soon)
    }
    own = running_out(cast.as_(cast.other_leader), TODAY, TODAY + timedelta(days=60))
    assert not [row for row in own if row.team == cast.team]
    page = signed_in(Client(), cast.dispatcher).get("/teams/expiring/").content.decode()
    assert "电工证" in page
    assert cast.volunteer.name not in page


def test_how_a_team_is_reached_is_said_both_ways(cast: Cast) -> None:
    desk = signed_in(Client(), cast.dispatcher)
    for reach in ("call_first", "answers"):
        desk.post(f"/teams/{cast.team.pk}/reach/", {"reach": reach})
        assert Team.objects.get(pk=cast.team.pk).reach == reach
    assert desk.post(f"/teams/{cast.team.pk}/reach/", {"reach": "pigeon"}).status_code == 422


def test_a_team_says_who_it_is_on_its_own_page(cast: Cast) -> None:
    leader = signed_in(Client(), cast.leader)
    assert (
        leader.post(f"/teams/{cast.team.pk}/introduce/", {"about": "给老人剪头发，周末都在。"}).status_code
        == 302
    )
    wrong = leader.post(f"/teams/{cast.team.pk}/introduce/", {"about": "打我电话 138 0000 1234"})
    assert wrong.status_code == 422
    page = Client().get(f"/our-teams/{cast.team.pk}/").content.decode()
    assert "给老人剪头发" in page
    assert cast.leader.name not in page
    assert cast.leader.phone not in page
    with pytest.raises(Refused):
        teams.introduce(actor=cast.as_(cast.volunteer), now=NOW, team_id=cast.team.pk, about="x")


def test_featured_teams_stand_first_and_ended_ones_nowhere(cast: Cast) -> None:
    desk = signed_in(Client(), cast.dispatcher)
    facts = {
        "name": cast.other_team.name, "kind": cast.other_team.kind, "area": cast.other_town.pk, "featured": "on",
        "serves": [cast.town.pk, cast.other_town.pk], "station": cast.station.pk,
    }  # fmt: skip
    assert desk.post(f"/teams/{cast.other_team.pk}/save/", facts).status_code == 302
    cast.other_team.refresh_from_db()
    assert (cast.other_team.featured, cast.other_team.station) == (True, cast.station)
    assert cast.other_team.serves == [cast.town.path, cast.other_town.path]
    page = Client().get("/our-teams/").content.decode()
    assert page.index(cast.other_team.name) < page.index(cast.team.name)
    Team.objects.filter(pk=cast.team.pk).update(ended_on=TODAY)
    assert cast.team.name not in Client().get("/our-teams/").content.decode()
    assert Client().get(f"/our-teams/{cast.team.pk}/").status_code == 404
    assert Post.objects.filter(team=cast.team, role=Role.TEAM_LEADER).exists()


def test_the_teams_page_names_everybody_once_and_asks_before_somebody_leaves(
    cast: Cast, client: Client
) -> None:
    hand_over(cast)  # who took over is a contact and still a volunteer; who handed over is a volunteer now
    signed_in(client, cast.volunteer)
    page = client.get(f"/teams/{cast.team.pk}/").content.decode()
    members = page.split('id="members"')[1].split("</ul>")[0]
    assert members.count(f'name="person" value="{cast.volunteer.pk}"') == 1
    assert "队长、志愿者" in members
    assert members.count("<summary") == members.count(
        "<form"
    )  # no button that takes somebody out at the first tap
    assert "交给这一位" in page
    answer = client.post(f"/teams/{cast.team.pk}/lead/", {"from_id": cast.volunteer.pk, "person_id": ""})
    assert answer.status_code == 422
