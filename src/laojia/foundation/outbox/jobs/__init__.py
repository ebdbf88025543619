"""The worker: rings clocks, sends messages, seals the journal, goes on with lists. Several at once are safe."""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from types import MappingProxyType

from django.db import Error, close_old_connections

from laojia.foundation.journal.jobs import seal
from laojia.foundation.lists import jobs as lists
from laojia.foundation.outbox.jobs.clocks import Handler, ring_due
from laojia.foundation.outbox.jobs.gateways import Gateway, gateway_for
from laojia.foundation.outbox.jobs.messages import Carrier, call_instead, send_due
from laojia.foundation.outbox.models import Heartbeat
from laojia.foundation.outbox.rules import Resolve, Words
from laojia.kernel import clock
from laojia.kernel.codes import secret_token

__all__ = ["Crew", "gateway_for", "turn", "work"]

BATCH = 20
_PAUSE = 1.0  # seconds between rounds when nothing was due
_BEAT = timedelta(seconds=10)
_SWEEP = timedelta(minutes=5)
_log = logging.getLogger("laojia.worker")


def _no_words(_kind: str, _about_id: int, _language: str) -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass
class Crew:
    """What one worker needs from the layers above, and when it last did its rarer duties."""

    handlers: Mapping[str, Handler]
    resolve: Resolve
    gateway: Gateway
    words: Words = _no_words
    name: str = field(
        default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}:{secret_token()[:6]}"
    )
    now: Callable[[], datetime] = clock.now
    beaten_at: datetime | None = None
    swept_at: datetime | None = None


def work(
    handlers: Mapping[str, Handler],
    resolve: Resolve,
    gateway: Gateway,
    *,
    words: Words = _no_words,
    stop: Event | None = None,
    once: bool = False,
) -> None:
    """Go round until `stop` is set; with `once` until nothing is due. The round that is running is finished."""
    crew = Crew(handlers, resolve, gateway, words)
    stop = stop or Event()
    while not stop.is_set():
        try:
            busy = turn(crew)
        except Error:  # the database is away or full: wait, the queue is where it was
            if once:
                raise
            _log.exception("the worker cannot reach the database")
            busy = 0
        finally:
            close_old_connections()
        if not busy and once:
            return
        if not busy:
            stop.wait(_PAUSE)


def turn(crew: Crew) -> int:
    """One round. Returns how much was done, so that a caller may pause when it is nothing."""
    _beat(crew)
    done = ring_due(crew.handlers, crew.now, BATCH)
    done += send_due(Carrier(crew.resolve, crew.words, crew.gateway), crew.now, BATCH)
    done += seal(crew.now())
    done += lists.turn(crew.now())
    if crew.swept_at is None or crew.now() - crew.swept_at >= _SWEEP:
        crew.swept_at = crew.now()
        done += call_instead(crew.now())
        done += lists.sweep(crew.now())
    return done


def _beat(crew: Crew) -> None:
    now = crew.now()
    if crew.beaten_at is not None and now - crew.beaten_at < _BEAT:
        return
    first = crew.beaten_at is None
    crew.beaten_at = now
    if first:
        Heartbeat.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
        Heartbeat.objects.update_or_create(worker=crew.name, defaults={"started_at": now, "seen_at": now})
    else:
        Heartbeat.objects.filter(worker=crew.name).update(seen_at=now)
