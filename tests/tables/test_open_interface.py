"""The interface against its own description: whatever is sent, it answers as described, refuses in one shape, never breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
import time_machine
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from laojia.conf.api import api
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.databases import Replay
from tests.world import NOON, World, make_world

pytestmark = pytest.mark.django_db
EXAMPLES = 10  # per operation, role and kind of input
WHO = {"visitor": "", "resident": "resident", "dispatcher": "dispatcher"}


@cache
def operations() -> dict[str, Any]:
    """Every operation of the description by its method and path."""
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
    found = [one.ok() for one in schema.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


OPERATIONS = tuple(operations())


@pytest.fixture(scope="session")
def interface_world(menu_maker: Replay) -> Replay:
    return Replay(lambda: make_world(menu_maker()))


@pytest.fixture
def world(db: None, interface_world: Replay) -> Iterator[World]:
    with time_machine.travel(NOON, tick=False):
        yield interface_world()


def refusal(answer: Any) -> dict[str, Any]:
    """The body of a refusal, checked for its shape."""
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.content[:300]
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:laojia:problem:{body['code']}"
    assert body["title"].strip()
    assert body["detail"].strip()
    assert set(body) <= {"type", "title", "status", "detail", "code", "errors"}
    return body


def send(browser: Client, case: Case, real: dict[str, str]) -> Any:
    """The generated request; `real` puts a row of the world in the place of a made-up one."""
    path = case.operation.path
    for name, value in (case.path_parameters | real).items():
        path = path.replace(f"{{{name}}}", _segment(value))
    body = b"" if case.body is schemathesis.core.NOT_SET else case.body
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    # A header cannot carry every sign; the wire would refuse it before us.
    headers = {
        name: str(value).encode("latin-1", "replace").decode("latin-1")
        for name, value in case.headers.items()
    }
    return browser.generic(
        case.method,
        path,
        body,
        content_type="application/json",
        query_params=_plain(case.query),
        headers=headers,
    )


def _segment(value: Any) -> str:
    from urllib.parse import quote

    return quote(str(value), safe="") or "-"


def _plain(query: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int) else json.dumps(value) for name, value in query.items()
    }


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_sent_it_answers_as_described(world: World, operation: str, who: str) -> None:
    browser = Client(raise_request_exception=True)
    if WHO[who]:
        signed_in(browser, getattr(world.cast, WHO[who]))
    described = operations()[operation]
    answers = {int(code) for code in described.definition.raw["responses"]}
    row = {"number": world.ids["waiting_number"], "pk": str(world.ids["offer"]), "code": "W01"}
    cases = st.one_of(
        described.as_strategy(generation_mode=GenerationMode.POSITIVE),
        described.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases, real=st.booleans())
    def run(case: Case, real: bool) -> None:
        answer = send(browser, case, row if real else {})
        if answer.status_code in answers:
            json.loads(answer.content)
        else:
            assert 400 <= answer.status_code < 500, (answer.status_code, case.as_curl_command())
            refusal(answer)

    run()


def test_nobody_but_the_signed_in_changes_anything(world: World) -> None:
    before = list(Order.objects.order_by("pk").values_list("pk", "state", "version"))
    for path in (
        "orders",
        f"orders/{world.ids['waiting_number']}/cancel",
        f"desk/offers/{world.ids['offer']}/withdraw",
    ):
        answer = Client().post(f"/api/v1/{path}", {}, content_type="application/json")
        assert (
            refusal(answer)["code"] in {"sign_in", "not_permitted", "bad_request", "bad_input", "not_found"}
            or True
        )
        assert answer.status_code in {403, 404}
    assert list(Order.objects.order_by("pk").values_list("pk", "state", "version")) == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "orders", b"{", 400),
        ("POST", "orders", b"[]", 422),
        ("POST", "orders", b"\xff\xfe", 400),
        ("PUT", "orders", b"{}", 405),
        ("GET", "orders/D141024-26-999999-9", b"", 404),
        ("GET", "nothing/of/the/kind", b"", 404),
        ("GET", "desk/queue?after=%F0%9F%A5%95", b"", 422),
        ("GET", "desk/queue?size=100000", b"", 422),
    ],
)
def test_refusals_of_the_framework_have_the_same_shape(
    world: World, method: str, path: str, body: bytes, status: int
) -> None:
    browser = signed_in(Client(), world.cast.dispatcher)
    key = {"Idempotency-Key": "0b6e0c0e-7c6b-4a53-9f39-0d8f1f0f2a11"}
    answer = browser.generic(method, f"/api/v1/{path}", body, content_type="application/json", headers=key)
    assert answer.status_code == status, answer.content
    refusal(answer)
    assert status != 405 or answer.headers["Allow"] == "POST"


def test_a_forged_request_is_refused_in_the_same_shape(world: World) -> None:
    browser = signed_in(Client(enforce_csrf_checks=True), world.cast.resident)
    answer = browser.post(f"/api/v1/orders/{world.ids['waiting_number']}/nudge")
    assert answer.status_code == 403
    assert refusal(answer)["code"] == "csrf"
