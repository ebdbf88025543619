"""Haircut at home, from a phone: ordered, dispatched, accepted by link, done, reviewed; each page seen and accessible."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from laojia.foundation.outbox.models import Message
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from laojia.steps.review.models import Review
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey


def test_haircut_at_home(stage: Stage, axe: Axe, shot: Any) -> None:
    order = _order_it(stage, axe, shot)
    _dispatch_it(stage, axe, shot, order)
    _accept_by_link(stage, axe, shot, order)
    _tracked_like_a_parcel(stage, axe, shot, order)
    _done_in_a_minute(stage, axe, shot, order)
    _say_how_it_was(stage, axe, shot, order)


def _order_it(stage: Stage, axe: Axe, shot: Any) -> Order:
    page = stage.phone(stage.cast.resident, "/")
    axe(page)
    shot(page, "home")
    page.get_by_role("link", name="照应老人").first.click()
    axe(page)
    shot(page, "menu")
    page.get_by_role("link", name="上门理发").first.click()
    axe(page)
    page.get_by_role("link", name="请人上门").click()
    axe(page)
    shot(page, "order")
    page.get_by_role("button", name="就这样约").click()
    page.wait_for_url("**/order/done/**")
    axe(page)
    shot(page, "done ordering", full=True)
    order = Order.objects.get()
    assert order.number in page.content()
    assert order.state == "waiting"
    assert order.person_id == stage.cast.resident.pk
    return order


def _dispatch_it(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    page = stage.desk(stage.cast.dispatcher, "/desk/")
    axe(page)
    page.keyboard.press("j")
    page.wait_for_timeout(600)
    shot(page, "dispatch")
    axe(page)
    assert stage.cast.resident.name not in page.content()  # masked at the desk
    page.get_by_role("button", name=re.compile("派给这支队")).first.click()
    page.get_by_text("秒内可撤回").first.wait_for()
    shot(page, "dispatched")
    axe(page)
    order.refresh_from_db()
    assert Occasion.objects.get().state == "offered"


def _accept_by_link(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    stage.later(minutes=1)
    page = stage.phone(None, stage.link(stage.cast.leader, "offer.made"))
    axe(page)
    shot(page, "serve")
    page.get_by_role("button", name="接", exact=True).click()
    page.get_by_text("谢谢。会告诉本人").wait_for()
    axe(page)
    shot(page, "accepted", full=True)
    order.refresh_from_db()
    assert order.state == "arranged"
    page.get_by_label(stage.cast.volunteer.name).check()
    page.get_by_role("button", name="约他们去").click()
    page.get_by_text("已经约了").wait_for()


def _tracked_like_a_parcel(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    stage.later(minutes=1)
    page = stage.phone(None, stage.link(stage.cast.resident, "order.arranged"))
    axe(page)
    shot(page, "tracked", full=True)
    door_word = order.attendances.get().door_word
    assert door_word in page.content()
    assert stage.cast.team.name in page.content()
    looked_up = stage.phone(None, f"/o/{order.number}/")
    assert stage.cast.team.name not in looked_up.content()  # the number alone opens nothing


def _done_in_a_minute(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    begins = Occasion.objects.get().starts_at
    assert begins is not None
    stage.pass_to(begins + timedelta(hours=1))
    page = stage.phone(stage.cast.leader, "/team/")
    axe(page)
    shot(page, "team today", full=True)
    page.get_by_role("link", name="上门理发").first.click()
    page.get_by_role("link", name="做完了").click()
    axe(page)
    shot(page, "done", full=True)
    page.get_by_label(stage.cast.volunteer.name).check()
    page.get_by_role("button", name="存好").click()
    page.get_by_text("记录写好了").wait_for()
    order.refresh_from_db()
    assert order.state == "served"


def _say_how_it_was(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    stage.later(hours=3)
    assert Message.objects.filter(template="review.ask").exists()
    page = stage.phone(None, stage.link(stage.cast.resident, "review.ask"))
    axe(page)
    shot(page, "review")
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("很满意").check()
    page.get_by_role("button", name="就是这样").click()
    page.get_by_role("heading", name="谢谢您").wait_for()
    axe(page)
    order.refresh_from_db()
    assert (order.state, order.close_kind) == ("closed", "solved")
    assert Review.objects.get().satisfaction == 5
