"""The ID number: of volunteers alone, checked, sealed, found by its fingerprint, gone with the person."""

import pytest
from django.db import connection

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people import actions
from laojia.foundation.people.models import Person
from laojia.kernel import crypto
from laojia.kernel.codes import mask_id_number
from laojia.kernel.errors import BadInput, NotPermitted
from tests.cast import NOW

pytestmark = pytest.mark.django_db

NUMBER = "149999198001011235"  # region of nobody: synthetic


def correct(cast, who, by, **changes):
    return actions.correct_person(actor=cast.as_(by), now=NOW, person_id=who.pk, changes=changes)


def test_a_volunteers_number_is_sealed_and_found_by_its_fingerprint(cast):
    correct(cast, cast.volunteer, cast.station_staff, id_number=" 149999 19800101 123-5 ")
    person = Person.objects.get(pk=cast.volunteer.pk)
    assert person.id_number == NUMBER
    assert person.id_number_hash == crypto.keyed_hash(NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM people_person WHERE id = %s", [person.pk])
        (stored,) = cursor.fetchone()
    assert NUMBER not in stored
    row = JournalRow.objects.filter(verb="person.correct").latest("id")
    assert row.fields == ["id_number"]
    assert NUMBER not in str(vars(row))


def test_a_resident_has_none(cast):
    with pytest.raises(BadInput) as refused:
        correct(cast, cast.resident, cast.station_staff, id_number=NUMBER)
    assert "id_number" in refused.value.fields
    assert Person.objects.get(pk=cast.resident.pk).id_number_hash == ""


def test_with_a_volunteer_number_it_is_kept_at_once(cast):
    person = actions.add_person(
        actor=cast.as_(cast.station_staff), now=NOW, name="新志愿", area=cast.village,
        volunteer_number="141024000000001", id_number=NUMBER,
    )  # fmt: skip
    assert person.id_number == NUMBER


@pytest.mark.parametrize("wrong", ["14999919800101123", "149999198001011230", "149999198002301239"])
def test_a_mistyped_number_is_refused_with_what_is_wrong(cast, wrong):
    with pytest.raises(BadInput) as refused:
        correct(cast, cast.volunteer, cast.station_staff, id_number=wrong)
    assert refused.value.fields["id_number"]
    assert str(refused.value.message)


def test_whoever_may_not_correct_does_not_enter_it(cast):
    with pytest.raises(NotPermitted):
        correct(cast, cast.second_volunteer, cast.grid_worker, id_number=NUMBER)


def test_it_is_exported_masked_elsewhere_and_erased(cast):
    correct(cast, cast.second_volunteer, cast.second_volunteer, id_number=NUMBER)
    held = actions.export_person(
        actor=cast.as_(cast.second_volunteer), now=NOW, person_id=cast.second_volunteer.pk
    )
    (person,) = next(t for t in held["tables"] if t["table"] == "people.Person")["rows"]
    assert person["id_number"] == NUMBER
    assert mask_id_number(NUMBER) == "**************1235"
    actions.erase_person(actor=cast.as_(cast.second_volunteer), now=NOW, person_id=cast.second_volunteer.pk)
    gone = Person.objects.get(pk=cast.second_volunteer.pk)
    assert (gone.id_number, gone.id_number_hash) == ("", "")
