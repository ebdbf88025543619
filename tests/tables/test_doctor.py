"""Each check of `laojia doctor` is broken once and must turn red, and say what to mend."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection

from laojia.conf import doctor
from laojia.foundation.area.actions import mark_demonstration
from laojia.foundation.calendar.jobs import seed_calendar
from laojia.foundation.calendar.models import Year
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Heartbeat
from laojia.kernel import env
from laojia.policy.facts import CLOCK
from laojia.policy.never import PROMISES, Column, columns_of, never_checks

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def findings(check: doctor.Check, now: datetime = NOW) -> list[doctor.Finding]:
    return list(check(now))


def red(check: doctor.Check, now: datetime = NOW) -> str:
    """The one line that says what to mend; fails when the check is green."""
    bad = [one for one in findings(check, now) if one.red]
    assert bad, f"{check.__name__} stayed green"
    return " / ".join(f"{one.what}: {one.mend}" for one in bad)


def assert_green(check: doctor.Check, now: datetime = NOW) -> None:
    bad = [one for one in findings(check, now) if one.red]
    assert not bad


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, str]:
    """A well-kept production environment."""
    given = {name: f"{name}-{os.urandom(32).hex()}" for name in doctor.SECRETS}
    monkeypatch.setenv("LAOJIA_MODE", "production")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.ALLOWED_HOSTS = ["laojia.example.cn"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    return given


# --- database --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_good_database_is_green() -> None:
    assert_green(doctor.database)
    assert_green(doctor.journal_guard)


@pytest.mark.django_db
def test_a_waiting_migration_is_red() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'review' OR app = 'home' OR app = 'teams'")
    assert "laojia setup" in red(doctor.database)


@pytest.mark.django_db
def test_a_missing_table_of_counters_is_red() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {cache._table} RENAME TO elsewhere")  # type: ignore[attr-defined]
    assert "rate limits" in red(doctor.database)


@pytest.mark.django_db
def test_an_unreachable_database_is_red_and_ends_what_lies_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    assert "LAOJIA_DB" in red(doctor.database)
    names = {one.name for one in doctor.examine(NOW)}
    assert "worker" not in names
    assert "assets" in names


@pytest.mark.django_db
def test_durability_is_red_when_commits_need_not_reach_the_disk() -> None:
    # The test run itself does without the disk on both databases.
    assert "FULL" in red(doctor.durability) or "synchronous_commit = on" in red(doctor.durability)


@pytest.mark.django_db
def test_sqlite_in_production_is_red(production: dict[str, str]) -> None:
    if connection.vendor == "sqlite":
        assert "PostgreSQL" in red(doctor.durability)
    else:
        assert "SQLite" not in red(doctor.durability)


@pytest.mark.django_db
def test_a_journal_without_its_guard_is_red() -> None:
    table = JournalRow._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    assert "DELETE and UPDATE" in red(doctor.journal_guard)


@pytest.mark.django_db
def test_a_demonstration_in_production_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    mark_demonstration(actor=CLOCK, now=NOW)
    assert_green(doctor.demonstration)
    monkeypatch.setenv("LAOJIA_MODE", "production")
    assert "empty database" in red(doctor.demonstration)


# --- what it needs to run ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_year_without_holidays_is_red() -> None:
    seed_calendar()
    assert_green(doctor.calendar)
    Year.objects.filter(year=2026).delete()
    assert "2026 not entered" in red(doctor.calendar)


@pytest.mark.django_db
def test_the_next_year_is_only_noted_when_clocks_reach_it() -> None:
    seed_calendar(NOW)
    Year.objects.filter(year=2027).delete()
    before = findings(doctor.calendar, datetime(2026, 11, 23, 2, tzinfo=UTC))
    after = findings(doctor.calendar, datetime(2026, 12, 20, 2, tzinfo=UTC))
    assert not any("2027" in one.what for one in before)
    assert any("2027" in one.what and not one.red for one in after)


@pytest.mark.parametrize("name", doctor.ASSETS)
def test_missing_or_empty_assets_are_red(name: str, tmp_path: Path, settings: Any) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    finders.get_finder.cache_clear()
    try:
        (tmp_path / name).write_text("")
        assert name in red(doctor.assets)
        for other in doctor.ASSETS:
            (tmp_path / other).write_text("x" * 2000)
        assert_green(doctor.assets)
    finally:
        finders.get_finder.cache_clear()


def test_words_that_were_not_compiled_are_red(tmp_path: Path, settings: Any) -> None:
    source = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_bytes(source.read_bytes())
    settings.LOCALE_PATHS = [tmp_path]
    assert "not compiled: zh_Hans" in red(doctor.words)
    (folder / "django.mo").write_bytes(b"")
    os.utime(folder / "django.mo", (1, 1))
    assert "not compiled: zh_Hans" in red(doctor.words)


@pytest.mark.django_db
def test_a_silent_worker_is_red() -> None:
    assert "never seen" in red(doctor.worker)
    beat = Heartbeat.objects.create(worker="one", started_at=NOW, seen_at=NOW - timedelta(seconds=30))
    assert_green(doctor.worker)
    Heartbeat.objects.filter(pk=beat.pk).update(seen_at=NOW - timedelta(minutes=5))
    assert "laojia worker" in red(doctor.worker)


# --- secrets and exposure -----------------------------------------------------------------------------------------


def test_good_secrets_are_green(production: dict[str, str]) -> None:
    assert_green(doctor.secrets)
    assert_green(doctor.exposure)


@pytest.mark.parametrize("name", doctor.SECRETS)
@pytest.mark.parametrize("bad", ["", "short", "ab" * 40], ids=["missing", "short", "uniform"])
def test_a_weak_secret_is_red(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, bad: str
) -> None:
    monkeypatch.setenv(name, bad)
    assert "random" in red(doctor.secrets)


def test_a_secret_of_a_trial_is_red_in_production(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAOJIA_VAR", str(tmp_path))
    (tmp_path / "secret.json").write_text(json.dumps({"LAOJIA_SEAL_KEYS": "k1:" + "q7Zr" * 20}))
    kept = env.kept_secrets()["LAOJIA_SEAL_KEYS"]
    monkeypatch.setenv("LAOJIA_SEAL_KEYS", f"k2:{os.urandom(32).hex()},{kept}")
    (tmp_path / "secret.json").write_text(json.dumps({"LAOJIA_SEAL_KEYS": kept.partition(":")[2]}))
    assert "trial" in red(doctor.secrets)


def test_one_secret_for_two_purposes_is_red(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAOJIA_HASH_KEY", production["LAOJIA_SECRET_KEY"])
    assert "two are the same" in red(doctor.secrets)


def test_a_secret_file_others_can_read_is_red(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAOJIA_VAR", str(tmp_path))
    assert env.secret("LAOJIA_SEAL_KEYS") == env.secret("LAOJIA_SEAL_KEYS")
    assert_green(doctor.secrets)
    (tmp_path / "secret.json").chmod(0o644)
    assert "chmod 600" in red(doctor.secrets)


def test_production_without_a_secret_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAOJIA_MODE", "production")
    monkeypatch.delenv("LAOJIA_SECRET_KEY", raising=False)
    with pytest.raises(env.BadSetting, match="LAOJIA_SECRET_KEY"):
        env.secret("LAOJIA_SECRET_KEY")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DEBUG", True, "LAOJIA_DEBUG"),
        ("ALLOWED_HOSTS", ["*"], "LAOJIA_HOSTS"),
        ("ALLOWED_HOSTS", ["127.0.0.1"], "LAOJIA_HOSTS"),
        ("SESSION_COOKIE_SECURE", False, "SESSION_COOKIE_SECURE"),
        ("CSRF_COOKIE_SECURE", False, "CSRF_COOKIE_SECURE"),
    ],
)
def test_an_open_production_is_red(
    production: dict[str, str], settings: Any, name: str, value: Any, says: str
) -> None:
    setattr(settings, name, value)
    assert says in red(doctor.exposure)


# --- promises ---------------------------------------------------------------------------------------------------------

BREACHES = {
    "points": Column("Volunteer", "score", "number", required=True),
    "ranking": Column("Team", "ranking", "number", required=False),
    "check_in": Column("RosterLine", "checked_in_at", "moment", required=False),
    "photo": Column("Occasion", "photo", "file", required=True),
    "track": Column("Visit", "track", "other", required=False),
    "online_time": Column("Account", "minutes_online", "number", required=False),
    "targets": Column("Team", "monthly_target", "number", required=False),
    "identity": Column("Resident", "id_number", "text", required=False),
    "health": Column("Order", "diagnosis", "text", required=False),
    "install": Column("County", "require_app", "flag", required=False),
}


def test_every_promise_has_its_breach() -> None:
    assert set(BREACHES) == {promise.key for promise in PROMISES}


@pytest.mark.parametrize("key", sorted(BREACHES))
def test_a_column_that_breaks_a_promise_is_found(key: str) -> None:
    column = BREACHES[key]
    broken = [check for check in never_checks([column]) if not check.ok]
    assert [check.key for check in broken] == [key]
    assert broken[0].found == (str(column),)


@pytest.mark.parametrize("name", ["LAOJIA_MONTHLY_TARGET", "roster.check_in", "SCORE_PER_HOUR"])
def test_a_setting_or_verb_that_breaks_a_promise_is_found(name: str) -> None:
    assert any(check.found == (name,) for check in never_checks([], [name]))


def test_a_point_of_service_or_a_voluntary_picture_breaks_nothing() -> None:
    innocent = [
        Column("Order", "point", "link", required=True),
        Column("MenuItem", "points", "link", required=False),
        Column("Occasion", "photo", "file", required=False),
        Column("Account", "last_login", "moment", required=False),
        Column("JournalRow", "to_state", "text", required=True),
    ]
    assert all(check.ok for check in never_checks(innocent))


def test_the_doctor_sees_a_breach_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_green(doctor.promises)
    monkeypatch.setenv("LAOJIA_REQUIRE_APP", "1")
    assert "LAOJIA_REQUIRE_APP" in red(doctor.promises)


def test_columns_are_read_from_real_models() -> None:
    columns = {str(column): column for column in columns_of([Heartbeat])}
    assert columns["Heartbeat.seen_at"].kind == "moment"
    assert columns["Heartbeat.worker"].kind == "text"


# --- the command ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_ends_with_one_when_something_is_red() -> None:
    lines: list[str] = []
    assert doctor.run(say=lines.append) == 1
    assert any(line.startswith("✗") and "→" in line for line in lines)
    assert lines[-1].endswith("to mend")


def test_every_check_is_asked() -> None:
    public = {
        name
        for name, one in vars(doctor).items()
        if callable(one)
        and getattr(one, "__annotations__", {}).get("return") == Iterator[doctor.Finding]
        and name[0] != "_"
    }
    assert public == {check.__name__ for check in doctor.CHECKS}
