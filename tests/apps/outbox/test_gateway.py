"""The message gateway against an operator of its own: signed both ways, one message per key, whatever goes wrong."""

import json
from datetime import timedelta

import httpx
import pytest

from laojia.foundation.outbox.jobs.gateways import Access, Inbox, NoGateway, SmsGateway, gateway_for
from laojia.foundation.outbox.jobs.messages import Carrier, send_due
from laojia.foundation.outbox.models import Message
from laojia.foundation.outbox.rules import signature
from laojia.kernel import clock, env
from tests.apps.outbox.conftest import NOW
from tests.apps.outbox.operator import KEY, SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def access(operator, monkeypatch, tmp_path):
    codes = tmp_path / "codes.toml"
    codes.write_text('"order.need_info" = "SMS_4711"\n')
    for name, value in {
        "URL": operator.url,
        "KEY": KEY,
        "SECRET": SECRET,
        "SIGN": "洪洞文明实践",
        "TEMPLATES": codes,
    }.items():
        monkeypatch.setenv(f"LAOJIA_SMS_{name}", str(value))
    return Access.from_environment()


@pytest.fixture
def gateway(access):
    client = httpx.Client(timeout=0.3)
    yield SmsGateway(access, demonstration=False, client=client)
    client.close()


@pytest.fixture
def send(gateway, resolve):
    def run(at=NOW):
        return send_due(Carrier(resolve, lambda kind, about_id, language: {}, gateway), lambda: at, 50)

    return run


def until_sent(send):
    at = NOW
    while Message.objects.get().state == "queued":
        send(at)
        at = Message.objects.get().lease_until or at
    return Message.objects.get()


def test_the_operator_gets_sign_template_and_variables(put, send, operator):
    put()
    send()
    got = operator.accepted["k1"]
    assert (got["phone"], got["sign"], got["template"]) == ("13812340001", "洪洞文明实践", "SMS_4711")
    assert got["variables"] == {"number": "D141024-26-000123-7", "link": "http://127.0.0.1:8000/l/abc"}
    assert "text" not in got
    assert Message.objects.get().state == "sent"


@pytest.mark.parametrize("trouble", ["503", "timeout", "THROTTLED"])
def test_trouble_is_outlived_without_a_second_message(put, send, operator, trouble):
    operator.plan = [trouble, trouble]
    put()
    message = until_sent(send)
    assert (message.state, message.attempts) == ("sent", 3)
    assert operator.requests == {"k1": 1}


def test_a_lost_answer_is_asked_again_under_the_same_key(put, send, operator):
    operator.plan = ["LOST"]
    put()
    assert until_sent(send).state == "sent"
    assert operator.requests == {"k1": 2}
    assert len(operator.accepted) == 1
    send(NOW + timedelta(days=1))
    assert operator.requests == {"k1": 2}


def test_a_number_the_operator_refuses_is_called(put, send, operator):
    operator.plan = ["INVALID_PHONE"]
    put()
    send()
    assert (Message.objects.get().state, Message.objects.get().note) == ("to_call", "INVALID_PHONE")


def test_an_operator_that_is_away(put, send, operator):
    operator.close()
    put()
    send()
    assert (Message.objects.get().state, Message.objects.get().note) == ("queued", "ConnectError")


def test_wrong_access_is_not_sent(put, resolve, operator, access):
    with httpx.Client() as client:
        wrong = SmsGateway(Access(access.url, KEY, "wrong", "sign", {}), demonstration=False, client=client)
        put()
        send_due(Carrier(resolve, lambda kind, about_id, language: {}, wrong), lambda: NOW, 5)
    assert not operator.accepted
    assert Message.objects.get().note == "BAD_SIGNATURE"


def test_a_demonstration_refuses_the_real_gateway(access):
    with pytest.raises(RuntimeError, match="demonstration"):
        SmsGateway(access, demonstration=True)
    assert isinstance(gateway_for(demonstration=True), Inbox)
    assert isinstance(gateway_for(demonstration=False), SmsGateway)


def test_without_access_there_is_no_gateway_and_half_an_access_is_a_mistake(monkeypatch):
    assert isinstance(gateway_for(demonstration=False), NoGateway)
    monkeypatch.setenv("LAOJIA_SMS_URL", "https://sms.example/send")
    with pytest.raises(env.BadSetting, match="LAOJIA_SMS_KEY"):
        gateway_for(demonstration=False)
    for name in ("KEY", "SECRET", "SIGN"):
        monkeypatch.setenv(f"LAOJIA_SMS_{name}", "x")
    monkeypatch.setenv("LAOJIA_SMS_TEMPLATES", "/nowhere.toml")
    with pytest.raises(env.BadSetting, match="LAOJIA_SMS_TEMPLATES"):
        gateway_for(demonstration=False)


@pytest.fixture
def tell(client, access):
    def post(told, secret=SECRET, age=0, path="/gateway/receipts/"):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        stamp = str(int((clock.now() - timedelta(seconds=age)).timestamp()))
        head = {
            "X-Timestamp": stamp,
            "X-Nonce": "n",
            "X-Signature": signature(secret, path, stamp, "n", body),
        }
        return client.post("/gateway/receipts/", body, content_type="application/json", headers=head)

    return post


def test_receipts_come_in_signed_and_may_come_twice(put, send, tell):
    put("k1")
    put("k2")
    send()
    told = [
        {"out_id": "k1", "state": "DELIVERED"},
        {"out_id": "k2", "state": "FAILED"},
        {"out_id": "x", "state": "DELIVERED"},
    ]
    assert tell(told).json() == {"code": "OK"}
    assert tell(told).json() == {"code": "OK"}
    assert dict(Message.objects.values_list("key", "state")) == {"k1": "delivered", "k2": "to_call"}


def test_receipts_nobody_signed_or_too_old_are_refused(put, send, tell, client):
    put()
    send()
    told = [{"out_id": "k1", "state": "DELIVERED"}]
    assert tell(told, secret="wrong").status_code == 403
    assert tell(told, age=3600).status_code == 403
    assert tell(told, path="/elsewhere/").status_code == 403
    assert client.post("/gateway/receipts/", told, content_type="application/json").status_code == 403
    assert tell(b"not json").status_code == 422
    assert tell([{"state": "DELIVERED"}]).status_code == 422
    assert Message.objects.get().state == "sent"


def test_without_a_secret_no_receipt_is_genuine(tell, monkeypatch):
    monkeypatch.delenv("LAOJIA_SMS_SECRET")
    assert tell([], secret="").status_code == 403
