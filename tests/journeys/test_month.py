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
