"""A clinic a village asks for: 40 seats, 10 held back, waiting list, a cancellation, postponed for snow, reconfirmed, printed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from laojia.foundation.people.models import Person, Post, Unit
from laojia.kernel.clock import CHINA
from laojia.policy.roles import Channel, Role
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Attendance, Order
from tests.cast import START, person
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey
DAY = date(2026, 12, 8)
LATER = date(2026, 12, 15)


def test_a_clinic_for_the_village(stage: Stage, axe: Axe, shot: Any) -> None:
    wish = _the_committee_asks(stage, axe, shot)
    occasion = _the_station_opens(stage, axe, shot, wish)
    _the_team_says_yes(stage, axe, shot, wish, occasion)
    first, waiting = _thirty_by_page(stage, axe, shot, occasion)
    _ten_by_telephone(stage, axe, shot, occasion)
    _one_moves_up(stage, axe, shot, occasion, first, waiting)
    _snow(stage, axe, shot, occasion)
    _reconfirmed_and_printed(stage, axe, shot, occasion)


def _the_committee_asks(stage: Stage, axe: Axe, shot: Any) -> Order:
    cast = stage.cast
    unit = Unit.objects.get(area=cast.village)
    Post.objects.create(person=cast.neighbour, role=Role.RESIDENT, unit=unit, valid_from=START)
    page = stage.phone(cast.neighbour, "/menu/YL01/")
    axe(page)
    shot(page, "clinic item", full=True)
    page.get_by_role("link", name="替村里申请").click()
    axe(page)
    page.get_by_text("有，带桌椅").click()
    page.get_by_label("哪条巷、几号").fill("村委会大院")
    shot(page, "clinic asked", full=True)
    page.get_by_role("button", name="就这样约").click()
    page.wait_for_url("**/order/done/**")
    axe(page)
    order = Order.objects.get()
    assert (order.unit_id, order.asker_id) == (unit.pk, cast.neighbour.pk)
    return order


def _the_station_opens(stage: Stage, axe: Axe, shot: Any, wish: Order) -> Occasion:
    cast = stage.cast
    page = stage.desk(cast.station_staff, "/occasions/new/")
    axe(page)
    page.locator("#item").select_option("YL01")
    page.get_by_role("button", name="下一步").click()
    page.locator("#id_day").fill(DAY.isoformat())
    page.locator("#id_begins").fill("09:00")
    page.locator("#id_closes").fill("12:00")
    page.locator("#id_place").fill("村委会大院")
    page.locator("#id_area").select_option(str(cast.village.pk))
    page.locator("#id_team").select_option(str(cast.medical_team.pk))
    assert page.locator("#id_places").input_value() == "40"
    assert page.locator("#id_held_back").input_value() == "10"
    page.locator("#id_sponsor").fill("洪洞县人民医院")
    page.locator("#id_filing_number").fill("洪卫义诊备〔2026〕31号")
    page.locator("#id_unit").select_option(str(wish.unit_id))
    axe(page)
    shot(page, "clinic open", full=True)
    page.get_by_role("button", name="开这一场").click()
    page.wait_for_url(re.compile(r"/occasions/\d+/"))
    axe(page)
    occasion = Occasion.objects.get()
    assert occasion.state == "offered"
    wish.refresh_from_db()
    assert (wish.state, wish.holder, wish.holder_id) == ("waiting", "team", cast.medical_team.pk)
    return occasion


def _the_team_says_yes(stage: Stage, axe: Axe, shot: Any, wish: Order, occasion: Occasion) -> None:
    stage.later(minutes=1)
    page = stage.phone(None, stage.link(stage.cast.doctor_leader, "offer.made"))
    axe(page)
    shot(page, "clinic offer", full=True)
    page.get_by_role("button", name="接", exact=True).click()
    page.get_by_text("谢谢。会告诉本人").wait_for()
    occasion.refresh_from_db()
    wish.refresh_from_db()
    assert (occasion.state, occasion.taken, wish.state) == ("confirmed", 0, "arranged")
    page = stage.phone(None, stage.link(stage.cast.neighbour, "order.arranged_public"))
    axe(page)
    shot(page, "clinic village told", full=True)


def _sign_up_by_page(
    stage: Stage, axe: Axe, shot: Any, occasion: Occasion, who: Person, button: str, name: str
) -> Order:
    page = stage.phone(who, f"/on/{occasion.pk}/")
    if name != "thirtieth":  # the same pages as the first one saw
        axe(page)
    shot(page, f"clinic {name} seats", full=True)
    page.get_by_role("link", name=button).click()
    if name == "first":
        axe(page)
    page.locator("#order .main-button button").click()
    page.wait_for_url("**/order/done/**")
    if name != "thirtieth":
        axe(page)
    shot(page, f"clinic {name} done", full=True)
    return Order.objects.get(wants_occasion=occasion, asker=who)


def _many(stage: Stage, occasion: Occasion, count: int, channel: Channel, start: int) -> list[Order]:
    cast = stage.cast
    made = []
    for number in range(start, start + count):
        who = person(f"乡亲{number}", f"1370000{number:04d}", cast.village)
        actor = cast.as_(who) if channel is Channel.PAGE else cast.as_(cast.station_staff, channel, who)
        made.append(orders.place(
            actor=actor, now=stage.now, key=uuid.uuid4(), item_version=occasion.item_version, area=cast.village,
            occasion=Occasion.objects.get(pk=occasion.pk), consent_spoken=channel is not Channel.PAGE,
            person=who,
        ))  # fmt: skip
    return made


def _thirty_by_page(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> tuple[Order, Order]:
    cast = stage.cast
    stage.later(minutes=5)
    first = _sign_up_by_page(stage, axe, shot, occasion, cast.resident, "我要报名", "first")
    assert all(one.state == "arranged" for one in _many(stage, occasion, 28, Channel.PAGE, 100))
    last = _sign_up_by_page(stage, axe, shot, occasion, cast.daughter, "我要报名", "thirtieth")
    assert (first.state, last.state) == ("arranged", "arranged")
    occasion.refresh_from_db()
    assert (occasion.taken, occasion.held_taken) == (30, 0)
    stage.later(minutes=1)
    waiting = _sign_up_by_page(stage, axe, shot, occasion, cast.stranger, "排候补", "thirty-first")
    assert waiting.state == "waitlisted"
    assert "候补第 1 位" in (stage.told(cast.stranger, "order.waitlisted").text or "")
    return first, waiting


def _ten_by_telephone(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    cast = stage.cast
    page = stage.desk(cast.station_staff, f"/help/{cast.volunteer.pk}/")
    axe(page)
    page.get_by_role("link", name=re.compile("医生到村义诊")).first.click()
    axe(page)
    page.get_by_text("打电话说的").click()
    page.locator("#id_consent_spoken").check()
    shot(page, "clinic by telephone", full=True)
    page.locator("#order .main-button button").click()
    page.wait_for_url("**/help/card/**")
    seat = Attendance.objects.get(order__person=cast.volunteer)
    assert seat.held_seat
    assert all(one.state == "arranged" for one in _many(stage, occasion, 9, Channel.PHONE, 200))
    (forty_first,) = _many(stage, occasion, 1, Channel.PHONE, 300)
    assert forty_first.state == "waitlisted"
    occasion.refresh_from_db()
    assert (occasion.taken, occasion.held_taken, occasion.places) == (40, 10, 40)
    page = stage.desk(cast.station_staff, f"/occasions/{occasion.pk}/")
    assert "共 40 个，已约 40 个，还有 0 个" in page.inner_text("main")
    axe(page)
    shot(page, "clinic full")


def _one_moves_up(
    stage: Stage, axe: Axe, shot: Any, occasion: Occasion, first: Order, waiting: Order
) -> None:
    cast = stage.cast
    page = stage.phone(cast.resident, f"/o/{first.number}/")
    axe(page)
    shot(page, "clinic seat", full=True)
    page.get_by_role("link", name="不用了").click()
    axe(page)
    page.get_by_role("button", name="是，不用了").click()
    page.wait_for_url(f"**/o/{first.number}/")
    waiting.refresh_from_db()
    occasion.refresh_from_db()
    assert (waiting.state, occasion.taken) == ("arranged", 40)
    assert "有名额空出来了" in (stage.told(cast.stranger, "order.promoted").text or "")
    page = stage.phone(None, stage.link(cast.stranger, "order.promoted"))
    axe(page)
    shot(page, "clinic promoted", full=True)


def _snow(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    """The day before it snows: everything in the town on that day is put off by a week."""
    cast = stage.cast
    stage.pass_to(datetime.combine(DAY - timedelta(days=1), time(9), tzinfo=CHINA))
    by_phone = Attendance.objects.filter(occasion=occasion, held_seat=True).select_related("order").last()
    assert by_phone is not None
    Person.objects.filter(pk=by_phone.person_id).update(phone="", phone_hash="", phone_end_hash="")
    page = stage.desk(cast.dispatcher, "/occasions/many/")
    axe(page)
    page.locator("#id_area").select_option(str(cast.town.pk))
    page.locator("#id_day").fill(DAY.isoformat())
    page.locator("#id_reason").select_option("snow")
    page.locator("#id_to_date").fill(LATER.isoformat())
    page.get_by_role("button", name="先看会动哪些").click()
    page.get_by_role("heading", name=re.compile("会动")).first.wait_for()
    axe(page)
    shot(page, "clinic snow", full=True)
    occasion.refresh_from_db()
    assert occasion.state == "confirmed"  # nothing moved before it was seen
    page.get_by_role("button", name="改期", exact=True).click()
    page.get_by_text("那边先停办了").wait_for()
    axe(page)
    occasion.refresh_from_db()
    assert (occasion.state, occasion.reason, occasion.date) == ("postponed", "snow", LATER)
    assert "您的名额还在" in (stage.told(cast.daughter, "occasion.postponed").text or "")
    page = stage.phone(cast.daughter, f"/on/{occasion.pk}/")
    axe(page)
    shot(page, "clinic postponed", full=True)
    page = stage.desk(cast.station_staff, "/station/")
    page.get_by_role("heading", name="要打电话告诉的").wait_for()
    assert "改期到" in page.locator("section.pane").first.inner_text()
    axe(page)
    shot(page, "clinic call list")
    page.get_by_role("button", name="告诉了").first.click()
    page.wait_for_url("**/station/")


def _reconfirmed_and_printed(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    cast = stage.cast
    page = stage.phone(cast.doctor_leader, f"/team/occasions/{occasion.pk}/")
    axe(page)
    shot(page, "clinic leader postponed", full=True)
    page.get_by_text("40 位报了名").click()
    assert "口令" not in page.inner_text("main")  # nobody stands at a door
    page.get_by_role("button", name="定这个时间").click()
    page.wait_for_url(f"**/team/occasions/{occasion.pk}/")
    occasion.refresh_from_db()
    assert (occasion.state, occasion.date) == ("confirmed", LATER)
    page.get_by_role("link", name="打印花名册").click()
    axe(page)
    page = stage.desk(cast.station_staff, f"/occasions/{occasion.pk}/roster/")
    assert cast.daughter.name not in page.content()
    page.get_by_role("button", name="带姓名，给队伍打印").click()
    page.get_by_text(cast.daughter.name).first.wait_for()
    assert page.locator("tbody tr").count() == 40
    axe(page)
    page.emulate_media(media="print")
    shot(page, "clinic roster printed", full=True)
    page = stage.phone(cast.daughter, f"/on/{occasion.pk}/")
    page.context.add_cookies([{"name": "view", "value": "elder", "url": page.url.split("/on/")[0]}])
    page.reload()
    axe(page)
    shot(page, "clinic elder", full=True)
