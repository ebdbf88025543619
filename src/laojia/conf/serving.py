"""Starts the web server (Granian, WSGI) and the worker beside it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings


def _on_sqlite() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def process_count(asked: int | None) -> int:
    """One web process on SQLite: a second one would starve waiting writers for seconds."""
    if _on_sqlite():
        return 1
    return asked or max(2, min(8, os.cpu_count() or 2))


def serve(host: str, port: int, processes: int | None, worker: bool) -> None:
    """Serve until stopped; the worker is a child that ends with us."""
    from granian.constants import Interfaces
    from granian.server import Server

    child = _start_worker() if worker else None
    try:
        Server(
            "laojia.conf.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=process_count(processes),
            blocking_threads=8 if _on_sqlite() else 16,
            backpressure=256,
            log_access=False,
            respawn_failed_workers=True,
        ).serve()
    finally:
        if child is not None:
            _stop(child)


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "laojia.conf.cli", "worker"], env={**os.environ, "LAOJIA_PARENT": str(os.getpid())})


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()


def work(once: bool = False) -> None:
    """Do due clocks and messages until asked to stop, or until the server that started us is gone."""
    turn: Callable[..., Any] = import_module("laojia.foundation.outbox.jobs").turn
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parent = os.environ.get("LAOJIA_PARENT")
    while not stopping:
        busy = turn()
        if once or (parent and os.getppid() != int(parent)):
            return
        if not busy:
            time.sleep(1.0)
