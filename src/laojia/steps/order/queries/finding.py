"""Finding one order: by its number for who may see it, by number and phone, by the secret link."""

from __future__ import annotations

import hmac
from datetime import date, timedelta

from django.db.models import BigIntegerField, CharField, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import sees
from laojia.foundation.people.queries import actor_by_link, number_reader
from laojia.kernel.clock import local_date
from laojia.kernel.codes import check_number
from laojia.kernel.crypto import keyed_hash
from laojia.kernel.errors import OutOfScope
from laojia.kernel.kept import Given, KeptRead
from laojia.kernel.links import link_holder, read_link
from laojia.policy.facts import Actor
from laojia.steps.order.models import Order

_LINK_OPENS_FOR = timedelta(days=90)  # after it is over; later the person signs in


# Never said of one order: not fetched, not unsealed, not parsed. Whoever asks for one of them all the same gets it.
_OF_PEOPLE = (
    "uuid", "phone_hash", "address", "contact_name", "contact_phone", "volunteer_number", "id_number",
    "id_number_hash", "own_work", "created_at",
)  # fmt: skip
_OF_AREAS = ("official_name", "kind", "households", "outline", "outline_system")
_OF_ASKERS = (*(f"asker__{column}" for column in _OF_PEOPLE), "asker__phone")
# Of these an order's own pages say nothing; the desks do.
_OF_DESKS = (
    *(f"person__{column}" for column in ("phone", "phone_end_hash", "phone_wrong_at", "compared_at")),
    *(f"item_version__{column}" for column in ("who_comes", "how_long", "requires", "risks", "questions", "published_at")),
    *(f"{where}__{column}" for where in ("area", "area__parent") for column in ("schematic", "valid_from")),
)  # fmt: skip
_UNSAID = (
    *(f"person__{column}" for column in _OF_PEOPLE),
    *(f"{where}__{column}" for where in ("area", "area__parent") for column in _OF_AREAS),
    *(f"item_version__{column}" for column in ("about", "short", "short_en", "contact_note", "asked_by", "search")),
)  # fmt: skip


def _rows() -> QuerySet[Order]:
    """With what its own pages say of it."""
    joined = Order.objects.select_related("item_version__item", "person", "unit", "area__parent")
    return joined.defer(*_UNSAID, *_OF_DESKS)


def _rows_of_desks() -> QuerySet[Order]:
    """Who asked and which team has it as well: what a colleague reads, and the telephones it is known by."""
    joined = Order.objects.select_related(
        "item_version__item", "person", "asker", "unit", "team", "area__parent"
    )
    return joined.defer(*_UNSAID, *_OF_ASKERS, "team__about", "team__serves")


def _not_here() -> OutOfScope:
    """The same words whether the number does not exist or is not one's own: nobody learns which."""
    return OutOfScope(
        "order_not_here",
        _("We do not find an order like that."),
        _("Look at the number again, every digit counts. Or call the centre, they find it by your name."),
    )


def order(number: str, actor: Actor) -> Order:
    """One order by its number, as people type it. Raises OutOfScope."""
    clean = check_number(number)
    row = _BY_NUMBER.first(number=clean) if clean else None
    if row is None or not sees(row, actor, "order.see"):
        raise _not_here()
    return row


_BY_NUMBER = KeptRead(lambda: _rows().filter(number=Given("number", CharField())))
_LOOKED_UP = KeptRead(lambda: _rows_of_desks().filter(number=Given("number", CharField())))


def order_on_desk(pk: int, actor: Actor) -> Order:
    """One order by its row, for the desks; a sealed one is not there."""
    row = _BY_ROW.first(pk=pk)
    if row is None or row.sealed or not sees(row, actor, "order.see"):
        raise _not_here()
    return row


_TO_DECIDE = KeptRead(lambda: Order.objects.filter(pk=Given("pk", BigIntegerField()), sealed=False))


def order_to_decide(pk: int, actor: Actor) -> Order:
    """The same order without what is only shown: for a decision that answers with another page."""
    row = _TO_DECIDE.first(pk=pk)
    if row is None or not sees(row, actor, "order.see"):
        raise _not_here()
    return row


_BY_ROW = KeptRead(lambda: _rows_of_desks().filter(pk=Given("pk", BigIntegerField())))


def by_number(number: str, phone_end: str) -> tuple[Order, Actor]:
    """The public number and the last four digits of the phone: may look and nudge, nothing else.

    The page limits how often one may try. Raises OutOfScope, in the same words for every mistake.
    """
    clean = check_number(number)
    row = _LOOKED_UP.first(number=clean) if clean else None
    given = keyed_hash(phone_end.strip()[-4:]) if len(phone_end.strip()) >= 4 else ""
    known = _ends(row) if row is not None else [""]
    fits = any(end and hmac.compare_digest(end, given) for end in known)
    if row is None or not fits:
        raise _not_here()
    return row, number_reader(row.pk, row.asker_id or row.person_id)


def _ends(row: Order) -> list[str]:
    """Phones this order is known by: the one given with it, the asker's, and the person's own."""
    people = (row.asker, row.person)
    return [row.contact_end_hash, *(p.phone_end_hash for p in people if p is not None)]


def by_link(token: str, on: date) -> tuple[Order, Actor]:
    """The order a message's link opens, and who holds the link. Raises OutOfScope."""
    link = read_link(token)
    row = _BY_ROW.first(pk=link[1]) if link and link[0] == "order" and link[2] == "order" else None
    if row is None:
        raise _not_here()
    if row.closed_at is not None and on - local_date(row.closed_at) > _LINK_OPENS_FOR:
        raise _not_here()
    holder = link_holder(token)
    person_id = holder if holder in (row.asker_id, row.person_id) else None
    actor = actor_by_link(token, on=on, purpose="order", person_id=person_id if holder else row.asker_id)
    if actor is None:
        raise _not_here()
    return row, actor
