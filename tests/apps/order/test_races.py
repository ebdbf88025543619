"""Many at once: one key makes one order, seats are never overbooked, a waiting list moves once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from laojia.foundation.area.actions import plan_merge, take_effect
from laojia.foundation.area.models import AreaChange
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.journal.queries import scoped
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.queries import actor_of
from laojia.kernel.clock import local_date
from laojia.kernel.errors import Refused
from laojia.policy.facts import CLOCK
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions
from laojia.steps.order.models import Attendance, Order
from tests.apps.order.conftest import THURSDAY, make_item, open_seats
from tests.cast import NOW, Cast
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def place_call(cast: Cast, who: Any, item: ItemVersion, **facts: Any) -> Callable[[], Order]:
    actor = cast.as_(who)
    given: dict[str, Any] = {
        "actor": actor, "now": NOW, "key": uuid.uuid4(), "item_version": item, "area": cast.village, "place": "一巷3号",
        "times": [THURSDAY], "person": who,
    } | facts  # fmt: skip
    return lambda: actions.place(**given)


def test_the_same_key_at_once_makes_one_order(cast: Cast) -> None:
    item, key = make_item(), uuid.uuid4()
    results = at_once(*(place_call(cast, cast.resident, item, key=key, sure=True) for _turn in range(6)))
    assert len({order.pk for order in results}) == 1
    assert Order.objects.count() == 1
    assert JournalRow.objects.filter(verb="order.place").count() == 1
    assert Message.objects.count() == 1


def test_numbers_are_never_given_twice(cast: Cast) -> None:
    item = make_item()
    results = at_once(*(place_call(cast, cast.resident, item, sure=True) for _turn in range(8)))
    assert len({order.number for order in results}) == 8
    assert all(f"-{order.pk:06d}-" in order.number for order in results)


def test_seats_are_never_overbooked(cast: Cast) -> None:
    item = make_item("T04", mode="seats", asked_by=["village"])
    seats = open_seats(cast, item, places=4, held_back=1)
    people = [
        cast.resident, cast.daughter, cast.neighbour, cast.stranger, cast.volunteer, cast.leader, cast.doctor,
        cast.other_leader,
    ]  # fmt: skip
    calls = [place_call(cast, p, item, occasion=Occasion.objects.get(pk=seats.pk)) for p in people]
    results = at_once(*calls)
    assert sorted(order.state for order in results) == ["arranged"] * 3 + ["waitlisted"] * 5
    seats.refresh_from_db()
    assert (seats.taken, seats.held_taken) == (3, 0)
    assert Attendance.objects.filter(state="expected").count() == 3


def test_two_freed_seats_go_to_two_people(cast: Cast) -> None:
    item = make_item("T04", mode="seats", asked_by=["village"])
    seats = open_seats(cast, item, places=2, held_back=0)
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger, cast.volunteer]
    orders = [
        place_call(cast, p, item, occasion=Occasion.objects.get(pk=seats.pk))() for p in people
    ]  # two seated, three wait
    free = [
        (lambda o=order, p=person: actions.cancel(order=o, reason="not_needed", actor=cast.as_(p), now=NOW))
        for order, person in zip(orders[:2], people[:2], strict=True)
    ]
    results = at_once(*free)
    lost = [r for r in results if isinstance(r, Refused)]
    for refused, order in zip(results, orders[:2], strict=True):
        if isinstance(refused, Refused):  # told to look again: nothing half done, the second try does it
            again = Order.objects.get(pk=order.pk)
            assert again.state == "arranged"
            actions.cancel(order=again, reason="not_needed", actor=cast.as_(again.asker), now=NOW)
    assert len(lost) <= 1
    states = [Order.objects.get(pk=o.pk).state for o in orders]
    assert states == ["cancelled", "cancelled", "arranged", "arranged", "waitlisted"]
    seats.refresh_from_db()
    assert seats.taken == 2
    assert JournalRow.objects.filter(verb="order.promote").count() == 2


def test_one_of_two_deciders_wins(cast: Cast) -> None:
    item = make_item("T02", trusted=False)
    order = place_call(cast, cast.resident, item)()
    first, second = Order.objects.get(pk=order.pk), Order.objects.get(pk=order.pk)
    desk, other = cast.as_(cast.dispatcher), cast.as_(cast.second_dispatcher)
    results = at_once(
        lambda: actions.triage(order=first, actor=desk, now=NOW),
        lambda: actions.refuse(order=second, reason="unsafe", where_else="119", actor=other, now=NOW),
    )
    assert sum(isinstance(r, Refused) for r in results) == 1
    assert JournalRow.objects.filter(kind="order", verb__in=("order.triage", "order.refuse")).count() == 1


def test_a_full_week_stays_full(cast: Cast) -> None:
    item = make_item("T07", quota_per_week=2)
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger, cast.volunteer]
    results = at_once(*(place_call(cast, p, item) for p in people))
    assert Order.objects.count() == 2
    assert sorted(getattr(r, "code", "placed") for r in results) == ["placed", "placed"] + ["week_full"] * 3


def test_an_order_placed_while_its_village_is_merged_is_seen_by_the_desk_there(cast: Cast) -> None:
    """Placed under the old village or the new one: whoever answers for the new one sees it, and it can be worked on."""
    item, admin = make_item(), cast.as_(cast.system_admin)
    then = NOW + timedelta(days=1)
    change = plan_merge(
        sources=[cast.village, cast.second_village], name="合心村", on=local_date(then), actor=admin, now=NOW
    )
    found = at_once(
        *(place_call(cast, cast.resident, item, sure=True, now=then) for _turn in range(4)),
        lambda: take_effect(change=AreaChange.objects.get(pk=change.pk), actor=CLOCK, now=then),
        *(place_call(cast, cast.resident, item, sure=True, now=then) for _turn in range(3)),
    )
    assert all(isinstance(one, Order | AreaChange) for one in found), found
    assert AreaChange.objects.get(pk=change.pk).state == "done"
    for who in (cast.dispatcher, cast.station_staff):
        desk = actor_of(who, local_date(then))
        assert scoped(Order.objects.all(), desk, "order.list").count() == 7, who
