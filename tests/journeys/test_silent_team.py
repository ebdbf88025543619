"""A team that never answers: reminder, telephone, the next team, silence again, everybody at once; nothing passes in silence."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team, TeamWeek
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.cast import NOW, START, person
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey
THIRD = "大槐树助老志愿队"


def test_a_team_that_never_answers(stage: Stage, axe: Axe, shot: Any) -> None:
    third = _third_team(stage)
    order = _ordered(stage)
    _ask_the_first(stage, order)
    first = Offer.objects.get()
    _reminded_then_telephoned(stage, axe, shot, order, first)
    second = _next_team(stage, axe, shot, order, first)
    _everybody_at_once(stage, axe, shot, order, second)
    _claimed(stage, axe, shot, order, third)


def test_nobody_at_all_is_said_in_time(stage: Stage, axe: Axe, shot: Any) -> None:
    order = _ordered(stage)
    page = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/")
    page.get_by_role("button", name="放到大家都能接").click()
    page.get_by_text("合适的队伍都能认领了").first.wait_for()
    promised = order.promise_due_at
    for step in ("pool", "station", "centre"):
        entry = PoolEntry.objects.get()
        assert entry.step == step
        assert entry.step_due_at <= promised
        _says_who_holds_it(stage, axe, shot, order, f"nobody {step}")
        stage.pass_to(entry.step_due_at + timedelta(seconds=1))
    stage.pass_to(promised + timedelta(minutes=1))
    order.refresh_from_db()
    assert order.late_since is not None
    assert order.promise_due_at > stage.now
    assert "让您久等了" in (stage.told(stage.cast.resident, "order.delayed").text or "")
    _says_who_holds_it(stage, axe, shot, order, "nobody late")
    page = stage.desk(stage.cast.dispatcher, "/desk/offers/")
    assert order.item_version is not None
    page.get_by_role("heading", name="过了答应的时间").wait_for()
    assert page.get_by_role("link", name=re.compile(order.item_version.name)).count() >= 1
    axe(page)
    shot(page, "silent desk late")
    page = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/end/")
    axe(page)
    shot(page, "silent desk end")


def _third_team(stage: Stage) -> Person:
    """One more team of the trade, with a leader, far enough to be asked last."""
    cast = stage.cast
    area = cast.other_town
    team = Team.objects.create(name=THIRD, kind="助老志愿队", area=area, area_path=area.path)
    for weekday in range(7):
        for half in ("morning", "afternoon", "evening"):
            TeamWeek.objects.create(team=team, weekday=weekday, half=half, capacity=2)
    leader = person("华队长", "13900000001", area)
    for role in (Role.TEAM_LEADER, Role.VOLUNTEER):
        Post.objects.create(person=leader, role=role, team=team, valid_from=START)
    return leader


def _ordered(stage: Stage) -> Order:
    cast = stage.cast
    version = ItemVersion.objects.get(item__code="LN01", state="published")
    return orders.place(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=version, area=cast.village,
        place="一巷3号", times=[{"date": "2026-12-03", "half": "morning"}],
    )  # fmt: skip


def _ask_the_first(stage: Stage, order: Order) -> None:
    page = stage.desk(stage.cast.dispatcher, f"/desk/o/{order.pk}/")
    page.get_by_role("button", name=re.compile("派给这支队")).first.click()
    page.get_by_text("秒内可撤回").first.wait_for()


def _says_who_holds_it(stage: Stage, axe: Axe, shot: Any, order: Order, name: str) -> str:
    """The resident's page at this hop: who, since when, until when, why; and the promise stands."""
    order.refresh_from_db()
    assert order.holder != "nobody"
    assert order.holder_until is not None
    assert stage.now <= order.holder_until <= order.promise_due_at
    page = stage.phone(stage.cast.resident, f"/o/{order.number}/")
    held = page.locator("section.notice").first.inner_text()
    assert "起" in held or "从" in held, held
    assert re.search(r"\d\d:\d\d", held), held
    axe(page)
    shot(page, f"silent {name}", full=True)
    return held


def _reminded_then_telephoned(stage: Stage, axe: Axe, shot: Any, order: Order, offer: Offer) -> None:
    leader = stage.cast.leader if offer.team == stage.cast.team else stage.cast.other_leader
    held = _says_who_holds_it(stage, axe, shot, order, "1 asked")
    assert offer.team.name in held
    stage.pass_to(offer.made_at + (offer.answer_due_at - offer.made_at) / 2 + timedelta(minutes=1))
    assert "没回话我们就找别的队" in (stage.told(leader, "offer.reminder").text or "")
    while (offer.to_call_since) is None:
        stage.later(minutes=15)
        offer.refresh_from_db()
        assert stage.now < offer.answer_due_at
    page = stage.desk(stage.cast.dispatcher, "/desk/offers/")
    page.get_by_role("heading", name="现在要打的电话").wait_for()
    axe(page)
    shot(page, "silent desk telephone")
    page.get_by_role("button", name="打过了").click()
    page.get_by_text("记下").first.wait_for()
    offer.refresh_from_db()
    assert offer.called_at is not None


def _next_team(stage: Stage, axe: Axe, shot: Any, order: Order, first: Offer) -> Offer:
    stage.pass_to(first.answer_due_at + timedelta(minutes=1))
    first.refresh_from_db()
    assert first.state == "expired"
    second = Offer.objects.get(state="open")
    assert second.team_id != first.team_id
    held = _says_who_holds_it(stage, axe, shot, order, "2 next team")
    assert "不用再约" in held
    assert second.team.name in held
    return second


def _everybody_at_once(stage: Stage, axe: Axe, shot: Any, order: Order, second: Offer) -> None:
    stage.pass_to(second.answer_due_at + timedelta(minutes=1))
    assert not Offer.objects.filter(state="open").exists()
    held = _says_who_holds_it(stage, axe, shot, order, "3 pool")
    assert "几支队伍" in held
    page = stage.desk(stage.cast.dispatcher, "/desk/offers/")
    page.get_by_role("heading", name="大家都能接的").wait_for()
    axe(page)
    shot(page, "silent desk pool")
    page = stage.desk(stage.cast.dispatcher, "/desk/")
    assert order.item_version is not None
    page.get_by_role("link", name=re.compile(order.item_version.name)).first.wait_for()


def _claimed(stage: Stage, axe: Axe, shot: Any, order: Order, leader: Person) -> None:
    page = stage.phone(leader, "/team/")
    axe(page)
    shot(page, "silent claim", full=True)
    page.get_by_role("button", name="认领").click()
    page.wait_for_url("**/team/occasions/**")
    axe(page)
    shot(page, "silent claimed", full=True)
    order.refresh_from_db()
    assert order.state == "arranged"
    assert order.late_since is None
    assert THIRD in (stage.told(stage.cast.resident, "order.arranged").text or "")
    page = stage.phone(stage.cast.resident, f"/o/{order.number}/")
    assert THIRD in page.inner_text("main")
    axe(page)
    shot(page, "silent arranged", full=True)
