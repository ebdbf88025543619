"""One volunteer's entry in the register, made at the desk: what goes in, what is refused, who may, what is journalled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Person, Registration
from laojia.foundation.people.queries import consents_of
from tests.acting import signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
CARD = "149999196805120016"
GIVEN = {
    "consented_on": "2026-11-20",
    "channel": "paper",
    "volunteer_number": "141024000000777",
    "id_number": CARD,
}


@pytest.fixture(autouse=True)
def _moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(Client(), cast.dispatcher)


def address(who: Person) -> str:
    return f"/people/{who.pk}/register/"


def test_entered_by_hand_as_by_a_list(cast: Cast, desk: Client) -> None:
    who = cast.volunteer
    page = desk.get(f"/people/{who.pk}/").content.decode()
    assert address(who) in page
    more = {"skills": "理发", "categories": ["社区服务", "卫生健康"]}
    assert desk.post(address(who), GIVEN | more)["Location"] == f"/people/{who.pk}/"
    who.refresh_from_db()
    assert (who.volunteer_number, who.id_number, who.birth_year) == ("141024000000777", CARD, 1968)
    row = Registration.objects.get(person=who)
    assert (row.gender, row.born_on, row.consented_on) == ("m", date(1968, 5, 12), date(2026, 11, 20))
    assert (row.skills, row.categories) == ("理发", ["社区服务", "卫生健康"])
    agreed = consents_of(who.pk)["volunteer_register"]
    assert (agreed.given, agreed.channel, agreed.heard_by_id) == (True, "paper", cast.dispatcher.pk)
    shown = desk.get(address(who)).content.decode()
    assert "0016" in shown
    assert CARD not in shown
    journal = str(list(JournalRow.objects.filter(subject_id=who.pk).values_list("verb", "fields")))
    assert "id_number" in journal
    assert CARD not in journal


def test_what_is_left_empty_stays(cast: Cast, desk: Client) -> None:
    desk.post(address(cast.volunteer), GIVEN | {"skills": "理发"})
    said = JournalRow.objects.filter(verb="person.consent").count()
    desk.post(address(cast.volunteer), {"skills": "理发、量血压"})
    row = Registration.objects.get(person=cast.volunteer)
    assert (row.skills, row.born_on, row.consented_on) == (
        "理发、量血压",
        date(1968, 5, 12),
        date(2026, 11, 20),
    )
    assert Person.objects.get(pk=cast.volunteer.pk).id_number == CARD
    assert JournalRow.objects.filter(verb="person.consent").count() == said
    before = JournalRow.objects.count()
    desk.post(
        address(cast.volunteer), GIVEN | {"skills": "理发、量血压"}
    )  # the same once more changes nothing
    assert JournalRow.objects.count() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consented_on": ""}, "consented_on"),
        ({"consented_on": "2026-12-24"}, "consented_on"),
        ({"id_number": "149999196805120017"}, "id_number"),
        ({"id_number": "12"}, "id_number"),
        ({"volunteer_number": "没有"}, "volunteer_number"),
        ({"gender": "f"}, "gender"),
        ({"born_on": "1968-05-13"}, "born_on"),
        ({"id_number": "", "born_on": "2020-05-13"}, "born_on"),
        ({"categories": ["诉苦"]}, "categories"),
        ({"channel": "wechat"}, "channel"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    cast: Cast, desk: Client, change: dict[str, Any], field: str
) -> None:
    answer = desk.post(address(cast.volunteer), GIVEN | change)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Registration.objects.filter(person=cast.volunteer).exists()
    assert not Person.objects.get(pk=cast.volunteer.pk).id_number


@pytest.mark.parametrize("field", ["id_number", "volunteer_number"])
def test_a_number_stands_with_one_person(cast: Cast, desk: Client, field: str) -> None:
    desk.post(address(cast.volunteer), GIVEN)
    given = {"consented_on": "2026-11-20", "channel": "phone", field: GIVEN[field]}
    answer = desk.post(address(cast.leader), given)
    assert answer.status_code == 422
    assert "周*" in answer.content.decode()
    assert not Registration.objects.filter(person=cast.leader).exists()


def test_for_volunteers_alone_and_by_the_desk_alone(cast: Cast, desk: Client) -> None:
    assert address(cast.resident) not in desk.get(f"/people/{cast.resident.pk}/").content.decode()
    assert desk.post(address(cast.resident), GIVEN).status_code == 404
    for who in (cast.leader, cast.volunteer, cast.county_leader, cast.other_station_staff):
        client = signed_in(Client(), who)
        assert client.get(address(cast.volunteer)).status_code == 404
        assert client.post(address(cast.volunteer), GIVEN).status_code == 404
    assert not Registration.objects.exists()
