"""Starts the web server (Granian, WSGI) and the worker beside it."""

import ctypes
import gc
import os
import signal
import subprocess
import sys
import threading
from importlib import import_module

from django.conf import settings
from django.db import connections
from django.urls import get_resolver

from laojia.kernel import env


def on_sqlite() -> bool:
    """Whether the installation runs on the embedded store."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def process_count(asked: int | None) -> int:
    """One web process on SQLite: a second one would starve waiting writers for seconds."""
    if on_sqlite():
        return 1
    return asked or max(2, min(8, os.cpu_count() or 2))


def serve(host: str, port: int, processes: int | None, worker: bool) -> None:
    """Serve until stopped; the worker is a child that ends with us."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    child = _start_worker() if worker else None
    server = Server(
        "laojia.conf.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=process_count(processes),
        blocking_threads=8 if on_sqlite() else 16,
        backpressure=256,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    )
    server.on_startup(_warm)
    try:
        server.serve()
    finally:
        if child is not None:
            _stop(child)


def _warm() -> None:
    """Load everything once before the web processes are forked, and keep it out of the collector's sight.

    Without the freeze each full collection walks the whole framework again, in the middle of an answer.
    """
    import_module("laojia.conf.wsgi")
    get_resolver().reverse_dict  # noqa: B018  (reading it fills the route tables)
    connections.close_all()
    os.register_at_fork(after_in_child=_end_with_parent)
    gc.collect()
    gc.freeze()


def _end_with_parent() -> None:
    """A web process whose parent was killed must not keep the port (Linux: PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _start_worker() -> subprocess.Popen[bytes]:
    environment = {**os.environ, "LAOJIA_PARENT": str(os.getpid())}
    return subprocess.Popen([sys.executable, "-m", "laojia.conf.cli", "worker"], env=environment)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()


def work(once: bool = False) -> None:
    """Do due clocks and messages until asked to stop, or until the server that started us is gone."""
    from laojia.conf import retention
    from laojia.conf.crew import gather
    from laojia.foundation.outbox.jobs import work as go_round
    from laojia.foundation.people.jobs import likeness as look_for_doubles
    from laojia.kernel import clock

    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    if parent := env.number("LAOJIA_PARENT", 0):
        threading.Thread(target=_stop_without, args=(parent, stop), daemon=True).start()
    crew = gather()
    retention.arm_once(clock.now())
    look_for_doubles.arm(clock.now())
    go_round(crew.handlers, crew.resolve, crew.gateway, words=crew.words, stop=stop, once=once)


def _stop_without(parent: int, stop: threading.Event) -> None:
    """A server that was killed cannot stop its worker: the worker looks for it."""
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
