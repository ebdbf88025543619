"""Several teams at one occasion: helpers of a drive, emergency call-ups, sign-up with a waiting list, trips for several."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Person
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, Refused, WrongState
from laojia.policy.facts import CLOCK, Actor, Grant
from laojia.policy.roles import Role
from laojia.steps.dispatch import actions, queries
from laojia.steps.dispatch.models import Invite
from laojia.steps.menu import actions as menu
from laojia.steps.menu import queries as menu_queries
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions as orders
from laojia.steps.serve import actions as serve
from laojia.steps.serve.models import RosterLine
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.cast import NOW, Cast

BEGINS = NOW + timedelta(days=2)


def drive(cast: Cast, places: int = 2) -> Occasion:
    """A tidy-up that the team leads, with places for volunteers."""
    row = menu.open_occasion(
        item_version=make_item("DR1", name="一起扫雪", mode="volunteers"), kind="volunteers", area=cast.village,
        place="村口", starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2), volunteer_places=places, public=True,
        station=cast.station, actor=cast.as_(cast.station_staff), now=NOW,
    )  # fmt: skip
    return menu.confirm(occasion=row, team=cast.team, actor=CLOCK, now=NOW)


def up(cast: Cast, **more: Any) -> Occasion:
    known = ItemVersion.objects.filter(item__code="YJX").first()
    facts = {
        "item_version": known or make_item("YJX", name="应急集结", mode="volunteers"), "area": cast.village, "place": "村委会",
        "what": "大雪封路，清路", "starts_at": NOW + timedelta(hours=1), "hours": 4, "teams": [cast.team, cast.other_team],
        "actor": cast.as_(cast.dispatcher), "now": NOW,
    }  # fmt: skip
    return actions.call_up(**(facts | more))


def of_team(occasion: Occasion, team: Any) -> Invite:
    return Invite.objects.select_related("occasion", "team").get(occasion=occasion, team=team)


# --- a drive with helpers ---------------------------------------------------------------------------------------


def test_a_team_is_asked_along_says_how_many_and_names_them(cast: Cast) -> None:
    row = drive(cast)
    asked = actions.invite(
        occasion=row, teams=[cast.other_team, cast.team], actor=cast.as_(cast.station_staff), now=NOW
    )
    assert [one.team for one in asked] == [
        cast.other_team
    ]  # the leading team is not asked along to its own drive
    assert (
        actions.invite(occasion=row, teams=[cast.other_team], actor=cast.as_(cast.dispatcher), now=NOW) == []
    )
    invite = of_team(row, cast.other_team)
    told = Message.objects.filter(template="invite.asked")
    assert set(told.values_list("to_person_id", flat=True)) == {
        p.person_id for p in cast.other_team.posts.filter(role="team_leader")
    }
    leader = cast.as_(cast.other_leader)
    actions.accept_invite(row=invite, heads=3, actor=leader, now=NOW)
    assert (invite.state, invite.heads, row.team_id) == ("accepted", 3, cast.team.pk)
    member = cast.other_leader
    lines = serve.name_helpers(invite=invite, people=[member], actor=leader, now=NOW)
    assert [(line.person_id, line.team_id) for line in lines] == [(member.pk, cast.other_team.pk)]
    with pytest.raises(BadInput):
        serve.name_helpers(invite=invite, people=[cast.volunteer], actor=leader, now=NOW)
    assert JournalRow.objects.filter(verb__startswith="invite.").count() == 3


def test_no_is_no_penalty_and_may_become_yes(cast: Cast) -> None:
    row = drive(cast)
    actions.invite(occasion=row, teams=[cast.other_team], actor=cast.as_(cast.dispatcher), now=NOW)
    invite = of_team(row, cast.other_team)
    leader = cast.as_(cast.other_leader)
    actions.decline_invite(row=invite, reason="no_one_free", actor=leader, now=NOW)
    cast.other_team.refresh_from_db()
    assert (invite.state, cast.other_team.silent) == ("declined", 0)
    actions.accept_invite(row=invite, heads=1, actor=leader, now=NOW)
    assert invite.state == "accepted"
    with pytest.raises(BadInput):
        actions.accept_invite(row=invite, heads=0, actor=leader, now=NOW)


def test_strangers_neither_ask_nor_answer(cast: Cast) -> None:
    row = drive(cast)
    for who in (cast.resident, cast.volunteer, cast.leader, cast.stranger):
        with pytest.raises(Refused):
            actions.invite(occasion=row, teams=[cast.other_team], actor=cast.as_(who), now=NOW)
    actions.invite(occasion=row, teams=[cast.other_team], actor=cast.as_(cast.dispatcher), now=NOW)
    invite = of_team(row, cast.other_team)
    for who in (cast.leader, cast.resident, cast.dispatcher):
        with pytest.raises(Refused):
            actions.accept_invite(row=invite, heads=1, actor=cast.as_(who), now=NOW)
    assert invite.state == "open"


def test_called_off_and_moved_is_told_to_the_helpers(cast: Cast) -> None:
    row = drive(cast)
    actions.invite(occasion=row, teams=[cast.other_team], actor=cast.as_(cast.dispatcher), now=NOW)
    menu.postpone(
        occasion=row, reason="snow", starts_at=BEGINS + timedelta(days=1), ends_at=BEGINS + timedelta(days=1, hours=2),
        actor=cast.as_(cast.dispatcher), now=NOW,
    )  # fmt: skip
    contacts = cast.other_team.posts.filter(role="team_leader").count()
    assert Message.objects.filter(template="invite.changed").count() == contacts
    menu.call_off(occasion=row, reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    assert of_team(row, cast.other_team).state == "withdrawn"
    assert Message.objects.filter(template="invite.withdrawn").count() == contacts
    with pytest.raises(WrongState):
        actions.invite(occasion=row, teams=[cast.other_team], actor=cast.as_(cast.dispatcher), now=NOW)


# --- sign-up ----------------------------------------------------------------------------------------------------


def people(count: int) -> list[Person]:
    return [Person.objects.create(name=f"热心人{n}", created_at=NOW) for n in range(count)]


def join(cast: Cast, row: Occasion, person: Person) -> RosterLine:
    return serve.join(occasion=row, person=person, actor=Actor(person.pk, (Grant(Role.VOLUNTEER),)), now=NOW)


def test_a_full_call_has_a_waiting_list_that_moves_up(cast: Cast) -> None:
    row = drive(cast, places=2)
    first, second, third, fourth = (join(cast, row, one) for one in people(4))
    assert [line.state for line in (first, second, third, fourth)] == [
        "yes",
        "yes",
        "waitlisted",
        "waitlisted",
    ]
    assert join(cast, row, third.person).pk == third.pk
    serve.leave(line=first, actor=CLOCK, now=NOW, because="occasion.call_off")
    for line in (first, third, fourth):
        line.refresh_from_db()
    assert [line.state for line in (first, third, fourth)] == ["no", "yes", "waitlisted"]
    assert Message.objects.filter(template="roster.promoted", to_person_id=third.person_id).count() == 1
    row.refresh_from_db()
    assert (row.volunteers_taken, row.volunteer_places) == (2, 2)
    menu.change(occasion=row, changes={"volunteer_places": 5}, actor=cast.as_(cast.dispatcher), now=NOW)
    fourth.refresh_from_db()
    assert fourth.state == "yes"


def test_leaving_the_waiting_list_frees_nobody_elses_place(cast: Cast) -> None:
    row = drive(cast, places=1)
    first, second = (join(cast, row, one) for one in people(2))
    serve.leave(line=second, actor=Actor(second.person_id, (Grant(Role.VOLUNTEER),)), now=NOW)
    row.refresh_from_db()
    assert row.volunteers_taken == 1
    assert not Message.objects.filter(template="roster.left").exists()
    assert first.state == "yes"


def test_somebody_comes_on_the_spot(cast: Cast) -> None:
    row = drive(cast, places=1)
    join(cast, row, people(1)[0])
    leader = cast.as_(cast.leader)
    words = {"occasion": row, "name": "过路的老李", "phone": "13900001234", "actor": leader, "now": BEGINS}
    line = serve.turn_up(**words)
    assert (line.state, line.signed_up, line.person.name) == ("yes", False, "过路的老李")
    assert serve.turn_up(**words).pk == line.pk
    row.refresh_from_db()
    assert row.volunteers_taken == 1
    with pytest.raises(BadInput):
        serve.turn_up(**{**words, "phone": "123"})
    with pytest.raises(Refused):
        serve.turn_up(**{**words, "actor": cast.as_(cast.volunteer), "phone": "13900001235"})


# --- emergency --------------------------------------------------------------------------------------------------


def test_a_call_up_goes_to_chosen_teams_at_once_and_the_first_leads(cast: Cast) -> None:
    key = uuid.uuid4()
    row = up(cast, key=key)
    assert up(cast, key=key).pk == row.pk
    assert (row.emergency, row.state, row.invites.count()) == (True, "draft", 2)
    assert all(Message.objects.filter(template="call_up.asked").values_list("urgent", flat=True))
    actions.accept_invite(
        row=of_team(row, cast.other_team), heads=8, actor=cast.as_(cast.other_leader), now=NOW
    )
    row.refresh_from_db()
    assert (row.state, row.team) == ("confirmed", cast.other_team)
    actions.accept_invite(row=of_team(row, cast.team), heads=2, actor=cast.as_(cast.leader), now=NOW)
    actions.decline_invite(
        row=of_team(row, cast.other_team), reason="no_one_free", actor=cast.as_(cast.other_leader), now=NOW
    )
    row.refresh_from_db()
    assert (row.state, row.team) == ("confirmed", cast.team)
    assert list(queries.call_ups(cast.as_(cast.dispatcher))) == [row]


def test_a_call_up_says_everything_that_is_missing(cast: Cast) -> None:
    for wrong in (
        {"what": " "},
        {"place": ""},
        {"hours": 0},
        {"starts_at": NOW - timedelta(days=1)},
        {"teams": []},
    ):
        with pytest.raises(BadInput):
            up(cast, **wrong)
    for who in (cast.station_staff, cast.leader, cast.resident):
        with pytest.raises(Refused):
            up(cast, actor=cast.as_(who))
    assert not Occasion.objects.filter(emergency=True).exists()


# --- trips ------------------------------------------------------------------------------------------------------


def test_what_could_go_together_is_proposed_and_made(cast: Cast) -> None:
    item = make_item("TR1")
    placed = [
        orders.place(
            actor=cast.as_(who), now=NOW, key=uuid.uuid4(), item_version=item, area=area, place="一巷3号",
            times=[{"date": THURSDAY.isoformat(), "half": "morning"}],
        )
        for who, area in ((cast.resident, cast.village), (cast.neighbour, cast.village), (cast.stranger, cast.far_village))
    ]  # fmt: skip
    found = queries.trips_waiting(cast.as_(cast.dispatcher), NOW)
    assert [[order.pk for order in trip.orders] for trip in found] == [[placed[0].pk, placed[1].pk]]
    assert found[0].slot == (THURSDAY, "morning")
    actions.bundle(orders=found[0].orders, actor=cast.as_(cast.dispatcher), now=NOW)
    assert queries.trips_waiting(cast.as_(cast.dispatcher), NOW) == []


def test_the_day_that_is_put_off_leaves_the_call_up_alone(cast: Cast) -> None:
    row, moved = up(cast), drive(cast)
    seen = menu_queries.preview_many(
        cast.as_(cast.dispatcher), "occasion.postpone", area=cast.county, first=local_date(NOW),
        last=local_date(BEGINS), kinds=("volunteers",), now=NOW,
    )  # fmt: skip
    assert seen == [moved]
    later = BEGINS + timedelta(minutes=1)
    done = menu.move_days(
        verb="occasion.postpone", area=cast.county, first_day=local_date(NOW), last_day=local_date(BEGINS),
        kinds=("volunteers",), reason="weather", actor=cast.as_(cast.dispatcher), now=later,
    )  # fmt: skip
    assert done.done == [], "what has begun is not moved"
    row.refresh_from_db()
    assert row.state == "draft"
