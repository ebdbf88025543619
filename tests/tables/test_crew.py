"""Whom the worker's messages reach, and that they never say what must stay unsaid."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from laojia.conf import crew
from laojia.foundation.people.models import Person, Post
from laojia.policy.roles import Role
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion
from tests.cast import NOW, TODAY


@pytest.fixture
def on_the_day() -> Iterator[None]:
    """Posts are those of the cast's day."""
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


def test_a_person_is_reached_by_phone(cast: Any) -> None:
    (found,) = crew.recipients(cast.resident.pk, None)
    assert (found.person_id, found.name, found.phone) == (
        cast.resident.pk,
        cast.resident.name,
        cast.resident.phone,
    )
    assert found.takes_messages


def test_who_reads_no_messages_is_called(cast: Any) -> None:
    Person.objects.filter(pk=cast.resident.pk).update(reads_messages=False)
    (found,) = crew.recipients(cast.resident.pk, None)
    assert not found.takes_messages


def test_an_erased_person_is_reached_by_nobody(cast: Any) -> None:
    Person.objects.filter(pk=cast.resident.pk).update(erased_at=NOW)
    assert crew.recipients(cast.resident.pk, None) == []
    assert crew.recipients(None, None) == []


@pytest.mark.usefixtures("on_the_day")
def test_a_team_is_reached_through_its_leaders_of_today(cast: Any) -> None:
    leaders = {cast.leader.pk, cast.second_leader.pk}
    assert {found.person_id for found in crew.recipients(None, cast.team.pk)} == leaders
    Post.objects.filter(person=cast.leader, role=Role.TEAM_LEADER.value).update(valid_to=TODAY)
    assert {found.person_id for found in crew.recipients(None, cast.team.pk)} == leaders - {cast.leader.pk}


@pytest.mark.usefixtures("on_the_day")
def test_a_team_without_leaders_is_named_for_the_call_list(cast: Any) -> None:
    Post.objects.filter(team=cast.team, role=Role.TEAM_LEADER.value).delete()
    (found,) = crew.recipients(None, cast.team.pk)
    assert (found.person_id, found.name, found.area_path) == (None, cast.team.name, cast.team.area_path)


def occasion(cast: Any, **more: Any) -> Occasion:
    item, _ = MenuItem.objects.get_or_create(code="x1", defaults={"tile": "看病健康"})
    version = ItemVersion.objects.create(
        item=item,
        number=ItemVersion.objects.count() + 1,
        name="义诊",
        name_en="Free clinic",
        about="x",
        state="draft",
        category="医疗",
        mode="seats",
    )
    return Occasion.objects.create(
        item_version=version,
        kind="seats",
        team=cast.medical_team,
        area=cast.village,
        area_path=cast.village.path,
        place="村委会院里",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=2),
        date=TODAY,
        places=40,
        state="draft",
        created_at=NOW,
        **more,
    )


def test_an_occasion_speaks_with_item_team_and_public_place(cast: Any) -> None:
    row = occasion(cast)
    words = crew.words_about("occasion", row.pk, "zh-hans")
    assert words == {"item": "义诊", "team": cast.medical_team.name, "place": "村委会院里"}
    assert crew.words_about("occasion", row.pk, "en")["item"] == "Free clinic"


@pytest.mark.parametrize("flag", ["protected"])
def test_a_protected_occasion_says_nothing(cast: Any, flag: str) -> None:
    assert crew.words_about("occasion", occasion(cast, **{flag: True}).pk, "zh-hans") == {}


def test_unknown_rows_and_kinds_say_nothing(cast: Any) -> None:
    assert crew.words_about("occasion", 10**9, "zh-hans") == {}
    assert crew.words_about("account", 1, "zh-hans") == {}
