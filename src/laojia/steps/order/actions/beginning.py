"""Regular help begins: an order becomes a rhythm, or order and rhythm come in one go by telephone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import start
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.errors import BadInput
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu.models import ItemVersion
from laojia.steps.menu.rules.times import half_of
from laojia.steps.order.actions.asked import Relative
from laojia.steps.order.actions.deciding import triage
from laojia.steps.order.actions.placing import place as place_order
from laojia.steps.order.actions.planning import plan
from laojia.steps.order.models import HOLIDAYS, Order, StandingHelp
from laojia.steps.order.rules import TO_THE_DOOR


@transaction.atomic
def begin(
    *,
    order: Order,
    weekdays: Sequence[int],
    starts: time,
    minutes: int,
    valid_from: date,
    actor: Actor,
    now: datetime,
    every_weeks: int = 1,
    holidays: str = "skip",
    valid_to: date | None = None,
    team: Team | None = None,
    usual: Sequence[Person] = (),
) -> StandingHelp:
    """Turn an order into a rhythm. The first visit is offered to a team; whoever accepts comes from then on.

    `team` is the one the person knows (asked first), `usual` its volunteers he is used to.
    """
    _check_order(order)
    rhythm = {
        "weekdays": sorted(set(weekdays)), "every_weeks": every_weeks, "starts": starts, "minutes": minutes,
        "holidays": holidays, "valid_to": valid_to,
    }  # fmt: skip
    check_rhythm(rhythm, valid_from, local_date(now), first_too=True)
    assert order.item_version is not None
    row = StandingHelp(
        state="active", item_version=order.item_version, person=order.person, unit=order.unit,
        asker_id=order.asker_id, half=half_at(starts), valid_from=valid_from, area=order.area,
        area_path=order.area_path, place=order.place, protected=order.protected, created_at=now, **rhythm,
    )  # fmt: skip
    start(row, "standing.start", actor=actor, now=now)
    row.usual.set(usual)
    wanted = {"wants_team": team} if team is not None else {}
    Order.objects.filter(pk=order.pk).update(standing=row, **wanted)
    order.standing = row
    if order.state == "received":
        triage(order=order, actor=actor, now=now, because="standing.start")
    plan(standing=row, actor=CLOCK, now=now)
    return row


@transaction.atomic
def begin_for(
    *,
    person: Person | None,
    unit: Unit | None,
    item_version: ItemVersion,
    area: Area | None,
    place: str,
    words: str,
    key: uuid.UUID,
    actor: Actor,
    now: datetime,
    consent_spoken: bool = False,
    relative: Relative | None = None,
    alone: bool = False,
    sure: bool = False,
    **rhythm: Any,
) -> StandingHelp:
    """At the counter or by telephone: order and rhythm in one go. `actor` speaks for the person; repeated: the same help."""
    known = Order.objects.filter(key=key).first()
    order = place_order(
        actor=actor, now=now, key=key, item_version=item_version, area=area, person=person, unit=unit, place=place,
        words=words, consent_spoken=consent_spoken, relative=relative, alone=alone, sure=sure,
        times=_first_wish(rhythm),
    )  # fmt: skip
    if known is not None and order.standing_id is not None:
        return StandingHelp.objects.select_related("item_version", "team", "area").get(pk=order.standing_id)
    return begin(order=order, actor=replace(actor, on_behalf_of=None), now=now, **rhythm)


def _first_wish(rhythm: Mapping[str, Any]) -> list[dict[str, str]]:
    """The first visit as a wish: an ordinary home visit that becomes regular keeps its item's days and lead time."""
    first: date = rhythm["valid_from"]
    days = [
        first + timedelta(days=n)
        for n in range(7)
        if (first + timedelta(days=n)).weekday() in rhythm["weekdays"]
    ]
    return [{"date": day.isoformat(), "half": half_at(rhythm["starts"])} for day in days[:1]]


def _check_order(order: Order) -> None:
    version = order.item_version
    if version is None or version.mode not in TO_THE_DOOR or order.standing_id is not None:
        raise BadInput(
            "not_standing",
            _("Regular help is not offered for this."),
            _("Map it to an item of regular help first."),
        )


def check_rhythm(
    rhythm: Mapping[str, Any], valid_from: date, today: date, *, first_too: bool = False
) -> None:
    """Raises BadInput with all that is wrong, each beside its field."""
    wrong: dict[str, object] = {}
    weekdays, last = rhythm["weekdays"], rhythm["valid_to"]
    if not weekdays or any(not 0 <= day <= 6 for day in weekdays):
        wrong["weekdays"] = _("On which days of the week?")
    if not 1 <= rhythm["every_weeks"] <= 8:
        wrong["every_weeks"] = _("Every week, every second week … every eighth week at most.")
    if not 10 <= rhythm["minutes"] <= 480:
        wrong["minutes"] = _("Between 10 minutes and 8 hours.")
    if rhythm["holidays"] not in HOLIDAYS:
        wrong["holidays"] = _("Choose one of the answers.")
    if first_too and valid_from < today:
        wrong["valid_from"] = _("That day is over already. Choose a later one.")
    if last is not None and last < max(valid_from, today):
        wrong["valid_to"] = _("The last day must not lie before the first one, nor be over already.")
    if wrong:
        raise BadInput("rhythm", _("Please look at the marked places again."), "", wrong)


def half_at(starts: time) -> str:
    return half_of(datetime.combine(date(2000, 1, 1), starts, tzinfo=CHINA))


# --- pauses -----------------------------------------------------------------------------------------------------------
