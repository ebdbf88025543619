"""Messages that leave and clocks that ring: plain integers to people, teams and things, which stand above us."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from laojia.kernel.fields import SealedText
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep

MESSAGE_STATES = ("queued", "sending", "sent", "delivered", "failed", "to_call", "called")
CLOCK_STATES = ("pending", "done", "cancelled")
_TO_TELL = "To tell people how what they asked for stands"


class Leased(models.Model):
    """What workers claim: `lease` is the claim's own token, so that a worker that was too slow changes nothing."""

    lease = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class Message(Leased):
    """One message to one person, one team's contacts, or (sign-in codes) one number; once per `key`.

    `text` is what was really said, kept for the person's own inbox and for whoever has to say it by telephone.
    """

    SCOPE: ClassVar[Columns] = Columns("message", own=("to_person_id",), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (Held(("to_phone", "text"), _TO_TELL, Keep.MESSAGE_HALF_YEAR),)

    key = models.CharField(max_length=160)
    template = models.CharField(max_length=48)
    variables = models.JSONField(default=dict)
    to_person_id = models.BigIntegerField(null=True)
    to_team_id = models.BigIntegerField(null=True)
    to_phone = SealedText(null=True)
    about_kind = models.CharField(max_length=24)
    about_id = models.BigIntegerField()
    area_path = models.CharField(max_length=120, blank=True)
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="queued")
    text = SealedText(null=True)
    gateway_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField(default=0)  # how often somebody telephoned in vain
    call_after = models.DateTimeField(null=True)  # not on the call list before
    receipt_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="message_key_once"),
            models.CheckConstraint(condition=Q(state__in=MESSAGE_STATES), name="message_known_state"),
            models.CheckConstraint(
                condition=Q(to_person_id__isnull=True) | Q(to_team_id__isnull=True),
                name="message_one_addressee",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at", "id"], condition=Q(state__in=("queued", "sending")), name="message_to_send"
            ),
            models.Index(fields=["sent_at"], condition=Q(state="sent"), name="message_awaited"),
            models.Index(fields=["due_at", "id"], condition=Q(state="to_call"), name="message_to_call"),
            models.Index(fields=["sent_at", "id"], condition=Q(state="called"), name="message_called"),
            models.Index(fields=["to_person_id", "id"], name="message_of_person"),
            models.Index(fields=["about_kind", "about_id"], name="message_about"),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Clock(Leased):
    """A moment at which something happens unless it was cancelled; rings once per `round`.

    `since` and `span` say how `due_at` was reckoned, so that a provisional one is reckoned anew when the
    county enters the year.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    kind = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=24)
    about_id = models.BigIntegerField()
    round = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    since = models.DateTimeField(null=True)
    span = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=10, default="pending")
    set_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "about_kind", "about_id", "round"], name="clock_once_per_round"
            ),
            models.CheckConstraint(condition=Q(state__in=CLOCK_STATES), name="clock_known_state"),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="clock_pending"),
            models.Index(fields=["about_kind", "about_id"], name="clock_about"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.about_kind}:{self.about_id} #{self.round} {self.state}"


class Heartbeat(models.Model):
    """When each worker last went round; the check of the installation reads it."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    worker = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker


class InboxEntry(models.Model):
    """The demonstration's post box: what would have gone out. Written by the demonstration's gateway alone."""

    PERSONAL: ClassVar[tuple[Held, ...]] = (Held(("shown_to", "text"), _TO_TELL, Keep.MESSAGE_HALF_YEAR),)

    key = models.CharField(max_length=160, unique=True)
    person_id = models.BigIntegerField(null=True)
    shown_to = SealedText()
    text = SealedText()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["person_id", "id"], name="inbox_of_person"),)

    def __str__(self) -> str:
        return self.key
