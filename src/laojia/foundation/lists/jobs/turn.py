"""Who works on lists: the page at once for a moment, the worker for the rest. A killed one is gone on with."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db.models import Q
from django.utils.translation import gettext as _

from laojia.foundation.lists import actions, queries
from laojia.foundation.lists.jobs.reading import head_of
from laojia.foundation.lists.jobs.steps import Run, step
from laojia.foundation.lists.models import AT_WORK, Batch
from laojia.kernel import clock
from laojia.policy.facts import CLOCK, Actor

AT_ONCE = 2.0  # seconds a page may spend on a list before it leaves the rest to the worker
_SLICE = 1.5  # seconds the worker spends before it looks after clocks and messages again
_log = logging.getLogger("laojia.worker")
_running: dict[int, Run] = {}  # this process's open sheets: one that is half read is not opened anew


def turn(now: datetime) -> int:
    """The worker's round: go on with the list that waits longest. Returns how many handfuls were done."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    waiting = Batch.objects.filter(free, state__in=AT_WORK).order_by("id").values_list("pk", flat=True)
    for pk in list(waiting[:1]):
        return work_on(pk, _SLICE)
    _running.clear()
    return 0


def sweep(now: datetime) -> int:
    """What was kept long enough is blanked."""
    return actions.sweep(now)


def work_on(batch_id: int, seconds: float) -> int:
    """Handfuls of one batch for so long, at least one. Returns how many were done; 0 when somebody else is at it."""
    batch = actions.claim(batch_id, clock.now())
    if batch is None:
        return 0
    run = _run_of(batch)
    until, done, more = time.monotonic() + seconds, 0, True
    try:
        while more and (not done or time.monotonic() < until):
            more = step(run, clock.now())
            done += 1
    except actions.Lost:
        _running.pop(batch.pk, None)
        return done
    except Exception:  # noqa: BLE001  one faulty list must not stop the others
        # The lease stays and holds it back for a minute; after some of them the claim gives it up.
        _running.pop(batch.pk, None)
        _log.exception("list %s stands still in %s", batch.pk, batch.state)
        return done
    if more:
        actions.let_go(batch)
    else:
        _running.pop(batch.pk, None)
    return done


def _run_of(batch: Batch) -> Run:
    """The run that is open in this process, if it stands exactly where the batch stands; else a new one."""
    known = _running.pop(batch.pk, None)
    if known is None or (known.batch.state, known.batch.upto) != (batch.state, batch.upto):
        known = Run(batch, queries.kind_named(batch.kind))
    known.batch = batch
    _running[batch.pk] = known
    return known


def put_down(kind: str, body: bytes, *, actor: Actor, now: datetime) -> Batch:
    """Find the heading, put the sheet down, and check what a moment is enough for. Raises BadInput, NotPermitted."""
    head = head_of(queries.kind_named(kind), body)
    batch = actions.read_list(
        kind=kind, body=body, titles=head.titles, places=head.places, rows=head.rows, below=head.below, actor=actor,
        now=now,
    )  # fmt: skip
    work_on(batch.pk, AT_ONCE)
    batch.refresh_from_db()
    return batch


def read_file(kind: str, path: Path, say: Callable[[str], object]) -> Batch:
    """A list of the command line, checked to the end. Raises BadInput."""
    batch = put_down(kind, path.read_bytes(), actor=CLOCK, now=clock.now())
    _until_through(batch, say)
    return batch


def take_batch(number: int, say: Callable[[str], object]) -> Batch:
    """Take the good rows of a checked list in, from the command line. Raises WrongState, OutOfScope."""
    batch = queries.batch_seen(CLOCK, number)
    if batch.state == "checked":
        actions.take_list(batch=batch, actor=CLOCK, now=clock.now())
    _until_through(batch, say)
    return batch


def _until_through(batch: Batch, say: Callable[[str], object]) -> None:
    """Work on it here, or watch the worker do it."""
    while True:
        batch.refresh_from_db()
        if batch.state not in AT_WORK:
            return
        say(_("%(done)s of %(whole)s rows") % {"done": batch.done, "whole": batch.rows})
        if not work_on(batch.pk, _SLICE):
            time.sleep(1)
