"""Workers killed at any moment: every clock has its effect once, every message arrives under one key."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from laojia.foundation.journal.jobs import verify
from laojia.foundation.journal.models import JournalRow, JournalSeal
from laojia.foundation.outbox import actions
from laojia.foundation.outbox.models import Clock, Heartbeat, Message
from laojia.kernel import clock
from tests.apps.outbox.operator import KEY, SECRET

ROOT = Path(__file__).resolve().parents[3]
CLOCKS = 240
KILLS = 10
PATIENCE = 120  # seconds; only a machine with much else to do needs them


def database_address():
    """The test database as a child process names it."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(settings["NAME"])
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={host}{port}"


@pytest.fixture
def start(operator):
    """Start a worker process; all are gone when the test ends."""
    workers = []
    access = {"URL": operator.url, "KEY": KEY, "SECRET": SECRET, "SIGN": "sign"}
    environment = {
        **os.environ,
        "LAOJIA_DB": database_address(),
        "LAOJIA_LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        **{f"LAOJIA_SMS_{name}": value for name, value in access.items()},
    }

    def run():
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.apps.outbox.crew"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        workers.append(worker)
        return worker

    yield run
    for worker in workers:
        if worker.poll() is None:
            worker.kill()
        worker.communicate()


def left():
    waiting = Clock.objects.exclude(state="done").count()
    return waiting + Message.objects.exclude(state="sent").count() + unsealed()


def unsealed():
    return JournalRow.objects.count() - JournalSeal.objects.count()


def kill_often(start, chance):
    """Two workers at once; again and again one of them is killed and replaced."""
    pair = [start(), start()]
    for worker in pair:
        assert worker.stdout.readline() == "ready\n", worker.stdout.read()
    for _kill in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.25))
        which = chance.randrange(2)
        pair[which].kill()
        pair[which] = start()
        pair[which].stdout.readline()
    return pair


@pytest.mark.django_db(transaction=True)
def test_killed_workers_lose_nothing_and_do_nothing_twice(start, operator):
    now = clock.now()
    for n in range(CLOCKS):
        actions.set_clock("test.ring", about=("test", n), due=now, now=now)
    pair = kill_often(start, random.Random(14))
    deadline = time.monotonic() + PATIENCE
    while left() and time.monotonic() < deadline:
        time.sleep(0.1)
    for worker in pair:
        worker.send_signal(signal.SIGTERM)
    ends = [worker.communicate(timeout=10)[0] for worker in pair]
    assert [worker.returncode for worker in pair] == [0, 0], ends
    assert all(end.endswith("ended\n") for end in ends)

    rung = Counter(JournalRow.objects.filter(verb="test.rang").values_list("subject_id", flat=True))
    assert rung == dict.fromkeys(range(CLOCKS), 1)
    assert set(Clock.objects.values_list("state", flat=True)) == {"done"}
    keys = {f"test:{n}" for n in range(1, CLOCKS, 2)}
    assert set(operator.accepted) == keys
    assert set(Message.objects.values_list("key", "state")) == {(key, "sent") for key in keys}
    assert sum(operator.requests.values()) <= len(keys) + KILLS
    assert verify().ok
    assert unsealed() == 0
    assert Heartbeat.objects.count() >= 2
