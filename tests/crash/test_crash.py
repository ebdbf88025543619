"""Server and worker killed fifty times under load: every acknowledged order once and whole, no clock lost, the journal holds."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.jobs import head, seal, verify
from laojia.foundation.journal.models import JournalRow, JournalSeal
from laojia.foundation.outbox.jobs import gateway_for, messages
from laojia.foundation.outbox.jobs.clocks import ring_due
from laojia.foundation.outbox.models import Clock, Heartbeat
from laojia.foundation.people.models import Person, Post
from laojia.kernel import clock
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.rules.times import wish_days
from tests.acting import account_of
from tests.apps.dispatch.conftest import KIND, make_item
from tests.apps.outbox.operator import KEY, SECRET, Operator
from tests.cast import Cast, person
from tests.conftest import session_cookie
from tests.crash import checks
from tests.crash.load import Acknowledged, Browser, Load, Town, dispatcher, leader, resident
from tests.crash.processes import PATIENCE, Process, Starter, free_port

KILLS = 25  # of the server, and as many of the worker
HALVES = ("morning", "afternoon")
WEEK = {"weekday": [*HALVES], "saturday": [*HALVES], "sunday": [*HALVES]}


@pytest.fixture
def town(cast: Cast) -> Town:
    """An item for every day, an occasion with far fewer places than takers, two teams that can go."""
    now = clock.now()
    haircut = make_item("K01", slots=WEEK)
    clinic = make_item("K02", mode="seats", asked_by=["person"], places=12, held_back=2, slots=WEEK)
    begins = now + timedelta(days=5)
    occasion = Occasion.objects.create(
        item_version=clinic, kind="seats", state="confirmed", team=cast.medical_team, area=cast.village,
        area_path=cast.village.path, place="村委会", date=begins.date(), half="morning", starts_at=begins,
        ends_at=begins + timedelta(hours=3), places=12, held_back=2, public=True, created_at=now,
    )  # fmt: skip
    type(cast.other_team).objects.filter(pk=cast.other_team.pk).update(
        kind=KIND, area=cast.town, area_path=cast.town.path
    )
    Post.objects.create(
        person=cast.second_volunteer, role="volunteer", team=cast.other_team, valid_from="2026-01-01"
    )
    days = wish_days(haircut.slots, haircut.lead_working_days, now, calendar(), count=6)
    wishes = [(day.isoformat(), half) for day, halves in days[1:] for half in halves]
    return Town("K01", cast.village.code, wishes, occasion.pk, [cast.team.pk, cast.other_team.pk])


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """The message operator of the county, on this machine."""
    desk = Operator()
    for name, value in {"URL": desk.url, "KEY": KEY, "SECRET": SECRET, "SIGN": "sign"}.items():
        monkeypatch.setenv(f"LAOJIA_SMS_{name}", value)
    monkeypatch.setenv("LAOJIA_MESSAGES_A_DAY", "1000")  # what waits for the morning would meet no kill
    yield desk
    desk.close()


def browsers(address: str, people: list[Person], heard: Acknowledged, chance: random.Random) -> list[Browser]:
    made = []
    for one in people:
        account_of(one)
        cookie = session_cookie(address, account_of(one))["value"]
        made.append(Browser(address, str(cookie), heard, random.Random(chance.random())))
    return made


def kill_often(server: Process, worker: Process, port: int, chance: random.Random) -> list[str]:
    """Both are killed and begun again, each `KILLS` times, once they had answered and gone round. Heads of the journal seen."""
    heads = []
    for _turn in range(KILLS):
        server.await_answer(port)
        await_round(worker)
        time.sleep(chance.uniform(0.2, 0.9))
        heads.append(head())
        first, second = chance.sample((server, worker), 2)
        first.kill()
        first.start()
        time.sleep(chance.uniform(0.0, 0.3))
        second.kill()
        second.start()
    server.await_answer(port)
    await_round(worker)
    return heads


def await_round(worker: Process) -> None:
    """Until this very worker has written its heartbeat."""
    until = time.monotonic() + PATIENCE
    while not Heartbeat.objects.filter(worker__contains=f":{worker.pid}:").exists():
        assert worker.alive(), worker.said()
        assert time.monotonic() < until, "the worker never went round"
        time.sleep(0.05)


def finish_the_rest() -> None:
    """What a worker would do next morning: leases have run out, it is day, all that is queued leaves and is sealed."""
    from laojia.conf.crew import recipients, words_about

    now = clock.now().replace(hour=2, minute=0) + timedelta(days=1)  # ten in the morning in China
    post = messages.Carrier(recipients, words_about, gateway_for(demonstration=False))
    while messages.send_due(post, lambda: now, 200):  # noqa: B023
        now += timedelta(seconds=1)
    while seal(now):
        pass


def ring_the_rest() -> None:
    """The clocks that were kept do what they are for, a good while later."""
    from laojia.conf.crew import gather

    later = clock.now() + timedelta(days=3)
    due = Clock.objects.filter(state="pending", due_at__lte=later).count()
    assert due > 20
    ring_due(gather().handlers, lambda: later, 60)
    assert not Clock.objects.filter(attempts__gt=0).exists(), list(
        Clock.objects.exclude(note="").values()[:3]
    )


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_killed_fifty_times_under_load(cast: Cast, town: Town, operator: Operator, tmp_path: Path) -> None:
    chance, heard, port = random.Random(20), Acknowledged(), free_port()
    address = f"http://127.0.0.1:{port}"
    folk = [person(f"住户{n:02d}", f"1390000{n:04d}", cast.village) for n in range(9)]
    people = browsers(address, folk, heard, chance)
    desks = browsers(address, [cast.dispatcher, cast.second_dispatcher], heard, chance)
    leaders = browsers(address, [cast.leader, cast.second_leader, cast.other_leader], heard, chance)
    hands = [[(resident, one) for one in people[n::3]] for n in range(3)]
    hands += [[(dispatcher, one)] for one in desks] + [[(leader, one) for one in leaders]]

    starter = Starter(tmp_path / "log", port)
    load = Load(town, hands)
    try:
        heads = kill_often(Process(starter, "server"), Process(starter, "worker"), port, chance)
    finally:
        load.stop()
        starter.end()
        for browser in (*people, *desks, *leaders):
            browser.client.close()
    assert not load.broken, load.broken
    assert len(set(heard.orders)) > KILLS, heard.codes
    assert all((heard.offered, heard.accepted, heard.declined, heard.cancelled)), heard.codes
    assert not [code for code in heard.codes if code.split()[-1].startswith("5")], heard.codes

    checks.acknowledged(heard)
    checks.answered(heard)
    checks.journal_tells_each_state()
    checks.orders_are_whole()
    checks.no_clock_is_lost()
    checks.nothing_is_overbooked()
    finish_the_rest()
    checks.messages_once(operator.requests, operator.accepted, KILLS)
    assert JournalRow.objects.count() == JournalSeal.objects.count()
    for kept in (heads[0], heads[len(heads) // 2], heads[-1]):
        assert (found := verify(kept)).ok, found.lines
    ring_the_rest()
    assert threading.active_count() < 12
