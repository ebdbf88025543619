"""What reports keep of their own: words beside a month, demanded tables, exchange files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from laojia.foundation.area.models import Area
from laojia.foundation.journal.models import Moving, known_state
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep
from laojia.steps.serve.models import RosterLine


class MonthNote(models.Model):
    """Words written beside a month or year of an area. A new one takes the place of the one before; none is lost."""

    SCOPE: ClassVar = Columns(kind="month", own=("by_id",), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words",), "what those who lead wrote beside a month", Keep.RECORD_TEN_YEARS),
    )

    period = models.CharField(max_length=7)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    words = models.TextField(blank=True)  # empty: taken back
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["period", "area", "-id"], name="month_note_newest")]


class SavedTable(models.Model):
    """上级要的表: columns with the headings the office wants, in its order, and which rows; run again next month."""

    SCOPE: ClassVar = Columns(kind="table", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE
    SUBJECTS: ClassVar = ("volunteers", "members", "occasions", "records", "orders")

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=12)
    columns = models.JSONField(default=list)  # [[code, heading], …]
    filters = models.JSONField(default=dict)
    area_path = models.CharField(max_length=120)
    owner_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area_path", "name"], condition=Q(dropped_at__isnull=True), name="table_name_once"
            ),
            models.CheckConstraint(
                condition=Q(subject__in=("volunteers", "members", "occasions", "records", "orders")),
                name="table_subject",
            ),
        ]


class ExchangeFile(models.Model):
    """One file of service records for the national system; what is in it stands on its lines."""

    SCOPE: ClassVar = Columns(kind="exchange", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    key = models.UUIDField(unique=True)  # a button pressed twice makes one file
    area_path = models.CharField(max_length=120)
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    rows = models.PositiveIntegerField()


class ExchangeLine(Moving):
    """One roster line in one file. A line is in one living file at most: nothing is sent twice."""

    SCOPE: ClassVar = Columns(kind="exchange", own=("person_id",), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words",), "why the national system sent a record back", Keep.SHARED_THREE_YEARS),
    )

    file = models.ForeignKey(ExchangeFile, models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    line = models.ForeignKey(RosterLine, models.PROTECT, related_name="exchange_lines")
    person_id = models.BigIntegerField(db_index=True)
    area_path = models.CharField(max_length=120)
    words = models.CharField(max_length=200, blank=True)  # the other office's reason
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state="returned"), name="exchange_returned")
        ]
        constraints: ClassVar = [
            known_state("exchange"),
            models.UniqueConstraint(fields=["file", "row"], name="exchange_row_once"),
            models.UniqueConstraint(
                fields=["line"], condition=~Q(state="corrected"), name="exchange_never_sent_twice"
            ),
        ]
