"""The menu is out, and pages are opened as one of the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.foundation.people.models import Person
from laojia.policy.facts import CLOCK
from laojia.steps.menu import actions, queries
from laojia.steps.menu.models import Occasion
from tests.acting import signed_in
from tests.cast import NOW, Cast, morning
from tests.chain import accepted, begin, offered  # noqa: F401  fixtures of an order on its way

DAY = date(2026, 12, 5)
STARTS, ENDS = morning(DAY), morning(DAY) + timedelta(hours=3)


@pytest.fixture
def menu(cast_with_menu: Cast) -> Cast:
    """The cast, with the first menu published."""
    return cast_with_menu


@pytest.fixture
def at_now() -> Iterator[None]:
    """Pages read the clock; this is the cast's Wednesday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def seen_by(at_now: None) -> Callable[[Person | None], Client]:
    """A browser of this person (None: nobody signed in)."""

    def opened(who: Person | None) -> Client:
        client = Client()
        if who is not None:
            signed_in(client, who)
        return client

    return opened


def clinic(cast: Cast, who: str = "station_staff", **more: Any) -> Occasion:
    """The free clinic of the issue: 40 seats, 10 held back."""
    facts: dict[str, Any] = {
        "item_version": queries.item("YL01"),
        "kind": "seats",
        "area": cast.village,
        "place": "村委会大院",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "places": 40,
        "held_back": 10,
        "public": True,
        "station": cast.station,
        "sponsor": "县人民医院",
        "filing_number": "YZ-2026-17",
    }
    return actions.open_occasion(actor=cast.as_(getattr(cast, who)), now=NOW, **(facts | more))


def confirmed(cast: Cast, **more: Any) -> Occasion:
    """The clinic when the team has said yes."""
    return actions.confirm(occasion=clinic(cast, **more), team=cast.medical_team, actor=CLOCK, now=NOW)
