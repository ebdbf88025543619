"""Signs a person in for a page test, password and second factor done, without walking through the sign-in pages."""

from __future__ import annotations

from django.test import Client

from laojia.conf.acting import mark_second_factor
from laojia.foundation.people.models import Account, Person
from laojia.kernel import clock

BACKEND = "laojia.conf.remembering.Accounts"


def account_of(person: Person, **more: object) -> Account:
    """The person's account, made when he has none yet: residents and volunteers exist without one."""
    found = Account.objects.filter(person=person).first()
    if found is not None:
        return found
    return Account.objects.create_user(
        username=f"person{person.pk}",
        person=person,
        phone=person.phone,
        phone_hash=person.phone_hash,
        phone_verified=True,
        **more,
    )


def signed_in(client: Client, person: Person, *, second_factor: bool = True) -> Client:
    """The client as this person's browser. Colleagues have done their second factor unless told otherwise."""
    account = account_of(person)
    client.force_login(account, backend=BACKEND)
    if second_factor:
        kept = client.session
        mark_second_factor(kept, account, clock.now())
        kept.save()
    return client
