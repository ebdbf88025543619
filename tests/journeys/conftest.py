"""The stage every journey plays on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from laojia.foundation.area.actions import mark_demonstration
from laojia.policy.facts import CLOCK
from tests.cast import NOW, Cast, make_cast
from tests.journeys.stage import Open, Stage


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Wednesday morning that goes on."""
    traveller = time_machine.travel(NOW, tick=True)
    yield traveller.start()
    traveller.stop()


@pytest.fixture
def everybody(live: str, clock: Any) -> Cast:
    """The cast and the county's real menu in committed rows, marked as a demonstration so that messages stay inside."""
    from laojia.steps.menu.jobs import load_menu

    mark_demonstration(actor=CLOCK, now=NOW)
    cast = make_cast()
    load_menu(now=NOW)
    return cast


@pytest.fixture
def stage(everybody: Cast, open_page: Open, clock: Any) -> Stage:
    return Stage(everybody, open_page, clock)
