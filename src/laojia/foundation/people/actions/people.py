"""Persons: added with what the order needs, corrected, asked for consent, shown in full for a reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import check, record
from laojia.foundation.limits import actions as limits
from laojia.foundation.people.models import Account, Claim, Consent, Person, Registration
from laojia.foundation.people.queries import posts_on, resident
from laojia.foundation.people.rules import clean_name, keeps_id_number, may_be_guardian, may_have_guardian
from laojia.kernel import crypto
from laojia.kernel.clock import local_date
from laojia.kernel.codes import clean_id_number, clean_phone
from laojia.kernel.errors import BadInput, OutOfScope, TooMany
from laojia.policy.facts import Actor
from laojia.policy.reasons import is_reason
from laojia.policy.roles import Role

REVEALS_AN_HOUR = 30
_NAME, _ADDRESS = 40, 120
CORRECTABLE = (
    "name", "phone", "area", "address", "birth_year", "guardian", "contact_name", "contact_phone",
    "reads_messages", "volunteer_number", "own_work", "id_number",
)  # fmt: skip

_BESIDE = {
    "phone": ("phone_hash", "phone_end_hash", "phone_wrong_at"), "area": ("area_path",), "id_number": ("id_number_hash",),
}  # fmt: skip


@dataclass(frozen=True)
class Revealed:
    """A person in full, for one look."""

    name: str
    phone: str
    address: str
    contact_name: str
    contact_phone: str


@transaction.atomic
def add_person(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    phone: str = "",
    area: Area | None = None,
    address: str = "",
    birth_year: int | None = None,
    guardian: Person | None = None,
    contact_name: str = "",
    contact_phone: str = "",
    reads_messages: bool = True,
    volunteer_number: str = "",
    id_number: str = "",
    account: Account | None = None,
    key: uuid.UUID | None = None,
    because: str = "",
) -> Person:
    """A new person; the same `key` again gives the one already made.

    Without a person behind the actor he adds himself: `account` is then claimed by the new person. Raises BadInput
    (name, phone, guardian), NotPermitted, OutOfScope.
    """
    if key is not None and (known := Person.objects.filter(uuid=key).first()) is not None:
        return known
    person = Person(uuid=key or uuid.uuid4(), created_at=now)
    given = {
        "name": name, "phone": phone, "area": area, "address": address, "birth_year": birth_year,
        "guardian": guardian, "contact_name": contact_name, "contact_phone": contact_phone,
        "reads_messages": reads_messages, "volunteer_number": volunteer_number, "id_number": id_number,
    }  # fmt: skip
    _fill(person, given, now)
    _check_id_number(person, now)
    _check_guardian(person, now)
    person.save(force_insert=True)
    himself = actor.person_id is None and actor.on_behalf_of is None and not actor.has(Role.SYSTEM)
    author = resident(person.pk, channel=actor.channel) if himself else actor
    fields = [name for name, value in given.items() if value not in ("", None, True)]
    record(person, "person.add", actor=author, now=now, fields=fields, because=because)
    if himself and account is not None and account.phone_verified:
        claim = Claim.objects.create(account=account, person=person, proof="first_order", at=now)
        if account.person_id is None:
            Account.objects.filter(pk=account.pk, person=None).update(person=person)
            account.person = person
        record(claim, "person.claim", actor=author, now=now, because="person.add")
    return person


@transaction.atomic
def correct_person(*, actor: Actor, now: datetime, person_id: int, changes: dict[str, Any]) -> Person:
    """Change what is held about a person. Raises BadInput on a field that is none of CORRECTABLE or unreadable."""
    person = _found(person_id)
    check(person, "person.correct", actor=actor)
    if unknown := set(changes) - set(CORRECTABLE):
        raise ValueError(f"not to be corrected: {sorted(unknown)}")
    before = {name: getattr(person, name) for name in changes}
    _fill(person, changes, now)
    changed = [name for name in changes if getattr(person, name) != before[name]]
    if not changed:
        return person
    if {"birth_year", "guardian"} & set(changed):
        _check_guardian(person, now)
    _check_id_number(person, now)
    # Permission once more on the facts it will have: nobody moves a person out of, or into, somebody else's area.
    record(person, "person.correct", actor=actor, now=now, fields=changed)
    person.compared_at = None  # he may be like somebody else by now
    person.save(
        update_fields=[
            "compared_at",
            *changed,
            *(column for name in changed for column in _BESIDE.get(name, ())),
        ]
    )
    return person


@transaction.atomic
def consent(
    *, actor: Actor, now: datetime, person_id: int, purpose: str, given: bool, spoken: bool = False
) -> Consent:
    """Note that a person agreed or took it back; the newest word counts. Raises BadInput on an unknown purpose."""
    person = _found(person_id)
    if purpose not in Consent.PURPOSES:
        raise BadInput("purpose", _("Choose what the consent is for."))
    row = Consent(
        person=person,
        purpose=purpose,
        given=given,
        spoken=spoken,
        channel=actor.channel,
        heard_by_id=actor.person_id if actor.on_behalf_of is not None else None,
        at=now,
    )
    record(person, "person.consent", actor=actor, now=now, fields=(purpose,))
    row.save(force_insert=True)
    if purpose == "show_my_name" and person.shows_name != given:
        Person.objects.filter(pk=person.pk).update(shows_name=given)
    return row


@transaction.atomic
def reveal_person(*, actor: Actor, now: datetime, person_id: int, reason: str) -> Revealed:
    """Name, phone and address in full for this one look; the reason is journalled. Raises BadInput, TooMany."""
    person = _found(person_id)
    check(person, "person.reveal", actor=actor)
    if not is_reason("person.reveal", reason):
        raise BadInput(
            "reason", _("Please say why."), _("Choose one of the reasons."), {"reason": _("Please say why.")}
        )
    limit_reveals(actor.person_id, now)
    record(person, "person.reveal", actor=actor, now=now, reason=reason)
    return Revealed(person.name, person.phone, person.address, person.contact_name, person.contact_phone)


@transaction.atomic
def doubt_phone(*, actor: Actor, now: datetime, person_id: int) -> Person:
    """打错了: somebody else answers this number. Nothing is sent or said there until the number is put right."""
    person = _found(person_id)
    record(person, "person.wrong_number", actor=actor, now=now, fields=("phone_wrong_at",))
    person.phone_wrong_at = now
    person.save(update_fields=["phone_wrong_at"])
    return person


def limit_reveals(who: int | None, now: datetime) -> None:
    """So many looks in full an hour, at people and at their orders together. Raises TooMany."""
    hour = timedelta(hours=1)
    if limits.take("reveal", str(who), most=REVEALS_AN_HOUR, within=hour, now=now):
        raise TooMany(
            "reveals",
            _("You have looked at many people in full within this hour."),
            _("Go on in a while. If it is urgent, ask a colleague."),
        )


def _found(person_id: int) -> Person:
    """The person, or the kept row when his was joined to another."""
    person = Person.objects.filter(pk=person_id, erased_at=None).select_related("merged_into").first()
    if person is None:
        raise OutOfScope(
            "person_not_here",
            _("We do not find this person here."),
            _("Search again by name or village, or add the person."),
        )
    return person.merged_into or person


def _fill(person: Person, given: dict[str, Any], now: datetime) -> None:
    """Put cleaned values on the row. Raises BadInput."""
    for field, value in given.items():
        if field in {"phone", "contact_phone"}:
            _set_phone(person, field, str(value))
        elif field == "area":
            person.area, person.area_path = value, value.path if value is not None else ""
        elif field == "birth_year":
            person.birth_year = _year(value, now)
        elif field == "id_number":
            person.id_number, person.id_number_hash = sealed_id_number(str(value))
        elif field in {"name", "contact_name"}:
            setattr(person, field, clean_name(value)[:_NAME])
        elif isinstance(value, str):
            setattr(person, field, value.strip()[:_ADDRESS])
        else:
            setattr(person, field, value)
    if "name" in given and not person.name:
        sentence = _("Please give a name, the way people call you.")
        raise BadInput("name", sentence, fields={"name": sentence})


def sealed_id_number(text: str) -> tuple[str, str]:
    """The cleaned number and the fingerprint kept beside it; ("", "") for none. Raises BadInput."""
    number = clean_id_number(text) if text.strip() else ""
    return number, crypto.keyed_hash(number) if number else ""


def _check_id_number(person: Person, now: datetime) -> None:
    if not person.id_number:
        return
    roles = {Role(post.role) for post in posts_on(person.pk, local_date(now))} if person.pk else set()
    entered = Registration.objects.filter(person_id=person.pk).exists()
    if not entered and not keeps_id_number(roles, volunteer_number=person.volunteer_number):
        sentence = _(
            "An ID number is kept of volunteers only. Give the volunteer number, or let the person join a team first."
        )
        raise BadInput("id_number", sentence, fields={"id_number": sentence})


def _set_phone(person: Person, field: str, text: str) -> None:
    digits = clean_phone(text, landline=field == "contact_phone") if text.strip() else ""
    if field == "phone" and digits != person.phone:
        person.phone_wrong_at = None
    setattr(person, field, digits)
    if field == "phone":
        person.phone_hash = crypto.keyed_hash(digits) if digits else ""
        person.phone_end_hash = crypto.keyed_hash(digits[-4:]) if digits else ""


def _year(value: int | None, now: datetime) -> int | None:
    if value is None or 1900 <= value <= local_date(now).year:
        return value
    sentence = _("A year of birth has four digits and lies in the past.")
    raise BadInput("birth_year", sentence, fields={"birth_year": sentence})


def _check_guardian(person: Person, now: datetime) -> None:
    """A young person without a named guardian is no mistake: he may be the danger, then the keeper is asked instead."""
    guardian, today = person.guardian, local_date(now)
    if guardian is None:
        return
    if not may_have_guardian(person.birth_year, today) or not may_be_guardian(
        child_id=person.pk, guardian_id=guardian.pk, guardian_birth_year=guardian.birth_year, on=today
    ):
        sentence = _("A guardian is a grown-up who looks after a minor.")
        raise BadInput("guardian", sentence, fields={"guardian": sentence})
