"""Volunteer teams: what they can do, where, when, and how they are reached. Who belongs to one stands in people.Post."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from laojia.foundation.area.models import Area, Station
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held

HALF_DAYS = ("morning", "afternoon", "evening")
REACHES = ("answers", "call_first")


class Team(models.Model):
    """A volunteer team that accepts or declines offers. `silent` counts offers in a row left unanswered.

    `reach` is "call_first" (先打电话再派) after two silences; no blame, only the order of doing things.
    """

    SCOPE: ClassVar = Columns(kind="team", team=("id",), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=30, db_index=True)  # 医疗志愿队 …: matches an item's team_kind
    about = models.TextField(blank=True)
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="teams")
    area = models.ForeignKey(Area, models.PROTECT, related_name="teams")
    area_path = models.CharField(max_length=120, db_index=True)
    serves = models.JSONField(default=list)  # area paths it goes to; empty: the whole county
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    featured = models.BooleanField(default=False)
    reach = models.CharField(max_length=12, default="answers")
    silent = models.PositiveSmallIntegerField(default=0)
    resting_until = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(reach__in=REACHES), name="team_reach"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(kind=""), name="team_named"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamWeek(models.Model):
    """How many visits a team can make on a weekday's half-day, as the leader says it."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    team = models.ForeignKey(Team, models.CASCADE, related_name="week")
    weekday = models.PositiveSmallIntegerField()  # Monday 0
    half = models.CharField(max_length=10)
    capacity = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "weekday", "half"], name="team_week_once"),
            models.CheckConstraint(
                condition=Q(weekday__lte=6) & Q(half__in=HALF_DAYS), name="team_week_slot"
            ),
        ]


class TeamSlot(models.Model):
    """One half-day of one date: places taken by open and accepted offers. Taken only by compare-and-swap."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    team = models.ForeignKey(Team, models.CASCADE, related_name="slots")
    date = models.DateField()
    half = models.CharField(max_length=10)
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    by_hand = models.BooleanField(default=False)  # said for this very day: the week's numbers leave it alone

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "date", "half"], name="team_slot_once"),
            models.CheckConstraint(condition=Q(half__in=HALF_DAYS), name="team_slot_half"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="team_slot_not_overbooked"),
        ]
