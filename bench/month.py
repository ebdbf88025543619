"""The month page over a million orders with as many visits, records and roster lines; beside one bare count of the month.

`make bench BENCH="--month"`. Everything is read from the rows themselves at every look: nothing is kept beside them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import servers

MANY, FEW = 1_000_000, 100_000
TURNS = 7

# What became of the orders: four in a hundred could not be done, every twentieth was late, every fiftieth in own words.
_PLACED = "(%(now)s::timestamptz - (n %% 1000000) * interval '30 seconds')"
_CLOSED = "n %% 1000 >= %(open)s"
_ENDS = {
    "arranged_at": f"{_PLACED} + (n %% 4000) * interval '1 minute'",
    "served_at": f"CASE WHEN {_CLOSED} THEN {_PLACED} + interval '4 days' END",
    "outcome": f"CASE WHEN NOT {_CLOSED} THEN '' WHEN n %% 25 = 0 THEN 'cannot' WHEN n %% 10 = 0 THEN 'partly' ELSE 'done' END",
    "outcome_reason": f"CASE WHEN {_CLOSED} AND n %% 25 = 0 THEN (ARRAY['no_parts','needs_specialist','other'])[1 + n %% 3] ELSE '' END",
    "close_kind": f"CASE WHEN NOT {_CLOSED} THEN '' WHEN n %% 3 = 0 THEN 'solved' ELSE 'not_reviewed' END",
    "channel": "(ARRAY['page','phone','phone','counter','paper'])[1 + n %% 5]",
    "described": "n %% 50 = 0",
    "late_since": f"CASE WHEN n %% 20 = 0 THEN {_PLACED} + interval '2 days' END",
}  # fmt: skip
# Rows that hang on each closed order: copies of one row made by the application, with these columns of their own.
_COPY = "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} AS o, order_order AS n WHERE o.id = %s AND n.state = 'closed'"
_BEGAN = "n.placed_at + interval '4 days'"
_KINDS = (
    "(ARRAY['visit','visit','visit','visit','seats','appointment','whole_village','standing'])[1 + n.id %% 8]"
)
_OCCASION = {
    "id": "n.id", "key": "gen_random_uuid()", "item_version_id": "n.item_version_id", "kind": _KINDS, "area_id": "n.area_id",
    "area_path": "n.area_path", "starts_at": _BEGAN, "ends_at": f"{_BEGAN} + interval '1 hour'", "created_at": "n.placed_at",
}  # fmt: skip
_VISIT = {
    "id": "n.id", "order_id": "n.id", "occasion_id": "n.id", "person_id": "n.person_id", "area_path": "n.area_path",
    "state": "CASE WHEN n.id %% 30 = 0 THEN 'not_home' ELSE 'came' END", "seats": "1 + n.id %% 3",
}  # fmt: skip
_RECORDED = (
    "CASE WHEN n.id %% 40 = 0 THEN NULL"
    f" WHEN n.id %% 9 = 0 THEN {_BEGAN} + interval '15 days' ELSE {_BEGAN} + interval '3 days' END"
)
_RECORD = {
    "id": "n.id", "occasion_id": "n.id", "area_path": "n.area_path", "due_at": f"{_BEGAN} + interval '14 days'",
    "recorded_at": _RECORDED,
}  # fmt: skip
_LINE = {"id": "n.id", "occasion_id": "n.id", "area_path": "n.area_path", "minutes": "30 + n.id %% 90"}


def copies(model: Any, first: int, own: dict[str, str]) -> None:
    """A copy of row `first` for every closed order."""
    from django.db import connection

    columns = [f.column for f in model._meta.local_concrete_fields if not f.generated]
    statement = _COPY.format(
        table=model._meta.db_table,
        columns=", ".join(f'"{name}"' for name in columns),
        values=", ".join(own.get(name, f'o."{name}"') for name in columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [first])


def hang(order: Any, now: datetime) -> None:
    """One visit with its record and roster line, then as many as there are closed orders."""
    from laojia.foundation.teams.models import Team
    from laojia.steps.menu.models import Occasion
    from laojia.steps.order.models import Attendance
    from laojia.steps.serve.models import LawRecord, RosterLine

    team = Team.objects.order_by("pk")[0]
    where = {"area_path": order.area_path}
    occasion = Occasion.objects.create(
        state="recorded", item_version=order.item_version, kind="visit", team=team, area=order.area, created_at=now,
        starts_at=now, ends_at=now + timedelta(hours=1), **where,
    )  # fmt: skip
    visit = Attendance.objects.create(
        state="came", order=order, occasion=occasion, team_id=team.pk, created_at=now, **where
    )
    record = LawRecord.objects.create(occasion=occasion, team_id=team.pk, due_at=now, content="理发", **where)
    line = RosterLine.objects.create(
        state="came", occasion=occasion, person=order.person, team_id=team.pk, minutes=30, attested_by_id=1,
        attested_at=now, asked_at=now, **where,
    )  # fmt: skip
    for model, row, own in (
        (Occasion, occasion, _OCCASION), (Attendance, visit, _VISIT), (LawRecord, record, _RECORD), (RosterLine, line, _LINE),
    ):  # fmt: skip
        copies(model, row.pk, own)


def say(text: str) -> None:
    print(text, flush=True)


def fill(many: int, now: datetime) -> Any:
    """The same orders as the other benches, and what became of them."""
    from django.db import connection

    from bench import filling
    from laojia.steps.order.models import Order

    filled = filling.make_people(now)
    say(f"filling in {many:,} orders, visits, records and roster lines")
    begun = time.perf_counter()
    filling._OWN.update(_ENDS)  # this measurement alone: orders that came to an end
    filling.add_orders(filled, 1001, 1000 + many, now)
    hang(Order.objects.select_related("item_version", "area", "person").get(pk=filled.model), now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    say(f"  {time.perf_counter() - begun:.0f} s")
    return filled


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, the median of several turns after one that warms up, and what came of it."""
    act()
    spent, answer = [], None
    for _turn in range(TURNS):
        begun = time.perf_counter()
        answer = act()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent), answer


def floor(first: datetime, after: datetime) -> int:
    """One bare count over the same index."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM order_order WHERE placed_at >= %s AND placed_at < %s AND state <> 'merged'",
            [first, after],
        )
        return int(cursor.fetchone()[0])


def run(*, quick: bool = False) -> dict[str, Any]:
    """Fill, then measure the page, its figures, a drill-down and the workbook, each beside the floor."""
    many = FEW if quick else MANY
    sys.path.insert(0, str(servers.ROOT))
    with ExitStack() as stack:
        servers.prepare_alone(stack)
        subprocess.run(
            [sys.executable, "-m", "laojia.conf.cli", "setup"],
            cwd=servers.ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        import django

        django.setup()
        now = datetime.now(UTC)
        filled = fill(many, now)
        return measured(filled, now, many)


def measured(filled: Any, now: datetime, many: int) -> dict[str, Any]:
    from django.test import Client

    from laojia.desks.reports import queries
    from laojia.desks.reports.rules import month_of, year_of
    from laojia.foundation.people.models import Person
    from laojia.foundation.people.queries import actor_of
    from laojia.kernel.clock import CHINA, local_date
    from tests.cast import PEOPLE

    month = month_of(local_date(now).replace(day=1) - timedelta(days=1))
    first, after = month.moments(CHINA)
    found: dict[str, Any] = {"orders": many}
    found["floor_ms"], found["month_rows"] = timed(lambda: floor(first, after))
    say(
        f"month {month.text}: {found['month_rows']:,} of {many:,} orders; one bare count {found['floor_ms']:.1f} ms"
    )
    for who in ("dispatcher", "station_staff"):
        actor = actor_of(Person.objects.get(name=PEOPLE[who]), local_date(now))
        for period in (month, year_of(month.first.year)):
            view = queries.view_of(actor)
            spent, sheet = timed(lambda v=view, p=period: queries.sheet(v, p, now))
            name = f"{who}_{'year' if period.is_year else 'month'}_ms"
            found[name] = spent
            times, taken = spent / found["floor_ms"], sheet.figures["orders_taken"].total
            say(f"  figures, {name}: {spent:.0f} ms, x{times:.1f} of the floor; {taken:,} taken")
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.cookies["sessionid"] = filled.dispatcher
    for name in ("", "orders_taken/", "workbook.xlsx"):
        path = f"/month/{month.text}/{name}"
        assert browser.get(path).status_code == 200, path
        spent, _answer = timed(lambda p=path: browser.get(p))
        found[path] = spent
        say(f"  {path}: {spent:.0f} ms, x{spent / found['floor_ms']:.1f} of the floor")
    return found
