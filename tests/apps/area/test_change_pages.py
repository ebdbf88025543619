"""The pages of merge, split and new name: preview before anything is planned, undo, and the rows behind a count."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from laojia.foundation.area.models import AreaChange
from tests.acting import signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, cast: Cast):
    with time_machine.travel(NOW, tick=False):
        yield signed_in(client, cast.system_admin)


def at(name: str, cast: Cast) -> str:
    return reverse(f"area:{name}", kwargs={"code": cast.village.code})


def test_preview_shows_and_plans_nothing(admin, cast, django_assert_max_num_queries):
    given = {"others": [cast.second_village.pk], "into": "", "name": "合心村", "on": "2026-12-01"}
    with django_assert_max_num_queries(90):
        page = admin.post(at("merge", cast), given | {"preview": "1"})
    words = page.content.decode()
    assert page.status_code == 200
    assert "合心村" in words
    assert "岗位" in words, "posts at the village are counted"
    assert cast.resident.name not in words
    assert not AreaChange.objects.exists()


def test_plan_list_undo(admin, cast):
    given = {"others": [cast.second_village.pk], "into": cast.village.pk, "on": "2026-12-01", "plan": "1"}
    page = admin.post(at("merge", cast), given, follow=True)
    words = page.content.decode()
    assert "2026-12-01" in words
    assert f"{cast.second_village.name} →" in words
    change = AreaChange.objects.get()
    again = admin.post(at("new_name", cast), {"name": "新名村", "on": "2026-12-01", "plan": "1"})
    assert again.status_code == 422
    assert "2026-12-01" in again.content.decode(), "the refusal names the day of the other change"
    page = admin.post(reverse("area:undo", kwargs={"pk": change.pk}), follow=True)
    assert page.status_code == 200
    assert AreaChange.objects.get().state == "undone"


def test_a_split_keeps_what_was_typed(admin, cast):
    page = admin.post(at("split", cast), {"name_1": "东村", "on": "2026-11-01", "rest": "1", "preview": "1"})
    assert page.status_code == 422
    assert "东村" in page.content.decode()
    given = {"name_1": "东村", "name_2": "西村", "on": "2026-12-05", "rest": "2", "plan": "1"}
    assert admin.post(at("split", cast), given).status_code == 302
    assert AreaChange.objects.get().plan["rest"] == 1


def test_a_new_name(admin, cast):
    assert admin.get(at("new_name", cast)).status_code == 200
    same = admin.post(at("new_name", cast), {"name": cast.village.name, "on": "2026-12-01", "preview": "1"})
    assert same.status_code == 422
    assert "已经叫这个名字了" in same.content.decode()
    given = {"name": "新名村", "on": "2026-12-01"}
    assert "新名村" in admin.post(at("new_name", cast), given | {"preview": "1"}).content.decode()
    assert admin.post(at("new_name", cast), given | {"plan": "1"}).status_code == 302


def test_who_opens_the_area_sees_what_is_planned_for_it(admin, cast):
    assert (
        "2026-12-01"
        not in admin.get(reverse("area:one", kwargs={"code": cast.village.code})).content.decode()
    )
    given = {"others": [cast.second_village.pk], "into": cast.village.pk, "on": "2026-12-01", "plan": "1"}
    admin.post(at("merge", cast), given)
    for area in (cast.village, cast.second_village, cast.town):
        page = admin.get(reverse("area:one", kwargs={"code": area.code})).content.decode()
        assert f"{cast.second_village.name} → {cast.village.name}" in page, area.name
    page = admin.get(reverse("area:one", kwargs={"code": cast.far_village.code})).content.decode()
    assert "2026-12-01" not in page


def test_where_an_answer_is_wanted_it_is_not_called_optional(admin, cast):
    page = admin.get(reverse("area:split", kwargs={"code": cast.town.code})).content.decode()
    assert f">{cast.village.name}</label>" in page


@pytest.mark.parametrize("kind", ["stations", "posts", "persons", "orders", "zones"])
def test_rows_behind_a_count_name_nobody(admin, cast, kind):
    page = admin.get(reverse("area:holds", kwargs={"code": cast.village.code, "kind": kind}))
    assert page.status_code == 200
    words = page.content.decode()
    assert cast.resident.name not in words
    assert cast.resident.phone not in words


def test_no_such_list(admin, cast):
    assert (
        admin.get(reverse("area:holds", kwargs={"code": cast.village.code, "kind": "x"})).status_code == 404
    )


@pytest.mark.parametrize("name", ["merge", "split", "new_name"])
def test_a_dispatcher_looks_at_areas_but_plans_none(client, cast, name):
    with time_machine.travel(NOW, tick=False):
        signed_in(client, cast.dispatcher)
        assert client.get(at(name, cast)).status_code == 403
        assert client.get(reverse("area:changes")).status_code == 200


def test_a_resident_sees_none_of_it(client, cast):
    with time_machine.travel(NOW, tick=False):
        signed_in(client, cast.resident)
        assert client.get(at("merge", cast)).status_code == 404
        assert client.get(reverse("area:changes")).status_code == 404
