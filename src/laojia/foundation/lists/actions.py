"""Every write of lists: read, check, take in, drop, take back; and the rows the worker writes between those."""

from __future__ import annotations

from base64 import b85encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, require, start
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.lists.models import AT_WORK, LIVE, Batch, KindTurn, SheetPart, StagedRow
from laojia.foundation.lists.queries import fingerprint_of, kind_named, kinds_seen, whole_path
from laojia.foundation.lists.rules import BAD, CHANGE, NEW, SAME, ListKind
from laojia.kernel.codes import secret_token
from laojia.kernel.db import swap
from laojia.kernel.errors import Conflict, NotPermitted
from laojia.policy.facts import CLOCK, Actor, subject_of
from laojia.policy.roles import Role

LEASE = timedelta(seconds=60)
MOST_TRIES = 5  # claims without one handful finished: some minutes for what may pass, then it is a fault
KEEP_BAD = timedelta(days=7)  # for fetching and mending
KEEP_CHECKED = timedelta(days=14)  # a list nobody decides on
_PART = 512 * 1024


class Lost(Exception):
    """The claim was taken over or the list was dropped meanwhile: what this step wrote is undone."""


@transaction.atomic
def read_list(
    *,
    kind: str,
    body: bytes,
    titles: Sequence[str],
    places: dict[str, int],
    rows: int,
    below: int,
    actor: Actor,
    now: datetime,
) -> Batch:
    """Put a sheet down to be checked; the same sheet that is being worked on already is that batch.

    `titles` and `places` are its heading, `below` the first row under it.
    Raises NotPermitted when the kind is not one of the actor's posts.
    """
    _check_kind(actor, kind_named(kind))
    fingerprint = fingerprint_of(kind, body)
    batch = Batch(
        state="reading",
        kind=kind,
        fingerprint=fingerprint,
        by_id=actor.person_id,
        channel=actor.channel,
        area_path=_reach_of(actor),
        at=now,
        headings=list(titles),
        places=places,
        rows=rows,
        below=below,
    )
    require(actor, "list.read", subject_of(batch))
    known = Batch.objects.filter(kind=kind, fingerprint=fingerprint, state__in=LIVE).first()
    if known is None:
        try:
            with transaction.atomic():
                start(batch, "list.read", actor=actor, now=now)
        except IntegrityError:  # a colleague put the same sheet down at this very moment
            known = Batch.objects.get(kind=kind, fingerprint=fingerprint, state__in=LIVE)
        else:
            _keep_sheet(batch, body)
            return batch
    require(actor, "list.see", subject_of(known))
    return known


@transaction.atomic
def take_list(*, batch: Batch, actor: Actor, now: datetime) -> Batch:
    """Take the good rows in; the bad ones stay outside and can be fetched. Whoever says so answers for it."""
    _check_kind(actor, kind_named(batch.kind))
    if not batch.fresh + batch.changed and batch.state == "checked":
        raise Conflict(
            "nothing_to_take",
            _("There is nothing new in this list."),
            _("Everything in it is there already, or has to be mended first."),
        )
    return advance(
        batch, "list.take", actor=actor, now=now, upto=0, done=0, lease="", lease_until=None,
        by_id=actor.person_id, channel=actor.channel, taken_at=now, tries=0, gave_up=False,
    )  # fmt: skip


@transaction.atomic
def drop_list(*, batch: Batch, actor: Actor, now: datetime) -> Batch:
    """Take nothing in; cells and sheet are blanked at once."""
    _check_kind(actor, kind_named(batch.kind))
    advance(batch, "list.drop", actor=actor, now=now, lease="", lease_until=None, blanked=True)
    _blank(batch)
    return batch


@transaction.atomic
def remove_list(*, batch: Batch, actor: Actor, now: datetime) -> Batch:
    """Take back what the list made and nobody has used since; what stays is named with its reason."""
    _check_kind(actor, kind_named(batch.kind))
    return advance(
        batch, "list.remove", actor=actor, now=now, upto=0, done=0, lease="", lease_until=None,
        by_id=actor.person_id, channel=actor.channel, tries=0, gave_up=False,
    )  # fmt: skip


# --- what the worker writes; no verbs of anybody -----------------------------------------------------------------------


def claim(batch_id: int, now: datetime) -> Batch | None:
    """Take a batch at work for a minute; None when somebody else is at it, or when it is given up.

    A claim counts until a handful is finished, whether the last holder broke down or was killed with the process.
    """
    batch = Batch.objects.filter(pk=batch_id, state__in=AT_WORK).first()
    if batch is None or (batch.lease_until is not None and batch.lease_until > now):
        return None
    if batch.tries >= MOST_TRIES:
        _give_up(batch, now)
        return None
    token = secret_token()
    expect = {"state": batch.state, "lease": batch.lease, "version": batch.version}
    if not swap(Batch, batch.pk, expect, lease=token, lease_until=now + LEASE, tries=batch.tries + 1):
        return None
    batch.lease = token
    return batch


def let_go(batch: Batch) -> None:
    """Give the claim back before it runs out."""
    swap(Batch, batch.pk, {"lease": batch.lease}, lease="", lease_until=None)


def go_on(batch: Batch, now: datetime, upto: int, **more: int) -> None:
    """Note how far the step is, in the transaction that wrote its rows. `more` is added. Raises Lost."""
    added: dict[str, Any] = {name: F(name) + count for name, count in more.items()}
    expect = {"state": batch.state, "lease": batch.lease, "upto": batch.upto}
    if not swap(Batch, batch.pk, expect, upto=upto, lease_until=now + LEASE, tries=0, **added):
        raise Lost
    batch.upto = upto
    for name, count in more.items():
        setattr(batch, name, getattr(batch, name) + count)


def end_step(batch: Batch, now: datetime) -> None:
    """The last row is handled: on to the next state, in the transaction of that row."""
    if batch.state == "reading":
        SheetPart.objects.filter(batch=batch).delete()
        advance(batch, "list.check", actor=CLOCK, now=now, lease="", lease_until=None)
    elif batch.state == "taking":
        last = JournalRow.objects.order_by("-id").values_list("id", flat=True).first()
        ended: dict[str, Any] = {"ended_at": now, "ended_row": last}
        advance(batch, "list.done", actor=CLOCK, now=now, to="taken", lease="", lease_until=None, **ended)
    else:
        advance(batch, "list.done", actor=CLOCK, now=now, to="removed", lease="", lease_until=None)


@transaction.atomic
def _give_up(batch: Batch, now: datetime) -> None:
    """End a list that does not get further, whole handfuls kept; what is left of it goes back to be mended."""
    left: dict[str, Any] = {}
    if batch.state == "reading":
        left = {"blanked": True}
    elif batch.state == "taking":
        last = JournalRow.objects.order_by("-id").values_list("id", flat=True).first()
        left = {"ended_at": now, "ended_row": last, **_left_over(batch)}
    advance(
        batch, "list.give_up", actor=CLOCK, now=now, to="dropped" if batch.state == "reading" else "taken",
        lease="", lease_until=None, gave_up=True, **left,
    )  # fmt: skip
    if batch.state == "dropped":
        _blank(batch)


def _left_over(batch: Batch) -> dict[str, int]:
    """Rows that were not reached become bad ones, to be fetched and read in again. Gives the batch's new counts."""
    column = kind_named(batch.kind).columns[0].name
    counts = {"fresh": batch.fresh, "changed": batch.changed, "same": batch.same, "bad": batch.bad}
    for found, count in ((NEW, "fresh"), (CHANGE, "changed"), (SAME, "same")):
        rows = StagedRow.objects.filter(batch=batch, found=found, taken=False)
        moved = rows.update(found=BAD, flaws=[[column, "stopped", ""]])
        counts[count] -= moved
        counts["bad"] += moved
    return counts


def _blank(batch: Batch) -> None:
    SheetPart.objects.filter(batch=batch).delete()
    StagedRow.objects.filter(batch=batch).update(cells="", handles="")


def stage(rows: Sequence[StagedRow]) -> None:
    """New staged rows."""
    StagedRow.objects.bulk_create(rows, batch_size=500)


def restage(rows: Sequence[StagedRow], fields: Sequence[str]) -> None:
    """Known staged rows with other facts. An upsert: Django's own bulk update writes one CASE for each cell."""
    StagedRow.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=list(fields)
    )


def take_turn(kind: str) -> None:
    """Wait for others who write rows of the kind. Inside the transaction, before anything is read."""
    KindTurn.objects.bulk_create([KindTurn(kind=kind)], ignore_conflicts=True)
    KindTurn.objects.filter(pk=kind).update(turns=F("turns") + 1)


@transaction.atomic
def sweep(now: datetime) -> int:
    """Blank the bad rows of lists taken in a week ago, drop lists nobody decided on. Returns how many."""
    old = Batch.objects.filter(
        state__in=("taken", "removed"), blanked=False, taken_at__lt=now - KEEP_BAD
    ).values_list("pk", flat=True)[:5]
    done = 0
    for pk in list(old):
        StagedRow.objects.filter(batch_id=pk).update(cells="", handles="")
        Batch.objects.filter(pk=pk).update(blanked=True)
        done += 1
    for batch in Batch.objects.filter(state="checked", at__lt=now - KEEP_CHECKED)[:5]:
        drop_list(batch=batch, actor=CLOCK, now=now)
        done += 1
    return done


def _check_kind(actor: Actor, kind: ListKind) -> None:
    if kind not in kinds_seen(actor):
        raise NotPermitted(
            "kind_not_yours",
            _("Lists of this kind are read in by another post."),
            _("Ask the practice centre who does it."),
        )


def _reach_of(actor: Actor) -> str:
    """The widest area the actor's desk covers: colleagues of that area see the list too."""
    return min(actor.prefixes(Role.DISPATCHER), key=len, default="") or whole_path()


def _keep_sheet(batch: Batch, body: bytes) -> None:
    for number, at in enumerate(range(0, len(body), _PART)):
        part = b85encode(body[at : at + _PART]).decode()
        SheetPart.objects.create(batch=batch, number=number, body=part)
