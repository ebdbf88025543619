"""The `laojia` command: every command explains itself, set-up repeats without harm, the server ends cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from laojia.conf import cli, serving
from laojia.kernel import env

LAOJIA = [sys.executable, "-m", "laojia.conf.cli"]


def commands(group: click.Group, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        path = (*before, name)
        found += commands(command, path) if isinstance(command, click.Group) else [path]
    return found


def test_help_lists_the_commands() -> None:
    shown = CliRunner().invoke(cli.main, ["--help"]).output
    for word in (
        "run",
        "serve",
        "worker",
        "setup",
        "county",
        "areas",
        "demo",
        "doctor",
        "policy",
        "docs",
        "journal",
    ):
        assert f"\n  {word} " in shown


@pytest.mark.parametrize("path", commands(cli.main), ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]) -> None:
    command: click.Command = cli.main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert command.help
    assert command.help.endswith(".")


def functions_called() -> list[str]:
    """`package.module:function` as the commands name them."""
    import re

    return re.findall(r'"(laojia\.[\w.]+:\w+)"', Path(str(cli.__file__)).read_text(encoding="utf-8"))


@pytest.mark.parametrize("where", functions_called())
def test_every_command_reaches_its_function(where: str) -> None:
    from importlib import import_module

    module, _, name = where.partition(":")
    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LAOJIA_MODE", "playing", "one of trial, production"),
        ("LAOJIA_DB", "mysql://somewhere/x", "postgres://"),
        ("LAOJIA_DB", "postgres://somebody@somewhere/", "names no database"),
        ("LAOJIA_DEBUG", "perhaps", "yes or no"),
    ],
)
def test_a_bad_setting_is_one_readable_line(name: str, value: str, says: str) -> None:
    done = subprocess.run(
        [*LAOJIA, "manage", "check"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Setting {name}: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_numbers_are_held_to_their_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAOJIA_RECEIPT_HOURS", "0")
    with pytest.raises(env.BadSetting, match="between 1 and 72"):
        env.number("LAOJIA_RECEIPT_HOURS", 4, least=1, most=72)
    monkeypatch.setenv("LAOJIA_RECEIPT_HOURS", "soon")
    with pytest.raises(env.BadSetting, match="whole number"):
        env.number("LAOJIA_RECEIPT_HOURS", 4)


def test_postgres_addresses_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAOJIA_DB", "postgres://lao:jia%40home@db.example:5433/county?sslmode=require")
    read = env.database()
    expected = {"NAME": "county", "USER": "lao", "PASSWORD": "jia@home", "HOST": "db.example", "PORT": "5433"}
    assert {name: read[name] for name in expected} == expected
    assert read["OPTIONS"].items() >= {"sslmode": "require"}.items()


def test_sqlite_has_one_web_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "on_sqlite", lambda: True)
    assert serving.process_count(4) == 1
    monkeypatch.setattr(serving, "on_sqlite", lambda: False)
    assert serving.process_count(4) == 4
    assert serving.process_count(None) >= 2


# --- a real installation in a folder of its own ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a fresh SQLite installation."""
    folder = tmp_path_factory.mktemp("installation")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LAOJIA_")}
    return {**environment, "LAOJIA_VAR": str(folder)}


def run(place: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LAOJIA, *words], env=place, capture_output=True, text=True, check=False, timeout=120
    )


def test_set_up_can_be_repeated(place: dict[str, str]) -> None:
    first = run(place, "setup")
    assert first.returncode == 0, first.stderr
    assert "database" in first.stdout
    again = run(place, "setup")
    assert again.returncode == 0, again.stderr
    assert again.stdout == ""


def test_a_county_is_made_by_one_command_and_a_wrong_code_is_a_sentence(place: dict[str, str]) -> None:
    run(place, "setup")
    made = run(place, "county", "create", "--code", "141024")
    assert made.returncode == 0, made.stderr
    assert "15" in made.stdout
    assert "343" in made.stdout
    again = run(place, "county", "create", "--code", "141024")
    assert again.returncode == 0, again.stderr
    wrong = run(place, "county", "create", "--code", "14")
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
    assert len(wrong.stderr.strip()) > len("Error: ")


def test_the_journal_of_a_fresh_county_verifies(place: dict[str, str]) -> None:
    run(place, "setup")
    head = run(place, "journal", "head").stdout.strip()
    held = run(place, "journal", "verify", "--against", head)
    assert held.returncode == 0, held.stdout
    cut = run(place, "journal", "verify", "--against", "999999:" + "0" * 64)
    assert cut.returncode == 1


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def start(place: dict[str, str], port: int, worker: str = "--no-worker") -> subprocess.Popen[bytes]:
    """Serve and wait until it answers."""
    process = subprocess.Popen([*LAOJIA, "serve", "--port", str(port), worker], env=place)
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
        except OSError:
            assert process.poll() is None, "the server ended before it answered"
            time.sleep(0.1)
            continue
        return process
    process.kill()
    raise AssertionError("the server did not answer within 15 s")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda how: how.name)
def test_the_port_is_free_again_however_the_server_ends(place: dict[str, str], how: signal.Signals) -> None:
    run(place, "setup")
    port = free_port()
    first = start(place, port)
    first.send_signal(how)
    first.wait(timeout=20)
    second = start(place, port)
    second.terminate()
    assert second.wait(timeout=20) == 0


def test_the_worker_does_what_is_due_and_stops(place: dict[str, str]) -> None:
    run(place, "setup")
    done = run(place, "worker", "--once")
    assert done.returncode == 0, done.stderr
    assert "worker: seen" in run(place, "doctor").stdout


def children(pid: int) -> set[int]:
    return {int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def test_the_worker_ends_with_its_killed_server(place: dict[str, str]) -> None:
    run(place, "setup")
    port = free_port()
    server = start(place, port, "--worker")
    family = children(server.pid)
    assert len(family) == 2
    server.kill()
    server.wait(timeout=10)
    for _ in range(100):
        if not any(Path(f"/proc/{one}").exists() for one in family):
            break
        time.sleep(0.1)
    assert not [one for one in family if Path(f"/proc/{one}").exists()]
