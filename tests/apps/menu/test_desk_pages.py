"""The desks: who may open which page, what a form keeps, what is written down."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.steps.menu import actions, queries
from laojia.steps.menu.forms.items import ItemForm
from laojia.steps.menu.models import ItemVersion, Occasion, Point
from tests.apps.menu.conftest import DAY, STARTS, clinic, confirmed
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SeenBy = Callable[[Any], Client]
OUTSIDE = ("resident", "volunteer", "leader", "grid_worker", "system_admin", "audit_admin", "county_leader")


def draft(cast: Cast, code: str = "LN01") -> ItemVersion:
    return actions.draft_from(version=queries.item(code), actor=cast.as_(cast.menu_editor), now=NOW)


def typed(row: ItemVersion, **more: Any) -> dict[str, Any]:
    """What a browser sends for the edit form as it stands, with `more` typed over it."""
    data: dict[str, Any] = {}
    for name, value in ItemForm.first(row).items():
        if isinstance(value, bool):
            data |= {name: "on"} if value else {}
        elif name in ("risks", "search", "qualification"):
            data[name] = "\n".join(value)
        elif value is not None:
            data[name] = value
    data |= {
        "q-TOTAL_FORMS": 8,
        "q-INITIAL_FORMS": len(row.questions),
        "q-MIN_NUM_FORMS": 0,
        "q-MAX_NUM_FORMS": 8,
    }
    for number, q in enumerate(row.questions):
        data |= {f"q-{number}-{k}": q[k] for k in ("key", "text", "kind", "help")}
        data[f"q-{number}-choices"] = "\n".join(q["choices"])
    for number in range(len(row.questions), 8):
        data[f"q-{number}-kind"] = "text"
    return data | {"seen": row.version} | more


# --- menu desk ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", OUTSIDE)
def test_the_menu_desk_is_closed_to_others(menu: Cast, seen_by: SeenBy, who: str) -> None:
    client, row = seen_by(getattr(menu, who)), draft(menu)
    for path in (
        "/menu-desk/",
        f"/menu-desk/{row.pk}/",
        f"/menu-desk/{row.pk}/edit/",
        "/menu-desk/menu.csv",
        "/menu-desk/new/",
    ):
        assert client.get(path).status_code in (403, 404), path
    assert client.post(f"/menu-desk/{row.pk}/publish/").status_code in (403, 404)
    row.refresh_from_db()
    assert row.state == "draft"


def test_a_dispatcher_looks_and_pauses_but_does_not_edit(menu: Cast, seen_by: SeenBy) -> None:
    client, row = seen_by(menu.dispatcher), queries.item("LN01")
    assert client.get("/menu-desk/").status_code == 200
    page = client.get(f"/menu-desk/{row.pk}/").content.decode()
    assert f"/menu-desk/{row.pk}/pause/" in page
    assert f"/menu-desk/{row.pk}/draft/" not in page
    assert client.post(f"/menu-desk/{row.pk}/draft/").status_code in (403, 404)
    assert client.post(f"/menu-desk/{row.pk}/pause/", {}).status_code == 422
    assert client.post(f"/menu-desk/{row.pk}/pause/", {"menu.pause-reason": "no_team"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "paused"


def test_the_list_costs_the_same_for_forty(
    menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    client = seen_by(menu.menu_editor)
    with django_assert_max_num_queries(10):
        text = client.get("/menu-desk/").content.decode()
    assert text.count("可以约") >= 40 or text.count("LN") >= 6
    assert "还没有" not in client.get("/menu-desk/?state=draft").content.decode()


def test_from_draft_to_menu(menu: Cast, seen_by: SeenBy) -> None:
    client, out = seen_by(menu.menu_editor), queries.item("LN01")
    answer = client.post(f"/menu-desk/{out.pk}/draft/")
    row = ItemVersion.objects.get(item=out.item, state="draft")
    assert answer.headers["Location"] == f"/menu-desk/{row.pk}/edit/"
    assert client.get(f"/menu-desk/{row.pk}/edit/").status_code == 200
    number = len(row.questions)
    sent = typed(row, name="上门剃头", **{f"q-{number}-text": "家里有热水吗？", f"q-{number}-kind": "yes_no"})
    assert client.post(f"/menu-desk/{row.pk}/edit/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.questions[-1]["text"], row.risks) == ("上门剃头", "家里有热水吗？", out.risks)
    assert row.questions[-1]["key"].startswith("question_")
    page = client.get(f"/menu-desk/{row.pk}/").content.decode()
    assert "<del>上门理发</del>" in page
    assert "<ins>上门剃头</ins>" in page
    assert client.post(f"/menu-desk/{row.pk}/publish/").status_code == 302
    assert queries.item("LN01").name == "上门剃头"
    out.refresh_from_db()
    assert out.state == "retired"


def test_saving_unchanged_changes_nothing(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(menu.menu_editor)
    for code in ("LN01", "YL01", "ET01", "WX01"):
        row = draft(menu, code)
        before = queries.facts_of(row)
        required = {f"q-{n}-required": "on" for n, q in enumerate(row.questions) if q["required"]}
        assert client.post(f"/menu-desk/{row.pk}/edit/", typed(row, **required)).status_code == 302
        assert queries.facts_of(ItemVersion.objects.get(pk=row.pk)) == before
        assert queries.version_diff(ItemVersion.objects.get(pk=row.pk)) == []


def test_two_editors_do_not_write_over_each_other(menu: Cast, seen_by: SeenBy) -> None:
    client, row = seen_by(menu.menu_editor), draft(menu)
    sent = typed(row, name="第二个")
    actions.save_draft(version=row, facts={"name": "第一个"}, actor=menu.as_(menu.menu_editor), now=NOW)
    answer = client.post(f"/menu-desk/{row.pk}/edit/", sent)
    assert answer.status_code == 422
    assert "第二个" in answer.content.decode(), "what was typed is kept"
    row.refresh_from_db()
    assert row.name == "第一个"


def test_what_is_missing_is_said_beside_the_field(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(menu.menu_editor)
    sent = {"code": "LN07", "name": "陪着散步", "tile": "照应老人", "mode": "home_visit"}
    assert client.post("/menu-desk/new/", sent).status_code == 302
    row = ItemVersion.objects.get(item__code="LN07")
    page = client.get(f"/menu-desk/{row.pk}/").content.decode()
    assert "发布前还差这些" in page
    assert client.post(f"/menu-desk/{row.pk}/publish/").status_code == 422
    assert client.post("/menu-desk/new/", sent).status_code == 422
    wrong = client.post("/menu-desk/new/", sent | {"code": "ln7"})
    assert wrong.status_code == 422
    assert "再看一下" not in wrong.content.decode(), "it says what a code looks like"
    assert client.post("/menu-desk/new/", sent | {"code": "ln08"}).status_code == 302
    assert ItemVersion.objects.filter(item__code="LN08").exists()
    written = client.get(f"/menu-desk/{row.pk}/edit/").content.decode()
    for wanted in ("一句话说明", "可能会"):  # what keeps it off the menu is not called optional
        assert "可以不填" not in written[written.index(f">{wanted}") :][:60]
    row.refresh_from_db()
    assert row.state == "draft"


def test_the_menu_as_a_table(menu: Cast, seen_by: SeenBy) -> None:
    answer = seen_by(menu.menu_editor).get("/menu-desk/menu.csv")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 42
    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[1][0] == "YL01"


def test_a_formula_in_the_table_stays_a_text(menu: Cast, seen_by: SeenBy) -> None:
    row = draft(menu)
    actions.save_draft(version=row, facts={"name": "=1+1"}, actor=menu.as_(menu.menu_editor), now=NOW)
    actions.publish(version=row, actor=menu.as_(menu.menu_editor), now=NOW)
    assert "'=1+1" in seen_by(menu.menu_editor).get("/menu-desk/menu.csv").content.decode()


# --- occasions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [*OUTSIDE, "menu_editor"])
def test_the_occasions_desk_is_closed_to_others(menu: Cast, seen_by: SeenBy, who: str) -> None:
    client, row = seen_by(getattr(menu, who)), confirmed(menu)
    for path in (
        "/occasions/",
        "/occasions/new/",
        "/occasions/many/",
        f"/occasions/{row.pk}/",
        f"/occasions/{row.pk}/roster/",
    ):
        assert client.get(path).status_code in (403, 404), path
    answer = client.post(f"/occasions/{row.pk}/call-off/", {"call_off-reason": "weather"})
    assert answer.status_code in (403, 404)
    row.refresh_from_db()
    assert row.state == "confirmed"


def opening(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "item": "YL01", "station": cast.station.pk, "day": DAY.isoformat(), "begins": "09:00", "closes": "12:00",
        "place": "村委会大院", "area": cast.village.pk, "team": cast.medical_team.pk, "places": 40, "held_back": 10,
        "volunteer_places": 0, "sponsor": "县人民医院", "filing_number": "YZ-1", "note": "",
        "key": "6f2c1c1e-7a0d-4b7e-9b60-2f4c77a1d001", **more,
    }  # fmt: skip


def test_a_station_opens_an_occasion_once(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(menu.station_staff)
    assert "医生到村义诊" in client.get("/occasions/new/").content.decode()
    page = client.get(f"/occasions/new/?item=YL01&station={menu.station.pk}").content.decode()
    assert menu.medical_team.name in page
    assert menu.team.name not in page
    first = client.post("/occasions/new/", opening(menu))
    again = client.post("/occasions/new/", opening(menu))
    row = Occasion.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"/occasions/{row.pk}/"
    assert (row.starts_at, row.places, row.held_back, row.station) == (STARTS, 40, 10, menu.station)
    assert client.get(f"/occasions/{row.pk}/").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"closes": "08:00"}, {"day": "2026-11-20"}, {"filing_number": ""}, {"held_back": 41}, {"place": ""}],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    menu: Cast, seen_by: SeenBy, wrong: dict[str, Any]
) -> None:
    answer = seen_by(menu.station_staff).post("/occasions/new/", opening(menu, **wrong))
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert "县人民医院" in answer.content.decode()
    assert not Occasion.objects.exists()


def test_a_week_at_one_price(menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any) -> None:
    for place in ("一", "二", "三", "四"):
        confirmed(menu, place=place)
    client = seen_by(menu.station_staff)
    with django_assert_max_num_queries(14):
        text = client.get(f"/occasions/?from={DAY}").content.decode()
    assert text.count("医生到村义诊") == 4
    assert "这几天没有场次" in client.get("/occasions/?from=2026-10-01").content.decode()
    assert client.get("/occasions/?from=rubbish&state=rubbish").status_code == 200


def test_postpone_change_reconfirm_and_call_off_by_form(menu: Cast, seen_by: SeenBy) -> None:
    row, client = confirmed(menu), seen_by(menu.station_staff)
    home = f"/occasions/{row.pk}/"
    sent = {"change-place": "村小学", "change-places": 45, "change-held_back": 10, "change-volunteer_places": 0,
            "change-day": DAY.isoformat(), "change-begins": "09:00", "change-closes": "12:00"}  # fmt: skip
    assert client.post(f"{home}change/", sent).status_code == 302
    assert client.post(f"{home}change/", sent | {"change-places": "3"}).status_code == 422
    assert (
        client.post(f"{home}postpone/", {"postpone-reason": "snow", "postpone-day": "2026-12-12"}).status_code
        == 422
    )
    sent = {
        "postpone-reason": "snow",
        "postpone-day": "2026-12-12",
        "postpone-begins": "09:00",
        "postpone-closes": "12:00",
    }
    assert client.post(f"{home}postpone/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.place, row.places) == ("postponed", "村小学", 45)
    again = {"reconfirm-day": "2026-12-12", "reconfirm-begins": "09:00", "reconfirm-closes": "12:00"}
    assert client.post(f"{home}reconfirm/", again).status_code in (403, 404), (
        "only the team says when it comes"
    )
    assert client.post(f"{home}call-off/", {"call_off-reason": "weather"}).status_code == 302
    assert client.post(f"{home}call-off/", {"call_off-reason": "weather"}).status_code == 409


def test_the_roster_shows_names_only_on_paper_and_that_is_written_down(menu: Cast, seen_by: SeenBy) -> None:
    row, client = confirmed(menu), seen_by(menu.station_staff)
    assert client.get(f"/occasions/{row.pk}/roster/").status_code == 200
    assert not JournalRow.objects.filter(verb="occasion.print").exists()
    assert client.post(f"/occasions/{row.pk}/roster/").status_code == 200
    journal = JournalRow.objects.get(verb="occasion.print")
    assert (journal.subject_id, journal.actor_id) == (row.pk, menu.station_staff.pk)


def test_a_snowed_in_day_is_looked_at_first(menu: Cast, seen_by: SeenBy) -> None:
    row, client = confirmed(menu), seen_by(menu.dispatcher)
    assert client.get("/occasions/many/").status_code == 200
    asked = {"verb": "occasion.postpone", "area": menu.town.pk, "day": DAY.isoformat(), "kinds": ["seats"],
             "reason": "snow", "to_date": "2026-12-12"}  # fmt: skip
    page = client.get("/occasions/many/", asked).content.decode()
    assert "医生到村义诊" in page
    row.refresh_from_db()
    assert row.state == "confirmed", "looking moves nothing"
    assert client.get("/occasions/many/", asked | {"reason": "too_few"}).status_code == 422
    assert client.post("/occasions/many/", asked).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.date.isoformat()) == ("postponed", "2026-12-12")
    assert "没有你管的场次" in client.get("/occasions/many/", asked).content.decode()


def test_a_station_sees_nothing_of_another_town(menu: Cast, seen_by: SeenBy) -> None:
    row = clinic(menu)
    assert seen_by(menu.other_station_staff).get(f"/occasions/{row.pk}/").status_code == 404


# --- points -------------------------------------------------------------------------------------------------------


def hours(**more: str) -> dict[str, Any]:
    return {
        "name": "爱心驿站",
        "address": "老街1号",
        "phone": "0357-6221111",
        "a_from_0": "08:00",
        "a_to_0": "11:30",
    } | more


def test_a_point_is_made_changed_and_given_up(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(menu.station_staff)
    sent = hours() | {"area": menu.village.pk, "items": [queries.item("YL03").item_id]}
    assert client.get("/points/desk/new/").status_code == 200
    assert client.post("/points/desk/new/", sent).status_code == 302
    row = Point.objects.get()
    assert list(row.hours.values_list("weekday", "opens")) != []
    assert client.get(f"/points/desk/{row.pk}/").status_code == 200
    assert (
        client.post(f"/points/desk/{row.pk}/", sent | {"b_from_0": "14:00", "b_to_0": "17:00"}).status_code
        == 302
    )
    assert row.hours.count() == 2
    assert client.post(f"/points/desk/{row.pk}/close/").status_code == 302
    assert client.get("/points/desk/").status_code == 200
    assert queries.points(now=NOW) == []
    assert JournalRow.objects.filter(verb="point.save", subject_id=row.pk).count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"a_to_0": ""},
        {"a_to_0": "07:00"},
        {"b_from_0": "11:00", "b_to_0": "12:00"},
        {"a_from_0": "", "a_to_0": ""},
        {"name": ""},
    ],
)
def test_hours_must_make_sense(menu: Cast, seen_by: SeenBy, wrong: dict[str, str]) -> None:
    sent = hours(**wrong) | {"area": menu.village.pk}
    answer = seen_by(menu.station_staff).post("/points/desk/new/", sent)
    assert answer.status_code == 422
    assert not Point.objects.exists()


@pytest.mark.parametrize("who", OUTSIDE)
def test_points_are_edited_by_the_desks_only(menu: Cast, seen_by: SeenBy, who: str) -> None:
    client = seen_by(getattr(menu, who))
    assert client.get("/points/desk/").status_code in (403, 404)
    assert client.post("/points/desk/new/", hours() | {"area": menu.village.pk}).status_code in (403, 404)
    assert not Point.objects.exists()
