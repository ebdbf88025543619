"""Seals the journal into a chain, in order and apart from the writers, and finds what was tampered with."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from laojia.foundation.journal.models import JournalRow, JournalSeal, SealHead
from laojia.foundation.journal.rules import COVERED, canonical, hangs_on, link
from laojia.kernel import crypto
from laojia.kernel.clock import local_date
from laojia.kernel.codes import secret_token
from laojia.kernel.db import swap

BATCH = 500
_LEASE = timedelta(seconds=30)
# No transaction lives longer: a row number handed out earlier and not there by then never comes.
_SETTLED = timedelta(minutes=10)
_REACH = 5000  # numbers the floor may climb in one go
_MOST_GAPS = 50  # and gaps it may look at
_CHUNK = 1000
_log = logging.getLogger("laojia.journal")


@dataclass(frozen=True)
class Verdict:
    """What verifying found: nothing, or the first place where the chain does not hold.

    `kind`: changed, missing, reordered or cut; `seq` and `row_id` say where.
    """

    ok: bool
    lines: tuple[str, ...]
    kind: str = ""
    seq: int = 0
    row_id: int | None = None


def seal(now: datetime, batch: int = BATCH) -> int:
    """Seal up to `batch` rows that lack a seal, in the order of their numbers. Returns how many.

    One sealer at a time: the head is leased, and written only if it still stands where it was read.
    """
    head = SealHead.objects.filter(pk=1).first()
    if head is None:
        SealHead.objects.bulk_create([SealHead(pk=1)], ignore_conflicts=True)
        head = SealHead.objects.get(pk=1)
    if head.lease_until is not None and head.lease_until > now:
        return 0
    if not _unsealed(head.floor).exists():
        return 0
    mine = secret_token()
    if not swap(
        SealHead, 1, {"seq": head.seq, "lease_by": head.lease_by}, lease_by=mine, lease_until=now + _LEASE
    ):
        return 0
    return _seal_rows(head, mine, now, batch)


def _seal_rows(head: SealHead, mine: str, now: datetime, batch: int) -> int:
    rows = list(_unsealed(head.floor).order_by("id").values(*COVERED)[:batch])
    algorithm = "sm3" if crypto.cipher() == "sm" else "sha256"
    seals, digest = [], head.digest
    for step, row in enumerate(rows, start=1):
        digest = link(digest, canonical(row), algorithm)
        seals.append(JournalSeal(seq=head.seq + step, row_id=row["id"], at=now, digest=digest))
    with transaction.atomic():
        _log_first_of_day(head, now)
        JournalSeal.objects.bulk_create(seals)
        changes = {"seq": head.seq + len(seals), "digest": digest, "floor": _floor(head.floor, now)}
        expect = {"seq": head.seq, "lease_by": mine}
        if not swap(SealHead, 1, expect, lease_by="", lease_until=None, **changes):
            transaction.set_rollback(True)  # too slow: another sealer has gone on from the same place
            return 0
    return len(seals)


def _unsealed(floor: int) -> QuerySet[JournalRow]:
    sealed = Exists(JournalSeal.objects.filter(row_id=OuterRef("pk")))
    return JournalRow.objects.filter(~sealed, id__gt=floor)


def _floor(floor: int, now: datetime) -> int:
    """The highest number below which nothing is left to seal, so that the search for late rows stays short.

    A number that is missing (a transaction still open, or rolled back) holds the floor until it cannot come any more.
    """
    sealed = JournalSeal.objects.filter(row_id__gt=floor).order_by("row_id").values_list("row_id", flat=True)
    gaps = 0
    for row_id in sealed[:_REACH]:
        if row_id != floor + 1:
            gaps += 1
            at = JournalRow.objects.filter(pk=row_id).values_list("at", flat=True).first()
            if gaps > _MOST_GAPS or at is None or at >= now - _SETTLED:
                break
        floor = row_id
    return floor


def _log_first_of_day(head: SealHead, now: datetime) -> None:
    """The head of the day before goes to the log, which is kept elsewhere: a cut chain cannot match it."""
    last = JournalSeal.objects.filter(pk=head.seq).values_list("at", flat=True).first()
    if last is not None and local_date(last) < local_date(now):
        _log.info("journal head of %s: %s", local_date(last).isoformat(), f"{head.seq}:{head.digest}")


def head() -> str:
    """`number:digest` of the last seal, to be kept elsewhere; `0:` before the first."""
    row = SealHead.objects.filter(pk=1).values_list("seq", "digest").first()
    seq, digest = row or (0, "")
    return f"{seq}:{digest}"


def verify(against: str | None = None) -> Verdict:
    """Walk the whole chain; `against` is a head written down earlier. Streams, so that a million rows fit."""
    kept_seq, kept_digest = _parse_head(against)
    expected, previous = 1, ""
    for found in _links():
        fault = _fault(found, expected, previous)
        if fault is None and found.seq == kept_seq and found.digest != kept_digest:
            fault = ("changed", "the head written down earlier has another digest here")
        if fault is not None:
            return _broken(fault, expected, found.row_id)
        expected, previous = found.seq + 1, found.digest
    return _end(expected - 1, previous, kept_seq)


def _end(last: int, digest: str, kept_seq: int) -> Verdict:
    """The chain held as far as it goes; is it as long as it was?"""
    stored = SealHead.objects.filter(pk=1).values_list("seq", "digest").first() or (0, "")
    if last < max(kept_seq, stored[0]):
        return _broken(("cut", f"seals end here, there were {max(kept_seq, stored[0])}"), last + 1, None)
    if last == stored[0] and digest != stored[1]:
        return _broken(("changed", "the last digest is not the one of the head"), last, None)
    waiting = JournalRow.objects.filter(~Exists(JournalSeal.objects.filter(row_id=OuterRef("pk")))).count()
    lines = [f"journal holds: {last} rows sealed, {waiting} not sealed yet", f"head {last}:{digest}"]
    return Verdict(ok=True, lines=tuple(lines))


@dataclass(frozen=True)
class _Link:
    """A seal with the row it covers (None when the row is gone) and its neighbours, to tell what happened."""

    seq: int
    row_id: int
    digest: str
    row: str | None
    neighbours: tuple[str, ...]


def _links() -> Iterator[_Link]:
    """Every seal in order, read in pieces that end where a verifying reader began."""
    last = 0
    while True:
        piece = list(
            JournalSeal.objects.filter(seq__gt=last)
            .order_by("seq")
            .values_list("seq", "row_id", "digest")[:_CHUNK]
        )
        if not piece:
            return
        rows = _rows(row_id for _seq, row_id, _digest in piece)
        neighbours = tuple(rows.values())
        for seq, row_id, digest in piece:
            yield _Link(seq, row_id, digest, rows.get(row_id), neighbours)
        last = piece[-1][0]


def _rows(ids: Iterable[int]) -> dict[int, str]:
    found: QuerySet[JournalRow, dict[str, Any]] = JournalRow.objects.filter(id__in=list(ids)).values(*COVERED)
    return {row["id"]: canonical(row) for row in found}


def _fault(found: _Link, expected: int, previous: str) -> tuple[str, str] | None:
    if found.seq != expected:
        return "missing", f"the seal after {expected - 1} is {found.seq}"
    if found.row is None:
        return "missing", "the row of this seal is gone"
    if hangs_on(previous, found.row, found.digest):
        return None
    if any(hangs_on(previous, other, found.digest) for other in found.neighbours):
        return "reordered", "the digest belongs to another row"
    return "changed", "the digest is not that of the row"


def _broken(fault: tuple[str, str], seq: int, row_id: int | None) -> Verdict:
    kind, why = fault
    row = f", row {row_id}" if row_id is not None else ""
    return Verdict(
        ok=False,
        lines=(f"journal is broken: {kind} at seal {seq}{row}: {why}",),
        kind=kind,
        seq=seq,
        row_id=row_id,
    )


def _parse_head(against: str | None) -> tuple[int, str]:
    seq, _colon, digest = (against or "0:").strip().partition(":")
    return (int(seq), digest) if seq.isdigit() else (0, "")
