"""Postponing and calling off by area × day: snow over a town on Saturday."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from laojia.foundation.area.models import Area
from laojia.kernel.errors import Conflict, WrongState
from laojia.policy.facts import Actor
from laojia.steps.menu.actions.moves import call_off, postpone
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.queries.occasions import occasions_on


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, and what somebody else moved in the same moment and was left alone."""

    done: list[Occasion]
    left: list[Occasion]


@transaction.atomic
def postpone_many(
    *,
    area: Area,
    date: date,
    kinds: Iterable[str],
    reason: str,
    actor: Actor,
    now: datetime,
    words: str = "",
    to_date: date | None = None,
) -> Moved:
    """Every occasion of the area on that day that the actor may postpone: to the same hour of `to_date`, or open-ended."""
    done, left = [], []
    for row in occasions_on(actor, "occasion.postpone", area=area, day=date, kinds=kinds, now=now):
        shift = to_date - date if to_date is not None else None
        try:
            postpone(
                occasion=row,
                reason=reason,
                words=words,
                actor=actor,
                now=now,
                starts_at=_moved(row.starts_at, shift),
                ends_at=_moved(row.ends_at, shift),
            )
            done.append(row)
        except (Conflict, WrongState):
            left.append(row)
    return Moved(done, left)


def _moved(moment: datetime | None, shift: timedelta | None) -> datetime | None:
    return moment + shift if moment is not None and shift is not None else None


@transaction.atomic
def call_off_many(
    *, area: Area, date: date, kinds: Iterable[str], reason: str, actor: Actor, now: datetime, words: str = ""
) -> Moved:
    """Every occasion of the area on that day that the actor may call off."""
    done, left = [], []
    for row in occasions_on(actor, "occasion.call_off", area=area, day=date, kinds=kinds, now=now):
        try:
            call_off(occasion=row, reason=reason, words=words, actor=actor, now=now)
            done.append(row)
        except (Conflict, WrongState):
            left.append(row)
    return Moved(done, left)


@transaction.atomic
def move_days(
    *,
    verb: str,
    area: Area,
    first_day: date,
    last_day: date,
    kinds: Iterable[str],
    reason: str,
    actor: Actor,
    now: datetime,
    words: str = "",
    to_date: date | None = None,
) -> Moved:
    """Either of the two for every day from first to last; `to_date` is where the first day goes, the rest follow it."""
    done: list[Occasion] = []
    left: list[Occasion] = []
    kinds = list(kinds)
    for step in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=step)
        if verb == "occasion.call_off":
            moved = call_off_many(
                area=area, date=day, kinds=kinds, reason=reason, words=words, actor=actor, now=now
            )
        else:
            moved = postpone_many(
                area=area, date=day, kinds=kinds, reason=reason, words=words, actor=actor, now=now,
                to_date=to_date + timedelta(days=step) if to_date is not None else None,
            )  # fmt: skip
        done += moved.done
        left += moved.left
    return Moved(done, left)
