"""Compare-and-swap: the one way a row is moved that others may move at the same time."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model

from laojia.kernel.kept import Given, KeptInsert, KeptUpdate, ask

_LONGEST_ID = 18  # digits that surely fit into the column
_NEXT_IN_SEQUENCE = "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
_NEXT_IN_TABLE = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0) + 1"
_NAMES = 1000  # different sets of columns whose statements are kept: the verbs there are, several times over


def swap(model: type[Model], pk: object, expect: Mapping[str, Any], **changes: Any) -> bool:
    """One UPDATE of the row `pk` if it still looks as expected; True when it did.

    `expect` may use lookups (`lease_until__lt`). Right on SQLite and PostgreSQL alike, where
    SELECT … FOR UPDATE is silently dropped by SQLite.
    """
    if _is_plain(expect, changes):
        update = _kept_update(model, ("pk", *expect), tuple(changes))
        return update({"pk": pk, **expect}, changes) == 1
    return model._base_manager.filter(pk=pk, **expect).update(**changes) == 1


def _is_plain(expect: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    """Columns compared with values and set to values: the text of the statement depends on their names alone."""
    return not (
        any("__" in name or value is None for name, value in expect.items())
        or any(hasattr(value, "resolve_expression") for value in (*expect.values(), *changes.values()))
    )


@lru_cache(maxsize=_NAMES)
def _kept_update(model: type[Model], expect: tuple[str, ...], changes: tuple[str, ...]) -> KeptUpdate:
    fields: Any = {name: model._meta.pk if name == "pk" else model._meta.get_field(name) for name in expect}
    return KeptUpdate(
        lambda: model._base_manager.filter(**{name: Given(name, field) for name, field in fields.items()}),
        changes,
    )


def insert(row: Model) -> None:
    """Insert a new row. Where its id is known already (`next_id`), nothing is read back."""
    if row.pk is None:
        row.save(force_insert=True)
    else:
        _kept_insert(type(row))(row)


@lru_cache(maxsize=_NAMES)
def _kept_insert(model: type[Model]) -> KeptInsert[Model]:
    return KeptInsert(model)


def next_id(model: type[Model]) -> int:
    """The id the next row will have, so that a public number made of it stands in the first INSERT.

    PostgreSQL: taken from the sequence. SQLite: read inside the IMMEDIATE transaction, where nobody else writes.
    """
    text = _NEXT_IN_SEQUENCE if connection.vendor == "postgresql" else _NEXT_IN_TABLE
    ((number,),) = ask(text, [model._meta.db_table])
    return int(number)


def row_id(text: str) -> int:
    """The number of a row as a form or an address says it; 0 (no row has it) for whatever cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0
