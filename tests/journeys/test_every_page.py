"""Every page as the one who uses it: no finding of axe, nothing wider than the screen, no script error, no English left over.

The pages are those of the routes table that answer a GET; phones for residents, volunteers, leaders and grid workers (also
in 长辈版, and on the smallest phone with the largest letters), a desk screen for everybody else. A new page is looked at
without being added here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, Page, Response

from laojia.channels.home.rules import VIEW_COOKIE
from laojia.foundation.area.actions import mark_demonstration
from laojia.policy.facts import CLOCK
from tests.acting import account_of
from tests.cast import NOW, Cast, make_cast
from tests.conftest import DESK, PHONE, session_cookie
from tests.routes import address
from tests.tables.test_routes import LINES, ROLES
from tests.world import NOON, World, make_world

# Who looks, in this order: each page is looked at by the first who may. A desk colleague comes before the phone only
# where the page is his.
ON_PHONES = "ARVLG"
AT_DESKS = "DSKCMY123"
PHONE_FIRST = ("help", "people")  # grid workers go from door to door with these
# Files, not pages; and pages of other programs.
NO_PAGE = re.compile(
    r"\.(csv|xlsx|json)$|^api/|/download/|^i18n/|^gateway/|^lists/template/|^lists/.*/(bad-rows|progress)/"
)
# These only lead on; where they lead is looked at by itself, by whom it is for.
LEADS_ON = {"calendar/", "accounts/password/change/"}
# Two Latin words with a space between them are a sentence that nobody translated. Names of things that have no other name stay.
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[,.;:]?\s+[A-Za-z]{2,})+")
NAMES = re.compile(r"English|Apache License|Noto Sans|GB/T|Excel|CSV|XLSX|Laojia")


def looked_at() -> dict[str, list[str]]:
    """Role → its pages."""
    pages: dict[str, list[str]] = {role: [] for role in ON_PHONES + AT_DESKS}
    for route, line in LINES.items():
        if line.method != "GET" or NO_PAGE.search(route) or route in LEADS_ON:
            continue
        order = "GSD" + ON_PHONES if route.startswith(PHONE_FIRST) else ON_PHONES + AT_DESKS
        first = next((role for role in order if role in line.let_in and role in pages), None)
        if first is not None:
            pages[first].append(route)
    return {role: routes for role, routes in pages.items() if routes}


PAGES = looked_at()


@pytest.fixture
def world(live: str) -> Iterator[World]:
    """The small world in committed rows."""
    from laojia.steps.menu.jobs import load_menu

    with time_machine.travel(NOON, tick=True):
        mark_demonstration(actor=CLOCK, now=NOW)
        cast: Cast = make_cast()
        load_menu(now=NOW)
        yield make_world(cast)


class Look:
    """One person's browser and what was wrong in it."""

    def __init__(self, context: BrowserContext, live: str) -> None:
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        self.page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)

    def at(self, path: str, axe: Callable[[Page], None], phone: bool) -> list[str]:
        """What is wrong on this page."""
        self.wrong.clear()
        answer: Response | None = self.page.goto(path)
        if answer is None or answer.status != 200:
            return [f"{path}: answered {answer and answer.status}"]
        found = list(self.wrong)
        try:
            axe(self.page)
        except AssertionError as finding:
            found.append(str(finding))
        if phone and (wider := self.page.evaluate(_WIDER)):
            found.append(f"wider than the screen: {wider}")
        if phone:
            found += [f"at 320 px and letters of 30: {one}" for one in self.small()]
        self.page.evaluate(
            "document.querySelectorAll('code').forEach(one => one.remove())"
        )  # names of columns, kinds
        text: str = self.page.evaluate("document.body.innerText")
        found += [f"not translated: {one}" for one in ENGLISH.findall(text) if not NAMES.search(one)]
        return [f"{path}: {one}" for one in found]

    def small(self) -> list[str]:
        """The same page on the smallest phone with the largest letters: what leaves the screen or its own button."""
        self.page.set_viewport_size({"width": 320, "height": 700})
        before = self.page.evaluate(
            "() => { const had = document.documentElement.dataset.view; document.documentElement.dataset.view = 'elder-30'; return had }"
        )
        wrong = [one for one in (self.page.evaluate(_WIDER), *self.page.evaluate(_LEAVES)) if one]
        self.page.evaluate("had => { document.documentElement.dataset.view = had }", before)
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        return wrong


_LEAVES = """() => [...document.querySelectorAll('.btn, .notice, .order-card:not(:has(table))')].filter(box => {
  const right = box.getBoundingClientRect().right, inside = document.createRange();
  inside.selectNodeContents(box);
  return right > 0 && [...inside.getClientRects()].some(part => part.width > 0 && part.right > right + 1);
}).map(box => 'leaves its box: ' + box.outerHTML.slice(0, 120))"""
_WIDER = """() => document.documentElement.scrollWidth <= window.innerWidth ? '' :
  document.documentElement.scrollWidth + ' ' + [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1).slice(0, 3)
    .map(e => e.outerHTML.slice(0, 120)).join(' | ')"""


@pytest.mark.parametrize("role", PAGES)
def test_every_page(world: World, live: str, browser: Browser, axe: Any, role: str) -> None:
    wrong: list[str] = []
    for elder in (False, True) if role in ON_PHONES else (False,):
        phone = role in ON_PHONES
        context = browser.new_context(
            base_url=live, viewport=PHONE if phone else DESK, locale="zh-CN", timezone_id="Asia/Shanghai",
            has_touch=phone, is_mobile=phone,
        )  # fmt: skip
        context.set_default_timeout(20_000)
        if ROLES[role]:
            context.add_cookies([session_cookie(live, account_of(getattr(world.cast, ROLES[role])))])  # type: ignore[list-item]
        if elder:
            context.add_cookies([{"name": VIEW_COOKIE, "value": "elder", "url": live}])
        look = Look(context, live)
        wrong += [
            f"{ROLES[role] or 'visitor'}{' 长辈版' if elder else ''} {one}"
            for route in PAGES[role]
            for one in look.at(address(world, route), axe, phone)
        ]
        context.close()
    assert not wrong, f"{len(wrong)} things on the pages:\n" + "\n".join(wrong)
