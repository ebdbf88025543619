"""Two dispatchers see the same snow: one rest, the clocks moved once."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from laojia.foundation.outbox.models import Clock
from laojia.kernel.errors import Conflict
from laojia.steps.menu import actions
from laojia.steps.menu.models import Standstill
from laojia.steps.order import actions as orders
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.cast import NOW, make_cast
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SNOW = date(2026, 11, 26)


def test_the_same_snow_twice_moves_the_clocks_once() -> None:
    cast = make_cast()
    order = orders.place(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=make_item("RS1"), area=cast.village,
        place="一巷3号", times=[{"date": THURSDAY.isoformat(), "half": "morning"}],
    )  # fmt: skip
    before = order.promise_due_at
    desks = [cast.as_(cast.dispatcher), cast.as_(cast.second_dispatcher)]

    def declare(actor: Any) -> Standstill:
        return actions.declare_standstill(
            area=cast.county,
            first_day=SNOW,
            last_day=SNOW,
            kinds=["visit"],
            reason="snow",
            actor=actor,
            now=NOW,
        )[0]

    found = at_once(*(lambda actor=actor: declare(actor) for actor in desks))
    assert sorted(isinstance(one, Standstill) for one in found) == [False, True]
    assert [one.code for one in found if isinstance(one, Conflict)] == ["already_resting"]
    clock = Clock.objects.get(kind="order.promise", about_id=order.pk, state="pending")
    order.refresh_from_db()
    assert clock.due_at == order.promise_due_at > before
    assert (order.promise_due_at - before).days in (1, 3)  # one working day, over a weekend at most
