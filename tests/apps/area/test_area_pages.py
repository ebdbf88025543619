"""The areas pages: who sees them, what they show, what they change, and what they say when refused."""

import csv
import io

import pytest
import time_machine
from django.test import Client

from laojia.foundation.area import jobs
from laojia.foundation.area.models import Area, Station, Zone
from tests.acting import signed_in
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(cast):
    return signed_in(Client(), cast.system_admin)


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("path", ["/areas/", "/areas/download/", "/areas/141024000000/"])
def test_who_sees_the_areas(cast, path):
    for who in (cast.system_admin, cast.dispatcher, cast.station_staff, cast.county_leader):
        assert signed_in(Client(), who).get(path).status_code == 200, who.name
    for who in (cast.resident, cast.volunteer, cast.leader):
        assert signed_in(Client(), who).get(path).status_code in (403, 404), who.name
    assert Client().get(path).status_code in (302, 403, 404)


def test_only_the_administrator_changes(cast, admin):
    assert admin.get("/areas/zones/").status_code == 200
    for who in (cast.dispatcher, cast.county_leader, cast.resident):
        assert signed_in(Client(), who).get("/areas/zones/").status_code in (403, 404), who.name


def test_the_list_by_level_with_search(cast, admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = text(admin.get("/areas/"))
    assert "甘亭镇" in page
    assert "常一社区" not in page
    page = text(admin.get("/areas/", {"level": "village", "text": "常一"}))
    assert "常一社区" in page
    assert "常二社区" not in page
    first = text(admin.get("/areas/", {"level": "village"}))
    assert 'rel="next"' in first
    assert admin.get("/areas/", {"level": "village", "text": "没有这个村"}).status_code == 200
    assert admin.get("/areas/", {"level": "hamlet"}).status_code == 200


def test_paging_shows_every_village_once(cast, admin):
    seen, after = [], ""
    for _page in range(10):
        context = admin.get("/areas/", {"level": "village", "after": after}).context
        seen += [area.code for area in context["page"].rows]
        after = context["page"].next_cursor
        if not after:
            break
    assert len(seen) == len(set(seen)) == 343


def test_the_table_opens_in_a_spreadsheet(cast, admin):
    answer = admin.get("/areas/download/", {"level": "village", "text": "常一"})
    body = b"".join(answer.streaming_content).decode()
    assert body.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(body[1:])))
    assert [(row["code"], row["name"], row["parent_code"]) for row in rows] == [
        ("141024100001", "常一社区", "141024100000")
    ]
    assert "attachment" in answer["Content-Disposition"]


def test_one_area_with_its_map_labelled_schematic(cast, admin, django_assert_max_num_queries):
    page = text(admin.get(f"/areas/{cast.town.code}/"))
    assert 'viewBox="0 0 640' not in page
    jobs.generate_micro_grids(400, now=NOW)
    for code in ("141024", cast.town.code, cast.village.code):
        with django_assert_max_num_queries(24):
            page = text(admin.get(f"/areas/{code}/"))
        assert 'viewBox="0 0 640' in page
        assert "示意图" in page
        assert " style=" not in page
    assert "223466" in text(admin.get("/areas/", {"level": "county"}))
    assert admin.get("/areas/999999000000/").status_code == 404


def test_stations_and_successors_are_shown(cast, admin):
    page = text(admin.get(f"/areas/{cast.second_village.code}/"))
    assert "甘亭一站" in page
    admin.post(
        f"/areas/{cast.second_village.code}/close/",
        {"on": "2026-11-25", "kind": "merge", "codes": cast.village.code},
    )
    page = text(admin.get(f"/areas/{cast.second_village.code}/"))
    assert cast.village.name in page
    assert cast.second_village.name in text(admin.get(f"/areas/{cast.village.code}/"))


def test_add_rename_close(cast, admin):
    answer = admin.post(f"/areas/{cast.village.code}/new/", {"name": "东片"}, follow=True)
    grid = Area.objects.get(level="grid")
    assert answer.redirect_chain[-1][0] == f"/areas/{grid.code}/"
    admin.post(f"/areas/{grid.code}/rename/", {"name": "西片"})
    grid.refresh_from_db()
    assert grid.name == "西片"
    answer = admin.post(f"/areas/{grid.code}/close/", {"on": "2026-11-30", "kind": "merge", "codes": "1"})
    assert answer.status_code == 422
    assert 'value="2026-11-30"' in text(answer)
    assert admin.post(f"/areas/{grid.code}/new/", {"name": ""}).status_code == 422


def test_a_leader_changes_nothing(cast):
    client = signed_in(Client(), cast.county_leader)
    assert client.post(f"/areas/{cast.village.code}/rename/", {"name": "别名"}).status_code == 403
    assert client.post(f"/areas/{cast.village.code}/new/", {"name": "片"}).status_code == 403
    page = text(client.get(f"/areas/{cast.village.code}/"))
    assert "/rename/" not in page


def test_the_list_of_grids_is_read_in_among_the_other_lists(admin):
    assert 'href="/lists/?kind=areas"' in text(admin.get("/areas/"))
    assert '<option value="areas" selected>' in text(admin.get("/lists/?kind=areas"))
    assert admin.get("/areas/import/").status_code == 404


def test_a_station_is_made_changed_and_closed(cast, admin):
    entry = {
        "level": "station", "name": "常一站", "area": cast.village.pk, "villages": [cast.village.pk, cast.far_village.pk],
        "phone": "0357-6220009", "lon": "111.6", "lat": "36.2", "system": "gcj02",
    }  # fmt: skip
    assert admin.get("/areas/stations/new/").status_code == 200
    assert admin.post("/areas/stations/new/", entry).status_code == 302
    station = Station.objects.get(name="常一站")
    assert (station.villages.count(), station.position_system) == (2, "gcj02")
    assert "常一站" in text(admin.get(f"/areas/stations/{station.pk}/"))
    answer = admin.post(f"/areas/stations/{station.pk}/", entry | {"phone": "123", "lat": ""})
    assert answer.status_code == 422
    assert 'value="123"' in text(answer)
    answer = admin.post(f"/areas/stations/{station.pk}/", entry | {"phone": "123"})
    assert answer.status_code == 422
    admin.post(f"/areas/stations/{station.pk}/close/")
    station.refresh_from_db()
    assert station.closed_on == NOW.date()
    assert admin.get("/areas/stations/999999/").status_code == 404


def test_zones(cast, admin):
    assert (
        admin.post(
            "/areas/zones/", {"name": "第一片区", "villages": [cast.village.pk, cast.far_village.pk]}
        ).status_code
        == 302
    )
    zone = Zone.objects.get()
    assert "第一片区" in text(admin.get(f"/areas/zones/{zone.pk}/"))
    admin.post(f"/areas/zones/{zone.pk}/", {"name": "第二片区", "villages": [cast.village.pk]})
    assert Zone.objects.get().villages.count() == 1
    assert admin.post("/areas/zones/", {"name": "第二片区", "villages": [cast.village.pk]}).status_code == 422
    assert admin.get("/areas/zones/999999/").status_code == 404
    for name in ("第10片区", "第9片区"):
        admin.post("/areas/zones/", {"name": name, "villages": [cast.village.pk]})
    page = text(admin.get("/areas/zones/"))
    assert page.index("第9片区") < page.index("第10片区")
