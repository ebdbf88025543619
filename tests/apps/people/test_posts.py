"""Posts: given and ended by the security administrator, from–to, separate hands; the pages; accounts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people import actions
from laojia.foundation.people.models import Account, Post
from laojia.foundation.people.queries import actor_of
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK
from laojia.policy.roles import SECOND_FACTOR_ROLES, SEPARATE_ROLES, Role
from tests.acting import signed_in
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def grant(cast, who, role=Role.GRID_WORKER, by=None, **more):
    place = {} if role in SEPARATE_ROLES else {"area": cast.village}
    actor = cast.as_(by or cast.security_admin)
    return actions.grant_post(actor=actor, now=NOW, person_id=who.pk, role=role, **(place | more))


def test_a_post_counts_from_to(cast):
    post = grant(cast, cast.neighbour, valid_from=date(2026, 12, 1), valid_to=date(2026, 12, 31))
    days = {
        date(2026, 11, 30): False,
        date(2026, 12, 1): True,
        date(2026, 12, 30): True,
        date(2026, 12, 31): False,
    }
    for day, holds in days.items():
        assert actor_of(cast.neighbour, day).has(Role.GRID_WORKER) is holds
    row = JournalRow.objects.get(verb="post.grant")
    assert (row.subject_id, row.actor_id) == (post.pk, cast.security_admin.pk)


@pytest.mark.parametrize(
    "who", ["resident", "leader", "dispatcher", "system_admin", "audit_admin", "county_leader"]
)
def test_only_the_security_administrator_gives_and_ends(cast, who):
    by, post = getattr(cast, who), Post.objects.get(person=cast.grid_worker)
    with pytest.raises((NotPermitted, OutOfScope)):
        grant(cast, cast.neighbour, by=by)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.end_post(actor=cast.as_(by), now=NOW, post_id=post.pk)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.open_account(actor=cast.as_(by), now=NOW, person_id=cast.neighbour.pk, username="zhao")
    assert not JournalRow.objects.filter(verb__in=("post.grant", "post.end", "account.open")).exists()
    assert not Account.objects.exists()


def test_the_command_line_gives_the_first_ones(cast):
    actions.grant_post(actor=CLOCK, now=NOW, person_id=cast.neighbour.pk, role=Role.SECURITY_ADMIN)


def test_nobody_gives_to_himself(cast):
    with pytest.raises(Conflict) as refused:
        grant(cast, cast.security_admin)
    assert refused.value.code == "own_post"
    with pytest.raises(OutOfScope):
        actions.open_account(
            actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.security_admin.pk, username="zhang"
        )


@pytest.mark.parametrize("name", ["system_admin", "audit_admin"])
def test_administrators_get_no_post_that_sees_rows(cast, name):
    for role in (SECOND_FACTOR_ROLES | {Role.GRID_WORKER}) - {Role(name)}:
        with pytest.raises(Conflict):
            grant(cast, getattr(cast, name), role)
    with pytest.raises(Conflict):
        grant(cast, getattr(cast, name), Role.TEAM_LEADER, team=cast.team)
    grant(cast, getattr(cast, name), Role.VOLUNTEER, team=cast.team)


def test_who_sees_rows_becomes_no_administrator_not_even_later(cast):
    later = date(2027, 1, 1)
    with pytest.raises(Conflict):
        grant(cast, cast.dispatcher, Role.AUDIT_ADMIN, valid_from=later)
    Post.objects.filter(person=cast.dispatcher).update(valid_to=later)
    grant(cast, cast.dispatcher, Role.AUDIT_ADMIN, valid_from=later)


@pytest.mark.parametrize(
    ("role", "more"),
    [
        (Role.GRID_WORKER, {"area": None}),
        (Role.TEAM_LEADER, {}),
        (Role.RESIDENT, {}),
        (Role.SYSTEM, {}),
        (Role.GRID_WORKER, {"valid_to": TODAY}),
    ],
)
def test_a_post_without_its_place_or_time_is_refused(cast, role, more):
    with pytest.raises(BadInput):
        grant(cast, cast.neighbour, role, **more)


def test_a_post_is_held_once(cast):
    grant(cast, cast.neighbour)
    with pytest.raises(Conflict):
        grant(cast, cast.neighbour)
    grant(cast, cast.neighbour, area=cast.second_village)


def test_ending_takes_effect_today_and_once(cast):
    post = Post.objects.get(person=cast.grid_worker)
    actions.end_post(actor=cast.as_(cast.security_admin), now=NOW, post_id=post.pk)
    assert not actor_of(cast.grid_worker, TODAY).has(Role.GRID_WORKER)
    with pytest.raises(WrongState):
        actions.end_post(actor=cast.as_(cast.security_admin), now=NOW, post_id=post.pk)
    assert JournalRow.objects.filter(verb="post.end").count() == 1


def test_a_post_given_and_ended_on_one_day_was_never_held(cast):
    post = grant(cast, cast.neighbour)
    actions.end_post(actor=cast.as_(cast.security_admin), now=NOW, post_id=post.pk)
    assert not actor_of(cast.neighbour, TODAY).has(Role.GRID_WORKER)


def test_the_second_last_contact_stays(cast):
    posts = Post.objects.filter(team=cast.team, role=Role.TEAM_LEADER)
    with pytest.raises(WrongState) as refused:
        actions.end_post(actor=cast.as_(cast.security_admin), now=NOW, post_id=posts[0].pk)
    assert refused.value.code == "two_contacts"
    assert refused.value.hint
    grant(cast, cast.neighbour, Role.TEAM_LEADER, team=cast.team, area=None)
    actions.end_post(actor=cast.as_(cast.security_admin), now=NOW, post_id=posts[0].pk)
    assert posts.filter(valid_to=None).count() == 2


def test_contacts_of_a_team_that_ended_may_go(cast):
    type(cast.team).objects.filter(pk=cast.team.pk).update(ended_on=TODAY)
    for post in Post.objects.filter(team=cast.team, role=Role.TEAM_LEADER):
        actions.end_post(actor=cast.as_(cast.security_admin), now=NOW, post_id=post.pk)


# --- accounts -----------------------------------------------------------------------------------------------------------


def test_an_opened_account_has_a_first_password_of_three_classes(cast):
    account, password = actions.open_account(
        actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.dispatcher.pk, username="Jiang"
    )
    assert (account.username, account.password_is_initial) == ("jiang", True)
    assert account.check_password(password)
    from django.contrib.auth.password_validation import validate_password

    validate_password(password, account)
    again, second = actions.open_account(
        actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.dispatcher.pk, username="jiang"
    )
    assert again.pk == account.pk
    assert second != password


@pytest.mark.parametrize("name", ["ab", "名字", "with space", "a" * 40, ""])
def test_a_sign_in_name_is_small_letters_and_digits(cast, name):
    with pytest.raises(BadInput):
        actions.open_account(
            actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.dispatcher.pk, username=name
        )


def test_a_sign_in_name_is_taken_once(cast):
    admin = cast.as_(cast.security_admin)
    actions.open_account(actor=admin, now=NOW, person_id=cast.dispatcher.pk, username="jiang")
    with pytest.raises(BadInput):
        actions.open_account(actor=admin, now=NOW, person_id=cast.second_dispatcher.pk, username="JIANG")


# --- pages ----------------------------------------------------------------------------------------------------------------


def test_posts_page_finds_by_the_whole_name_only(cast, django_assert_max_num_queries):
    client = signed_in(Client(), cast.security_admin)
    with django_assert_max_num_queries(14):
        assert "朱*" in client.get("/posts/", {"q": "朱网格"}).content.decode()
    assert "朱*" not in client.get("/posts/", {"q": "朱"}).content.decode()
    assert "朱*" in client.get("/posts/", {"q": cast.grid_worker.phone}).content.decode()
    page = client.get(f"/posts/person/{cast.grid_worker.pk}/").content.decode()
    assert "朱网格" not in page
    assert cast.grid_worker.phone not in page
    assert "网格员" in page


@pytest.mark.parametrize(
    "who", ["resident", "leader", "dispatcher", "station_staff", "system_admin", "county_leader"]
)
def test_posts_pages_are_not_for_everybody(cast, who):
    client = signed_in(Client(), getattr(cast, who))
    assert client.get("/posts/").status_code == 404
    assert client.get(f"/posts/person/{cast.grid_worker.pk}/").status_code == 404
    post = Post.objects.get(person=cast.grid_worker)
    assert client.post(f"/posts/{post.pk}/end/").status_code in {403, 404}
    assert client.post(f"/posts/person/{cast.neighbour.pk}/grant/", {"role": "dispatcher"}).status_code in {
        404,
        403,
    }


def test_the_auditor_looks_and_changes_nothing(cast):
    client = signed_in(Client(), cast.audit_admin)
    page = client.get(f"/posts/person/{cast.grid_worker.pk}/").content.decode()
    assert "网格员" in page
    assert "/grant/" not in page
    post = Post.objects.get(person=cast.grid_worker)
    assert client.post(f"/posts/{post.pk}/end/").status_code in {403, 404}


def test_a_post_is_given_ended_and_the_sign_in_opened_on_the_page(cast):
    client = signed_in(Client(), cast.security_admin)
    path = f"/posts/person/{cast.neighbour.pk}/"
    given = client.post(f"{path}grant/", {"role": "station_staff", "place": f"station-{cast.station.pk}"})
    assert given.status_code == 302, given.content.decode()
    post = Post.objects.get(person=cast.neighbour)
    assert (post.role, post.station) == ("station_staff", cast.station)
    village = client.post(
        f"{path}grant/", {"role": "grid_worker", "village": cast.village.name, "valid_to": "2027-01-01"}
    )
    assert village.status_code == 302
    assert client.post(f"{path}grant/", {"role": "grid_worker"}).status_code == 422
    opened = client.post(f"{path}account/", {"username": "zhao"})
    password = opened.context["first_password"]
    assert password in opened.content.decode()
    assert password not in client.get(path).content.decode()
    assert Account.objects.get(person=cast.neighbour).check_password(password)
    assert client.post(f"/posts/{post.pk}/end/").status_code == 302
    post.refresh_from_db()
    assert post.valid_to == TODAY


def test_the_journal_page_is_the_auditors(cast, django_assert_max_num_queries):
    from laojia.foundation.journal.jobs import seal

    grant(cast, cast.neighbour)
    seal(NOW + timedelta(seconds=1))
    client = signed_in(Client(), cast.audit_admin)
    with django_assert_max_num_queries(18):
        page = client.get("/journal/", {"verb": "post.grant"})
    text = page.content.decode()
    assert "张安全" not in text
    rows = [(row.verb, row.kind, row.subject_id) for row in page.context["page"].rows]
    assert rows == [("post.grant", "post", Post.objects.latest("id").pk)]
    chain = page.context["chain"]
    assert chain.holds
    assert f"{chain.seq}:{chain.digest}<" in text  # as `laojia journal verify --against` takes it
    assert f'href="?kind=post&amp;subject={Post.objects.latest("id").pk}"' in text
    # A day long past: what migrations wrote carries the real day of the run.
    assert len(client.get("/journal/", {"day": "2020-11-24"}).context["page"].rows) == 0
    assert client.get("/journal/", {"person": cast.security_admin.pk}).context["page"].rows
    for who in ("resident", "dispatcher", "security_admin", "system_admin", "county_leader"):
        assert signed_in(Client(), getattr(cast, who)).get("/journal/").status_code == 404
