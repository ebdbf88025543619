"""An unlisted need: said in one's own words, matched to an item by the dispatcher, or refused with where else to go."""

from __future__ import annotations

from typing import Any

import pytest

from laojia.steps.order.models import Order
from tests.journeys.stage import Stage
from tests.journeys.test_haircut import Axe

pytestmark = pytest.mark.journey


def _describe(stage: Stage, words: str, axe: Axe, shot: Any, name: str) -> Order:
    page = stage.phone(stage.cast.resident, "/")
    page.get_by_role("link", name="说说您要什么").first.click()
    page.locator("#id_words").fill(words)
    axe(page)
    shot(page, name, full=True)
    page.locator("#order .main-button button").click()
    page.wait_for_url("**/order/done/**")
    order = Order.objects.latest("id")
    assert (order.state, order.item_version_id, order.words) == ("received", None, words)
    return order


def test_matched_to_an_item(stage: Stage, axe: Axe, shot: Any) -> None:
    order = _describe(stage, "老娘想剪剪头发，出不了门", axe, shot, "unlisted need")
    desk = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/")
    assert "剪剪头发" in desk.content()
    desk.get_by_role("link", name="对上菜单").click()
    axe(desk)
    shot(desk, "matching")
    desk.locator("main select").select_option(label="上门理发")
    desk.locator("main form .btn-primary").first.click()
    order.refresh_from_db()
    assert order.item_version is not None
    assert order.item_version.item.code == "LN01"
    assert order.state in ("received", "waiting")


def test_refused_with_where_else_to_go(stage: Stage, axe: Axe, shot: Any) -> None:
    order = _describe(stage, "想把我家宅基地过户给儿子", axe, shot, "another need")
    desk = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/")
    desk.keyboard.press("x")
    desk.wait_for_url("**/refuse/**")
    desk.get_by_label("这事归别的部门办").check()
    desk.locator("textarea[name=where_else], input[name=where_else]").fill(
        "请到镇便民服务中心不动产窗口，周一到周五 8:00–18:00。"
    )
    axe(desk)
    desk.locator("main form .btn-primary").first.click()
    desk.wait_for_url("**/desk/**")
    order.refresh_from_db()
    assert order.state == "refused"
    page = stage.phone(None, stage.link(stage.cast.resident, "order.refused"))
    axe(page)
    shot(page, "refused", full=True)
    assert "不动产窗口" in page.content()
