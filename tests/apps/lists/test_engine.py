"""The way of a list: who may what, in which state, twice, killed in the middle, by two at once, kept and blanked."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from laojia.conf.logs import QuietFormatter
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.lists import actions, queries
from laojia.foundation.lists.actions import MOST_TRIES
from laojia.foundation.lists.jobs import put_down, sweep, turn, work_on
from laojia.foundation.lists.jobs.steps import Run, step
from laojia.foundation.lists.jobs.workbooks import bad_rows_of
from laojia.foundation.lists.models import Batch, StagedRow
from laojia.foundation.lists.queries import batches_seen, kind_named
from laojia.foundation.people.models import Person, Post, Registration
from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.kernel.errors import Conflict, NotPermitted, OutOfScope, WrongState
from tests import sheets
from tests.acting import signed_in
from tests.apps.lists.conftest import Desk, as_csv, through
from tests.cast import NOW, Cast
from tests.together import at_once

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def teams(desk: Desk, count: int) -> list[dict[str, str]]:
    return [
        desk.team
        | {"name": f"第{n}清单队", "leader_phone": f"1351112{n:04d}", "second_phone": f"1351113{n:04d}"}
        for n in range(count)
    ]


# --- verbs ----------------------------------------------------------------------------------------------------------


def test_each_verb_leaves_its_journal_row(desk: Desk) -> None:
    batch = desk.take("teams", [desk.team])
    desk.remove(batch)
    rows = JournalRow.objects.filter(kind="list", subject_id=batch.pk).order_by("id")
    assert [(r.verb, r.from_state, r.to_state) for r in rows] == [
        ("list.read", "", "reading"),
        ("list.check", "reading", "checked"),
        ("list.take", "checked", "taking"),
        ("list.done", "taking", "taken"),
        ("list.remove", "taken", "removing"),
        ("list.done", "removing", "removed"),
    ]
    assert [r.actor_id for r in rows] == [
        desk.actor.person_id,
        None,
        desk.actor.person_id,
        None,
        desk.actor.person_id,
        None,
    ]


@pytest.mark.parametrize("verb", ["take_list", "drop_list", "remove_list"])
def test_a_stranger_and_other_posts_are_refused(desk: Desk, verb: str) -> None:
    batch = desk.check("teams", [desk.team])
    if verb == "remove_list":
        actions.take_list(batch=batch, actor=desk.actor, now=NOW)
        through(batch)
    act: Callable[..., Batch] = getattr(actions, verb)
    for person in (desk.cast.resident, desk.cast.leader, desk.cast.station_staff, desk.cast.system_admin):
        with pytest.raises((NotPermitted, OutOfScope)):
            act(batch=batch, actor=desk.cast.as_(person), now=NOW)
    state = batch.state
    batch.refresh_from_db()
    assert batch.state == state


def test_every_verb_wants_its_state(desk: Desk) -> None:
    batch = desk.check("teams", [desk.team])
    with pytest.raises(WrongState):
        actions.remove_list(batch=batch, actor=desk.actor, now=NOW)
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    for act in (actions.take_list, actions.drop_list, actions.remove_list):
        with pytest.raises(WrongState):
            act(batch=batch, actor=desk.actor, now=NOW)
    through(batch)
    with pytest.raises(WrongState):
        actions.take_list(batch=batch, actor=desk.actor, now=NOW)


def test_two_who_decide_at_once_decide_once(desk: Desk) -> None:
    batch = desk.check("teams", [desk.team])
    stale = Batch.objects.get(pk=batch.pk)
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    with pytest.raises(Conflict):
        actions.drop_list(batch=stale, actor=desk.actor, now=NOW)


def test_a_list_without_anything_new_is_not_taken_in(desk: Desk) -> None:
    desk.take("teams", [desk.team])
    again = desk.check("teams", [desk.team | {"about": ""}])
    with pytest.raises(Conflict) as refused:
        actions.take_list(batch=again, actor=desk.actor, now=NOW)
    assert refused.value.code == "nothing_to_take"


def test_dropped_its_cells_are_gone(desk: Desk) -> None:
    batch = desk.check("teams", [desk.team, desk.team | {"name": ""}])
    actions.drop_list(batch=batch, actor=desk.actor, now=NOW)
    assert batch.state == "dropped"
    assert set(batch.lines.values_list("cells", "handles")) == {("", "")}
    assert batch.sheet.count() == 0
    assert not Team.objects.filter(name="清单助老队").exists()


def test_a_colleague_of_the_same_area_sees_the_list_another_town_does_not(desk: Desk) -> None:
    batch = desk.check("teams", [desk.team])
    second = desk.cast.second_dispatcher
    assert list(batches_seen(desk.cast.as_(second))) == [batch]
    Post.objects.filter(person=second).update(area=desk.cast.town, station=None)
    assert not batches_seen(desk.cast.as_(second))
    own = desk.check("teams", [desk.team | {"name": "镇上队"}], desk.cast.as_(second))
    assert list(batches_seen(desk.cast.as_(second))) == [own]
    assert set(batches_seen(desk.actor)) == {batch, own}


def test_who_lost_his_post_meanwhile_takes_nothing_in(desk: Desk) -> None:
    batch = desk.check("teams", [desk.team])
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    Post.objects.filter(person=desk.cast.dispatcher).update(valid_to=NOW.date())
    through(batch)
    assert (batch.state, batch.made, batch.bad) == ("taken", 0, 1)
    assert batch.lines.get().flaws[0][1] == "not_yours"


# --- kept and blanked -----------------------------------------------------------------------------------------------------


def test_bad_rows_are_kept_a_week_and_then_blanked(desk: Desk) -> None:
    batch = desk.take("teams", [desk.team, desk.team | {"name": "坏队", "leader_phone": "1"}])
    bad = batch.lines.get(found="bad")
    assert "坏队" in bad.cells
    assert sweep(NOW + timedelta(days=6)) == 0
    assert sweep(NOW + timedelta(days=8)) == 1
    bad.refresh_from_db()
    batch.refresh_from_db()
    assert (bad.cells, bad.handles, batch.blanked) == ("", "", True)


def test_a_list_nobody_decides_on_is_dropped(desk: Desk) -> None:
    batch = desk.check("teams", [desk.team])
    assert sweep(NOW + timedelta(days=13)) == 0
    assert sweep(NOW + timedelta(days=15)) == 1
    batch.refresh_from_db()
    assert (batch.state, batch.lines.get().cells) == ("dropped", "")


# --- killed in the middle -------------------------------------------------------------------------------------------------


def small_steps(desk: Desk, rows: list[dict[str, str]]) -> Batch:
    """A list put down and left to the worker."""
    kind = kind_named("teams")
    names = list(rows[0])
    titles = [column.heading for name in names if (column := kind.column(name))]
    return actions.read_list(
        kind="teams", body=as_csv("teams", rows), titles=titles, places={name: at for at, name in enumerate(names)},
        rows=len(rows), below=2, actor=desk.actor, now=NOW,
    )  # fmt: skip


def die_after(batch: Batch, handfuls: int, moment: Any) -> None:
    """A worker takes the list, does some of it, and is never heard of again; in the middle of the next it is killed."""
    claimed = actions.claim(batch.pk, moment)
    assert claimed is not None
    run = Run(claimed, kind_named(claimed.kind))
    for _ in range(handfuls):
        assert step(run, moment)
    with transaction.atomic():
        step(run, moment)
        transaction.set_rollback(True)


def test_a_killed_worker_is_gone_on_with_where_it_stood(desk: Desk) -> None:
    rows = teams(desk, 80)
    batch = small_steps(desk, rows)
    die_after(batch, 2, NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.lines.count()) == ("reading", 20, 20)
    assert turn(NOW) == 0  # the dead one's claim still holds
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        through(batch)
    assert (batch.state, batch.fresh, batch.lines.count()) == ("checked", 80, 80)
    assert list(batch.lines.order_by("number").values_list("number", flat=True)) == list(range(2, 82))
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    die_after(batch, 1, NOW)
    assert Team.objects.filter(name__endswith="清单队").count() == 10
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        through(batch)
    assert (batch.state, batch.made, Team.objects.filter(name__endswith="清单队").count()) == (
        "taken",
        80,
        80,
    )
    assert Person.objects.filter(name="丁队长").count() == 80
    actions.remove_list(batch=batch, actor=desk.actor, now=NOW)
    die_after(batch, 1, NOW)
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        through(batch)
    assert (batch.state, batch.made, Team.objects.filter(name__endswith="清单队").count()) == (
        "removed",
        0,
        0,
    )


def test_a_row_repeated_after_the_kill_is_still_known_as_a_repeat(desk: Desk) -> None:
    rows = teams(desk, 30)
    batch = small_steps(desk, [*rows, rows[0], rows[1] | {"kind": "别的"}])
    die_after(batch, 1, NOW)
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        through(batch)
    assert (batch.fresh, batch.repeated, batch.bad) == (30, 1, 1)


def test_a_dead_one_that_wakes_up_writes_nothing(desk: Desk) -> None:
    batch = small_steps(desk, teams(desk, 60))
    claimed = actions.claim(batch.pk, NOW)
    assert claimed is not None
    sleeper = Run(claimed, kind_named("teams"))
    assert step(sleeper, NOW)
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        through(batch)
    with pytest.raises(actions.Lost):
        step(sleeper, NOW + timedelta(minutes=3))
    assert batch.lines.count() == 60


KILLED = """
import sys
import django
django.setup()
from laojia.foundation.lists.jobs import work_on
print("at it", flush=True)
while True:
    work_on(int(sys.argv[1]), 0.0)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_a_process_killed_outright_leaves_whole_handfuls(cast_maker: Any) -> None:
    cast: Cast = cast_maker.make()
    desk = Desk(cast)
    with time_machine.travel(NOW, tick=False):
        rows = [list(sheets.VOLUNTEER_HEADINGS), *sheets.volunteer_rows(4000, 0.0, 0)]
        body = "\n".join(",".join(row) for row in rows).encode()
        kind = kind_named("volunteers")
        from laojia.foundation.lists.jobs.reading import head_of

        head = head_of(kind, body)
        batch = actions.read_list(
            kind="volunteers", body=body, titles=head.titles, places=head.places, rows=head.rows, below=head.below,
            actor=desk.actor, now=NOW,
        )  # fmt: skip
    _kill_when_begun(batch)
    batch.refresh_from_db()
    assert batch.done == batch.lines.count() == batch.fresh + batch.bad + batch.repeated
    Batch.objects.filter(pk=batch.pk).update(lease_until=None)
    through(batch)
    assert (batch.state, batch.fresh) == ("checked", 4000)
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    _kill_when_begun(batch)
    batch.refresh_from_db()
    assert Registration.objects.count() == batch.done
    Batch.objects.filter(pk=batch.pk).update(lease_until=None)
    through(batch)
    assert (batch.state, batch.made, Registration.objects.count()) == ("taken", 4000, 4000)


def _kill_when_begun(batch: Batch) -> None:
    """A worker of its own on this database, killed as soon as something of the list is done."""
    name = connection.settings_dict["NAME"]
    address = os.environ["LAOJIA_DB"]
    address = address.replace("/laojia?", f"/{name}?") if connection.vendor == "postgresql" else str(name)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(batch.pk)], cwd=ROOT, stdout=subprocess.PIPE,
        env={**os.environ, "LAOJIA_DB": address, "DJANGO_SETTINGS_MODULE": "laojia.conf.settings"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"at it\n"
        until = time.monotonic() + 90
        while time.monotonic() < until:
            if Batch.objects.values_list("done", flat=True).get(pk=batch.pk):
                break
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()


# --- two at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_the_same_list_by_two_at_once_is_one_copy(cast_maker: Any) -> None:
    cast: Cast = cast_maker.make()
    desk, other = Desk(cast), cast.as_(cast.second_dispatcher)
    body = as_csv(
        "volunteers",
        [
            desk.volunteer | {"name": "林清" + name, "phone": f"1351111{n:04d}", "id_number": ""}
            for n, name in enumerate("甲乙丙丁戊己庚辛")
        ],
    )

    def read_and_take(actor: Any) -> Batch:
        batch = through(put_down("volunteers", body, actor=actor, now=NOW))
        actions.take_list(batch=batch, actor=actor, now=NOW)
        return through(batch)

    found = at_once(lambda: read_and_take(desk.actor), lambda: read_and_take(other))
    assert Person.objects.filter(name__startswith="林清").count() == 8
    assert sum(isinstance(one, Batch) for one in found) >= 1, found
    assert Registration.objects.count() == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_two_lists_that_name_the_same_people_end_with_one_of_each(cast_maker: Any) -> None:
    cast: Cast = cast_maker.make()
    desk, other = Desk(cast), cast.as_(cast.second_dispatcher)
    rows = [
        desk.volunteer | {"name": "林清" + name, "phone": f"1351111{n:04d}", "id_number": ""}
        for n, name in enumerate("甲乙丙丁戊己庚辛")
    ]
    one = through(put_down("volunteers", as_csv("volunteers", rows), actor=desk.actor, now=NOW))
    two = through(put_down("volunteers", as_csv("volunteers", rows[::-1]), actor=other, now=NOW))
    assert one.pk != two.pk
    actions.take_list(batch=one, actor=desk.actor, now=NOW)
    actions.take_list(batch=two, actor=other, now=NOW)
    at_once(lambda: through(one), lambda: through(two))
    through(one)
    through(two)
    assert Person.objects.filter(name__startswith="林清").count() == 8
    assert (one.made + two.made, one.bad + two.bad) == (8, 0)
    assert StagedRow.objects.filter(taken=True).count() == 16


def test_a_page_and_the_worker_do_not_work_on_one_list_together(desk: Desk) -> None:
    batch = small_steps(desk, teams(desk, 30))
    assert actions.claim(batch.pk, NOW) is not None
    assert work_on(batch.pk, 1.0) == 0
    assert turn(NOW) == 0


# --- a fault of the program -----------------------------------------------------------------------------------------------


class Fault(Exception):
    pass


def break_down(words: str) -> None:
    raise Fault(words)


def faulty(monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
    """The kind's own `look` or `take` breaks after so many handfuls, again and again."""
    kind = queries.kind_named("teams")
    whole, done = getattr(kind, name), []

    def breaks(*given: Any) -> Any:
        if len(done) >= after:
            raise Fault("王秀英 13900000001")
        done.append(1)
        return whole(*given)

    monkeypatch.setitem(queries._kinds, "teams", replace(kind, **{name: breaks}, handful=10))


def an_hour_of_the_worker() -> None:
    for minute in range(0, 60, 2):
        with time_machine.travel(NOW + timedelta(minutes=minute), tick=False):
            while turn(clock.now()):
                pass


@pytest.mark.parametrize("how", ["breaks down", "is killed"])
def test_a_list_that_cannot_be_checked_is_given_up_and_blanked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: Any, how: str
) -> None:
    faulty(monkeypatch, "look", 2)
    batch = small_steps(desk, teams(desk, 40))
    if how == "is killed":
        for minute in range(MOST_TRIES):
            assert actions.claim(batch.pk, NOW + timedelta(minutes=2 * minute)) is not None
        assert actions.claim(batch.pk, NOW + timedelta(minutes=20)) is None
    else:
        an_hour_of_the_worker()
        assert sum("stands still" in record.message for record in caplog.records) == MOST_TRIES + 1
    batch.refresh_from_db()
    assert (batch.state, batch.gave_up, batch.blanked, batch.sheet.count()) == ("dropped", True, True, 0)
    assert not any(line.cells or line.handles for line in batch.lines.all())
    page = signed_in(Client(), desk.cast.dispatcher).get(f"/lists/{batch.pk}/").content.decode()
    assert f"名单{batch.pk}" in page.replace(" ", "")
    assert JournalRow.objects.filter(verb="list.give_up", actor_id=None).count() == 1


def test_what_was_not_reached_when_taking_in_stopped_is_a_row_to_be_mended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = through(small_steps(desk, teams(desk, 40)))
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    with monkeypatch.context() as until_mended:
        faulty(until_mended, "take", 2)
        an_hour_of_the_worker()
    batch.refresh_from_db()
    there = Team.objects.filter(name__endswith="清单队")
    assert (batch.state, batch.gave_up, batch.made, batch.fresh, batch.bad) == ("taken", True, 20, 20, 20)
    assert there.count() == 20
    again = desk.take("teams", bad_rows_of(batch))
    assert (again.made, there.count()) == (20, 40)
    desk.remove(batch)
    assert (batch.gave_up, there.count()) == (False, 20)


def test_taking_back_that_stopped_can_be_begun_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = desk.take("teams", teams(desk, 30))
    actions.remove_list(batch=batch, actor=desk.actor, now=NOW)
    with monkeypatch.context() as until_mended:
        faulty(until_mended, "remove", 1)
        an_hour_of_the_worker()
    batch.refresh_from_db()
    assert (batch.state, batch.gave_up, batch.made) == ("taken", True, 20)
    assert desk.remove(batch).state == "removed"


def test_a_passing_trouble_is_forgotten_with_the_next_handful(desk: Desk) -> None:
    batch = small_steps(desk, teams(desk, 40))
    for minute in range(MOST_TRIES - 1):
        actions.claim(batch.pk, NOW + timedelta(minutes=2 * minute))
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        through(batch)
    assert (batch.state, batch.tries, batch.gave_up) == ("checked", 0, False)


def test_a_breakdown_is_written_down_without_its_words() -> None:
    """PostgreSQL puts the whole row into its message: names and numbers that must not rest in a log."""
    row = "Failing row contains (王秀英, 13900000001)"
    try:
        try:
            break_down(row)
        except Fault as fault:
            raise ValueError(row) from fault
    except ValueError:
        record = logging.makeLogRecord({"msg": "list 7", "exc_info": sys.exc_info()})
    text = QuietFormatter("{message}", style="{").format(record)
    assert text.startswith("list 7")
    assert text.index("\nFault") < text.index("\nValueError")
    assert "139" not in text
