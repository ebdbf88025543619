"""Items and seats to order from, made once per test by the cast's own people."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from laojia.policy.facts import Actor
from laojia.policy.roles import Channel
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion
from laojia.steps.order import actions
from laojia.steps.order.models import Order
from tests.cast import NOW, Cast

WEEK = {"weekday": ["morning", "afternoon"], "saturday": ["morning"], "sunday": []}
THURSDAY = {"date": "2026-11-26", "half": "morning"}


def make_item(code: str = "T01", **facts: Any) -> ItemVersion:
    """A published item; plain haircut at home unless told otherwise."""
    given: dict[str, Any] = {
        "name": "上门理发", "about": "到家里理发。", "category": "社区服务", "audience": ["老年人"], "mode": "home_visit",
        "asked_by": ["person"], "team_kind": "助老志愿队", "minutes": 40, "slots": WEEK, "risks": ["头发屑落地"],
        "trusted": True,
    } | facts  # fmt: skip
    return ItemVersion.objects.create(
        item=MenuItem.objects.create(code=code, tile="照应老人"),
        number=1,
        state="published",
        published_at=NOW,
        **given,
    )


@pytest.fixture
def haircut(cast: Cast) -> ItemVersion:
    return make_item()


@pytest.fixture
def repair(cast: Cast) -> ItemVersion:
    """Not trusted: somebody reads it first."""
    return make_item("T02", name="修电线", trusted=False, danger="live_wire", insured=True)


@pytest.fixture
def talk(cast: Cast) -> ItemVersion:
    """A child's own sealed case."""
    return make_item(
        "T03", name="孩子有心事，找人聊聊", mode="keeper", asked_by=["self", "guardian"], protected=True, sealed=True,
        keeper=cast.keeper, trusted=False,
    )  # fmt: skip


@pytest.fixture
def clinic(cast: Cast) -> ItemVersion:
    return make_item("T04", name="义诊", mode="seats", asked_by=["village", "station"], places=4, held_back=1)


def open_seats(
    cast: Cast, item: ItemVersion, *, places: int = 4, held_back: int = 1, at: datetime | None = None
) -> Occasion:
    """A confirmed occasion three days ahead."""
    begins = at or NOW + timedelta(days=3)
    return Occasion.objects.create(
        item_version=item, kind="seats", state="confirmed", team=cast.medical_team, area=cast.village,
        area_path=cast.village.path, place="村委会", date=begins.date(), half="morning", starts_at=begins,
        ends_at=begins + timedelta(hours=3), places=places, held_back=held_back, public=True, created_at=NOW,
    )  # fmt: skip


@pytest.fixture
def seats(cast: Cast, clinic: ItemVersion) -> Occasion:
    return open_seats(cast, clinic)


Place = Callable[..., Order]


@pytest.fixture
def place(cast: Cast, haircut: ItemVersion) -> Place:
    """`place()`: the resident orders a haircut at home for tomorrow morning; anything may be said otherwise."""

    def do(**facts: Any) -> Order:
        given: dict[str, Any] = {
            "now": NOW, "key": uuid.uuid4(), "item_version": haircut, "area": cast.village, "place": "一巷3号",
            "times": [THURSDAY],
        } | facts  # fmt: skip
        given.setdefault("actor", None)
        given["actor"] = given["actor"] or cast.as_(cast.resident)
        return actions.place(**given)

    return do


def behalf(cast: Cast, who: Any, for_: Any, channel: Channel = Channel.PHONE) -> Actor:
    """Somebody at a desk or in the village who types it in for a person."""
    return cast.as_(who, channel, for_)
