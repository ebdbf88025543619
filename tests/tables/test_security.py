"""What an attacker would try first: headers, gates, odd input. Each test once failed."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.http import HttpResponse
from django.test import Client, RequestFactory

from laojia.conf.headers import asked_from
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Account, Person, Post
from laojia.kernel.codes import plain_cell
from laojia.kernel.errors import TooMany
from laojia.policy.roles import Role
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.review.models import Complaint, Incident
from tests.acting import BACKEND, signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


# --- gates ------------------------------------------------------------------------------------------------------------


def test_nobody_gives_himself_a_password(cast: Cast, client: Client) -> None:
    """Whoever has a colleague's phone must not set a password and with it a second factor: that would open the desk."""
    account = Account.objects.create_user(
        person=cast.dispatcher, phone=cast.dispatcher.phone, phone_hash=cast.dispatcher.phone_hash, phone_verified=True
    )  # fmt: skip
    client.force_login(account, backend=BACKEND)
    assert client.get("/accounts/password/set/").status_code == 404
    new = {"password1": "Abcd-1234-xyz", "password2": "Abcd-1234-xyz"}
    assert client.post("/accounts/password/set/", new).status_code == 404
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_a_family_member_lends_nobody_a_post(cast: Cast, client: Client) -> None:
    """A colleague whose phone also acts for a relative does not get the relative's posts."""
    from laojia.foundation.people.models import Claim
    from laojia.foundation.people.queries import CHOSEN

    signed_in(client, cast.station_staff)
    account = Account.objects.get(person=cast.station_staff)
    Post.objects.create(person=cast.resident, role=Role.SECURITY_ADMIN, valid_from=date(2026, 1, 1))
    Claim.objects.create(account=account, person=cast.resident, proof="name", at=NOW)
    kept = client.session
    kept[CHOSEN] = cast.resident.pk
    kept.save()
    assert client.get("/posts/").status_code in (302, 403, 404)
    assert client.get("/me/").status_code != 500


# --- odd input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/desk/?q=%00", "/people/?q=%E7%8E%8B%00", "/menu/?q=%00", "/o/%00/", "/desk/?after=%00"],
)
def test_a_nul_is_a_bad_request_and_never_reaches_the_database(
    cast: Cast, client: Client, address: str
) -> None:
    assert signed_in(client, cast.dispatcher).get(address).status_code == 400


def test_a_nul_in_a_form_is_a_bad_request(cast: Cast, client: Client) -> None:
    assert signed_in(client, cast.resident).post("/me/consent/", {"purpose": "a\x00"}).status_code == 400


@pytest.mark.parametrize(
    "more", ['"words": "\\u0000"', '"words": "\\ud800"', '"lon": NaN, "lat": 36', '"lon": 999, "lat": 36',
             '"lon": -1e308, "lat": 1e308', '"place": "' + "x" * 5000 + '"', '"lon": 111.6, "lat": 36.2, "position_system": "xxx"',
             '"head_count": -1', '"head_count": 99999999999999999999', '"answers": {"a": [[[1]]]}'],
)  # fmt: skip
def test_odd_json_is_refused_not_a_breakdown(cast: Cast, client: Client, more: str) -> None:
    signed_in(client, cast.resident)
    body = f'{{"area_code": "{cast.village.code}", "words": "请人看看水管", {more}}}'
    answer = client.post(
        "/api/v1/orders",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code in (400, 422) or ("head_count" in more or "answers" in more), answer.content
    assert answer.status_code < 500
    assert not Order.objects.filter(place__contains="xxx").exists()


ODD_NUMBERS = ("²", "٣", "9" * 5000, "9" * 30, "-1", "1e9")


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_odd_numbers_of_rows_are_not_found(cast: Cast, number: str) -> None:
    resident, desk = signed_in(Client(), cast.resident), signed_in(Client(), cast.dispatcher)
    assert resident.get("/incidents/new/", {"order": number}).status_code == 404
    assert (
        desk.post(f"/teams/{cast.team.pk}/leave/", {"person": number, "role": "volunteer"}).status_code == 404
    )
    for address in (f"/desk/o/{number}/", f"/on/{number}/", f"/o/{number}/", f"/people/{number}/"):
        assert desk.get(address).status_code == 404, address


@pytest.mark.parametrize(
    "values", ['[0,"0001-01-01T00:00:00+14:00",1]', "[Infinity,Infinity,Infinity]", "[[]]", "7"]
)
def test_a_forged_cursor_is_refused(cast: Cast, client: Client, values: str) -> None:
    cursor = base64.urlsafe_b64encode(values.encode()).decode()
    signed_in(client, cast.dispatcher)
    for address in ("/desk/", "/api/v1/desk/queue", "/inbox/"):
        assert client.get(address, {"after": cursor}).status_code == 422, address


# --- where links lead, what is written into pages -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_no_link_leads_away(cast: Cast, target: str) -> None:
    order = order_of(cast)
    desk = signed_in(Client(), cast.dispatcher)
    for page in (
        Client().get("/order/describe/", {"back": target}),
        desk.get(f"/desk/o/{order.pk}/refuse/", {"back": target}),
        desk.post(f"/desk/o/{order.pk}/reveal/", {"reason": "call_the_person", "back": target}),
    ):
        assert page.status_code == 200
        assert f'="{target}"' not in page.content.decode()


def test_a_question_of_an_item_is_text_and_never_markup() -> None:
    from laojia.steps.order.forms.ordering import _question

    class Form(forms.Form):
        one = _question({"key": "a", "text": "<i>", "help": "<b>x</b><script>", "kind": "text"})

    shown = str(Form())
    assert "<b>" not in shown
    assert "<script>" not in shown


def test_pages_of_one_person_are_kept_nowhere(cast: Cast, client: Client) -> None:
    signed_in(client, cast.leader)
    for address in ("/team/", "/complain/", "/", "/i-am-not-there/"):
        assert "no-store" in client.get(address).headers["Cache-Control"], address


def test_behind_a_proxy_the_address_is_the_one_it_added(settings: Any) -> None:
    def seen(request: Any) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    request = RequestFactory().get("/", headers={"X-Forwarded-For": "1.1.1.1, 10.9.8.7"})
    assert asked_from(seen)(request).content == b"127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert asked_from(seen)(request).content == b"10.9.8.7"


def test_production_shows_no_source_whatever_is_set() -> None:
    secrets = {
        name: f"{name}-{'x' * 60}" for name in ("LAOJIA_SECRET_KEY", "LAOJIA_HASH_KEY", "LAOJIA_SEAL_KEYS")
    }
    said = subprocess.run(
        [sys.executable, "-c", "from laojia.conf import settings; print(settings.DEBUG)"],
        env={**os.environ, **secrets, "LAOJIA_MODE": "production", "LAOJIA_DEBUG": "yes"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "False"


def order_of(cast: Cast) -> Order:
    return orders.describe(
        actor=cast.as_(cast.resident),
        now=NOW,
        key=uuid.uuid4(),
        words="请人看看水管",
        area=cast.village,
        place="一巷3号",
    )


# --- floods, and what must not be learnt ----------------------------------------------------------------------------------


def test_looks_in_full_at_orders_are_limited_too(cast: Cast) -> None:
    order, desk = order_of(cast), cast.as_(cast.dispatcher)
    for _look in range(30):
        orders.reveal(order=order, reason="call_the_person", actor=desk, now=NOW)
    with pytest.raises(TooMany):
        orders.reveal(order=order, reason="call_the_person", actor=desk, now=NOW)


def test_complaints_from_one_address_are_limited(cast: Cast, client: Client) -> None:
    said = {"kind": "other", "words": "没有人接电话", "anonymous": "on"}
    answers = [client.post("/complain/", said | {"key": str(uuid.uuid4())}).status_code for _one in range(21)]
    assert answers == [302] * 20 + [429]


def test_a_strangers_phone_is_not_flooded_by_ordering_for_him(cast: Cast) -> None:
    for number in range(8):
        orders.describe(
            actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), words=f"请人看看水管 {number}", area=cast.village,
            place="一巷3号", relative=orders.Relative(name="陌生人", phone="13899990000"), sure=True,
        )  # fmt: skip
    assert Message.objects.filter(template="order.for_relative").count() == 5


def test_what_was_typed_before_signing_in_rests_sealed_and_not_for_long(cast: Cast, client: Client) -> None:
    said = {
        "key": str(uuid.uuid4()), "words": "请人看看水管", "village": cast.village.name, "place": "一巷3号",
        "name": "路过人", "phone": "13912345678",
    }  # fmt: skip
    assert client.post("/order/describe/", said).status_code == 200
    assert "typed_order" in client.session
    kept = str(dict(client.session))
    assert not [word for word in ("13912345678", "路过人", "%E8%B7%AF") if word in kept]
    assert "路过人" in client.get("/order/describe/").content.decode()
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert "路过人" not in client.get("/order/describe/").content.decode()


def test_a_sealed_case_stands_on_no_sheet_and_beside_no_complaint(cast: Cast) -> None:
    """Incident sheets and complaints are read by the desk and the holder: neither learns of such a case."""
    order = order_of(cast)
    Order.objects.filter(pk=order.pk).update(sealed=True, keeper=cast.keeper)
    me = signed_in(Client(), cast.resident)
    sheet = {
        "kind": "other",
        "happened_at_0": "2026-11-25",
        "happened_at_1": "09:00",
        "words": "有人在门口喊叫",
    }
    assert me.post(f"/incidents/new/?order={order.pk}", sheet).status_code == 404
    assert not Incident.objects.exists()
    me.post("/complain/", {"kind": "other", "words": "没有人接电话", "number": order.number})
    assert Complaint.objects.get().order is None


def test_the_family_phone_does_not_learn_of_a_sealed_case(cast: Cast) -> None:
    """Neither by taking the data along nor by trying to erase them, which would name the number to look it up by."""
    order = order_of(cast)
    Order.objects.filter(pk=order.pk).update(sealed=True, keeper=cast.keeper)
    me = signed_in(Client(), cast.resident)
    assert order.words not in me.post("/me/export/").content.decode()
    told = me.post("/me/erase/", {"sure": "yes"})
    assert told.status_code == 409
    assert order.number not in told.content.decode()


def test_the_link_of_an_order_ends_some_time_after_the_order(cast: Cast) -> None:
    order = order_of(cast)
    address = "/" + orders.link_of(order, cast.resident.pk)
    orders.cancel(order=order, reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    with time_machine.travel(NOW + timedelta(days=90), tick=False):
        assert Client().get(address).status_code == 200
    with time_machine.travel(NOW + timedelta(days=92), tick=False):
        assert Client().get(address).status_code == 404


def test_a_name_like_a_formula_is_text_in_every_table() -> None:
    assert [plain_cell(text) for text in ("=1+1", "@x", "+1", "-1", "\tx", "理发")] == [
        "'=1+1", "'@x", "'+1", "'-1", "'\tx", "理发",
    ]  # fmt: skip


def test_ordering_for_somebody_shows_no_door(cast: Cast) -> None:
    """The address is masked for a grid worker on every other page; the form of an order must not show it either."""
    Person.objects.filter(pk=cast.resident.pk).update(address="三巷9号")
    order_of(cast)
    page = signed_in(Client(), cast.grid_worker).get(f"/help/{cast.resident.pk}/describe/")
    assert page.status_code == 200
    assert "一巷3号" not in page.content.decode()
    assert "三巷9号" not in page.content.decode()
