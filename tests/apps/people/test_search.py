"""Finding people while they telephone: parts of names, ends of numbers, villages, and combinations; in one's own area."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import people_seen
from laojia.foundation.people.rules import words_of
from tests.acting import signed_in
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def folk(cast):
    """Three 秀英 and their like, with numbers one knows."""
    return {
        "near": person("李秀英", "13911118000", cast.village),
        "second": person("王秀", "13911228000", cast.second_village),
        "far": person("张秀英", "13911338000", cast.far_village),
        "foreign": person("阿依·古丽", "13911449999", cast.village),
    }


def names(actor, text, **words):
    return [person.name for person in people_seen(actor, text, **words)]


def test_any_part_of_the_name_the_end_of_the_number_the_village_and_both(cast, folk):
    desk = cast.as_(cast.dispatcher)
    assert set(names(desk, "秀英")) == {"王秀英", "李秀英", "张秀英"}
    assert set(names(desk, "王秀")) == {"王秀英", "王秀"}
    assert "李秀英" in names(desk, "英")
    assert names(desk, "古丽") == names(desk, "阿依古丽") == ["阿依·古丽"]
    assert set(names(desk, "8000")) == {"李秀英", "王秀", "张秀英"}
    assert names(desk, "228000") == names(desk, "139 1122 8000") == names(desk, "+8613911228000") == ["王秀"]
    assert names(desk, "李 8000") == ["李秀英"]
    assert set(names(desk, f"秀英 {cast.town.name}")) == {"王秀英", "李秀英"}
    assert names(desk, f"8000 {cast.far_village.name}") == ["张秀英"]
    assert "李秀英" in names(desk, cast.village.name, limit=99)
    assert "张秀英" not in names(desk, cast.village.name, limit=99)


@pytest.mark.parametrize("text", ["", "   ", "800", "13911228001", "%", "_", "秀_", "秀%英", "🙂", "x" * 400])
def test_nothing_is_found_for_what_fits_nobody(cast, folk, text):
    assert people_seen(cast.as_(cast.dispatcher), text) == []


def test_nobody_is_found_outside_ones_area(cast, folk):
    assert set(names(cast.as_(cast.station_staff), "秀")) == {"王秀英", "李秀英", "王秀"}
    assert set(names(cast.as_(cast.grid_worker), "8000")) == {"李秀英"}
    assert names(cast.as_(cast.other_station_staff), "秀英") == ["张秀英"]
    assert names(cast.as_(cast.other_station_staff), f"秀英 {cast.village.name}") == []
    for nobody in (cast.security_admin, cast.leader, cast.volunteer, cast.resident, cast.county_leader):
        assert names(cast.as_(nobody), "秀英") == []


def test_erased_people_are_gone_and_a_joined_row_leads_to_the_kept_one(cast, folk):
    desk = cast.as_(cast.dispatcher)
    Person.objects.filter(pk=folk["second"].pk).update(merged_into=folk["near"])
    assert set(names(desk, "王秀")) == {"王秀英", "李秀英"}
    assert names(desk, "228000") == ["李秀英"]
    assert names(desk, "8000").count("李秀英") == 1
    Person.objects.filter(pk=folk["near"].pk).update(erased_at=NOW)
    assert "李秀英" not in names(desk, "秀英")


def test_few_statements_whatever_is_typed(cast, folk, django_assert_max_num_queries):
    desk = cast.as_(cast.dispatcher)
    for text, most in (("秀", 2), ("秀英", 3), ("8000", 1), (f"秀英 {cast.town.name}", 8), ("8000 秀英", 3)):
        with django_assert_max_num_queries(most):
            assert people_seen(desk, text)


def test_the_page_shows_them_masked(cast, folk):
    page = signed_in(Client(), cast.station_staff).get("/people/", {"q": "秀英"}).content.decode()
    assert "李*" in page
    assert "李秀英" not in page
    assert "13911118000" not in page


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_few_clean_words(text):
    words = words_of(text)
    assert len(words) <= 4
    for word in words:
        assert word.text
        assert " " not in word.text
        assert not word.digits or len(word.text) >= 4
