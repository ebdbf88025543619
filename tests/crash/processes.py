"""The real server and the real worker, killed and begun again.

They are forks of one process that has loaded everything and opened nothing, as the server's own web processes are:
fifty starts then cost seconds, and the kills fall into work instead of into imports.
Run as a program this file is that process: it reads `server` or `worker`, forks, and prints the number of the fork.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import time as time_of_day
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for one start; only a machine with much else to do needs them


def database_address() -> str:
    """The test database as a child process names it."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(settings["NAME"])
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={host}{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Starter:
    """Begins processes. When it ends, all that it began ends too."""

    def __init__(self, log: Path, port: int) -> None:
        self.log = log
        environment = {
            **os.environ, "LAOJIA_DB": database_address(), "LAOJIA_LOG_LEVEL": "ERROR", "LAOJIA_MOST_OPEN_ORDERS": "10000",
            "LAOJIA_MOST_ORDERS_AN_HOUR": "10000",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        }  # fmt: skip
        with log.open("ab") as errors:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.processes", str(port)],
                cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip

    def begin(self, what: str) -> int:
        """Start a `server` or a `worker`; its process number."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{what}\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        assert line.strip().isdigit(), f"nothing was started:\n{self.log.read_text()[-3000:]}"
        return int(line)

    def end(self) -> None:
        self._child.kill()
        self._child.communicate()
        time.sleep(0.2)  # the forks end with it, and their own forks with them


class Process:
    """A server or worker that is ended without warning and begun anew."""

    def __init__(self, starter: Starter, what: str) -> None:
        self._starter, self._what = starter, what
        self.start()

    def start(self) -> None:
        self.pid = self._starter.begin(self._what)

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up. A server's web processes go with it."""
        assert self.alive(), self.said()
        os.kill(self.pid, signal.SIGKILL)
        until = time.monotonic() + PATIENCE
        while self.alive():
            assert time.monotonic() < until, f"{self._what} does not die"
            time.sleep(0.005)

    def said(self) -> str:
        return f"the {self._what} ended by itself:\n{self._starter.log.read_text()[-3000:]}"

    def await_answer(self, port: int) -> None:
        """Until a page comes."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.alive(), self.said()
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                line.request("GET", "/o/")
                line.getresponse().read()
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
            else:
                return
            finally:
                line.close()
        raise AssertionError(f"no answer within {PATIENCE:.0f} s:\n{self._starter.log.read_text()[-3000:]}")


# --- the process that forks ------------------------------------------------------------------------------------


def main() -> None:
    import django

    django.setup()
    from django.urls import get_resolver

    import laojia.conf.crew
    import laojia.conf.wsgi  # noqa: F401  (loaded once for all)

    get_resolver().reverse_dict  # noqa: B018  (reading it fills the route tables)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what was killed is forgotten at once
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(line.strip(), int(sys.argv[1]))
        print(pid, flush=True)


def _become(what: str, port: int) -> None:
    """Never returns. The fork has nothing of ours but the loaded code."""
    from laojia.conf import serving
    from laojia.policy import contact

    # No quiet hours: whatever the real hour, the kills fall into the sending of messages.
    contact.QUIET_FROM, contact.QUIET_TO = time_of_day.max, time_of_day.min
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    try:
        if what == "server":
            serving.serve(host="127.0.0.1", port=port, processes=2, worker=False)
        else:
            serving.work()
    finally:
        os._exit(1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "laojia.conf.settings")
    main()
