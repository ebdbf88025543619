"""Messages: one per key, said in the person's language, sent once, and telephoned where nothing reaches."""

import logging
from datetime import datetime, timedelta

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox import actions, queries
from laojia.foundation.outbox.jobs.gateways import Inbox, NoGateway
from laojia.foundation.outbox.jobs.messages import LEASE, Carrier, call_instead, send_due
from laojia.foundation.outbox.models import InboxEntry, Message
from laojia.foundation.outbox.rules import MOST_ATTEMPTS, Recipient, Sent, Undelivered
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import Conflict, OutOfScope
from laojia.kernel.links import make_link
from laojia.policy.facts import NOBODY, Actor, Grant
from laojia.policy.roles import Role
from tests.apps.outbox.conftest import NOW

pytestmark = pytest.mark.django_db
STATION = Actor(2, (Grant(Role.STATION_STAFF, ("/1/4/17/",)),))
ELSEWHERE = Actor(3, (Grant(Role.STATION_STAFF, ("/1/5/",)),))
RESIDENT = Actor(1, (Grant(Role.RESIDENT),))


class Wire:
    """A gateway that takes what it is told to take."""

    def __init__(self, *plan):
        self.plan = list(plan)
        self.sent = []

    def send(self, message, /):
        self.sent.append(message)
        step = self.plan.pop(0) if self.plan else Sent(f"id{len(self.sent)}")
        if isinstance(step, Exception):
            raise step
        return step


@pytest.fixture
def send(resolve):
    def run(gateway, at=NOW, words=None, batch=50):
        post = Carrier(resolve, words or (lambda kind, about_id, language: {}), gateway)
        return send_due(post, lambda: at, batch)

    return run


def test_a_message_is_queued_once_per_key(put, send):
    put()
    put(template="order.refused")
    assert Message.objects.count() == 1
    wire = Wire()
    assert send(wire) == 1
    assert send(wire) == 0
    message = Message.objects.get()
    assert (message.state, message.gateway_id, message.attempts, message.lease) == ("sent", "id1", 1, "")
    assert [out.key for out in wire.sent] == ["k1"]


def test_what_is_said_and_what_the_gateway_gets(put, send, settings, monkeypatch):
    monkeypatch.setenv("LAOJIA_ADDRESS", "https://laojia.example/")
    at = datetime(2026, 11, 26, 9, 30, tzinfo=CHINA)
    put(
        template="order.arranged",
        variables={"number": "D141024-26-000123-7", "link": "l/abc", "at": at.isoformat()},
    )
    wire = Wire()
    send(wire, words=lambda kind, about_id, language: {"team": "银龄理发队"})
    out = wire.sent[0]
    assert out.phone == "13812340001"
    assert out.values["team"] == "银龄理发队"
    assert out.values["link"] == "https://laojia.example/l/abc"
    assert "D141024-26-000123-7" in out.text
    assert "明天 09:30" in out.text
    assert out.text.endswith("我们不会向您要验证码、要钱。")
    assert Message.objects.get().text == out.text


def test_a_link_is_made_for_the_thing_and_the_contact(put, send):
    put(variables={"number": "D1"})
    put("k2", template="offer.withdrawn", to_person_id=None, to_team_id=5, about=("offer", 8), variables={})
    wire = Wire()
    send(wire)
    send(wire)
    links = {out.key: out.values["link"].removeprefix("http://127.0.0.1:8000/") for out in wire.sent}
    assert links == {
        "k1": f"l/{make_link('order', 3, 'order')}/",
        "k2/51": f"offer/{make_link('offer', 8, 'offer', 51)}/",
        "k2/52": f"offer/{make_link('offer', 8, 'offer', 52)}/",
    }


def test_another_language(put, send):
    put()
    wire = Wire()
    post = Carrier(
        lambda p, t: [Recipient(1, "Ann", "13812340001", language="en")],
        lambda kind, about_id, language: {},
        wire,
    )
    send_due(post, lambda: NOW, 5)
    assert wire.sent[0].text.endswith("We never ask you for a code or for money.")


@pytest.mark.parametrize(
    "words",
    [
        {"template": "order.unknown"},
        {"variables": {"link": "l/a"}},
        {"variables": {"number": "D1", "link": "13812340000"}},
        {"variables": {"number": "张三", "link": "l/a"}},
        {"variables": {"number": "two words", "link": "l/a"}},
        {"to_team_id": 5},
        {"to_person_id": None},
    ],
)
def test_a_message_that_could_carry_names_or_has_no_addressee_is_a_mistake(put, words):
    with pytest.raises(ValueError):
        put(**words)
    assert not Message.objects.exists()


def test_quiet_hours_hold_back_what_is_not_urgent(put, send):
    put("calm")
    put("urgent", template="order.not_home")
    night = datetime(2026, 11, 25, 22, 0, tzinfo=CHINA)
    wire = Wire()
    send(wire, at=night)
    assert [out.key for out in wire.sent] == ["urgent"]
    send(wire, at=datetime(2026, 11, 26, 7, 59, tzinfo=CHINA))
    assert len(wire.sent) == 1
    send(wire, at=datetime(2026, 11, 26, 8, 0, tzinfo=CHINA))
    assert [out.key for out in wire.sent] == ["urgent", "calm"]


def test_not_before_it_is_due(put, send):
    put(due=NOW + timedelta(hours=1))
    assert send(Wire()) == 0
    assert send(Wire(), at=NOW + timedelta(hours=1)) == 1


def test_a_failing_gateway_is_tried_again_later_and_then_somebody_calls(put, send):
    put()
    wire = Wire(*[Undelivered("http_503", again=True)] * MOST_ATTEMPTS)
    at = NOW
    waits = []
    while Message.objects.get().state == "queued":
        assert send(wire, at=at) == 1
        assert send(wire, at=at) == 0
        until = Message.objects.get().lease_until
        if until:
            waits.append(until - at)
            at = until
    assert len(wire.sent) == MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert {out.key for out in wire.sent} == {"k1"}
    assert (Message.objects.get().state, Message.objects.get().note) == ("to_call", "http_503")


def test_a_final_refusal_is_not_tried_again(put, send):
    put()
    send(Wire(Undelivered("INVALID_PHONE", again=False)))
    assert Message.objects.get().state == "to_call"


@pytest.mark.parametrize(("person", "note"), [(90, "no_consent"), (91, "no_phone")])
def test_people_without_messages_are_called(put, send, person, note):
    put(to_person_id=person)
    wire = Wire()
    send(wire)
    assert not wire.sent
    message = Message.objects.get()
    assert (message.state, message.note, message.area_path) == ("to_call", note, "/1/4/17/")
    assert "D141024-26-000123-7" in message.text


def test_what_is_not_worth_a_call_just_ends(put, send):
    put(template="order.merged", to_person_id=91, variables={"number": "a", "other": "b", "link": "c"})
    send(Wire())
    assert Message.objects.get().state == "failed"


def test_a_person_who_is_gone_gets_nothing(put, send):
    put(to_person_id=99)
    send(Wire())
    assert (Message.objects.get().state, Message.objects.get().note) == ("failed", "nobody")


def test_without_a_gateway_everything_that_matters_is_called(put, send):
    put()
    send(NoGateway())
    assert Message.objects.get().state == "to_call"


def test_a_team_hears_through_every_contact(put, send):
    put(to_person_id=None, to_team_id=5)
    wire = Wire()
    send(wire)
    send(wire)
    assert sorted(out.key for out in wire.sent) == ["k1/51", "k1/52"]
    assert Message.objects.get(key="k1").state == "sent"
    put(to_person_id=None, to_team_id=5)
    assert send(wire) == 0


def test_a_team_without_contacts_is_called(put, send):
    put(to_person_id=None, to_team_id=6)
    send(Wire())
    assert (Message.objects.get().state, Message.objects.get().area_path) == ("to_call", "/1/4/")


def test_a_sign_in_code_rests_nowhere(send):
    actions.post(
        "account.code", to_phone="13812349999", about=("account", 0), key="code1", now=NOW,
        variables={"code": 482913, "minutes": 10},
    )  # fmt: skip
    wire = Wire()
    send(wire)
    assert wire.sent[0].phone == "13812349999"
    assert "482913" in wire.sent[0].text
    message = Message.objects.get()
    assert (message.variables, message.to_phone, message.text, message.state) == ({}, None, None, "sent")


def test_a_worker_that_died_while_sending_is_taken_over(put, send):
    put()
    Message.objects.update(state="sending", lease="dead", lease_until=NOW + LEASE)
    assert send(Wire()) == 0
    wire = Wire()
    assert send(wire, at=NOW + LEASE) == 1
    assert wire.sent[0].key == "k1"


def test_a_worker_that_was_too_slow_changes_nothing(put, send):
    put()

    class Slow(Wire):
        def send(self, message, /):
            Message.objects.update(lease="another", lease_until=NOW + LEASE)
            return super().send(message)

    send(Slow())
    assert (Message.objects.get().state, Message.objects.get().lease) == ("sending", "another")


def test_one_faulty_message_does_not_stop_the_others(put, send):
    put("k1")
    put("k2")

    def words(kind, about_id, language):
        raise LookupError("gone")

    logging.disable(logging.CRITICAL)
    try:
        assert send(Wire(), words=words) == 2
    finally:
        logging.disable(logging.NOTSET)
    assert set(Message.objects.values_list("state", "note")) == {("queued", "LookupError")}
    assert send(Wire(), at=NOW + timedelta(minutes=1)) == 2


def test_receipts(put, send):
    put()
    send(Wire())
    assert actions.take_receipt(key="k1", delivered=True, now=NOW)
    assert not actions.take_receipt(key="k1", delivered=True, now=NOW)
    assert not actions.take_receipt(key="k1", delivered=False, now=NOW)
    assert not actions.take_receipt(key="unknown", delivered=True, now=NOW)
    assert Message.objects.get().state == "delivered"


def test_a_receipt_may_overtake_the_answer(put, send):
    put()

    class Quick(Wire):
        def send(self, message, /):
            actions.take_receipt(key=message.key, delivered=True, now=NOW)
            return super().send(message)

    send(Quick())
    message = Message.objects.get()
    assert (message.state, message.gateway_id) == ("delivered", "id1")
    assert message.text


def test_a_failed_receipt_puts_it_on_the_call_list_until_a_late_good_one(put, send):
    put()
    send(Wire())
    assert actions.take_receipt(key="k1", delivered=False, now=NOW)
    assert Message.objects.get().state == "to_call"
    assert actions.take_receipt(key="k1", delivered=True, now=NOW)
    assert Message.objects.get().state == "delivered"


def test_no_receipt_for_hours_means_somebody_calls(put, send):
    put("k1")
    put("k2", template="order.cancelled")
    put("k3", to_person_id=None, to_team_id=5)
    send(Wire())
    assert call_instead(NOW + timedelta(hours=3)) == 0
    assert call_instead(NOW + timedelta(hours=4)) == 1
    assert Message.objects.get(key="k1").state == "to_call"
    assert Message.objects.get(key="k3").state == "sent"


@pytest.fixture
def to_call(put, send):
    put(to_person_id=91)
    send(Wire())
    return Message.objects.get()


def test_the_call_list_is_the_stations_own(to_call):
    assert list(queries.call_list(STATION)) == [to_call]
    assert not queries.call_list(ELSEWHERE).exists()
    assert not queries.call_list(NOBODY).exists()


def test_a_call_is_ticked_once_and_journalled(to_call):
    actions.called(message_id=to_call.pk, actor=STATION, now=NOW, reached=False)
    assert list(queries.call_list(STATION)) == [to_call]
    actions.called(message_id=to_call.pk, actor=STATION, now=NOW)
    assert Message.objects.get().state == "called"
    assert not queries.call_list(STATION).exists()
    with pytest.raises(Conflict):
        actions.called(message_id=to_call.pk, actor=STATION, now=NOW)
    rows = JournalRow.objects.filter(verb="message.called", subject_id=to_call.pk)
    assert [row.fields for row in rows] == [["calls"], ["state"]]


@pytest.mark.parametrize("actor", [ELSEWHERE, NOBODY, RESIDENT])
def test_others_cannot_tick_it(to_call, actor):
    with pytest.raises(OutOfScope):
        actions.called(message_id=to_call.pk, actor=actor, now=NOW)
    assert Message.objects.get().state == "to_call"
    assert not JournalRow.objects.exists()


def test_the_demonstration_keeps_everything_in_its_inbox(put, send):
    put()
    actions.post("account.code", to_phone="13812349999", about=("account", 0), key="c", now=NOW,
                 variables={"code": 482913, "minutes": 10})  # fmt: skip
    send(Inbox())
    assert set(Message.objects.values_list("state", flat=True)) == {"delivered"}
    told = {entry.key: entry for entry in queries.demonstration_inbox()}
    assert told["k1"].shown_to == "张* 138****0001"
    assert "482913" in told["c"].text
    assert InboxEntry.objects.count() == 2


def test_own_messages_are_ones_own(put, send):
    put("k1")
    put("k2", to_person_id=2)
    assert not queries.own_messages(RESIDENT).exists()
    send(Wire())
    assert [message.key for message in queries.own_messages(RESIDENT)] == ["k1"]
    assert not queries.own_messages(NOBODY).exists()


def test_messages_of_something_called_off_are_taken_back(put, send):
    put("k1", template="order.tomorrow", due=NOW + timedelta(days=1),
        variables={"number": "a", "at": "2026-11-27", "link": "l"})  # fmt: skip
    put("k2")
    assert actions.withdraw_messages(("order", 3), templates=["order.tomorrow"]) == 1
    assert send(Wire(), at=NOW + timedelta(days=1)) == 1


def test_a_person_who_is_forgotten(put, send):
    put("k1")
    send(Wire())
    put("k2")
    actions.forget_person(person_id=1)
    assert set(Message.objects.values_list("state", "text")) == {("sent", None), ("failed", None)}


def test_posting_is_one_statement(put, django_assert_num_queries):
    with django_assert_num_queries(1):
        put()


def test_six_a_day_and_the_rest_in_the_morning(put, send):
    for n in range(9):
        put(f"k{n}")
    wire = Wire()
    send(wire)
    assert len(wire.sent) == 6
    waiting = Message.objects.filter(state="queued", note="daily_cap")
    assert {m.due_at.astimezone(CHINA).isoformat()[:16] for m in waiting} == {"2026-11-26T08:00"}
    assert waiting.count() == 3
    put("other", to_person_id=2)
    send(wire)
    assert wire.sent[-1].person_id == 2
    send(wire, at=NOW + timedelta(days=1))
    assert len(wire.sent) == 10
    assert {m.attempts for m in Message.objects.filter(state="sent")} == {1}


def test_what_is_called_off_is_told_whatever_the_number(put, send):
    for n in range(7):
        put(f"k{n}")
    put("off", template="occasion.called_off", variables={"at": NOW.isoformat(), "link": "on/"})
    put("code", template="account.code", variables={"code": 482913, "minutes": 10})
    wire = Wire()
    send(wire)
    assert {out.template for out in wire.sent} == {"order.need_info", "occasion.called_off", "account.code"}
    assert len(wire.sent) == 8
