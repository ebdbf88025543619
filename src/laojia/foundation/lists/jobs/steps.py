"""One handful of rows of each step: check and stage, take in, take back. Each is one short transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction

from laojia.foundation.lists import actions, queries
from laojia.foundation.lists.jobs.reading import lines_of
from laojia.foundation.lists.models import Batch, StagedRow
from laojia.foundation.lists.rules import (
    BAD,
    CHANGE,
    NEW,
    REPEAT,
    SAME,
    Asked,
    Flaw,
    Line,
    ListKind,
    Verdict,
    bad,
    read_cells,
)
from laojia.kernel import crypto
from laojia.kernel.clock import local_date

_COUNTED = {NEW: "fresh", CHANGE: "changed", SAME: "same", REPEAT: "repeated", BAD: "bad"}
_HASH = 24  # hex signs, 96 bits: enough to tell the rows of one list apart
_TAKEN = ("taken", "row_id", "made", "found", "flaws", "fields", "cells", "handles")


@dataclass
class Run:
    """A batch in the hands of this process: the open sheet and what was met in it so far, kept between handfuls."""

    batch: Batch
    kind: ListKind
    rows: Iterator[tuple[int, list[str]]] | None = None
    met: dict[str, tuple[int, str]] = field(default_factory=dict)  # handle → (row, hash of the whole row)

    def asked(self, now: datetime) -> Asked:
        actor = queries.actor_of_batch(self.batch, now)
        return Asked(
            actor, now, local_date(now), self.batch.taken_at, self.batch.ended_at, self.batch.ended_row
        )


def step(run: Run, now: datetime) -> bool:
    """The next handful; True while there is more. Raises Lost."""
    return _STEPS[run.batch.state](run, now)


def _check(run: Run, now: datetime) -> bool:
    """Read, check and stage. What takes long is done before the transaction begins: it only inserts."""
    if run.rows is None:
        _open(run)
    size = None if run.kind.whole else run.kind.handful
    assert run.rows is not None
    part = list(islice(run.rows, size))
    staged = _judged(run, part, run.asked(now)) if part else []
    counts = dict.fromkeys(_COUNTED.values(), 0)
    for row in staged:
        counts[_COUNTED[row.found]] += 1
    more = bool(part) and size is not None and len(part) == size
    with transaction.atomic():
        upto = part[-1][0] if part else run.batch.upto
        actions.go_on(run.batch, now, upto, done=len(part), **counts)
        actions.stage(staged)
        if not more:
            actions.end_step(run.batch, now)
    return more


def _open(run: Run) -> None:
    """Open the sheet behind the rows that are staged already, and remember those: a killed run goes on here."""
    run.rows = lines_of(queries.sheet_of(run.batch), run.batch.below, run.batch.upto)
    staged = StagedRow.objects.filter(batch=run.batch).exclude(handles="")
    for number, handles in staged.values_list("number", "handles").iterator(chunk_size=5000):
        *known, whole = handles.split()
        for handle in known:
            run.met.setdefault(handle, (number, whole))


def _judged(run: Run, part: Sequence[tuple[int, list[str]]], asked: Asked) -> list[StagedRow]:
    lines, flawed = [], {}
    for number, row in part:
        line, flaws = line_of(run.batch, run.kind, number, row, asked)
        if flaws:
            flawed[number] = flaws
        lines.append(line)
    # A row with an unreadable cell is looked up all the same, so that one reading tells everything wrong with it;
    # not where rows are judged together: a wrong one would lend its neighbours what it does not have.
    seen = [line for line in lines if not (run.kind.whole and line.number in flawed)]
    verdicts = dict(zip((line.number for line in seen), run.kind.look(seen, asked), strict=True))
    for number, flaws in flawed.items():
        verdicts[number] = _with_more(flaws, verdicts.get(number))
    return [
        _staged(run, number, row, line, verdicts[number])
        for (number, row), line in zip(part, lines, strict=True)
    ]


def _with_more(flaws: Sequence[Flaw], verdict: Verdict | None) -> Verdict:
    """What the cells say is wrong, and what looking up says of the columns that could be read."""
    known = {flaw.column for flaw in flaws}
    return bad(*flaws, *(flaw for flaw in (verdict.flaws if verdict else ()) if flaw.column not in known))


def line_of(
    batch: Batch, kind: ListKind, number: int, row: Sequence[str], asked: Asked
) -> tuple[Line, list[Flaw]]:
    """A row of the sheet by columns, its values read, and what is wrong in it."""
    cells = {name: row[at] for name, at in batch.places.items() if at < len(row) and row[at]}
    values, flaws = read_cells(kind, cells, asked.today)
    return Line(number, cells, values), flaws


def _staged(run: Run, number: int, row: list[str], line: Line, verdict: Verdict) -> StagedRow:
    whole = crypto.keyed_hash(json.dumps(sorted(line.cells.items()), ensure_ascii=False))[:_HASH]
    handles = [handle[:_HASH] for handle in verdict.handles]
    if verdict.found != BAD:
        verdict = _not_twice(run, number, handles, whole, verdict)
    kept = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return StagedRow(
        batch=run.batch,
        number=number,
        cells=kept,
        handles=" ".join([*handles, whole]) if verdict.found not in (BAD, REPEAT) else "",
        found=verdict.found,
        flaws=[[flaw.column, flaw.code, flaw.other] for flaw in verdict.flaws],
        fields=list(verdict.fields),
        row_id=verdict.row_id,
    )


def _not_twice(run: Run, number: int, handles: Sequence[str], whole: str, verdict: Verdict) -> Verdict:
    """The same row again is a repeat; another row about the same one is wrong, whichever of the two is right."""
    for handle in handles:
        before = run.met.get(handle)
        if before is None:
            continue
        if before[1] == whole:
            return Verdict(REPEAT)
        column = run.kind.columns[0].name
        return bad(Flaw(column, "in_row", str(before[0])))
    for handle in handles:
        run.met[handle] = (number, whole)
    return verdict


def _take(run: Run, now: datetime) -> bool:
    """Take in the next good rows. Others who write this kind wait; each row is looked at anew."""
    size = None if run.kind.whole else run.kind.handful
    asked = run.asked(now)
    with transaction.atomic():
        actions.take_turn(run.kind.name)
        rows = StagedRow.objects.filter(batch=run.batch, found__in=(NEW, CHANGE, SAME), taken=False)
        part = list(rows.filter(number__gt=run.batch.upto).order_by("number")[:size])
        lines = [line_of(run.batch, run.kind, row.number, json.loads(row.cells), asked)[0] for row in part]
        verdicts = run.kind.take(lines, asked) if lines else []
        counts = {"fresh": 0, "changed": 0, "same": 0, "bad": 0, "made": 0}
        for row, verdict in zip(part, verdicts, strict=True):
            _note(row, verdict, counts)
        more = size is not None and len(part) == size
        upto = part[-1].number if part else run.batch.upto
        actions.go_on(run.batch, now, upto, done=len(part), **counts)
        actions.restage(part, _TAKEN)
        if not more:
            actions.end_step(run.batch, now)
    return more


def _note(row: StagedRow, verdict: Verdict, counts: dict[str, int]) -> None:
    """What became of a row; one that was refused goes to the bad ones and keeps its cells."""
    if row.found != verdict.found:
        counts[_COUNTED[row.found]] -= 1
        counts[_COUNTED[verdict.found]] += 1
    row.found = verdict.found
    row.flaws = [[flaw.column, flaw.code, flaw.other] for flaw in verdict.flaws]
    row.fields = list(verdict.fields)
    if verdict.found == BAD:
        return
    row.taken, row.row_id, row.made = (
        True,
        verdict.row_id,
        verdict.found == NEW and verdict.row_id is not None,
    )
    row.cells = row.handles = ""
    counts["made"] += row.made


def _remove(run: Run, now: datetime) -> bool:
    """Take back the next rows this list made, the last one first: what hangs on an earlier row goes before it."""
    asked = run.asked(now)
    size = None if run.kind.whole else run.kind.handful
    with transaction.atomic():
        actions.take_turn(run.kind.name)
        rows = StagedRow.objects.filter(batch=run.batch, made=True, stays="")
        part = list(rows.order_by("-number")[:size])
        ids = [row.row_id for row in part if row.row_id is not None]
        stays = run.kind.remove(ids, asked) if ids else {}
        for row in part:
            row.stays = stays.get(row.row_id or 0, "")[:24]
            row.made = bool(row.stays)
        more = size is not None and len(part) == size
        staying = sum(row.made for row in part)
        actions.go_on(
            run.batch,
            now,
            run.batch.upto + len(part),
            done=len(part),
            stayed=staying,
            made=staying - len(part),
        )
        actions.restage(part, ("stays", "made"))
        if not more:
            actions.end_step(run.batch, now)
    return more


_STEPS: dict[str, Callable[[Run, datetime], bool]] = {"reading": _check, "taking": _take, "removing": _remove}
