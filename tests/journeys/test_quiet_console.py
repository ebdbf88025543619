"""A part of a page swapped in leaves no complaint of the security policy in the browser's console."""

from __future__ import annotations

import uuid

import pytest

from laojia.steps.menu import queries as menu
from laojia.steps.order import actions as orders
from tests.cast import NOW
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def test_swapping_on_the_desk_is_quiet(stage: Stage) -> None:
    cast = stage.cast
    for turn in range(2):
        orders.place(
            actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=menu.item("LN01"), area=cast.village,
            place="槐树巷9号", times=[{"date": "2026-12-02", "half": "morning"}], words=f"第{turn}回", sure=True,
        )  # fmt: skip
    said: list[str] = []
    page = stage.desk(cast.dispatcher, "/desk/")
    page.on("console", lambda line: said.append(f"{line.type}: {line.text} {line.location}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    for row in (0, 1):
        page.locator("[data-row]").nth(row).click()
        page.locator("#pane-order h2, #pane-order h1").first.wait_for()
        page.wait_for_timeout(300)
    assert said == []
