"""Rings due clocks: claim by compare-and-swap, then mark done and run the handler in one transaction.

Killed before the commit, nothing happened and the lease runs out; killed after it, everything did.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from laojia.foundation.outbox.models import Clock
from laojia.foundation.outbox.rules import back_off, rests_while_provisional
from laojia.kernel.codes import secret_token
from laojia.kernel.db import swap
from laojia.kernel.errors import Conflict, Refused

LEASE = timedelta(seconds=60)
Handler = Callable[[int, datetime], object]
_log = logging.getLogger("laojia.worker")


class _Lost(Exception):
    """The claim was taken over or the clock was moved meanwhile: undo and leave it."""


def ring_due(handlers: Mapping[str, Handler], now: Callable[[], datetime], batch: int) -> int:
    """Ring up to `batch` due clocks, the longest due first. Returns how many were claimed."""
    rung = 0
    for pk in _due(now(), batch):
        clock = _claim(pk, now())
        if clock is not None:
            _ring(clock, handlers, now())
            rung += 1
    return rung


def _due(now: datetime, batch: int) -> list[int]:
    resting = Q(provisional=True, kind__endswith=".overdue")
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Clock.objects.filter(free, state="pending", due_at__lte=now).exclude(resting)
    return list(due.order_by("due_at", "id").values_list("pk", flat=True)[:batch])


def _claim(pk: int, now: datetime) -> Clock | None:
    """Take the clock for a minute; None when somebody else did or it no longer rings."""
    before = Clock.objects.filter(pk=pk, state="pending", due_at__lte=now).first()
    if before is None or (before.provisional and rests_while_provisional(before.kind)):
        return None
    if before.lease_until is not None and before.lease_until > now:
        return None
    lease = secret_token()
    expect = {"state": "pending", "lease": before.lease, "due_at": before.due_at}
    if not swap(Clock, pk, expect, lease=lease, lease_until=now + LEASE):
        return None
    before.lease = lease
    return before


def _ring(clock: Clock, handlers: Mapping[str, Handler], now: datetime) -> None:
    held = {"state": "pending", "lease": clock.lease}
    try:
        _ring_once(clock, handlers[clock.kind], now)
    except _Lost:
        return
    except Conflict as refused:  # a colleague was faster: look again in a moment
        _later(clock, held, now, refused.code)
    except Refused as refused:  # the thing has moved on: nothing is left to ring for
        _log.info(
            "clock %s of %s %s was moot: %s", clock.kind, clock.about_kind, clock.about_id, refused.code
        )
        swap(Clock, clock.pk, held, state="done", lease="", lease_until=None, note=refused.code[:40])
    except Exception as error:  # noqa: BLE001  one faulty handler must not stop the other clocks; it is tried again
        _log.exception("clock %s of %s %s failed", clock.kind, clock.about_kind, clock.about_id)
        _later(clock, held, now, type(error).__name__)


@transaction.atomic
def _ring_once(clock: Clock, handler: Handler, now: datetime) -> None:
    """Done and its effect in one commit: a claim taken over meanwhile finds the clock no longer pending."""
    if not swap(
        Clock, clock.pk, {"state": "pending", "lease": clock.lease}, state="done", lease="", lease_until=None
    ):
        raise _Lost
    handler(clock.about_id, now)


def _later(clock: Clock, held: Mapping[str, object], now: datetime, note: str) -> None:
    """Keep the clock pending; `due_at` stays what was promised, the lease holds it back."""
    attempts = clock.attempts + 1
    swap(
        Clock,
        clock.pk,
        held,
        lease=clock.lease,
        lease_until=now + back_off(attempts),
        attempts=attempts,
        note=note[:40],
    )
