"""Paper: sheets with a code, typed in later with the time that stands on them and both names."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.kernel.clock import CHINA
from laojia.shown import sheet_number
from laojia.steps.order.models import Order
from laojia.steps.serve import actions as serving
from laojia.steps.serve.models import LawRecord
from tests.acting import signed_in
from tests.apps.console.test_call import by_desk_for, say
from tests.cast import NOW, Cast
from tests.chain import Chain

pytestmark = pytest.mark.django_db


def test_an_order_sheet_is_typed_in_with_its_own_time(desk: Client, cast: Cast, haircut: Any) -> None:
    village = f"{cast.town.name} · {cast.village.name}"
    page = desk.get(f"/call/{cast.resident.pk}/", {"channel": "paper", "item": "D01"}).content.decode()
    assert 'name="happened_0"' in page
    given = {"item": "D01", "channel": "paper", "consent_spoken": "on", "whom": "me", "village": village,
             "times": "2026-11-26/morning"}  # fmt: skip
    say(desk, cast.resident, "order.place", **given, happened_0="2026-11-23", happened_1="16:20")
    order = Order.objects.get()
    assert order.said_at == datetime(2026, 11, 23, 16, 20, tzinfo=CHINA)
    assert (order.placed_at, order.channel, order.entered_by_id) == (NOW, "paper", cast.dispatcher.pk)
    by_desk_for(cast, "order.place", cast.resident, "paper")


@pytest.mark.parametrize("happened", [("2026-11-26", "09:00"), ("2024-01-01", "09:00"), ("2026-11-23", "")])
def test_a_time_that_cannot_be_is_refused(
    desk: Client, cast: Cast, haircut: Any, happened: tuple[str, str]
) -> None:
    village = f"{cast.town.name} · {cast.village.name}"
    answer = desk.post(
        f"/call/{cast.resident.pk}/say/",
        {"do": "order.place", "item": "D01", "channel": "paper", "consent_spoken": "on", "whom": "me",
         "village": village, "times": "2026-11-26/morning", "key": "1c1b2f6e-8b0e-4d5c-9d55-0f7d7f0f2c11",
         "happened_0": happened[0], "happened_1": happened[1]},
    )  # fmt: skip
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_a_record_sheet_is_scanned_and_typed_in(desk: Client, offered: Chain, time_machine_at: Any) -> None:
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    number = sheet_number(offered.occasion)
    sheet = desk.get(f"/paper/{number}/sheet/").content.decode()
    assert number in sheet
    assert cast.resident.name not in sheet
    code = re.search(r'class="qr" src="data:image/svg\+xml[^,]*,([^"]+)"', sheet)
    assert code is not None
    assert "<svg" in unquote(code[1]) or base64.b64decode(code[1])
    with time_machine_at(27, 6):
        desk = signed_in(Client(), cast.dispatcher)
        assert desk.get(f"/paper/{number}/")["Location"] == f"/paper/?n={number}"
        found = desk.get("/paper/", {"n": f"https://laojia.example/paper/{number}/"}).content.decode()
        link = f"/call/{cast.leader.pk}/?channel=paper&amp;open=occasion.record:{offered.occasion.pk}"
        assert link in found
        page = desk.get(link.replace("&amp;", "&")).content.decode()
        assert 'name="happened_0"' in page
        say(desk, cast.leader, "occasion.record", offered.occasion.pk, channel="paper", minutes=50,
            happened_0="2026-11-26", happened_1="10:10",
            **{f"came_{cast.volunteer.pk}": "on", f"visit_{offered.visit.pk}": "came:done"})  # fmt: skip
        by_desk_for(cast, "occasion.record", cast.leader, "paper")
        again = desk.get("/paper/", {"n": number}).content.decode()
    law = LawRecord.objects.get()
    at = datetime(2026, 11, 26, 10, 10, tzinfo=CHINA)
    assert (law.filled_at, offered.occasion.held_at) == (at, at)
    assert law.recorded_at == NOW.replace(day=27, hour=6)
    assert (law.in_charge_id, law.recorded_by_id) == (cast.leader.pk, cast.dispatcher.pk)
    assert link not in again  # recorded once


def test_an_order_number_leads_to_its_caller(desk: Client, cast: Cast, place: Any) -> None:
    order = place()
    answer = desk.get("/paper/", {"n": order.number.lower().replace("-", " ")})
    assert answer["Location"] == f"/call/{cast.resident.pk}/?channel=paper#order-{order.pk}"
    assert desk.get("/paper/", {"n": "D141024-26-999999-0"}).status_code == 404
    wrong = sheet_number(type("Row", (), {"area": cast.village, "created_at": NOW, "pk": 999})())
    assert desk.get("/paper/", {"n": wrong}).status_code == 404


def test_a_sealed_case_has_no_sheet_at_the_desk(desk: Client, cast: Cast, place: Any) -> None:
    order = place()
    Order.objects.filter(pk=order.pk).update(sealed=True, keeper=cast.keeper)
    assert desk.get("/paper/", {"n": order.number}).status_code == 404


def test_somebody_else_who_scans_looks_the_order_up(client: Client, cast: Cast, place: Any) -> None:
    order = place()
    assert client.get(f"/paper/{order.number}/")["Location"] == "/o/"
    assert signed_in(client, cast.resident).get(f"/paper/{order.number}/")["Location"] == "/o/"


def test_the_empty_order_sheet(desk: Client, cast: Cast) -> None:
    assert desk.get("/paper/blank/").status_code == 200
    assert desk.get("/paper/").status_code == 200


def test_nothing_of_the_code_is_secret(desk: Client, offered: Chain) -> None:
    """The journal names who printed nothing: the sheet holds numbers, masked names and the team's own people."""
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    page = desk.get(f"/paper/{sheet_number(offered.occasion)}/sheet/").content.decode()
    assert "一巷3号" not in page
    assert cast.resident.phone not in page
    assert not JournalRow.objects.filter(verb="occasion.print").exists()
