"""The calendar's pages: everybody of the desks looks, the system administrator edits, wrong entries stay in the form."""

from datetime import date

import pytest

from laojia.foundation.calendar import queries
from laojia.foundation.calendar.models import Day, OfficeHours, Year
from laojia.kernel import clock
from tests.acting import signed_in


@pytest.fixture
def sign_in(client, cast):
    return lambda name: signed_in(client, getattr(cast, name))


@pytest.fixture
def admin(sign_in):
    return sign_in("system_admin")


def test_the_year_is_shown(admin, django_assert_max_num_queries):
    assert admin.get("/calendar/").url == f"/calendar/{clock.local_date(clock.now()).year}/"
    with django_assert_max_num_queries(14):
        page = admin.get("/calendar/2026/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "春节" in text
    assert "暂定" not in text
    assert "暂定" in admin.get("/calendar/2027/").content.decode()
    assert admin.get("/calendar/1200/").status_code == 404


def test_a_day_is_changed(admin):
    answer = admin.post("/calendar/2026/day/", {"day": "2026-11-27", "works": "no", "name": "大雪"})
    assert answer.url == "/calendar/2026/"
    assert not queries.calendar().works(date(2026, 11, 27))
    assert "大雪" in admin.get("/calendar/2026/").content.decode()


def test_a_day_of_a_year_not_entered_keeps_what_was_typed(admin):
    answer = admin.post("/calendar/2027/day/", {"day": "2027-03-01", "works": "no", "name": "下雪"})
    assert answer.status_code == 422
    assert not Day.objects.filter(date=date(2027, 3, 1)).exists()


def test_a_year_is_entered(admin):
    notice = "1月1日至3日 休 元旦\n2月6日 班 春节"
    answer = admin.post("/calendar/2027/enter/", {"source": "国办发明电", "days": notice})
    assert answer.url == "/calendar/2027/"
    assert Year.objects.get(year=2027).source == "国办发明电"
    admin.get("/calendar/2027/")  # says once that it is done
    assert "暂定" not in admin.get("/calendar/2027/").content.decode()


def test_a_line_that_cannot_be_read_is_named_and_kept(admin):
    answer = admin.post("/calendar/2027/enter/", {"source": "x", "days": "1月1日 休\n元旦放三天"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "第 2 行" in text
    assert "元旦放三天" in text
    assert not Year.objects.filter(year=2027).exists()


def test_office_hours(admin):
    hours = {"opens": "09:00", "closes": "12:00", "opens_again": "13:00", "closes_again": "17:00"}
    assert admin.post("/calendar/hours/", hours).status_code == 302
    assert OfficeHours.objects.count() == 2
    for wrong in ({"closes": "08:00"}, {"closes_again": ""}):
        assert admin.post("/calendar/hours/", hours | wrong).status_code == 422


@pytest.mark.parametrize("name", ["dispatcher", "station_staff"])
def test_desks_look_and_may_not_edit(sign_in, name):
    client = sign_in(name)
    page = client.get("/calendar/2026/")
    assert page.status_code == 200
    assert '<form method="post" action="/calendar' not in page.content.decode()
    assert client.post("/calendar/2026/day/", {"day": "2026-11-27", "works": "no"}).status_code == 403
    assert client.post("/calendar/2027/enter/", {"source": "x", "days": "1月1日 休"}).status_code == 403
    hours = {"opens": "09:00", "closes": "12:00"}
    assert client.post("/calendar/hours/", hours).status_code == 403


def test_strangers_find_nothing(client, cast, sign_in):
    assert client.get("/calendar/2026/").status_code == 404
    assert sign_in("resident").get("/calendar/2026/").status_code == 404
    assert client.post("/calendar/2026/day/", {"day": "2026-11-27", "works": "no"}).status_code == 404
