"""`laojia doctor`: is this installation fit to serve, and what is to be mended? Reads only, changes nothing."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils.translation import gettext, override

from laojia.conf.keys import old_seals, sealed_columns
from laojia.conf.setting_up import migrations_waiting
from laojia.foundation.area.queries import is_demonstration, is_practice
from laojia.foundation.calendar.queries import years
from laojia.foundation.journal.models import JournalRow, JournalSeal
from laojia.foundation.outbox.queries import last_heartbeat
from laojia.kernel import clock, env
from laojia.policy.never import columns_of, never_checks
from laojia.policy.verbs import VERBS

HEARTBEAT = timedelta(minutes=2)
LEAST_SECRET = 40
SECRETS = ("LAOJIA_SECRET_KEY", "LAOJIA_SEAL_KEYS", "LAOJIA_HASH_KEY")
ASSETS = ("main.css", "main.js")


@dataclass(frozen=True)
class Finding:
    """One answer: `mend` is empty when all is well; a note is said but does not turn the whole red."""

    name: str
    what: str
    mend: str = ""
    note: bool = False

    @property
    def red(self) -> bool:
        return bool(self.mend) and not self.note


Check = Callable[[datetime], Iterator[Finding]]


def database(_now: datetime) -> Iterator[Finding]:
    """Reachable, at this version, with the shared cache."""
    try:
        connection.ensure_connection()
    except DatabaseError as refusal:
        yield Finding(
            "database",
            f"cannot be reached ({type(refusal).__name__})",
            "look at LAOJIA_DB; is the server up?",
        )
        return
    if waiting := migrations_waiting():
        yield Finding("database", f"{len(waiting)} changes wait, first {waiting[0]}", "run: laojia setup")
        return
    yield Finding("database", f"{connection.vendor}, at this version")
    yield from _cache()


def _cache() -> Iterator[Finding]:
    try:
        cache.get("doctor")
    except DatabaseError:
        yield Finding(
            "shared counters", "their table is missing: rate limits cannot work", "run: laojia setup"
        )
    else:
        yield Finding("shared counters", "in the database")


def durability(_now: datetime) -> Iterator[Finding]:
    """An acknowledged order is on the disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            yield from _sqlite_durability()
        else:
            cursor.execute("SHOW synchronous_commit")
            mode = cursor.fetchone()[0]
            mend = (
                ""
                if mode != "off"
                else "set synchronous_commit = on: a power cut would lose acknowledged orders"
            )
            yield Finding("durability", f"synchronous_commit {mode}", mend)


def _sqlite_durability() -> Iterator[Finding]:
    def pragma(name: str) -> object:
        with connection.cursor() as own:
            own.execute(f"PRAGMA {name}")
            return own.fetchone()[0]

    journal, level = pragma("journal_mode"), pragma("synchronous")
    mend = ""
    if journal != "wal":
        mend = "the file must allow WAL: put it on a local disk, not on a network share"
    elif level != 2:
        mend = "PRAGMA synchronous must be FULL: leave init_command in settings.py as it is"
    yield Finding("durability", f"journal {journal}, synchronous {level}", mend)
    if env.mode() == "production":
        yield Finding(
            "store",
            "SQLite in production",
            "use PostgreSQL (LAOJIA_DB=postgres://…): load is promised there only",
        )


def journal_guard(_now: datetime) -> Iterator[Finding]:
    """The database itself refuses to change or delete rows of the journal."""
    for model in (JournalRow, JournalSeal):
        table = model._meta.db_table
        absent = {"UPDATE", "DELETE"} - _guarded(table)
        mend = (
            f"{' and '.join(sorted(absent))} is not refused: restore the triggers (laojia manage migrate)"
            if absent
            else ""
        )
        yield Finding("journal", f"{table} append-only", mend)


def _guarded(table: str) -> set[str]:
    """Which of UPDATE and DELETE an enabled trigger stands before."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT upper(sql) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            )
            texts = [row[0] for row in cursor.fetchall() if "RAISE" in row[0]]
            return {verb for verb in ("UPDATE", "DELETE") for text in texts if f"BEFORE {verb}" in text}
        cursor.execute(
            "SELECT bit_or(tgtype) FROM pg_trigger WHERE tgrelid = to_regclass(%s)"
            " AND NOT tgisinternal AND tgenabled IN ('O', 'A')",
            [table],
        )
        bits = int(cursor.fetchone()[0] or 0)
    return {verb for verb, bit in (("DELETE", 8), ("UPDATE", 16)) if bits & bit}


def demonstration(_now: datetime) -> Iterator[Finding]:
    """Made-up people never stand in a real county's installation."""
    marked = is_demonstration()
    mend = (
        "use an empty database: the mark of a demonstration never goes away"
        if marked and env.mode() == "production"
        else ""
    )
    yield Finding("data", "a demonstration" if marked else "not a demonstration", mend)
    copy = is_practice()
    mend = (
        "serve the county's own database: a training copy never becomes it"
        if copy and env.mode() == "production"
        else ""
    )
    yield Finding("data", "a training copy" if copy else "not a training copy", mend)


def calendar(now: datetime) -> Iterator[Finding]:
    """This year's working days are known; the next year's are wanted once law clocks reach into it."""
    known, today = set(years()), clock.local_date(now)
    mend = (
        ""
        if today.year in known
        else "enter the year's holidays: /calendar/ or laojia setup for published years"
    )
    yield Finding(
        "calendar",
        f"{today.year} {'entered' if not mend else 'not entered: all dates are provisional'}",
        mend,
    )
    reaches = clock.local_date(now + timedelta(days=20)).year
    if reaches not in known and reaches != today.year:
        what = f"{reaches} not entered: dates that fall into it are shown as provisional"
        yield Finding("calendar", what, "enter it when the State Council's notice is out", note=True)


def assets(_now: datetime) -> Iterator[Finding]:
    """Style and script were built."""
    for name in ASSETS:
        found = finders.find(name)
        good = bool(found) and Path(str(found)).stat().st_size > 1000
        yield Finding("assets", name, "" if good else "run: make ready")


def words(_now: datetime) -> Iterator[Finding]:
    """The catalogues are compiled and answer."""
    stale = [
        path.parents[1].name
        for folder in settings.LOCALE_PATHS
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
        if not path.with_suffix(".mo").exists()
        or path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime
    ]
    with override("zh-hans"):
        silent = gettext("Simplified Chinese") == "Simplified Chinese"
    what = (
        f"not compiled: {', '.join(stale)}"
        if stale
        else "loaded before they were compiled"
        if silent
        else "compiled"
    )
    yield Finding("words", what, "run: laojia setup, then start again" if stale or silent else "")


def secrets(_now: datetime) -> Iterator[Finding]:
    """Strong, different from one another, and in production not those of a trial."""
    if env.mode() == "trial":
        yield _trial_secrets()
        return
    kept = env.kept_secrets()
    given = {name: env.text(name) for name in SECRETS}
    for name, value in given.items():
        yield Finding("secrets", name, _weakness(value, set(kept.values())))
    if len(set(given.values())) < len(given):
        yield Finding(
            "secrets",
            "two are the same",
            "give each its own: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )


def _trial_secrets() -> Finding:
    path = env.secret_file()
    if path.exists() and path.stat().st_mode & 0o077:
        return Finding("secrets", f"{path.name} can be read by others", f"run: chmod 600 {path}")
    return Finding("secrets", "made for this trial")


def _weakness(value: str, trial: set[str]) -> str:
    if len(value) < LEAST_SECRET:
        return f"must have at least {LEAST_SECRET} random characters"
    if len(set(value)) < 12:
        return "is too uniform to be random"
    parts = {value, *(entry.partition(":")[2] for entry in value.split(","))}
    return "is the one of a trial: make a new one" if parts & trial else ""


def seals(_now: datetime) -> Iterator[Finding]:
    """How much still wears an older key: that key may not be thrown away yet."""
    old = {str(column): count for column in sealed_columns() if (count := old_seals(column))}
    if old:
        rows = ", ".join(f"{name} {count:,}" for name, count in old.items())
        yield Finding("seals", f"older keys still worn: {rows}", "run: laojia keys rotate", note=True)
    else:
        yield Finding("seals", "everything wears the first key")


def exposure(_now: datetime) -> Iterator[Finding]:
    """Production is closed where a trial is open."""
    if settings.DEBUG:
        yield Finding(
            "exposure",
            "debug pages are on",
            "unset LAOJIA_DEBUG: they show source and settings",
            note=env.mode() == "trial",
        )
    if env.mode() == "trial":
        yield Finding("exposure", "trial: for this machine only")
        return
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts or not hosts - {"127.0.0.1", "localhost", "[::1]"}:
        yield Finding("exposure", f"hosts {sorted(hosts)}", "set LAOJIA_HOSTS to the public name")
    if not settings.SESSION_COOKIE_SECURE or not settings.CSRF_COOKIE_SECURE:
        yield Finding(
            "exposure", "cookies travel without TLS", "leave SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE on"
        )
    yield Finding("exposure", "production")


def worker(now: datetime) -> Iterator[Finding]:
    """Somebody rings the clocks."""
    seen = last_heartbeat()
    if seen is None:
        yield Finding("worker", "never seen", "start one: laojia worker")
        return
    age = now - seen
    late = age > HEARTBEAT
    yield Finding(
        "worker", f"seen {age.total_seconds():.0f} s ago", "start one: laojia worker" if late else ""
    )


def promises(_now: datetime) -> Iterator[Finding]:
    """Rule 4: tables, settings, verbs and environment keep what the page "never" says."""
    names = [
        *VERBS,
        *(name for name in dir(settings) if name.isupper()),
        *(n for n in os.environ if n.startswith("LAOJIA_")),
    ]
    for check in never_checks(columns_of(apps.get_models()), names):
        mend = f"remove {', '.join(check.found)}: {check.promise}" if check.found else ""
        yield Finding("promises", check.key, mend)


CHECKS: tuple[Check, ...] = (
    database,
    durability,
    journal_guard,
    demonstration,
    calendar,
    assets,
    words,
    secrets,
    seals,
    exposure,
    worker,
    promises,
)


IN_DATABASE = {durability, journal_guard, demonstration, calendar, seals, worker}


def examine(now: datetime) -> list[Finding]:
    """All findings; a database that cannot be used ends the examination of what lies in it."""
    found: list[Finding] = []
    broken = False
    for check in CHECKS:
        if broken and check in IN_DATABASE:
            continue
        try:
            found += check(now)
        except DatabaseError as refusal:
            found.append(
                Finding(check.__name__, f"could not be read ({type(refusal).__name__})", "run: laojia setup")
            )
        broken = broken or (check is database and any(one.red for one in found))
    return found


def run(say: Callable[[str], object]) -> int:
    """Print what was found; 1 when something must be mended."""
    found = examine(clock.now())
    for one in found:
        mark = "✗" if one.red else "!" if one.mend else "✓"
        say(f"{mark} {one.name}: {one.what}" + (f"\n    → {one.mend}" if one.mend else ""))
    red = sum(one.red for one in found)
    say(f"\n{red} to mend" if red else "\nall well")
    return 1 if red else 0
