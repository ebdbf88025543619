"""制单: items and their versions, service points, occasions."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from laojia.foundation.area.models import Area, Station
from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.teams.models import HALF_DAYS, Team
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held

MODES = (
    "home_visit", "by_appointment", "seats", "whole_village", "volunteers",
    "walk_in", "standing", "keeper", "describe",
)  # fmt: skip


class MenuItem(models.Model):
    """What the county offers, by its code; what is shown and ordered is a version of it."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    code = models.CharField(max_length=12, unique=True)
    tile = models.CharField(max_length=30, db_index=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.code


class ItemVersion(Moving):
    """One wording and rule set of an item. At most one is published or paused; an order keeps the version it was placed on."""

    SCOPE: ClassVar = Columns(kind="item", protected="protected", sealed="")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    item = models.ForeignKey(MenuItem, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80, blank=True)
    short = models.CharField(max_length=40, blank=True)
    short_en = models.CharField(max_length=120, blank=True)
    about = models.TextField()
    who_comes = models.CharField(max_length=120, blank=True)
    how_long = models.CharField(max_length=120, blank=True)
    contact_note = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=20)
    audience = models.JSONField(default=list)
    mode = models.CharField(max_length=16)
    asked_by = models.JSONField(default=list)
    team_kind = models.CharField(max_length=30, blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    lead_working_days = models.PositiveSmallIntegerField(default=0)
    qualification = models.JSONField(default=list)
    danger = models.CharField(max_length=20, blank=True)
    insured = models.BooleanField(default=False)
    protected = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)
    keeper = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    two_people = models.BooleanField(default=False)
    adults_only = models.BooleanField(default=False)
    slots = models.JSONField(default=dict)  # {"weekday": ["morning", …], "saturday": […], "sunday": […]}
    quota_per_week = models.PositiveSmallIntegerField(default=0)  # orders taken per week; 0: no limit
    places = models.PositiveSmallIntegerField(default=0)
    held_back = models.PositiveSmallIntegerField(default=0)
    requires = models.JSONField(default=list)
    risks = models.JSONField(default=list)
    questions = models.JSONField(default=list)
    search = models.JSONField(default=list)
    areas = models.ManyToManyField(Area, blank=True, related_name="+")  # empty: the whole county
    trusted = models.BooleanField(default=False)  # skips triage
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            known_state("item"),
            models.UniqueConstraint(fields=["item", "number"], name="item_version_once"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=("published", "paused")), name="item_one_version_out"
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(state="draft"), name="item_one_draft"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="item_mode"),
            models.CheckConstraint(condition=Q(danger="") | Q(insured=True), name="item_danger_insured"),
            models.CheckConstraint(
                condition=~Q(sealed=True) | Q(protected=True), name="item_sealed_protected"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.number}"


class WeekQuota(models.Model):
    """Orders taken of an item in one ISO week against its quota; taken by compare-and-swap."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    item = models.ForeignKey(MenuItem, models.CASCADE, related_name="+")
    monday = models.DateField()
    quota = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "monday"], name="week_quota_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("quota")), name="week_quota_kept"),
        ]


class Point(models.Model):
    """服务点: a place with opening hours where items can be had without an order."""

    SCOPE: ClassVar = Columns(kind="point", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    name = models.CharField(max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120, db_index=True)
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="points")
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    items = models.ManyToManyField(MenuItem, blank=True, related_name="points")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "area"], name="point_once")]

    def __str__(self) -> str:
        return self.name


class PointHours(models.Model):
    """When a point is open on a weekday."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    point = models.ForeignKey(Point, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) & Q(weekday__lte=6), name="point_hours_whole"
            ),
        ]


class Occasion(Moving):
    """场次: what a team does at a time and place. A home visit is one with one place; a bundle has several orders.

    Seats: `taken` of `places` (residents), of which `held_taken` of `held_back` were kept for telephone callers.
    Seats and slots are taken only by compare-and-swap.
    """

    KINDS: ClassVar = ("visit", "appointment", "seats", "whole_village", "volunteers", "standing")
    FOR_ITS_ORDERS: ClassVar = (
        "visit",
        "appointment",
        "standing",
    )  # made for orders already there; nobody joins it
    SCOPE: ClassVar = Columns(
        kind="occasion",
        team=("team_id",),
        area="area_path",
        protected="protected",
        sealed="sealed",
        keeper="keeper_id",
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    item_version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="occasions")
    kind = models.CharField(max_length=14)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="occasions", db_index=False
    )
    keeper = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="occasions")
    opened_by_id = models.BigIntegerField(null=True)
    standing_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120, db_index=True)
    place = models.CharField(max_length=120, blank=True)  # public place; home addresses stay on orders
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    half = models.CharField(max_length=10, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    places = models.PositiveSmallIntegerField(default=1)
    held_back = models.PositiveSmallIntegerField(default=0)
    taken = models.PositiveSmallIntegerField(default=0)
    held_taken = models.PositiveSmallIntegerField(default=0)
    whole_village = models.BooleanField(default=False)
    volunteer_places = models.PositiveSmallIntegerField(default=0)
    volunteers_taken = models.PositiveSmallIntegerField(default=0)
    public = models.BooleanField(default=False)  # listed on "what is on"; never a home visit
    emergency = models.BooleanField(
        default=False
    )  # a call-up: stands in its own list, teams come by invitation
    sponsor = models.CharField(max_length=80, blank=True)
    filing_number = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)
    postponed_from = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    reason_words = models.CharField(max_length=200, blank=True)
    protected = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)
    practice = models.BooleanField(default=False)
    slot_held = models.BooleanField(default=False)  # holds one of the team's places in (date, half)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["date", "id"], condition=Q(public=True, state="confirmed"), name="occasion_whats_on"
            ),
            models.Index(fields=["team", "date"], name="occasion_team_date"),
            models.Index(fields=["starts_at", "id"], name="occasion_began"),
            models.Index(
                fields=["ends_at"], condition=Q(state__in=("confirmed", "held")), name="occasion_running"
            ),
        ]
        constraints: ClassVar = [
            known_state("occasion"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=("visit", "appointment", "seats", "whole_village", "volunteers", "standing")
                ),
                name="occasion_kind",
            ),
            models.CheckConstraint(condition=Q(half="") | Q(half__in=HALF_DAYS), name="occasion_half"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("places"))
                & Q(held_taken__lte=F("held_back"))
                & Q(held_back__lte=F("places")),
                name="occasion_not_overbooked",
            ),
            models.CheckConstraint(
                condition=Q(volunteers_taken__lte=F("volunteer_places")), name="occasion_volunteers_fit"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="occasion_period"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("held", "recorded")) | Q(starts_at__isnull=False),
                name="occasion_held_had_time",
            ),
            models.CheckConstraint(
                condition=Q(public=False) | Q(protected=False, sealed=False), name="occasion_public_open"
            ),
        ]


class AskingUnit(models.Model):
    """Which body asked for an occasion (a village committee ordering a film)."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    occasion = models.OneToOneField(Occasion, models.CASCADE, related_name="asking_unit")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")


class Standstill(Moving):
    """停办: snow or an emergency lets some kinds of work rest in an area, first to last day. Nobody is late meanwhile."""

    SCOPE: ClassVar = Columns(kind="standstill", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    first_day = models.DateField()
    last_day = models.DateField()
    kinds = models.JSONField(default=list)  # of Occasion.KINDS
    reason = models.CharField(max_length=40)
    words = models.CharField(max_length=200, blank=True)
    declared_by_id = models.BigIntegerField(null=True)
    declared_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["last_day"], condition=Q(state="standing"), name="standstill_standing")
        ]
        constraints: ClassVar = [
            known_state("standstill"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="standstill_period"),
        ]
