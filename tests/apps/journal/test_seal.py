"""The journal's chain: sealed in order, append-only in the database, and every kind of tampering found."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from laojia.foundation.journal import jobs
from laojia.foundation.journal.models import JournalRow, JournalSeal, SealHead
from laojia.kernel import crypto

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def write(count=1, at=NOW):
    return [
        JournalRow.objects.create(
            at=at + timedelta(microseconds=n + 1), verb="order.place", kind="order", subject_id=n, actor_id=7,
            channel="page", to_state="waiting", fields=["place", "times"],
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def superuser():
    """Somebody with full power over the database, who puts the triggers to sleep first."""

    def run(sql, *values):
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute(sql, values)
                cursor.execute("SET LOCAL session_replication_role = origin")
            else:
                cursor.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal_%%'"
                )
                triggers = cursor.fetchall()
                for name, _text in triggers:
                    cursor.execute(f"DROP TRIGGER {name}")
                cursor.execute(sql, values)
                for _name, text in triggers:
                    cursor.execute(text)

    return run


@pytest.fixture
def sealed():
    rows = write(10)
    assert jobs.seal(NOW) == 10
    return rows


def test_rows_are_sealed_in_order_and_once(sealed):
    assert list(JournalSeal.objects.order_by("seq").values_list("row_id", flat=True)) == [
        row.pk for row in sealed
    ]
    assert jobs.seal(NOW) == 0
    write(3)
    assert jobs.seal(NOW, batch=2) == 2
    assert jobs.seal(NOW, batch=2) == 1
    assert JournalSeal.objects.count() == 13
    assert jobs.verify().ok
    assert jobs.head().startswith("13:")


def test_an_empty_journal_holds():
    assert jobs.verify().ok
    assert jobs.head() == "0:"
    assert jobs.seal(NOW) == 0


def test_a_row_that_was_committed_late_is_still_sealed(sealed, superuser):
    early = write(1, at=NOW + timedelta(seconds=5))[0]
    late = write(1, at=NOW + timedelta(seconds=6))[0]
    superuser("UPDATE journal_journalrow SET id = %s WHERE id = %s", early.pk + 10, early.pk)
    assert jobs.seal(NOW + timedelta(seconds=7)) == 2
    superuser("INSERT INTO journal_journalrow (id, at, verb, kind, subject_id, channel, from_state, to_state, reason,"
              " fields, cause, practice) SELECT %s, at, verb, kind, subject_id, channel, from_state, to_state, reason,"
              " fields, cause, practice FROM journal_journalrow WHERE id = %s", early.pk, late.pk)  # fmt: skip
    assert jobs.seal(NOW + timedelta(seconds=8)) == 1
    assert jobs.verify().ok


def test_the_floor_follows_and_waits_at_a_gap_until_it_has_settled(sealed, superuser):
    hour = [NOW + timedelta(hours=n) for n in range(3)]
    first = write(2)
    assert jobs.seal(hour[1]) == 2
    assert SealHead.objects.get().floor == first[-1].pk
    later = write(3, at=hour[1])
    superuser(
        "DELETE FROM journal_journalrow WHERE id = %s", later[0].pk
    )  # a transaction that was rolled back
    assert jobs.seal(hour[1]) == 2
    assert SealHead.objects.get().floor == first[-1].pk
    last = write(1, at=hour[2])
    assert jobs.seal(hour[2]) == 1
    assert SealHead.objects.get().floor == last[0].pk
    assert jobs.verify().ok


def test_one_sealer_at_a_time(sealed):
    write(1)
    SealHead.objects.update(lease_by="another", lease_until=NOW + timedelta(seconds=10))
    assert jobs.seal(NOW) == 0
    assert jobs.seal(NOW + timedelta(seconds=11)) == 1


def test_a_sealer_that_was_too_slow_writes_nothing(sealed):
    write(2)
    slow = SealHead.objects.get()
    assert jobs.seal(NOW) == 2
    assert jobs._seal_rows(slow, "slow", NOW, 10) == 0
    assert JournalSeal.objects.count() == 12
    assert jobs.verify().ok


def test_the_head_of_the_day_before_goes_to_the_log(sealed, caplog):
    head = jobs.head()
    write(1, at=NOW + timedelta(days=1))
    with caplog.at_level(logging.INFO, logger="laojia.journal"):
        jobs.seal(NOW + timedelta(days=1))
        write(1, at=NOW + timedelta(days=1))
        jobs.seal(NOW + timedelta(days=1, hours=1))
    assert [record.getMessage() for record in caplog.records] == [f"journal head of 2026-11-23: {head}"]


@pytest.mark.parametrize("table", ["journal_journalrow", "journal_journalseal"])
def test_the_database_refuses_to_change_the_journal(sealed, table):
    ways = [f"UPDATE {table} SET at = at", f"DELETE FROM {table}"]
    if connection.vendor == "postgresql":  # SQLite has no TRUNCATE
        ways.append(f"TRUNCATE {table}")
    for sql in ways:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert jobs.verify().ok


CHANGES = [
    "UPDATE journal_journalrow SET verb = 'order.cancel' WHERE id = %s",
    "UPDATE journal_journalrow SET actor_id = 8 WHERE id = %s",
    "UPDATE journal_journalrow SET behalf_id = 8 WHERE id = %s",
    "UPDATE journal_journalrow SET fields = '[]' WHERE id = %s",
    "UPDATE journal_journalrow SET practice = NOT practice WHERE id = %s",
    "UPDATE journal_journalrow SET reason = 'other' WHERE id = %s",
    "UPDATE journal_journalseal SET digest = 'f' WHERE row_id = %s",
]


@pytest.mark.parametrize("sql", CHANGES)
def test_a_changed_row_is_found(sealed, superuser, sql):
    superuser(sql, sealed[4].pk)
    verdict = jobs.verify()
    assert (verdict.ok, verdict.kind, verdict.seq, verdict.row_id) == (False, "changed", 5, sealed[4].pk)
    assert "seal 5" in verdict.lines[0]


def test_a_missing_row_is_found(sealed, superuser):
    superuser("DELETE FROM journal_journalrow WHERE id = %s", sealed[4].pk)
    assert (jobs.verify().kind, jobs.verify().seq) == ("missing", 5)


def test_a_missing_seal_is_found(sealed, superuser):
    superuser("DELETE FROM journal_journalrow WHERE id = %s", sealed[0].pk)
    superuser("DELETE FROM journal_journalseal WHERE seq = %s", 1)
    assert (jobs.verify().kind, jobs.verify().seq) == ("missing", 1)


def test_reordered_rows_are_found(sealed, superuser):
    superuser("UPDATE journal_journalseal SET row_id = -1 WHERE seq = 3")
    superuser("UPDATE journal_journalseal SET row_id = %s WHERE seq = 7", sealed[2].pk)
    superuser("UPDATE journal_journalseal SET row_id = %s WHERE seq = 3", sealed[6].pk)
    assert (jobs.verify().kind, jobs.verify().seq) == ("reordered", 3)


def test_a_cut_end_is_found(sealed, superuser):
    kept = jobs.head()
    superuser("DELETE FROM journal_journalrow WHERE id >= %s", sealed[6].pk)
    superuser("DELETE FROM journal_journalseal WHERE seq >= 7")
    assert (jobs.verify().kind, jobs.verify().seq) == ("cut", 7)
    digest = JournalSeal.objects.get(seq=6).digest
    SealHead.objects.update(seq=6, digest=digest)  # a thorough forger mends the head as well
    assert jobs.verify().ok
    assert (jobs.verify(against=kept).kind, jobs.verify(against=kept).seq) == ("cut", 7)


def test_a_chain_written_anew_is_found_by_the_head_kept_elsewhere(sealed, superuser):
    kept = jobs.head()
    superuser("UPDATE journal_journalrow SET actor_id = 8 WHERE id = %s", sealed[4].pk)
    superuser("DELETE FROM journal_journalseal WHERE seq > 0")
    SealHead.objects.all().delete()
    assert jobs.seal(NOW) == 10
    assert jobs.verify().ok
    assert jobs.verify(against=kept).kind == "changed"
    write(5)
    jobs.seal(NOW)
    assert jobs.verify(against=kept).kind == "changed"


def test_verifying_goes_piece_by_piece(monkeypatch, sealed, superuser):
    monkeypatch.setattr(jobs, "_CHUNK", 3)
    assert jobs.verify().ok
    superuser("UPDATE journal_journalrow SET verb = 'x' WHERE id = %s", sealed[8].pk)
    assert jobs.verify().seq == 9


def test_the_algorithm_may_change_on_the_way(sealed, monkeypatch):
    monkeypatch.setenv("LAOJIA_CIPHER", "sm")
    crypto.forget_keys()
    write(3)
    jobs.seal(NOW)
    monkeypatch.undo()
    crypto.forget_keys()
    write(3)
    jobs.seal(NOW)
    assert jobs.verify().ok
