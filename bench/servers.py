"""PostgreSQL in a temporary folder, and the two web servers that are compared, each with the same number of processes."""

from __future__ import annotations

import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = 2
THREADS = 16  # of each process, as laojia serve has them on PostgreSQL
SIGNED_IN = "bench.floor.signed_in"
# Commits reach the disk, as in a county; the rest is sized for a small machine.
OPTIONS = {
    "listen_addresses": "", "max_connections": "250", "shared_buffers": "512MB", "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB", "checkpoint_timeout": "30min", "autovacuum": "off", "jit": "off",
}  # fmt: skip


def _ends_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _killed_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextmanager
def postgres() -> Iterator[Path]:
    """A server that listens on a socket in its folder only; gone afterwards."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        sys.exit("PostgreSQL is not installed (apt install postgresql)")
    programs, folder = found[-1].parent, Path(tempfile.mkdtemp(prefix="laojia-bench-"))
    person = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    if person:
        shutil.chown(folder, "postgres", "postgres")
    words = {"cwd": folder, "stdout": subprocess.DEVNULL, **person}
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
        check=True, **words,
    )  # fmt: skip
    given = [part for key, value in OPTIONS.items() for part in ("-c", f"{key}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-c", f"unix_socket_directories={folder}", *given],
            stderr=log, preexec_fn=_ends_with_us,  # noqa: PLW1509  (no threads run yet)
            **words,
        )  # fmt: skip
    try:
        for _ in range(200):
            if subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
                break
            time.sleep(0.1)
        yield folder
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def prepare_alone(stack: ExitStack) -> Path:
    """A server with one empty database for a measurement of its own; the settings of this process point there."""
    folder = stack.enter_context(postgres())
    os.environ["LAOJIA_DB"] = make_database(folder, "alone")
    os.environ["LAOJIA_VAR"] = os.environ["LAOJIA_TEST_RUN"] = str(folder / "var")
    os.environ["LAOJIA_LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "laojia.conf.settings"
    Path(os.environ["LAOJIA_VAR"]).mkdir(mode=0o777)
    return folder


def make_database(folder: Path, name: str, template: str = "template1") -> str:
    """An own database on that server; its address."""
    import psycopg

    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"postgres://postgres@/{name}?host={folder}"


def fill_floor(address: str, count: int) -> str:
    """Make the floor's tables and rows; the session of its one account."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.floor.fill", str(count)], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "BENCH_FLOOR_DB": address, "DJANGO_SETTINGS_MODULE": SIGNED_IN},
    )  # fmt: skip
    return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(words: list[str], path: str, **environment: str) -> Iterator[int]:
    """A server process; yields its port once `path` is answered."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, *words, "--port", str(port)], cwd=ROOT, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, preexec_fn=_killed_with_us,  # noqa: PLW1509
    )  # fmt: skip
    try:
        _await(server, port, path)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()


def _await(server: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", path)
            line.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            line.close()
    sys.exit("a server did not start")


def ours() -> list[str]:
    return ["-m", "laojia.conf.cli", "serve", "--processes", str(PROCESSES), "--no-worker"]


def floor() -> list[str]:
    return [
        "-m", "granian", "--interface", "wsgi", "--workers", str(PROCESSES), "--blocking-threads", str(THREADS),
        "--backpressure", "256", "--no-log", "bench.floor.wsgi:application",
    ]  # fmt: skip
