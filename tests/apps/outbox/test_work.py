"""The worker's round: clocks, messages, seals, heartbeat; ends when asked; outlives a database that is away."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError

from laojia.foundation.journal.jobs import verify
from laojia.foundation.journal.models import JournalRow, JournalSeal
from laojia.foundation.outbox import actions, jobs, queries
from laojia.foundation.outbox.jobs.gateways import Inbox
from laojia.foundation.outbox.models import Clock, Heartbeat, InboxEntry, Message
from laojia.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)  # a worker closes connections between rounds


@pytest.fixture
def due(put):
    """Three clocks whose handler journals and posts."""
    now = clock.now()
    for n in range(3):
        actions.set_clock("test.ring", about=("test", n), due=now - timedelta(minutes=1), now=now)

    def rang(about_id, at):
        JournalRow.objects.create(at=at, verb="test.rang", kind="test", subject_id=about_id, channel="clock")
        put(f"test:{about_id}", urgent=True, now=at)

    return {"test.ring": rang}


def test_one_run_does_all_that_is_due_and_stops(due, resolve):
    jobs.work(due, resolve, Inbox(), once=True)
    assert set(Clock.objects.values_list("state", flat=True)) == {"done"}
    assert Message.objects.filter(state="delivered").count() == InboxEntry.objects.count() == 3
    assert JournalSeal.objects.count() == 3
    assert verify().ok
    assert queries.last_heartbeat() is not None
    assert queries.backlog(clock.now()) == {"clocks": 0, "messages": 0, "stuck": 0}


def test_it_stops_when_asked(due, resolve):
    stop = threading.Event()
    stop.set()
    jobs.work(due, resolve, Inbox(), stop=stop)
    assert Clock.objects.filter(state="pending").count() == 3


def test_it_outlives_a_database_that_is_away(due, resolve, monkeypatch):
    stop = threading.Event()
    real, calls = jobs.turn, []

    def turn(crew):
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("away")
        done = real(crew)
        if not done or len(calls) > 20:
            stop.set()
        return done

    monkeypatch.setattr(jobs, "turn", turn)
    monkeypatch.setattr(jobs, "_PAUSE", 0.01)
    logging.disable(logging.CRITICAL)
    try:
        jobs.work(due, resolve, Inbox(), stop=stop)
    finally:
        logging.disable(logging.NOTSET)
    assert InboxEntry.objects.count() == 3


def test_one_run_says_when_the_database_is_away(resolve, monkeypatch):
    def away(crew):
        raise OperationalError("away")

    monkeypatch.setattr(jobs, "turn", away)
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(OperationalError):
            jobs.work({}, resolve, Inbox(), once=True)
    finally:
        logging.disable(logging.NOTSET)


def test_a_heartbeat_is_written_every_ten_seconds_and_old_workers_are_forgotten(resolve):
    at = [clock.now()]
    Heartbeat.objects.create(worker="old", started_at=at[0], seen_at=at[0] - timedelta(days=2))
    crew = jobs.Crew({}, resolve, Inbox(), now=lambda: at[0])
    for seconds in (0, 5, 6):
        at[0] += timedelta(seconds=seconds)
        jobs.turn(crew)
    row = Heartbeat.objects.get()
    assert row.worker == crew.name
    assert row.seen_at - row.started_at == timedelta(seconds=11)


def test_an_idle_round_asks_little(resolve, django_assert_max_num_queries):
    crew = jobs.Crew({}, resolve, Inbox())
    jobs.turn(crew)
    with django_assert_max_num_queries(5):
        assert jobs.turn(crew) == 0
