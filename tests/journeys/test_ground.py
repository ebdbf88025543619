"""The ground of all journeys: pages load from us alone, obey the strict policy, weigh little, work without script."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.conftest import DESK, PHONE

LIGHT = 150 * 1024  # bytes on the wire, the whole first load


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_start_page_is_clean(
    open_page: Callable[..., Page], axe: Callable[..., None], shot: Callable[..., Path], size: dict[str, int]
) -> None:
    page = open_page("/", size=size)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "the page scrolls sideways"
    )
    shot(page, f"start-{size['width']}")


def test_the_first_load_is_light(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    weight = page.evaluate(
        "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
        ".reduce((sum, one) => sum + one.transferSize, 0)"
    )
    # The test server sends style and script as they are; compression is the server's work (whitenoise).
    import gzip

    from django.contrib.staticfiles import finders

    raw = [Path(str(finders.find(name))).read_bytes() for name in ("main.css", "main.js")]
    saved = sum(len(body) - len(gzip.compress(body, 9)) for body in raw)
    assert weight - saved <= LIGHT, f"{(weight - saved) // 1024} KB"


def test_the_policy_forbids_inline_script(open_page: Callable[..., Page], live: str, browser: Any) -> None:
    # In a context of its own: the refusal is wanted here and would fail `open_page`.
    context = browser.new_context(base_url=live)
    page = context.new_page()
    page.goto("/")
    page.evaluate(
        "const part = document.createElement('script'); part.textContent = 'window.ran = true'; document.body.append(part)"
    )
    assert page.evaluate("window.ran === undefined")
    context.close()


def test_the_start_page_says_the_same_without_script(open_page: Callable[..., Page]) -> None:
    page = open_page("/", script=False)
    assert page.locator("h1").first.inner_text().strip()
    assert page.locator("main a").count() > 0
