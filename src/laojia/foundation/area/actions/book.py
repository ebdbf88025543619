"""Ids and the stamp of the areas, and the mark of a demonstration. No public verb here."""

import secrets

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, AreaBook
from laojia.foundation.area.queries import forget_index
from laojia.kernel.errors import Conflict


def open_book(ids: int = 0) -> int:
    """Begin a write: the first of `ids` new area ids, a new stamp, and the row lock that makes writers wait.

    Call it inside the transaction of the write, before reading what the write depends on.
    """
    stamp = secrets.token_hex(16)
    AreaBook.objects.get_or_create(pk=1)
    AreaBook.objects.filter(pk=1).update(last_id=F("last_id") + ids, stamp=stamp)
    forget_index(stamp)
    return int(AreaBook.objects.values_list("last_id", flat=True).get(pk=1)) - ids + 1


def mark_demonstration() -> None:
    """Mark this database as a demonstration, for good; only before there is a county in it (Conflict after)."""
    if Area.objects.exists():
        raise Conflict(
            "not_empty",
            _("There is a county in this database already."),
            _("A demonstration is made in an empty database of its own."),
        )
    AreaBook.objects.update_or_create(pk=1, defaults={"demonstration": True})
