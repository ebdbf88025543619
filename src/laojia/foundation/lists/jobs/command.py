"""Lists at the command line: read one and see its rows, take its good rows in. Done as the clock, by whoever runs the machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from laojia.foundation.lists import queries
from laojia.foundation.lists.forms.sentences import told
from laojia.foundation.lists.jobs.turn import read_file, take_batch
from laojia.foundation.lists.jobs.workbooks import bad_rows_of
from laojia.foundation.lists.models import Batch
from laojia.foundation.lists.rules import BAD

_SHOWN = 40


def read(kind: str, path: Path, say: Callable[[str], object]) -> list[str]:
    """Check a list; its counts and its first bad rows in words. Raises BadInput."""
    batch = read_file(kind, path, say)
    return [
        *_counts(batch),
        *_bad(batch),
        _("Take the good rows in with: laojia lists take %(number)s") % {"number": batch.pk},
    ]


def take(number: int, say: Callable[[str], object], bad_rows: Path | None = None) -> list[str]:
    """Take the good rows in; with `bad_rows` the others are written there as a workbook. Raises Refused."""
    batch = take_batch(number, say)
    if bad_rows is not None and batch.bad and not batch.blanked:
        bad_rows.write_bytes(bad_rows_of(batch))
    return _counts(batch)


def kinds() -> list[str]:
    """Every kind with what it is."""
    return [f"{kind.name}: {kind.title}. {kind.about}" for kind in queries.all_kinds().values()]


def _counts(batch: Batch) -> list[str]:
    line = _(
        "List %(number)s: %(fresh)s new, %(changed)s to be corrected, %(same)s already there, %(bad)s to be mended."
    )
    return [
        line
        % {
            "number": batch.pk,
            "fresh": batch.fresh,
            "changed": batch.changed,
            "same": batch.same + batch.repeated,
            "bad": batch.bad,
        }
    ]


def _bad(batch: Batch) -> Iterator[str]:
    kind = queries.kind_named(batch.kind)
    for row in queries.lines_of(batch, found=BAD)[:_SHOWN]:
        cells = json.loads(row.cells)
        plain = {name: str(cells[at]) for name, at in batch.places.items() if at < len(cells)}
        for flaw in told(kind, row.flaws, plain):
            yield _("Row %(row)s, column %(column)s: %(wrong)s %(mend)s") % {
                "row": row.number, "column": flaw.column, "wrong": flaw.wrong, "mend": flaw.mend,
            }  # fmt: skip
    if batch.bad > _SHOWN:
        yield _("… and %(count)s more.") % {"count": batch.bad - _SHOWN}
