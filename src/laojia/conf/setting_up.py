"""What brings an installation to this version: words, tables, shared cache, static files."""

import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation
from django.utils.translation import trans_real

from laojia.kernel import env

Say = Callable[[str], object]


def compile_words(say: Say) -> int:
    """Compile every catalogue that is newer than its compiled twin."""
    done = 0
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            import polib

            fresh = target.with_suffix(".mo.new")
            polib.pofile(str(source)).save_as_mofile(str(fresh))
            fresh.replace(target)
            done += 1
    if done:
        say(f"· words: {done} catalogues compiled")
        _read_words_again()
    return done


def _read_words_again() -> None:
    """What was read before the catalogues were there is forgotten, or this first run would speak English."""
    vars(trans_real)["_translations"].clear()  # Django has no public word for it
    vars(trans_real)["_default"] = None
    if language := translation.get_language():
        translation.activate(language)


def collect_static(say: Say) -> None:
    """Copy assets under names that carry their hash, so that a phone keeps them until they change."""
    sources = [
        path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*") if path.is_file()
    ]
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    names = len(sources)
    mark = settings.STATIC_ROOT / ".made-from"
    if manifest.exists() and mark.exists() and mark.read_text() == f"{names} {newest}":
        return
    from django.test.utils import override_settings

    with override_settings(STORAGES=settings.HASHED_STORAGES):
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(f"{names} {newest}")
    say(f"· static files: {names} collected")


def migrations_waiting() -> list[str]:
    """Names of migrations the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def set_up(say: Say) -> None:
    """Words, tables, cache table, published holidays, static files; repeating it changes nothing."""
    compile_words(say)
    if waiting := migrations_waiting():
        say(f"· database: {len(waiting)} changes")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    if entered := import_module("laojia.foundation.calendar.jobs").seed_calendar():
        say(f"· working calendar: {', '.join(map(str, entered))}")
    collect_static(say)


def run(host: str, port: int, worker: bool, say: Say) -> None:
    """Everything `make run` does after the packages are there: set up, demonstration when empty, serve."""
    began = time.monotonic()
    set_up(say)
    jobs = import_module("laojia.conf.demonstration")
    if env.mode() == "trial" and jobs.is_empty():
        say("· demonstration county (once; about a minute)")
        jobs.demo(say=say)
    say("")
    for line in jobs.who_can_sign_in():
        say(str(line))
    say(f"\nhttp://{host}:{port}  (ready after {time.monotonic() - began:.1f} s; Ctrl-C ends it)")

    if not settings.COLLECTED:
        # These settings were read before there was anything collected: begin again with what is there now.
        words = ["serve", "--host", host, "--port", str(port), "--worker" if worker else "--no-worker"]
        os.execv(sys.executable, [sys.executable, "-m", "laojia.conf.cli", *words])
    from laojia.conf.serving import serve

    serve(host=host, port=port, processes=None, worker=worker)
