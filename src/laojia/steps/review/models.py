"""评单: reviews, follow-up calls, complaints, incidents. A review is a fact, before or after closing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.kernel.fields import SealedText
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep
from laojia.policy.roles import Channel
from laojia.steps.order.models import Attendance, Order

COMPLAINT_KINDS = ("conduct", "money", "late", "not_done", "platform", "other")
STOPPING_KINDS = ("conduct", "money")  # stop that team's offers to that person at once


class Review(models.Model):
    """What the person said of one attendance: solved or not, 1–5, words, and whether the team may read them."""

    SCOPE: ClassVar = Columns(
        kind="review",
        own=("person_id", "asker_id"),
        team=("shared_team_id",),
        area="area_path",
        protected="protected",
        sealed="sealed",
        links=(("order", "order_id"), ("attendance", "attendance_id")),
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (Held(("words",), "to do better next time", Keep.ORDER_YEAR),)

    order = models.ForeignKey(Order, models.PROTECT, related_name="reviews")
    attendance = models.OneToOneField(Attendance, models.PROTECT, related_name="review")
    person_id = models.BigIntegerField(null=True)
    asker_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    shared_team_id = models.BigIntegerField(null=True)  # the team, when the person lets it read the words
    area_path = models.CharField(max_length=120)
    protected = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)
    solved = models.CharField(max_length=6)  # yes, partly, no
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.TextField(blank=True)
    share_words = models.BooleanField(default=False)
    given_by_id = models.BigIntegerField(null=True)
    recorder_id = models.BigIntegerField(null=True)
    recorder_dispatched = models.BooleanField(
        default=False
    )  # written down by the dispatcher of that very order
    channel = models.CharField(max_length=8)
    counts = models.BooleanField(default=True)  # False: came after the window, kept but not counted
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at", "id"], name="review_month")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(solved__in=("yes", "partly", "no")), name="review_solved"),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="review_satisfaction",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[c.value for c in Channel]), name="review_channel"
            ),
        ]


class FollowUp(models.Model):
    """回访: a call after the visit; who called, whether somebody answered, what comes of it."""

    SCOPE: ClassVar = Columns(
        kind="follow_up", area="area_path", protected="protected", links=(("order", "order_id"),)
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    order = models.ForeignKey(Order, models.PROTECT, related_name="follow_ups")
    area_path = models.CharField(max_length=120)
    protected = models.BooleanField(default=False)
    by_id = models.BigIntegerField(null=True)
    result = models.CharField(max_length=12)  # answered, no_answer, later
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at", "id"], name="follow_up_month")]


class Complaint(Moving):
    """A complaint, named or anonymous, held outside the team it is about. Clocks: call 1 day, answer 5 days."""

    SCOPE: ClassVar = Columns(
        kind="complaint", own=("person_id",), area="area_path", closed_to_team="about_team_id",
        links=(("order", "order_id"),),
    )  # fmt: skip
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words", "phone", "answer"), "to look into it and to answer you", Keep.SHARED_THREE_YEARS),
    )

    number = models.CharField(max_length=28, unique=True)
    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="complaints")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    about_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    anonymous = models.BooleanField(default=False)
    phone = SealedText(blank=True)
    phone_end_hash = models.CharField(max_length=64, blank=True)
    words = models.TextField()
    area_path = models.CharField(max_length=120)
    holder_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=8)
    filed_at = models.DateTimeField()
    contact_due_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["filed_at", "id"], name="complaint_month")]
        constraints: ClassVar = [
            known_state("complaint"),
            models.CheckConstraint(
                condition=Q(kind__in=("conduct", "money", "late", "not_done", "platform", "other")),
                name="complaint_kind",
            ),
        ]


class TeamStop(models.Model):
    """A team is not offered to this person any more (complaint about conduct or money), until lifted."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="stops")
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "team", "complaint"], name="team_stop_once")
        ]


class Incident(Moving):
    """意外情况: a fall, damage, alleged theft: its own sheet, closed only with how it ended."""

    SCOPE: ClassVar = Columns(
        kind="incident",
        own=("reporter_id",),
        area="area_path",
        protected="protected",
        links=(("order", "order_id"),),
        team=("team_id",),
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words",), "to help those concerned and to settle it", Keep.SHARED_THREE_YEARS),
    )
    KINDS: ClassVar = ("fall", "damage", "theft_alleged", "injury", "traffic", "other")

    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=14)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="incidents")
    occasion_id = models.BigIntegerField(null=True)
    reporter_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    area_path = models.CharField(max_length=120)
    protected = models.BooleanField(default=False)  # as the order or occasion it is about
    happened_at = models.DateTimeField()
    words = models.TextField()
    first_help = models.CharField(max_length=200, blank=True)
    emergency_called = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)
    ending = models.TextField(blank=True)
    reported_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["happened_at", "id"], name="incident_month")]
        constraints: ClassVar = [
            known_state("incident"),
            models.CheckConstraint(
                condition=Q(kind__in=("fall", "damage", "theft_alleged", "injury", "traffic", "other")),
                name="incident_kind",
            ),
        ]
