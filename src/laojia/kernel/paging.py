"""Keyset paging: the same price at row 50 and at row 950,000; rows that arrive meanwhile shift nothing."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.kernel.errors import BadInput

Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Page(Generic[Shown]):
    """Rows of one page and the cursor of the next one (None on the last)."""

    rows: list[Shown]
    next_cursor: str | None


def page(
    queryset: QuerySet[Row],
    order: Sequence[str] = ("due_at", "id"),
    after: str | None = None,
    size: int = 50,
) -> Page[Row]:
    """`size` rows after the cursor in `order`, whose last column must be unique and none may be NULL.

    All columns run the same way ("-" before all or none), so that one index range serves them: where
    directions mix, give the table a rank column. Raises BadInput on a cursor that is not ours.
    """
    names = [name.lstrip("-") for name in order]
    descending = {name.startswith("-") for name in order}
    if len(descending) != 1:
        raise ValueError("keyset paging wants one direction: give the table a rank column")
    rows_after = queryset.order_by(*order)
    if after:
        rows_after = rows_after.filter(_beyond(names, _decode(queryset, names, after), descending == {True}))
    rows = list(rows_after[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode(rows[-1], names) if more else None)


def _beyond(names: Sequence[str], values: Sequence[Any], down: bool) -> Q:
    """a >= x AND (a > x OR (a = x AND rest beyond)): the first part is what the index can use."""
    name, value = names[0], values[0]
    strict = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
    if len(names) == 1:
        return strict
    reach = Q(**{f"{name}__{'lte' if down else 'gte'}": value})
    return reach & (strict | (Q(**{name: value}) & _beyond(names[1:], values[1:], down)))


class _Encoder(DjangoJSONEncoder):
    """Moments with their microseconds: a cursor cut to milliseconds would repeat or skip rows."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _encode(row: Model, names: Sequence[str]) -> str:
    values = [_value(row, name) for name in names]
    text = json.dumps(values, cls=_Encoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _decode(queryset: QuerySet[Row], names: Sequence[str], cursor: str) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_parsed(queryset, name, value) for name, value in zip(names, list(values), strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error, ValidationError) as error:
        raise BadInput(
            "bad_cursor", _("This page of the list is gone. Please open the list again.")
        ) from error


def _parsed(queryset: QuerySet[Row], name: str, value: Any) -> Any:
    if value is None or isinstance(value, list | dict):
        raise ValueError(name)
    try:
        field = queryset.model._meta.get_field("id" if name == "pk" else name)
    except FieldDoesNotExist:  # an annotation or a column across a relation: the database compares as sent
        return value
    parsed = field.to_python(value) if isinstance(field, Field) else value
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        raise ValueError(name)
    return parsed
