"""点单: orders, who holds them, attendance, standing help."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from laojia.foundation.area.models import Area
from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.teams.models import HALF_DAYS, Team
from laojia.kernel.fields import SealedText
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep
from laojia.policy.roles import Channel
from laojia.steps.menu.models import ItemVersion, Occasion

OPEN_AT_DESK = ("received", "waiting", "need_info")
STILL_OPEN = ("received", "waiting", "arranged", "need_info", "waitlisted", "suspended")
HOLDERS = ("centre", "station", "team", "pool", "keeper", "resident", "nobody")
OUTCOMES = ("done", "partly", "cannot")
HOLIDAYS = ("skip", "move", "come")
ENDED_HOW = ("call", "visit")
ENDED_WITH = ("person", "family", "neighbour", "station")
CHECKS = ("person", "team", "wish", "end")


class StandingHelp(Moving):
    """结对: person, item, rhythm, team and the volunteers he is used to. Ends by a visit or a call, never by silence."""

    SCOPE: ClassVar = Columns(
        kind="standing",
        own=("person_id", "asker_id"),
        team=("team_id",),
        area="area_path",
        protected="protected",
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("person", "place"), "to come every time without being asked again", Keep.ORDER_YEAR),
    )

    item_version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="standing_help")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    asker_id = models.BigIntegerField(null=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="standing_help")
    usual = models.ManyToManyField(Person, blank=True, related_name="+")  # the volunteers he is used to
    weekdays = models.JSONField(default=list)  # Monday 0
    every_weeks = models.PositiveSmallIntegerField(default=1)
    half = models.CharField(max_length=10)
    starts = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    holidays = models.CharField(max_length=5, default="skip")  # what becomes of a visit that falls on one
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    paused_until = models.DateField(null=True, blank=True)
    missed = models.PositiveSmallIntegerField(default=0)  # visits missed in a row
    planned_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)  # of the last pause or of the end
    ended_how = models.CharField(max_length=8, blank=True)  # by a call or a visit
    ended_with = models.CharField(max_length=8, blank=True)  # with whom it was spoken
    ended_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    place = models.CharField(max_length=120, blank=True)
    protected = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            known_state("standing"),
            models.CheckConstraint(
                condition=Q(half__in=HALF_DAYS) & Q(every_weeks__gte=1) & Q(holidays__in=HOLIDAYS),
                name="standing_rhythm",
            ),
            # A pause has an end, and the help ends by somebody's word: never by silence.
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(paused_until__isnull=False), name="standing_pause_ends"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended")
                | Q(ended_how__in=ENDED_HOW, ended_with__in=ENDED_WITH, ended_at__isnull=False)
                & ~Q(reason=""),
                name="standing_ends_by_a_word",
            ),
        ]


class StandingGap(models.Model):
    """Days of a rhythm on which nobody comes, and why: a pause (until that day, not included), a holiday (moved or left out)."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    standing = models.ForeignKey(StandingHelp, models.PROTECT, related_name="gaps")
    kind = models.CharField(max_length=8)  # pause, holiday
    from_day = models.DateField()
    until = models.DateField(null=True)
    moved_to = models.DateField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["standing", "from_day"], condition=Q(kind="holiday"), name="gap_holiday_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="holiday") | Q(kind="pause", until__isnull=False), name="gap_known"
            ),
        ]


class StandingCheck(models.Model):
    """A question about regular help that somebody must answer; who holds it, until when, and what was said.

    `kind`: the person is asked monthly, the team each quarter, the station about a wish or an end that comes near.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    standing = models.ForeignKey(StandingHelp, models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    holder = models.CharField(max_length=10)
    holder_id = models.BigIntegerField(null=True)
    holder_until = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True)
    how = models.CharField(max_length=8, blank=True)  # page, call, visit, counter
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)  # whose word it is
    entered_by_id = models.BigIntegerField(null=True)  # who wrote it down

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=CHECKS), name="check_kind"),
            models.UniqueConstraint(
                fields=["standing", "kind"], condition=Q(answered_at=None), name="check_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="check_answered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder", "holder_until"], condition=Q(answered_at=None), name="check_open")
        ]


class Order(Moving):
    """What somebody asked for. `asker` asks (a daughter), `person` is served (her mother) or a body is; `entered_by` typed it.

    `times` are two or three wishes: [{"date": "2026-11-25", "half": "morning"}]. The outer clock is `promise_due_at`.
    """

    SCOPE: ClassVar = Columns(
        kind="order",
        own=("person_id", "asker_id"),
        team=("team_id",),
        area="area_path",
        protected="protected",
        sealed="sealed",
        keeper="keeper_id",
        entered="entered_by_id",
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(
            ("person", "asker", "contact_phone", "contact_hash", "contact_end_hash"),
            "to tell you who comes and when",
            Keep.ORDER_YEAR,
        ),
        Held(("place", "lon", "lat", "alone"), "to come to the right door, and safely", Keep.ORDER_YEAR),
        Held(("words", "answers"), "to bring what is needed", Keep.ORDER_YEAR),
    )

    # Every index is written with every order and every change of its state: a column has one of its own only where no
    # index below begins with it, and where few orders have a value only those are in it.
    number = models.CharField(max_length=28)
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # a repeated submission makes one order
    item_version = models.ForeignKey(ItemVersion, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False)  # fmt: skip
    words = models.TextField(blank=True)
    described = models.BooleanField(default=False)  # asked for in own words, whatever it is mapped to later
    answers = models.JSONField(default=dict)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False)  # fmt: skip
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False)  # fmt: skip
    asker = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="asked_orders", db_index=False)  # fmt: skip
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)  # fmt: skip
    channel = models.CharField(max_length=8)
    consent_spoken = models.BooleanField(default=False)
    contact_phone = SealedText(blank=True)
    contact_hash = models.CharField(max_length=64, blank=True)
    contact_end_hash = models.CharField(max_length=64, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    place = models.CharField(max_length=120, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    position_system = models.CharField(max_length=10, blank=True)
    alone = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    times = models.JSONField(default=list)
    head_count = models.PositiveSmallIntegerField(default=1)

    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False)  # fmt: skip
    holder = models.CharField(max_length=10, default="centre")
    holder_id = models.BigIntegerField(null=True, blank=True)
    holder_since = models.DateTimeField()
    holder_until = models.DateTimeField(null=True, blank=True)
    holder_why = models.CharField(max_length=40, blank=True)
    promise_due_at = models.DateTimeField()
    promise_provisional = models.BooleanField(default=False)
    # When the first promise could not be kept; the queue shows it.
    late_since = models.DateTimeField(null=True, blank=True)
    needs_second_look = models.BooleanField(default=False)
    second_look_by_id = models.BigIntegerField(null=True, blank=True)

    standing = models.ForeignKey(StandingHelp, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False)  # fmt: skip
    wants_occasion = models.ForeignKey(
        Occasion, models.PROTECT, null=True, blank=True, related_name="waiting_list", db_index=False
    )
    wants_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)  # fmt: skip
    waitlisted_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from", db_index=False)  # fmt: skip
    suspended_until = models.DateField(null=True, blank=True)
    question_back = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    where_else = models.CharField(max_length=200, blank=True)
    cancelled_by = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=8, blank=True)
    outcome_reason = models.CharField(max_length=40, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    nudges = models.PositiveSmallIntegerField(default=0)

    protected = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)
    keeper = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)  # fmt: skip
    practice = models.BooleanField(default=False)

    placed_at = models.DateTimeField()
    # On paper before; `placed_at` is when it was typed in.
    said_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    arranged_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_kind = models.CharField(max_length=12, blank=True)  # solved, not_reviewed, cannot
    review_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            # The desk's queue: only what is open, so it is as quick among a million orders as among ten thousand.
            models.Index(
                F("urgent").desc(),
                "promise_due_at",
                "id",
                condition=Q(state__in=OPEN_AT_DESK, sealed=False),
                name="order_queue",
            ),
            models.Index(fields=["person", "-id"], name="order_person"),
            models.Index(fields=["asker", "-id"], name="order_asker"),
            models.Index(fields=["team", "state"], name="order_team_state"),
            models.Index(
                fields=["entered_by", "-id"],
                condition=Q(entered_by__isnull=False),
                name="order_entered_by",
            ),
            *(
                models.Index(
                    fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"order_by_{name}"
                )
                for name in ("unit", "keeper", "standing", "wants_occasion", "wants_team", "merged_into")
            ),
            models.Index(
                fields=["wants_occasion", "waitlisted_at"],
                condition=Q(state="waitlisted"),
                name="order_waitlist",
            ),
            models.Index(fields=["item_version", "placed_at"], name="order_item_month"),
            # The month page counts what was asked for and what was helped with, each by its moment.
            models.Index(fields=["placed_at", "id"], name="order_placed"),
            models.Index(
                fields=["served_at", "id"], condition=Q(served_at__isnull=False), name="order_served"
            ),
            # A likely duplicate is looked for at every order: by phone, among what is open only.
            models.Index(
                fields=["contact_hash"],
                condition=Q(state__in=STILL_OPEN) & ~Q(contact_hash=""),
                name="order_open_phone",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="order_number_once"),
            known_state("order"),
            models.CheckConstraint(condition=Q(channel__in=[c.value for c in Channel]), name="order_channel"),
            models.CheckConstraint(condition=Q(holder__in=HOLDERS), name="order_holder"),
            models.CheckConstraint(condition=Q(outcome="") | Q(outcome__in=OUTCOMES), name="order_outcome"),
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | Q(unit__isnull=False)
                | Q(state__in=("closed", "cancelled", "refused", "merged")),  # blanked when its time was over
                name="order_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(item_version__isnull=False) | ~Q(words=""), name="order_item_or_words"
            ),
            models.CheckConstraint(
                condition=~Q(sealed=True) | Q(keeper__isnull=False), name="order_sealed_has_keeper"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False), name="order_merged_into"
            ),
            models.CheckConstraint(
                condition=~Q(state="waitlisted") | Q(wants_occasion__isnull=False),
                name="order_waits_for_occasion",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Hop(models.Model):
    """Who held an order, since when, until when it may be kept, and why. Added, never changed."""

    SCOPE: ClassVar = Columns(kind="hop", links=(("order", "order_id"),))
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    order = models.ForeignKey(Order, models.PROTECT, related_name="hops")
    at = models.DateTimeField()
    holder = models.CharField(max_length=10)
    holder_id = models.BigIntegerField(null=True)
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(holder__in=HOLDERS), name="hop_holder")]


class Attendance(Moving):
    """Order × occasion. The team's word and the resident's word are kept apart; the state is what holds."""

    SCOPE: ClassVar = Columns(
        kind="attendance",
        own=("person_id", "asker_id"),
        team=("team_id",),
        area="area_path",
        protected="protected",
        sealed="sealed",
        links=(("order", "order_id"), ("occasion", "occasion_id")),
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("door_word", "not_home_note"), "so that you know who stands at the door", Keep.ORDER_YEAR),
    )
    WORDS: ClassVar = ("", "came", "not_home", "refused", "team_absent")

    order = models.ForeignKey(Order, models.PROTECT, related_name="attendances")
    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="attendances")
    person_id = models.BigIntegerField(null=True, db_index=True)
    asker_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    area_path = models.CharField(max_length=120)
    protected = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)
    seats = models.PositiveSmallIntegerField(default=1)
    held_seat = models.BooleanField(default=False)
    door_word = models.CharField(max_length=12, blank=True)
    team_said = models.CharField(max_length=12, blank=True)
    resident_said = models.CharField(max_length=12, blank=True)
    disputed = models.BooleanField(default=False)
    outcome = models.CharField(max_length=8, blank=True)
    outcome_reason = models.CharField(max_length=40, blank=True)
    outcome_note = models.CharField(max_length=200, blank=True)
    not_home_since = models.DateTimeField(null=True, blank=True)
    not_home_step = models.CharField(
        max_length=16, blank=True
    )  # phoned, contact, grid_worker, emergency, found
    not_home_note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            known_state("attendance"),
            models.UniqueConstraint(
                fields=["order", "occasion"], condition=~Q(state="released"), name="attendance_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=OUTCOMES), name="attendance_outcome"
            ),
            models.CheckConstraint(
                condition=Q(team_said__in=("", "came", "not_home", "refused", "team_absent"))
                & Q(resident_said__in=("", "came", "not_home", "refused", "team_absent")),
                name="attendance_words",
            ),
        ]
