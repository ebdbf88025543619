"""The visitor view: while it is on, what the database gives is veiled before any page sees it, and nothing is written.

Every way of reading rows passes through the columns' converters, so the veil hangs there, once, and not in pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.db.models import Field

_on: ContextVar[bool] = ContextVar("visitor_view", default=False)
# What a browser's memory and the shared cache need, whoever looks.
_OWN_TABLES = ("django_session", "laojia_cache", "limits_taken")
# WITH: several inserts in one; nothing that only reads begins so.
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "DROP", "ALTER", "WITH")


def is_on() -> bool:
    """Is somebody looking who must see no person?"""
    return _on.get()


@contextmanager
def visiting(refuse: Callable[[], Exception]) -> Iterator[None]:
    """Within: rows are veiled, and a statement that would write raises what `refuse` makes."""

    def only_read(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.lstrip("( \n")
        if words[:8].upper().startswith(_WRITES) and not any(table in words for table in _OWN_TABLES):
            raise refuse()
        return execute(sql, params, many, context)

    token = _on.set(True)
    try:
        with connection.execute_wrapper(only_read):
            yield
    finally:
        _on.reset(token)


def hang_veil(field: Field[Any, Any], instead: Any) -> None:
    """From now on this column gives `instead` (or what it makes) to a visitor, where it holds anything at all."""
    if getattr(field, "veiled", False):
        return
    before: Callable[..., Any] | None = getattr(field, "from_db_value", None)

    def from_db_value(value: Any, expression: Any, database: Any) -> Any:
        if _on.get():
            return (instead() if callable(instead) else instead) if value else value
        return before(value, expression, database) if before is not None else value

    field.from_db_value = from_db_value  # type: ignore[attr-defined]
    field.veiled = True  # type: ignore[attr-defined]
