"""A list twice is a list once: whatever repeats, shuffles and corrections there are in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laojia.foundation.lists import actions
from laojia.foundation.people.models import Consent, Person, Post, Registration
from tests.apps.lists.conftest import Desk, Row, through
from tests.cast import NOW

pytestmark = pytest.mark.django_db

# A few people who meet often; who shares a phone is told apart by the name, who has none by the number.
WHO = st.sampled_from(
    [
        {"name": "林甲", "phone": "13511110001", "id_number": ""},
        {"name": "林乙", "phone": "13511110001", "id_number": ""},
        {"name": "林丙", "phone": "", "id_number": "149999196805120016"},
        {"name": "林丁", "phone": "13511110002", "id_number": "149999197005120012"},
        {"name": "林戊", "phone": "", "id_number": "", "volunteer_number": "141024000000001"},
    ]
)
FACTS = st.fixed_dictionaries(
    {
        "skills": st.sampled_from(["", "理发", "开车"]),
        "address": st.sampled_from(["", "一巷1号"]),
        "teams": st.booleans(),
    }
)
LISTS = st.lists(st.tuples(WHO, FACTS), min_size=1, max_size=6)


def rows_of(desk: Desk, people: list[tuple[Row, dict[str, Any]]]) -> list[Row]:
    return [
        desk.volunteer
        | {"volunteer_number": ""}
        | who
        | facts
        | {"teams": desk.cast.team.name if facts["teams"] else ""}
        for who, facts in people
    ]


def held() -> list[object]:
    """Everything lists write about volunteers, without numbers of rows."""
    people = Person.objects.filter(name__startswith="林").order_by("name")
    entries = Registration.objects.order_by("person__name").values_list(
        "person__name", "skills", "gender", "born_on"
    )
    return [
        [(p.name, p.phone, p.id_number, p.volunteer_number, p.address, p.area_path) for p in people],
        list(entries),
        list(
            Post.objects.filter(person__name__startswith="林")
            .order_by("person__name")
            .values_list("person__name", "team_id")
        ),
        list(Consent.objects.order_by("person__name").values_list("person__name", "purpose")),
    ]


def take(desk: Desk, rows: list[Row]) -> None:
    batch = desk.check("volunteers", rows)
    if batch.fresh + batch.changed:
        actions.take_list(batch=batch, actor=desk.actor, now=NOW)
        through(batch)
    else:
        actions.drop_list(batch=batch, actor=desk.actor, now=NOW)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=LISTS, again=st.randoms(use_true_random=False))
def test_twice_shuffled_and_repeated_is_once(desk: Desk, people: list[Any], again: Any) -> None:
    with transaction.atomic():
        rows = rows_of(desk, people)
        take(desk, rows)
        once = held()
        assert len({name for name, *_rest in once[0]}) == len(once[0])  # type: ignore[attr-defined]
        # The rows that went in, in another order and some of them twice: nothing is new, nothing changes.
        first = {row["name"]: row for row in reversed(rows)}
        more = [*first.values(), *again.choices(list(first.values()), k=2)]
        again.shuffle(more)
        take(desk, more)
        assert held() == once
        transaction.set_rollback(True)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=LISTS, corrected=FACTS)
def test_a_correction_read_twice_is_one_correction(
    desk: Desk, people: list[Any], corrected: dict[str, Any]
) -> None:
    with transaction.atomic():
        take(desk, rows_of(desk, people))
        newer = rows_of(desk, [(people[0][0], corrected)])
        take(desk, newer)
        once = held()
        take(desk, newer)
        assert held() == once
        transaction.set_rollback(True)
