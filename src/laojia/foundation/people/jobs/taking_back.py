"""People a list brought, taken back as long as nobody has used them; who stays is named with the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q

from laojia.foundation.journal.actions import record_many
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.lists.jobs import touched_since, used_among
from laojia.foundation.lists.rules import Asked
from laojia.foundation.people.models import Account, Certificate, Claim, Consent, Person, Post, Registration
from laojia.kernel.clock import local_date
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may

# What came with the person from the list, or is made from the name by the database itself.
_CAME_ALONG = frozenset(
    f"people.{name}"
    for name in ("Post", "Certificate", "Consent", "Registration", "Account", "Claim", "NamePiece")
)


def remove_people(ids: Collection[int], asked: Asked) -> dict[int, str]:
    """Take back whom nobody has used since; of the others, why they stay."""
    people = Person.objects.filter(erased_at=None).in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(people), "gone")
    stays |= reasons_to_stay(people, asked)
    going = [person for pk, person in people.items() if pk not in stays]
    delete_people(going, asked)
    return stays


def reasons_to_stay(people: Mapping[int, Person], asked: Asked) -> dict[int, str]:
    """Of people a list brought, those that must stay and why."""
    ids = set(people)
    signed_in = set(Account.objects.filter(person_id__in=ids).values_list("person_id", flat=True))
    signed_in |= set(
        Claim.objects.filter(person_id__in=ids, ended_at=None).values_list("person_id", flat=True)
    )
    later = local_date(asked.until) if asked.until else asked.today
    posts = Post.objects.filter(person_id__in=ids).filter(~Q(role="volunteer") | Q(valid_from__gt=later))
    stays = {
        pk: "forbidden"
        for pk, person in people.items()
        if not may(asked.actor, "list.remove", subject_of(person))
    }
    stays |= dict.fromkeys(touched_since("person", ids, asked.after), "changed")
    stays |= dict.fromkeys(set(posts.values_list("person_id", flat=True)), "used")
    stays |= dict.fromkeys(used_among(Person, ids, spare=_CAME_ALONG), "works")
    return stays | dict.fromkeys(signed_in, "account")


def delete_people(people: Collection[Person], asked: Asked) -> None:
    """The rows themselves, with what came along; the journal keeps that they were here."""
    if not people:
        return
    record_many(people, "list.remove", actor=asked.actor, now=asked.now)
    ids = [person.pk for person in people]
    for model in (Certificate, Consent, Registration, Post, Claim):
        model._default_manager.filter(person_id__in=ids).delete()
    Person.objects.filter(pk__in=ids).delete()


def companions_go(ids: Collection[int], asked: Asked) -> None:
    """Contacts and holders of posts whom the same list had to enter, and who are nothing else."""
    if asked.since is None or asked.after is None:
        return
    entered = JournalRow.objects.filter(
        kind="person", subject_id__in=list(ids), verb="person.add", at__gte=asked.since, id__lte=asked.after
    )
    came = set(entered.values_list("subject_id", flat=True))
    people = Person.objects.filter(erased_at=None, posts=None).in_bulk(list(came))
    stays = reasons_to_stay(people, asked)
    delete_people([person for pk, person in people.items() if pk not in stays], asked)
