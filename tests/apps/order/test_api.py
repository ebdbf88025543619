"""The open interface of orders: the same verbs as the pages, refusals as problem+json."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.apps.order.conftest import THURSDAY, Place
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
Problem = Callable[[Any], dict[str, Any]]


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def send(client: Client, key: uuid.UUID | None = None, **facts: Any) -> Any:
    return client.post(
        "/api/v1/orders",
        facts,
        content_type="application/json",
        headers={"Idempotency-Key": str(key or uuid.uuid4())},
    )


def test_place_and_see(cast: Cast, client: Client, haircut: ItemVersion) -> None:
    signed_in(client, cast.resident)
    key = uuid.uuid4()
    wanted = {"item_code": "T01", "area_code": cast.village.code, "place": "一巷3号", "times": [THURSDAY]}
    answer = send(client, key, **wanted)
    assert answer.status_code == 201
    assert send(client, key, **wanted).json()["number"] == answer.json()["number"]
    order = Order.objects.get()
    assert (order.channel, order.state) == ("api", "waiting")
    seen = client.get(f"/api/v1/orders/{order.number}").json()
    assert seen["promise_due_at"] == "2026-11-27T10:00:00Z"
    assert seen["holder_sentence"] == "服务中心正在给您找队伍。"
    assert "王秀英" not in str(seen)
    assert client.post(f"/api/v1/orders/{order.number}/nudge").json()["nudges"] == 1
    done = client.post(f"/api/v1/orders/{order.number}/cancel", {}, content_type="application/json")
    assert done.json()["state"] == "cancelled"


def test_a_seat_and_own_words(cast: Cast, client: Client, seats: Occasion) -> None:
    signed_in(client, cast.resident)
    assert send(client, occasion_id=seats.pk).json()["state"] == "arranged"
    assert send(client, words="枣树歪了", area_code=cast.village.code).json()["state"] == "received"


def test_the_answer_to_placing_is_what_is_read_later(
    cast: Cast, client: Client, seats: Occasion, haircut: ItemVersion
) -> None:
    """Told from the facts in hand; the same key later is read from the journal."""
    signed_in(client, cast.resident)
    wanted: list[dict[str, Any]] = [
        {"item_code": "T01", "area_code": cast.village.code, "place": "一巷3号", "times": [THURSDAY]},
        {"occasion_id": seats.pk},
        {"words": "枣树歪了", "area_code": cast.village.code},
    ]
    for facts in wanted:
        key = uuid.uuid4()
        with time_machine.travel(NOW, tick=True):
            answer = send(client, key, **facts).json()
            assert any(step["done"] for step in answer["steps"])
            assert client.get(f"/api/v1/orders/{answer['number']}").json() == answer
            assert send(client, key, **facts).json() == answer


@pytest.mark.parametrize(
    ("facts", "http", "code"),
    [
        ({"item_code": "T01", "place": "x"}, 422, "place_missing"),
        ({"item_code": "T01", "area_code": "000000000000"}, 422, "area"),
        ({"item_code": "T99"}, 404, "no_item"),
        ({"item_code": "T01", "lon": 116.4, "lat": 39.9}, 422, ""),
        ({"item_code": "T01", "times": "soon"}, 422, "bad_input"),
    ],
)
def test_refusals(
    cast: Cast,
    client: Client,
    haircut: ItemVersion,
    problem: Problem,
    facts: dict[str, Any],
    http: int,
    code: str,
) -> None:
    signed_in(client, cast.resident)
    answer = send(client, **facts)
    assert answer.status_code == http
    said = problem(answer)
    assert not code or said["code"] == code
    assert not Order.objects.exists()


def test_not_without_signing_in_nor_a_key_nor_a_token(
    cast: Cast, client: Client, haircut: ItemVersion, problem: Problem
) -> None:
    answer = send(client, item_code="T01", area_code=cast.village.code, times=[THURSDAY])
    assert (answer.status_code, problem(answer)["code"]) == (403, "sign_in")
    signed_in(client, cast.resident)
    bare = client.post("/api/v1/orders", {"item_code": "T01"}, content_type="application/json")
    assert bare.status_code == 422
    strict = signed_in(Client(enforce_csrf_checks=True), cast.resident)
    assert problem(send(strict, item_code="T01"))["code"] == "csrf"


def test_strangers_do_not_find_it(cast: Cast, client: Client, place: Place, problem: Problem) -> None:
    order = place()
    signed_in(client, cast.stranger)
    assert client.get(f"/api/v1/orders/{order.number}").status_code == 404
    assert client.post(f"/api/v1/orders/{order.number}/nudge").status_code == 404
    answer = client.post(f"/api/v1/orders/{order.number}/cancel", {}, content_type="application/json")
    assert problem(answer)["code"] == "order_not_here"
