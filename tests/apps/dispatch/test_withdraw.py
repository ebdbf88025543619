"""offer.withdraw: within ten seconds everything is as before; later the team is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.errors import NotPermitted, OutOfScope, WrongState
from laojia.steps.dispatch import actions, queries
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu import actions as menu
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Attendance
from tests.apps.dispatch.conftest import THURSDAY, Place, fresh, occasion_of, ring, taken
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SLOT = {"date": THURSDAY, "half": "morning"}
SOON = NOW + timedelta(seconds=8)


@pytest.fixture
def offer(cast: Cast, place: Place) -> Offer:
    return actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, **SLOT
    )


def test_within_ten_seconds_everything_is_as_before(cast: Cast, offer: Offer) -> None:
    desk = cast.as_(cast.dispatcher)
    order = Attendance.objects.get().order
    assert queries.last_undo(desk, SOON) == offer
    assert queries.last_undo(desk, NOW + timedelta(seconds=10)) is None
    actions.withdraw(offer=offer, actor=desk, now=SOON)
    assert fresh(offer).state == "withdrawn"
    assert taken(cast.team) == 0
    assert not Clock.objects.filter(about_kind="offer", state="pending").exists()
    assert not Message.objects.filter(about_kind="offer", state="queued").exists()
    assert not Message.objects.filter(template="offer.withdrawn").exists()
    order = fresh(order)
    assert (order.state, order.holder, order.holder_until) == ("waiting", "centre", order.promise_due_at)
    assert not Attendance.objects.filter(order=order, state="expected").exists()
    assert fresh(offer.occasion).state == "called_off"
    assert JournalRow.objects.get(verb="offer.withdraw").actor_id == cast.dispatcher.pk
    again = actions.make_offer(actor=desk, now=SOON, orders=[order], team=cast.other_team, **SLOT)
    assert again.turn == 1


def test_later_the_team_is_told(cast: Cast, offer: Offer) -> None:
    Message.objects.filter(template="offer.made").update(state="sent")
    actions.withdraw(offer=offer, actor=cast.as_(cast.dispatcher), now=NOW + timedelta(minutes=3))
    told = Message.objects.filter(template="offer.withdrawn").values_list("to_person_id", flat=True)
    assert set(told) == {cast.leader.pk, cast.second_leader.pk}


@pytest.mark.parametrize("who", ["stranger", "resident", "leader", "other_station_staff", "menu_editor"])
def test_others_cannot_take_it_back(cast: Cast, offer: Offer, who: str) -> None:
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.withdraw(offer=offer, actor=cast.as_(getattr(cast, who)), now=SOON)
    assert taken(cast.team) == 1


def test_the_station_that_asked_may_take_it_back(cast: Cast, place: Place) -> None:
    station = cast.as_(cast.station_staff)
    made = actions.make_offer(actor=station, now=NOW, orders=[place()], team=cast.team, **SLOT)
    assert queries.last_undo(station, SOON) == made
    actions.withdraw(offer=made, actor=station, now=SOON)
    assert taken(cast.team) == 0


def test_taking_back_twice_is_refused_and_frees_once(cast: Cast, offer: Offer) -> None:
    desk = cast.as_(cast.dispatcher)
    actions.withdraw(offer=offer, actor=desk, now=SOON)
    with pytest.raises(WrongState):
        actions.withdraw(offer=fresh(offer), actor=desk, now=SOON)
    assert taken(cast.team) == 0


def test_a_cancelled_order_takes_its_offer_along(cast: Cast, offer: Offer) -> None:
    order = Attendance.objects.get().order
    orders.cancel(order=order, reason="not_needed", actor=cast.as_(cast.resident), now=SOON)
    assert fresh(offer).state == "withdrawn"
    assert taken(cast.team) == 0
    assert fresh(order).state == "cancelled"
    assert fresh(offer.occasion).state == "called_off"


def test_a_trip_goes_on_when_one_of_its_orders_is_cancelled(cast: Cast, place: Place) -> None:
    desk = cast.as_(cast.dispatcher)
    pair = [place(), place(sure=True, actor=cast.as_(cast.neighbour))]
    trip = actions.bundle(orders=pair, actor=desk, now=NOW)
    offer = actions.make_offer(actor=desk, now=NOW, occasion=trip, team=cast.team, **SLOT)
    orders.cancel(order=fresh(pair[0]), reason="not_needed", actor=cast.as_(cast.resident), now=SOON)
    assert fresh(offer).state == "open"
    orders.cancel(order=fresh(pair[1]), reason="not_needed", actor=cast.as_(cast.neighbour), now=SOON)
    assert fresh(offer).state == "withdrawn"


def test_taking_back_reopens_the_pool_it_had_closed(cast: Cast, place: Place) -> None:
    desk = cast.as_(cast.dispatcher)
    order = place()
    entry = actions.open_pool(orders=[order], actor=desk, now=NOW)
    offer = actions.make_offer(actor=desk, now=NOW, orders=[fresh(order)], team=cast.team, **SLOT)
    assert fresh(entry).closed_at == NOW
    assert not Clock.objects.filter(kind="pool.claim", state="pending").exists()
    actions.withdraw(offer=offer, actor=desk, now=SOON)
    entry = PoolEntry.objects.get(pk=entry.pk)
    assert entry.closed_at is None
    assert Clock.objects.get(kind="pool.claim", state="pending").due_at == entry.step_due_at
    assert fresh(order).holder == "pool"
    assert occasion_of(order).state == "draft"


def test_an_occasion_that_is_called_off_frees_the_team(cast: Cast, offer: Offer) -> None:
    menu.call_off(occasion=fresh(offer.occasion), reason="weather", actor=cast.as_(cast.dispatcher), now=SOON)
    assert fresh(offer).state == "withdrawn"
    assert taken(cast.team) == 0
    assert fresh(Attendance.objects.get().order).state == "waiting"


def test_an_accepted_offer_taken_back_leaves_the_order_waiting(cast: Cast, place: Place) -> None:
    from laojia.steps.serve import actions as serve

    order = place()
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, **SLOT
    )
    serve.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=1))
    assert fresh(order).state == "arranged"
    actions.withdraw(offer=fresh(offer), actor=cast.as_(cast.dispatcher), now=NOW + timedelta(hours=1))
    assert fresh(order).state == "waiting"
    assert taken(cast.team) == 0
    ring(NOW + timedelta(hours=2))
    assert Message.objects.filter(template="offer.withdrawn").count() == 2


@pytest.mark.parametrize(("kind", "comes"), [("conduct", False), ("late", True)])
def test_a_complaint_about_conduct_ends_that_teams_visits_to_that_person(cast, place, kind, comes) -> None:
    import uuid

    from laojia.steps.review.actions import file_complaint
    from laojia.steps.serve import actions as serve

    desk = cast.as_(cast.dispatcher)
    arranged, asked = place(), place(sure=True)
    other = place(actor=cast.as_(cast.neighbour))
    first = actions.make_offer(actor=desk, now=NOW, orders=[arranged], team=cast.team, **SLOT)
    serve.accept(offer=first, actor=cast.as_(cast.leader), now=NOW)
    second = actions.make_offer(actor=desk, now=NOW, orders=[asked], team=cast.team, **SLOT)
    third = actions.make_offer(
        actor=desk, now=NOW, orders=[other], team=cast.team, date=THURSDAY, half="afternoon"
    )
    file_complaint(
        key=uuid.uuid4(), kind=kind, words="说话难听，要了钱。", actor=cast.as_(cast.resident), now=SOON,
        order=fresh(arranged), person=cast.resident,
    )  # fmt: skip
    if comes:
        assert (fresh(first).state, fresh(second).state) == ("accepted", "open")
        return
    assert (fresh(first).state, fresh(second).state, fresh(third).state) == ("withdrawn", "withdrawn", "open")
    assert {fresh(arranged).state, fresh(asked).state} == {"waiting"}
    assert taken(cast.team) == 0
    assert cast.team.name not in [fit.team.name for fit in queries.fitting_teams([asked], SOON).fits]
