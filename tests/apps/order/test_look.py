"""The pages of orders in a real browser, on a phone: readable, reachable, clean for a screen reader."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from laojia.foundation.calendar.queries import calendar
from laojia.kernel import clock
from laojia.policy.facts import CLOCK
from laojia.steps.menu import actions as menu
from laojia.steps.order import actions
from laojia.steps.order.models import Order
from laojia.steps.order.queries import wish_buttons
from tests.acting import account_of
from tests.apps.order.conftest import make_item, open_seats
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def orders(live: str, cast: Cast) -> dict[str, Order]:
    """One order waiting, one arranged, one with a seat, by today's clock."""
    now = clock.now()
    calendar()
    asks = [
        {"key": "walk", "text": "能走路吗？", "kind": "yes_no", "required": False, "help": "", "choices": []}
    ]
    item = make_item(questions=asks)
    clinic = make_item("T04", name="义诊", mode="seats", asked_by=["village"])
    seats = open_seats(cast, clinic, at=now + timedelta(days=3))
    day, half = wish_buttons(item, now)[0][0].split("/")
    base: dict[str, Any] = {
        "actor": cast.as_(cast.resident), "now": now, "area": cast.village, "place": "一巷3号",
        "times": [{"date": day, "half": half}],
    }  # fmt: skip
    waiting = actions.place(**base, key=uuid.uuid4(), item_version=item)
    arranged = actions.place(**base, key=uuid.uuid4(), item_version=item, sure=True)
    occasion = menu.open_occasion(
        actor=CLOCK, now=now, item_version=item, kind="visit", area=cast.village, team=cast.team, state="confirmed",
        starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=1),
    )  # fmt: skip
    actions.arrange(order=arranged, occasion=occasion, actor=CLOCK, now=now)
    seat = actions.place(**base, key=uuid.uuid4(), item_version=clinic, occasion=seats)
    return {"waiting": waiting, "arranged": arranged, "seat": seat}


def test_a_residents_pages(
    cast: Cast,
    orders: dict[str, Order],
    open_page: Callable[..., Any],
    axe: Callable[..., None],
    shot: Callable[..., Any],
) -> None:
    me = account_of(cast.resident)
    occasion_id = orders["seat"].wants_occasion_id
    pages = {
        "order new": "/order/new/T01/",
        "order describe": "/order/describe/",
        "order seat": f"/order/seat/{occasion_id}/",
        "order waiting": f"/o/{orders['waiting'].number}/",
        "order arranged": f"/o/{orders['arranged'].number}/",
        "order done": f"/order/done/{orders['waiting'].number}/",
        "order change": f"/o/{orders['waiting'].number}/change/",
        "order cancel": f"/o/{orders['waiting'].number}/cancel/",
        "mine": "/mine/",
    }
    for name, path in pages.items():
        page = open_page(path, signed_in=me)
        shot(page, name, full=True)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is wider than a phone"


def test_pages_without_signing_in(
    orders: dict[str, Order],
    open_page: Callable[..., Any],
    axe: Callable[..., None],
    shot: Callable[..., Any],
) -> None:
    for name, path in {"order unknown": "/order/new/T01/", "look up": "/o/"}.items():
        page = open_page(path)
        shot(page, name, full=True)
        axe(page)


def test_help_pages(
    cast: Cast,
    orders: dict[str, Order],
    open_page: Callable[..., Any],
    axe: Callable[..., None],
    shot: Callable[..., Any],
) -> None:
    me = account_of(cast.grid_worker)
    pages = {
        "help": "/help/?q=王秀",
        "help choose": f"/help/{cast.resident.pk}/",
        "help order": f"/help/{cast.resident.pk}/T01/",
    }
    for name, path in pages.items():
        page = open_page(path, signed_in=me)
        shot(page, name, full=True)
        axe(page)


def test_ordering_without_script(cast: Cast, orders: dict[str, Order], open_page: Callable[..., Any]) -> None:
    page = open_page("/order/new/T01/", signed_in=account_of(cast.daughter), script=False)
    page.fill("[name=village]", cast.village.name)
    page.fill("[name=place]", "三巷1号")
    page.click("button:has-text('就这样约')")
    assert "/order/done/" in page.url
    assert Order.objects.filter(place="三巷1号").exists()
