"""A film for a village: the grid worker applies for the committee, a team takes it on, shows it, records it; the committee reviews."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team, TeamWeek
from laojia.policy.roles import Role
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from laojia.steps.review.models import Review
from laojia.steps.serve.models import LawRecord
from tests.cast import START, person
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey
TEAM = "洪洞放映队"


def test_a_film_for_the_village(stage: Stage, axe: Axe, shot: Any) -> None:
    leader = _film_team(stage)
    order = _applied_for(stage, axe, shot)
    _dispatched(stage, axe, shot, order)
    occasion = _accepted(stage, axe, shot, order, leader)
    _shown_and_recorded(stage, axe, shot, order, occasion, leader)
    _reviewed_by_the_committee(stage, axe, shot, order)


def _film_team(stage: Stage) -> Person:
    cast = stage.cast
    team = Team.objects.create(name=TEAM, kind="文艺志愿队", area=cast.county, area_path=cast.county.path)
    for weekday in range(7):
        TeamWeek.objects.create(team=team, weekday=weekday, half="evening", capacity=1)
    leader = person("曹放映", "13900000011", cast.town)
    mate = person("严帮忙", "13900000012", cast.town)
    for who, role in ((leader, Role.TEAM_LEADER), (leader, Role.VOLUNTEER), (mate, Role.VOLUNTEER)):
        Post.objects.create(person=who, role=role, team=team, valid_from=START)
    return leader


def _applied_for(stage: Stage, axe: Axe, shot: Any) -> Order:
    """The grid worker asks in the name of the village; the committee's contact is the voice."""
    cast = stage.cast
    page = stage.phone(cast.grid_worker, "/help/")
    axe(page)
    page.locator("#q").fill(cast.neighbour.phone)
    page.get_by_role("button", name="找").first.click()
    page.get_by_role("link", name=re.compile("赵")).first.click()
    axe(page)
    shot(page, "film choose", full=True)
    page.get_by_role("link", name=re.compile("到村里放场电影")).click()
    axe(page)
    page.get_by_text(f"{cast.village.name}委员会").click()
    page.get_by_text("能停车，能接电").click()
    page.get_by_text("戏曲片").click()
    page.get_by_label("哪条巷、几号").fill("村委会前的空地")
    page.get_by_label("一共几个人？").fill("200")
    page.get_by_text("打电话说的").click()
    page.locator("#id_consent_spoken").check()
    shot(page, "film apply", full=True)
    page.locator("#order .main-button button").click()
    page.wait_for_url("**/help/card/**")
    axe(page)
    shot(page, "film card", full=True)
    order = Order.objects.get()
    assert order.unit is not None
    assert order.person_id is None
    assert (order.asker_id, order.entered_by_id) == (cast.neighbour.pk, cast.grid_worker.pk)
    assert order.channel == "phone"
    return order


def _dispatched(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    stage.later(minutes=10)
    page = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/")
    axe(page)
    shot(page, "film desk")
    page.get_by_role("button", name=re.compile("派给这支队")).first.click()
    page.get_by_text("秒内可撤回").first.wait_for()
    occasion = Occasion.objects.get()
    assert (occasion.kind, occasion.state) == ("whole_village", "offered")


def _accepted(stage: Stage, axe: Axe, shot: Any, order: Order, leader: Person) -> Occasion:
    stage.later(minutes=1)
    page = stage.phone(None, stage.link(leader, "offer.made"))
    assert "整村" in page.inner_text("main")
    assert "门牌" not in page.inner_text("main")  # the place is the village, not a home
    axe(page)
    shot(page, "film offer", full=True)
    page.get_by_role("button", name="接", exact=True).click()
    page.get_by_text("谢谢。会告诉本人").wait_for()
    axe(page)
    page.locator("details", has_text="定谁去").get_by_text("严帮忙").click()
    page.get_by_role("button", name="约他们去").click()
    page.get_by_text("等他们回话").wait_for()
    shot(page, "film accepted", full=True)
    order.refresh_from_db()
    assert order.state == "arranged"
    said = stage.told(stage.cast.neighbour, "order.arranged_public").text or ""
    assert TEAM in said
    assert "口令" not in said  # nobody comes to a door
    page = stage.phone(None, stage.link(stage.cast.neighbour, "order.arranged_public"))
    axe(page)
    shot(page, "film arranged", full=True)
    assert "口令" not in page.inner_text("main")
    return Occasion.objects.get()


def _shown_and_recorded(
    stage: Stage, axe: Axe, shot: Any, order: Order, occasion: Occasion, leader: Person
) -> None:
    assert occasion.ends_at is not None
    stage.pass_to(occasion.ends_at + timedelta(minutes=20))
    occasion.refresh_from_db()
    assert occasion.state == "held"
    page = stage.phone(leader, "/team/")
    axe(page)
    shot(page, "film team today", full=True)
    page.get_by_role("link", name=re.compile("到村里放场电影")).first.click()
    page.get_by_role("link", name="做完了").click()
    axe(page)
    page.get_by_text("还有别人也去了").click()
    page.get_by_text("曹放映", exact=True).click()
    page.locator("#id_helped").fill("180")
    page.locator("#id_content").fill("放了一场戏曲片")
    shot(page, "film done", full=True)
    page.get_by_role("button", name="存好").click()
    page.wait_for_url(re.compile(r"/team/occasions/\d+/$"))
    axe(page)
    shot(page, "film recorded", full=True)
    record = LawRecord.objects.get(occasion=occasion)
    assert record.helped == 180
    assert record.recorded_at is not None
    page.get_by_role("link", name="打印").last.click()
    axe(page)
    shot(page, "film record sheet", full=True)
    order.refresh_from_db()
    assert order.state == "served"


def _reviewed_by_the_committee(stage: Stage, axe: Axe, shot: Any, order: Order) -> None:
    stage.later(hours=12)
    page = stage.phone(None, stage.link(stage.cast.neighbour, "review.ask"))
    axe(page)
    page.get_by_text("解决了", exact=True).first.click()
    page.get_by_text("很满意", exact=True).first.click()
    shot(page, "film review", full=True)
    page.locator(".main-button button").click()
    page.wait_for_load_state()
    axe(page)
    review = Review.objects.get()
    assert review.asker_id == stage.cast.neighbour.pk
    order.refresh_from_db()
    assert order.state == "closed"
