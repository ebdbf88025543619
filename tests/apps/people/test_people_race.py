"""At the same moment: contacts leaving, a number's first code asked twice, guesses, limits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from laojia.foundation.limits import actions as limits
from laojia.foundation.people import actions
from laojia.foundation.people.models import Account, Person, Post
from laojia.kernel import clock
from laojia.kernel.errors import Conflict, WrongState
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Role
from tests.acting import account_of
from tests.cast import NOW, Cast, make_cast
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> Cast:
    return make_cast()


def test_three_contacts_leave_at_once_and_two_stay(people: Cast) -> None:
    admin = people.as_(people.security_admin)
    actions.grant_post(
        actor=admin, now=NOW, person_id=people.neighbour.pk, role=Role.TEAM_LEADER, team=people.team
    )
    posts = list(Post.objects.filter(team=people.team, role=Role.TEAM_LEADER).values_list("pk", flat=True))
    found = at_once(
        *[lambda pk=pk: actions.end_post(actor=admin, now=NOW, post_id=pk) for pk in posts]  # type: ignore[misc]
    )
    assert sum(isinstance(one, Post) for one in found) == 1
    assert all(isinstance(one, Post | WrongState) for one in found)
    assert Post.objects.filter(team=people.team, role=Role.TEAM_LEADER, valid_to=None).count() == 2


def test_the_lead_handed_over_twice_at_once_goes_to_one(people: Cast) -> None:
    leader, team = people.as_(people.dispatcher), people.team
    found = at_once(
        *[
            lambda to=to: actions.hand_over_lead(  # type: ignore[misc]
                actor=leader, now=NOW, team_id=team.pk, from_id=people.leader.pk, person_id=to.pk
            )
            for to in (people.volunteer, people.second_volunteer)
        ]
    )
    assert sum(isinstance(one, Post) for one in found) == 1, found
    assert all(isinstance(one, Post | WrongState | Conflict) for one in found), found
    holding = Post.objects.filter(team=team, valid_to=None)
    assert holding.filter(role=Role.TEAM_LEADER).count() == 2
    assert holding.filter(role=Role.VOLUNTEER, person=people.leader).count() == 1


def test_joining_pressed_twice_at_once_is_joining_once(people: Cast) -> None:
    def join() -> Post:
        return actions.join_team(
            actor=people.as_(people.dispatcher),
            now=NOW,
            team_id=people.team.pk,
            name="林新人",
            phone="13511118888",
        )

    found = at_once(join, join, join)
    assert Person.objects.filter(name="林新人").count() == 1, found
    assert Post.objects.filter(person__name="林新人").count() == 1
    assert sum(isinstance(one, Post) for one in found) == 1


def test_a_first_code_asked_twice_opens_one_account(db: None) -> None:
    found = at_once(*[lambda: actions.account_for_phone(phone="13912345678", actor=CLOCK, now=NOW).pk] * 4)
    assert len(set(found)) == 1
    assert Account.objects.count() == 1
    # Opened at the moment of the asking: the sweep of the unused must not take what another request has just opened.
    assert Account.objects.get().date_joined == NOW


def test_guesses_at_once_are_all_counted(people: Cast) -> None:
    account = account_of(people.dispatcher)
    at_once(
        *[lambda: actions.note_failure(account=Account.objects.get(pk=account.pk), actor=CLOCK, now=NOW)] * 5
    )
    account.refresh_from_db()
    assert account.locked_until == NOW + timedelta(minutes=30)


def test_a_limit_is_never_passed_and_every_place_is_given(db: None) -> None:
    now = clock.now()
    hour = timedelta(hours=1)
    found = at_once(*[lambda: limits.take("race", "key", most=3, within=hour, now=now)] * 8)
    busy = sum(isinstance(one, OperationalError) for one in found)
    assert sum(one is None for one in found) == 3 or busy
    assert sum(one is None for one in found) <= 3


def test_two_limits_at_once_stop_nobody_for_ever(db: None) -> None:
    """Many persons of one device: rows are taken in one order, so that none waits for the other."""
    now, hour = clock.now(), timedelta(hours=1)

    def take(person: int) -> object:
        return limits.take_each(
            [limits.Limit("person", str(person), 2, hour), limits.Limit("device", "one", 5, hour)], now=now
        )

    found = at_once(*[lambda n=n: take(n % 4) for n in range(8)])  # type: ignore[misc]
    assert not [one for one in found if isinstance(one, OperationalError)]
    assert sum(one is None for one in found) == 5
