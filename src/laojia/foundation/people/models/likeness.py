"""What finds people and what joins rows of one person: pieces of names, likenesses, mergings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.people.models.people import Person
from laojia.kernel.fields import PlainOrder
from laojia.policy.facts import Columns
from laojia.policy.personal import Held, Keep


class NamePiece(models.Model):
    """The end of a name from each of its signs on (王秀英, 秀英, 英): what begins a piece is a part of the name.

    Written by triggers of the database alone, in the statement that writes the name or the place.
    """

    SCOPE: ClassVar = Columns(kind="name_piece", own=("person_id",), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(
            ("piece", "area_path"), "to find you by a part of your name when you telephone", Keep.WHILE_NEEDED
        ),
    )

    person = models.ForeignKey(Person, models.CASCADE, related_name="pieces")
    piece = PlainOrder(max_length=40)
    area_path = PlainOrder(max_length=120, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["piece", "area_path", "person"], name="name_piece_found"),
            models.Index(fields=["area_path", "piece", "person"], name="name_piece_in_area"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "piece"], name="name_piece_once"),
        ]


class Likeness(models.Model):
    """Two rows that may be one person, and why; `apart_at` when somebody looked and they are two."""

    SCOPE: ClassVar = Columns(kind="likeness", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("low", "high", "reasons"), "to see that nobody is held twice", Keep.WHILE_NEEDED),
    )

    low = models.ForeignKey(Person, models.CASCADE, related_name="+")
    high = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)
    area_path = PlainOrder(max_length=120, blank=True)  # of the first; who sees the pair must see both
    found_at = models.DateTimeField()
    apart_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["area_path", "id"], name="likeness_open")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["low", "high"], name="likeness_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="likeness_in_order"),
        ]


class Merging(Moving):
    """One of two rows is let go and points to the kept one: proposed by one, confirmed by another, undone exactly.

    `moved` names every row that changed hands, `filled` the blank facts taken over: identifiers and names of
    fields, no words; what was set aside as the same thing twice is kept whole so that it can come back.
    """

    SCOPE: ClassVar = Columns(kind="merging", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("gone", "kept"), "to undo it when two people were taken for one", Keep.WHILE_NEEDED),
    )

    gone = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kept = models.ForeignKey(Person, models.CASCADE, related_name="+")
    area_path = PlainOrder(max_length=120, blank=True)
    reasons = models.JSONField(default=list)
    proposed_by_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    confirmed_by_id = models.BigIntegerField(null=True)
    merged_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    moved = models.JSONField(default=dict)
    aside = models.JSONField(default=list)
    filled = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            known_state("merging"),
            models.CheckConstraint(condition=~Q(gone=F("kept")), name="merging_of_two"),
            models.CheckConstraint(
                condition=Q(confirmed_by_id=None) | ~Q(confirmed_by_id=F("proposed_by_id")),
                name="merging_by_two",
            ),
            models.UniqueConstraint(
                fields=["gone"], condition=Q(state__in=("proposed", "merged")), name="merging_once"
            ),
        ]
