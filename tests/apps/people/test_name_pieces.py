"""Pieces of names follow the names, whoever writes them; on both databases."""

import pytest

from laojia.foundation.people import actions
from laojia.foundation.people.models import NamePiece, Person
from tests.cast import NOW

pytestmark = pytest.mark.django_db


def pieces(person):
    return set(NamePiece.objects.filter(person=person).values_list("piece", "area_path"))


def at(path, *words):
    return {(word, path) for word in words}


def test_a_name_is_found_from_each_of_its_signs_on(cast):
    path = cast.village.path
    assert pieces(cast.resident) == at(path, "王秀英", "秀英", "英")
    person = actions.add_person(
        actor=cast.as_(cast.dispatcher), now=NOW, name="阿依·古丽 Li", area=cast.village
    )
    assert pieces(person) == at(path, "阿依古丽li", "依古丽li", "古丽li", "丽li", "li", "i")


def test_many_at_once_the_same_sign_twice_and_a_change_by_hand(cast):
    rows = Person.objects.bulk_create(
        [Person(name=name, created_at=NOW) for name in ("王英英", "王英英", "")]
    )
    assert pieces(rows[0]) == pieces(rows[1]) == at("", "王英英", "英英", "英")
    assert pieces(rows[2]) == set()
    Person.objects.filter(pk=rows[0].pk).update(name="李英")
    assert pieces(rows[0]) == at("", "李英", "英")
    Person.objects.filter(pk=rows[0].pk).update(area_path="/1/")
    assert pieces(rows[0]) == at("/1/", "李英", "英")


def test_a_corrected_and_an_erased_name_leave_nothing(cast):
    actions.correct_person(
        actor=cast.as_(cast.dispatcher), now=NOW, person_id=cast.neighbour.pk, changes={"name": "赵小山"}
    )
    assert pieces(cast.neighbour) == at(cast.village.path, "赵小山", "小山", "山")
    actions.erase_person(actor=cast.as_(cast.neighbour), now=NOW, person_id=cast.neighbour.pk)
    assert pieces(cast.neighbour) == set()
