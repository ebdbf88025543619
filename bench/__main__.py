"""`make bench`: each path of ours beside the bare framework's floor, in turns, medians told.

BENCH="--quick" for a look, BENCH="--cost" for what one request costs in processor time and statements.

Ends by itself in less than twelve minutes. Two web processes on either side, one PostgreSQL, 8 and 32 clients.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import servers

ROOT = servers.ROOT
FEW = 10_000
TOKEN = "c" * 32


@dataclass(frozen=True)
class Size:
    """How much of everything: a whole run, or a quick look."""

    many: int
    seconds: float
    turns: int
    clients: tuple[int, ...]


WHOLE = Size(1_000_000, 3.0, 3, (8, 32))
QUICK = Size(50_000, 1.0, 1, (8,))


def request(
    method: str, path: str, *, session: str = "", body: Any = None, form: bool = False, **head: str
) -> str:
    """One HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: zh-CN"]
    if session:
        lines += [f"Cookie: sessionid={session}; csrftoken={TOKEN}", f"X-CSRFToken: {TOKEN}"]
    text = "" if body is None else json.dumps(body)
    if method == "POST":
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(text.encode())}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in head.items()]
    return "\r\n".join(lines) + "\r\n\r\n" + text


class Paths:
    """The requests of each path, ours and the floor's; what can be asked once only is never asked twice."""

    def __init__(self, filled: Any, many: int) -> None:
        self.filled, self.many = filled, many
        self._orders = self._fresh_orders()
        self._received = iter(range(FEW + 1, many))

    def _fresh_orders(self) -> Iterator[str]:
        filled = self.filled
        day, half = filled.wish
        for item in filled.items:
            for _person, session in filled.residents:
                body = {
                    "item_code": item, "area_code": filled.area, "place": "一巷3号",
                    "times": [{"date": day, "half": half}],
                }  # fmt: skip
                key = str(uuid.uuid4())
                yield request(  # a telephone of his own: so many orders from one device would be refused
                    "POST", "/api/v1/orders", session=session, body=body, Idempotency_Key=key,
                    User_Agent=f"bench {session}",
                )  # fmt: skip

    def place(self, count: int) -> list[str]:
        return [one for one, _ in zip(self._orders, range(count), strict=False)]

    def queue(self, _count: int) -> list[str]:
        return [request("GET", "/desk/", session=self.filled.dispatcher)]

    def one(self, count: int) -> list[str]:
        rows = [pk for pk in range(FEW + 1, self.many) if pk % 1000 < 20][:count]
        owners = [session for _person, session in self.filled.owners]
        return [request("GET", f"/o/{self.numbers[pk]}/", session=owners[pk % len(owners)]) for pk in rows]

    numbers: dict[int, str]

    def change(self, count: int) -> list[str]:
        found: list[str] = []
        for pk in self._received:
            if 10 <= pk % 1000 < 20:
                found.append(
                    request("POST", f"/desk/o/{pk}/triage/", session=self.filled.dispatcher, form=True)
                )
            if len(found) == count:
                break
        return found

    def floor(self, path: str, count: int, *, signed_in: bool = False) -> list[str]:
        session = self.filled.floor if signed_in else ""
        if path == "place":
            body = {"item_code": "B01", "place": "一巷3号"}
            return [
                request("POST", "/orders", session=session, body=body, Idempotency_Key=str(uuid.uuid4()))
                for _ in range(count)
            ]
        if path == "queue":
            return [request("GET", "/queue/", session=session)]
        tail = "" if path == "one" else "change/"
        method = "GET" if path == "one" else "POST"
        return [
            request(method, f"/o/{1 + n * 7}/{tail}", session=session, form=True)
            for n in range(min(count, 1400))
        ]


def fire(port: int, requests: list[str], clients: int, seconds: float, *, again: bool) -> dict[str, Any]:
    """One measurement by a load process of its own."""
    plan = {"port": port, "requests": requests, "clients": clients, "seconds": seconds, "again": again}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(plan), text=True, capture_output=True, cwd=ROOT,
        check=True, timeout=seconds + 60,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def prepare(stack: ExitStack, size: Size) -> tuple[dict[str, str], Any]:
    """PostgreSQL, three databases, all filled. Returns their addresses and what may be asked for."""
    folder = stack.enter_context(servers.postgres())
    addresses = {"few": servers.make_database(folder, "few"), "floor": servers.make_database(folder, "floor")}
    os.environ["LAOJIA_DB"] = addresses["few"]
    os.environ["LAOJIA_VAR"] = str(folder / "var")
    os.environ["LAOJIA_TEST_RUN"] = str(folder / "var")
    os.environ["LAOJIA_LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "laojia.conf.settings"
    Path(os.environ["LAOJIA_VAR"]).mkdir(mode=0o777)
    say("making the databases")
    subprocess.run(
        [sys.executable, "-m", "laojia.conf.cli", "setup"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    import django
    from django.conf import settings

    django.setup()
    from django.db import connection

    from bench import filling

    now = datetime.now(UTC)
    filled = filling.make_people(now)
    filling.add_orders(filled, FEW // 10, FEW + FEW // 10, now)
    connection.close()
    addresses["many"] = servers.make_database(folder, "many", template="few")
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = "many"
    say(f"filling in {size.many:,} orders")
    begun = time.perf_counter()
    filling.add_orders(filled, FEW + FEW // 10 + 1, size.many, now)
    say(f"  {time.perf_counter() - begun:.0f} s")
    filled.floor = servers.fill_floor(addresses["floor"], size.many)
    return addresses, filled


def say(text: str) -> None:
    print(text, flush=True)


# The bare floor is what the aim is about; the other is the same with the framework's own sign-in (bench/floor).
FLOORS = {"floor": "bench.floor.settings", "signed": servers.SIGNED_IN}
# path, our server, path of the floor, answers that count
COMPARED = (
    ("place", "many", "place", "201"),
    ("queue", "few", "queue", "200"),
    ("queue", "many", "queue", "200"),
    ("one", "many", "one", "200"),
    ("change", "many", "change", "302"),
)


def measure(ports: dict[str, int], paths: Paths, size: Size) -> list[dict[str, Any]]:
    """Ours and the floor in turns: what else the machine does meets both alike."""
    lines = []
    for path, server, under, good in COMPARED:
        for clients in size.clients:
            heard: dict[str, list[dict[str, Any]]] = {side: [] for side in ("ours", *FLOORS)}
            _warm_up(ports, paths, path, server, under)
            for turn in range(size.turns):
                sides = list(heard)
                for side in sides if turn % 2 == 0 else reversed(sides):
                    heard[side].append(_once(side, ports, paths, (path, server, under), clients, size))
            lines.append(_line(path, server, clients, good, heard))
            say(shown(lines[-1]))
    return lines


def _warm_up(ports: dict[str, int], paths: Paths, path: str, server: str, under: str) -> None:
    fire(ports[server], getattr(paths, path)(40), 8, 1.0, again=False)
    for side in FLOORS:
        fire(ports[side], paths.floor(under, 40, signed_in=side == "signed"), 8, 1.0, again=False)


def _once(
    side: str, ports: dict[str, int], paths: Paths, what: tuple[str, str, str], clients: int, size: Size
) -> dict[str, Any]:
    path, server, under = what
    count = int(4000 * size.seconds)
    again = path in ("queue", "one")
    if side in FLOORS:
        asked = paths.floor(under, count, signed_in=side == "signed")
        return fire(ports[side], asked, clients, size.seconds, again=path != "place")
    enough = int(400 * size.seconds) if path != "one" else 1000
    return fire(ports[server], getattr(paths, path)(enough), clients, size.seconds, again=again)


def _line(
    path: str, server: str, clients: int, good: str, heard: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    for answer in (one for answers in heard.values() for one in answers):
        if set(answer["codes"]) != {good}:
            sys.exit(f"{path}: answers other than {good}: {answer['codes']}")
    middle = {
        side: {
            key: statistics.median(a[key] for a in answers)
            for key in ("per_second", "p50", "p99", "busy", "bytes")
        }
        for side, answers in heard.items()
    }
    return {"path": path, "orders": server, "clients": clients, **middle}


def shown(line: dict[str, Any]) -> str:
    ours, floor, signed = line["ours"], line["floor"], line["signed"]
    return (
        f"{line['path']:7}{line['orders']:>5} {line['clients']:3} clients: {ours['per_second']:6.0f}/s p50 {ours['p50']:5.1f}"
        f" p99 {ours['p99']:6.1f} ms | floor {floor['per_second']:6.0f}/s p50 {floor['p50']:5.1f} p99 {floor['p99']:6.1f} ms"
        f" | of the floor: {ours['per_second'] / floor['per_second']:.2f}, p50 x{ours['p50'] / floor['p50']:.1f},"
        f" p99 x{ours['p99'] / floor['p99']:.1f} | signed in {signed['per_second']:6.0f}/s:"
        f" {ours['per_second'] / signed['per_second']:.2f} of it | load busy {ours['busy']:.2f} / {floor['busy']:.2f}"
    )


def costs(addresses: dict[str, str], paths: Paths) -> dict[str, Any]:
    """Statements and processor time of one request on each side, without network and second client."""
    from bench import cost

    asked = {path: getattr(paths, path)(cost.NEEDED) for path in ("place", "queue", "one", "change")}
    found = {"ours": cost.measure("laojia.conf.wsgi:application", asked, LAOJIA_DB=addresses["many"])}
    for side, settings in FLOORS.items():
        under = {path: paths.floor(path, cost.NEEDED, signed_in=side == "signed") for path in asked}
        place = {"BENCH_FLOOR_DB": addresses["floor"], "BENCH_FLOOR": settings}
        found[side] = cost.measure("bench.floor.wsgi:application", under, **place)
    for path in asked:
        for side, lines in found.items():
            line = lines[path]
            say(
                f"{path:7}{side:>7} {line['statements']:3} statements {line['ms']:6.2f} ms in Python"
                f" {line['pg_ms']:6.2f} ms in PostgreSQL  answers {', '.join(line['codes'])}"
            )
    return found


def _lists(*, quick: bool) -> dict[str, Any]:
    from bench import lists

    sys.path.insert(0, str(ROOT))
    with ExitStack() as alone:
        lists.measure(alone, quick=quick)
    return {}


def _month(*, quick: bool) -> dict[str, Any]:
    from bench import month

    return {"month": month.run(quick=quick)}


def _search(*, quick: bool) -> dict[str, Any]:
    from bench import searching

    return {"search": searching.run(quick=quick)}


# What is measured on its own: the word after --, what it is, and what does it.
ALONE: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "search": ("finding people on the telephone", _search),
    "month": ("the month page over a million orders", _month),
    "lists": ("a list of 116,000 volunteers read in", _lists),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one turn: a look, no result")
    parser.add_argument(
        "--cost", action="store_true", help="processor time and statements of one request only"
    )
    parser.add_argument("--json", type=Path, help="write what was measured there as well")
    for word, (what, _run) in ALONE.items():
        parser.add_argument(f"--{word}", action="store_true", help=f"{what}, nothing else")
    given = parser.parse_args()
    for word, (_what, run) in ALONE.items():
        if getattr(given, word):
            _kept(given.json, run(quick=given.quick))
            return
    _requests(given)


def _requests(given: argparse.Namespace) -> None:
    """The paths of the web, beside both floors."""
    size = QUICK if given.quick or given.cost else WHOLE
    begun = time.perf_counter()
    sys.path.insert(0, str(ROOT))
    with ExitStack() as stack:
        addresses, filled = prepare(stack, size)
        from django.db import connection

        from bench import lookup
        from laojia.steps.order.models import Order

        paths = Paths(filled, size.many)
        open_orders = Order.objects.filter(state__in=("waiting", "received"))
        paths.numbers = dict(open_orders.values_list("pk", "number"))
        if given.cost:
            connection.close()
            _kept(given.json, costs(addresses, paths))
            return
        before = Order.objects.filter(state="received").count()
        ports = {
            name: stack.enter_context(servers.serving(servers.ours(), "/o/", LAOJIA_DB=addresses[name]))
            for name in ("few", "many")
        }
        for side, settings in FLOORS.items():
            ports[side] = stack.enter_context(
                servers.serving(
                    servers.floor(), "/nothing/", BENCH_FLOOR_DB=addresses["floor"], BENCH_FLOOR=settings
                )
            )
        say(f"{platform.machine()}, {os.cpu_count()} processors, {servers.PROCESSES} web processes each")
        lines = measure(ports, paths, size)
        moved = before - Order.objects.filter(state="received").count()
        say(f"{moved} orders moved net of those newly placed")
        found = lookup.measure()
        say(
            f"point lookup: {found['find_us']:.1f} us in the index, {found['locate_us']:.1f} us with checks,"
            f" {found['polygons']} polygons, index built in {found['build_ms']:.0f} ms"
        )
        connection.close()
    _conclude(lines, size)
    _kept(given.json, {"lines": lines, "lookup": found})
    say(f"done in {time.perf_counter() - begun:.0f} s")


def _kept(file: Path | None, found: dict[str, Any]) -> None:
    if file is not None:
        file.write_text(json.dumps(found, indent=1))


def _conclude(lines: list[dict[str, Any]], size: Size) -> None:
    by = {(line["path"], line["orders"], line["clients"]): line["ours"] for line in lines}
    for clients in size.clients:
        few, many = by["queue", "few", clients], by["queue", "many", clients]
        say(
            f"queue at {size.many:,} beside {FEW:,}, {clients} clients: {many['per_second'] / few['per_second']:.2f}"
        )


if __name__ == "__main__":
    main()
