"""Replaces people in a training copy by made-up ones. Runs in the copy alone, under the copy's own keys.

Nothing sealed is read: the copy's keys open none of it. Which columns are replaced is the rule of the visitor view
(policy/visiting.py: all that is personal, all free words), so that a new column is replaced unless somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from faker import Faker

from laojia.conf.visiting import hidden_fields
from laojia.foundation.area.models import AreaBook
from laojia.foundation.lists.models import SheetPart, StagedRow
from laojia.foundation.outbox.models import InboxEntry, Message
from laojia.foundation.people.models import Account, Claim, Person, Registration
from laojia.kernel import crypto
from laojia.kernel.fields import SealedText
from laojia.steps.order.models import Order

_SEED = 20261123
_NAMES = 20_000  # different made-up names; more people share them, as people do
_BATCH = 2_000
WORDS = "（练习）这里写的是编的话。"
PLACE = "练习路1号"
Say = Callable[[str], object]


def scrub(say: Say) -> None:
    """Mark the copy for good, then people, then everything else that is personal or words. All or nothing."""
    with transaction.atomic():
        AreaBook.objects.filter(pk=1).update(practice=True)
        _nobody_signed_in()
        say(f"· 人员：{_people()} 人换成编的")
        _the_rest()
        _phones_of_orders()
    _press()


def _nobody_signed_in() -> None:
    """Real colleagues' accounts, second factors and phones' claims are no part of a training copy."""
    from allauth.mfa.models import Authenticator

    # Whole tables at once: reading a row to delete it would open what is sealed under the county's keys.
    for model in (Session, Authenticator, Claim, Account, Message, InboxEntry, StagedRow, SheetPart):
        model._default_manager.all()._raw_delete(connection.alias)


def _people() -> int:
    """Names, numbers and addresses; a family that shares a number shares the made-up one."""
    faker = Faker("zh_CN")
    faker.seed_instance(_SEED)
    names = [faker.name() for _ in range(_NAMES)]
    phones: dict[str, str] = {}
    count = 0
    for rows in _batches():
        for row in rows:
            count += 1
            number = phones.setdefault(row.phone_hash or f"none{row.pk}", f"140{len(phones) + 1:08d}")
            had = bool(row.phone_hash)
            row.name = names[(row.pk * 7919) % _NAMES] if row.name else ""
            row.phone = number if had else ""
            row.phone_hash = crypto.keyed_hash(number) if had else ""
            row.phone_end_hash = crypto.keyed_hash(number[-4:]) if had else ""
            row.address = f"{row.pk % 9 + 1}巷{row.pk % 60 + 1}号" if row.address else ""
            row.contact_name, row.contact_phone = ("家里人", number) if row.contact_name else ("", "")
            row.volunteer_number = f"LX{row.pk:08d}" if row.volunteer_number else ""
            row.id_number, row.id_number_hash, row.own_work = "", "", "练习单位" if row.own_work else ""
        Person.objects.bulk_update(rows, _PERSON, 250)
    Registration.objects.filter(born_on__isnull=False).update(born_on="1980-01-01")
    return count


_PERSON = (
    "name", "phone", "phone_hash", "phone_end_hash", "address", "contact_name", "contact_phone", "volunteer_number",
    "id_number", "id_number_hash", "own_work",
)  # fmt: skip


def _batches() -> Iterator[list[Person]]:
    """People in order, without what is sealed."""
    after = 0
    sealed = ("phone", "contact_phone", "id_number")
    while rows := list(Person.objects.filter(pk__gt=after).defer(*sealed).order_by("pk")[:_BATCH]):
        yield rows
        after = rows[-1].pk


def _the_rest() -> None:
    """Every other hidden column: blank stays blank, the rest becomes something made up of the same kind."""
    for field in hidden_fields():
        if field.model in (Person, Account) or field.model._meta.label == "people.NamePiece":
            continue  # done above; pieces of names follow the names by trigger
        rows = field.model._default_manager.all()
        if isinstance(field, models.FloatField):
            rows.update(**{field.name: None})
        elif isinstance(field, models.JSONField):
            rows.update(**{field.name: [] if field.default is list else {}})
        else:
            rows.exclude(_blank(field)).update(**{field.name: _instead(field)})


def _blank(field: models.Field[Any, Any]) -> Q:
    if isinstance(field, SealedText):
        return Q(**{f"{field.name}__isnull": True})
    return Q(**{field.name: ""}) | (Q(**{f"{field.name}__isnull": True}) if field.null else Q())


def _instead(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, SealedText):
        return ""
    if field.unique:
        return F(field.name)
    if "place" in field.name or "address" in field.name:
        return PLACE
    return WORDS[: field.max_length or len(WORDS)]


def _phones_of_orders() -> None:
    """An order is found by the made-up number of the person it is for."""
    person = Person.objects.filter(pk=OuterRef("person_id"))
    Order.objects.update(contact_phone="", contact_hash="", contact_end_hash="")
    Order.objects.filter(person__isnull=False).update(
        contact_hash=Subquery(person.values("phone_hash")[:1]),
        contact_end_hash=Subquery(person.values("phone_end_hash")[:1]),
    )


def _press() -> None:
    """Rows that were replaced lie in the file until it is written anew."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL" if connection.vendor == "postgresql" else "VACUUM")
