"""The desk's interface: same verbs, same refusals, no names."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.steps.dispatch.models import Offer
from tests.acting import signed_in
from tests.apps.dispatch.conftest import Place, fresh
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
BODY = {"date": "2026-11-26", "half": "morning"}


@pytest.fixture(autouse=True)
def at_ten():
    with time_machine.travel(NOW, tick=False):
        yield


def post(client: Client, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
    return client.post(
        f"/api/v1/desk/{path}",
        json.dumps(body or {}),
        content_type="application/json",
        headers={"Idempotency-Key": key or str(uuid.uuid4())},
    )


def test_queue_teams_offer_and_back(client: Client, cast: Cast, place: Place, problem) -> None:
    order = place()
    desk = signed_in(client, cast.dispatcher)
    text = desk.get("/api/v1/desk/queue").content.decode()
    rows = json.loads(text)["rows"]
    assert [row["number"] for row in rows] == [order.number]
    assert cast.resident.name not in text
    assert "一巷" not in text
    teams = desk.get(f"/api/v1/desk/orders/{order.number}/teams").json()
    assert teams["teams"][0]["team"] == cast.team.pk
    assert "就在本镇" in teams["teams"][0]["words"]
    key = str(uuid.uuid4())
    made = post(desk, f"orders/{order.number}/offers", {"team": cast.team.pk, **BODY}, key)
    assert made.status_code == 201
    again = post(desk, f"orders/{order.number}/offers", {"team": cast.team.pk, **BODY}, key)
    assert again.json()["id"] == made.json()["id"]
    assert [one["state"] for one in desk.get(f"/api/v1/desk/orders/{order.number}/offers").json()] == ["open"]
    other = post(desk, f"orders/{order.number}/offers", {"team": cast.other_team.pk, **BODY})
    assert other.status_code == 409
    assert problem(other)["code"] == "asked_already"
    back = post(desk, f"offers/{made.json()['id']}/withdraw")
    assert back.json()["state"] == "withdrawn"
    assert fresh(order).state == "waiting"


def test_refusals_are_told_apart(client: Client, cast: Cast, place: Place, problem) -> None:
    order = place(alone=True)
    desk = signed_in(client, cast.dispatcher)
    path = f"orders/{order.number}/offers"
    look = post(desk, path, {"team": cast.team.pk, **BODY})
    assert (look.status_code, problem(look)["code"]) == (422, "second_look")
    wrong = post(desk, path, {"team": "x", "date": "soon", "half": "night"})
    assert (wrong.status_code, problem(wrong)["code"]) == (422, "bad_input")
    unfit = post(desk, path, {"team": cast.medical_team.pk, **BODY, "looked": True})
    assert (unfit.status_code, problem(unfit)["code"]) == (422, "does_not_fit")
    gone = post(desk, "orders/D141024-26-999999-0/offers", {"team": cast.team.pk, **BODY})
    assert gone.status_code == 404
    assert post(desk, "offers/999/withdraw").status_code == 404
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "who", ["resident", "leader", "volunteer", "county_leader", "keeper", "other_station_staff", None]
)
def test_nobody_else(client: Client, cast: Cast, place: Place, who: str | None) -> None:
    order = place()
    browser = signed_in(client, getattr(cast, who)) if who else client
    made = post(browser, f"orders/{order.number}/offers", {"team": cast.team.pk, **BODY})
    assert made.status_code in (401, 403, 404)
    seen = browser.get(f"/api/v1/desk/orders/{order.number}/teams")
    assert seen.status_code in (401, 403, 404)
    queue = browser.get("/api/v1/desk/queue")
    assert (
        queue.json().get("rows", []) == []
        if who == "other_station_staff"
        else queue.status_code in (401, 403, 404)
    )
    assert not Offer.objects.exists()
