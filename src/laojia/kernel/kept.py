"""Statements asked at every request: built by the framework once per process, afterwards only filled in and sent.

Building the text of a statement costs the framework five to ten times as much as sending it. What is kept is text
alone: no row and no value outlives the call, so nothing here can be out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import AutoField, Expression, Field, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

M = TypeVar("M", bound=Model)
_LARGEST = 2**63  # what the widest number column holds


class Given(Expression):
    """A place in a kept statement: the name of its value, and the field that says how it is written."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


def _filled(params: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    return [
        one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Given) else one
        for one in params
    ]


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
        compiler: Any = queryset.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        shape, select = compiler.klass_info, compiler.select
        own = shape["select_fields"]
        self.model: type[Model] = shape["model"]
        self.own = slice(own[0], own[-1] + 1)
        self.names = [column[0].target.attname for column in select[self.own]]
        self.related = get_related_populators(shape, select, connection.alias)  # type: ignore[call-arg]
        self.annotations = tuple((compiler.annotation_col_map or {}).items())
        self.converters = compiler.get_converters([column[0] for column in select])
        self.compiler = compiler

    def read(self, values: Mapping[str, Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, _filled(self.params, values))
            rows = cursor.fetchall()
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return [self._object(row) for row in rows]

    def _object(self, row: Sequence[Any]) -> Model:
        made = self.model.from_db(connection.alias, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        for name, column in self.annotations:
            setattr(made, name, row[column])
        return made


class KeptInsert(Generic[M]):
    """Inserts rows of one table in one statement, without reading anything back.

    `ignore` leaves out rows that are there already; `update` names the columns that are then written over
    (`unique` says what "there already" means).
    """

    def __init__(
        self,
        model: type[M],
        *,
        ignore: bool = False,
        update: Collection[str] = (),
        unique: Collection[str] = (),
        with_id: bool = False,
    ) -> None:
        self._model, self._with_id = model, with_id
        self._conflict = OnConflict.IGNORE if ignore else OnConflict.UPDATE if update else None
        self._update, self._unique = update, unique
        self._text: tuple[str, str, str] | None = None
        self._fields: list[Field[Any, Any]] = []

    def __call__(self, *rows: M) -> None:
        if self._text is None:
            self._text = self._build(rows[0])
        before, places, after = self._text
        values = [
            field.get_db_prep_save(field.pre_save(row, add=True), connection)
            for row in rows
            for field in self._fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(before + ", ".join([places] * len(rows)) + after, values)
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias

    def _build(self, row: M) -> tuple[str, str, str]:
        """The text before the values, the places of one row, the text behind them."""
        meta = self._model._meta
        self._fields = [
            field
            for field in meta.local_concrete_fields
            if not field.generated and (self._with_id or not isinstance(field, AutoField))
        ]
        named = {name: meta.get_field(name) for name in (*self._update, *self._unique)}
        query = InsertQuery(
            self._model,
            on_conflict=self._conflict,
            update_fields=[named[name] for name in self._update],
            unique_fields=[named[name] for name in self._unique],
        )
        query.insert_values(self._fields, [row])
        ((sql, _params),) = query.get_compiler(connection=connection).as_sql()
        places = f"({', '.join(['%s'] * len(self._fields))})"
        before, found, after = sql.partition(places)
        if not found:
            raise ValueError(f"{meta.label} has columns that a kept insert cannot write")
        return before, found, after


class KeptUpdate:
    """`UPDATE … SET … WHERE …` of plain values. Returns how many rows it changed."""

    def __init__(self, model: type[Model], expect: Collection[str], changes: Collection[str]) -> None:
        field = model._meta.get_field
        self._changed: list[tuple[str, Any]] = [(name, field(name)) for name in changes]
        found = model._base_manager.filter(**{name: Given(name, _field_of(model, name)) for name in expect})
        query: Any = found.query.chain(UpdateQuery)
        query.add_update_values({name: Given(f"to {name}", one) for name, one in self._changed})
        self._sql, self._params = query.get_compiler(connection=connection).as_sql()

    def __call__(self, expect: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
        values = {f"to {name}": _saved(field, changes[name]) for name, field in self._changed}
        params = [
            values[one.name]
            if one.name in values
            else one.output_field.get_db_prep_value(expect[one.name], connection)
            for one in self._params
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            return int(cursor.rowcount)


def _field_of(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _saved(field: Any, value: Any) -> Any:
    if isinstance(value, Model):
        value = value.prepare_database_save(field)
    return field.get_db_prep_save(value, connection)
