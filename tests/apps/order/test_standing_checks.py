"""Asked from time to time; silence moves up and ends nothing; the usual volunteers; another team; announced pauses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope, WrongState
from laojia.kernel.links import make_link
from laojia.policy.roles import Channel
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions, jobs, queries
from laojia.steps.order.models import Order, StandingCheck, StandingHelp
from laojia.steps.serve import actions as serve
from laojia.steps.serve.models import RosterLine
from tests.acting import signed_in
from tests.apps.order.conftest import Place, make_item
from tests.apps.order.test_standing import begin
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(cast: Cast, place: Place) -> StandingHelp:
    visits = make_item("T30", name="每周去看看老人", mode="standing", trusted=False)
    wished = place(item_version=visits, times=[])
    standing = begin(cast, wished)
    first, leader = Occasion.objects.get(), cast.as_(cast.leader)
    menu.confirm(occasion=first, team=cast.team, actor=leader, now=NOW, because="offer.accept")
    order = Order.objects.get(pk=wished.pk)
    actions.arrange(order=order, occasion=first, actor=leader, now=NOW, because="offer.accept")
    return StandingHelp.objects.select_related("team", "item_version", "area").get(pk=standing.pk)


def ring(kind: str, about: int) -> Clock:
    row = Clock.objects.get(kind=kind, about_id=about, state="pending")
    Clock.objects.filter(pk=row.pk).update(state="done")
    return row


def test_asked_monthly_silence_moves_up_and_ends_nothing(cast: Cast, running: StandingHelp) -> None:
    asked_at = ring("standing.ask_person", running.pk).due_at
    assert asked_at - NOW >= timedelta(days=29)
    jobs.ask_person(running.pk, asked_at)
    check = StandingCheck.objects.get()
    assert (check.kind, check.holder) == ("person", "person")
    assert Message.objects.filter(template="standing.still_right", to_person_id=cast.resident.pk).count() == 1
    for holder in ("station", "centre", "centre"):
        rung = ring("standing.check", check.pk)
        jobs.check_unanswered(check.pk, rung.due_at)
        check.refresh_from_db()
        assert check.holder == holder
        assert check.holder_until > rung.due_at
    assert queries.checks_to_telephone(cast.as_(cast.dispatcher)) == [check]
    assert queries.checks_to_telephone(cast.as_(cast.other_station_staff)) == []
    running.refresh_from_db()
    assert running.state == "active"
    desk = cast.as_(cast.station_staff, Channel.PHONE, cast.resident)
    actions.person_says(standing=running, answer="right", how="call", actor=desk, now=check.holder_until)
    check.refresh_from_db()
    assert (check.answer, check.answered_by_id, check.entered_by_id) == (
        "right",
        cast.resident.pk,
        cast.station_staff.pk,
    )
    assert not Clock.objects.filter(kind="standing.check", state="pending").exists()
    assert Clock.objects.filter(kind="standing.ask_person", state="pending").exists()  # next month again


def test_asked_twice_is_one_question(running: StandingHelp) -> None:
    jobs.ask_person(running.pk, NOW + timedelta(days=30))
    jobs.ask_person(running.pk, NOW + timedelta(days=60))
    assert StandingCheck.objects.count() == 1


def test_not_needed_any_more_is_spoken_of_first(cast: Cast, running: StandingHelp) -> None:
    actions.person_says(standing=running, answer="no_more", actor=cast.as_(cast.resident), now=NOW)
    wish = StandingCheck.objects.get(kind="wish")
    assert wish.holder == "station"
    assert Occasion.objects.filter(state="confirmed").count() == 2  # they come until it was spoken
    for stranger in (cast.stranger, cast.other_leader):
        with pytest.raises((NotPermitted, OutOfScope)):
            actions.person_says(standing=running, answer="right", actor=cast.as_(stranger), now=NOW)
    with pytest.raises(BadInput):
        actions.person_says(standing=running, answer="maybe", actor=cast.as_(cast.resident), now=NOW)


def test_a_team_that_says_no_is_followed_by_another(
    cast: Cast, running: StandingHelp, client: Client
) -> None:
    quarter = ring("standing.ask_team", running.pk).due_at
    jobs.plan_standing(running.pk, quarter)
    jobs.ask_team(running.pk, quarter)
    token = make_link("standing", running.pk, "offer", to=cast.leader.pk)
    with time_machine.travel(quarter, tick=False):
        page = client.get(f"/regular/team/link/{token}/")
        assert "去不了不怪谁" in page.content.decode()
        assert client.post(f"/regular/team/link/{token}/", {"answer": "no"}).status_code == 302
    running.refresh_from_db()
    assert (running.state, running.team_id) == ("active", None)
    order = running.orders.get()
    assert (order.state, order.holder) == ("waiting", "centre")
    assert Occasion.objects.filter(state="draft").count() == 1  # to be offered to the next team
    assert not Occasion.objects.filter(state="confirmed", starts_at__gt=quarter).exists()
    assert JournalRow.objects.filter(verb="standing.other_team", reason="team_cannot").count() == 1
    assert Message.objects.filter(template="standing.let_go_team").count() == 1
    assert Message.objects.filter(template="order.unarranged").count() == 1


def test_the_order_alone_is_not_ended(cast: Cast, running: StandingHelp) -> None:
    order = running.orders.get()
    with pytest.raises(WrongState) as refused:
        actions.cancel(order=order, reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    assert refused.value.code == "regular_help"


def test_the_usual_ones_are_asked_first_and_a_stand_in_when_one_cannot(
    cast: Cast, running: StandingHelp
) -> None:
    leader = cast.as_(cast.leader)
    actions.set_usual(standing=running, people=[cast.volunteer], actor=leader, now=NOW)
    assert RosterLine.objects.filter(person=cast.volunteer, state="asked").count() == 2
    jobs.plan_standing(running.pk, NOW + timedelta(days=7))
    assert RosterLine.objects.filter(person=cast.volunteer, state="asked").count() == 3
    line = RosterLine.objects.order_by("occasion__starts_at")[0]
    serve.answer(line=line, coming=False, actor=cast.as_(cast.volunteer), now=NOW)
    assert Message.objects.filter(template="roster.left", to_team_id=cast.team.pk).count() == 1
    actions.set_usual(standing=running, people=[], actor=leader, now=NOW)
    assert not RosterLine.objects.filter(state="asked").exists()
    assert Message.objects.filter(template="roster.called_off", to_person_id=cast.volunteer.pk).count() == 2
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.set_usual(standing=running, people=[], actor=cast.as_(cast.other_leader), now=NOW)


def test_planned_visits_are_told_the_evening_before(running: StandingHelp) -> None:
    visits = Occasion.objects.filter(standing_id=running.pk, state="confirmed").order_by("date")
    for visit in visits[1:]:  # the first one was confirmed by the team itself
        assert Clock.objects.filter(kind="occasion.tomorrow", about_id=visit.pk, state="pending").exists()


def test_an_announced_pause_leaves_its_days_out(cast: Cast, running: StandingHelp) -> None:
    desk = cast.as_(cast.station_staff, Channel.PHONE, cast.resident)
    actions.pause_standing(
        standing=running, reason="person_away", from_day=date(2026, 12, 7), until=date(2026, 12, 20), actor=desk, now=NOW,
    )  # fmt: skip
    running.refresh_from_db()
    assert running.state == "active"
    jobs.plan_standing(running.pk, NOW + timedelta(days=16))
    ahead = Occasion.objects.filter(standing_id=running.pk, state="confirmed").order_by("date")
    days: list[Any] = list(ahead.values_list("date", flat=True))
    assert [f"{day:%m-%d}" for day in days] == ["12-02", "12-23"]
    assert Message.objects.filter(template__in=("standing.paused", "standing.paused_team")).count() == 2


def test_another_rhythm_without_starting_anew(cast: Cast, running: StandingHelp) -> None:
    desk = cast.as_(cast.dispatcher)
    actions.change_standing(
        standing=running, changes={"weekdays": [4], "every_weeks": 1}, actor=desk, now=NOW
    )
    ahead = Occasion.objects.filter(standing_id=running.pk, state="confirmed").order_by("date")
    assert [f"{one.date:%m-%d}" for one in ahead] == ["11-27", "12-04"]
    assert Message.objects.filter(template__in=("standing.changed", "standing.changed_team")).count() == 2
    with pytest.raises(BadInput):
        actions.change_standing(standing=running, changes={"weekdays": []}, actor=desk, now=NOW)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.change_standing(
            standing=running, changes={"minutes": 90}, actor=cast.as_(cast.resident), now=NOW
        )


def test_the_agreed_end_is_spoken_of(cast: Cast, running: StandingHelp) -> None:
    desk = cast.as_(cast.dispatcher)
    actions.change_standing(standing=running, changes={"valid_to": date(2026, 12, 5)}, actor=desk, now=NOW)
    assert StandingCheck.objects.get(kind="end").holder == "station"
    jobs.plan_standing(running.pk, NOW + timedelta(days=30))
    running.refresh_from_db()
    assert running.state == "active"  # nobody has spoken yet
    actions.change_standing(standing=running, changes={"valid_to": None}, actor=desk, now=NOW)
    assert not StandingCheck.objects.filter(kind="end", answered_at=None).exists()


def test_begun_by_telephone_in_one_go(cast: Cast, client: Client) -> None:
    item = make_item("T30", name="每周去看看老人", mode="standing", trusted=False)
    desk = signed_in(client, cast.station_staff)
    page = f"/regular/new/{cast.neighbour.pk}/"
    typed = {
        "key": "6f1d7b5e-5a52-4f0e-9b38-1f5f0b1c7a11", "item": item.pk, "place": "枣树巷2号", "weekdays": ["1"],
        "starts": "09:30", "minutes": "60", "every_weeks": "1", "valid_from": "2026-12-01", "holidays": "skip",
        "words": "", "channel": "phone", "consent": "on",
    }  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        assert desk.get(page).status_code == 200
        assert desk.post(page, typed | {"weekdays": []}).status_code == 422
        assert not Order.objects.exists()
        assert desk.post(page, typed).status_code == 302
        assert desk.post(page, typed).status_code == 302  # sent twice: one help
    standing = StandingHelp.objects.get()
    assert (standing.person_id, standing.weekdays) == (cast.neighbour.pk, [1])
    row = JournalRow.objects.get(verb="order.place")
    assert (row.actor_id, row.behalf_id) == (cast.station_staff.pk, cast.neighbour.pk)
