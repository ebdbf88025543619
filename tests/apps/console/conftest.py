"""The desk of the dispatchers with orders waiting, at the moment of the cast."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.cast import NOW, Cast
from tests.chain import begin, offered  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def haircut(cast: Cast) -> ItemVersion:
    return make_item()


@pytest.fixture
def place(cast: Cast, haircut: ItemVersion) -> Callable[..., Order]:
    def do(**facts: Any) -> Order:
        given: dict[str, Any] = {
            "now": NOW, "key": uuid.uuid4(), "item_version": haircut, "area": cast.village, "place": "一巷3号",
            "times": [{"date": THURSDAY.isoformat(), "half": "morning"}], "actor": cast.as_(cast.resident), "sure": True,
        } | facts  # fmt: skip
        order = orders.place(**given)
        return Order.objects.select_related("item_version", "person", "area").get(pk=order.pk)

    return do


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    return signed_in(client, cast.dispatcher)


@pytest.fixture
def time_machine_at() -> Callable[..., Any]:
    """`with time_machine_at(26, 4):` that hour (UTC) of that November day."""

    def at(day: int, hour: int) -> Any:
        return time_machine.travel(NOW.replace(day=day, hour=hour), tick=False)

    return at
