"""Demanded tables: saved, run, copied, removed; masked unless a reason is given by who may; inside one's areas only."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from laojia.desks.reports import actions
from laojia.desks.reports.models import SavedTable
from laojia.desks.reports.queries.columns import AUDIENCES, CATEGORIES, SUBJECTS, official
from laojia.desks.reports.queries.tables import lines_of, rows_of
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Person
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.cast import TODAY
from tests.world import DOOR, NOON, World

pytestmark = pytest.mark.django_db


def save(world: World, subject: str = "orders", who: str = "dispatcher", **facts: Any) -> SavedTable:
    """A table with every column, unless told otherwise."""
    given = {
        "key": uuid.uuid4(), "name": f"表{SavedTable.objects.count()}", "subject": subject, "filters": {},
        "columns": [(c.code, str(c.heading)) for c in SUBJECTS.get(subject, SUBJECTS["orders"]).columns],
        "actor": world.cast.as_(getattr(world.cast, who)), "now": NOON,
    } | facts  # fmt: skip
    return actions.save_table(**given)


def cells(world: World, table: SavedTable, who: str = "dispatcher", *, full: bool = False) -> list[list[Any]]:
    actor = world.cast.as_(getattr(world.cast, who))
    return list(lines_of(table, rows_of(actor, table, TODAY), full=full))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_with_every_column(world: World, subject: str) -> None:
    rows = cells(world, save(world, subject))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(SUBJECTS[subject].columns)}
    text = str(rows)
    assert DOOR not in text
    for who in ("resident", "volunteer", "leader"):
        person = getattr(world.cast, who)
        assert person.phone not in text
        assert f"'{person.name}'" not in text
    in_full = str(cells(world, save(world, subject), full=True))
    assert (world.cast.volunteer.name in in_full) == (subject in ("volunteers", "members"))


def test_saved_changed_copied_removed(world: World) -> None:
    key = uuid.uuid4()
    table = save(world, key=key, name="民政局季报")
    assert save(world, key=key, name="民政局季报") == table
    with pytest.raises(Conflict):
        save(world, name="民政局季报")
    stale = SavedTable.objects.get(pk=table.pk)
    changed = save(world, table=table, name="民政局年报", columns=[("number", "单号")])
    assert (changed.name, changed.columns) == ("民政局年报", [["number", "单号"]])
    with pytest.raises(Conflict):
        save(world, table=stale, name="x")
    actor = world.cast.as_(world.cast.dispatcher)
    for _twice in range(2):
        actions.drop_table(table=changed, actor=actor, now=NOON)
    assert save(world, name="民政局年报").pk != table.pk
    verbs = list(JournalRow.objects.filter(kind="table").order_by("id").values_list("verb", flat=True))
    assert verbs == ["table.save", "table.save", "table.drop", "table.save"]


@pytest.mark.parametrize(
    "facts",
    [
        {"name": ""}, {"name": "长" * 61}, {"subject": "residents", "columns": [("number", "a")]}, {"columns": []},
        {"columns": [("nonsense", "x")]},
        {"columns": [("number", "a"), ("number", "b")]}, {"columns": [("number", " ")]},
        {"columns": [("number", "长" * 61)]}, {"filters": {"period": "ever"}},
    ],
)  # fmt: skip
def test_what_cannot_be_saved(world: World, facts: dict[str, Any]) -> None:
    before = SavedTable.objects.count()
    with pytest.raises(BadInput):
        save(world, **facts)
    assert SavedTable.objects.count() == before


@pytest.mark.parametrize("who", ["leader", "resident", "grid_worker", "keeper", "menu_editor", "audit_admin"])
def test_others_have_no_tables(world: World, client: Client, who: str) -> None:
    with pytest.raises((NotPermitted, OutOfScope)):
        save(world, who=who)
    table = save(world)
    actor = world.cast.as_(getattr(world.cast, who))
    for act in (actions.run_table, actions.drop_table):
        with pytest.raises((NotPermitted, OutOfScope)):
            act(table=table, actor=actor, now=NOON)
    signed_in(client, getattr(world.cast, who))
    assert client.get("/tables/").status_code == client.get(f"/tables/{table.pk}/").status_code == 404


def test_rows_stay_inside_the_areas_of_who_runs(world: World) -> None:
    table = save(world, columns=[("number", "单号")])
    mine = {row[0] for row in cells(world, table)[1:]}
    known = set(
        Order.objects.filter(practice=False, protected=False, sealed=False).exclude(state="merged").values_list("number", flat=True)
    )  # fmt: skip
    assert mine == known
    assert world.ids["sealed_number"] not in mine
    assert cells(world, table, "zone_leader")[1:] == cells(world, table)[1:]
    assert cells(world, table, "other_station_staff")[1:] == []


def test_the_oldest_stands_first_and_what_has_no_day_last(world: World) -> None:
    one, other = Occasion.objects.exclude(starts_at=None).order_by("id")[:2]
    for row, days in ((one, 3), (other, 1)):
        Occasion.objects.filter(pk=row.pk).update(starts_at=NOON - timedelta(days=days))
    Occasion.objects.filter(pk=Occasion.objects.order_by("id").first().pk).update(starts_at=None)
    rows = cells(world, save(world, "occasions", columns=[("date", "日期")]))
    days = [row[0] for row in rows[1:]] if rows[0] == ["日期"] else [row[0] for row in rows]
    dated = [day for day in days if day]
    assert dated == sorted(dated)
    assert not days[-1]


def test_narrowed(world: World) -> None:
    cast = world.cast

    def count(subject: str = "orders", **filters: str) -> int:
        return len(cells(world, save(world, subject, filters=filters))) - 1

    whole = count()
    assert count(period="this_month") == count(place=cast.town.code) == whole
    assert count(period="last_month") == count(place=cast.other_town.code) == count(item="NONE") == 0
    assert count(item="W04") == 1
    assert count("members", team_kind="医疗志愿队") == 2
    assert 0 < count("volunteers", team_kind="助老志愿队") < count("volunteers")


def test_in_full_only_with_a_reason_and_for_who_may_reveal(world: World, client: Client) -> None:
    cast = world.cast
    table = save(world, "members")
    staff = cast.as_(cast.county_leader)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.run_table(table=table, actor=staff, now=NOON, full=True, reason="asked_by_superior")
    signed_in(client, cast.dispatcher)
    address = f"/tables/{table.pk}/"
    for reason in ("", "nonsense", "emergency"):
        refused = client.post(f"{address}run/", {"kind": "csv", "full": "1", "reason": reason})
        assert refused.status_code == 422
    assert not JournalRow.objects.filter(verb="table.reveal").exists()
    masked = client.post(f"{address}run/", {"kind": "csv"}).content.decode("utf-8-sig")
    assert "周*" in masked
    assert cast.volunteer.name not in masked
    full = client.post(f"{address}run/", {"kind": "csv", "full": "1", "reason": "asked_by_superior"})
    assert cast.volunteer.name in full.content.decode("utf-8-sig")
    row = JournalRow.objects.get(verb="table.reveal")
    assert (row.reason, row.actor_id, row.subject_id) == ("asked_by_superior", cast.dispatcher.pk, table.pk)
    assert "phone" in row.fields
    assert JournalRow.objects.filter(verb="table.run").count() == 1


def test_sheets_in_full_are_few_an_hour(world: World, client: Client) -> None:
    table, sheet = save(world, "members"), {"kind": "csv", "full": "1", "reason": "asked_by_superior"}
    signed_in(client, world.cast.dispatcher)
    for _again in range(actions.tables.IN_FULL_AN_HOUR):
        assert client.post(f"/tables/{table.pk}/run/", sheet).status_code == 200
    refused = client.post(f"/tables/{table.pk}/run/", sheet)
    assert refused.status_code == 429
    assert "这一小时" in refused.content.decode()
    assert (
        client.post(f"/tables/{table.pk}/run/", {"kind": "csv"}).status_code == 200
    )  # masked: as often as needed
    rows = JournalRow.objects.filter(verb="table.reveal")
    assert rows.count() == actions.tables.IN_FULL_AN_HOUR


def test_formulas_are_texts_and_numbers_are_numbers(world: World, client: Client) -> None:
    from openpyxl import load_workbook

    Person.objects.filter(pk=world.cast.volunteer.pk).update(name="=1+1")
    table = save(
        world, "volunteers", columns=[("name", "=HYPERLINK(1)"), ("hours", "时长"), ("times", "次数")]
    )
    signed_in(client, world.cast.dispatcher)
    form = {"full": "1", "reason": "insurance_list"}
    rows = list(
        csv.reader(
            io.StringIO(
                client.post(f"/tables/{table.pk}/run/", form | {"kind": "csv"}).content.decode("utf-8-sig")
            )
        )
    )
    assert rows[0][0] == "'=HYPERLINK(1)"
    assert "'=1+1" in {row[0] for row in rows}
    book = load_workbook(io.BytesIO(client.post(f"/tables/{table.pk}/run/", form | {"kind": "xlsx"}).content))
    found = {row[0]: row[1:] for row in book.active.iter_rows(values_only=True)}
    assert found["'=1+1"] == (0.7, 1)


def test_by_pages(world: World, client: Client, django_assert_max_num_queries: Any) -> None:
    signed_in(client, world.cast.dispatcher)
    assert client.get("/tables/new/?subject=nonsense").status_code == 422
    assert client.get("/tables/new/?subject=orders").status_code == 200
    form = {
        "name": "信访局周表", "period": "this_month", "on_number": "on", "heading_number": "单子编号", "place_number": "2",
        "on_item": "on", "heading_item": "服务事项", "place_item": "1", "key": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post("/tables/new/?subject=orders", form | {"name": ""}).status_code == 422
    assert client.post("/tables/new/?subject=orders", {"name": "空"}).status_code == 422
    for _twice in range(2):
        made = client.post("/tables/new/?subject=orders", form)
        assert made.status_code == 302
    table = SavedTable.objects.get(name="信访局周表")
    assert table.columns == [["item", "服务事项"], ["number", "单子编号"]]
    assert client.post("/tables/new/?subject=orders", form | {"key": str(uuid.uuid4())}).status_code == 409
    with django_assert_max_num_queries(22):
        page = client.get(f"/tables/{table.pk}/").content.decode()
    assert "单子编号" in page
    changed = client.post(f"/tables/{table.pk}/change/", form | {"name": "信访局月表"})
    assert changed.status_code == 302
    assert "信访局月表" in client.get(f"/tables/{table.pk}/change/").content.decode()
    copied = client.post(f"/tables/{table.pk}/copy/")
    assert client.get(copied["Location"]).status_code == 200
    assert client.post(f"/tables/{table.pk}/drop/").status_code == 302
    assert client.get(f"/tables/{table.pk}/").status_code == 404
    assert "信访局月表 (2)" in client.get("/tables/").content.decode()


def test_official_lists() -> None:
    """22 categories and 13 audiences, by number; what the list does not know is 其他."""
    assert (len(CATEGORIES), len(AUDIENCES)) == (22, 13)
    assert official(["卫生健康"], CATEGORIES) == "4 卫生健康"
    assert official(["农村居民", "老年人"], AUDIENCES) == "3 老年人、9 农村居民"
    assert official(["没有的"], CATEGORIES) == "22 其他"
