"""派单: offers to teams, and the undo window."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from laojia.foundation.area.models import Station
from laojia.foundation.journal.models import Moving, known_state
from laojia.foundation.teams.models import HALF_DAYS, Team
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep
from laojia.steps.menu.models import Occasion


class Offer(Moving):
    """An occasion offered to a team. Dispatch is an offer (条例 art. 25): declined and expired are states of the offer.

    While open or accepted it holds one of the team's places in (date, half).
    """

    SCOPE: ClassVar = Columns(
        kind="offer",
        own=("answered_by_id",),
        team=("team_id",),
        area="area_path",
        protected="protected",
        links=(("occasion", "occasion_id"),),
    )
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words",), "to understand why a team could not come", Keep.ORDER_YEAR),
    )

    key = models.UUIDField(default=uuid.uuid4, unique=True)  # a key pressed twice makes one offer
    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="offers")
    team = models.ForeignKey(Team, models.PROTECT, related_name="offers", db_index=False)
    area_path = models.CharField(max_length=120)
    protected = models.BooleanField(default=False)
    date = models.DateField(null=True, blank=True)
    half = models.CharField(max_length=10, blank=True)
    turn = models.PositiveSmallIntegerField(default=1)  # the n-th offer of this occasion
    why = models.JSONField(default=list)  # reason codes: why this team
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    undo_until = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField()
    answer_provisional = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)
    to_call_since = models.DateTimeField(
        null=True, blank=True
    )  # the desk telephones: no answer after the reminder
    called_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_id = models.BigIntegerField(null=True, blank=True)  # whose `words` they are
    from_pool = models.BooleanField(default=False)
    opened_occasion = models.BooleanField(default=False)  # taking it back calls the occasion off again
    reason = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "answer_due_at"], condition=Q(state="open"), name="offer_open_team"),
            models.Index(fields=["answer_due_at"], condition=Q(state="open"), name="offer_open"),
            models.Index(fields=["team", "made_at"], name="offer_team_lately"),
            models.Index(fields=["made_by_id", "undo_until"], name="offer_undo"),
        ]
        constraints: ClassVar = [
            known_state("offer"),
            models.UniqueConstraint(
                fields=["occasion"], condition=Q(state__in=("open", "accepted")), name="offer_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(half="") | Q(half__in=HALF_DAYS), name="offer_half"),
        ]


class PoolEntry(models.Model):
    """The open pool: an occasion any fitting team may claim, and how far the ladder pool → station → centre has gone."""

    SCOPE: ClassVar = Columns(kind="pool", area="area_path", protected="protected")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    occasion = models.OneToOneField(Occasion, models.PROTECT, related_name="pool_entry")
    area_path = models.CharField(max_length=120)
    protected = models.BooleanField(default=False)
    team_kind = models.CharField(max_length=30)
    opened_at = models.DateTimeField()
    step = models.CharField(max_length=8, default="pool")  # pool, station, centre
    step_due_at = models.DateTimeField()
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["team_kind", "step_due_at"], condition=Q(closed_at__isnull=True), name="pool_open"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(step__in=("pool", "station", "centre")), name="pool_step")
        ]


class Invite(Moving):
    """A team asked to come along: to a drive another team leads, or called up in an emergency. Declining costs nothing.

    `heads`: how many its leader said will come. Who they are by name stands on the occasion's roster.
    """

    SCOPE: ClassVar = Columns(
        kind="invite", own=("answered_by_id",), team=("team_id",), area="area_path",
        links=(("occasion", "occasion_id"),),
    )  # fmt: skip
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words",), "to understand why a team could not come", Keep.ORDER_YEAR),
    )

    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="invites")
    team = models.ForeignKey(Team, models.PROTECT, related_name="invites")
    area_path = models.CharField(max_length=120)
    heads = models.PositiveSmallIntegerField(default=0)
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "made_at"], condition=Q(state="open"), name="invite_open_team")
        ]
        constraints: ClassVar = [
            known_state("invite"),
            models.UniqueConstraint(
                fields=["occasion", "team"], condition=~Q(state="withdrawn"), name="invite_team_once"
            ),
        ]
