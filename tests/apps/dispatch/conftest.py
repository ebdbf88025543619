"""Orders that wait, and time that passes by the real clocks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from laojia import wiring
from laojia.foundation.outbox.jobs.clocks import ring_due
from laojia.foundation.outbox.models import Clock
from laojia.foundation.teams.models import Team, TeamSlot, TeamWeek
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.cast import NOW, Cast

KIND = "助老志愿队"
THURSDAY = date(2026, 11, 26)
WEEK = {"weekday": ["morning", "afternoon"], "saturday": ["morning"], "sunday": []}


def make_item(code: str = "D01", **facts: Any) -> ItemVersion:
    """A published item; a plain haircut at home unless told otherwise."""
    given: dict[str, Any] = {
        "name": f"上门理发{code}", "about": "到家里理发。", "category": "社区服务", "audience": ["老年人"],
        "mode": "home_visit", "asked_by": ["person"], "team_kind": KIND, "minutes": 40, "slots": WEEK,
        "risks": ["头发屑落地"], "trusted": True,
    } | facts  # fmt: skip
    item = MenuItem.objects.create(code=code, tile="照应老人")
    return ItemVersion.objects.create(item=item, number=1, state="published", published_at=NOW, **given)


def more_team(cast: Cast, name: str, *, kind: str = KIND, capacity: int = 2, **facts: Any) -> Team:
    """A further team with one volunteer, free on every half-day."""
    from laojia.foundation.people.models import Post
    from tests.cast import START

    team = Team.objects.create(name=name, kind=kind, area=cast.town, area_path=cast.town.path, **facts)
    TeamWeek.objects.bulk_create(
        TeamWeek(team=team, weekday=day, half=half, capacity=capacity)
        for day in range(7)
        for half in ("morning", "afternoon", "evening")
    )
    Post.objects.create(person=cast.second_volunteer, role="volunteer", team=team, valid_from=START)
    return team


@pytest.fixture
def haircut(cast: Cast) -> ItemVersion:
    return make_item()


Place = Callable[..., Order]


@pytest.fixture
def place(cast: Cast, haircut: ItemVersion) -> Place:
    """`place()`: the resident orders a haircut at home for Thursday morning; anything may be said otherwise."""

    def do(**facts: Any) -> Order:
        given: dict[str, Any] = {
            "now": NOW, "key": uuid.uuid4(), "item_version": haircut, "area": cast.village, "place": "一巷3号",
            "times": [{"date": THURSDAY.isoformat(), "half": "morning"}], "actor": cast.as_(cast.resident),
        } | facts  # fmt: skip
        order = orders.place(**given)
        return Order.objects.select_related("item_version", "person", "area").get(pk=order.pk)

    return do


def ring(until: datetime, *, start: datetime = NOW) -> datetime:
    """Let every clock ring that falls due until then, each at its own moment."""
    while True:
        due = Clock.objects.filter(state="pending", due_at__lte=until).order_by("due_at").first()
        if due is None:
            return until
        moment = max(due.due_at, start)
        start = moment
        before = Clock.objects.filter(state="pending", due_at__lte=moment).count()
        ring_due(wiring.CLOCKS, lambda at=moment: at, 50)
        after = Clock.objects.filter(state="pending", due_at__lte=moment).count()
        assert after < before or before == 0, "a clock rings without end"


def taken(team: Team, day: date = THURSDAY, half: str = "morning") -> int:
    slot = TeamSlot.objects.filter(team=team, date=day, half=half).first()
    return slot.taken if slot else 0


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def occasion_of(order: Order) -> Occasion:
    return Occasion.objects.get(attendances__order=order, attendances__state="expected")


HOUR = timedelta(hours=1)
