"""Accounts: opened by a phone's first code or by the administrator, claimed by a person, locked after wrong passwords."""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import check, record
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.models import Account, Claim, Person
from laojia.foundation.people.queries import person_of_order, resident, rows_of_one
from laojia.foundation.people.rules import lock_after, same_name
from laojia.kernel import crypto
from laojia.kernel.codes import clean_phone
from laojia.kernel.errors import BadInput, Conflict, OutOfScope
from laojia.policy.facts import CLOCK, Actor, Subject
from laojia.policy.permissions import may

_NEVER_USED_FOR = timedelta(days=1)
_SIGNS = string.ascii_lowercase.translate(str.maketrans("", "", "ilo"))


@transaction.atomic
def account_for_phone(*, phone: str, actor: Actor, now: datetime) -> Account:
    """The account of a phone number (digits), opened at its first code. Accounts never used are swept away."""
    digest = crypto.keyed_hash(phone)
    known = Account.objects.filter(phone_hash=digest).first()
    if known is not None:
        return known
    Account.objects.filter(
        phone_verified=False, last_login=None, person=None, date_joined__lt=now - _NEVER_USED_FOR
    ).exclude(phone_hash=None).delete()
    try:
        with transaction.atomic():
            account = Account.objects.create_user(phone=phone, phone_hash=digest, date_joined=now)
    except IntegrityError:  # the same number asked twice at once: the other request has opened it
        return Account.objects.get(phone_hash=digest)
    record(account, "account.open", actor=actor, now=now, fields=("phone",))
    return account


@transaction.atomic
def open_account(*, actor: Actor, now: datetime, person_id: int, username: str) -> tuple[Account, str]:
    """A colleague's sign-in name and a first password, shown once; opened again, the second factor starts anew.

    Nobody opens his own. Raises BadInput (name taken), OutOfScope, NotPermitted.
    """
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    if person is None or person_id == actor.person_id:
        raise _not_here()
    name = username.strip().lower()
    if not name.isascii() or not name.replace("-", "").replace(".", "").isalnum() or not 3 <= len(name) <= 32:
        sentence = _("A sign-in name has 3 to 32 small letters and digits.")
        raise BadInput("username", sentence, fields={"username": sentence})
    account = Account.objects.filter(person=person).first() or Account(person=person)
    if Account.objects.filter(username__iexact=name).exclude(pk=account.pk).exists():
        sentence = _("This sign-in name is taken. Choose another.")
        raise BadInput("username_taken", sentence, fields={"username": sentence})
    password = _first_password()
    account.username, account.password_is_initial = name, True
    account.failures, account.locked_until, account.is_active = 0, None, True
    account.set_password(password)
    account.save()
    Authenticator.objects.filter(user=account).delete()
    Claim.objects.get_or_create(
        person=person, ended_at=None, defaults={"account": account, "proof": "post", "at": now}
    )
    record(account, "account.open", actor=actor, now=now, fields=("password", "username"))
    return account, password


@transaction.atomic
def claim_person(
    *,
    actor: Actor,
    now: datetime,
    account: Account,
    name: str = "",
    area_id: int | None = None,
    order_number: str = "",
) -> Person:
    """ "This is me": a verified phone and one further fact, the name, the village or an order's number.

    Wrong facts tell nothing: nobody, several and somebody else's are one answer.

    Raises BadInput when nobody or more than one fits. The page limits the tries: a refusal takes back what was
    written here, a counter too.
    """
    ordered = person_of_order(order_number) if order_number.strip() else None
    fitting = [person for person in _unclaimed(account) if _fits(person, name, area_id, ordered)]
    if len(fitting) != 1:
        raise BadInput(
            "claim",
            _("We do not find you by that."),
            _("Try the name under which you ordered, or ask the station; they can see to it."),
        )
    person = fitting[0]
    proof = "name" if same_name(person.name, name) else "village" if area_id else "first_order"
    try:
        with transaction.atomic():
            claim = Claim.objects.create(account=account, person=person, proof=proof, at=now)
    except IntegrityError:  # pressed twice: the other request has done it
        return person
    if account.person_id is None:
        Account.objects.filter(pk=account.pk, person=None).update(person=person)
        account.person = person
    record(claim, "person.claim", actor=resident(person.pk, channel=actor.channel), now=now, fields=(proof,))
    post(
        "person.claimed",
        to_person_id=person.pk,
        about=("person", person.pk),
        key=f"claimed/{claim.pk}",
        now=now,
        variables={"link": "me/"},
    )
    return person


@transaction.atomic
def claim_at_station(*, actor: Actor, now: datetime, person_id: int, phone: str) -> Claim:
    """The station knows the person: from now on this phone signs in as him. Raises BadInput, Conflict, OutOfScope."""
    person = Person.objects.filter(pk=person_id, erased_at=None, merged_into=None).first()
    if person is None:
        raise _not_here()
    check(person, "person.unclaim", actor=actor)  # the desk's own: nobody sets up a sign-in for himself here
    account = account_for_phone(phone=clean_phone(phone), actor=CLOCK, now=now)
    if Claim.objects.filter(person__in=rows_of_one(person.pk), ended_at=None).exists():
        raise Conflict(
            "claimed",
            _("A phone signs in as this person already."),
            _("Undo that first, if it is the wrong one."),
        )
    claim = Claim.objects.create(account=account, person=person, proof="station", at=now)
    if account.person_id is None and not Account.objects.filter(person=person).exists():
        Account.objects.filter(pk=account.pk, person=None).update(person=person)
    record(person, "person.claim", actor=actor, now=now, fields=("station",))
    return claim


@transaction.atomic
def unclaim_person(*, actor: Actor, now: datetime, person_id: int) -> None:
    """Undo a wrong claim: the phone's account is not this person any more. Raises Conflict when there was none."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise _not_here()
    check(person, "person.unclaim", actor=actor)
    ids = rows_of_one(person.pk)
    claims = Claim.objects.filter(person__in=ids, ended_at=None)
    accounts = set(claims.values_list("account_id", flat=True))
    accounts |= set(Account.objects.filter(person__in=ids).values_list("pk", flat=True))
    if not accounts:
        raise Conflict("not_claimed", _("Nobody has claimed this person."), _("There is nothing to undo."))
    claims.update(ended_at=now)
    Account.objects.filter(person__in=ids).update(person=None)
    record(person, "person.unclaim", actor=actor, now=now)


@transaction.atomic
def untie_number(*, actor: Actor, now: datetime, person_id: int) -> Person:
    """The number is somebody else's now: it leaves this person, and no phone with it acts for him any more.

    Whoever is signed in by it is signed out; with the code he comes in as somebody new. Raises Conflict (no number
    is held), OutOfScope, NotPermitted.
    """
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise _not_here()
    check(person, "person.untie", actor=actor)
    if not person.phone_hash:
        raise Conflict("no_number", _("No number is kept for this person."), _("There is nothing to untie."))
    ids = rows_of_one(person.pk)
    account = Account.objects.filter(phone_hash=person.phone_hash).first()
    if account is not None:
        Claim.objects.filter(account=account, person__in=ids, ended_at=None).update(ended_at=now)
        other = account.claims.filter(ended_at=None).order_by("at").first()
        if account.person_id in ids and not account.has_usable_password():
            Account.objects.filter(pk=account.pk).update(person=other.person if other is not None else None)
        if (
            not account.has_usable_password()
        ):  # a new mark of the password ends every open visit by this number
            account.set_unusable_password()
            Account.objects.filter(pk=account.pk).update(password=account.password)
        elif account.person_id in ids:  # a colleague keeps his sign-in name; the number alone goes
            Account.objects.filter(pk=account.pk).update(phone="", phone_hash=None, phone_verified=False)
    Person.objects.filter(pk__in=ids, phone_hash=person.phone_hash).update(
        phone="", phone_hash="", phone_end_hash="", compared_at=None
    )
    record(person, "person.untie", actor=actor, now=now, fields=("phone",))
    person.refresh_from_db()
    return person


@transaction.atomic
def note_sign_in(*, account: Account, actor: Actor, now: datetime) -> None:
    """Signed in: failures are forgotten; the journal keeps who and when."""
    Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None)
    account.failures, account.locked_until = 0, None
    record(account, "account.sign_in", actor=actor, now=now)


@transaction.atomic
def note_failure(*, account: Account, actor: Actor, now: datetime) -> datetime | None:
    """A wrong password or second step of this person, whatever was typed as name; the fifth locks for half an hour."""
    Account.objects.filter(pk=account.pk).update(failures=F("failures") + 1)
    account.refresh_from_db(fields=["failures", "locked_until"])
    until = lock_after(account.failures, now)
    if until is not None:
        Account.objects.filter(pk=account.pk).update(failures=0, locked_until=until)
        account.failures, account.locked_until = 0, until
        record(account, "account.lock", actor=actor, now=now)
    return until


@transaction.atomic
def unlock_account(*, actor: Actor, now: datetime, account_id: int) -> Account:
    """The security administrator has checked that it is the person. Raises OutOfScope, NotPermitted."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None or not may(actor, "account.unlock", Subject("account", account_id)):
        raise _not_here()
    Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None)
    record(account, "account.unlock", actor=actor, now=now)
    account.failures, account.locked_until = 0, None
    return account


def _unclaimed(account: Account) -> list[Person]:
    if not account.phone_verified or not account.phone_hash:
        return []
    people = Person.objects.filter(phone_hash=account.phone_hash, erased_at=None, account=None)
    return list(people.filter(merged_into=None).exclude(claims__in=Claim.objects.filter(ended_at=None)))


def _fits(person: Person, name: str, area_id: int | None, ordered: int | None) -> bool:
    """Everything that was said must be right, and something must have been said."""
    if ordered is not None:
        return ordered == person.pk and (not name.strip() or same_name(person.name, name))
    if name.strip():
        return same_name(person.name, name) and area_id in {None, person.area_id}
    return area_id is not None and person.area_id == area_id


def _first_password() -> str:
    """Sixteen signs of three classes that can be read out, to be changed at the first sign-in."""
    groups = ["".join(secrets.choice(_SIGNS) for _place in range(4)) for _group in range(3)]
    groups[0] = groups[0].capitalize()
    return "-".join([*groups, f"{secrets.randbelow(10_000):04d}"])


def _not_here() -> OutOfScope:
    return OutOfScope("not_here", _("We do not find that here."), _("Search again."))
