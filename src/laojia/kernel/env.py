"""Settings from the environment, with types and one clear error.

Nothing here knows Django: settings, the command line and the seals read it alike.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]
MODES = ("trial", "production")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off", ""})


class BadSetting(SystemExit):
    """A setting that cannot be used; ends the command with one readable line instead of a traceback."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"Setting {name}: {what}")


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """A yes/no variable."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadSetting(name, f"must be yes or no, is {raw!r}")


def number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    """A whole number inside its bounds."""
    raw = text(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise BadSetting(name, f"must be a whole number, is {raw!r}") from None
    if not least <= value <= most:
        raise BadSetting(name, f"must be between {least} and {most}, is {value}")
    return value


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas."""
    raw = text(name)
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else list(default)


def mode() -> str:
    """`trial` (one machine, generated secrets) or `production` (everything given on purpose)."""
    chosen = text("LAOJIA_MODE", "trial")
    if chosen not in MODES:
        raise BadSetting("LAOJIA_MODE", f"must be one of {', '.join(MODES)}, is {chosen!r}")
    return chosen


def var_dir() -> Path:
    """Where the running installation keeps its own files (database, secrets of a trial, uploads)."""
    return Path(text("LAOJIA_VAR", str(ROOT / "var"))).expanduser().resolve()


def secret_file() -> Path:
    """The generated secrets of a trial."""
    return var_dir() / "secret.json"


def kept_secrets() -> dict[str, str]:
    """The secrets a trial made on this machine."""
    return _read(secret_file())


def secret(name: str, *, size: int = 48) -> str:
    """A secret from the environment; in a trial it is made once and kept in `var/secret.json`."""
    given = text(name)
    if given:
        return given
    if mode() == "production":
        raise BadSetting(name, f"must be given in production: at least {size} random characters")
    return _kept_secret(name, size)


def _kept_secret(name: str, size: int) -> str:
    path = secret_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = _read(path)
    if name in kept:
        return kept[name]
    # Two processes may start at once: the lock file makes the first one's secret the only one.
    import fcntl

    with (path.parent / "secret.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = _read(path)
        if name not in kept:
            kept[name] = secrets.token_urlsafe(size)
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(kept, indent=1))
            fresh.replace(path)
    return kept[name]


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    return {str(key): str(value) for key, value in kept.items()}


def database(name: str = "LAOJIA_DB") -> dict[str, Any]:
    """Django's database settings from one address: a file path or `postgres://person:word@host:port/name`.

    SQLite is set for one process that never loses an acknowledged row: WAL for readers beside the
    writer, IMMEDIATE so that two writers queue instead of failing half-way, FULL so that a commit
    has reached the disk when it is answered.
    """
    address = text(name, str(var_dir() / "laojia.sqlite3"))
    if address.startswith(("postgres://", "postgresql://")):
        return _postgres(name, address)
    if "://" in address and not address.startswith("sqlite://"):
        raise BadSetting(name, "must be a file path or postgres://…")
    path = Path(address.removeprefix("sqlite://")).expanduser().resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgres(name: str, address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if not parts.path.strip("/"):
        raise BadSetting(name, "names no database: postgres://person:word@host:port/name")
    options: Mapping[str, str] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A folder (unix socket) may stand in the query: postgres:///laojia?host=/var/run/postgresql
        "HOST": options.get("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or options.get("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # After so many times the server keeps a kept statement (kernel/kept.py), planned once for every value: each of
        # them is found by a key or by a condition in its text. Other statements bring their values in the text.
        "OPTIONS": {"prepare_threshold": 2, "options": "-c plan_cache_mode=force_generic_plan"}
        | {key: value for key, value in options.items() if key not in {"host", "port"}},
    }
