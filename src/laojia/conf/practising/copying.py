"""Makes the training copy beside the installation and serves it: own folder, own database, own keys, own port."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from laojia.conf.options import OPTIONS
from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import is_practice
from laojia.kernel import env
from laojia.kernel.errors import BadInput, Conflict

if TYPE_CHECKING:
    from psycopg import Connection as _Connection

    Connection = _Connection[Any]

Say = Callable[[str], object]
SUFFIX = "_practice"
# Nothing that belongs to the county's own installation goes into the copy: its keys, its gateway, its address.
_OWN = (
    "LAOJIA_SECRET_KEY",
    "LAOJIA_SEAL_KEYS",
    "LAOJIA_HASH_KEY",
    *(option.name for option in OPTIONS if option.name.split("_")[1] == "SMS"),
    "LAOJIA_ADDRESS",
    "LAOJIA_PARENT",
)
# Filled by the migrations themselves, by triggers, or of no use in a copy.
_LEFT_OUT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "django_session",
    "laojia_cache",
    "limits_taken",
    "people_namepiece",
}


def practise(host: str, port: int, worker: bool, anew: bool, say: Say) -> None:
    """Make the copy when there is none (or `anew`), say who can sign in, serve it."""
    if is_practice():
        raise Conflict(
            "practice",
            _("This is the training copy already."),
            _("Make a copy from the county's own installation."),
        )
    if not Area.objects.exists():
        raise BadInput(
            "no_county",
            _("There is no county here yet."),
            _("Make it first: laojia county create, or laojia demo."),
        )
    around = surroundings(port)
    folder = Path(around["LAOJIA_VAR"])
    ready = folder / "ready"
    if anew or not ready.exists():
        say("· 练习用的副本（一次）")
        ready.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        _copy(around, say)
        _laojia(around, "practice", "scrub")
        ready.touch()
    _laojia(around, "setup")
    _laojia(around, "practice", "who")
    say(f"\n练习：http://{host}:{port}（Ctrl-C 结束）")
    words = ["serve", "--host", host, "--port", str(port), "--worker" if worker else "--no-worker"]
    os.execve(sys.executable, [sys.executable, "-m", "laojia.conf.cli", *words], dict(around))


def surroundings(port: int = 8100) -> dict[str, str]:
    """The environment of the copy."""
    around = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    folder = env.var_dir() / "practice"
    around |= {"LAOJIA_VAR": str(folder), "LAOJIA_PRACTICE": "yes", "LAOJIA_MODE": "trial"}
    around |= {"LAOJIA_DB": _place(folder), "LAOJIA_ADDRESS": f"http://127.0.0.1:{port}"}
    return around


def _place(folder: Path) -> str:
    if connection.vendor == "sqlite":
        return str(folder / "laojia.sqlite3")
    parts = urlsplit(env.text("LAOJIA_DB"))
    return urlunsplit(parts._replace(path=f"/{settings.DATABASES['default']['NAME']}{SUFFIX}"))


def _copy(around: Mapping[str, str], say: Say) -> None:
    if connection.vendor == "sqlite":
        target = Path(around["LAOJIA_DB"])
        for old in target.parent.glob(f"{target.name}*"):
            old.unlink()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])  # one consistent moment, while the county goes on
        target.chmod(0o600)
    else:
        _copy_postgres(around)
    if (uploads := Path(settings.MEDIA_ROOT)).exists():
        say(f"· 不带附件（{uploads.name}）")
    shutil.rmtree(Path(around["LAOJIA_VAR"]) / "files", ignore_errors=True)


def _copy_postgres(around: Mapping[str, str]) -> None:
    """A new database, its tables made by the migrations, then every table's rows out of one snapshot."""
    import psycopg
    from psycopg import sql

    name = f"{settings.DATABASES['default']['NAME']}{SUFFIX}"
    source = env.text("LAOJIA_DB")
    with psycopg.connect(source, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    _laojia(around, "manage", "migrate", "--verbosity", "0")
    with psycopg.connect(source) as here, psycopg.connect(around["LAOJIA_DB"]) as there:
        here.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = sorted(set(connection.introspection.table_names()) - _LEFT_OUT)
        for table in reversed(tables):
            if not table.startswith("journal_"):  # append-only, and empty after the migrations
                there.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))
        for table in tables:
            _copy_table(here, there, table)
        there.commit()
    _sequences(around)


def _copy_table(here: Connection, there: Connection, table: str) -> None:
    from psycopg import sql

    rows = here.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    ).fetchall()
    columns = sql.SQL(", ").join(sql.Identifier(str(row[0])) for row in rows)
    words = {"table": sql.Identifier(table), "columns": columns}
    out = sql.SQL("COPY {table} ({columns}) TO STDOUT").format(**words)
    into = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(**words)
    with here.cursor().copy(out) as read, there.cursor().copy(into) as write:
        for part in read:
            write.write(part)


def _sequences(around: Mapping[str, str]) -> None:
    """The next number of every table goes on after the copied ones."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(around["LAOJIA_DB"]) as there:
        rows = there.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND is_identity = 'YES'"
        ).fetchall()
        for table, column in rows:
            quoted, name = sql.Literal(f'"{table}"'), sql.Identifier(column)
            asked = sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), COALESCE(max({}), 0) + 1, false) FROM {}"
            )
            there.execute(asked.format(quoted, sql.Literal(column), name, sql.Identifier(table)))


def _laojia(around: Mapping[str, str], *words: str, quiet: bool = False) -> None:
    """One of our own commands inside the copy."""
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run(
        [sys.executable, "-m", "laojia.conf.cli", *words], env=dict(around), stdout=out, check=False
    )
    if done.returncode:
        raise Conflict(
            "practice_failed", _("The training copy could not be made."), _("What went wrong stands above.")
        )


def scrub(say: Say) -> None:
    """Inside the copy: people become made-up ones, and colleagues of the training can sign in."""
    if not settings.PRACTICE:
        raise Conflict("not_practice", _("Only a training copy is scrubbed."), _("Use: laojia practice"))
    from laojia.conf.practising import entrance, scrubbing
    from laojia.kernel import clock

    now = clock.now()
    scrubbing.scrub(say)
    entrance.open_doors(now)


def code(name: str) -> None:
    """The six digits of this moment, asked inside the copy whichever installation one stands in."""
    from laojia.conf.practising import entrance

    if settings.PRACTICE:
        sys.stdout.write(f"{entrance.code_of(name)}\n")
        return
    _laojia(surroundings(), "practice", "code", name)
