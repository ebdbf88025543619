"""A morning at the telephone: every task of the desk by hand in the browser, counted, on one screen per call."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Person
from laojia.shown import sheet_number
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.review.models import Review
from laojia.steps.serve import actions as serving
from laojia.steps.serve.models import LawRecord, RosterLine
from tests.acting import account_of
from tests.cast import NOW, Cast
from tests.conftest import DESK, PHONE
from tests.journeys.counting import Hand, settled
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey
MONDAY = date(2026, 11, 30)


def offered(cast: Cast, who: Any, half: str = "morning") -> Offer:
    """A haircut of this person, asked of the team for Monday."""
    version = ItemVersion.objects.get(item__code="LN01", state="published")
    order = orders.place(
        actor=cast.as_(who), now=NOW, key=uuid.uuid4(), item_version=version, area=cast.village, place="一巷3号",
        times=[{"date": MONDAY.isoformat(), "half": half}], sure=True,
    )  # fmt: skip
    return dispatch.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, date=MONDAY, half=half
    )


def test_a_morning_at_the_telephone(stage: Stage, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    page = stage.desk(cast.dispatcher, "/call/")
    hand = Hand(page)
    expect(page.locator("#caller")).to_be_focused()
    axe(page)
    with hand.task("Find a caller by name"):
        hand.enter(cast.resident.name)
        page.wait_for_url(f"**/call/{cast.resident.pk}/")
    expect(page.locator("#line")).to_be_focused()
    axe(page)
    shot(page, "call caller")
    _an_order(stage, hand, axe, shot)
    _another_time(hand, cast, axe)
    _by_end_of_number(hand, cast)
    _a_new_person(hand, cast, axe, shot)


def _an_order(stage: Stage, hand: Hand, axe: Axe, shot: Any) -> None:
    page, cast = hand.page, stage.cast
    with hand.task("Order for a caller, in one line"):
        hand.enter("理发 下周一上午行, 家里有台阶")
        page.locator("#order").wait_for()
        settled(page)
        axe(page)
        shot(page, "call order")
        hand.click(page.get_by_label("我问过了"))
        hand.press("Enter")
        page.locator("blockquote").first.wait_for()
    order = Order.objects.get()
    assert (order.times[0]["date"], order.times[0]["half"]) == ("2026-11-30", "morning")
    assert order.words == "家里有台阶"
    row = JournalRow.objects.get(verb="order.place")
    assert (row.actor_id, row.behalf_id, row.channel) == (cast.dispatcher.pk, cast.resident.pk, "phone")
    expect(page.locator(".call-note")).to_contain_text(order.number)
    expect(page.locator("#announce")).to_contain_text(order.number)
    expect(page.locator("[data-undo-seconds]")).to_be_visible()
    axe(page)
    shot(page, "call ordered")


def _another_time(hand: Hand, cast: Cast, axe: Axe) -> None:
    page = hand.page
    with hand.task("Change the time of an order"):
        hand.click(page.get_by_role("link", name=re.compile("换时间")))
        page.locator(".call-form").wait_for()
        settled(page)
        hand.click(page.locator("input[name=times][value='2026-12-01/morning']"))
        hand.press("Enter")
        page.locator(".call-form").wait_for(state="detached")
        expect(page.locator("#line")).to_be_focused()
    assert any(wish["date"] == "2026-12-01" for wish in Order.objects.get().times)


def _by_end_of_number(hand: Hand, cast: Cast) -> None:
    page = hand.page
    page.keyboard.press("Escape")
    with hand.task("Find a caller by the end of the number"):
        hand.press("/")
        expect(page.locator("#caller")).to_be_focused()
        hand.enter(cast.leader.phone[-4:])
        page.wait_for_url(f"**/call/{cast.leader.pk}/")


def _a_new_person(hand: Hand, cast: Cast, axe: Axe, shot: Any) -> None:
    page = hand.page
    page.goto("/call/")
    with hand.task("Enter a caller nobody knows yet"):
        hand.type("贾新来")
        page.get_by_text("记下这个人").wait_for()
        axe(page)
        shot(page, "call new person")
        hand.click(page.get_by_label("手机号"))
        hand.type("13912345678")
        hand.press("Tab")
        hand.type(f"{cast.town.name} · {cast.village.name}")
        hand.click(page.get_by_label("我问过了"))
        hand.press("Enter")
        page.wait_for_url(re.compile(r"/call/\d+/"))


def test_a_leader_is_answered_for(stage: Stage, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    first, second = offered(cast, cast.resident), offered(cast, cast.neighbour, "afternoon")
    page = stage.desk(cast.dispatcher, f"/call/{cast.leader.pk}/")
    hand = Hand(page)
    axe(page)
    shot(page, "call leader")
    expect(page.locator(f"#offer-{first.pk}")).to_be_focused()
    with hand.task("Accept an offer for a leader, with the hour"):
        hand.press("y")
        expect(page.get_by_label(re.compile("几点到"))).to_be_focused()
        axe(page)
        hand.digits("0930")
        hand.press("Enter")
        page.locator(f"#occasion-{first.occasion_id}").wait_for()
    first.refresh_from_db()
    assert first.state == "accepted"
    assert first.answered_by_id in (None, cast.leader.pk)
    expect(page.locator(f"#offer-{second.pk}")).to_be_focused()
    with hand.task("Decline an offer for a leader, with the reason"):
        hand.press("x")
        expect(page.locator("input[name=reason]").first).to_be_focused()
        hand.press("Space", "Enter")
        page.locator(f"#offer-{second.pk}").wait_for(state="detached")
    second.refresh_from_db()
    assert (second.state, second.answered_by_id) == ("declined", cast.leader.pk)
    expect(page.locator(".call-note")).to_contain_text("不要紧")
    _a_roster(stage, hand, first, axe, shot)
    _the_record(stage, first, axe, shot)
    _the_review(stage, first, axe)


def _a_roster(stage: Stage, hand: Hand, offer: Offer, axe: Axe, shot: Any) -> None:
    page, cast = hand.page, stage.cast
    with hand.task("Fill a roster of two for a leader"):
        hand.click(
            page.locator(f"#occasion-{offer.occasion_id}").get_by_role(
                "link", name=re.compile("定谁去|约人|谁去|点人")
            )
        )
        page.locator(".call-form").wait_for()
        settled(page)
        axe(page)
        shot(page, "call roster")
        hand.click(page.get_by_label(cast.volunteer.name))
        hand.click(page.get_by_label(cast.second_volunteer.name))
        hand.press("Enter")
        page.locator(".call-form").wait_for(state="detached")
    assert RosterLine.objects.filter(occasion=offer.occasion_id).count() == 2
    row = JournalRow.objects.filter(verb="roster.ask").latest("id")
    assert (row.actor_id, row.behalf_id) == (cast.dispatcher.pk, cast.leader.pk)


def _the_record(stage: Stage, offer: Offer, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    stage.pass_to(NOW.replace(day=30, hour=4))
    page = stage.desk(cast.dispatcher, f"/call/{cast.leader.pk}/")
    hand = Hand(page)
    with hand.task("Record the outcome for a leader: done, everyone 120 minutes"):
        hand.click(
            page.locator(f"#occasion-{offer.occasion_id}").get_by_role("link", name=re.compile("做完了"))
        )
        page.locator(".call-form").wait_for()
        settled(page)
        expect(page.locator("input[name=minutes]")).to_be_focused()
        axe(page)
        shot(page, "call done")
        hand.press("Control+a")
        hand.enter("120")
        page.locator(".call-form").wait_for(state="detached")
    occasion = Occasion.objects.get(pk=offer.occasion_id)
    assert occasion.state == "recorded"
    assert set(occasion.roster.values_list("minutes", flat=True)) == {120}


def _the_review(stage: Stage, offer: Offer, axe: Axe) -> None:
    cast = stage.cast
    page = stage.desk(cast.dispatcher, f"/call/{cast.resident.pk}/")
    hand = Hand(page)
    with hand.task("Write down a review"):
        hand.click(page.get_by_role("link", name=re.compile("怎么样")))
        page.locator(".call-form").wait_for()
        settled(page)
        axe(page)
        hand.click(
            page.get_by_label("解决了", exact=True).or_(page.locator("input[name=solved][value=yes]")).first
        )
        hand.click(page.locator("input[name=satisfaction][value='5']"))
        hand.press("Enter")
        page.locator(".call-form").wait_for(state="detached")
    assert Review.objects.get().satisfaction == 5


def test_the_call_list_and_a_sheet_of_paper(stage: Stage, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    offer = offered(cast, cast.resident)
    Person.objects.filter(pk__in=[cast.resident.pk, cast.neighbour.pk]).update(reads_messages=False)
    serving.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW)
    stage.later(minutes=2)
    page = stage.desk(cast.dispatcher, "/calls/")
    hand = Hand(page)
    expect(page.locator("[data-row]").first).to_be_focused()
    axe(page)
    shot(page, "calls")
    with hand.task("Tick a call: show the number, say it, told"):
        hand.press("s")
        page.get_by_text(cast.resident.phone).wait_for()
        expect(page.locator("[data-row]").first).to_be_focused()
        hand.press("t")
        page.get_by_text("说到了").first.wait_for()
    assert not Message.objects.filter(to_person_id=cast.resident.pk, state="to_call").exists()
    axe(page)
    for path in (
        "/paper/",
        "/paper/blank/",
        "/calls/paper/",
        f"/paper/{sheet_number(offer.occasion)}/sheet/",
    ):
        page.goto(path)
        axe(page)
        shot(page, f"paper {path.strip('/').replace('/', ' ')}", full=True)
    _typed_in(stage, offer, axe, shot)


def _typed_in(stage: Stage, offer: Offer, axe: Axe, shot: Any) -> None:
    """The scanner types the address in the code and presses Enter: one key of the hand's."""
    cast = stage.cast
    stage.pass_to(NOW.replace(month=12, day=1, hour=3))
    page = stage.desk(cast.dispatcher, "/paper/")
    hand = Hand(page)
    with hand.task("Type in a record sheet: scan, who wrote it, minutes, time"):
        page.keyboard.insert_text(f"https://laojia.example/paper/{sheet_number(offer.occasion)}/")
        hand.press("Enter")
        page.get_by_text("是谁写的").wait_for()
        axe(page)
        shot(page, "paper who wrote it")
        hand.click(page.locator(f"a[href*='/call/{cast.leader.pk}/']"))
        page.locator(".call-form").wait_for()
        expect(page.locator("input[name=happened_0]")).to_be_focused()
        axe(page)
        page.locator("input[name=happened_0]").fill("2026-11-30")
        hand.count.signs += 8
        hand.press("Tab", "Tab", "Tab")
        page.locator("input[name=happened_1]").fill("10:10")
        hand.count.signs += 4
        hand.click(page.get_by_label(cast.volunteer.name).first)
        hand.click(page.locator(".call-form").get_by_role("button", name="记下", exact=True))
        page.locator(".call-form").wait_for(state="detached")
    law = LawRecord.objects.get()
    assert law.filled_at is not None
    assert law.filled_at.isoformat().startswith("2026-11-30T02:10")
    assert (law.in_charge_id, law.recorded_by_id) == (cast.leader.pk, cast.dispatcher.pk)
    assert JournalRow.objects.get(verb="occasion.record").channel == "paper"


def test_without_script_and_on_a_phone(stage: Stage, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    offer = offered(cast, cast.resident)
    page = stage.desk(cast.dispatcher, "/call/", script=False)
    page.fill("#caller", cast.leader.name)
    page.press("#caller", "Enter")
    page.wait_for_url(f"**/call/{cast.leader.pk}/")
    page.locator(f"#offer-{offer.pk}").get_by_role("link", name=re.compile("接")).first.click()
    page.get_by_role("button", name="记下").first.click()
    page.locator(f"#occasion-{offer.occasion_id}").wait_for()
    offer.refresh_from_db()
    assert offer.state == "accepted"
    phone = stage.open_page(f"/call/{cast.leader.pk}/", size=PHONE, signed_in=account_of(cast.station_staff))
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    axe(phone)
    shot(phone, "call phone", full=True)
    assert DESK["width"] > PHONE["width"]
