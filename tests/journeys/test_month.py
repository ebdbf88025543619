"""The month at a desk and on a phone: figures, their rows, paper, words beside them; by keyboard, clean for axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from laojia.foundation.area.actions import mark_demonstration
from laojia.policy.facts import CLOCK
from tests.acting import account_of
from tests.cast import NOW, make_cast
from tests.conftest import DESK, PHONE, SHOTS
from tests.world import NOON, World, make_world

pytestmark = pytest.mark.journey
Open = Callable[..., Page]


@pytest.fixture
def world(live: str) -> Iterator[World]:
    """The small world in committed rows."""
    from laojia.steps.menu.jobs import load_menu

    with time_machine.travel(NOON, tick=True):
        mark_demonstration(actor=CLOCK, now=NOW)
        cast = make_cast()
        load_menu(now=NOW)
        yield make_world(cast)


def test_the_month_at_the_desk(world: World, open_page: Open, axe: Any) -> None:
    page = open_page("/month/", size=DESK, signed_in=account_of(world.cast.dispatcher))
    axe(page)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "month.png", full_page=True)
    page.locator('tr[data-metric="walk_ins"] a.row-figure').click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    axe(page)
    page.go_back()
    page.keyboard.press("p")
    expect(page.locator(".sheet h1")).to_be_visible()
    axe(page)
    page.emulate_media(media="print")
    page.screenshot(path=SHOTS / "month-paper.png", full_page=True)
    pages = page.pdf(format="A4").count(b"/Type /Page\n") or page.pdf(format="A4").count(b"/Type /Page ")
    assert pages <= 2
    page.emulate_media(media="screen")
    page.go_back()
    page.locator("textarea").fill("雪天少办了两场。")
    page.locator("main form[method=post] button").click()
    expect(page.locator(".month-note")).to_contain_text("雪天少办了两场")


def test_the_month_on_a_phone(world: World, open_page: Open, axe: Any) -> None:
    page = open_page("/month/", size=PHONE, signed_in=account_of(world.cast.leader))
    axe(page)
    page.screenshot(path=SHOTS / "month-phone.png", full_page=True)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0


def test_tables_and_records_at_the_desk(world: World, open_page: Open, axe: Any) -> None:
    """A form is set up once and is a file afterwards; records go out and come back. Without a script it works alike."""
    account = account_of(world.cast.dispatcher)
    page = open_page("/tables/", size=DESK, signed_in=account, script=False)
    page.locator('a[href="/tables/new/?subject=orders"]').click()
    page.locator("input[name=name]").fill("信访局周表")
    for code in ("number", "item", "town"):
        page.locator(f"input[name=on_{code}]").check()
    page.locator("input[name=heading_number]").fill("单子编号")
    page.locator("main form button").last.click()
    expect(page.locator("main thead")).to_contain_text("单子编号")
    with page.expect_download() as waiting:
        page.locator("button[value=csv]").first.click()
    assert waiting.value.suggested_filename.endswith(".csv")
    page = open_page("/tables/new/?subject=volunteers", size=DESK, signed_in=account)
    axe(page)
    page.screenshot(path=SHOTS / "table-form.png", full_page=True)
    page.goto(f"/tables/{world.ids['table']}/")
    axe(page)
    page.screenshot(path=SHOTS / "table.png", full_page=True)
    page.goto("/exchange/")
    axe(page)
    page.screenshot(path=SHOTS / "exchange.png", full_page=True)
    page.get_by_role("button", name="改好了").click()
    page.goto(f"/exchange/{world.ids['exchange_file']}/")
    axe(page)
    expect(page.locator("main tbody").last).to_contain_text("改好了")
    page.screenshot(path=SHOTS / "exchange-file.png", full_page=True)
    page.goto("/month/definitions/")
    axe(page)
