"""A refusal becomes a page, a notice or problem+json with its own code; a breakdown gets four signs and a quiet log."""

import re

import pytest
from django.test import Client

from laojia.kernel.errors import Refused
from tests.acting import signed_in
from tests.apps.home.urls_that_refuse import REFUSALS
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.apps.home.urls_that_refuse")]
CODES = {"input": 422, "permission": 403, "scope": 404, "state": 409, "conflict": 409, "often": 429}


@pytest.mark.parametrize(("kind", "http"), CODES.items())
def test_page(client: Client, kind: str, http: int) -> None:
    answer = client.get(f"/refuse/{kind}/")
    assert answer.status_code == http
    text = answer.content.decode()
    assert str(REFUSALS[kind].message) in text
    assert str(REFUSALS[kind].hint) in text
    assert 'href="/"' in text
    assert "<h1>" in text


@pytest.mark.parametrize(("kind", "http"), CODES.items())
def test_who_came_by_a_message_is_led_to_sign_in_and_back(client: Client, kind: str, http: int) -> None:
    text = client.get(f"/refuse/{kind}/").content.decode()
    assert (f"/accounts/login/?next=%2Frefuse%2F{kind}%2F" in text) == (http in {403, 404})


def test_a_spoiled_link_promises_nothing_by_signing_in(client: Client) -> None:
    page = client.get("/review/spoiled/")
    assert page.status_code == 404
    assert "先用手机号登录" not in page.content.decode()


def test_who_pressed_a_button_finds_back_to_it(client: Client) -> None:
    """But to no other place, and not to the refusal itself."""
    back = 'href="/team/occasions/1/"'
    answer = client.post("/refuse/state/", headers={"Referer": "http://testserver/team/occasions/1/?a=1"})
    assert back in answer.content.decode()
    for page in ("http://elsewhere.example/team/occasions/1/", "http://testserver/refuse/state/"):
        text = client.post("/refuse/state/", headers={"Referer": page}).content.decode()
        assert back not in text
        assert 'href="/refuse/state/"' not in text


def test_who_is_signed_in_is_not_asked_to(client: Client, cast: Cast) -> None:
    signed_in(client, cast.resident)
    assert "/accounts/login/?next=" not in client.get("/refuse/scope/").content.decode()


def test_page_shows_the_sentences_of_fields(client: Client) -> None:
    assert "现在是 10 位。" in client.get("/refuse/input/").content.decode()


@pytest.mark.parametrize(("kind", "http"), CODES.items())
def test_problem(client: Client, kind: str, http: int) -> None:
    answer = client.get(f"/api/refuse/{kind}/")
    assert answer.status_code == http
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == http
    assert body["code"] == REFUSALS[kind].code
    assert body["title"]
    assert body["detail"]
    assert body.get("errors", {}) == REFUSALS[kind].fields


def test_part_for_htmx_lands_above_the_content(client: Client) -> None:
    answer = client.get("/refuse/state/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notices"
    text = answer.content.decode()
    assert "<html" not in text
    assert "这一单已经有人接了。" in text


def test_every_refusal_has_words_of_its_own() -> None:
    from laojia.conf.errors import default_words

    found = {default_words(kind.http) for kind in Refused.__subclasses__()}
    assert len(found) == len({kind.http for kind in Refused.__subclasses__()})
    assert default_words(400) not in found


def test_not_found_and_forbidden(client: Client) -> None:
    assert client.get("/forbid/").status_code == 403
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "手机后四位" in answer.content.decode()
    assert client.get("/api/nothing/").headers["Content-Type"] == "application/problem+json"


def test_page_that_lay_open_too_long() -> None:
    answer = Client(enforce_csrf_checks=True).post("/send/", {})
    assert answer.status_code == 403
    assert "页面开得太久了" in answer.content.decode()


def test_breakdown_is_told_by_four_signs(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/l/secrettoken/crash/")
    assert answer.status_code == 500
    signs = re.search(r'class="door-word">([2-9A-Z]{4})<', answer.content.decode())
    assert signs
    assert signs[1] in caplog.text
    assert "ValueError" in caplog.text
    written = "\n".join(record.getMessage() for record in caplog.records if record.name == "laojia.breakdown")
    assert "secrettoken" not in written
    assert "13800000000" not in written


def test_breakdown_of_the_api_and_of_a_part() -> None:
    client = Client(raise_request_exception=False)
    body = client.get("/api/crash/").json()
    assert body["status"] == 500
    assert re.fullmatch(r"[2-9A-Z]{4}", body["code"])
    part = client.get("/l/secrettoken/crash/", headers={"HX-Request": "true"})
    assert part.status_code == 500
    assert part.headers["HX-Retarget"] == "#notices"


def test_breakdown_page_needs_no_database(django_assert_num_queries: object) -> None:
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/l/secrettoken/crash/").status_code == 500
