"""A team's places in a half-day: taken and given back by one conditional UPDATE, right under any number of takers.

Part of offer.make, offer.claim, offer.withdraw …: those write the journal, not these.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from laojia.foundation.teams.models import TeamSlot, TeamWeek
from laojia.policy.facts import Actor


@transaction.atomic
def take_slot(*, team_id: int, date: date, half: str, actor: Actor, now: datetime) -> bool:
    """One place of the team on that half-day; False when all are taken (or the leader said none)."""
    rows = TeamSlot.objects.filter(team_id=team_id, date=date, half=half)
    if rows.filter(taken__lt=F("capacity")).update(taken=F("taken") + 1) == 1:
        return True
    if rows.exists():
        return False
    _make_slot(team_id, date, half)
    return rows.filter(taken__lt=F("capacity")).update(taken=F("taken") + 1) == 1


def _make_slot(team_id: int, date: date, half: str) -> None:
    """The date's row from the week the leader gave; whoever comes second finds it there."""
    week = TeamWeek.objects.filter(team_id=team_id, weekday=date.weekday(), half=half)
    capacity = week.values_list("capacity", flat=True).first() or 0
    slot = TeamSlot(team_id=team_id, date=date, half=half, capacity=capacity, taken=0)
    TeamSlot.objects.bulk_create([slot], ignore_conflicts=True)


@transaction.atomic
def free_slot(*, team_id: int, date: date, half: str, actor: Actor, now: datetime) -> bool:
    """Give one place back; False when none was taken."""
    rows = TeamSlot.objects.filter(team_id=team_id, date=date, half=half, taken__gte=1)
    return rows.update(taken=F("taken") - 1) == 1
