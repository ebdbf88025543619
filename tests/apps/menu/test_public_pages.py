"""The public pages: found in one's own words, honest when full, paused, moved or empty; the same price for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.policy.facts import CLOCK
from laojia.policy.roles import Channel
from laojia.steps.menu import actions, queries
from laojia.steps.menu.models import MenuItem, Occasion
from laojia.steps.menu.rules.items import TILES
from tests.apps.menu.conftest import STARTS, clinic, confirmed
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SeenBy = Callable[[Any], Client]


def shown(client: Client, path: str, http: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == http, (path, answer.status_code)
    return str(answer.content.decode())


# --- the menu -----------------------------------------------------------------------------------------------------


def test_eight_tiles(menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        text = shown(seen_by(None), "/menu/")
    for tile in TILES:
        assert tile.name in text
        assert f"tile={tile.key}" in text


def test_before_there_is_a_menu(cast: Cast, seen_by: SeenBy) -> None:
    assert "/order/describe/" in shown(seen_by(None), "/menu/")


@pytest.mark.parametrize(
    ("words", "first"),
    [("剃头", "LN01"), ("量血压", "YL03"), ("义诊", "YL01"), ("灯泡", "WX01"), ("给我爸剃头", "LN01")],
)
def test_found_in_ones_own_words(menu: Cast, seen_by: SeenBy, words: str, first: str) -> None:
    found = [row.item.code for row in queries.items(text=words)]
    assert found[0] == first
    assert queries.item(first).name in shown(seen_by(None), f"/menu/?q={words}")


def test_search_looks_the_same_for_a_signed_in_person(
    menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    client = seen_by(menu.resident)
    with django_assert_max_num_queries(9):
        assert "上门理发" in shown(client, "/menu/?tile=elders")


def test_nothing_found_leads_to_ones_own_words(menu: Cast, seen_by: SeenBy) -> None:
    text = shown(seen_by(None), "/menu/?q=火箭")
    assert "菜单上没找到" in text
    assert "/order/describe/" in text


def test_an_item_not_for_this_place_is_not_offered_there(menu: Cast) -> None:
    version = queries.item("LN01")
    version.areas.add(menu.other_town)
    assert "LN01" not in {v.item.code for v in queries.items(area_path=menu.village.path)}
    assert "LN01" in {v.item.code for v in queries.items(area_path=menu.far_village.path)}


@pytest.mark.parametrize(
    ("code", "button", "target"),
    [
        ("LN01", "请人上门", "/order/new/LN01/"),
        ("FL01", "约个时间", "/order/new/FL01/"),
        ("WH02", "替村里申请", "/order/new/WH02/"),
        ("QT00", "说说您要什么", "/order/describe/"),
    ],
)
def test_the_button_follows_the_kind(
    menu: Cast, seen_by: SeenBy, code: str, button: str, target: str
) -> None:
    text = shown(seen_by(None), f"/menu/{code}/")
    assert button in text
    assert f'href="{target}"' in text


def test_an_item_says_what_can_happen_and_that_it_is_free(
    menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(7):
        text = shown(seen_by(None), "/menu/LN01/")
    version = queries.item("LN01")
    assert "；".join(version.risks) in text
    assert version.who_comes in text
    assert "不收钱" in text


def test_unknown_paused_and_retired_items_say_what_to_do(menu: Cast, seen_by: SeenBy) -> None:
    client, editor = seen_by(None), menu.as_(menu.menu_editor)
    shown(client, "/menu/XX99/", 404)
    row = queries.item("LN01")
    actions.pause(version=row, reason="season", actor=editor, now=NOW)
    assert "暂停" in shown(client, "/menu/LN01/", 409)
    assert "LN01" not in {v.item.code for v in queries.items()}
    actions.retire(version=row, reason="not_offered_any_more", actor=editor, now=NOW)
    assert "不再办了" in shown(client, "/menu/LN01/", 409)


def test_every_item_page_opens(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(None)
    for code in MenuItem.objects.values_list("code", flat=True):
        shown(client, f"/menu/{code}/")


# --- what is on ---------------------------------------------------------------------------------------------------


def test_on_by_day_with_seats_in_words(
    menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    row = confirmed(menu)
    confirmed(menu, place="卫生室")
    with django_assert_max_num_queries(7):
        text = shown(seen_by(None), "/on/")
    assert "还有 30 个名额" in text
    assert f"/on/{row.pk}/" in text
    assert "医生到村义诊" in shown(seen_by(None), f"/on/?town={menu.town.pk}&village={menu.village.pk}")
    assert "还没有安排" in shown(seen_by(None), f"/on/?town={menu.other_town.pk}")
    assert "还没有安排" in shown(seen_by(None), "/on/?kind=volunteers")


def test_a_full_clinic_offers_the_waiting_list(menu: Cast, seen_by: SeenBy) -> None:
    row = confirmed(menu)
    actions.take_seats(occasion=row, count=30, held=False, actor=menu.as_(menu.resident), now=NOW)
    text = shown(seen_by(None), f"/on/{row.pk}/")
    assert "网上约满了，打电话还有名额" in text
    Occasion.objects.filter(pk=row.pk).update(taken=40, held_taken=10)
    assert "约满了，可以排候补" in shown(seen_by(None), f"/on/{row.pk}/")
    Occasion.objects.filter(pk=row.pk).update(taken=30, held_taken=0)
    with time_machine.travel(STARTS - timedelta(hours=23), tick=False):
        assert "还有 10 个名额" in shown(Client(), f"/on/{row.pk}/"), (
            "the callers' seats are open to all by now"
        )


def test_a_moved_occasion_says_so(menu: Cast, seen_by: SeenBy) -> None:
    row, desk = confirmed(menu), menu.as_(menu.station_staff)
    actions.postpone(occasion=row, reason="snow", actor=desk, now=NOW)
    assert "新日子还没定" in shown(seen_by(None), f"/on/{row.pk}/")
    actions.call_off(occasion=row, reason="weather", actor=desk, now=NOW)
    assert "这一场取消了" in shown(seen_by(None), f"/on/{row.pk}/")


def test_what_is_not_announced_is_not_there(menu: Cast, seen_by: SeenBy) -> None:
    draft = clinic(menu)
    for who in (None, menu.resident, menu.stranger, menu.menu_editor, menu.security_admin):
        shown(seen_by(who), f"/on/{draft.pk}/", 404)
    shown(seen_by(menu.station_staff), f"/on/{draft.pk}/")
    shown(seen_by(None), "/on/999999/", 404)


def test_no_home_visit_on_any_public_page(menu: Cast, seen_by: SeenBy) -> None:
    visit = actions.open_occasion(
        actor=CLOCK, now=NOW, item_version=queries.item("LN01"), kind="visit", area=menu.village, starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=1), state="confirmed", team=menu.team,
    )  # fmt: skip
    assert "上门理发" not in shown(seen_by(None), "/on/")
    shown(seen_by(menu.resident), f"/on/{visit.pk}/", 404)


# --- points -------------------------------------------------------------------------------------------------------


def hut(cast: Cast) -> None:
    item = MenuItem.objects.get(code="YL03")
    hours = [(day, time(8), time(11, 30)) for day in range(5)] + [(2, time(14), time(17))]
    actions.save_point(
        name="健康小屋",
        area=cast.village,
        hours=hours,
        items=[item],
        actor=cast.as_(cast.station_staff),
        now=NOW,
    )


def test_points_say_whether_they_are_open(
    menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    hut(menu)
    with django_assert_max_num_queries(11):  # four of them read the working calendar, once in a while
        text = shown(seen_by(None), "/points/")
    assert "开着，到 11:30" in text
    assert "健康小屋量血压测血糖" in text
    assert "健康小屋" in shown(seen_by(None), "/menu/YL03/")
    with time_machine.travel(NOW.replace(hour=5), tick=False):
        assert "现在关着，今天 14:00 开" in shown(Client(), "/points/?item=YL03")
    assert "这里还没有服务点" in shown(seen_by(None), f"/points/?town={menu.other_town.pk}")


def test_occasion_of_a_protected_item_is_nowhere(menu: Cast) -> None:
    actions.open_occasion(
        actor=menu.as_(menu.dispatcher, Channel.PAGE), now=NOW, item_version=queries.item("TJ01"), kind="appointment",
        area=menu.village,
    )  # fmt: skip
    assert Occasion.objects.filter(protected=True, public=False).count() == 1


def test_the_menu_in_english(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(None)
    client.cookies["django_language"] = "en"
    version = queries.item("LN01")
    assert version.name_en in shown(client, "/menu/?tile=elders")
    text = shown(client, "/menu/LN01/")
    assert version.name_en in text
    assert version.short_en in text
