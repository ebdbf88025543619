"""The `laojia` command. Thin: each command reads its words, calls one function, prints what came of it.

Functions of the apps are looked up when a command runs, so that one broken part never hides the others.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click


def ready() -> None:
    """Start Django once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "laojia.conf.settings")
    import django

    django.setup()


def call(where: str, **words: Any) -> Any:
    """Run `package.module:function` with the given words; a refusal is a sentence, not a traceback."""
    ready()
    from laojia.kernel.errors import Refused

    module, _, function = where.partition(":")
    try:
        return getattr(import_module(module), function)(**words)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None


def show(answer: Any) -> None:
    """Print what a function returned, line by line."""
    if answer is None:
        return
    lines = [answer] if isinstance(answer, str) or not hasattr(answer, "__iter__") else answer
    for line in lines:
        click.echo(str(line))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Laojia (老家): menu, order, dispatch, serve, review, for a county."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--processes", type=click.IntRange(1, 64), help="Web processes (PostgreSQL only; SQLite has one)."
)
@click.option(
    "--worker/--no-worker", default=True, show_default=True, help="Run the clocks and messages beside it."
)
def serve(host: str, port: int, processes: int | None, worker: bool) -> None:
    """Serve the pages."""
    call("laojia.conf.serving:serve", host=host, port=port, processes=processes, worker=worker)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--worker/--no-worker", default=True, show_default=True)
def run(host: str, port: int, worker: bool) -> None:
    """Set up what is missing, fill an empty database with the demonstration, serve."""
    call("laojia.conf.setting_up:run", host=host, port=port, worker=worker, say=click.echo)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
def worker(once: bool) -> None:
    """Run clocks and messages; several at once are safe."""
    call("laojia.conf.serving:work", once=once)


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be blanked.")
def retention(dry_run: bool) -> None:
    """Blank personal data whose time is over; the worker does it every night."""
    show(call("laojia.conf.retention:told", dry_run=dry_run))


@main.command()
def setup() -> None:
    """Bring the database to this version and compile the words; safe to repeat."""
    call("laojia.conf.setting_up:set_up", say=click.echo)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Pass the words to Django's own commands (migrate, shell, check …)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "laojia.conf.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["laojia manage", *words])


@main.group()
def county() -> None:
    """The county."""


@county.command("create")
@click.option("--code", required=True, help="Division code of the county, six digits, e.g. 141024.")
def county_create(code: str) -> None:
    """Make an empty, usable county from the division list."""
    show(call("laojia.foundation.area.jobs:create_county", code=code))


@county.command("admin")
@click.option("--name", required=True, help="The person's name.")
@click.option("--phone", required=True, help="Mobile number.")
@click.option("--sign-in", "username", required=True, help="Sign-in name, 3 to 32 small letters and digits.")
def county_admin(name: str, phone: str, username: str) -> None:
    """Open the account of the county's first security administrator, who gives all other posts."""
    show(call("laojia.foundation.people.jobs:first_admin", name=name, phone=phone, username=username))


@main.group()
def areas() -> None:
    """Areas: towns, villages, grids, micro-grids."""


@areas.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def areas_import(file: Path) -> None:
    """Read the county's own list of grids and micro-grids."""
    show(call("laojia.foundation.area.jobs:import_areas", path=file))


@main.group()
def lists() -> None:
    """Lists of teams, volunteers, areas …: read, check, take in."""


@lists.command("kinds")
def lists_kinds() -> None:
    """Which kinds of lists there are."""
    show(call("laojia.foundation.lists.jobs.command:kinds"))


@lists.command("read")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lists_read(kind: str, file: Path) -> None:
    """Check a list (XLSX, XLS, ODS, CSV) and show its bad rows; nothing is taken in yet."""
    show(call("laojia.foundation.lists.jobs.command:read", kind=kind, path=file, say=click.echo))


@lists.command("take")
@click.argument("number", type=int)
@click.option(
    "--bad-rows", type=click.Path(dir_okay=False, path_type=Path), help="Write the other rows there (.xlsx)."
)
def lists_take(number: int, bad_rows: Path | None) -> None:
    """Take the good rows of a checked list in."""
    show(call("laojia.foundation.lists.jobs.command:take", number=number, bad_rows=bad_rows, say=click.echo))


@main.group(invoke_without_command=True)
@click.option("--small", is_flag=True, help="A tenth of the size, for a slow machine.")
@click.pass_context
def demo(context: click.Context, small: bool) -> None:
    """Fill an empty database, marked as demonstration, with a synthetic county."""
    if context.invoked_subcommand is None:
        show(call("laojia.conf.demonstration:demo", say=click.echo, small=small))


@demo.command("code")
@click.argument("name")
def demo_code(name: str) -> None:
    """Print the six digits of this moment for a colleague of the demonstration."""
    show(call("laojia.conf.demonstration:code_of", name=name))


@demo.command("who")
def demo_who() -> None:
    """List who can sign in to the demonstration, and how."""
    show(call("laojia.conf.demonstration:who_can_sign_in"))


@main.group()
def keys() -> None:
    """The keys that seal phones, certificates and ID numbers."""


@keys.command("rotate")
@click.option(
    "--chunk", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Rows a commit."
)
def keys_rotate(chunk: int) -> None:
    """Seal everything anew with the first key of LAOJIA_SEAL_KEYS; safe beside a running server, goes on when stopped."""
    call("laojia.conf.keys:rotate", say=click.echo, chunk=chunk)


@main.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True, type=click.IntRange(1, 65535))
@click.option("--worker/--no-worker", default=True, show_default=True)
@click.option("--anew", is_flag=True, help="Throw the old copy away and make a new one.")
@click.pass_context
def practice(context: click.Context, host: str, port: int, worker: bool, anew: bool) -> None:
    """Make a training copy with made-up people beside this installation, and serve it."""
    if context.invoked_subcommand is None:
        words = {"host": host, "port": port, "worker": worker, "anew": anew}
        call("laojia.conf.practising.copying:practise", say=click.echo, **words)


@practice.command("scrub", hidden=True)
def practice_scrub() -> None:
    """Inside the copy: replace all people."""
    call("laojia.conf.practising.copying:scrub", say=click.echo)


@practice.command("who")
def practice_who() -> None:
    """List who can sign in to the training copy, and how (inside the copy)."""
    show(call("laojia.conf.practising.entrance:who_can_sign_in"))


@practice.command("code")
@click.argument("name")
def practice_code(name: str) -> None:
    """Print the six digits of this moment for a colleague of the training copy."""
    call("laojia.conf.practising.copying:code", name=name)


@main.command()
def doctor() -> None:
    """Check the running configuration and say what to mend."""
    sys.exit(call("laojia.conf.doctor:run", say=click.echo))


@main.command()
def policy() -> None:
    """Print who may what, which state follows, by when (docs/policy.md)."""
    click.echo(call("laojia.conf.printing:policy_page"), nl=False)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when a page is stale.")
def docs(check: bool) -> None:
    """Print the generated pages (docs/policy.md, docs/config.md, docs/openapi.json) anew."""
    if not check:
        show(call("laojia.conf.printing:write"))
    elif stale := call("laojia.conf.printing:stale"):
        raise click.ClickException(f"stale: {', '.join(stale)}; run: laojia docs")


@main.group()
def journal() -> None:
    """The append-only journal."""


@journal.command("verify")
@click.option("--against", default="", help="A head written down earlier.")
def journal_verify(against: str) -> None:
    """Find a changed, missing, reordered or cut row."""
    found = call("laojia.foundation.journal.jobs:verify", against=against)
    show(found.lines if hasattr(found, "lines") else found)
    if not getattr(found, "ok", True):
        sys.exit(1)


@journal.command("head")
def journal_head() -> None:
    """Print the head of the chain, to be kept elsewhere."""
    show(call("laojia.foundation.journal.jobs:head"))


if __name__ == "__main__":
    main()
