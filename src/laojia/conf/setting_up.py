"""What brings an installation to this version: words, tables, shared cache."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def compile_words(say: Callable[[str], object]) -> int:
    """Compile every catalogue that is newer than its compiled twin."""
    import polib

    done = 0
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            fresh = target.with_suffix(".mo.new")
            polib.pofile(str(source)).save_as_mofile(str(fresh))
            fresh.replace(target)
            done += 1
    if done:
        say(f"words: {done} catalogues compiled")
    return done


def set_up(say: Callable[[str], object]) -> None:
    """Words, tables, cache table; repeating it changes nothing."""
    compile_words(say)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    say("database: at this version")
