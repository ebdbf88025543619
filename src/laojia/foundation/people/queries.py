"""Who acts: posts valid today become grants. Reads of people, always scoped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Q

from laojia.foundation.area.queries import prefixes_of
from laojia.foundation.people.models import Claim, Person, Post
from laojia.kernel.links import link_holder, read_link
from laojia.policy.facts import Actor, Grant
from laojia.policy.roles import Channel, Role


def posts_on(person_id: int, day: date) -> list[Post]:
    """Posts valid on the day (valid_to is the first day they are over)."""
    return list(
        Post.objects.filter(person_id=person_id, valid_from__lte=day).filter(
            Q(valid_to=None) | Q(valid_to__gt=day)
        )
    )


def grants_of(posts: Iterable[Post], on: date) -> tuple[Grant, ...]:
    """Everybody is a resident; every role held through the posts adds one grant."""
    by_role: dict[Role, list[Post]] = defaultdict(list)
    for post in posts:
        by_role[Role(post.role)].append(post)
    return (Grant(Role.RESIDENT), *(_grant(role, held, on) for role, held in by_role.items()))


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


def _grant(role: Role, posts: list[Post], on: date) -> Grant:
    areas = [p.area_id for p in posts if p.area_id]
    stations = [p.station_id for p in posts if p.station_id]
    zones = [p.zone_id for p in posts if p.zone_id]
    scopes = (
        prefixes_of(areas, on, station_ids=stations, zone_ids=zones) if areas or stations or zones else ()
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
    if person_id is None or link_holder(token) not in {None, person_id}:
        return None
    grants = (Grant(Role.RESIDENT), Grant(Role.VOLUNTEER)) if purpose == "roster" else (Grant(Role.RESIDENT),)
    return Actor(person_id, grants, only=(kind, row_id))


def number_reader(order_id: int, person_id: int | None) -> Actor:
    """Who knows the public number and the last four digits: may look and nudge, nothing else."""
    return Actor(person_id, (Grant(Role.NUMBER_READER),), only=("order", order_id))


def is_claimed(account_id: int, person_id: int) -> bool:
    """Has this account claimed the person, and nobody undone it?"""
    return Claim.objects.filter(account_id=account_id, person_id=person_id, ended_at=None).exists()


def contacts_of(team_id: int, on: date) -> list[int]:
    """The team's contacts (its leaders of the day), the longest serving first."""
    posts = Post.objects.filter(team_id=team_id, role=Role.TEAM_LEADER, valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )
    return list(dict.fromkeys(posts.order_by("valid_from", "id").values_list("person_id", flat=True)))


def _leading(team_id: int | None, person_id: int | None, on: date) -> int | None:
    contacts = contacts_of(team_id, on) if team_id is not None else []
    if person_id is None:
        return contacts[0] if contacts else None
    return person_id if person_id in contacts else None
