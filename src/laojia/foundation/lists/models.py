"""Lists on their way in: a batch for each sheet, a staged row for each of its rows, the sheet itself while it is read."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.lists.rules import FOUND
from laojia.kernel.fields import SealedText
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep

LIVE = ("reading", "checked", "taking")
AT_WORK = ("reading", "taking", "removing")
_TO_CHECK = "to check a list before anything of it is saved; blanked when it is taken in or dropped"


class Batch(Moving):
    """One list: who read it when, how far it is, what became of its rows.

    `upto` is the last row the running step has finished, `lease` the claim of the worker that is at it: killed,
    the lease runs out and the next one goes on behind `upto`. `fingerprint` says whether two sheets are the same.
    """

    SCOPE: ClassVar[Columns] = Columns(kind="list", own=("by_id",), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    kind = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)
    by_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=8)
    area_path = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)  # when somebody said so
    ended_at = models.DateTimeField(null=True)  # when its last row was in
    ended_row = models.BigIntegerField(
        null=True
    )  # the journal's last row then: clocks of two machines differ
    headings = models.JSONField(default=list)  # as they stand in the sheet, for the workbook of bad rows
    places = models.JSONField(default=dict)  # column → which heading
    below = models.PositiveIntegerField(default=2)  # the first row under the heading
    rows = models.PositiveIntegerField(default=0)
    upto = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # rows handled by the running step
    made = models.PositiveIntegerField(default=0)  # what taking in made new
    stayed = models.PositiveIntegerField(default=0)  # what removing had to leave
    blanked = models.BooleanField(default=False)
    lease = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # claims since a handful was finished
    gave_up = models.BooleanField(default=False)  # ended where it stood, by a fault of the program
    practice = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(state__in=("reading", "taking", "removing")), name="batch_at_work"
            )
        ]
        constraints: ClassVar = [
            known_state("list"),
            # Two people with the same list at once work on one batch.
            models.UniqueConstraint(
                fields=["kind", "fingerprint"], condition=Q(state__in=LIVE), name="batch_once_at_a_time"
            ),
        ]


class SheetPart(models.Model):
    """A piece of the sheet as it came, sealed; gone as soon as every row of it is staged."""

    PERSONAL: ClassVar[tuple[Held, ...]] = (Held(("body",), _TO_CHECK, Keep.WHILE_NEEDED),)

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="sheet")
    number = models.PositiveIntegerField()
    body = SealedText()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="sheet_part_once"),
        ]


class StagedRow(models.Model):
    """One row of a list. `found` is what the check said, `row_id` and `made` what it met or became.

    `cells` and `handles` are blanked when the row is taken in or the list dropped; bad rows are kept for a week
    after, so that they can be fetched and mended.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = (Held(("cells", "handles"), _TO_CHECK, Keep.WHILE_NEEDED),)

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    cells = SealedText(blank=True)
    handles = models.TextField(blank=True)  # keyed hashes, one a word; the last one is of the whole row
    found = models.CharField(max_length=8)
    flaws = models.JSONField(default=list)  # [column, code, other]
    fields = models.JSONField(default=list)  # columns that are corrected
    taken = models.BooleanField(default=False)
    row_id = models.BigIntegerField(null=True)
    made = models.BooleanField(default=False)
    stays = models.CharField(max_length=24, blank=True)  # why removing left it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="staged_row_once"),
            models.CheckConstraint(condition=Q(found__in=FOUND), name="staged_row_found"),
            models.CheckConstraint(
                condition=Q(made=False) | Q(row_id__isnull=False), name="staged_row_made_something"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "found", "number"], name="staged_row_by_found"),
            models.Index(fields=["batch", "row_id"], condition=Q(made=True), name="staged_row_made"),
        ]


class KindTurn(models.Model):
    """One row for each kind: whoever writes rows of that kind updates it first, so that two lists take turns.

    Two lists that name the same person would otherwise both find nobody and both make one.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    kind = models.CharField(max_length=20, primary_key=True)
    turns = models.PositiveBigIntegerField(default=0)
