"""Compare-and-swap: the one way a row is moved that others may move at the same time."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

_LONGEST_ID = 18  # digits that surely fit into the column


def swap(model: type[Model], pk: object, expect: Mapping[str, Any], **changes: Any) -> bool:
    """One UPDATE of the row `pk` if it still looks as expected; True when it did.

    `expect` may use lookups (`lease_until__lt`). Right on SQLite and PostgreSQL alike, where
    SELECT … FOR UPDATE is silently dropped by SQLite.
    """
    return model._base_manager.filter(pk=pk, **expect).update(**changes) == 1


def next_id(model: type[Model]) -> int:
    """The id the next row will have, so that a public number made of it stands in the first INSERT.

    PostgreSQL: taken from the sequence. SQLite: read inside the IMMEDIATE transaction, where nobody else writes.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        else:
            cursor.execute(
                "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0) + 1", [table]
            )
        return int(cursor.fetchone()[0])


def row_id(text: str) -> int:
    """The number of a row as a form or an address says it; 0 (no row has it) for whatever cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0
