"""A minor's own case goes straight to the named keeper and appears in no queue, search, list, map, export or figure."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Person
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.cast import PEOPLE
from tests.journeys.stage import Stage
from tests.journeys.test_haircut import Axe

pytestmark = pytest.mark.journey
TRACES = ("孙小宝", "孙*")
LOOKS = (
    "/desk/", "/desk/?text=孙小宝", "/desk/?view=map", "/desk/queue.csv", "/desk/queue.xlsx", "/desk/offers/", "/desk/suggest/",
    "/occasions/", "/station/", "/follow-ups/", "/overview/", "/overview/rows/?which=waiting", "/complaints/", "/incidents/",
    "/figures/", "/figures.csv", "/on/", "/team/", "/volunteer/", "/help/", "/mine/", "/journal/",
)  # fmt: skip


def test_only_the_child_and_the_keeper(stage: Stage, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    ItemVersion.objects.filter(item__code="ET02").update(keeper=cast.keeper)
    page = stage.phone(cast.child, "/menu/ET02/")
    axe(page)
    shot(page, "minor item", full=True)
    page.get_by_role("link", name="找人聊聊").click()
    axe(page)
    shot(page, "minor order", full=True)
    page.locator("#order .main-button button").click()
    page.wait_for_url("**/order/done/**")
    axe(page)
    order = Order.objects.get()
    assert (order.sealed, order.keeper_id, order.holder) == (True, cast.keeper.pk, "keeper")
    stage.later(hours=2)
    _nobody_else_sees_it(stage, order)
    assert (
        not Message.objects.filter(about_kind="order", about_id=order.pk)
        .exclude(to_person_id=cast.keeper.pk)
        .exists()
    )
    assert not [row for row in JournalRow.objects.values() if "孙小宝" in str(row)]
    keeper = stage.desk(cast.keeper, f"/o/{order.number}/")
    axe(keeper)
    shot(keeper, "keeper", full=True)
    assert order.number in keeper.content()
    own = stage.phone(cast.child, f"/o/{order.number}/")
    assert order.number in own.content()


def _nobody_else_sees_it(stage: Stage, order: Order) -> None:
    """Every look of every role: the number, the item and the words stand nowhere."""
    cast = stage.cast
    for key in PEOPLE:
        if key in ("child", "keeper"):
            continue
        who: Person = getattr(cast, key)
        client = signed_in(Client(), who)
        for look in LOOKS:
            body = client.get(look)
            text = b"".join(body.streaming_content) if body.streaming else body.content  # type: ignore[attr-defined]
            said = text.decode(errors="ignore")
            assert order.number not in said, (key, look)
            assert not any(trace in said for trace in TRACES), (key, look)
        for address in (f"/o/{order.number}/", f"/desk/o/{order.pk}/", f"/api/v1/orders/{order.number}"):
            answer = client.get(address)
            assert answer.status_code in (200, 302, 403, 404), (key, address)
            assert not any(trace in answer.content.decode(errors="ignore") for trace in TRACES), (
                key,
                address,
            )
