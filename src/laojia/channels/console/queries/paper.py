"""Sheets of paper: what a number or a scanned code on them leads to, and who may have filled them in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import contacts_of
from laojia.kernel.clock import local_date
from laojia.kernel.codes import check_number
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor
from laojia.shown import sheet_number
from laojia.steps.menu.models import Occasion
from laojia.steps.order import queries as orders
from laojia.steps.order.models import Order
from laojia.steps.serve.models import LawRecord

_SCANNED = re.compile(r"/paper/([^/?#\s]+)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What lies before us: an order's sheet or an occasion's roster and record, and whose word it is."""

    number: str
    order: Order | None
    occasion: Occasion | None
    writers: list[Person]
    recorded: LawRecord | None = None


def find_sheet(actor: Actor, text: str) -> Sheet:
    """By the number as it is printed, or by the whole address a scanner types. Raises OutOfScope."""
    scanned = _SCANNED.search(text)
    number = check_number(scanned[1] if scanned else text)
    if number is None:
        raise _unknown()
    if number.startswith("R"):
        return _of_occasion(actor, number)
    order = orders.order(number, actor)
    if order.sealed:
        raise _unknown()
    who = order.asker or order.person
    return Sheet(number, order, None, [who] if who else [])


def _of_occasion(actor: Actor, number: str) -> Sheet:
    row = occasion_of(actor, number)
    on = row.date or local_date(row.starts_at or row.created_at)
    people = Person.objects.filter(erased_at=None).in_bulk(
        contacts_of(row.team_id, on) if row.team_id else []
    )
    record = LawRecord.objects.filter(occasion=row, recorded_at__isnull=False).first()
    return Sheet(number, None, row, list(people.values()), record)


def occasion_of(actor: Actor, number: str) -> Occasion:
    """The occasion a sheet is about, when the desk may see it. Raises OutOfScope."""
    serial = int(number.split("-")[2])
    rows = Occasion.objects.select_related("item_version", "area", "team").defer("area__outline")
    row = scoped(rows, actor, "occasion.see").filter(pk=serial).first()
    if row is None or sheet_number(row) != number:
        raise _unknown()
    return row


def seen_among(actor: Actor, people: Iterable[int]) -> list[Person]:
    """Those of them whom the desk may see: for these there is a screen."""
    rows = scoped(Person.objects.filter(pk__in=list(people), erased_at=None), actor, "person.see")
    return list(rows.select_related("area").defer("area__outline").order_by("pk"))


def _unknown() -> OutOfScope:
    return OutOfScope(
        "sheet_unknown",
        _("We do not find a sheet with this number."),
        _("Look at the number again, every digit counts; or find the caller by name."),
    )
