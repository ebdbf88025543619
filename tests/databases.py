"""Which database the tests use, decided before Django reads its settings.

LAOJIA_DB unset     a SQLite file in a folder of this run
LAOJIA_DB=postgres  a PostgreSQL server of this run, started here in a temporary folder and ended with it
LAOJIA_DB=<address> a server that is there already
Nothing of a real installation is read or written: LAOJIA_VAR is a temporary folder too.
"""

import atexit
import copy
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time as hour_of_day
from pathlib import Path
from typing import Any

import pytest

PROCESS = os.getpid()


def _folder(prefix: str) -> Path:
    """A folder of this run, in memory where the machine has such a place; gone when the run ends."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3 else None
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))

    def remove() -> None:
        if os.getpid() == PROCESS:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def postgres_programs() -> Path | None:
    """The newest PostgreSQL programs on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


def _ends_with_parent() -> None:
    """A killed test run must not leave its server behind (PR_SET_PDEATHSIG, fast shutdown)."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def start_postgres() -> str:
    """Start a server that listens on a socket in its own folder only; give its address."""
    programs = postgres_programs()
    if programs is None:
        raise pytest.UsageError(
            "LAOJIA_DB=postgres, but PostgreSQL is not installed (apt install postgresql)"
        )
    folder = _folder("laojia-pg-")
    # PostgreSQL refuses to run as root.
    person = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    if person:
        shutil.chown(folder, "postgres", "postgres")
    words = {"cwd": folder, "stdout": subprocess.DEVNULL, **person}
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ],
        check=True,
        **words,
    )
    # Durability of the test server itself is not under test; the crash tests kill our processes, not the machine.
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "120",
        "shared_buffers": "64MB",
        "autovacuum": "off",
        # Two tests that wait for each other must fail, not stand still.
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "120s",
    }
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *settings],
            stderr=log,
            preexec_fn=_ends_with_parent,  # noqa: PLW1509  (no threads run yet)
            **words,
        )

    def stop() -> None:
        if os.getpid() == PROCESS:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)

    atexit.register(stop)
    _await(server, programs, folder)
    return f"postgres://postgres@/laojia?host={folder}"


def _await(server: subprocess.Popen[bytes], programs: Path, folder: Path) -> None:
    for _ in range(150):
        ready = subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False)
        if ready.returncode == 0:
            subprocess.run([programs / "createdb", "-h", folder, "-U", "postgres", "laojia"], check=True)
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise pytest.UsageError("PostgreSQL did not start:\n" + (folder / "log").read_text()[-2000:])


def choose() -> None:
    """Set the environment of this run once; child processes inherit it."""
    os.environ.pop("LAOJIA_MODE", None)
    if "LAOJIA_TEST_RUN" not in os.environ or os.environ.get("LAOJIA_DB") in {"postgres", "sqlite"}:
        folder = _folder("laojia-test-")
        os.environ["LAOJIA_TEST_RUN"] = os.environ["LAOJIA_VAR"] = str(folder)
        wanted = os.environ.get("LAOJIA_DB", "sqlite")
        if wanted == "postgres":
            os.environ["LAOJIA_DB"] = start_postgres()
        elif wanted == "sqlite":
            os.environ["LAOJIA_DB"] = str(folder / "laojia.sqlite3")


choose()


def on_postgres() -> bool:
    return os.environ["LAOJIA_DB"].startswith("postgres")


# --- one run, both databases -------------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the double run (tools/run_tests.py) what needs no second database is done by one side only."""
    side = os.environ.get("LAOJIA_TEST_SIDE")
    if not side:
        return
    keep, leave = [], []
    for item in items:
        once = "sqlite" if item.get_closest_marker("journey") else "postgres" if _pure(item) else side
        (keep if once == side else leave).append(item)
    if leave:
        config.hook.pytest_deselected(items=leave)
        items[:] = keep


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Whatever stands in tests/journeys drives the browser."""
    if "tests/journeys/" in item.nodeid:
        item.add_marker("journey")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What this machine could not run is said, never passed over."""
    if left_out := os.environ.get("LAOJIA_LEFT_OUT"):
        terminalreporter.section("left out on this machine", yellow=True)
        terminalreporter.line(left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test is a left-out test: under LAOJIA_NOTHING_LEFT_OUT it fails the run."""
    strict = os.environ.get("LAOJIA_NOTHING_LEFT_OUT", "") not in {"", "0"}
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if strict and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _pure(item: pytest.Item) -> bool:
    """Touches no test database: once is enough."""
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return not fixtures and not item.get_closest_marker("django_db") and not item.get_closest_marker("both")


# --- the database of the run ----------------------------------------------------------------------------------


def snapshot() -> "SqliteSnapshot | PostgresSnapshot":
    return PostgresSnapshot() if on_postgres() else SqliteSnapshot()


class SqliteSnapshot:
    """The whole migrated file, copied back by SQLite's own backup."""

    def __init__(self) -> None:
        import sqlite3

        from django.db import connection

        connection.ensure_connection()
        self.kept = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(self.kept)

    def restore(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self.kept.backup(connection.connection)


class PostgresSnapshot:
    """Seed rows and sequences; all else is truncated, triggers asleep."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            self.tables = [
                name for name in connection.introspection.table_names(cursor) if name != "django_migrations"
            ]
            self.rows = {name: self._copy_out(cursor, name) for name in self.tables}
            cursor.execute(
                "SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            )
            self.sequences = cursor.fetchall()

    @staticmethod
    def _columns(cursor: Any, table: str) -> str:
        cursor.execute(
            "SELECT quote_ident(column_name) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return ", ".join(row[0] for row in cursor.fetchall())

    def _copy_out(self, cursor: Any, table: str) -> tuple[str, bytes]:
        columns = self._columns(cursor, table)
        with cursor.copy(f'COPY "{table}" ({columns}) TO STDOUT') as copy:
            return columns, b"".join(bytes(part) for part in copy)

    def restore(self) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            used = " UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in self.tables)
            cursor.execute(used)
            touched = {row[0] for row in cursor.fetchall()} | {
                name for name, (_, rows) in self.rows.items() if rows
            }
            for name in sorted(touched):
                cursor.execute(f'TRUNCATE "{name}" CASCADE')
            for name, (columns, rows) in self.rows.items():
                if rows:
                    with cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy:
                        copy.write(rows)
            for schema, name, last in self.sequences:
                cursor.execute(
                    f'SELECT setval(\'"{schema}"."{name}"\', %s, %s)', [last or 1, last is not None]
                )


class Replay:
    """Rows made once by real actions, put into each later test as they were: the cast costs its making one time a run.

    Works inside the test's transaction. Tables that held rows before (seeds) must not have been changed by the making.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
        self.made: Any = None
        self.rows: dict[str, tuple[list[str], list[Any]]] = {}

    def __call__(self) -> Any:
        if self.made is None:
            before = self._counts()
            made = self.make()
            after = self._counts()
            # A test that wrote rows of its own first must not have them counted among the cast's.
            if all(after[name] == count for name, count in before.items() if count):
                self.rows = {
                    name: self._read(name) for name, count in after.items() if count and not before[name]
                }
                self.made = copy.deepcopy(made)
            return made
        from django.db import transaction

        # One transaction: links between the tables are checked at its end only.
        with transaction.atomic(), self._triggers_asleep():
            for name, (columns, rows) in self.rows.items():
                self._insert(name, columns, rows)
        return copy.deepcopy(self.made)

    @staticmethod
    @contextmanager
    def _triggers_asleep() -> Iterator[None]:
        """What triggers wrote then is among the rows; PostgreSQL names its tables in no order, so they would write it twice."""
        from django.db import connection

        if not on_postgres():
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            cursor.execute("SET LOCAL session_replication_role = origin")

    @staticmethod
    def _counts() -> dict[str, int]:
        from django.db import connection

        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM \"{name}\"" for name in names))
            return dict(cursor.fetchall())

    @staticmethod
    def _read(table: str) -> tuple[list[str], list[Any]]:
        from django.db import connection

        with connection.cursor() as cursor:
            if on_postgres():
                columns = PostgresSnapshot._columns(cursor, table)
                with cursor.copy(f'COPY "{table}" ({columns}) TO STDOUT') as out:
                    return [columns], [b"".join(bytes(part) for part in out)]
            cursor.execute(f"PRAGMA table_xinfo('{table}')")
            names = [row[1] for row in cursor.fetchall() if row[6] == 0]
            quoted = ", ".join(f'"{name}"' for name in names)
            rows = connection.connection.execute(f'SELECT {quoted} FROM "{table}"').fetchall()
            return names, rows

    @staticmethod
    def _insert(table: str, columns: list[str], rows: list[Any]) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            if not on_postgres():
                names = ", ".join(f'"{name}"' for name in columns)
                holes = ", ".join("?" for _ in columns)
                # SQLite reads a time of day as one, but takes it as text only.
                plain = [
                    tuple(str(one) if isinstance(one, hour_of_day) else one for one in row) for row in rows
                ]
                connection.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', plain)
                return
            with cursor.copy(f'COPY "{table}" ({columns[0]}) FROM STDIN') as into:
                into.write(rows[0])
            cursor.execute(
                "SELECT pg_get_serial_sequence(%s, attname), attname FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attidentity <> ''",
                [table, table],
            )
            for sequence, column in cursor.fetchall():
                cursor.execute(
                    f'SELECT setval(%s, greatest((SELECT max("{column}") FROM "{table}"), nextval(%s)))',
                    [sequence, sequence],
                )
