"""`laojia keys rotate`: every sealed text worn by an older key is sealed anew with the first one of the ring.

In small commits, beside a running server: each row is written only if it still holds what was read, so that a
change made meanwhile wins. Killed at any moment it goes on where it was; what is sealed anew is not touched again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from laojia.kernel import crypto
from laojia.kernel.fields import SealedText

CHUNK = 500


@dataclass(frozen=True)
class Column:
    """One sealed column of one table."""

    model: type[Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


def sealed_columns() -> list[Column]:
    """Every sealed column of every table."""
    return [
        Column(model, str(field.column))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, SealedText)
    ]


def old_seals(column: Column) -> int:
    """How many rows of the column still wear an older key or the other cipher."""
    table, name = _quoted(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE {name} <> '' AND substr({name}, 1, %s) <> %s",  # noqa: S608
            [len(crypto.seal_head()), crypto.seal_head()],
        )
        return int(cursor.fetchone()[0])


def rotate(say: Callable[[str], object], *, chunk: int = CHUNK) -> int:
    """Seal anew what is left, column by column. Returns how many texts. Raises SealBroken when a key is missing."""
    done = 0
    for column in sealed_columns():
        left = old_seals(column)
        if not left:
            continue
        say(f"{column}: {left:,} to seal anew")
        for count in _renewed(column, chunk):
            done += count
            left = max(0, left - count)
            say(f"{column}: {left:,} left")
    say(f"{done:,} texts sealed anew with the first key" if done else "everything wears the first key")
    return done


def _renewed(column: Column, chunk: int) -> Iterator[int]:
    after = 0
    while True:
        rows = _next(column, after, chunk)
        if not rows:
            return
        after = rows[-1][0]
        yield _seal_anew(column, rows)


def _next(column: Column, after: int, chunk: int) -> list[tuple[int, str]]:
    table, name = _quoted(column)
    key = _key(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {name} FROM {table} WHERE {key} > %s AND {name} <> '' AND substr({name}, 1, %s) <> %s"  # noqa: S608
            f" ORDER BY {key} LIMIT {chunk:d}",
            [after, len(crypto.seal_head()), crypto.seal_head()],
        )
        return list(cursor.fetchall())


def _seal_anew(column: Column, rows: list[tuple[int, str]]) -> int:
    """One commit. A row that was changed since it was read is left as it is: whoever wrote it used the first key."""
    table, name = _quoted(column)
    done = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for pk, sealed in rows:
            cursor.execute(
                f"UPDATE {table} SET {name} = %s WHERE {_key(column)} = %s AND {name} = %s",  # noqa: S608
                [crypto.seal(crypto.unseal(sealed)), pk, sealed],
            )
            done += cursor.rowcount
    return done


def _quoted(column: Column) -> tuple[str, str]:
    quote = connection.ops.quote_name
    return quote(column.model._meta.db_table), quote(column.name)


def _key(column: Column) -> str:
    key = column.model._meta.pk
    return connection.ops.quote_name(str(key.column))
