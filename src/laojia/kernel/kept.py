"""Statements asked at every request: built by the framework once per process, afterwards only filled in and sent.

Building the text of a statement costs the framework five to ten times as much as sending it. What is kept is text
alone: no row and no value outlives the call, so nothing here can be out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, CharField, Expression, Field, Model, QuerySet, TextField
from django.db.models.constants import OnConflict
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

from laojia.kernel.sending import changed_by, rows_of

M = TypeVar("M", bound=Model)
_TO = "to "  # before the name of a column: the value it is set to
_LARGEST = 2**63  # what the widest number column holds


class Given(Expression):
    """A place in a kept statement: the name of its value, and the field that says how it is written."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


def fixed(sql: str, params: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """What never changes stands in the text, so that a plan made once may use a partial index; the places stay."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return sql, params
    from psycopg.sql import Literal

    connection.ensure_connection()
    first, *rest = sql.split("%s")
    parts, places = [first], []
    for param, after in zip(params, rest, strict=True):
        if isinstance(param, Given):
            places.append(param)
            parts += ["%s", after]
        else:
            parts += [Literal(param).as_string(connection.connection).replace("%", "%%"), after]
    return "".join(parts), places


def filled(
    params: Sequence[Any],
    values: Mapping[str, Any],
    connection: Any,
    written: Mapping[str, Any] = MappingProxyType({}),
) -> list[Any]:
    """The parameters with the values in their places; `written` ones are in the shape of the database already."""
    return [
        one
        if not isinstance(one, Given)
        else written[one.name]
        if one.name in written
        else one.output_field.get_db_prep_value(values[one.name], connection)
        for one in params
    ]


def ask(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Send a text that never changes, values in the shape of the database; the rows it gives."""
    return rows_of(sql, params, connections[DEFAULT_DB_ALIAS])


class KeptRead(Generic[M]):
    """`read = KeptRead(lambda: Person.objects.filter(pk=Given("pk", BigIntegerField())))`, then `read.first(pk=7)`.

    Rows are model objects as the queryset would give them, joined and annotated ones too; it may not prefetch.
    """

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self._make = make
        self._built: _Built | None = None

    def rows(self, **values: Any) -> list[M]:
        """All rows under these values. A number that no column could hold finds none."""
        if any(type(one) is int and not -_LARGEST <= one < _LARGEST for one in values.values()):
            return []
        built = self._built
        if built is None:
            built = self._built = _Built(self._make())
        return built.read(values)

    def first(self, **values: Any) -> M | None:
        """The first row, or None."""
        rows = self.rows(**values)
        return rows[0] if rows else None


class _Built:
    """The text of a read and how its columns become objects: the framework's own parts, made once."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("a kept read cannot prefetch")
        compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.params = fixed(*compiler.as_sql())
        shape, select = compiler.klass_info, compiler.select
        own = shape["select_fields"]
        self.model: type[Model] = shape["model"]
        self.own = slice(own[0], own[-1] + 1)
        self.names = [column[0].target.attname for column in select[self.own]]
        self.related = get_related_populators(shape, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        self.annotations = tuple((compiler.annotation_col_map or {}).items())
        found = compiler.get_converters([column[0] for column in select])
        self.converters = [(place, *found[place]) for place in found]

    def read(self, values: Mapping[str, Any]) -> list[Any]:
        connection: Any = connections[DEFAULT_DB_ALIAS]
        rows = rows_of(self.sql, filled(self.params, values, connection), connection)
        return [self._object(row, connection) for row in rows]

    def _object(self, row: Sequence[Any], connection: Any) -> Model:
        if self.converters:
            row = list(row)
            for place, converters, expression in self.converters:
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        for name, column in self.annotations:
            setattr(made, name, row[column])
        return made


class KeptInsert(Generic[M]):
    """Inserts one row without reading anything back. Columns without a value are left to the table: NULL.

    `ignore` leaves out a row that is there already; `update` names the columns that are then written over
    (`unique` says what "there already" means).
    """

    def __init__(
        self,
        model: type[M],
        *,
        ignore: bool = False,
        update: Collection[str] = (),
        unique: Collection[str] = (),
    ) -> None:
        self._model = model
        self._conflict = OnConflict.IGNORE if ignore else OnConflict.UPDATE if update else None
        self._update, self._unique = update, unique
        self._texts: dict[tuple[str, ...], str] = {}
        fields: list[Any] = [f for f in model._meta.local_concrete_fields if not f.generated]
        self._fields = [(field, _written_as_it_is(field)) for field in fields]

    def __call__(self, row: M) -> None:
        connection: Any = connections[DEFAULT_DB_ALIAS]
        fields, values = [], []
        for field, as_it_is in self._fields:
            value = getattr(row, field.attname) if as_it_is else field.pre_save(row, True)
            if value is not None:
                fields.append(field)
                values.append(value if type(value) is as_it_is else field.get_db_prep_save(value, connection))
        key = tuple([field.column for field in fields])
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._build(row, fields)
        _send_or_gather(text, values, connection)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def _build(self, row: M, fields: list[Any]) -> str:
        named = {name: self._model._meta.get_field(name) for name in (*self._update, *self._unique)}
        query = InsertQuery(
            self._model,
            on_conflict=self._conflict,
            update_fields=[named[name] for name in self._update],
            unique_fields=[named[name] for name in self._unique],
        )
        query.insert_values(fields, [row])
        ((sql, params),) = query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql()
        if len(params) != len(fields):
            raise ValueError(f"{self._model._meta.label} has columns that a kept insert cannot write")
        return str(sql)


_gathered: ContextVar[list[tuple[str, list[Any]]] | None] = ContextVar("gathered_inserts", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Kept inserts within are sent in one statement at the end, where the server can: each takes a way to it and back.

    Nothing within may read them, and it stands inside one transaction: all of them are written or none.
    """
    if _gathered.get() is not None or connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        yield
        return
    token = _gathered.set([])
    try:
        yield
        _send_gathered()
    finally:
        _gathered.reset(token)


def _send_or_gather(text: str, values: list[Any], connection: Any) -> None:
    gathered = _gathered.get()
    if gathered is None:
        changed_by(text, values, connection)
        return
    if any(text == other for other, _values in gathered):  # rows of one table keep their order
        _send_gathered()
    gathered.append((text, values))


def _send_gathered() -> None:
    gathered = _gathered.get()
    if gathered:
        values = [value for _text, row in gathered for value in row]
        text = _as_one(tuple([text for text, _values in gathered]))
        changed_by(text, values, connections[DEFAULT_DB_ALIAS])
        gathered.clear()


@lru_cache(maxsize=256)
def _as_one(texts: tuple[str, ...]) -> str:
    """Inserts into several tables as one statement (PostgreSQL)."""
    *before, last = texts
    named = ", ".join(f"row_{n} AS ({text})" for n, text in enumerate(before))
    return f"WITH {named} {last}" if named else last


def _written_as_it_is(field: Field[Any, Any]) -> type | None:
    """Values of this type go into the column unchanged: asking the field costs more than sending them."""
    plain = {CharField: str, TextField: str, BooleanField: bool}
    return plain.get(type(field))


class KeptUpdate:
    """`UPDATE … SET … WHERE …` of plain values on the rows of a queryset with places. Returns how many it changed."""

    def __init__(self, make: Callable[[], QuerySet[Any]], changes: Collection[str]) -> None:
        self._make, self._names = make, tuple(changes)
        self._text: tuple[str, Sequence[Any]] | None = None
        self._fields: dict[str, Any] = {}

    def __call__(self, values: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
        if self._text is None:
            self._text = self._build()
        sql, params = self._text
        connection: Any = connections[DEFAULT_DB_ALIAS]
        written = {
            _TO + name: _saved(field, changes[name], connection) for name, field in self._fields.items()
        }
        return changed_by(sql, filled(params, values, connection, written), connection)

    def _build(self) -> tuple[str, Sequence[Any]]:
        rows = self._make()
        fields: dict[str, Any] = {name: rows.model._meta.get_field(name) for name in self._names}
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values({name: Given(_TO + name, field) for name, field in fields.items()})
        self._fields = fields
        return fixed(*query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql())


def _saved(field: Any, value: Any, connection: Any) -> Any:
    if isinstance(value, Model):
        value = value.prepare_database_save(field)
    return field.get_db_prep_save(value, connection)
