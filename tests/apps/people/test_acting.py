"""Who acts in a request: account → person → posts of the day; colleagues only with their second factor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client, RequestFactory

from laojia.conf.acting import Acting
from laojia.foundation.area.actions import save_station
from laojia.foundation.people.models import Account, Post
from laojia.foundation.people.queries import actor_by_link, actor_of, number_reader
from laojia.kernel.links import link_holder, make_link, read_link
from laojia.policy.facts import NOBODY, Subject
from laojia.policy.permissions import may
from laojia.policy.roles import Role
from tests.acting import signed_in
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


def actor_in(client: Client, path: str = "/"):
    """What the middleware makes of the client's cookies; None when it sent the browser elsewhere."""
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.messages.middleware import MessageMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware

    seen = {}

    def answer(request):
        seen["actor"] = request.actor
        return HttpResponse()

    request = RequestFactory().get(path)
    request.COOKIES.update({name: morsel.value for name, morsel in client.cookies.items()})
    chain = SessionMiddleware(AuthenticationMiddleware(MessageMiddleware(Acting(answer))))
    response = chain(request)
    return seen.get("actor"), response


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def test_nobody_without_a_cookie_and_without_a_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        actor, _ = actor_in(Client())
    assert actor == NOBODY


def test_a_resident_is_himself_in_two_queries(cast, django_assert_num_queries):
    client = signed_in(Client(), cast.resident)
    with django_assert_num_queries(2):  # what the browser remembers; the account with its posts
        actor, _ = actor_in(client)
    assert (actor.person_id, actor.roles) == (cast.resident.pk, {Role.RESIDENT})


def test_a_colleague_too_once_the_areas_of_the_post_are_known(cast, django_assert_num_queries):
    client = signed_in(Client(), cast.station_staff)
    first = actor_in(client)[0]
    with django_assert_num_queries(2):
        assert actor_in(client)[0] == first
    assert first == actor_of(cast.station_staff, TODAY)


def test_two_posts_are_two_grants(cast):
    client = signed_in(Client(), cast.leader)
    before = actor_in(client)[0].roles
    Post.objects.create(person=cast.leader, role=Role.GRID_WORKER, area=cast.village, valid_from=TODAY)
    actor = actor_in(client)[0]
    assert actor.roles == before | {Role.GRID_WORKER}
    assert actor == actor_of(cast.leader, TODAY)
    assert actor.prefixes(Role.GRID_WORKER) == (cast.village.path,)


def test_a_closed_account_is_nobody_at_the_very_next_request(cast):
    client = signed_in(Client(), cast.dispatcher)
    assert actor_in(client)[0].has(Role.DISPATCHER)
    Account.objects.filter(person=cast.dispatcher).update(is_active=False)
    assert actor_in(client)[0] == NOBODY


def test_a_new_password_ends_what_was_signed_in_with_the_old_one(cast):
    client = signed_in(Client(), cast.dispatcher)
    account = Account.objects.get(person=cast.dispatcher)
    account.set_password("another one, longer")
    account.save()
    assert actor_in(client)[0] == NOBODY


def test_no_memory_no_account_and_a_memory_that_has_run_out_are_nobody(cast):
    client = signed_in(Client(), cast.resident)
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        assert actor_in(client)[0] == NOBODY
    client.session.flush()
    assert actor_in(client)[0] == NOBODY
    other = Client()
    other.cookies["sessionid"] = "x" * 32
    assert actor_in(other)[0] == NOBODY


def test_a_village_that_joins_a_station_is_in_its_posts_at_the_next_request(cast):
    client = signed_in(Client(), cast.station_staff)
    before = actor_in(client)[0].prefixes(Role.STATION_STAFF)
    station = cast.station
    save_station(
        station=station, level=station.level, name=station.name, area=station.area,
        villages=[*station.villages.all(), cast.far_village], actor=cast.as_(cast.system_admin), now=NOW,
    )  # fmt: skip
    after = actor_in(client)[0].prefixes(Role.STATION_STAFF)
    assert set(after) == {*before, cast.far_village.path}


def test_posts_give_grants_from_their_first_day_to_the_day_before_the_last(cast):
    client = signed_in(Client(), cast.leader)
    assert actor_in(client)[0] == actor_of(cast.leader, TODAY)
    Post.objects.filter(person=cast.leader, role=Role.TEAM_LEADER).update(valid_to=TODAY)
    assert not actor_in(client)[0].has(Role.TEAM_LEADER)
    Post.objects.filter(person=cast.leader, role=Role.TEAM_LEADER).update(valid_to=TODAY + timedelta(1))
    assert actor_in(client)[0].has(Role.TEAM_LEADER)
    Post.objects.filter(person=cast.leader).update(valid_from=date(2026, 11, 26), valid_to=None)
    assert actor_in(client)[0].roles == {Role.RESIDENT}


STAFF = ["dispatcher", "station_staff", "menu_editor", "complaint_holder", "keeper", "zone_leader",
         "county_leader", "system_admin", "security_admin", "audit_admin"]  # fmt: skip


@pytest.mark.parametrize("name", STAFF)
def test_colleagues_without_a_second_factor_reach_only_the_pages_to_set_it_up(cast, name):
    person = getattr(cast, name)
    client = signed_in(Client(), person, second_factor=False)
    actor, response = actor_in(client, "/desk/")
    assert actor is None
    assert (response.status_code, response["Location"]) == (302, "/accounts/second-step/")
    actor, _ = actor_in(client, "/accounts/2fa/")
    assert actor.roles == {Role.RESIDENT}


@pytest.mark.parametrize("name", STAFF)
def test_colleagues_with_it_hold_their_posts(cast, name):
    person = getattr(cast, name)
    assert actor_in(signed_in(Client(), person), "/desk/")[0] == actor_of(person, TODAY)


def test_a_colleague_who_was_away_for_half_an_hour_signs_in_again(cast):
    client = signed_in(Client(), cast.dispatcher)
    with time_machine.travel(NOW, tick=False) as clock:
        assert actor_in(client)[0] is not None
        clock.shift(timedelta(minutes=29))
        assert actor_in(client)[0] is not None
        clock.shift(timedelta(minutes=31))
        actor, response = actor_in(client)
    assert actor is None
    assert response["Location"].startswith("/accounts/login/")


def test_a_resident_stays_for_weeks(cast):
    client = signed_in(Client(), cast.resident)
    with time_machine.travel(NOW + timedelta(days=13), tick=False):
        assert actor_in(client)[0].person_id == cast.resident.pk


# --- links ---------------------------------------------------------------------------------------------------------


def test_a_link_says_what_it_opens():
    token = make_link("order", 17, "order")
    assert read_link(token) == ("order", 17, "order")
    assert read_link(make_link("offer", 9, "offer", to=4)) == ("offer", 9, "offer")
    assert link_holder(make_link("offer", 9, "offer", to=4)) == 4
    assert token.replace("-", "").replace("_", "").isalnum()
    assert len(token) <= 30


def test_a_changed_link_opens_nothing():
    token = make_link("order", 17, "order")
    for place in range(len(token)):
        for sign in "0oA_":
            changed = token[:place] + sign + token[place + 1 :]
            assert changed == token or read_link(changed) is None
    for wrong in (
        "",
        "x",
        token[:-1],
        token + "A",
        make_link("order", 18, "order")[:-20] + token[-20:],
        "订单" * 20,
    ):
        assert read_link(wrong) is None


@pytest.mark.parametrize(
    ("kind", "row", "purpose"), [("order", 0, "order"), ("person", 1, "order"), ("order", 1, "all")]
)
def test_no_link_for_what_is_not_linked(kind, row, purpose):
    with pytest.raises(ValueError):
        make_link(kind, row, purpose)


def test_an_order_link_is_its_person_as_a_resident_for_that_order_alone(cast):
    token = make_link("order", 17, "order")
    actor = actor_by_link(token, on=TODAY, purpose="order", person_id=cast.resident.pk)
    own = Subject("order", 17, own_ids=frozenset({cast.resident.pk}), links=frozenset({("order", 17)}))
    other = Subject("order", 18, own_ids=frozenset({cast.resident.pk}), links=frozenset({("order", 18)}))
    assert may(actor, "order.cancel", own)
    assert not may(actor, "order.see", other)
    assert actor_by_link(token, on=TODAY, purpose="review", person_id=cast.resident.pk) is None
    assert actor_by_link(token, on=TODAY, purpose="order") is None


def test_an_order_link_of_a_colleague_carries_none_of_his_posts(cast):
    token = make_link("order", 17, "order")
    actor = actor_by_link(token, on=TODAY, purpose="order", person_id=cast.dispatcher.pk)
    assert actor.roles == {Role.RESIDENT}


def test_an_offer_link_is_the_contact_it_was_sent_to_while_he_leads(cast):
    team = cast.team.pk
    subject = Subject("offer", 9, "open", team_ids=frozenset({team}), links=frozenset({("offer", 9)}))
    token = make_link("offer", 9, "offer", to=cast.second_leader.pk)
    actor = actor_by_link(token, on=TODAY, purpose="offer", team_id=team)
    assert actor.person_id == cast.second_leader.pk
    assert may(actor, "offer.accept", subject)
    assert not may(
        actor, "person.export", Subject("person", actor.person_id, own_ids=frozenset({actor.person_id}))
    )
    Post.objects.filter(person=cast.second_leader).update(valid_to=TODAY)
    assert actor_by_link(token, on=TODAY, purpose="offer", team_id=team) is None
    assert actor_by_link(token, on=TODAY, purpose="offer", team_id=cast.other_team.pk) is None


def test_an_offer_link_to_the_team_is_its_first_contact(cast):
    actor = actor_by_link(make_link("offer", 9, "offer"), on=TODAY, purpose="offer", team_id=cast.team.pk)
    assert actor.person_id == cast.leader.pk


def test_who_reads_by_number_looks_and_nudges_only(cast):
    actor = number_reader(17, cast.resident.pk)
    own = Subject(
        "order", 17, "waiting", own_ids=frozenset({cast.resident.pk}), links=frozenset({("order", 17)})
    )
    other = Subject(
        "order", 18, "waiting", own_ids=frozenset({cast.resident.pk}), links=frozenset({("order", 18)})
    )
    from laojia.policy.verbs import VERBS

    assert {verb for verb in VERBS if may(actor, verb, own)} == {"order.see", "order.nudge"}
    assert not [verb for verb in VERBS if may(actor, verb, other)]
