"""The test run's own ground: committed rows go back, seeds stay, the append-only guard is no obstacle."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from laojia.foundation.journal.models import JournalRow
from laojia.kernel.clock import now
from tests.databases import on_postgres


def write_row() -> JournalRow:
    return JournalRow.objects.create(at=now(), verb="order.place", kind="order", subject_id=1, channel="page")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_committed_rows_are_gone_in_the_next_test(turn: int) -> None:
    assert not JournalRow.objects.exists()
    write_row()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", ["UPDATE {} SET verb = 'order.cancel'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_journal(sql: str) -> None:
    write_row()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(JournalRow._meta.db_table))
    assert JournalRow.objects.get().verb == "order.place"


@pytest.mark.django_db
def test_the_run_is_on_the_database_it_says() -> None:
    assert connection.vendor == ("postgresql" if on_postgres() else "sqlite")
    if not on_postgres():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone()[0] == "wal"


@pytest.mark.parametrize("turn", [1, 2])
def test_the_cast_comes_back_whole(cast: Any, turn: int) -> None:
    """The second time its rows are put in as they were made the first time; new rows get numbers of their own."""
    from tests.cast import PEOPLE, person

    assert {cast.as_(getattr(cast, key)).person_id for key in PEOPLE} == {
        getattr(cast, key).pk for key in PEOPLE
    }
    newcomer = person("新来的", "13900009999", cast.village)
    assert newcomer.pk not in {getattr(cast, key).pk for key in PEOPLE}
    connection.check_constraints()
