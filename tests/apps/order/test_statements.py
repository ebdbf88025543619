"""How many statements the busiest paths may take, sign-in included: the number docs/performance.md is about.

A higher number here is a decision, not an accident: each statement costs about half a millisecond of a processor.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from tests.acting import signed_in
from tests.cast import NOW, Cast


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(who: Any) -> Client:
    """Signed in, and the first request (calendar, areas, address tables) behind it."""
    client = signed_in(Client(), who)
    client.get("/o/")
    return client


def test_placing_by_the_interface(
    cast: Cast, haircut: Any, place: Any, django_assert_max_num_queries: Any
) -> None:
    place()  # the calendar is known from now on
    client = browser(cast.neighbour)
    body = {
        "item_code": haircut.item.code, "area_code": cast.village.code, "place": "一巷3号",
        "times": [{"date": "2026-11-26", "half": "morning"}],
    }  # fmt: skip
    most = 12 if connection.vendor == "postgresql" else 15  # two of them the marks around its commit
    with django_assert_max_num_queries(most):
        answer = client.post(
            "/api/v1/orders", json.dumps(body), content_type="application/json",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )  # fmt: skip
    assert answer.status_code == 201


def test_one_orders_page(cast: Cast, place: Any, django_assert_max_num_queries: Any) -> None:
    order, client = place(), browser(cast.resident)
    with django_assert_max_num_queries(5):
        assert client.get(f"/o/{order.number}/").status_code == 200


def test_the_queue_is_as_many_statements_for_ten_orders_as_for_one(
    cast: Cast, place: Any, repair: Any, django_assert_max_num_queries: Any
) -> None:
    client = browser(cast.dispatcher)
    for count in (1, 9):
        for _ in range(count):
            place(item_version=repair, sure=True)
        with django_assert_max_num_queries(7):
            assert client.get("/desk/").status_code == 200


def test_a_change_of_state_at_the_desk(
    cast: Cast, place: Any, repair: Any, django_assert_max_num_queries: Any
) -> None:
    order, client = place(item_version=repair), browser(cast.dispatcher)
    with django_assert_max_num_queries(9):
        assert client.post(f"/desk/o/{order.pk}/triage/").status_code == 302
    order.refresh_from_db()
    assert order.state == "waiting"
