"""`laojia practice`: a copy of made-up people, marked for good, that sends nothing and never becomes the real one."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import DatabaseError, transaction

from laojia.foundation.area.models import AreaBook
from laojia.foundation.area.queries import sends_nothing
from laojia.foundation.outbox.jobs.gateways import Inbox, gateway_for
from tests.cast import PEOPLE, Cast
from tests.databases import on_postgres

ROOT = Path(__file__).parents[2]
LAOJIA = [sys.executable, "-m", "laojia.conf.cli"]
FILL = """
import sys; sys.path.insert(0, {root!r})
import django; django.setup()
from tests.cast import NOW, make_cast
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Claim
from laojia.steps.order.models import Order
from tests.acting import account_of
cast = make_cast()
for who in (cast.dispatcher, cast.leader, cast.resident):
    Claim.objects.create(account=account_of(who), person=who, proof="post", at=NOW)
Message.objects.create(key="m", template="order.received", to_person_id=cast.resident.pk, about_kind="order", about_id=1,
    due_at=NOW, created_at=NOW, state="to_call", text="王秀英您好")
Order.objects.create(state="waiting", number="N1", words="想请人帮忙量血压", person=cast.resident, channel="page",
    contact_phone="13800000000", holder_since=NOW, promise_due_at=NOW, placed_at=NOW, area=cast.village,
    area_path=cast.village.path, place="槐树巷9号")
"""


def around(folder: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("LAOJIA_")}
    given |= {
        "LAOJIA_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "laojia.conf.settings",
        "LAOJIA_SMS_URL": "",
    }
    if on_postgres():
        import psycopg

        address = os.environ["LAOJIA_DB"]
        name = f"county{os.getpid()}"
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        given["LAOJIA_DB"] = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    return given


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A county of its own beside the tests' database: the cast, and one order."""
    given = around(tmp_path_factory.mktemp("county"))
    subprocess.run([*LAOJIA, "setup"], env=given, cwd=ROOT, check=True, capture_output=True)
    fill = FILL.format(root=str(ROOT))
    subprocess.run([sys.executable, "-c", fill], env=given, cwd=ROOT, check=True, capture_output=True)
    return given


@pytest.fixture(scope="module")
def served(installation: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The copy is made and served; what the command printed, and the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    printed = Path(installation["LAOJIA_VAR"]) / "printed"
    with printed.open("w") as out:
        server = subprocess.Popen(
            [*LAOJIA, "practice", "--port", str(port), "--no-worker"],
            env=installation, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
            break
        except OSError:
            assert server.poll() is None, printed.read_text()
            time.sleep(0.5)
    yield printed.read_text(), port
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=20)


def copy_of(installation: dict[str, str]) -> dict[str, str]:
    folder = Path(installation["LAOJIA_VAR"]) / "practice"
    given = installation | {"LAOJIA_VAR": str(folder), "LAOJIA_PRACTICE": "yes"}
    address = installation.get("LAOJIA_DB", "")
    parts = urlsplit(address)
    beside = urlunsplit(parts._replace(path=f"{parts.path}_practice"))
    given["LAOJIA_DB"] = beside if address else str(folder / "laojia.sqlite3")
    return given


def asked(given: dict[str, str], expression: str) -> str:
    words = f"import django; django.setup(); from django.apps import apps; m = apps.get_model; print({expression})"
    done = subprocess.run(
        [sys.executable, "-c", words], env=given, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_the_copy_is_served_with_its_banner(served: tuple[str, int]) -> None:
    printed, port = served
    assert "可以这样登录" in printed
    assert "paidan" in printed
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read().decode()
    assert "strip-practice" in page
    assert "练习" in page


def test_nobody_real_is_in_it(served: tuple[str, int], installation: dict[str, str]) -> None:
    given = copy_of(installation)
    names = asked(given, "list(m('people.Person').objects.values_list('name', 'phone', 'address'))")
    pieces = asked(given, "list(m('people.NamePiece').objects.values_list('piece', flat=True))")
    orders = asked(given, "list(m('order.Order').objects.values_list('words', 'place', 'contact_phone'))")
    for name in PEOPLE.values():
        assert name not in names
        assert name not in pieces
    assert "13800000" not in names
    assert "槐树巷" not in orders
    assert "量血压" not in orders
    assert asked(given, "m('people.Person').objects.count()") == str(len(PEOPLE))
    real = asked(installation, "list(m('people.Person').objects.values_list('name', flat=True))")
    assert PEOPLE["resident"] in real, "the county's own data is as it was"
    if not on_postgres():
        body = Path(given["LAOJIA_DB"]).read_bytes()
        assert not [name for name in PEOPLE.values() if name.encode() in body], "not even in the free pages"


def test_digits_for_a_desk(served: tuple[str, int], installation: dict[str, str]) -> None:
    done = subprocess.run(
        [*LAOJIA, "practice", "code", "paidan"], env=installation, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip().isdigit(), done.stderr
    real = subprocess.run(
        [*LAOJIA, "practice", "who"], env=installation, cwd=ROOT, capture_output=True, text=True
    )
    assert real.stdout == "", "nobody is named outside the copy"


def test_a_copy_of_the_copy_and_scrubbing_the_county_are_refused(
    served: tuple[str, int], installation: dict[str, str]
) -> None:
    again = subprocess.run([*LAOJIA, "practice"], env=copy_of(installation), cwd=ROOT, capture_output=True)
    assert again.returncode != 0
    scrubbed = subprocess.run([*LAOJIA, "practice", "scrub"], env=installation, cwd=ROOT, capture_output=True)
    assert scrubbed.returncode != 0
    assert PEOPLE["resident"] in asked(
        installation, "list(m('people.Person').objects.values_list('name', flat=True))"
    )


def test_its_gateway_is_the_inbox_whatever_is_set(
    served: tuple[str, int], installation: dict[str, str]
) -> None:
    given = copy_of(installation) | {"LAOJIA_SMS_URL": "https://sms.example/send"}
    given |= {"LAOJIA_SMS_KEY": "k", "LAOJIA_SMS_SECRET": "s", "LAOJIA_SMS_SIGN": "老家"}
    words = "__import__('laojia.conf.crew', fromlist=['gather']).gather().gateway.__class__.__name__"
    assert asked(given, words) == "Inbox"


@pytest.mark.django_db
@pytest.mark.parametrize("mark", ["practice", "demonstration"])
def test_the_mark_never_goes_away(cast: Cast, mark: str) -> None:
    AreaBook.objects.filter(pk=1).update(**{mark: True})
    assert sends_nothing()
    assert isinstance(gateway_for(demonstration=sends_nothing()), Inbox)
    for undo in (lambda: AreaBook.objects.update(**{mark: False}), lambda: AreaBook.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            undo()
    assert sends_nothing()
    transaction.set_rollback(True)


def test_the_sqlite_file_says_what_it_is(served: tuple[str, int], installation: dict[str, str]) -> None:
    if on_postgres():
        assert asked(copy_of(installation), "m('area.AreaBook').objects.get().practice") == "True"
        return
    file = sqlite3.connect(copy_of(installation)["LAOJIA_DB"])
    assert file.execute("SELECT practice FROM area_areabook").fetchall() == [(1,)]
    file.close()
