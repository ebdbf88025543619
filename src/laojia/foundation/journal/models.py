"""The journal's two append-only tables, and the base every row with a state shares."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held
from laojia.policy.transitions import MACHINES


class Moving(models.Model):
    """A row of one of the machines. `state` and `version` are written by `advance()` alone."""

    SCOPE: ClassVar[Columns]
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


def known_state(kind: str) -> models.CheckConstraint:
    """Check constraint: the state is one of the machine's."""
    return models.CheckConstraint(
        name=f"{kind}_known_state", condition=models.Q(state__in=sorted(MACHINES[kind].states))
    )


class JournalRow(models.Model):
    """One change: identifiers, verbs, states, field names and reason codes; never a name, a phone or free text.

    Plain integers instead of foreign keys: erasing a person must not touch the journal, and the journal must
    not stop an erasure.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    at = models.DateTimeField()
    verb = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    subject_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    behalf_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=8)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    fields = models.JSONField(default=list)
    cause = models.CharField(max_length=40, blank=True)
    practice = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "subject_id", "id"], name="journal_subject")]


class JournalSeal(models.Model):
    """The chain: one seal per row, in the order of sealing; `digest` covers the row and the digest before it."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    seq = models.BigAutoField(primary_key=True)
    row_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)


class SealHead(models.Model):
    """One row: where the chain stands, who seals now (lease), and from which row on unsealed rows are looked for."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    floor = models.BigIntegerField(default=0)
    lease_by = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
