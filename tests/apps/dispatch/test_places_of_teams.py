"""A team's half-day follows its occasions: asked or of its own, moved, put off, called off."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from laojia.foundation.teams.models import TeamSlot
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import Conflict
from laojia.policy.facts import CLOCK
from laojia.steps.dispatch import actions
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.serve import actions as serve
from tests.apps.dispatch.conftest import THURSDAY, Place, fresh, make_item, taken
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 9, tzinfo=CHINA)
FRIDAY = THURSDAY + timedelta(days=1)
SLOT = {"date": THURSDAY, "half": "morning"}


def test_an_agreed_time_moves_the_place(cast: Cast, place: Place) -> None:
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, **SLOT
    )
    occasion = serve.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW)
    assert taken(cast.team) == 1
    later = NINE + timedelta(days=1, hours=6)
    menu.agree_time(
        occasion=occasion,
        starts_at=later,
        ends_at=later + timedelta(hours=1),
        actor=cast.as_(cast.leader),
        now=NOW,
    )
    assert (taken(cast.team), taken(cast.team, FRIDAY, "afternoon")) == (0, 1)
    assert (fresh(offer).date, fresh(offer).half) == (FRIDAY, "afternoon")
    TeamSlot.objects.create(team=cast.team, date=FRIDAY, half="evening", capacity=0)
    with pytest.raises(Conflict):
        menu.agree_time(
            occasion=fresh(occasion), starts_at=later + timedelta(hours=4), ends_at=later + timedelta(hours=5),
            actor=cast.as_(cast.leader), now=NOW,
        )  # fmt: skip


def test_put_off_and_fixed_anew(cast: Cast, place: Place) -> None:
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, **SLOT
    )
    occasion = serve.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW)
    menu.postpone(occasion=occasion, reason="snow", actor=cast.as_(cast.dispatcher), now=NOW)
    assert taken(cast.team) == 0
    begins = NINE + timedelta(days=1)
    menu.reconfirm(
        occasion=fresh(occasion), starts_at=begins, ends_at=begins + timedelta(hours=1), actor=cast.as_(cast.leader), now=NOW
    )  # fmt: skip
    assert taken(cast.team, FRIDAY, "morning") == 1
    assert fresh(offer).date == FRIDAY


def test_an_open_question_is_taken_back_when_it_is_put_off(cast: Cast, place: Place) -> None:
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, **SLOT
    )
    menu.postpone(
        occasion=Occasion.objects.get(), reason="snow", actor=cast.as_(cast.dispatcher), now=NOW + timedelta(minutes=1)
    )  # fmt: skip
    assert fresh(offer).state == "withdrawn"
    assert taken(cast.team) == 0


def regular(cast: Cast) -> Occasion:
    """A visit of regular help: agreed long ago, nobody is asked."""
    return menu.open_occasion(
        actor=CLOCK, now=NOW, item_version=make_item("D60"), kind="standing", area=cast.village, team=cast.team,
        state="confirmed", starts_at=NINE, ends_at=NINE + timedelta(hours=1),
    )  # fmt: skip


def test_regular_help_keeps_the_team_busy(cast: Cast) -> None:
    occasion = regular(cast)
    assert occasion.slot_held
    assert taken(cast.team) == 1
    later = NINE + timedelta(hours=6)
    menu.agree_time(
        occasion=occasion,
        starts_at=later,
        ends_at=later + timedelta(hours=1),
        actor=cast.as_(cast.leader),
        now=NOW,
    )
    assert (taken(cast.team), taken(cast.team, THURSDAY, "afternoon")) == (0, 1)
    menu.call_off(occasion=fresh(occasion), reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    assert taken(cast.team, THURSDAY, "afternoon") == 0


def test_regular_help_takes_place_in_a_full_half_day_too(cast: Cast) -> None:
    TeamSlot.objects.create(team=cast.team, date=THURSDAY, half="morning", capacity=1, taken=1)
    occasion = regular(cast)
    assert not occasion.slot_held
    assert taken(cast.team) == 1
    menu.call_off(occasion=occasion, reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    assert taken(cast.team) == 1
