"""The open interface of the menu: the same facts as the pages, refusals as problem+json."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from laojia.steps.menu import actions, queries
from tests.apps.menu.conftest import clinic, confirmed
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SeenBy = Callable[[Any], Client]


def test_items_and_one_item(menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any) -> None:
    client = seen_by(None)
    with django_assert_max_num_queries(2):
        rows = client.get("/api/v1/menu/items").json()
    assert len(rows) == 39, "the unlisted need is no item of the list"
    assert client.get("/api/v1/menu/items?q=剃头").json()[0]["code"] == "LN01"
    assert {row["code"] for row in client.get("/api/v1/menu/items?tile=health").json()} >= {"YL01", "YL03"}
    one = client.get("/api/v1/menu/items/ET01").json()
    assert (one["name"], one["version"]) == ("陪孩子写作业", 1)
    assert one["questions"][0].keys() == {"key", "text", "kind", "choices", "required", "help"}


def test_refusals_are_problems(menu: Cast, seen_by: SeenBy) -> None:
    client = seen_by(None)
    answer = client.get("/api/v1/menu/items/XX99")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "no_item"
    actions.pause(version=queries.item("LN01"), reason="season", actor=menu.as_(menu.menu_editor), now=NOW)
    assert client.get("/api/v1/menu/items/LN01").status_code == 409
    wrong = client.get("/api/v1/menu/on?days=soon")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_input")
    assert list(wrong.json()["errors"]) == ["query.days"]


def test_what_is_on(menu: Cast, seen_by: SeenBy, django_assert_max_num_queries: Any) -> None:
    client, row = seen_by(None), confirmed(menu)
    clinic(menu, place="还没定")
    with django_assert_max_num_queries(1):
        rows = client.get("/api/v1/menu/on").json()
    assert [(one["id"], one["seats_left"], one["area_code"]) for one in rows] == [
        (row.pk, 30, menu.village.code)
    ]
    assert client.get("/api/v1/menu/on?kind=volunteers").json() == []
    assert client.get("/api/v1/menu/on?item=LN05").json() == []


def test_the_description_is_there(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/menu/items", "/api/v1/menu/items/{code}", "/api/v1/menu/on"} <= set(paths)
