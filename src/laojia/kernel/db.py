"""Compare-and-swap: the one way a row is moved that others may move at the same time."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model


def swap(model: type[Model], pk: object, expect: Mapping[str, Any], **changes: Any) -> bool:
    """One UPDATE of the row `pk` if it still looks as expected; True when it did.

    `expect` may use lookups (`lease_until__lt`). Right on SQLite and PostgreSQL alike, where
    SELECT … FOR UPDATE is silently dropped by SQLite.
    """
    return model._base_manager.filter(pk=pk, **expect).update(**changes) == 1
