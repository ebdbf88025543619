"""The public pages in Chromium: readable for machines and people, at both sizes, in all text sizes, without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.conftest import DESK, PHONE, Open

pytestmark = pytest.mark.journey
PAGES = ("/", "/how/", "/privacy/", "/never/", "/view/", "/accounts/login/", "/nothing/here/")
SIZES = {"phone": PHONE, "desk": DESK}
SEEN = (("phone", "standard"), ("phone", "elder"), ("phone", "elder-30"), ("desk", "standard"))

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# What one presses, except links inside a sentence, and what stretches over its card or label.
SMALL = """() => {
  const least = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--target"));
  return [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
    .filter(each => !each.closest("p") && !each.matches(".form-check-input, .stretched-link"))
    .map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect().height])
    .filter(([_, height]) => height > 0 && height < least - 0.5);
}"""
TEXT = "parseFloat(getComputedStyle(document.body).fontSize)"


@pytest.mark.parametrize(("size", "view"), SEEN)
def test_clean_for_readers_thumbs_and_eyes(
    open_page: Open, axe: Callable[[Page], None], live: str, size: str, view: str
) -> None:
    page = open_page("/view/", size=SIZES[size])
    page.context.add_cookies([{"name": "view", "value": view, "url": live}])
    for path in PAGES:
        page.goto(path)
        axe(page)
        assert not page.evaluate(WIDER), f"{path} is wider than the screen"
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate(TEXT) == {"standard": 17, "elder": 22, "elder-30": 30}[view]


def test_larger_text_without_script(open_page: Open) -> None:
    page = open_page("/how/", script=False)
    page.get_by_role("button", name="长辈版").click()
    assert page.url.endswith("/how/")
    assert page.locator("html").get_attribute("data-view") == "elder"
    page.get_by_role("button", name="标准版").click()
    assert page.locator("html").get_attribute("data-view") == "standard"


def test_language_without_script(open_page: Open) -> None:
    page = open_page("/view/?next=/how/", script=False)
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/how/")
    assert page.get_by_role("heading", name="How it works").is_visible()


def test_parts_that_need_script_stay_away_without_it(open_page: Open) -> None:
    page = open_page("/", script=False)
    assert page.locator("[data-needs-script]:visible").count() == 0


def test_first_stop_of_the_keyboard_leads_to_the_content(open_page: Open) -> None:
    page = open_page("/", size=DESK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_lost_connection_is_said_and_nothing_is_lost(open_page: Open) -> None:
    page = open_page("/view/")
    page.context.set_offline(True)
    hint = page.locator("#offline-hint")
    hint.wait_for(state="visible")
    page.get_by_role("button", name="长辈版", exact=True).first.click()
    assert page.url.endswith("/view/")
    page.context.set_offline(False)
    hint.wait_for(state="hidden")


def test_what_was_sent_into_a_dead_spot_is_there_again(open_page: Open) -> None:
    """The telephone thinks it has a connection, the form goes nowhere, "back" asks the server for a fresh page."""
    page = open_page("/order/describe/")
    key = page.locator("[name=key]").input_value()
    page.locator("[name=words]").fill("院里的枣树想请人剪剪枝")
    page.locator("[name=place]").fill("二巷7号")
    page.get_by_text("是一个人住").click()
    page.route("**/order/describe/", lambda call: call.abort())
    page.get_by_role("button", name="就这样约").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/order/describe/")
    page.goto("/order/describe/")
    assert page.locator("[name=words]").input_value() == "院里的枣树想请人剪剪枝"
    assert page.locator("[name=place]").input_value() == "二巷7号"
    assert page.locator("[name=alone]").is_checked()
    assert (
        page.locator("[name=key]").input_value() == key
    )  # should it have arrived after all, it stays one order
    page.locator("#order .notice", has_text="您刚才填的都还在").wait_for()
    page.goto("/menu/")  # gone on to something else: nothing of it stays on the telephone
    page.goto("/order/describe/")
    assert page.locator("[name=words]").input_value() == ""
