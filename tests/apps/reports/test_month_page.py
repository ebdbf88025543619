"""The month page: who sees it, what it shows, that each figure opens as many rows as it says, print, workbook, words."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client

from laojia.desks.reports import queries
from laojia.desks.reports.models import MonthNote
from laojia.desks.reports.queries import COUNTED, Sheet
from laojia.desks.reports.rules import month_of, year_of
from laojia.foundation.journal.models import JournalRow
from laojia.kernel import clock
from laojia.policy.facts import Actor
from laojia.policy.metrics import METRICS, MONTH, on_page
from tests.acting import signed_in
from tests.cast import TODAY
from tests.world import DOOR, NOON, World

pytestmark = pytest.mark.django_db
HERE = "/month/2026-11/"


def sheet_of(actor: Actor, place: str = "") -> Sheet:
    return queries.sheet(queries.view_of(actor, place), month_of(TODAY), clock.now())


def totals(sheet: Sheet) -> dict[str, int]:
    return {code: figure.total for code, figure in sheet.figures.items()}


def test_what_the_world_did_this_month(world: World) -> None:
    """Counted by hand from tests/world.py."""
    found = totals(sheet_of(world.cast.as_(world.cast.dispatcher)))
    assert found["occasions_held"] == found["helped_orders"] == found["records_in_time"] == 1
    assert found["volunteer_time"] == 40
    assert found["walk_ins"] == 7
    assert found["complaints"] == found["complaint_ends"] == 2
    assert found["incidents"] == 1
    assert found["orders_taken"] == found["orders_helped"] + found["orders_open"] + found["cannot"]
    assert found["unlisted"] == 1
    assert found["reviews"] == found["not_reviewed"] == found["orders_late"] == 0


@pytest.mark.parametrize("who", ["dispatcher", "county_leader", "zone_leader", "station_staff", "leader"])
@pytest.mark.parametrize("period", [month_of(TODAY), year_of(2026)], ids=["month", "year"])
def test_every_figure_opens_as_many_rows_as_it_says(world: World, who: str, period: Any) -> None:
    view = queries.view_of(world.cast.as_(getattr(world.cast, who)))
    sheet = queries.sheet(view, period, NOON)
    assert set(sheet.figures) == {m.code for m in on_page(MONTH, team=who == "leader")}
    for code, figure in sheet.figures.items():
        assert queries.rows_behind(view, period, code, None, NOON).count() == figure.rows
        for part, n in figure.part_rows.items():
            assert queries.rows_behind(view, period, code, part, NOON).count() == n
        if figure.metric.split:
            assert sum(figure.parts.values()) == figure.total
            assert sum(figure.part_rows.values()) == figure.rows


def test_a_station_sees_its_villages_and_a_team_its_own_work(world: World) -> None:
    cast = world.cast
    far = sheet_of(cast.as_(cast.other_station_staff))
    assert not any(figure.rows for figure in far.figures.values())
    assert sheet_of(cast.as_(cast.station_staff)).figures["occasions_held"].rows == 1
    assert sheet_of(cast.as_(cast.leader)).figures["occasions_held"].rows == 1
    other = sheet_of(cast.as_(cast.other_leader))
    assert not any(figure.rows for figure in other.figures.values())
    assert "complaints" not in other.figures


@pytest.mark.parametrize(
    "who", ["resident", "volunteer", "grid_worker", "menu_editor", "keeper", "audit_admin"]
)
def test_others_find_nothing(world: World, client: Client, who: str) -> None:
    signed_in(client, getattr(world.cast, who))
    for path in (
        "/month/",
        HERE,
        f"{HERE}sheet/",
        f"{HERE}workbook.xlsx",
        f"{HERE}orders_taken/",
        "/month/definitions/",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"{HERE}note/", {"words": "x"}).status_code == 404


def test_the_page_shows_every_figure_with_its_rows(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    signed_in(client, world.cast.dispatcher)
    assert client.get("/month/")["Location"] == HERE
    with django_assert_max_num_queries(34):
        page = client.get(HERE)
    text = page.content.decode()
    assert page.status_code == 200
    for metric in on_page(MONTH):
        assert f'data-metric="{metric.code}"' in text
    for path in set(re.findall(r'href="(/month/2026-11/[a-z_]+/(?:\?part=[a-z_]+)?)"', text)) - {
        f"{HERE}sheet/"
    }:
        answer = client.get(path)
        assert answer.status_code == 200, path
        shown = answer.content.decode()
        assert not [
            mark for mark in (world.cast.resident.name, world.cast.volunteer.name, DOOR) if mark in shown
        ]
    assert "暂定" in text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/month/2026-13/", 422), ("/month/2027/", 422), ("/month/x/", 422), ("/month/2019/", 422),
        ("/month/2026-12/", 422), (f"{HERE}nonsense/", 404), (f"{HERE}now_waiting/", 404),
        (f"{HERE}?place=1", 422), (f"{HERE}orders_taken/?after=x", 422), ("/month/٢٠٢٦/", 422),
    ],
)  # fmt: skip
def test_odd_addresses_are_told_what_to_do(world: World, client: Client, path: str, code: int) -> None:
    signed_in(client, world.cast.dispatcher)
    assert client.get(path).status_code == code


def test_by_town(world: World, client: Client) -> None:
    cast = world.cast
    signed_in(client, cast.county_leader)
    page = client.get(HERE).content.decode()
    assert cast.town.name in page
    whole, town, other = (
        totals(sheet_of(cast.as_(cast.county_leader), code))
        for code in ("", cast.town.code, cast.other_town.code)
    )
    assert {code for code in whole if whole[code] != town[code]} == {"complaints", "complaint_ends"}
    assert whole["complaints"] == town["complaints"] + 1  # the one without a place is the county's
    assert not any(other.values())
    assert client.get(f"{HERE}?place={cast.town.code}").status_code == 200
    signed_in(client, cast.zone_leader)
    assert client.get(f"{HERE}?place={cast.other_town.code}").status_code == 422


def test_protected_rows_count_for_the_centre_in_the_whole_county_only(world: World) -> None:
    from tests.apps.dispatch.conftest import make_item

    cast = world.cast
    before = totals(sheet_of(cast.as_(cast.dispatcher)))["orders_taken"]
    item = make_item("W09", name="家里的难处找人调解", protected=True, trusted=False)
    world.ids["item"] = item
    order = world.place()
    after = {
        who: totals(sheet_of(cast.as_(getattr(cast, who))))["orders_taken"]
        for who in ("dispatcher", "county_leader", "zone_leader", "station_staff")
    }
    assert after.pop("dispatcher") == before + 1
    assert set(after.values()) == {before}
    assert totals(sheet_of(cast.as_(cast.dispatcher), cast.town.code))["orders_taken"] == before
    view = queries.view_of(cast.as_(cast.dispatcher))
    rows = queries.rows_behind(view, month_of(TODAY), "orders_taken", None, NOON)
    cells = queries.cells("order", rows.get(pk=order.pk))
    assert cells[1:3] == ["受保护", "—"]


def test_practice_and_sealed_are_never_counted(world: World) -> None:
    from laojia.steps.order.models import Order

    cast = world.cast
    before = totals(sheet_of(cast.as_(cast.dispatcher)))
    Order.objects.filter(pk=world.ids["waiting"]).update(practice=True)
    after = totals(sheet_of(cast.as_(cast.dispatcher)))
    assert after["orders_taken"] == before["orders_taken"] - 1
    view = queries.view_of(cast.as_(cast.dispatcher))
    rows = queries.rows_behind(view, month_of(TODAY), "orders_taken", None, NOON)
    assert not rows.filter(pk__in=[world.ids["sealed"], world.ids["waiting"]])


def test_on_paper_and_as_a_workbook(world: World, client: Client) -> None:
    from openpyxl import load_workbook

    signed_in(client, world.cast.dispatcher)
    assert client.get(f"{HERE}sheet/").status_code == 200
    answer = client.get(f"{HERE}workbook.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    figures, meanings = book.worksheets
    numbers = {
        row[0]: row[2] for row in figures.iter_rows(min_row=2, values_only=True) if row[0] and not row[1]
    }
    assert numbers["服务点来访"] == 7
    assert numbers["记下的志愿时长"] == 0.7
    assert isinstance(numbers["接到的单子"], int)
    assert meanings.max_row == 1 + len(on_page(MONTH))


def test_words_beside_the_month(world: World, client: Client) -> None:
    cast = world.cast
    signed_in(client, cast.county_leader)
    form = {"area": cast.county.code, "words": "下了两场雪，义诊改到 12 月。=1+1"}
    for _twice in range(2):
        assert client.post(f"{HERE}note/", form).status_code == 302
    note = MonthNote.objects.get()
    row = JournalRow.objects.get(verb="month.note")
    assert (row.subject_id, row.actor_id, row.fields) == (note.pk, cast.county_leader.pk, ["words"])
    for path in (HERE, f"{HERE}sheet/"):
        assert "下了两场雪" in client.get(path).content.decode()
    assert client.post(f"{HERE}note/", {"area": cast.county.code, "words": ""}).status_code == 302
    assert "下了两场雪" not in client.get(HERE).content.decode()
    assert MonthNote.objects.count() == 2
    assert client.post(f"{HERE}note/", {"area": "1", "words": "x"}).status_code == 422
    assert client.post(f"{HERE}note/", {"area": cast.county.code, "words": "长" * 2001}).status_code == 422
    assert client.post(f"{HERE}note/?place={cast.town.code}", {"area": cast.county.code}).status_code == 422


def test_a_note_stays_inside_the_area(world: World, client: Client) -> None:
    cast = world.cast
    signed_in(client, cast.station_staff)
    assert client.post(f"{HERE}note/", {"area": cast.county.code, "words": "x"}).status_code == 422
    assert client.post(f"{HERE}note/", {"area": cast.village.code, "words": "村里的话"}).status_code == 302
    assert "村里的话" in signed_in(Client(), cast.dispatcher).get(HERE).content.decode()
    assert "村里的话" not in signed_in(Client(), cast.other_station_staff).get(HERE).content.decode()
    leader = signed_in(Client(), cast.leader)
    assert "note/" not in leader.get(HERE).content.decode()
    assert leader.post(f"{HERE}note/", {"area": cast.town.code, "words": "x"}).status_code == 422
    assert MonthNote.objects.count() == 1


def test_every_definition_is_listed(world: World, client: Client) -> None:
    signed_in(client, world.cast.zone_leader)
    text = client.get("/month/definitions/").content.decode()
    assert set(re.findall(r'class="definition" id="(\w+)"', text)) == set(METRICS)
    assert set(COUNTED) == {m.code for m in on_page(MONTH)}
