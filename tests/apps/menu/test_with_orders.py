"""Occasions with people on them: the waiting list in words, more seats move it up, the roster with and without names."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from laojia.foundation.people.models import Person
from laojia.steps.menu import actions
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.apps.menu.conftest import DAY, ENDS, STARTS, confirmed
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SeenBy = Callable[[Any], Client]


def seat(cast: Cast, row: Occasion, who: Person) -> Order:
    return orders.place(
        actor=cast.as_(who),
        now=NOW,
        key=uuid.uuid4(),
        item_version=row.item_version,
        occasion=row,
        area=cast.village,
    )


@pytest.fixture
def full(menu: Cast) -> tuple[Cast, Occasion, list[Order]]:
    """Two seats, three who want one."""
    row = confirmed(menu, places=2, held_back=0)
    return menu, row, [seat(menu, row, who) for who in (menu.resident, menu.daughter, menu.neighbour)]


def test_the_third_waits_and_the_page_says_how_many(full: Any, seen_by: SeenBy) -> None:
    _cast, row, placed = full
    assert [order.state for order in placed] == ["arranged", "arranged", "waitlisted"]
    text = seen_by(None).get(f"/on/{row.pk}/").content.decode()
    assert "约满了，可以排候补" in text
    assert "前面有 1 位在等" in text


def test_the_desk_sees_who_waits_but_not_the_name(
    full: Any, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    cast, row, _placed = full
    client = seen_by(cast.station_staff)
    with django_assert_max_num_queries(16):
        text = client.get(f"/occasions/{row.pk}/").content.decode()
    assert "赵*" in text
    assert cast.neighbour.name not in text


def test_one_more_seat_moves_the_first_up(full: Any, seen_by: SeenBy) -> None:
    cast, row, placed = full
    sent = {
        "change-place": row.place, "change-places": 3, "change-held_back": 0, "change-volunteer_places": 0,
        "change-day": DAY.isoformat(), "change-begins": "09:00", "change-closes": "12:00",
    }  # fmt: skip
    assert seen_by(cast.station_staff).post(f"/occasions/{row.pk}/change/", sent).status_code == 302
    placed[2].refresh_from_db()
    row.refresh_from_db()
    assert (placed[2].state, row.taken, row.places) == ("arranged", 3, 3)


def test_the_roster_masks_until_it_goes_on_paper(
    full: Any, seen_by: SeenBy, django_assert_max_num_queries: Any
) -> None:
    cast, row, _placed = full
    client = seen_by(cast.station_staff)
    with django_assert_max_num_queries(14):
        masked = client.get(f"/occasions/{row.pk}/roster/").content.decode()
    assert "王**" in masked or "王*" in masked
    assert cast.resident.name not in masked
    assert "候补 1 位" in masked
    named = client.post(f"/occasions/{row.pk}/roster/").content.decode()
    assert cast.resident.name in named
    assert cast.neighbour.name not in named, "who waits is not on the team's sheet"


def test_postponed_seats_stay_and_called_off_seats_go(full: Any) -> None:
    cast, row, placed = full
    desk = cast.as_(cast.station_staff)
    row.refresh_from_db()
    week = timedelta(days=7)
    actions.postpone(
        occasion=row, reason="snow", starts_at=STARTS + week, ends_at=ENDS + week, actor=desk, now=NOW
    )
    placed[0].refresh_from_db()
    assert (placed[0].state, Occasion.objects.get(pk=row.pk).taken) == ("arranged", 2)
    actions.call_off(occasion=row, reason="weather", actor=desk, now=NOW)
    for order in placed:
        order.refresh_from_db()
        assert order.state not in ("arranged", "waitlisted")
