"""The desk's lists. A sealed order is in none of them; what must be quick reads an index of open orders only."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import scoped
from laojia.kernel.codes import check_number
from laojia.kernel.crypto import keyed_hash
from laojia.kernel.errors import BadInput
from laojia.kernel.kept_lists import KeptList
from laojia.kernel.paging import Page
from laojia.policy.facts import Actor
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import OPEN_AT_DESK, Order

# Written out as the index has it: SQLite uses a partial index only when it can see its condition in the query.
_OPEN = "NOT order_order.sealed AND order_order.state IN ({})".format(
    ", ".join(f"'{s}'" for s in OPEN_AT_DESK)
)
# Wide or sealed, and never said in a line of a list: fifty rows pay for each of them.
_NOT_IN_LISTS = (
    "answers", "contact_phone", "place", "where_else", "question_back", "person__phone", "person__contact_phone",
    "person__address", "person__contact_name", "area__outline", "area__parent__outline", "item_version__about",
    "item_version__audience", "item_version__asked_by", "item_version__qualification", "item_version__slots",
    "item_version__requires", "item_version__risks", "item_version__questions", "item_version__search",
)  # fmt: skip
_ORDER = ("-urgent", "promise_due_at", "id")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What narrows the queue; empty means all of it."""

    area_path: str = ""
    item_id: int | None = None
    state: str = ""
    holder: str = ""
    station_id: int | None = None
    text: str = ""
    late_at: datetime | None = None  # only what is past its promise at this moment
    unmapped: bool = False
    second_look: bool = False
    ids: QuerySet[Any] | None = None  # only these: a list another step knows


class Waiting(NamedTuple):
    """What a line of the queue tells of an order, read without making an object of it: fifty stand on a page."""

    pk: int
    urgent: bool
    promise_due_at: datetime
    promise_provisional: bool
    late_since: datetime | None
    needs_second_look: bool
    second_look_by_id: int | None
    placed_at: datetime
    holder: str
    state: str
    words: str
    item: str | None
    item_en: str | None
    unit: str | None
    person: str | None
    area: str
    area_now: str  # what people call the place today, empty when it is the same
    town: str | None


_COLUMNS = (
    "pk", "urgent", "promise_due_at", "promise_provisional", "late_since", "needs_second_look", "second_look_by_id",
    "placed_at", "holder", "state", "words", "item_version__name", "item_version__name_en", "unit__name",
    "person__name", "area__name", "area__now_name", "area__parent__name",
)  # fmt: skip
R = TypeVar("R", Order, Waiting)
_KEPT = 256  # statements of each process: one for each desk and each filter it uses


def queue(
    actor: Actor, filters: QueueFilter | None = None, after: str | None = None, size: int = 50
) -> Page[Order]:
    """Open orders: urgent first, then the nearest promise. Keyset paging over the index `order_queue`."""
    rows = _narrowed(_open_orders(actor), filters or QueueFilter())
    joined = rows.select_related("item_version__item", "person", "unit", "area__parent")
    return _page(_read(joined.defer(*_NOT_IN_LISTS), _decode(after), size), size)


def queue_lines(
    actor: Actor, filters: QueueFilter | None = None, after: str | None = None, size: int = 50
) -> Page[Waiting]:
    """The same orders in the same order, each as its line tells it."""
    f, cursor = filters or QueueFilter(), _decode(after)
    if cursor is None and f.late_at is None and f.ids is None and not f.text:
        found = _kept_lines(actor, f, size).rows()
    else:
        found = _read(_narrowed(_open_orders(actor), f).values_list(*_COLUMNS), cursor, size)
    return _page([Waiting._make(row) for row in found], size)


@lru_cache(maxsize=_KEPT)
def _kept_lines(actor: Actor, filters: QueueFilter, size: int) -> KeptList:
    """The statement of the first page, by exactly what it is built from: who asks, with which posts, for what."""
    rows = _narrowed(_open_orders(actor), filters).values_list(*_COLUMNS)
    return KeptList(lambda: rows.order_by(*_ORDER)[: size + 1])


def _read(rows: QuerySet[Any, Any], cursor: tuple[bool, datetime, int] | None, size: int) -> list[Any]:
    """A page and one more. The directions mix, so a page after a cursor is read in at most two ranges: the rest of
    the urgent, then the others.
    """
    if cursor is None:
        return list(rows.order_by(*_ORDER)[: size + 1])
    urgent, due, pk = cursor
    beyond = Q(promise_due_at__gte=due) & (Q(promise_due_at__gt=due) | Q(pk__gt=pk))
    found = list(rows.filter(beyond, urgent=urgent).order_by("promise_due_at", "id")[: size + 1])
    if urgent and len(found) <= size:
        rest = size + 1 - len(found)
        found += list(rows.filter(urgent=False).order_by("promise_due_at", "id")[:rest])
    return found


def _open_orders(actor: Actor) -> QuerySet[Order]:
    open_still = RawSQL(_OPEN, (), output_field=BooleanField())  # noqa: S611  words of this file only
    return scoped(Order.objects.all(), actor, "order.list").filter(open_still)


def late(now: datetime) -> Q:
    """Of open orders: a promise broken before, or past at this moment; a provisional date makes nobody late."""
    return Q(late_since__isnull=False) | Q(promise_due_at__lt=now, promise_provisional=False)


def _narrowed(rows: QuerySet[Order], f: QueueFilter) -> QuerySet[Order]:
    plain = {
        "area_path__startswith": f.area_path,
        "item_version__item_id": f.item_id,
        "state": f.state,
        "holder": f.holder,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if f.late_at is not None:
        rows = rows.filter(late(f.late_at))
    if f.ids is not None:
        rows = rows.filter(pk__in=f.ids)
    if f.station_id is not None:
        rows = rows.filter(holder="station", holder_id=f.station_id)
    if f.unmapped:
        rows = rows.filter(item_version=None)
    if f.second_look:
        rows = rows.filter(needs_second_look=True, second_look_by_id=None)
    return _searched(rows, f.text.strip())


def _searched(rows: QuerySet[Order], text: str) -> QuerySet[Order]:
    if not text:
        return rows
    number = check_number(text)
    if number:
        return rows.filter(number=number)
    if len(text) == 4 and text.isascii() and text.isdigit():  # the end of a telephone number
        end = keyed_hash(text)
        return rows.filter(Q(contact_end_hash=end) | Q(person__phone_end_hash=end))
    return rows.filter(
        Q(item_version__name__contains=text)
        | Q(person__name__contains=text)
        | Q(unit__name__contains=text)
        | Q(words__contains=text)
        | Q(area__name__contains=text)
        | Q(area__parent__name__contains=text)
        | Q(number__contains=text.upper())
    )


def _page(found: list[R], size: int) -> Page[R]:
    rows = found[:size]
    more = len(found) > size
    return Page(rows, _encode(rows[-1]) if more else None)


def _encode(row: Order | Waiting) -> str:
    text = json.dumps([int(row.urgent), row.promise_due_at.isoformat(), row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str | None) -> tuple[bool, datetime, int] | None:
    if not cursor:
        return None
    try:
        urgent, due, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return bool(urgent), datetime.fromisoformat(due).astimezone(UTC), int(pk)
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise BadInput(
            "bad_cursor", _("This page of the list is gone. Please open the list again.")
        ) from error


def unmapped_needs(actor: Actor, limit: int = 50) -> list[Order]:
    """Needs in people's own words that no item answers yet, newest first: they stand beside the menu."""
    rows = scoped(Order.objects.filter(item_version=None, sealed=False, protected=False), actor, "order.list")
    return list(rows.select_related("area__parent").order_by("-id")[:limit])


def suspended(actor: Actor, limit: int = 100) -> list[Order]:
    """What rests, by the day it wakes."""
    rows = scoped(Order.objects.filter(state="suspended", sealed=False), actor, "order.list")
    return list(rows.select_related("item_version", "area").order_by("suspended_until", "id")[:limit])


def waiting_list(actor: Actor, occasion: Occasion) -> list[Order]:
    """Who waits for a place, in the order in which they move up."""
    rows = scoped(Order.objects.filter(wants_occasion=occasion, state="waitlisted"), actor, "order.see")
    return list(rows.select_related("person", "asker").order_by("waitlisted_at", "id"))
