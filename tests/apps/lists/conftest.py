"""Small lists as bytes, and the way of a list from the sheet to the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import time_machine

from laojia.foundation.lists import actions
from laojia.foundation.lists.jobs import put_down, work_on
from laojia.foundation.lists.models import AT_WORK, Batch
from laojia.foundation.lists.queries import kind_named
from laojia.policy.facts import Actor
from tests.cast import NOW, Cast

Row = dict[str, str]
VOLUNTEER = {
    "name": "林清单", "id_number": "149999196805120016", "phone": "13511110001", "area": "", "consent": "是",
    "consented_on": "2026-11-02",
}  # fmt: skip
TEAM = {
    "name": "清单助老队", "kind": "助老志愿队", "area": "", "leader": "丁队长", "leader_phone": "13511110011",
    "second": "戊副队", "second_phone": "13511110012",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def as_csv(kind: str, rows: Sequence[Row], encoding: str = "utf-8") -> bytes:
    """Rows by column name under the kind's own headings."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    headings = [column.heading for name in names if (column := kind_named(kind).column(name))]
    assert len(headings) == len(names)
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(headings)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return target.getvalue().encode(encoding)


def through(batch: Batch) -> Batch:
    """As far as the worker brings it."""
    for _ in range(1000):
        batch.refresh_from_db()
        if batch.state not in AT_WORK:
            return batch
        work_on(batch.pk, 0.0)
    raise AssertionError("the list does not come to its end")


class Desk:
    """A dispatcher (or another post) with lists."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.actor: Actor = cast.as_(cast.dispatcher)
        self.volunteer = VOLUNTEER | {"area": cast.village.name}
        self.team = TEAM | {"area": cast.town.name}

    def check(self, kind: str, rows: Sequence[Row] | bytes, actor: Actor | None = None) -> Batch:
        body = rows if isinstance(rows, bytes) else as_csv(kind, rows)
        return through(put_down(kind, body, actor=actor or self.actor, now=NOW))

    def take(self, kind: str, rows: Sequence[Row] | bytes, actor: Actor | None = None) -> Batch:
        batch = self.check(kind, rows, actor)
        actions.take_list(batch=batch, actor=actor or self.actor, now=NOW)
        return through(batch)

    def remove(self, batch: Batch, actor: Actor | None = None) -> Batch:
        actions.remove_list(batch=batch, actor=actor or self.actor, now=NOW)
        return through(batch)

    def flaws(self, kind: str, row: Row, actor: Actor | None = None) -> list[list[str]]:
        """[column, code] of one row that cannot be used."""
        batch = self.check(kind, [row], actor)
        line = batch.lines.get()
        assert (line.found == "bad") == bool(line.flaws)
        return [flaw[:2] for flaw in line.flaws]


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


Make = Callable[..., Any]
