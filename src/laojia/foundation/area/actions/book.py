"""Ids and the stamp of the areas and of what serves them. No public verb here."""

import secrets

from django.db.models import F, Value
from django.db.models.functions import Concat, Left

from laojia.foundation.area.models import AreaBook
from laojia.foundation.area.queries import OUTLINES_STAMP, forget_index


def open_book(ids: int = 0) -> int:
    """Begin a write: the first of `ids` new area ids, a new stamp, and the row lock that makes writers wait.

    Call it inside the transaction of the write, before reading what the write depends on.
    """
    stamp = secrets.token_hex(16)
    AreaBook.objects.get_or_create(pk=1)
    AreaBook.objects.filter(pk=1).update(last_id=F("last_id") + ids, stamp=stamp)
    forget_index(stamp)
    return int(AreaBook.objects.values_list("last_id", flat=True).get(pk=1)) - ids + 1


def open_places() -> None:
    """Begin a write to stations or zones: whom they serve changes (and the stamp with it), no outline does."""
    moved = Concat(Left("stamp", OUTLINES_STAMP), Value(secrets.token_hex(16 - OUTLINES_STAMP // 2)))
    AreaBook.objects.filter(pk=1).update(stamp=moved)
