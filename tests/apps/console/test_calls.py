"""The call list: one row a person, ticked once, back after a call in vain, quiet at night, a wrong number left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.channels.console.queries.calls import call_rows
from laojia.conf.crew import recipients
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.actions import correct_person
from laojia.foundation.people.models import Person
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.cast import NOW, Cast
from tests.chain import begin  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
Leave = Callable[..., Message]


@pytest.fixture
def leave(cast: Cast) -> Leave:
    """A message that nothing but a call can bring, as the worker leaves it."""

    def do(who: Person, text: str = "编号 D1 定好了。", **facts: Any) -> Message:
        number = Message.objects.count()
        given = {
            "key": f"t{number}", "template": "order.arranged", "to_person_id": who.pk, "about_kind": "order",
            "about_id": 1, "area_path": who.area_path, "due_at": NOW + timedelta(minutes=number), "state": "to_call",
            "text": text, "created_at": NOW,
        } | facts  # fmt: skip
        return Message.objects.create(**given)

    return do


def test_one_row_a_person_urgent_first(cast: Cast, leave: Leave) -> None:
    leave(cast.resident, "第一件。")
    leave(cast.neighbour, "别人的。")
    leave(cast.resident, "第二件。", about_id=2)
    leave(cast.daughter, "义诊取消了。", urgent=True)
    rows = call_rows(cast.as_(cast.dispatcher), NOW)
    assert [row.person for row in rows] == [cast.daughter, cast.resident, cast.neighbour]
    assert rows[1].sentences == ["第一件。", "第二件。"]


def test_a_number_hidden_from_guests_is_not_called_missing(desk: Client, leave: Leave, cast: Cast) -> None:
    leave(cast.resident)
    desk.post("/visit/begins/")
    page = desk.get("/calls/").content.decode()
    assert "某*" in page
    assert "找不到人" not in page


def test_of_one_order_only_how_it_stands_now_is_said_and_all_of_it_ticked(
    desk: Client, cast: Cast, leave: Leave
) -> None:
    leave(cast.resident, "定在周四。")
    leave(cast.resident, "还差一点情况。", template="order.need_info")
    leave(
        cast.resident, "改到周五。", template="order.changed", urgent=True
    )  # comes first, and is the newest
    leave(cast.resident, "另一件定在周六。", about_id=2)
    [row] = call_rows(cast.as_(cast.dispatcher), NOW)
    assert sorted(row.sentences) == sorted(["改到周五。", "还差一点情况。", "另一件定在周六。"])
    assert "定在周四" not in desk.get("/calls/").content.decode()
    desk.post("/calls/tick/", {"m": row.ids, "person": cast.resident.pk, "outcome": "told"})
    assert set(Message.objects.values_list("state", flat=True)) == {"called"}


def test_a_call_about_a_protected_order_is_the_centres(cast: Cast, leave: Leave, begin: Any) -> None:  # noqa: F811
    order = Order.objects.get(pk=begin().order_id)
    Message.objects.filter(state="to_call").update(state="called")
    leave(cast.resident, "编号 D2 定好了。", about_id=order.pk)
    station, centre = cast.as_(cast.station_staff), cast.as_(cast.dispatcher)
    assert [row.person for row in call_rows(station, NOW)] == [cast.resident]
    Order.objects.filter(pk=order.pk).update(protected=True)
    assert call_rows(station, NOW) == []
    assert [row.person for row in call_rows(centre, NOW)] == [cast.resident]


def test_told_with_one_tick_and_journalled(desk: Client, cast: Cast, leave: Leave) -> None:
    first, second = leave(cast.resident), leave(cast.resident)
    page = desk.get("/calls/").content.decode()
    assert "王*" in page
    assert cast.resident.phone not in page
    desk.post("/calls/tick/", {"m": [first.pk, second.pk], "person": cast.resident.pk, "outcome": "told"})
    assert set(Message.objects.values_list("state", flat=True)) == {"called"}
    assert JournalRow.objects.filter(verb="message.called", actor_id=cast.dispatcher.pk).count() == 2
    again = desk.post("/calls/tick/", {"m": [first.pk], "outcome": "told"}, follow=True)
    assert "同事" in again.content.decode() or "colleague" in again.content.decode()
    figures = desk.get("/calls/").content.decode()
    assert re.search(r"2\D+(told today|电话)", figures) or "2" in figures


def test_all_of_a_call_or_nothing(desk: Client, cast: Cast, leave: Leave) -> None:
    first, second = leave(cast.resident), leave(cast.resident, state="called")
    desk.post("/calls/tick/", {"m": [first.pk, second.pk], "outcome": "told"})
    first.refresh_from_db()
    assert first.state == "to_call"


def test_nobody_answered_comes_back_three_times_then_others_are_named(
    desk: Client, cast: Cast, leave: Leave
) -> None:
    message, now = leave(cast.resident), NOW
    for tries in range(1, 4):
        with time_machine.travel(now, tick=False):
            desk = signed_in(Client(), cast.dispatcher)
            desk.post("/calls/tick/", {"m": [message.pk], "outcome": "nobody"})
            message.refresh_from_db()
            assert (message.state, message.calls) == ("to_call", tries)
            listed = call_rows(cast.as_(cast.dispatcher), now)
        if tries < 3:
            assert listed == []
            assert message.call_after is not None
            now = message.call_after
    (row,) = listed
    assert row.ask_others
    assert row.grid_workers == [cast.grid_worker]


def test_at_night_only_what_cannot_wait_is_shown(desk: Client, cast: Cast, leave: Leave) -> None:
    leave(cast.resident)
    leave(cast.neighbour, "今晚的义诊取消了。", urgent=True)
    with time_machine.travel(NOW.replace(hour=14), tick=False):  # 22:00 in China
        page = signed_in(Client(), cast.dispatcher).get("/calls/").content.decode()
    assert "今晚的义诊取消了" in page
    assert "定好了" not in page


def test_a_wrong_number_is_left_alone_until_it_is_put_right(desk: Client, cast: Cast, leave: Leave) -> None:
    leave(cast.resident)
    desk.post("/calls/tick/", {"person": cast.resident.pk, "outcome": "wrong"})
    cast.resident.refresh_from_db()
    assert cast.resident.phone_wrong_at == NOW
    row = JournalRow.objects.get(verb="person.wrong_number")
    assert (row.actor_id, row.subject_id) == (cast.dispatcher.pk, cast.resident.pk)
    assert recipients(cast.resident.pk, None)[0].phone == ""  # no message goes to a stranger
    (listed,) = call_rows(cast.as_(cast.dispatcher), NOW)
    assert listed.wrong
    assert listed.grid_workers == [cast.grid_worker]
    staff = cast.as_(cast.station_staff)
    correct_person(actor=staff, now=NOW, person_id=cast.resident.pk, changes={"phone": "13712345678"})
    cast.resident.refresh_from_db()
    assert cast.resident.phone_wrong_at is None


def test_the_number_is_shown_for_this_call_and_written_down(desk: Client, cast: Cast, leave: Leave) -> None:
    leave(cast.resident)
    page = desk.post("/calls/show/", {"person": cast.resident.pk}).content.decode()
    assert cast.resident.phone in page
    assert JournalRow.objects.get(verb="person.reveal").reason == "call_the_person"


def test_on_paper_masked_or_with_numbers(desk: Client, cast: Cast, leave: Leave) -> None:
    leave(cast.resident)
    assert cast.resident.phone not in desk.get("/calls/paper/").content.decode()
    assert not JournalRow.objects.filter(verb="person.reveal").exists()
    assert cast.resident.phone in desk.post("/calls/paper/").content.decode()
    assert JournalRow.objects.filter(verb="person.reveal").count() == 1


@pytest.mark.parametrize(
    "who", ["resident", "leader", "grid_worker", "county_leader", "keeper", "other_station_staff"]
)
def test_others_see_and_tick_nothing(client: Client, cast: Cast, leave: Leave, who: str) -> None:
    message = leave(cast.resident)
    browser = signed_in(client, getattr(cast, who))
    page = browser.get("/calls/")
    assert page.status_code in {200, 403, 404}
    assert "定好了" not in page.content.decode()
    assert browser.post("/calls/tick/", {"m": [message.pk], "outcome": "told"}).status_code in {403, 404}
    assert browser.post("/calls/tick/", {"person": cast.resident.pk, "outcome": "wrong"}).status_code in {
        403,
        404,
    }
    assert browser.post("/calls/show/", {"person": cast.resident.pk}).status_code in {403, 404}
    message.refresh_from_db()
    assert message.state == "to_call"


def test_the_number_of_questions_does_not_grow(desk: Client, cast: Cast, leave: Leave) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    leave(cast.resident)
    desk.get("/calls/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/calls/")
    for who in (cast.neighbour, cast.daughter, cast.volunteer, cast.leader):
        leave(who)
        leave(who)
    with CaptureQueriesContext(connection) as many:
        desk.get("/calls/")
    assert len(many) <= len(few) + 1
    assert len(many) <= 16
