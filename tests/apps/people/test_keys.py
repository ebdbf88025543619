"""Every sealed text is sealed anew with the first key of the ring: in commits, resumable, beside others who write."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from laojia.conf import doctor, keys
from laojia.foundation.people.models import Account, Certificate, Person
from laojia.kernel import crypto
from laojia.kernel.crypto import SealBroken
from tests.cast import NOW, TODAY, make_cast

OLD, NEW = "old:" + "o" * 40, "new:" + "n" * 40


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    """`ring("new", "old", cipher="sm")` sets the environment as after an edit and a restart."""

    def set_ring(*names, cipher="aes"):
        monkeypatch.setenv("LAOJIA_SEAL_KEYS", ",".join({"old": OLD, "new": NEW}[name] for name in names))
        monkeypatch.setenv("LAOJIA_CIPHER", cipher)
        crypto.forget_keys()

    yield set_ring
    monkeypatch.undo()
    crypto.forget_keys()


def stored(column="phone", table="people_person"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} <> '' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def left():
    return sum(keys.old_seals(column) for column in keys.sealed_columns())


def fill(count):
    return Person.objects.bulk_create(
        [Person(name="甲", phone=f"139{n:08d}", contact_phone="0357-1", created_at=NOW) for n in range(count)]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("cipher", ["aes", "sm"])
def test_everything_wears_the_new_key_and_reads_the_same(ring, cipher):
    ring("old", cipher=cipher)
    people = fill(25)
    Certificate.objects.create(person=people[0], kind="理发", number="证-1", valid_from=TODAY)
    Account.objects.create_user(phone="13900000000")
    ring("new", "old", cipher=cipher)
    assert left() == 52
    said = []
    assert keys.rotate(said.append, chunk=7) == 52
    assert left() == 0
    assert all(text.startswith(f"{cipher}.new.") for text in stored())
    ring("new", cipher=cipher)  # the old key is thrown away
    assert [p.phone for p in Person.objects.order_by("id")] == [f"139{n:08d}" for n in range(25)]
    assert Certificate.objects.get().number == "证-1"
    assert any("18 left" in line for line in said)
    assert keys.rotate(said.append) == 0


@pytest.mark.django_db
def test_stopped_in_the_middle_it_goes_on_where_it_was(ring):
    ring("old")
    fill(20)
    ring("new", "old")

    def trip(line):
        if "10 left" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.rotate(trip, chunk=5)
    half = stored()
    assert sum(text.startswith("aes.new.") for text in half) == 10
    assert keys.rotate(lambda _line: None, chunk=5) == 30
    assert stored()[:10] == half[:10]  # what was done is not done again


@pytest.mark.django_db
def test_who_writes_meanwhile_wins(ring, monkeypatch):
    ring("old")
    one, _other = fill(2)
    ring("new", "old")
    read = keys._next

    def read_and_somebody_writes(*words):
        rows = read(*words)
        if rows and rows[0][0] == one.pk:
            Person.objects.filter(pk=one.pk).update(phone="13812345678")
        return rows

    monkeypatch.setattr(keys, "_next", read_and_somebody_writes)
    keys.rotate(lambda _line: None)
    assert Person.objects.get(pk=one.pk).phone == "13812345678"
    assert left() == 0


@pytest.mark.django_db
def test_without_the_old_key_nothing_is_lost(ring):
    ring("old")
    fill(3)
    before = stored()
    ring("new")
    with pytest.raises(SealBroken):
        keys.rotate(lambda _line: None)
    assert stored() == before


@pytest.mark.django_db
def test_the_doctor_says_how_many_wear_an_old_key(ring):
    ring("old")
    fill(3)
    (fine,) = doctor.seals(NOW)
    assert not fine.mend
    ring("new", "old")
    (finding,) = doctor.seals(NOW)
    assert "people.Person.phone 3" in finding.what
    assert finding.mend == "run: laojia keys rotate"
    assert not finding.red


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cipher", ["aes", "sm"])
def test_killed_in_the_middle_by_the_system(ring, cipher):
    """The command itself, in a process of its own, killed without warning; the second run ends it."""
    ring("old", cipher=cipher)
    make_cast()
    fill(1500)
    ring("new", "old", cipher=cipher)
    words = [sys.executable, "-m", "laojia.conf.cli", "keys", "rotate", "--chunk", "10"]
    beside = {**os.environ, "LAOJIA_DB": _address(), "DJANGO_SETTINGS_MODULE": "laojia.conf.settings"}
    running = subprocess.Popen(words, env=beside, stdout=subprocess.PIPE, text=True)
    for line in running.stdout:
        if "people.Person.phone" in line and "left" in line:
            break
    time.sleep(0.02)
    running.kill()
    running.wait(30)
    running.stdout.close()
    between = left()
    assert between > 0
    done = subprocess.run(words, env=beside, capture_output=True, text=True, check=True)
    assert left() == 0
    assert f"{between:,} texts sealed anew" in done.stdout
    ring("new", cipher=cipher)
    assert sum(person.phone.startswith("139") for person in Person.objects.all()) == 1500


def _address():
    """The test database as another process reaches it."""
    kept = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(kept["NAME"])
    return f"postgres://{kept['USER']}@/{kept['NAME']}?host={kept['HOST']}"
