"""The SQL filter draws the same line as the rule, for people, posts, teams and all that belongs to them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Certificate, Claim, Consent, Insurance, Person, Post, Unit
from laojia.foundation.people.queries import resident
from laojia.foundation.teams.models import Team
from laojia.policy.facts import CLOCK, NOBODY, Actor, Grant, subject_of
from laojia.policy.permissions import PERMISSIONS, may
from laojia.policy.roles import Role
from tests.acting import account_of
from tests.cast import NOW, PEOPLE

pytestmark = pytest.mark.django_db

MODELS = (Person, Post, Team, Unit, Certificate, Insurance, Consent, Claim)
KINDS = {"person", "post", "team", "account"}
VERBS = sorted(verb for verb in PERMISSIONS if verb.split(".")[0] in KINDS)


def agree(actor: Actor) -> None:
    for model in MODELS:
        rows = list(model.objects.all())
        for verb in VERBS:
            by_filter = set(scoped(model.objects.all(), actor, verb).values_list("pk", flat=True))
            by_rule = {row.pk for row in rows if may(actor, verb, subject_of(row))}
            assert by_filter == by_rule, (model.__name__, verb, actor)


@pytest.fixture
def rows(cast):
    account = account_of(cast.resident)
    Claim.objects.create(account=account, person=cast.resident, proof="name", at=NOW)
    Consent.objects.create(person=cast.resident, purpose="keep_my_data", given=True, channel="page", at=NOW)
    return cast


def test_filter_and_rule_agree_for_everybody_of_the_cast(rows):
    for name in PEOPLE:
        agree(rows.as_(getattr(rows, name)))
    for actor in (NOBODY, CLOCK, resident(rows.resident.pk), Actor(rows.resident.pk, only=("person", 1))):
        agree(actor)


def test_filter_and_rule_agree_for_any_scopes(rows):
    paths = list(Person.objects.values_list("area_path", flat=True).distinct())
    prefixes = sorted({path[: path.index("/", cut) + 1] for path in paths for cut in range(1, len(path) - 1)})
    teams, people = (
        list(Team.objects.values_list("pk", flat=True)),
        list(Person.objects.values_list("pk", flat=True)),
    )

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from([None, *people]),
        st.lists(
            st.builds(
                Grant,
                st.sampled_from([r for r in Role if r is not Role.SYSTEM]),
                st.lists(st.sampled_from([*prefixes, "/999/"]), max_size=40).map(tuple),
                st.frozensets(st.sampled_from(teams), max_size=3),
            ),
            max_size=4,
        ).map(tuple),
        st.sampled_from([None, ("person", people[0]), ("team", teams[0]), ("order", 1)]),
    )
    def compare(person_id, grants, only):
        agree(Actor(person_id, grants, only=only))

    compare()


def test_yesterdays_post_reaches_nothing(cast):
    Post.objects.filter(person=cast.station_staff).update(valid_to=date(2026, 11, 25))
    assert list(scoped(Person.objects.all(), cast.as_(cast.station_staff), "person.see")) == [
        cast.station_staff
    ]
