"""Many volunteers at once, for the register (民政部令67号 art. 5, 6): people, posts, certificates, consents in bulk.

`add_person`, `join_team`, `add_certificate` and `consent` for one volunteer are forty statements; for 116,000 of them
that is more than an hour. Here the same rows and the same journal rows are written some hundred people at a time:
every table's constraints still hold, every person, membership and consent still has its own journal row, and the
permission of each was asked when the list was looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import transaction

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import record_many
from laojia.foundation.people.actions.people import correct_person
from laojia.foundation.people.actions.posts import _check_beside
from laojia.foundation.people.models import Certificate, Consent, Person, Post, Registration
from laojia.foundation.teams.models import Team
from laojia.kernel import crypto
from laojia.kernel.clock import CHINA, local_date
from laojia.policy.facts import Actor
from laojia.policy.roles import Channel, Role

BECAUSE = "list.take"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class CertificateGiven:
    """A qualification as the list has it."""

    kind: str
    number: str
    valid_from: date
    valid_to: date | None


@dataclass(slots=True)
class Volunteer:
    """One volunteer of the list, checked. `person_id` when he is known; `changes` are then the facts to correct."""

    name: str
    consented_on: date
    area: Area | None = None
    phone: str = ""
    id_number: str = ""
    volunteer_number: str = ""
    address: str = ""
    birth_year: int | None = None
    register: Mapping[str, Any] = field(default_factory=dict)  # gender, born_on, skills, categories
    teams: Sequence[Team] = ()
    certificates: Sequence[CertificateGiven] = ()
    person_id: int | None = None
    known: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    consents: bool = True

    @property
    def pk(self) -> int:
        """The person's id; everybody has one once `_make` is through."""
        assert self.person_id is not None
        return self.person_id


@transaction.atomic
def register_volunteers(*, volunteers: Sequence[Volunteer], actor: Actor, now: datetime) -> list[int]:
    """Make those who are not known, correct the others; the person's id for each, in order. Raises Refused."""
    _make([one for one in volunteers if one.person_id is None], actor, now)
    _enter(volunteers)
    _join(volunteers, actor, now)
    for one in volunteers:
        if one.changes and one.person_id is not None:
            correct_person(actor=actor, now=now, person_id=one.person_id, changes=one.changes)
    _certify(volunteers, actor, now)
    _consent(volunteers, actor, now)
    return [one.person_id for one in volunteers if one.person_id is not None]


def _make(fresh: Sequence[Volunteer], actor: Actor, now: datetime) -> None:
    people = [_person(one, now) for one in fresh]
    Person.objects.bulk_create(people, batch_size=_BATCH)
    by_fields: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for one, person in zip(fresh, people, strict=True):
        one.person_id = person.pk
        given = (
            "name", "phone", "area", "address", "birth_year", "volunteer_number", "id_number",
        )  # fmt: skip
        by_fields[tuple(name for name in given if getattr(person, name))].append(person)
    for fields, rows in by_fields.items():
        record_many(rows, "person.add", actor=actor, now=now, fields=fields, because=BECAUSE)


def _person(one: Volunteer, now: datetime) -> Person:
    return Person(
        name=one.name,
        phone=one.phone,
        phone_hash=crypto.keyed_hash(one.phone) if one.phone else "",
        phone_end_hash=_end_hash(one.phone[-4:]) if one.phone else "",
        area=one.area,
        area_path=one.area.path if one.area else "",
        address=one.address,
        birth_year=one.birth_year,
        volunteer_number=one.volunteer_number,
        id_number=one.id_number,
        id_number_hash=crypto.keyed_hash(one.id_number) if one.id_number else "",
        created_at=now,
    )


@lru_cache(maxsize=10_000)
def _end_hash(digits: str) -> str:
    return crypto.keyed_hash(digits)


def _enter(volunteers: Sequence[Volunteer]) -> None:
    """The register's own facts; what the list leaves empty stays as it is known."""
    ids = [one.pk for one in volunteers]
    known = {row.person_id: row for row in Registration.objects.filter(person_id__in=ids)}
    fresh, changed = [], []
    for one in volunteers:
        row = known.get(one.pk)
        if row is None:
            fresh.append(Registration(person_id=one.pk, consented_on=one.consented_on, **one.register))
        elif one.register or one.consents:
            for name, value in one.register.items():
                setattr(row, name, value)
            if one.consents:
                row.consented_on = one.consented_on
            changed.append(row)
    Registration.objects.bulk_create(fresh, batch_size=_BATCH)
    Registration.objects.bulk_update(
        changed, ("gender", "born_on", "skills", "categories", "consented_on"), batch_size=100
    )


def _join(volunteers: Sequence[Volunteer], actor: Actor, now: datetime) -> None:
    today = local_date(now)
    posts = [
        (Post(person_id=one.pk, role=Role.VOLUNTEER, team=team, valid_from=today), team, one)
        for one in volunteers
        for team in one.teams
    ]
    for post, _team, one in posts:
        if one.known:  # he may hold a post that does not go beside
            _check_beside(post)
    Post.objects.bulk_create([post for post, _team, _one in posts], batch_size=_BATCH)
    record_many(
        [team for _post, team, _one in posts],
        "team.member",
        actor=actor,
        now=now,
        fields=("joined",),
        because=BECAUSE,
        facts=[{"person_id": one.pk} for _post, _team, one in posts],
    )


def _certify(volunteers: Sequence[Volunteer], actor: Actor, now: datetime) -> None:
    rows = [
        Certificate(
            person_id=one.pk, kind=given.kind, number=given.number, valid_from=given.valid_from,
            valid_to=given.valid_to,
        )
        for one in volunteers
        for given in one.certificates
    ]  # fmt: skip
    Certificate.objects.bulk_create(rows, batch_size=_BATCH)
    record_many(
        rows, "team.certificate", actor=actor, now=now, fields=("certificate",), because=BECAUSE,
        facts=[{"id": row.pk} for row in rows],
    )  # fmt: skip


def _consent(volunteers: Sequence[Volunteer], actor: Actor, now: datetime) -> None:
    """What he agreed to on paper, on that day; told by whoever brought the list."""
    agreed = [one for one in volunteers if one.consents]
    Consent.objects.bulk_create(
        [
            Consent(
                person_id=one.pk,
                purpose="volunteer_register",
                given=True,
                channel=Channel.PAPER,
                heard_by_id=actor.person_id,
                at=datetime.combine(one.consented_on, time(12), tzinfo=CHINA),
            )
            for one in agreed
        ],
        batch_size=_BATCH,
    )
    people = Person.objects.in_bulk([one.person_id for one in agreed if one.person_id is not None])
    record_many(
        people.values(),
        "person.consent",
        actor=actor,
        now=now,
        fields=("volunteer_register",),
        because=BECAUSE,
    )
