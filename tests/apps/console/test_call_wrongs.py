"""What went wrong, told by telephone: an incident of an order, a visit or a roster line, a complaint about anything."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.steps.review.models import Complaint, Incident
from laojia.steps.serve import actions as serving
from laojia.steps.serve.models import RosterLine
from tests.acting import signed_in
from tests.apps.console.test_call import by_desk_for, say
from tests.cast import NOW, Cast
from tests.chain import Chain

pytestmark = pytest.mark.django_db

TOLD = {"kind": "fall", "words": "下台阶滑了一下", "happened_at_0": "2026-11-25", "happened_at_1": "08:30"}


@pytest.fixture
def arranged(offered: Chain) -> Chain:
    serving.accept(offer=offered.offer, actor=offered.cast.as_(offered.cast.leader), now=NOW)
    return offered


def test_the_asker_tells_what_happened(desk: Client, arranged: Chain) -> None:
    cast = arranged.cast
    opened = desk.get(f"/call/{cast.resident.pk}/?open=incident.report:{arranged.order_id}").content.decode()
    tag = re.search(r'<input[^>]*name="happened_at_0"[^>]*>', opened)
    assert tag is not None
    assert 'value="2026-11-25"' in tag[0]  # it happened just now unless told otherwise
    key = str(uuid.uuid4())
    page = say(
        desk, cast.resident, "incident.report", arranged.order_id, **TOLD, emergency_called="on", key=key
    )
    row = Incident.objects.get()
    assert (row.order_id, row.reporter_id, row.team_id, row.emergency_called) == (
        arranged.order_id, cast.resident.pk, arranged.offer.team_id, True,
    )  # fmt: skip
    by_desk_for(cast, "incident.report", cast.resident)
    assert "都记下了" in page
    assert Message.objects.filter(template="incident.reported").exists()  # the centre hears of it at once
    say(desk, cast.resident, "incident.report", arranged.order_id, **TOLD, key=key)
    assert Incident.objects.count() == 1


def test_nothing_typed_is_lost(desk: Client, arranged: Chain) -> None:
    cast = arranged.cast
    given = {"do": "incident.report", "row": arranged.order_id, "key": str(uuid.uuid4()), **TOLD, "kind": ""}
    answer = desk.post(f"/call/{cast.resident.pk}/say/", given)
    assert answer.status_code == 422
    assert "下台阶滑了一下" in answer.content.decode()
    later = desk.post(
        f"/call/{cast.resident.pk}/say/", given | {"kind": "fall", "happened_at_0": "2026-11-27"}
    )
    assert later.status_code == 422  # still to come
    assert "下台阶滑了一下" in later.content.decode()
    assert not Incident.objects.exists()


def test_the_leader_and_a_volunteer_tell(desk: Client, arranged: Chain) -> None:
    cast, occasion = arranged.cast, arranged.occasion
    say(desk, cast.leader, "incident.there", occasion.pk, **TOLD)
    by_desk_for(cast, "incident.report", cast.leader)
    serving.ask(occasion=occasion, people=[cast.second_volunteer], actor=cast.as_(cast.leader), now=NOW)
    line = RosterLine.objects.get(person=cast.second_volunteer)
    say(desk, cast.second_volunteer, "incident.going", line.pk, **TOLD)
    by_desk_for(cast, "incident.report", cast.second_volunteer)
    told = Incident.objects.values_list("occasion_id", "reporter_id")
    assert set(told) == {(occasion.pk, cast.leader.pk), (occasion.pk, cast.second_volunteer.pk)}


def test_before_anybody_comes_nothing_can_have_happened(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    assert "incident.report" not in desk.get(f"/call/{cast.resident.pk}/").content.decode()
    say(desk, cast.resident, "incident.report", offered.order_id, **TOLD)
    assert not Incident.objects.exists()


def test_a_complaint_about_no_order(desk: Client, cast: Cast) -> None:
    page = say(
        desk, cast.resident, "complaint.other", cast.resident.pk, kind="platform", words="电话总是占线"
    )
    row = Complaint.objects.get()
    assert (row.order_id, row.person_id, row.channel) == (None, cast.resident.pk, "phone")
    assert row.number in page
    by_desk_for(cast, "complaint.file", cast.resident)


def test_without_a_name(desk: Client, cast: Cast) -> None:
    say(
        desk,
        cast.resident,
        "complaint.other",
        cast.resident.pk,
        kind="conduct",
        words="说话难听",
        anonymous="on",
    )
    row = Complaint.objects.get()
    assert (row.person_id, row.phone) == (None, "")
    line = JournalRow.objects.get(verb="complaint.file")
    assert (line.actor_id, line.behalf_id) == (cast.dispatcher.pk, None)


def test_the_station_of_another_town_writes_nothing_down(client: Client, cast: Cast) -> None:
    station = signed_in(client, cast.station_staff)
    given = {"do": "complaint.other", "row": cast.stranger.pk, "kind": "other", "words": "没有的事"}
    assert station.post(f"/call/{cast.stranger.pk}/say/", given).status_code == 404
    assert not Complaint.objects.exists()
    assert not JournalRow.objects.filter(verb="complaint.file").exists()
