"""occasion.bundle: what goes together goes together, and apart again."""

from __future__ import annotations

import uuid

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope, WrongState
from laojia.steps.dispatch import actions, queries
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.apps.dispatch.conftest import THURSDAY, Place, fresh, make_item, taken
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SLOT = {"date": THURSDAY, "half": "morning"}
FRIDAY = {"date": "2026-11-27", "half": "morning"}


def pair(cast: Cast, place: Place, **second) -> list[Order]:
    return [place(), place(**({"actor": cast.as_(cast.neighbour)} | second))]


def test_two_neighbours_one_trip(cast: Cast, place: Place) -> None:
    two = pair(cast, place)
    trip = actions.bundle(orders=two, actor=cast.as_(cast.dispatcher), now=NOW)
    assert (trip.state, trip.kind, trip.places, trip.date) == ("draft", "visit", 2, THURSDAY)
    assert trip.attendances.filter(state="expected").count() == 2
    assert JournalRow.objects.filter(verb="occasion.bundle", subject_id=trip.pk).count() == 1
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, occasion=trip, team=cast.team, **SLOT
    )
    assert taken(cast.team) == 1  # one trip, one place of the team
    assert {fresh(one).holder for one in two} == {"team"}
    assert offer.answer_due_at <= min(one.promise_due_at for one in two)


def test_offering_one_of_them_offers_the_trip(cast: Cast, place: Place) -> None:
    two = pair(cast, place)
    desk = cast.as_(cast.dispatcher)
    trip = actions.bundle(orders=two, actor=desk, now=NOW)
    assert queries.trip_of(two[0]) == trip
    assert queries.bundle_candidates(desk, two[0]) == [two[1]]


def test_an_earlier_draft_is_called_off(cast: Cast, place: Place) -> None:
    two = pair(cast, place)
    desk = cast.as_(cast.dispatcher)
    first = actions.bundle(orders=two, actor=desk, now=NOW)
    third = place(actor=cast.as_(cast.volunteer))
    second = actions.bundle(orders=[*two, third], actor=desk, now=NOW)
    assert fresh(first).state == "called_off"
    assert second.attendances.filter(state="expected").count() == 3


def test_apart_again(cast: Cast, place: Place) -> None:
    two = pair(cast, place)
    desk = cast.as_(cast.dispatcher)
    trip = actions.bundle(orders=two, actor=desk, now=NOW)
    actions.unbundle(occasion=trip, actor=desk, now=NOW)
    assert fresh(trip).state == "called_off"
    assert not any(one.attendances.filter(state="expected").exists() for one in two)
    assert {(fresh(one).state, fresh(one).holder) for one in two} == {("waiting", "centre")}
    with pytest.raises(WrongState):
        actions.unbundle(occasion=fresh(trip), actor=desk, now=NOW)


@pytest.mark.parametrize(
    "second",
    [
        {"area": "far_village"},
        {"item": True},
        {"times": [FRIDAY]},
        {"alone": True},
        {"cancelled": True},
    ],
)
def test_what_does_not_go_together(cast: Cast, place: Place, second) -> None:
    facts = {k: v for k, v in second.items() if k in ("times", "alone")}
    if "area" in second:
        facts["area"] = cast.far_village
    if "item" in second:
        facts["item_version"] = make_item("D40")
    two = pair(cast, place, **facts)
    if "cancelled" in second:
        orders.cancel(order=two[1], reason="not_needed", actor=cast.as_(cast.neighbour), now=NOW)
    with pytest.raises(BadInput) as refused:
        actions.bundle(orders=two, actor=cast.as_(cast.dispatcher), now=NOW)
    assert refused.value.code == "no_common_trip"
    assert not Occasion.objects.exists()
    with pytest.raises(BadInput):
        actions.bundle(orders=two[:1], actor=cast.as_(cast.dispatcher), now=NOW)


@pytest.mark.parametrize(
    "who", ["stranger", "resident", "leader", "station_staff", "grid_worker", "menu_editor"]
)
def test_only_the_desk_bundles(cast: Cast, place: Place, who: str) -> None:
    two = pair(cast, place)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.bundle(orders=two, actor=cast.as_(getattr(cast, who)), now=NOW)
    assert not Occasion.objects.exists()


def test_an_asked_order_is_not_bundled(cast: Cast, place: Place) -> None:
    two = pair(cast, place)
    actions.make_offer(actor=cast.as_(cast.dispatcher), now=NOW, orders=[two[0]], team=cast.team, **SLOT)
    with pytest.raises(WrongState):
        actions.bundle(orders=[fresh(two[0]), two[1]], actor=cast.as_(cast.dispatcher), now=NOW)
    assert uuid.UUID(str(two[0].key))
