"""Likely doubles: proposed with reasons, only the new and changed looked at, families and namesakes left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from laojia.foundation.outbox.models import Clock
from laojia.foundation.people import actions, queries
from laojia.foundation.people.jobs import arm, compare, look
from laojia.foundation.people.models import Likeness, Person
from laojia.foundation.people.queries import likenesses, looks_like
from tests.cast import NOW, PEOPLE, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everybody(cast):
    for name in PEOPLE:
        getattr(cast, name)
    compare(NOW, 1000)


def reasons():
    return {tuple(one.reasons) for one in Likeness.objects.all()}


@pytest.mark.parametrize(
    ("name", "phone", "place", "year", "found"),
    [
        ("王秀英", "13800000000", "village", None, {("phone",)}),
        ("秀英", "13800000000", "far_village", None, {("phone",)}),
        ("王大伟", "13800000000", "village", None, set()),  # a family's number
        ("王秀英", "13955550001", "village", None, set()),  # a namesake, no year known
        ("王秀英", "13955550001", "village", 1950, {("name_village_year",)}),
        ("王秀英", "13800000000", "village", 1950, {("name_village_year", "phone")}),
        ("王秀英", "13955550001", "second_village", 1950, set()),
        ("王秀英", "13955550001", "village", 1951, set()),
    ],
)
def test_who_is_like_whom_and_why(cast, name, phone, place, year, found):
    Person.objects.filter(pk=cast.resident.pk).update(birth_year=1950)
    person(name, phone, getattr(cast, place), birth_year=year)
    compare(NOW, 1000)
    assert reasons() == found


def test_the_same_id_number_is_one_person(cast):
    Person.objects.filter(pk=cast.volunteer.pk).update(id_number_hash="x")
    person("周字愿", "13955550001", cast.far_village, id_number_hash="x")
    compare(NOW, 1000)
    assert reasons() == {("id_number",)}
    pair = likenesses(cast.as_(cast.dispatcher)).get()
    assert {pair.low_id, pair.high_id} >= {cast.volunteer.pk}
    assert not likenesses(cast.as_(cast.station_staff)).exists()  # the other lives elsewhere


def test_only_the_new_and_changed_are_looked_at_and_no_pair_twice(cast, django_assert_max_num_queries):
    assert not queries.likenesses(cast.as_(cast.dispatcher)).exists()
    with django_assert_max_num_queries(4):
        assert compare(NOW, 1000) == 0
    person("王秀英", "13800000000", cast.village)
    assert compare(NOW, 1000) == 1
    actions.correct_person(
        actor=cast.as_(cast.dispatcher), now=NOW, person_id=cast.resident.pk, changes={"address": "新"}
    )
    assert Person.objects.get(pk=cast.resident.pk).compared_at is None
    assert compare(NOW, 1000) == 0
    assert Likeness.objects.count() == 1


def test_two_people_stay_two_people(cast):
    other = person("王秀英", "13800000000", cast.village)
    compare(NOW, 1000)
    actions.keep_apart(actor=cast.as_(cast.dispatcher), now=NOW, one_id=other.pk, other_id=cast.resident.pk)
    Person.objects.filter(pk=other.pk).update(compared_at=None)
    compare(NOW, 1000)
    assert not likenesses(cast.as_(cast.dispatcher)).exists()


def test_the_clock_goes_on_while_there_are_more(cast):
    arm(NOW)
    arm(NOW)
    clock = Clock.objects.get(kind="person.look")
    Person.objects.bulk_create([Person(name="甲", created_at=NOW) for _ in range(2001)])
    look(1, NOW)
    clock.refresh_from_db()
    assert clock.due_at == NOW
    look(1, NOW)
    clock.refresh_from_db()
    assert clock.due_at == NOW + timedelta(minutes=10)


def test_before_somebody_is_added_the_like_are_shown(cast):
    desk = cast.as_(cast.station_staff)
    assert looks_like(desk, name="秀英", phone="138 0000 0000") == [cast.resident]
    assert looks_like(desk, name="王秀英", area_id=cast.village.pk) == [cast.resident]
    assert looks_like(desk, name="王秀英", area_id=cast.village.pk, birth_year=1950) == [cast.resident]
    assert looks_like(desk, name="李四", phone="13800000000") == []
    assert looks_like(desk, name="钱远方", phone=cast.stranger.phone) == []
    assert looks_like(desk, name="", phone="1") == []
