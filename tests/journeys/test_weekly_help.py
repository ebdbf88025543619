"""Weekly company: asked for, a rhythm agreed, two weeks planned, a visit missed, a second one; paused and ended by a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order, StandingHelp
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey


def test_the_same_people_every_week(stage: Stage, axe: Axe, shot: Any) -> None:
    order = _asked_for(stage, axe, shot)
    _rhythm_and_team(stage, axe, shot, order)
    first, second = _two_weeks_stand(stage, axe, shot, order)
    _nobody_came(stage, axe, shot, order, first)
    _station_telephones(stage, axe, shot, order)
    _nobody_came_again(stage, axe, shot, order, second)
    _paused_by_a_call(stage, axe, shot, order)
    _still_right(stage, axe, shot, order)
    _ended_by_a_call(stage, axe, shot, order)


def _asked_for(stage: Stage, axe: Axe, shot: Any) -> Order:
    page = stage.phone(stage.cast.resident, "/menu/LN02/")
    axe(page)
    shot(page, "weekly item", full=True)
    page.locator(".main-button a").click()
    axe(page)
    page.get_by_text("听戏", exact=True).click()
    page.get_by_label("还有什么要我们知道的").fill("周三下午来最好")
    shot(page, "weekly order", full=True)
    page.get_by_role("button", name="就这样约").click()
    page.wait_for_url("**/order/done/**")
    order = Order.objects.get()
    assert order.state in ("received", "waiting")
    return order


def _rhythm_and_team(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    stage.later(minutes=10)
    page = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/")
    axe(page)
    shot(page, "weekly desk")
    assert page.get_by_role("button", name=re.compile("派给这支队")).count() == 0  # nothing to offer yet
    page.get_by_role("link", name="定成长期结对").click()
    axe(page)
    page.get_by_text("周三", exact=True).click()
    page.get_by_label("几点来？").fill("15:00")
    assert page.get_by_label("从哪天起？").input_value() == "2026-11-25"
    page.get_by_label("从哪天起？").fill("2026-12-02")
    shot(page, "weekly rhythm", full=True)
    page.locator(".main-button button").click()
    page.wait_for_url("**/desk/o/**")
    shot(page, "weekly fits", full=True)
    assert "下周三下午" in page.locator("#pane-order").inner_text()  # as agreed, whatever else the team could
    page.get_by_role("button", name=re.compile("派给这支队|再看一遍")).first.click()
    page.get_by_text("秒内可撤回").first.wait_for()
    stage.later(minutes=1)
    page = stage.phone(None, stage.link(stage.cast.leader, "offer.made"))
    axe(page)
    page.get_by_role("button", name="接", exact=True).click()
    page.get_by_text("谢谢。会告诉本人").wait_for()
    shot(page, "weekly accepted", full=True)


def _two_weeks_stand(stage: Stage, axe: Axe, shot: Any, order: Order) -> list[Occasion]:
    standing = StandingHelp.objects.get()
    assert standing.team_id == stage.cast.team.pk
    planned = list(Occasion.objects.filter(standing_id=standing.pk).order_by("starts_at"))
    assert [one.state for one in planned] == ["confirmed"] * len(planned)
    weeks = planned[-1].starts_at - planned[0].starts_at  # type: ignore[operator]
    assert weeks >= timedelta(weeks=1)
    page = stage.phone(stage.cast.resident, f"/o/{order.number}/")
    assert "往后" in page.inner_text("main")
    axe(page)
    shot(page, "weekly planned", full=True)
    page = stage.phone(stage.cast.resident, "/mine/")
    axe(page)
    shot(page, "weekly mine", full=True)
    return planned[:2]


def _say_nobody_came(stage: Stage, axe: Axe, shot: Any, order: Order, visit: Occasion) -> None:
    assert visit.ends_at is not None
    stage.pass_to(visit.ends_at + timedelta(minutes=30))
    page = stage.phone(stage.cast.resident, f"/o/{order.number}/")
    page.get_by_role("link", name="来了吗？说说怎么样").click()
    axe(page)
    page.get_by_text("没人来").first.click()
    page.get_by_text("没解决", exact=True).click()
    shot(page, "weekly nobody came", full=True)
    page.locator(".main-button button").click()
    page.wait_for_load_state()
    axe(page)
    assert Attendance.objects.get(occasion=visit).state == "team_absent"
    order.refresh_from_db()
    assert order.state == "arranged"


def _nobody_came(stage: Stage, axe: Axe, shot: Any, order: Order, visit: Occasion) -> None:
    _say_nobody_came(stage, axe, shot, order, visit)
    assert (order.holder, order.holder_why) == ("station", "visit_missed")
    assert order.holder_until is not None
    page = stage.phone(stage.cast.resident, f"/o/{order.number}/")
    held = page.locator("section.notice").first.inner_text()
    assert "甘亭一站" in held
    assert "打电话问问您" in held
    shot(page, "weekly missed", full=True)


def _station_telephones(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    page = stage.desk(stage.cast.station_staff, "/station/")
    page.get_by_role("heading", name="有一次没去成，打个电话问问好不好").wait_for()
    axe(page)
    shot(page, "weekly station")
    assert stage.cast.resident.name not in page.content()
    page.get_by_role("button", name="通上话了").click()
    page.wait_for_url("**/station/")
    assert page.get_by_role("heading", name="有一次没去成，打个电话问问好不好").count() == 0
    order.refresh_from_db()
    assert (order.holder, order.holder_id) == ("team", stage.cast.team.pk)


def _nobody_came_again(stage: Stage, axe: Axe, shot: Any, order: Order, visit: Occasion) -> None:
    _say_nobody_came(stage, axe, shot, order, visit)
    assert (order.holder, order.holder_why) == ("centre", "visits_missed")
    page = stage.desk(stage.cast.station_staff, "/station/")
    assert page.get_by_text("连着两次没去成").count() == 0  # the centre looks into it now
    page = stage.desk(stage.cast.dispatcher, "/station/")
    page.get_by_text("连着两次没去成").wait_for()
    axe(page)
    shot(page, "weekly centre")
    page.get_by_role("link", name="看这件结对").click()
    axe(page)
    shot(page, "weekly regular", full=True)


def _paused_by_a_call(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    standing = StandingHelp.objects.get()
    stage.later(hours=1)
    until = (stage.now + timedelta(days=9)).date()
    page = stage.desk(stage.cast.station_staff, f"/regular/{standing.pk}/")
    form = page.locator("details", has_text="先停一停")
    form.locator("summary").click()
    form.get_by_label("住院", exact=True).check()
    form.get_by_label("到哪天为止？").fill(until.isoformat())
    axe(page)
    shot(page, "weekly pause", full=True)
    form.get_by_role("button", name="先停一停").click()
    page.get_by_text("这段时间先不去").wait_for()
    standing.refresh_from_db()
    assert (standing.state, standing.paused_until) == ("paused", until)
    assert not Occasion.objects.filter(
        standing_id=standing.pk, state="confirmed", starts_at__gt=stage.now
    ).exists()
    page = stage.phone(stage.cast.resident, "/mine/")
    axe(page)
    shot(page, "weekly paused", full=True)
    stage.pass_to(datetime(until.year, until.month, until.day, 2, tzinfo=stage.now.tzinfo))
    standing.refresh_from_db()
    assert standing.state == "active"
    assert Occasion.objects.filter(
        standing_id=standing.pk, state="confirmed", starts_at__gt=stage.now
    ).exists()


def _still_right(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    """A month on: asked by message; she wants it changed; the station telephones and changes it; a sheet for the fridge."""
    standing = StandingHelp.objects.get()
    stage.later(days=26)
    page = stage.phone(None, stage.link(stage.cast.resident, "standing.still_right"))
    page.get_by_role("heading", name="还合适吗？").wait_for()
    axe(page)
    shot(page, "weekly still right", full=True)
    page.get_by_role("button", name="想改改，请打电话给我").click()
    page.get_by_text("没说定以前照常来").wait_for()
    page.get_by_role("link", name="贴冰箱的一张纸").click()
    axe(page)
    shot(page, "weekly fridge", full=True)
    page = stage.desk(stage.cast.station_staff, "/regular/?show=to_ask")
    axe(page)
    shot(page, "weekly to ask", full=True)
    page.get_by_role("link", name=re.compile("陪老人说说话")).click()
    page.get_by_text("打电话或上门说定").wait_for()
    form = page.locator("details", has_text="改时间").first
    form.locator("summary").click()
    form.get_by_text("周三", exact=True).click()
    form.get_by_text("周五", exact=True).click()
    form.get_by_role("button", name="保存").click()
    page.get_by_text("改好了").first.wait_for()
    axe(page)
    shot(page, "weekly changed", full=True)
    standing.refresh_from_db()
    assert standing.weekdays == [4]
    ahead = Occasion.objects.filter(standing_id=standing.pk, state="confirmed", starts_at__gt=stage.now)
    assert {one.date.weekday() for one in ahead if one.date} == {4}
    page = stage.phone(stage.cast.leader, "/regular/team/")
    page.get_by_role("link", name=re.compile("陪老人说说话")).click()
    page.get_by_text("你们队还照常去吗").wait_for()
    axe(page)
    shot(page, "weekly team", full=True)


def _ended_by_a_call(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    standing = StandingHelp.objects.get()
    page = stage.desk(stage.cast.station_staff, "/regular/")
    axe(page)
    shot(page, "weekly regulars")
    page.get_by_role("link", name=re.compile("陪老人说说话")).click()
    form = page.locator("details", has_text="不用常来了")
    form.locator("summary").click()
    form.get_by_label("本人说好了", exact=False).first.check()
    form.get_by_label("电话里说的").check()
    form.get_by_label("跟本人").check()
    axe(page)
    form.get_by_role("button", name="不用常来了").click()
    page.get_by_text("照说定的停下了").first.wait_for()
    shot(page, "weekly ended", full=True)
    standing.refresh_from_db()
    order.refresh_from_db()
    assert (standing.state, order.state) == ("ended", "served")
    assert not Occasion.objects.filter(
        standing_id=standing.pk, state="confirmed", starts_at__gt=stage.now
    ).exists()
