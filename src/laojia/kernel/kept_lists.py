"""Lists shown at every request, as plain tuples: the statement's text is built once, the rows are read each time.

The companion of `kernel.kept.KeptRead`, which gives model objects. A row is never kept, so nothing can be out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from laojia.kernel.kept import ask, filled, fixed


class KeptList:
    """`names = KeptList(lambda: Area.objects.filter(level=Given("level", CharField())).values_list("name"))`.

    `names.rows(level="town")` gives what the queryset would give; unions and annotations may be in it.
    """

    def __init__(self, make: Callable[[], QuerySet[Any, tuple[Any, ...]]]) -> None:
        self._make = make
        self._built: _Built | None = None

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """All rows under these values."""
        built = self._built
        if built is None:
            built = self._built = _Built(self._make())
        return built.read(values)

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        rows = self.rows(**values)
        return rows[0] if rows else None


class _Built:
    """Text, places and the columns that the database tells in another shape than the program has them."""

    def __init__(self, queryset: QuerySet[Any, tuple[Any, ...]]) -> None:
        self.compiler: Any = queryset.query.get_compiler(connection=connection)
        self.sql = ""
        self.params: Sequence[Any] = ()
        try:
            self.sql, self.params = fixed(*self.compiler.as_sql())
        except EmptyResultSet:  # somebody who may see nothing: there is nothing to ask
            return
        self.converters = self.compiler.get_converters([column[0] for column in self.compiler.select])

    def read(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
        rows = ask(self.sql, filled(self.params, values, connection))
        if self.converters:
            rows = [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]
        return rows
