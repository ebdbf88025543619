"""A list of 116,000 volunteers: seconds and peak memory to staging and to taking in, beside calamine's bare read of the file.

Each measurement is a process of its own, so that its memory is its own. `python -m bench.lists WHAT FILE` is such a process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import servers

COUNTY = "141024"
MANY, TEAMS, BAD = 116_000, 463, 0.07
FEW = 4_000


def measure(stack: ExitStack, *, quick: bool = False) -> list[str]:
    """Make the sheet, measure each step, say what came of it."""
    folder = servers.prepare_alone(stack)
    subprocess.run(
        [sys.executable, "-m", "laojia.conf.cli", "setup"],
        cwd=servers.ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    count = FEW if quick else MANY
    from tests import sheets

    teams = sheets.teams_sheet(folder / "teams.xlsx", TEAMS)
    people = sheets.volunteers_sheet(folder / "people.xlsx", count, BAD, TEAMS)
    lines = [
        f"{count:,} volunteers of {TEAMS} teams, {BAD:.0%} of the rows bad, {people.stat().st_size / 1e6:.1f} MB .xlsx"
    ]
    _run("ready", teams)
    for what, said in (
        ("bare", "calamine alone, rows as Python lists, thrown away"),
        ("nothing", "our program started, nothing read"),
        ("stage", "checked and staged"),
        ("take", "good rows taken in"),
        ("stage", "the same list again: checked"),
    ):
        found = _run(what, people)
        line = f"{said}: {found['seconds']:.1f} s, peak memory {found['peak_mb']:.0f} MB {found.get('counts', '')}"
        lines.append(line)
        print(line, flush=True)
    return lines


def _run(what: str, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.lists", what, str(file)],
        cwd=servers.ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _bare(file: Path) -> dict[str, Any]:
    import python_calamine

    begun = time.perf_counter()
    sheet = python_calamine.load_workbook(str(file)).get_sheet_by_index(0)
    count = sum(1 for _row in sheet.iter_rows())
    return {"seconds": time.perf_counter() - begun, "counts": f"({count} rows)"}


def _ours(what: str, file: Path) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "laojia.conf.settings")
    import django

    django.setup()
    from laojia.foundation.area.jobs import create_county
    from laojia.foundation.lists import actions, jobs
    from laojia.foundation.lists.models import Batch
    from laojia.kernel import clock
    from laojia.policy.facts import CLOCK

    begun = time.perf_counter()
    if what == "ready":
        create_county(COUNTY)
        batch = _through(jobs.put_down("teams", file.read_bytes(), actor=CLOCK, now=clock.now()))
        actions.take_list(batch=batch, actor=CLOCK, now=clock.now())
        _through(batch)
    elif what == "stage":
        _through(jobs.put_down("volunteers", file.read_bytes(), actor=CLOCK, now=clock.now()))
    elif what == "take":
        batch = Batch.objects.get(state="checked")
        actions.take_list(batch=batch, actor=CLOCK, now=clock.now())
        _through(batch)
    last = Batch.objects.order_by("-id").first()
    counts = f"(new {last.fresh}, there {last.same}, bad {last.bad}, made {last.made})" if last else ""
    return {"seconds": time.perf_counter() - begun, "counts": counts if what in ("stage", "take") else ""}


def _through(batch: Any) -> Any:
    """As the worker does it, without its clocks and messages in between."""
    from laojia.foundation.lists import jobs

    while batch.state in ("reading", "taking"):
        jobs.work_on(batch.pk, 1.5)
        batch.refresh_from_db()
    return batch


def main() -> None:
    what, file = sys.argv[1], Path(sys.argv[2])
    found = _bare(file) if what == "bare" else _ours(what, file)
    # The processor's own time travels better than the clock's where other work runs beside it.
    found["counts"] = f"{found.get('counts', '')} processor {time.process_time():.1f} s".strip()
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
