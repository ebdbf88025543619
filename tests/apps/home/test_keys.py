"""The keys of the desk in Chromium, on a desk page with a queue put into it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.acting import account_of
from tests.conftest import DESK, Open

pytestmark = pytest.mark.journey

QUEUE = """() => {
  window.pressed = [];
  const part = (tag, words, marks) => {
    const one = document.createElement(tag);
    one.textContent = words;
    Object.entries(marks).forEach(([name, value]) => one.setAttribute(name, value));
    one.addEventListener("click", event => { event.preventDefault(); pressed.push(words); });
    document.getElementById("main").append(one);
  };
  for (const words of ["一", "二", "三"]) part("a", words, { href: "#", "data-row": "", "data-said": `第${words}单` });
  part("button", "派出", { type: "button", "data-key": "Enter" });
  part("button", "接不了", { type: "button", "data-key": "x" });
  part("button", "另一队", { type: "button", "data-key": "1", "data-guard": "先看清楚再派" });
  part("input", "", { "data-key": "/", "aria-label": "查找" });
}"""


@pytest.fixture
def desk_with_queue(cast: Any, open_page: Open) -> Page:
    page = open_page("/areas/", size=DESK, signed_in=account_of(cast.system_admin))
    assert page.locator("body[data-keys]").count() == 1
    page.evaluate(QUEUE)
    return page


def said(page: Page) -> str:
    page.wait_for_timeout(60)
    return page.locator("#announce").inner_text()


def test_moving_and_sending(desk_with_queue: Page) -> None:
    page = desk_with_queue
    page.keyboard.press("j")
    assert said(page) == "第一单"
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert said(page) == "第三单"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "二"
    assert page.locator('[aria-current="true"]').inner_text() == "二"
    page.keyboard.press("Enter")
    page.keyboard.press("x")
    assert page.evaluate("pressed") == ["派出", "接不了"]


def test_a_guarded_button_is_never_pressed_by_one_key(desk_with_queue: Page) -> None:
    page = desk_with_queue
    page.keyboard.press("1")
    assert said(page) == "先看清楚再派"
    assert page.evaluate("pressed") == []
    assert page.evaluate("document.activeElement.textContent") == "另一队"


def test_letters_typed_into_a_field_are_only_letters(desk_with_queue: Page) -> None:
    page = desk_with_queue
    page.keyboard.press("/")
    page.keyboard.type("xj1")
    assert page.evaluate("document.activeElement.value") == "xj1"
    assert page.evaluate("pressed") == []
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.evaluate("pressed") == ["接不了"]


def test_keys_with_ctrl_belong_to_the_browser(desk_with_queue: Page) -> None:
    page = desk_with_queue
    page.keyboard.press("Control+x")
    assert page.evaluate("pressed") == []


def test_help_opens_and_closes_and_keys_rest_meanwhile(desk_with_queue: Page, axe: Any) -> None:
    page = desk_with_queue
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    axe(page)
    page.keyboard.press("x")
    assert page.evaluate("pressed") == []
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("x")
    assert page.evaluate("pressed") == ["接不了"]
