"""An order offered to the team, ready to be answered; the day of the visit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Attendance, Order
from laojia.steps.serve import actions
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.cast import NOW, Cast

VISIT = NOW.replace(day=26, hour=1)  # Thursday 09:00 in China
AFTER = VISIT + timedelta(hours=2)


@dataclass
class Chain:
    """One order and what became of it; rows are read anew each time."""

    cast: Cast
    order_id: int
    offer_id: int

    @property
    def order(self) -> Order:
        return Order.objects.select_related("item_version", "person").get(pk=self.order_id)

    @property
    def offer(self) -> Offer:
        return Offer.objects.select_related("occasion__item_version", "team").get(pk=self.offer_id)

    @property
    def occasion(self) -> Occasion:
        return Occasion.objects.select_related("item_version", "team", "area").get(pk=self.offer.occasion_id)

    @property
    def visit(self) -> Attendance:
        return (
            Attendance.objects.select_related("order", "occasion")
            .exclude(state="released")
            .get(order=self.order_id)
        )


Begin = Callable[..., Chain]


@pytest.fixture
def begin(cast: Cast) -> Begin:
    """`begin()`: a haircut ordered by the resident and offered to the team; other items and facts by name."""

    def do(item: ItemVersion | None = None, team: Any = None, looked: bool = False, **facts: Any) -> Chain:
        item = item or make_item(f"S{ItemVersion.objects.count():02d}")
        order = orders.place(
            actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village,
            place="一巷3号", times=[{"date": THURSDAY.isoformat(), "half": "morning"}], **facts,
        )  # fmt: skip
        offer = dispatch.make_offer(
            actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=team or cast.team, date=THURSDAY,
            half="morning", looked=looked,
        )  # fmt: skip
        return Chain(cast, order.pk, offer.pk)

    return do


@pytest.fixture
def offered(begin: Begin) -> Chain:
    return begin()


@pytest.fixture
def accepted(offered: Chain) -> Chain:
    actions.accept(offer=offered.offer, actor=offered.cast.as_(offered.cast.leader), now=NOW)
    return offered


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)
