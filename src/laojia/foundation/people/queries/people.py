"""Who acts: posts valid today become grants. Reads of people, always scoped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, cast

from django.db.models import BigIntegerField, DateField, F, FilteredRelation, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import AreaBook
from laojia.foundation.area.queries import prefixes_of
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import (
    Account,
    Certificate,
    Claim,
    Consent,
    Insurance,
    Person,
    Post,
    Registration,
)
from laojia.foundation.people.rules import keeps_id_number, same_name
from laojia.foundation.teams.models import Team
from laojia.kernel import crypto
from laojia.kernel.codes import clean_phone, mask_id_number
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.kernel.kept import Given, KeptRead
from laojia.kernel.links import link_holder, read_link
from laojia.policy.facts import Actor, Grant, Subject
from laojia.policy.permissions import may
from laojia.policy.roles import Channel, Role

NEWCOMER = "newcomer"  # whoever said that he has never asked for anything, kept in the browser's memory
CHOSEN = "acting_person"  # a family shares one number: whom this phone acts for, kept in the browser's memory


_DAY = Given("day", DateField())


class Held(NamedTuple):
    """What of a post a grant is made of."""

    role: str
    area_id: int | None
    station_id: int | None
    team_id: int | None
    zone_id: int | None


_posts = KeptRead(
    lambda: Post.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=_DAY),
        person_id=Given("person", BigIntegerField()),
        valid_from__lte=_DAY,
    )
)
# One row for each post of the day, one without a post where there is none; and the stamp of the areas with them.
_account = KeptRead(
    lambda: Account.objects.filter(pk=Given("account", BigIntegerField())).annotate(
        post=FilteredRelation(
            "person__posts",
            condition=Q(person__posts__valid_from__lte=_DAY)
            & (Q(person__posts__valid_to=None) | Q(person__posts__valid_to__gt=_DAY)),
        ),
        **{f"post_{name}": F(f"post__{name}") for name in Held._fields},
        stands_for=F("person__merged_into"),
        areas=Subquery(AreaBook.objects.filter(pk=1).values("stamp")),
    )
)


def posts_on(person_id: int, day: date) -> list[Post]:
    """Posts valid on the day (valid_to is the first day they are over)."""
    return _posts.rows(person=person_id, day=day)


def account_with_posts(account_id: int, day: date) -> Account | None:
    """The account, with what its person's posts of the day give (`posts`) and the `areas` they were given in.

    One statement, read at every request: a post that ended opens nothing from the next request on.
    """
    rows: list[Any] = list(_account.rows(account=account_id, day=day))
    if not rows:
        return None
    account: Any = rows[0]
    account.posts = [
        Held(*(getattr(row, f"post_{name}") for name in Held._fields))
        for row in rows
        if row.post_role is not None
    ]
    return cast("Account", account)


def grants_of(posts: Iterable[Post | Held], on: date, stamp: str = "") -> tuple[Grant, ...]:
    """Everybody is a resident; every role held through the posts adds one grant. `stamp`: of the areas, if known."""
    by_role: dict[Role, list[Post | Held]] = defaultdict(list)
    for post in posts:
        by_role[Role(post.role)].append(post)
    return (Grant(Role.RESIDENT), *(_grant(role, held, on, stamp) for role, held in by_role.items()))


def actor_of(person: Person, on: date, *, channel: Channel = Channel.PAGE) -> Actor:
    """The person as an actor with the posts of the day."""
    return Actor(person.pk, grants_of(posts_on(person.pk, on), on), channel)


def resident(person_id: int | None, *, channel: Channel = Channel.PAGE) -> Actor:
    """The person as a resident only, whatever posts he holds."""
    return Actor(person_id, (Grant(Role.RESIDENT),), channel)


def speaking_for(actor: Actor, person_id: int, on: date, *, channel: Channel) -> Actor:
    """The actor, speaking for somebody by telephone, at the counter or from paper; both are journalled.

    Whether the actor may is decided by the policy when the verb is done.
    """
    spoken_for = Actor(person_id, grants_of(posts_on(person_id, on), on), channel)
    return replace(actor, channel=channel, on_behalf_of=spoken_for)


def _grant(role: Role, posts: list[Post | Held], on: date, stamp: str) -> Grant:
    areas = [p.area_id for p in posts if p.area_id]
    stations = [p.station_id for p in posts if p.station_id]
    zones = [p.zone_id for p in posts if p.zone_id]
    scopes = (
        prefixes_of(areas, on, station_ids=stations, zone_ids=zones, stamp=stamp)
        if areas or stations or zones
        else ()
    )
    return Grant(
        role=role,
        scopes=scopes,
        team_ids=frozenset(p.team_id for p in posts if p.team_id),
        station_id=stations[0] if stations else None,
    )


def actor_by_link(
    token: str,
    *,
    on: date,
    purpose: str,
    person_id: int | None = None,
    team_id: int | None = None,
) -> Actor | None:
    """Who a link in a message speaks for, narrowed to the one row it opens; None when it opens nothing.

    The page gives the row's person (order, review, complaint, roster) or team (offer). An offer's link acts as the
    contact it was sent to, as long as he leads that team; a link without a name acts as the team's first contact.
    """
    link = read_link(token)
    if link is None or link[2] != purpose:
        return None
    kind, row_id, _purpose = link
    if purpose == "offer":
        leader = _leading(team_id, link_holder(token), on)
        if leader is None or team_id is None:
            return None
        return Actor(leader, (Grant(Role.TEAM_LEADER, team_ids=frozenset({team_id})),), only=(kind, row_id))
    if person_id is None or not _same_person(link_holder(token), person_id):
        return None
    grants = (Grant(Role.RESIDENT), Grant(Role.VOLUNTEER)) if purpose == "roster" else (Grant(Role.RESIDENT),)
    return Actor(person_id, grants, only=(kind, row_id))


def _same_person(holder: int | None, person_id: int) -> bool:
    """Is the link the person's own? One sent before his row was joined to another still is."""
    return holder in {None, person_id} or (
        Person.objects.filter(pk=holder, merged_into_id=person_id).exists()
    )


def number_reader(order_id: int, person_id: int | None) -> Actor:
    """Who knows the public number and the last four digits: may look and nudge, nothing else."""
    return Actor(person_id, (Grant(Role.NUMBER_READER),), only=("order", order_id))


def claimed_as(account_id: int, person_id: int) -> int | None:
    """For whom the account acts when it chose this person: himself, or the one his row was joined to; None: not his."""
    claims = Claim.objects.filter(account_id=account_id, ended_at=None)
    chosen = claims.filter(Q(person_id=person_id) | Q(person__merged_into_id=person_id))
    row = chosen.values_list("person_id", "person__merged_into_id").first()
    return None if row is None else row[1] or row[0]


def is_claimed(account_id: int, person_id: int) -> bool:
    """Has this account claimed the person, and nobody undone it?"""
    return claimed_as(account_id, person_id) is not None


def contacts_of(team_id: int, on: date) -> list[int]:
    """The team's contacts (its leaders of the day), the longest serving first."""
    posts = Post.objects.filter(team_id=team_id, role=Role.TEAM_LEADER, valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )
    return list(dict.fromkeys(posts.order_by("valid_from", "id").values_list("person_id", flat=True)))


def member_ids(team_id: int, on: date) -> set[int]:
    """Everybody who belongs to the team on the day, contacts and volunteers."""
    posts = Post.objects.filter(team_id=team_id, valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )
    return set(posts.values_list("person_id", flat=True))


def _leading(team_id: int | None, person_id: int | None, on: date) -> int | None:
    contacts = contacts_of(team_id, on) if team_id is not None else []
    if person_id is None:
        return contacts[0] if contacts else None
    return next((one for one in contacts if _same_person(person_id, one)), None)


# --- pages: scoped by the actor ---------------------------------------------------------------------------------------


def person_seen(actor: Actor, person_id: int) -> Person:
    """One person the actor may see, masked by the page. Raises OutOfScope."""
    rows = scoped(Person.objects.filter(erased_at=None).select_related("area"), actor, "person.see")
    person = rows.filter(pk=person_id).first()
    if person is not None and person.merged_into_id is not None:  # an old link: the kept row is shown
        person = rows.filter(pk=person.merged_into_id).first()
    if person is None:
        raise OutOfScope(
            "person_not_here", _("We do not find this person here."), _("Search again by name or village.")
        )
    return person


def people_for_posts(actor: Actor, text: str, limit: int = 20) -> list[Person]:
    """For giving posts: the whole name or the whole number only, so that nobody leafs through residents."""
    if not may(actor, "post.see", Subject("post")):
        raise OutOfScope("not_here", _("We do not find that here."), _("Search again."))
    found = _by_whole(Person.objects.filter(erased_at=None, merged_into=None).select_related("area"), text)
    return list(found.order_by("name", "id")[:limit]) if found is not None else []


def _by_whole(rows: QuerySet[Person], text: str) -> QuerySet[Person] | None:
    text = text.strip()
    if not text:
        return None
    try:
        return rows.filter(phone_hash=crypto.keyed_hash(clean_phone(text)))
    except BadInput:
        return rows.filter(name=text)


def person_for_posts(actor: Actor, person_id: int) -> Person:
    """The person whose posts are looked at. Raises OutOfScope."""
    person = Person.objects.filter(pk=person_id, erased_at=None).select_related("area").first()
    if person is None or not may(actor, "post.see", Subject("post")):
        raise OutOfScope("not_here", _("We do not find that here."), _("Search again."))
    return person


def posts_of(actor: Actor, person_id: int) -> list[Post]:
    """All posts of a person, those that hold first, then the newest."""
    if not may(actor, "post.see", Subject("post")):
        return []
    rows = Post.objects.filter(person_id=person_id).select_related("area", "station", "team", "unit")
    return list(rows.order_by("-valid_from", "-id"))


def account_for_posts(actor: Actor, person_id: int) -> Account | None:
    """The person's sign-in, for opening, renewing and unlocking it."""
    if not may(actor, "post.see", Subject("post")):
        return None
    return Account.objects.filter(person_id=person_id).first()


def locked_accounts(actor: Actor) -> list[Account]:
    """Who is locked out or was lately: the security administrator's short list."""
    if not may(actor, "post.see", Subject("post")):
        return []
    rows = Account.objects.filter(locked_until__isnull=False).select_related("person")
    return list(rows.order_by("-locked_until")[:20])


def claimed_people(account: Account) -> list[Person]:
    """The people of this phone, the one it stands for first."""
    mine = Q(claims__account=account, claims__ended_at=None) | Q(account=account)
    joined = Person.objects.filter(mine).exclude(merged_into=None).values("merged_into")
    people = Person.objects.filter((mine & Q(merged_into=None)) | Q(pk__in=joined), erased_at=None)
    first = account.person.merged_into_id or account.person_id if account.person is not None else None
    return sorted(people.distinct(), key=lambda person: (person.pk != first, person.pk))


def has_account(person_id: int) -> bool:
    """Does some phone or sign-in act for this person?"""
    rows = Q(person_id=person_id) | Q(person__merged_into_id=person_id)
    return Claim.objects.filter(rows, ended_at=None).exists() or Account.objects.filter(rows).exists()


@dataclass(frozen=True)
class RegisterEntry:
    """What the register holds of a volunteer, with the numbers masked; no `consented_on`: not entered yet."""

    consented_on: date | None = None
    volunteer_number: str = ""
    id_number: str = ""
    skills: str = ""
    categories: Sequence[str] = ()


def register_entry(person: Person, on: date) -> RegisterEntry | None:
    """None for whoever is no volunteer: residents are in no register."""
    row = Registration.objects.filter(person=person).first()
    roles = {Role(post.role) for post in posts_on(person.pk, on)}
    if row is None and not keeps_id_number(roles, volunteer_number=person.volunteer_number):
        return None
    numbers = mask_id_number(person.volunteer_number), mask_id_number(person.id_number)
    if row is None:
        return RegisterEntry(None, *numbers)
    return RegisterEntry(row.consented_on, *numbers, row.skills, row.categories)


def consents_of(person_id: int) -> dict[str, Consent]:
    """The newest word for each purpose."""
    return {row.purpose: row for row in Consent.objects.filter(person_id=person_id).order_by("at", "id")}


def members_of(actor: Actor, team: Team, on: date) -> list[Post]:
    """Posts of the team on the day, contacts first, then by name. The caller has seen the team through `team.see`."""
    if not may(
        actor,
        "team.member",
        Subject("team", team.pk, area_path=team.area_path, team_ids=frozenset({team.pk})),
    ):
        return []
    posts = Post.objects.filter(team=team, valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return list(posts.select_related("person").order_by("role", "person__name", "id"))


def certificates_of(people: Iterable[int]) -> list[Certificate]:
    """Certificates of these people, those that run out first on top."""
    rows = Certificate.objects.filter(person_id__in=list(people)).select_related("person")
    return sorted(rows, key=lambda row: (row.valid_to or date.max, row.pk))


def insurances_of(team_id: int) -> list[Insurance]:
    """The team's policies with the insured, the newest first."""
    return list(
        Insurance.objects.filter(team_id=team_id).prefetch_related("insured").order_by("-valid_to", "-id")
    )


def known_person(name: str, phone: str) -> Person | None:
    """The same phone and the same name are the same person."""
    if not phone.strip():
        return None
    people = Person.objects.filter(phone_hash=crypto.keyed_hash(clean_phone(phone)), erased_at=None)
    rows = people.select_related("merged_into").order_by("id")
    found = next((person for person in rows if same_name(person.name, name)), None)
    return found.merged_into or found if found is not None else None
