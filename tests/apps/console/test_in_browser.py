"""The desk by keys alone, and without any script; every page of it readable by everybody (axe)."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from laojia.steps.dispatch.models import Offer
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.acting import account_of
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.apps.dispatch.test_drives import drive
from tests.cast import NOW, Cast, make_cast
from tests.conftest import DESK, PHONE

pytestmark = pytest.mark.journey


def waiting(cast: Cast) -> list[Order]:
    """Three haircuts; the second one is a first visit to a person alone."""
    item = make_item()
    return [
        orders.place(
            now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village, actor=cast.as_(cast.resident), sure=True,
            alone=n == 1, times=[{"date": THURSDAY.isoformat(), "half": "morning"}],
        )
        for n in range(3)
    ]  # fmt: skip


def signed_in_desk(open_page, cast: Cast, **more) -> Page:
    return open_page("/desk/", size=DESK, signed_in=account_of(cast.dispatcher), **more)


def test_by_keys(open_page, axe, shot) -> None:
    cast = make_cast()
    first, alone, _last = waiting(cast)
    page = signed_in_desk(open_page, cast)
    axe(page)
    page.keyboard.press("j")
    expect(page.locator("#pane-order")).to_contain_text(first.number)
    axe(page)
    shot(page, "desk")
    page.keyboard.press("Enter")
    expect(page.locator("[data-undo-seconds]")).to_contain_text(cast.team.name)
    assert Offer.objects.get().team_id == cast.team.pk
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text(cast.team.name)
    assert Offer.objects.get().state == "withdrawn"
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#pane-order")).to_contain_text(alone.number)
    page.keyboard.press("Enter")
    expect(page.locator("#announce")).to_contain_text("再看一遍")
    assert Offer.objects.count() == 1  # no key sends it
    page.keyboard.press("x")
    page.wait_for_url("**/refuse/**")
    axe(page)


def test_without_a_script(open_page, axe) -> None:
    cast = make_cast()
    first, alone, _last = waiting(cast)
    page = signed_in_desk(open_page, cast, script=False)
    page.locator(f"a[href^='/desk/o/{first.pk}/']").first.click()
    page.locator(f"form[action='/desk/o/{first.pk}/offer/'] button").nth(1).click()
    assert Offer.objects.get().team_id == cast.other_team.pk
    page.goto(f"/desk/o/{alone.pk}/")
    page.locator(f"form[action='/desk/o/{alone.pk}/offer/'] button").first.click()
    page.locator("input[name=looked]").check()
    page.locator("main form button.btn-primary").click()
    assert Offer.objects.count() == 2


def test_the_other_pages(open_page, axe) -> None:
    cast = make_cast()
    rows = waiting(cast)
    page = signed_in_desk(open_page, cast)
    for path in ("/desk/?view=map", "/desk/suggest/", "/desk/offers/", f"/desk/o/{rows[0].pk}/bundle/", f"/desk/o/{rows[0].pk}/merge/",
                 f"/desk/o/{rows[0].pk}/end/"):  # fmt: skip
        page.goto(path)
        axe(page)


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_chosen_order_is_seen_at_once(open_page, axe, script) -> None:
    """It used to open below everything that waits and everything that was asked."""
    cast = make_cast()
    first = waiting(cast)[0]
    page = open_page("/desk/", size=PHONE, signed_in=account_of(cast.dispatcher), script=script)
    page.locator(f'[data-row][href*="/{first.pk}/"]').click()
    chosen = page.locator("#pane-order").get_by_role("heading", level=2)
    expect(chosen).to_be_in_viewport()
    expect(page.locator("#pane-order")).to_contain_text(first.number)
    if script:
        axe(page)


def test_the_other_pages_are_behind_one_word(open_page, axe) -> None:
    """The bar is one line; by mouse, by keys and without script the rest is one step away."""
    cast = make_cast()
    page = signed_in_desk(open_page, cast)
    bar = page.get_by_role("navigation", name="工作台")
    assert (bar.bounding_box() or {})["height"] < 60
    expect(bar.get_by_role("link", name="月报年报")).to_be_hidden()
    bar.get_by_text("更多").focus()
    page.keyboard.press("Enter")
    axe(page)
    bar.get_by_role("link", name="月报年报").click()
    page.wait_for_url("**/month/**")
    plain = signed_in_desk(open_page, cast, script=False)
    plain.get_by_text("更多").click()
    plain.get_by_role("link", name="队伍", exact=True).click()
    plain.wait_for_url("**/teams/")


def test_what_is_printed_carries_the_number_it_is_found_by(open_page) -> None:
    """At the desk a sheet that comes back is looked up by its number or its square code."""
    cast = make_cast()
    order, row = waiting(cast)[0], drive(cast)
    page = signed_in_desk(open_page, cast)
    page.emulate_media(media="print")
    for path, number in (
        (f"/o/{order.number}/sheet/", order.number),
        (f"/occasions/{row.pk}/roster/", f"-{row.pk:06}-"),
    ):
        page.goto(path)
        expect(page.locator("main").get_by_text(number).first).to_be_visible()
        expect(page.locator("main .qr")).to_be_visible()
