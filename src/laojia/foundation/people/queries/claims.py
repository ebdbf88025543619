"""Which phones act for a person, and what was done by them: what the desk looks at before it undoes a claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Account, Claim
from laojia.foundation.people.queries.merging import rows_of_one
from laojia.kernel.codes import check_number
from laojia.policy.facts import Actor
from laojia.policy.roles import Channel

Named = Callable[[Actor, Iterable[int]], Mapping[int, tuple[str, str]]]
_person_of: Callable[[str], int | None] = lambda _number: None  # noqa: E731
_named: dict[str, Named] = {}
_MOST = 50


def connect_orders(person_of: Callable[[str], int | None], named: Mapping[str, Named]) -> None:
    """What higher steps know: whose an order is, and number and address of the things the actor may see."""
    global _person_of  # noqa: PLW0603  (one table per process, as the follow-ups)
    _person_of = person_of
    _named.clear()
    _named.update(named)


def person_of_order(text: str) -> int | None:
    """Whose order this number is; 0 (nobody) for a number that is none, so that it is a wrong fact, not a missing one."""
    number = check_number(text)
    return (_person_of(number) or 0) if number else 0


@dataclass(frozen=True)
class Done:
    """One thing done by the phone: when, which verb, and the thing's number and address where it has one."""

    at: datetime
    verb: str
    number: str = ""
    address: str = ""


@dataclass(frozen=True)
class Under:
    """One phone or sign-in that acts for the person."""

    account: Account
    proof: str
    at: datetime | None
    done: list[Done]


def claims_of(actor: Actor, person_id: int) -> list[Under]:
    """Every phone that acts for the person and what was done since by page; the caller may see the person."""
    ids = rows_of_one(person_id)
    claims = (
        Claim.objects.filter(person__in=ids, ended_at=None).select_related("account").order_by("at", "id")
    )
    found = [Under(one.account, one.proof, one.at, _done(actor, ids, one.at)) for one in claims]
    known = {one.account.pk for one in found}
    others = Account.objects.filter(person__in=ids).exclude(pk__in=known)
    return found + [Under(one, "post", one.date_joined, _done(actor, ids, one.date_joined)) for one in others]


def _done(actor: Actor, ids: list[int], since: datetime) -> list[Done]:
    """Newest first: what was changed of the person, and things the actor may see.

    Of anything else (a sealed case, a complaint about this very station) not even the verb is told.
    """
    by_page = Q(channel=Channel.PAGE) | Q(channel=Channel.API)
    rows = JournalRow.objects.filter(by_page, actor_id__in=ids, behalf_id=None, at__gte=since)
    rows = rows.filter(kind__in=("person", *_named)).exclude(verb="person.claim").order_by("-id")[:_MOST]
    wanted: dict[str, list[int]] = {}
    for row in rows:
        wanted.setdefault(row.kind, []).append(row.subject_id)
    names: dict[str, Any] = {kind: find(actor, wanted.get(kind, ())) for kind, find in _named.items()}
    return [
        Done(row.at, row.verb, *names.get(row.kind, {}).get(row.subject_id, ("", "")))
        for row in rows
        if row.kind not in names or row.subject_id in names[row.kind]
    ]
