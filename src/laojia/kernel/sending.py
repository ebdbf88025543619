"""Sends kept statements (`kernel.kept`): on PostgreSQL over one cursor for each text and connection.

Such a cursor has found out already how values are written and columns read, which costs as much as a small answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any

from django.db import InterfaceError, OperationalError

_KEPT = 256  # cursors of a connection: more than there are texts asked often, and the server plans a hundred


def rows_of(sql: str, params: Sequence[Any], connection: Any) -> list[tuple[Any, ...]]:
    """Send it; all rows it gives."""
    if connection.vendor == "postgresql":
        found: list[tuple[Any, ...]] = _sent(sql, params, connection).fetchall()
        return found
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def changed_by(sql: str, params: Sequence[Any], connection: Any) -> int:
    """Send it; how many rows it wrote."""
    if connection.vendor == "postgresql":
        return int(_sent(sql, params, connection).rowcount)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def _sent(sql: str, params: Sequence[Any], connection: Any) -> Any:
    """The cursor with the answer. A connection that died since the last request is opened anew for a first read.

    A connection that has just answered need not be asked whether it does: the framework would, before a transaction.
    """
    connection.ensure_connection()
    first = connection.health_check_enabled and not connection.health_check_done
    try:
        answered = _asked(sql, params, connection)
    except (OperationalError, InterfaceError):
        if not first or connection.in_atomic_block or not sql.startswith("SELECT"):
            raise
        connection.close_if_health_check_failed()
        if connection.connection is not None:  # it lives: the fault is the statement's own
            raise
        connection.ensure_connection()
        answered = _asked(sql, params, connection)
    connection.health_check_done = True
    return answered


def _asked(sql: str, params: Sequence[Any], connection: Any) -> Any:
    """Values travel beside the text, so the server plans it once per connection, not each time.

    Whole numbers go out in one width: a plan belongs to a text and the types beside it.
    """
    from psycopg.types.numeric import Int8

    cursors = connection.connection.__dict__.setdefault("kept_cursors", {})  # gone with the connection
    cursor = cursors.get(sql)
    if cursor is None:
        if len(cursors) >= _KEPT:
            cursors.clear()
        cursor = cursors[sql] = _new_cursor(sql, connection)
    wrapped = connection._prepare_cursor(cursor)
    wrapped.execute(sql, [Int8(one) if type(one) is int else one for one in params])
    return wrapped


def _new_cursor(sql: str, connection: Any) -> Any:
    from psycopg.types.datetime import TimestamptzLoader

    with connection.wrap_database_errors:
        cursor = _cursor_of_one_text()(connection.connection)
    cursor.text = _numbered(sql)
    # The library's own reader of moments is compiled, the framework's is not; both give UTC, which every connection is in.
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    return cursor


@cache
def _cursor_of_one_text() -> type[Any]:
    """Made at the first use: with SQLite the client library of PostgreSQL is not loaded."""
    from psycopg import RawCursor

    class OfOneText(RawCursor[Any]):
        """Sends its own text, in which the places are numbered as the server wants them: found once, not each time."""

        text: bytes

        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            return super().execute(self.text, params, **more)

    return OfOneText


def _numbered(sql: str) -> bytes:
    numbers = count(1)
    return re.sub("%[s%]", lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql).encode()
