"""Finding one order: by its number for who may see it, by number and phone, by the secret link."""

from __future__ import annotations

import hmac
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.queries import actor_by_link, number_reader
from laojia.kernel.clock import local_date
from laojia.kernel.codes import check_number
from laojia.kernel.crypto import keyed_hash
from laojia.kernel.errors import OutOfScope
from laojia.kernel.links import link_holder, read_link
from laojia.policy.facts import Actor
from laojia.steps.order.models import Order

_LINK_OPENS_FOR = timedelta(days=90)  # after it is over; later the person signs in


def _rows() -> QuerySet[Order]:
    return Order.objects.select_related(
        "item_version__item", "person", "asker", "unit", "team", "area__parent"
    )


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
    row = scoped(_rows(), actor, "order.see").filter(number=clean).first() if clean else None
    if row is None:
        raise _not_here()
    return row


def order_on_desk(pk: int, actor: Actor) -> Order:
    """One order by its row, for the desks; a sealed one is not there."""
    row = scoped(_rows().filter(sealed=False), actor, "order.see").filter(pk=pk).first()
    if row is None:
        raise _not_here()
    return row


def by_number(number: str, phone_end: str) -> tuple[Order, Actor]:
    """The public number and the last four digits of the phone: may look and nudge, nothing else.

    The page limits how often one may try. Raises OutOfScope, in the same words for every mistake.
    """
    clean = check_number(number)
    row = _rows().filter(number=clean).first() if clean else None
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
    row = _rows().filter(pk=link[1]).first() if link and link[0] == "order" and link[2] == "order" else None
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
