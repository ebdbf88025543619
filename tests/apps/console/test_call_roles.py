"""The rarer verbs by telephone: the pool, postponing, nobody at home, joining, regular help; and who may not speak for whom."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any

import pytest
from django.test import Client

from laojia.channels.console.queries.caller import Entry, begin_call, is_possible, screen
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.policy.facts import CLOCK
from laojia.policy.permissions import BEHALF
from laojia.policy.roles import Channel, Role
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import StandingHelp
from laojia.steps.serve import actions as serving
from laojia.steps.serve.models import RosterLine
from tests.acting import signed_in
from tests.apps.console.test_call import by_desk_for, say
from tests.apps.dispatch.conftest import make_item
from tests.cast import NOW, Cast
from tests.chain import Chain

pytestmark = pytest.mark.django_db

VERB_OF = {
    "roster.yes": "roster.answer", "roster.no": "roster.answer", "complaint.other": "complaint.file",
    "incident.there": "incident.report", "incident.going": "incident.report",
}  # fmt: skip


def test_a_leader_takes_from_the_pool(desk: Client, cast: Cast, place: Any) -> None:
    entry = dispatch.open_pool(orders=[place()], actor=cast.as_(cast.dispatcher), now=NOW)
    say(desk, cast.leader, "offer.claim", entry.pk)
    by_desk_for(cast, "offer.claim", cast.leader)
    assert Occasion.objects.get(pk=entry.occasion_id).team_id == cast.team.pk


def test_postponed_and_fixed_anew(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    say(desk, cast.leader, "occasion.postpone", offered.occasion.pk, reason="snow")
    by_desk_for(cast, "occasion.postpone", cast.leader)
    assert offered.occasion.state == "postponed"
    say(desk, cast.leader, "occasion.reconfirm", offered.occasion.pk, day="2026-11-30", at="09:30")
    assert (offered.occasion.state, str(offered.occasion.date)) == ("confirmed", "2026-11-30")


def test_handed_over_to_another_team(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    given = {
        "do": "offer.hand_over",
        "row": offered.occasion.pk,
        "team": "没有这队",
        "key": str(uuid.uuid4()),
    }
    assert desk.post(f"/call/{cast.leader.pk}/say/", given).status_code == 422
    assert offered.offer.state == "accepted"
    say(desk, cast.leader, "offer.hand_over", offered.occasion.pk, team=cast.other_team.name)
    by_desk_for(cast, "offer.hand_over", cast.leader)


def test_nobody_opens(offered: Chain, time_machine_at: Any) -> None:
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    with time_machine_at(26, 2):
        desk = signed_in(Client(), cast.dispatcher)
        visit, row = offered.visit, offered.occasion.pk
        say(desk, cast.leader, "not_home.step", row, visit=visit.pk, step="not_home")
        by_desk_for(cast, "attendance.mark", cast.leader)
        say(desk, cast.leader, "not_home.step", row, visit=visit.pk, step="phoned", note="没人接")
        say(desk, cast.leader, "not_home.step", row, visit=visit.pk, step="found_well", note="在邻居家")
    assert offered.visit.not_home_step == "found_well"


def test_a_volunteer_signs_up(desk: Client, cast: Cast) -> None:
    call = menu.open_occasion(
        item_version=make_item("V01", mode="volunteers"), kind="volunteers", area=cast.village, place="河边",
        starts_at=NOW.replace(day=28), ends_at=NOW.replace(day=28, hour=4), volunteer_places=3, public=True,
        station=cast.station, actor=cast.as_(cast.station_staff), now=NOW,
    )  # fmt: skip
    menu.confirm(occasion=call, team=cast.team, actor=CLOCK, now=NOW)
    page = say(desk, cast.volunteer, "roster.join", call.pk)
    by_desk_for(cast, "roster.join", cast.volunteer)
    assert RosterLine.objects.get(occasion=call).signed_up
    assert "给您记上了" in page


def test_regular_help_is_paused_taken_up_and_ended(desk: Client, cast: Cast, place: Any) -> None:
    weekly = make_item("S01", mode="standing", trusted=False)
    order = place(item_version=weekly, times=[])
    row = orders.start_standing(
        order=order, weekdays=[2], starts=time(9, 30), minutes=60, valid_from=date(2026, 12, 2),
        actor=cast.as_(cast.dispatcher), now=NOW,
    )  # fmt: skip
    StandingHelp.objects.filter(pk=row.pk, state="active").update(team=cast.team)
    if StandingHelp.objects.get(pk=row.pk).state != "active":
        pytest.skip("waits for a team first")
    say(desk, cast.resident, "standing.pause", row.pk, reason="person_away", until="2026-12-20")
    by_desk_for(cast, "standing.pause", cast.resident)
    say(desk, cast.resident, "standing.resume", row.pk)
    say(desk, cast.resident, "standing.end", row.pk, reason="not_needed")
    assert StandingHelp.objects.get(pk=row.pk).state == "ended"


# --- who may not ------------------------------------------------------------------------------------------------------


def test_the_station_of_another_town_speaks_for_nobody_here(offered: Chain) -> None:
    cast = offered.cast
    other = signed_in(Client(), cast.other_station_staff)
    given = {"do": "offer.accept", "row": offered.offer_id, "at": "09:30", "key": str(uuid.uuid4())}
    assert other.post(f"/call/{cast.leader.pk}/say/", given).status_code == 404
    assert offered.offer.state == "open"
    assert not JournalRow.objects.filter(verb="offer.accept").exists()


def test_every_button_is_one_the_table_lets_the_desk_say(offered: Chain) -> None:
    """Nothing on the screen but what BEHALF names, and nothing at all for the desk's own order on its own behalf."""
    cast = offered.cast
    spoken = BEHALF[Role.DISPATCHER]
    for who in (cast.resident, cast.leader, cast.volunteer):
        call = begin_call(cast.as_(cast.dispatcher), who.pk, channel=Channel.PHONE, now=NOW)
        for entry in screen(call).entries():
            for button in entry.buttons:
                verb = VERB_OF.get(button.do, button.do)
                assert verb in spoken or verb == "order.agree", verb


def test_a_post_that_may_not_speak_has_no_button(offered: Chain) -> None:
    cast = offered.cast
    for who in (cast.county_leader, cast.complaint_holder):
        desk = cast.as_(who)
        voice = cast.as_(who, Channel.PHONE, cast.leader)
        call = begin_call(cast.as_(cast.dispatcher), cast.leader.pk, channel=Channel.PHONE, now=NOW)
        dumb = type(call)(call.person, desk, voice, NOW)
        entry = Entry("offer", offered.offer, occasion=offered.occasion)
        assert not is_possible(dumb, entry, "offer.accept")
        assert is_possible(call, entry, "offer.accept")


def test_what_stands_behind_a_link_is_said_on_the_call_list(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    Message.objects.create(
        key="door", template="order.arranged", to_person_id=cast.resident.pk, about_kind="order",
        about_id=offered.order_id, area_path=cast.village.path, due_at=NOW, state="to_call", created_at=NOW,
        text="编号 D1 定好了：甲队，周四 09:00 到。到时请问对口令，口令在这里：http://a/l/x/ 我们不会向您要验证码、要钱。",
    )  # fmt: skip
    page = desk.get("/calls/").content.decode()
    assert offered.visit.door_word in page
    assert "口令在这里" not in page
