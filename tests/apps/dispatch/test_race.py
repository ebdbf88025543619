"""Thirty-two dispatchers at once: a half-day is never overbooked, an order never sent twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.teams.models import TeamWeek
from laojia.kernel.errors import Conflict, WrongState
from laojia.policy.facts import CLOCK
from laojia.steps.dispatch import actions
from laojia.steps.dispatch.models import Invite, Offer, PoolEntry
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.serve import actions as serve
from tests.apps.dispatch.conftest import THURSDAY, fresh, make_item, taken
from tests.apps.dispatch.test_drives import BEGINS, of_team
from tests.cast import NOW, Cast, make_cast
from tests.databases import on_postgres
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]
CLIENTS = 32 if on_postgres() else 4
SLOT = {"date": THURSDAY, "half": "morning"}


@pytest.fixture
def people() -> Cast:
    return make_cast()


def placed(cast: Cast, item, count: int) -> list[Order]:
    ids = [
        orders.place(
            now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village, actor=cast.as_(cast.resident), sure=True,
            times=[{"date": THURSDAY.isoformat(), "half": "morning"}],
        ).pk
        for _n in range(count)
    ]  # fmt: skip
    return list(
        Order.objects.filter(pk__in=ids).select_related("item_version", "person", "area").order_by("pk")
    )


def test_one_half_day_many_dispatchers(people: Cast) -> None:
    item = make_item()
    rows = placed(people, item, CLIENTS)
    TeamWeek.objects.filter(team=people.team).update(capacity=5)
    team, desk = people.team, people.as_(people.dispatcher)

    def send(order: Order) -> Callable[[], object]:
        return lambda: actions.make_offer(actor=desk, now=NOW, orders=[order], team=team, **SLOT)

    found = at_once(*[send(order) for order in rows])
    made = [one for one in found if isinstance(one, Offer)]
    assert len(made) == min(5, CLIENTS)
    assert taken(team) == Offer.objects.filter(state="open").count() == len(made)
    assert all(isinstance(one, Offer | Conflict) for one in found), found
    assert JournalRow.objects.filter(verb="offer.make").count() == len(made)


def test_one_order_many_dispatchers(people: Cast) -> None:
    order = placed(people, make_item(), 1)[0]
    TeamWeek.objects.update(capacity=60)
    team, desk = people.team, people.as_(people.dispatcher)

    def send() -> object:
        mine = Order.objects.select_related("item_version", "person", "area").get(pk=order.pk)
        return actions.make_offer(actor=desk, now=NOW, orders=[mine], team=team, **SLOT)

    found = at_once(*[send] * CLIENTS)
    made = [one for one in found if isinstance(one, Offer)]
    assert len(made) == 1
    assert all(isinstance(one, Offer | Conflict | WrongState) for one in found), found
    assert taken(team) == 1
    assert order.attendances.filter(state="expected").count() == 1


def test_a_late_clock_and_an_answer_at_the_same_moment(people: Cast) -> None:
    from laojia.steps.dispatch import jobs

    TeamWeek.objects.update(capacity=9)
    for order in placed(people, make_item(), 3):
        offer = actions.make_offer(
            actor=people.as_(people.dispatcher), now=NOW, orders=[order], team=people.team, date=THURSDAY, half="afternoon"
        )  # fmt: skip
        leader, due = people.as_(people.leader), offer.answer_due_at
        found = at_once(
            *[
                lambda offer=offer, due=due: jobs.answer_due(offer.pk, due),
                lambda offer=offer, due=due, leader=leader: serve.accept(
                    offer=fresh(offer), actor=leader, now=due
                ),
            ]
        )
        state = fresh(offer).state
        assert state in ("accepted", "expired"), found
        held = Offer.objects.filter(
            team=people.team, state__in=("open", "accepted"), half="afternoon"
        ).count()
        assert taken(people.team, THURSDAY, "afternoon") == held
        waiting = fresh(order)
        assert waiting.state == ("arranged" if state == "accepted" else "waiting")


def test_many_teams_claim_one_is_first(people: Cast) -> None:
    order = placed(people, make_item(), 1)[0]
    entry = actions.open_pool(orders=[order], actor=people.as_(people.dispatcher), now=NOW)
    sides = [
        (people.team, people.as_(people.leader)),
        (people.other_team, people.as_(people.other_leader)),
    ] * (CLIENTS // 2)

    def claim(team, leader) -> Callable[[], object]:
        def run() -> object:
            row = PoolEntry.objects.select_related("occasion__item_version").get(pk=entry.pk)
            return serve.claim(entry=row, team=team, actor=leader, now=NOW)

        return run

    found = at_once(*[claim(team, leader) for team, leader in sides])
    assert Offer.objects.filter(state="accepted").count() == 1, found
    assert taken(people.team) + taken(people.other_team) == 1
    assert fresh(order).state == "arranged"


def drive(cast: Cast) -> Occasion:
    version = ItemVersion.objects.filter(item__code="DR1").first()
    row = menu.open_occasion(
        item_version=version or make_item("DR1", name="一起扫雪", mode="volunteers"), kind="volunteers", area=cast.village,
        place="村口", starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2), volunteer_places=2, public=True,
        station=cast.station, actor=cast.as_(cast.station_staff), now=NOW,
    )  # fmt: skip
    return menu.confirm(occasion=row, team=cast.team, actor=CLOCK, now=NOW)


def test_yes_to_a_drive_and_its_calling_off_at_the_same_moment(people: Cast) -> None:
    """Whoever is first: nobody is left believing in a drive that was called off, and every team hears of it."""
    for _turn in range(6):
        row = drive(people)
        actions.invite(
            occasion=row, teams=[people.other_team], actor=people.as_(people.station_staff), now=NOW
        )
        invite = of_team(row, people.other_team)
        leader, desk = people.as_(people.other_leader), people.as_(people.dispatcher)
        off = Occasion.objects.select_related("item_version").get(pk=row.pk)
        found = at_once(
            partial(actions.accept_invite, row=invite, heads=3, actor=leader, now=NOW),
            partial(menu.call_off, occasion=off, reason="weather", actor=desk, now=NOW),
        )
        assert all(isinstance(one, Invite | Occasion | WrongState | Conflict) for one in found), found
        off.refresh_from_db()
        now_there = of_team(row, people.other_team)
        assert (off.state == "called_off") == (now_there.state == "withdrawn"), found
        assert off.state == "called_off" or now_there.state == "accepted", found
