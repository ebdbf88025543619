"""Processor time and statements of one request, in process: no network, no second client, no waiting counted.

`measure()` runs one side as a process of its own, because each side has settings of its own. Told is the best of
ten rounds, the median request of each: what else the machine does makes a request dearer, never cheaper.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bench.servers import ROOT

ROUNDS, EACH, WARM = 10, 10, 10
NEEDED = ROUNDS * EACH + WARM
Environ = dict[str, Any]


def measure(
    application: str, requests: dict[str, list[str]], **environment: str
) -> dict[str, dict[str, Any]]:
    """path → {"ms", "pg_ms", "statements", "codes", "sent"} of the WSGI `application` ("module:name")."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.cost"], input=json.dumps([application, requests]), text=True,
        capture_output=True, cwd=ROOT, env={**os.environ, **environment}, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    answer: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return answer


def environ_of(request: str) -> Environ:
    """What the server hands over for a request as it goes over the wire."""
    head, _blank, body = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, version = first.split(" ")
    path, _mark, query = target.partition("?")
    given: Environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": unquote(path), "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": version, "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False, "wsgi.input": io.BytesIO(body.encode()),
    }  # fmt: skip
    for line in lines:
        name, _colon, value = line.partition(": ")
        key = name.upper().replace("-", "_")
        given[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return given


def answer(application: Callable[..., Any], environ: Environ) -> str:
    """Ask once; the code of the answer, which is read and closed as a server does."""
    codes: list[str] = []
    response = application(environ, lambda status, _headers: codes.append(status[:3]))
    for _piece in response:
        pass
    response.close()
    return codes[0]


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements sent meanwhile (BEGIN and COMMIT are not among them)."""
    from django.db import connection

    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def _in_postgres() -> float:
    """Seconds of processor time the server's process of this connection has used (Linux)."""
    from django.db import connection

    connection.ensure_connection()
    process: Any = connection.connection
    return int(Path(f"/proc/{process.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


def cost_of(application: Callable[..., Any], requests: list[str]) -> dict[str, Any]:
    """Median request of the best round. Requests begin anew where there are too few."""
    environs = [environ_of(requests[n % len(requests)]) for n in range(NEEDED)]
    codes = {answer(application, environ) for environ in environs[: WARM - 1]}
    with counting() as sent:
        codes.add(answer(application, environs[WARM - 1]))
    rounds, beyond = [], []
    for begin in range(WARM, NEEDED, EACH):
        spent, there = [], _in_postgres()
        for environ in environs[begin : begin + EACH]:
            before = time.process_time()
            codes.add(answer(application, environ))
            spent.append(time.process_time() - before)
        rounds.append(1000 * statistics.median(spent))
        beyond.append(1000 * (_in_postgres() - there) / EACH)
    return {
        "ms": min(rounds),
        "pg_ms": min(beyond),
        "statements": len(sent),
        "codes": sorted(codes),
        "sent": sent,
    }


def main() -> None:
    wanted, requests = json.load(sys.stdin)
    module, _colon, name = wanted.partition(":")
    application = getattr(import_module(module), name)
    json.dump({path: cost_of(application, texts) for path, texts in requests.items()}, sys.stdout)


if __name__ == "__main__":
    main()
