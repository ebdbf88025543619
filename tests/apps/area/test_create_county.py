"""county create: an empty, usable county from the division list, once."""

import pytest

from laojia.foundation.area import actions, jobs, queries
from laojia.foundation.area.models import Area
from laojia.foundation.area.rules import inside
from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import BadInput, Conflict, OutOfScope
from laojia.policy.facts import CLOCK
from tests.apps.area.conftest import NOW, STRANGER

pytestmark = pytest.mark.django_db


def test_hongdong_comes_from_the_committed_rows():
    made = jobs.create_county("141024", now=NOW)
    assert (made.towns, made.villages, made.made) == (15, 343, 359)
    assert made.county.name == "洪洞县"
    assert "15" in str(made)
    assert "343" in str(made)
    assert (
        dict(Area.objects.filter(level="village", kind="社区").values_list("code", "name"))["141024100001"]
        == "常一社区"
    )
    assert Area.objects.filter(kind="社区").count() == 18


def test_every_village_lies_inside_its_towns_prefix(county):
    areas = {area.code: area for area in Area.objects.all()}
    for area in areas.values():
        above = areas.get(
            {"town": area.code[:6], "village": area.code[:9]}.get(area.level, "").ljust(12, "0")
        )
        assert area.parent == (above if area.level != "county" else None)
        assert inside(area.path, [area.parent.path if area.parent else "/"])
        assert area.path.endswith(f"/{area.pk}/")


def test_twice_is_once(county):
    again = jobs.create_county("141024", now=NOW)
    assert (again.county, again.made) == (county, 0)
    assert Area.objects.count() == 359
    assert JournalRow.objects.filter(verb="area.create").count() == 1


def test_what_is_missing_is_added(county):
    Area.objects.filter(code="141024100001").delete()
    assert jobs.create_county("141024000000", now=NOW).made == 1


def test_any_county_of_the_national_list(division_folder):
    made = jobs.create_county("110101", division_folder, now=NOW)
    assert (made.towns, made.villages) == (2, 2)
    rows = list(Area.objects.order_by("code").values_list("code", "name", "level", "kind", "parent__code"))
    assert rows == [
        ("110101000000", "东城区", "county", "区", None),
        ("110101001000", "东华门街道", "town", "街道", "110101000000"),
        ("110101001001", "多福巷社区", "village", "社区", "110101001000"),
        ("110101002000", "景山街道", "town", "街道", "110101000000"),
        ("110101002001", "隆福寺社区", "village", "社区", "110101002000"),
    ]


def test_an_unknown_code_names_the_neighbours(division_folder):
    with pytest.raises(BadInput) as refused:
        jobs.create_county("110199", division_folder, now=NOW)
    assert refused.value.code == "county_unknown"
    assert "110102 西城区" in str(refused.value)
    assert not Area.objects.exists()


@pytest.mark.parametrize("code", ["14102", "abcdef", "", "1410240000001"])
def test_a_code_of_another_shape_is_refused(code):
    with pytest.raises(BadInput) as refused:
        jobs.create_county(code, now=NOW)
    assert refused.value.code == "county_code_shape"


def test_without_the_list_it_says_how_to_get_it(tmp_path):
    with pytest.raises(BadInput) as refused:
        jobs.create_county("110101", tmp_path, now=NOW)
    assert refused.value.code == "division_list_missing"
    assert "npm install" in str(refused.value)


def test_one_installation_serves_one_county(county, division_folder):
    with pytest.raises(Conflict):
        jobs.create_county("110101", division_folder, now=NOW)


def test_a_stranger_makes_no_county():
    with pytest.raises(OutOfScope):
        jobs.create_county("141024", actor=STRANGER, now=NOW)
    assert not Area.objects.exists()


def test_a_demonstration_is_marked_before_its_county_and_stays_one():
    actions.mark_demonstration(actor=CLOCK, now=NOW)
    assert queries.is_demonstration()
    actions.mark_demonstration(actor=CLOCK, now=NOW)
    jobs.create_county("141024", now=NOW)
    assert queries.is_demonstration()
    assert JournalRow.objects.filter(kind="area_book").count() == 1


def test_a_real_county_never_becomes_a_demonstration(county):
    with pytest.raises(Conflict):
        actions.mark_demonstration(actor=CLOCK, now=NOW)
    with pytest.raises(OutOfScope):
        actions.mark_demonstration(actor=STRANGER, now=NOW)
    assert not queries.is_demonstration()
