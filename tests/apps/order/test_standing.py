"""结对: begun from an order, planned two weeks ahead, paused, missed, ended — never by silence."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from laojia.foundation.journal.actions import advance
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock
from laojia.foundation.people.models import Unit
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Channel
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions, jobs, queries
from laojia.steps.order.models import Attendance, Order, StandingHelp
from tests.acting import signed_in
from tests.apps.order.conftest import Place, make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def visits(cast: Cast) -> ItemVersion:
    return make_item("T30", name="每周去看看老人", mode="standing", trusted=False)


@pytest.fixture
def wished(place: Place, visits: ItemVersion) -> Order:
    return place(item_version=visits, times=[], words="周三上午来最好")


def begin(cast: Cast, order: Order, **facts: Any) -> StandingHelp:
    given: dict[str, Any] = {
        "order": order, "weekdays": [2], "starts": time(9, 30), "minutes": 60, "valid_from": date(2026, 11, 25),
        "actor": cast.as_(cast.dispatcher), "now": NOW,
    } | facts  # fmt: skip
    return actions.start_standing(**given)


@pytest.fixture
def running(cast: Cast, wished: Order) -> StandingHelp:
    """The team said yes to the first visit."""
    standing = begin(cast, wished)
    first = Occasion.objects.get()
    menu.confirm(occasion=first, team=cast.team, actor=cast.as_(cast.leader), now=NOW, because="offer.accept")
    order = Order.objects.get(pk=wished.pk)
    actions.arrange(order=order, occasion=first, actor=cast.as_(cast.leader), now=NOW, because="offer.accept")
    standing.refresh_from_db()
    return standing


def days(standing: StandingHelp, *states: str) -> list[str]:
    rows = Occasion.objects.filter(standing_id=standing.pk, state__in=states or ("draft", "confirmed"))
    return [f"{d:%m-%d}" for d in rows.order_by("date").values_list("date", flat=True)]


def test_it_begins_with_one_visit_to_be_offered(cast: Cast, wished: Order) -> None:
    standing = begin(cast, wished)
    order = Order.objects.get(pk=wished.pk)
    assert (order.state, order.standing_id) == ("waiting", standing.pk)
    # Today's visit would have begun already: next Wednesday.
    assert days(standing, "draft") == ["12-02"]
    occasion = Occasion.objects.get()
    assert (occasion.kind, occasion.team_id, occasion.public) == ("standing", None, False)
    assert Attendance.objects.get().order_id == order.pk
    assert {r.verb for r in JournalRow.objects.filter(kind="standing")} == {"standing.start", "standing.plan"}


def test_who_says_yes_comes_from_then_on(cast: Cast, running: StandingHelp) -> None:
    assert running.team_id == cast.team.pk
    assert days(running) == ["12-02", "12-09"]
    assert set(Occasion.objects.values_list("state", flat=True)) == {"confirmed"}
    assert Attendance.objects.filter(state="expected").count() == 2
    assert Clock.objects.get(kind="standing.plan", state="pending").about_id == running.pk


def test_planned_every_morning_and_nothing_twice(cast: Cast, running: StandingHelp) -> None:
    later = NOW + timedelta(days=7)
    jobs.plan_standing(running.pk, later)
    jobs.plan_standing(running.pk, later)
    assert days(running) == ["12-02", "12-09", "12-16"]


def test_not_on_holidays_unless_wished(cast: Cast, wished: Order) -> None:
    october = datetime(2026, 9, 21, 2, tzinfo=NOW.tzinfo)
    standing = begin(cast, wished, weekdays=[3], valid_from=date(2026, 9, 24), now=october)
    StandingHelp.objects.filter(pk=standing.pk).update(team=cast.team, planned_to=None, version=5)
    Occasion.objects.filter(standing_id=standing.pk).update(state="called_off")
    jobs.plan_standing(standing.pk, october)
    assert "10-01" not in days(standing, "confirmed")
    StandingHelp.objects.filter(pk=standing.pk).update(holidays="come", planned_to=None, version=6)
    jobs.plan_standing(standing.pk, datetime(2026, 9, 25, 2, tzinfo=NOW.tzinfo))
    assert "10-01" in days(standing, "confirmed")


def test_nobody_said_yes_yet_and_no_second_visit_is_opened(cast: Cast, wished: Order) -> None:
    standing = begin(cast, wished)
    jobs.plan_standing(standing.pk, NOW + timedelta(days=1))
    assert days(standing) == ["12-02"]
    # That day has passed and still nobody: the next one is opened.
    jobs.plan_standing(standing.pk, NOW + timedelta(days=8))
    assert days(standing) == ["12-09"]
    assert days(standing, "called_off") == ["12-02"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [9]}, "weekdays"),
        ({"every_weeks": 0}, "every_weeks"),
        ({"minutes": 5}, "minutes"),
        ({"valid_from": date(2026, 11, 1)}, "valid_from"),
    ],
)
def test_an_impossible_rhythm(cast: Cast, wished: Order, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        begin(cast, wished, **facts)
    assert field in refused.value.fields
    assert not StandingHelp.objects.exists()


def test_only_what_is_done_at_the_door_becomes_regular(cast: Cast, place: Place) -> None:
    lesson = make_item("PH1", name="学用手机", mode="by_appointment")
    with pytest.raises(BadInput):
        begin(cast, place(item_version=lesson))
    assert begin(cast, place()).item_version.mode == "home_visit"


@pytest.mark.parametrize("who", ["resident", "leader", "other_station_staff", "grid_worker"])
def test_not_everybody_begins_it(cast: Cast, wished: Order, who: str) -> None:
    with pytest.raises((NotPermitted, OutOfScope)):
        begin(cast, wished, actor=cast.as_(getattr(cast, who)))


def test_pause_and_go_on(cast: Cast, running: StandingHelp, client: Client) -> None:
    me = cast.as_(cast.resident)
    with pytest.raises(BadInput):
        actions.pause_standing(standing=running, reason="holiday", until=date(2026, 11, 1), actor=me, now=NOW)
    actions.pause_standing(
        standing=running, reason="in_hospital", until=date(2026, 12, 10), actor=me, now=NOW
    )
    assert days(running) == []
    assert not Attendance.objects.filter(state="expected").exists()
    order = running.orders.get()
    assert order.state == "arranged"  # a pause is no end
    with pytest.raises(WrongState):
        actions.pause_standing(standing=running, reason="holiday", actor=me, now=NOW)
    wakes = Clock.objects.get(kind="standing.resume").due_at
    jobs.resume_standing(running.pk, wakes)
    running.refresh_from_db()
    assert (running.state, days(running)) == ("active", ["12-16", "12-23"])


def test_a_paused_help_comes_back_on_days_it_had_before(cast: Cast, running: StandingHelp) -> None:
    me = cast.as_(cast.resident)
    actions.pause_standing(standing=running, reason="person_away", actor=me, now=NOW)
    running.refresh_from_db()
    actions.resume_standing(standing=running, actor=me, now=NOW + timedelta(hours=1))
    assert days(running) == ["12-02", "12-09"]


def test_missed_once_the_station_twice_the_centre(cast: Cast, running: StandingHelp) -> None:
    first, second = Attendance.objects.order_by("occasion__date")
    leader = cast.as_(cast.leader)
    advance(first, "attendance.mark", actor=leader, now=NOW, to="not_home")
    order = running.orders.get()
    assert (order.holder, order.holder_why) == ("station", "visit_missed")
    advance(second, "attendance.mark", actor=leader, now=NOW, to="not_home")
    order.refresh_from_db()
    assert (order.holder, order.holder_why, order.state) == ("centre", "visits_missed", "arranged")
    running.refresh_from_db()
    assert running.missed == 2


def test_a_missed_visit_nobody_telephones_about_goes_up(cast: Cast, running: StandingHelp) -> None:
    """No holder without a clock: the station's day runs out, the centre takes over and is reminded each day."""
    first = Attendance.objects.order_by("occasion__date").first()
    assert first is not None
    advance(first, "attendance.mark", actor=cast.as_(cast.leader), now=NOW, to="not_home")
    order = running.orders.get()
    clock = Clock.objects.get(kind="standing.missed", about_id=order.pk)
    assert clock.due_at == order.holder_until
    jobs.missed_visit_unheard(order.pk, clock.due_at)
    order.refresh_from_db()
    assert (order.holder, order.holder_why) == ("centre", "visits_missed")
    clock.refresh_from_db()
    assert clock.state == "pending"
    assert clock.due_at == order.holder_until
    assert actions.heard_after_missed(order=order, now=NOW)
    clock.refresh_from_db()
    assert clock.state == "cancelled"


def test_a_visit_that_took_place_counts_anew(cast: Cast, running: StandingHelp) -> None:
    first, second = Attendance.objects.order_by("occasion__date")
    leader = cast.as_(cast.leader)
    advance(first, "attendance.mark", actor=leader, now=NOW, to="team_absent")
    advance(second, "attendance.mark", actor=leader, now=NOW, to="came")
    running.refresh_from_db()
    assert running.missed == 0
    assert running.orders.get().holder == "team"


def test_it_ends_by_a_word(cast: Cast, running: StandingHelp) -> None:
    desk = cast.as_(cast.station_staff, Channel.PHONE, cast.resident)
    said: dict[str, Any] = {"reason": "agreed_with_person", "how": "call", "spoke_with": "person"}
    with pytest.raises(NotPermitted):  # not by a page alone
        actions.end_standing(standing=running, actor=cast.as_(cast.resident), now=NOW, **said)
    for lacking in ({"reason": ""}, {"how": "page"}, {"spoke_with": ""}):
        with pytest.raises(BadInput):
            actions.end_standing(standing=running, actor=desk, now=NOW, **(said | lacking))
        running.refresh_from_db()
    actions.end_standing(standing=running, actor=desk, now=NOW, **said)
    assert running.orders.get().state == "served"
    assert days(running) == []
    assert (running.ended_how, running.ended_with, running.ended_by_id) == (
        "call",
        "person",
        cast.station_staff.pk,
    )
    assert not Clock.objects.filter(about_kind="standing", about_id=running.pk, state="pending").exists()
    jobs.plan_standing(running.pk, NOW + timedelta(days=1))
    assert days(running) == []


def test_mine_shows_it_and_pauses_it(cast: Cast, running: StandingHelp, client: Client) -> None:
    import time_machine

    number = running.orders.get().number
    page = f"/o/{number}/regular/"
    with time_machine.travel(NOW, tick=False):
        signed_in(client, cast.resident)
        mine = client.get("/mine/").content.decode()
        assert "每周去看看老人" in mine
        assert page in mine
        assert "每周三 09:30" in client.get(page).content.decode()
        assert client.post(page, {"pause-reason": ""}).status_code == 422
        assert client.post(page, {"pause-reason": "in_hospital"}).status_code == 302
        running.refresh_from_db()
        assert (running.state, running.paused_until) == ("paused", date(2026, 12, 23))
        assert client.post(page, {"do": "resume"}).status_code == 302
        running.refresh_from_db()
        assert running.state == "active"
        assert client.get(f"{page}sheet/").status_code == 200
        signed_in(client, cast.stranger)
        assert client.get(page).status_code == 404
    assert queries.my_standing(cast.as_(cast.stranger)) == []


def test_the_desk_sees_whom_to_telephone_and_notes_the_call(
    cast: Cast, running: StandingHelp, client: Client, django_assert_max_num_queries: Any
) -> None:
    first = Attendance.objects.order_by("occasion__date")[0]
    advance(first, "attendance.mark", actor=cast.as_(cast.leader), now=NOW, to="team_absent")
    order = running.orders.get()
    assert queries.to_telephone(cast.as_(cast.station_staff)) == [order]
    assert queries.to_telephone(cast.as_(cast.other_station_staff)) == []
    desk = signed_in(client, cast.station_staff)
    with django_assert_max_num_queries(25):
        page = desk.get("/station/").content.decode()
    assert "有一次没去成" in page
    assert cast.resident.name not in page
    with django_assert_max_num_queries(25):
        assert desk.get(f"/regular/{running.pk}/").status_code == 200
    assert desk.get("/regular/").status_code == 200
    desk.post(f"/follow-ups/{order.pk}/", {"result": "no_answer"})
    order.refresh_from_db()
    assert order.holder == "station"  # nobody was reached: it still has to be done
    desk.post(f"/follow-ups/{order.pk}/", {"result": "answered"})
    order.refresh_from_db()
    assert (order.holder, order.holder_id) == ("team", cast.team.pk)
    assert queries.to_telephone(cast.as_(cast.station_staff)) == []


@pytest.mark.parametrize(("who", "code"), [("resident", 403), ("other_station_staff", 404), ("leader", 403)])
def test_regular_help_is_for_its_own_desk(
    cast: Cast, running: StandingHelp, client: Client, who: str, code: int
) -> None:
    assert signed_in(client, getattr(cast, who)).get(f"/regular/{running.pk}/").status_code == code


def test_paused_by_a_call_both_names_are_kept(cast: Cast, running: StandingHelp, client: Client) -> None:
    desk = signed_in(client, cast.station_staff)
    given = {
        "do": "standing.pause",
        "pause-reason": "in_hospital",
        "pause-channel": "phone",
        "pause-until": "",
    }
    assert desk.post(f"/regular/{running.pk}/", given | {"pause-reason": ""}).status_code == 422
    assert desk.post(f"/regular/{running.pk}/", given).status_code == 302
    row = JournalRow.objects.get(verb="standing.pause")
    assert (row.actor_id, row.behalf_id, row.channel) == (
        cast.station_staff.pk,
        cast.resident.pk,
        "phone",
    )


def test_what_a_village_asked_for_is_answered_by_what_the_station_opens(cast: Cast, place: Place) -> None:
    clinic = make_item("T44", name="义诊", mode="seats", asked_by=["village"])
    unit = Unit.objects.get(area=cast.village)
    speaks = cast.as_(cast.station_staff)
    wish = place(actor=speaks, item_version=clinic, unit=unit, times=[])
    occasion = menu.open_occasion(
        actor=speaks, now=NOW, item_version=clinic, kind="seats", area=cast.village, place="村委会", places=5,
        starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=9, hours=3), unit=unit,
    )  # fmt: skip
    wish.refresh_from_db()
    assert wish.state == "waiting"
    there = Attendance.objects.get(order=wish)
    assert there.occasion_id == occasion.pk
    actions.release(attendance=there, actor=CLOCK, now=NOW, because="occasion.call_off")
    occasion.refresh_from_db()
    assert occasion.taken == 0  # it sat on nobody's seat, so none is given back
