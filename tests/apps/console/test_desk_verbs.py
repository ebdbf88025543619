"""Deciding on the desk: every button works, is refused in words, and belongs to the desk alone."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from laojia.channels.console.queries.queue import Wanted, queue
from laojia.foundation.journal.models import JournalRow
from laojia.steps.dispatch import actions
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.dispatch.queries import late_orders, towns_waiting
from laojia.steps.menu import actions as menu
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.review.queries import overview, rows_behind
from tests.acting import signed_in
from tests.apps.dispatch.conftest import THURSDAY, fresh, make_item, taken
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SLOT = {"date": "2026-11-26", "half": "morning"}


def ask(desk: Client, order: Order, team, **more):
    return desk.post(
        f"/desk/o/{order.pk}/offer/", {"team": team.pk, "key": str(uuid.uuid4()), **SLOT, **more}
    )


def test_sending_goes_back_to_the_queue_as_it_was_filtered(desk: Client, place, cast: Cast) -> None:
    order = place()
    back = f"/desk/?town={cast.town.pk}"
    response = ask(desk, order, cast.team, back=back)
    assert (response.status_code, response["Location"]) == (302, back)
    assert Offer.objects.get().team_id == cast.team.pk
    assert "刚派给" in desk.get(back).content.decode()


def test_a_foreign_way_back_is_not_followed(desk: Client, place, cast: Cast) -> None:
    response = ask(desk, place(), cast.team, back="//evil.example/desk/")
    assert response["Location"] == "/desk/"


def test_pressed_twice_it_is_sent_once(desk: Client, place, cast: Cast) -> None:
    order, key = place(), str(uuid.uuid4())
    for _n in range(2):
        desk.post(f"/desk/o/{order.pk}/offer/", {"team": cast.team.pk, "key": key, **SLOT})
    assert Offer.objects.count() == 1
    assert taken(cast.team) == 1


def test_what_needs_a_second_look_leads_to_a_page_of_its_own(desk: Client, place, cast: Cast) -> None:
    order = place(alone=True)
    response = ask(desk, order, cast.team)
    assert response.status_code == 302
    assert response["Location"].startswith(f"/desk/o/{order.pk}/look/?team={cast.team.pk}")
    assert not Offer.objects.exists()
    page = desk.get(response["Location"]).content.decode()
    assert "第一次去独居的人家" in page
    assert 'name="looked"' in page
    ask(desk, order, cast.team, looked="on")
    assert Offer.objects.get().team_id == cast.team.pk


def test_taking_back_and_the_words_for_it(desk: Client, place, cast: Cast) -> None:
    ask(desk, place(), cast.team)
    offer = Offer.objects.get()
    desk.post(f"/desk/offers/{offer.pk}/withdraw/")
    assert fresh(offer).state == "withdrawn"
    assert "已从" in desk.get("/desk/").content.decode()
    again = desk.post(f"/desk/offers/{offer.pk}/withdraw/")
    assert again.status_code == 302  # said above the queue, nothing changed


def test_a_full_team_is_refused_in_words(desk: Client, place, cast: Cast) -> None:
    for _n in range(2):
        ask(desk, place(), cast.team)
    third = place()
    ask(desk, third, cast.team)
    assert "刚刚约满了" in desk.get("/desk/").content.decode()
    assert not third.attendances.exists()


@pytest.mark.parametrize(
    ("what", "given", "state"),
    [
        ("refuse", {"reason": "another_office", "where_else": "镇便民中心 0357-6220001"}, "refused"),
        ("ask", {"reason": "which_time", "question": "周五行不行？"}, "need_info"),
        ("suspend", {"reason": "person_away", "until": "2026-12-05"}, "suspended"),
        ("end", {"reason": "nobody_found", "where_else": "先找村委会"}, "closed"),
    ],
)
def test_decisions_with_a_word(desk: Client, place, cast: Cast, what, given, state) -> None:
    order = place()
    path = f"/desk/o/{order.pk}/{what}/"
    assert desk.get(path).status_code == 200
    empty = desk.post(path, {})
    assert empty.status_code == 422
    assert fresh(order).state == "waiting"
    done = desk.post(path, {**given, "back": "/desk/?late=1"})
    assert (done.status_code, done["Location"]) == (302, "/desk/?late=1")
    assert fresh(order).state == state
    assert desk.post(path, given).status_code == 409
    stranger = signed_in(Client(), cast.stranger)
    assert stranger.get(path).status_code == 404


def test_what_was_typed_is_kept(desk: Client, place) -> None:
    order = place()
    page = desk.post(f"/desk/o/{order.pk}/refuse/", {"where_else": "镇便民中心"})
    assert page.status_code == 422
    assert "镇便民中心" in page.content.decode()


def test_an_unlisted_need_is_matched(desk: Client, cast: Cast, haircut) -> None:
    order = orders.describe(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), words="想剃个头", area=cast.village
    )
    assert f"/desk/o/{order.pk}/map/" in desk.get(f"/desk/o/{order.pk}/").content.decode()
    desk.post(f"/desk/o/{order.pk}/map/", {"item": haircut.pk})
    assert fresh(order).item_version_id == haircut.pk
    assert desk.post(f"/desk/o/{order.pk}/map/", {"item": 0}).status_code == 422


def test_joining_two_of_the_same(desk: Client, place, cast: Cast) -> None:
    one, two = place(), place()
    page = desk.get(f"/desk/o/{two.pk}/merge/").content.decode()
    assert one.number in page
    desk.post(f"/desk/o/{two.pk}/merge/", {"into": one.pk})
    assert (fresh(two).state, fresh(two).merged_into_id) == ("merged", one.pk)


def test_one_trip_and_apart_again(desk: Client, place, cast: Cast) -> None:
    one, two = place(), place(actor=cast.as_(cast.neighbour))
    assert two.number in desk.get(f"/desk/o/{one.pk}/bundle/").content.decode()
    desk.post(f"/desk/o/{one.pk}/bundle/", {"with": [two.pk]})
    assert (
        one.attendances.get(state="expected").occasion_id == two.attendances.get(state="expected").occasion_id
    )
    assert "2 件凑一趟" in desk.get(f"/desk/o/{one.pk}/").content.decode()
    ask(desk, one, cast.team)
    assert Offer.objects.get().occasion.attendances.filter(state="expected").count() == 2
    actions.withdraw(offer=Offer.objects.get(), actor=cast.as_(cast.dispatcher), now=NOW)
    desk.post(f"/desk/o/{one.pk}/unbundle/")
    assert not one.attendances.filter(state="expected").exists()
    assert fresh(two).state == "waiting"


def test_nothing_chosen_is_said(desk: Client, place, cast: Cast) -> None:
    one = place()
    place(actor=cast.as_(cast.neighbour))
    desk.post(f"/desk/o/{one.pk}/bundle/", {})
    assert "请至少选一件" in desk.get("/desk/").content.decode()


def test_open_to_all_and_to_the_station(desk: Client, place, cast: Cast) -> None:
    one, two = place(), place(actor=cast.as_(cast.neighbour))
    desk.post(f"/desk/o/{one.pk}/pool/")
    assert PoolEntry.objects.get().step == "pool"
    assert fresh(one).holder == "pool"
    desk.post(f"/desk/o/{two.pk}/pass-down/")
    assert (fresh(two).holder, fresh(two).holder_id) == ("station", cast.station.pk)
    station = signed_in(Client(), cast.station_staff)
    page = station.get("/desk/?mine=1").content.decode()
    assert two.number not in page  # numbers are on the order, not in the row
    assert f"/desk/o/{two.pk}/" in page
    assert f"/desk/o/{one.pk}/" not in page


def test_let_through_and_second_look_buttons(desk: Client, place, cast: Cast) -> None:
    plain = place(item_version=make_item("D30", trusted=False))
    desk.post(f"/desk/o/{plain.pk}/triage/")
    assert fresh(plain).state == "waiting"
    order = place(alone=True)
    desk.post(f"/desk/o/{order.pk}/looked/")
    assert fresh(order).second_look_by_id == cast.dispatcher.pk
    colleague = signed_in(Client(), cast.second_dispatcher)
    ask(colleague, order, cast.team)
    assert Offer.objects.filter(occasion__attendances__order=order).exists()


def test_showing_in_full_needs_a_reason_and_is_noted(desk: Client, place, cast: Cast) -> None:
    order = place()
    assert desk.post(f"/desk/o/{order.pk}/reveal/", {}).status_code == 302
    page = desk.post(f"/desk/o/{order.pk}/reveal/", {"reason": "call_the_person"}).content.decode()
    assert cast.resident.name in page
    assert cast.resident.phone in page
    row = JournalRow.objects.get(verb="order.reveal")
    assert (row.reason, row.actor_id) == ("call_the_person", cast.dispatcher.pk)


def test_late_means_one_thing_on_every_page(place, cast: Cast) -> None:
    """A promise broken once stays broken; a provisional date makes nobody late: queue, towns, overview, late page."""
    broken, over, provisional, _in_time = (place() for _ in range(4))
    rows = Order.objects.all()
    rows.filter(pk=broken.pk).update(
        late_since=NOW - timedelta(days=1), promise_due_at=NOW + timedelta(days=1)
    )
    rows.filter(pk=over.pk).update(promise_due_at=NOW - timedelta(hours=1))
    rows.filter(pk=provisional.pk).update(promise_due_at=NOW - timedelta(hours=1), promise_provisional=True)
    actor, county = cast.as_(cast.dispatcher), cast.as_(cast.county_leader)
    late = {broken.pk, over.pk}
    assert {row.pk for row in queue(actor, Wanted(late=True), NOW).rows} == late
    assert {order.pk for order in late_orders(actor, NOW)} == late
    assert {order.pk for order in rows_behind(county, "late", NOW)} == late
    assert overview(county, NOW).late == 2
    assert sum(town.late for town in towns_waiting(actor, NOW)) == 2


def test_calls_and_what_is_late(desk: Client, place, cast: Cast, django_assert_max_num_queries) -> None:
    ask(desk, place(), cast.team)
    offer = Offer.objects.get()
    actions.ask_for_call(offer=offer, actor=cast.as_(cast.dispatcher), now=NOW)
    late = place()
    Order.objects.filter(pk=late.pk).update(late_since=NOW - timedelta(days=1))
    actions.open_pool(orders=[place()], actor=cast.as_(cast.dispatcher), now=NOW)
    with django_assert_max_num_queries(40):
        page = desk.get("/desk/offers/").content.decode()
    assert "冯*" in page
    assert cast.leader.phone not in page
    assert f"/desk/o/{late.pk}/" in page
    assert f"/team/offers/{offer.pk}/" in page
    desk.post(f"/desk/offers/{offer.pk}/called/", {"back": "/desk/offers/"})
    assert fresh(offer).called_at == NOW
    assert JournalRow.objects.filter(verb="offer.call").count() == 1
    assert "现在没有要打的电话" in desk.get("/desk/offers/").content.decode()


def test_the_plan_for_all_changes_nothing_until_confirmed(desk: Client, place, cast: Cast) -> None:
    plain = [place() for _n in range(5)]
    careful = place(alone=True)
    before = JournalRow.objects.count()
    page = desk.get("/desk/suggest/").content.decode()
    assert JournalRow.objects.count() == before
    assert page.count('name="team"') == 4  # two teams, two places each
    assert f"/desk/o/{careful.pk}/" in page
    assert "希望的时间里，合适的队伍都约满了" in page
    sent = desk.post(
        f"/desk/o/{plain[0].pk}/offer/",
        {"team": cast.team.pk, "key": str(uuid.uuid4()), **SLOT},
        headers={"HX-Request": "true"},
    )
    assert "已派给" in sent.content.decode()
    assert Offer.objects.count() == 1


def test_an_occasion_without_a_team(desk: Client, cast: Cast) -> None:
    item = make_item(
        "D31", mode="seats", asked_by=["village", "station"], places=10, held_back=2, trusted=False
    )
    begins = NOW + timedelta(days=5)
    occasion = menu.open_occasion(
        actor=cast.as_(cast.station_staff), now=NOW, item_version=item, kind="seats", area=cast.village, place="村委会",
        starts_at=begins, ends_at=begins + timedelta(hours=2), places=10, held_back=2, public=True,
    )  # fmt: skip
    assert f"/desk/occasions/{occasion.pk}/" in desk.get("/desk/offers/").content.decode()
    page = desk.get(f"/desk/occasions/{occasion.pk}/").content.decode()
    assert cast.team.name in page
    desk.post(
        f"/desk/occasions/{occasion.pk}/offer/",
        {
            "team": cast.team.pk,
            "date": occasion.date.isoformat(),
            "half": occasion.half,
            "key": str(uuid.uuid4()),
        },
    )
    assert fresh(occasion).state == "offered"
    assert desk.get(f"/desk/occasions/{occasion.pk}/").status_code == 404


@pytest.mark.parametrize(
    "what",
    ["offer", "looked", "triage", "pool", "unbundle", "pass-down", "reveal", "merge", "bundle", "refuse"],
)
def test_posts_of_others_change_nothing(client: Client, cast: Cast, place, what: str) -> None:
    order = place()
    before = JournalRow.objects.count()
    given = {"team": cast.team.pk, **SLOT, "reason": "call_the_person", "into": order.pk, "with": order.pk}
    assert client.post(f"/desk/o/{order.pk}/{what}/", given).status_code == 404
    for who in ("resident", "leader", "volunteer", "grid_worker", "county_leader", "security_admin"):
        browser = signed_in(Client(), getattr(cast, who))
        assert browser.post(f"/desk/o/{order.pk}/{what}/", given).status_code in (403, 404), who
    far = signed_in(Client(), cast.other_station_staff)
    assert far.post(f"/desk/o/{order.pk}/{what}/", given).status_code in (403, 404)
    assert JournalRow.objects.count() == before


def test_an_answer_by_telephone_is_noted_for_the_team(desk: Client, place, cast: Cast) -> None:
    order = place()
    ask(desk, order, cast.team)
    offer = Offer.objects.get()
    page = desk.get(f"/team/offers/{offer.pk}/")
    assert page.status_code == 200
    desk.post(
        f"/team/offers/{offer.pk}/accept/", {"speaks_for": cast.leader.pk, "channel": "phone", "starts_at": "2026-11-26T09:00"}
    )  # fmt: skip
    assert fresh(offer).state == "accepted"
    row = JournalRow.objects.get(verb="offer.accept")
    assert (row.actor_id, row.behalf_id, row.channel) == (cast.dispatcher.pk, cast.leader.pk, "phone")


def test_the_undo_is_over_after_ten_seconds_but_the_desk_may_still_take_back(desk, place, cast) -> None:
    ask(desk, place(), cast.team)
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        desk.post(f"/desk/offers/{Offer.objects.get().pk}/withdraw/")
    assert Offer.objects.get().state == "withdrawn"
    assert THURSDAY.isoformat() == SLOT["date"]
