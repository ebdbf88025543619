"""接单: roster lines, the record of law, the walk-in tally."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.people.models import Person
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep
from laojia.steps.menu.models import MenuItem, Occasion, Point


class RosterLine(Moving):
    """Person × occasion, for a team. Minutes are attested, by whom and when; own work is never volunteering (令67 art. 19)."""

    SCOPE: ClassVar = Columns(
        kind="roster",
        own=("person_id",),
        team=("team_id",),
        area="area_path",
        links=(("occasion", "occasion_id"),),
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(
            ("person", "minutes"), "the record of volunteering that the law asks for", Keep.RECORD_TEN_YEARS
        ),
    )

    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="roster")
    person = models.ForeignKey(Person, models.PROTECT, related_name="roster_lines")
    team_id = models.BigIntegerField(null=True)
    area_path = models.CharField(max_length=120)
    signed_up = models.BooleanField(
        default=False
    )  # came by sign-up for a 招募 occasion: holds a volunteer place
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="stand_ins")
    own_work = models.BooleanField(default=False)  # 上班时间的本职工作: came, but no volunteering is recorded
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    attested_by_id = models.BigIntegerField(null=True, blank=True)
    attested_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            known_state("roster"),
            models.UniqueConstraint(fields=["occasion", "person"], name="roster_person_once"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True)
                | Q(attested_by_id__isnull=False, attested_at__isnull=False),
                name="roster_minutes_attested",
            ),
            models.CheckConstraint(
                condition=Q(own_work=False) | Q(minutes__isnull=True), name="roster_own_work_no_minutes"
            ),
        ]


class LawRecord(models.Model):
    """The record of law of one occasion (令67 art. 7): name, date, place, content, organising unit, person in charge."""

    SCOPE: ClassVar = Columns(
        kind="record", team=("team_id",), area="area_path", links=(("occasion", "occasion_id"),)
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("in_charge",), "the record names who was in charge", Keep.RECORD_TEN_YEARS),
    )

    occasion = models.OneToOneField(Occasion, models.PROTECT, related_name="law_record")
    team_id = models.BigIntegerField(null=True)
    area_path = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    content = models.TextField(blank=True)
    organising_unit = models.CharField(max_length=80, blank=True)
    in_charge = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    helped = models.PositiveIntegerField(default=0)
    recorded_by_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    filled_at = models.DateTimeField(
        null=True, blank=True
    )  # on paper before; `recorded_at` is when it was typed in
    reminded = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(recorded_at__isnull=True), name="record_open")
        ]


class WalkInTally(models.Model):
    """来访登记: how many came to a point on a day for an item. Heads only: no names, no readings."""

    SCOPE: ClassVar = Columns(kind="walk_in", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    point = models.ForeignKey(Point, models.PROTECT, related_name="tallies")
    item = models.ForeignKey(MenuItem, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    date = models.DateField()
    heads = models.PositiveIntegerField()
    entered_by_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["date", "id"], name="walk_in_month")]
