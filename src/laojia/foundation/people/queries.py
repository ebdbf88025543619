"""Who acts: posts valid today become grants. Reads of people, always scoped."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Q

from laojia.foundation.area.queries import prefixes_of
from laojia.foundation.people.models import Person, Post
from laojia.policy.facts import Actor, Grant
from laojia.policy.roles import Channel, Role


def posts_on(person_id: int, day: date) -> list[Post]:
    """Posts valid on the day (valid_to is the first day they are over)."""
    return list(
        Post.objects.filter(person_id=person_id, valid_from__lte=day).filter(
            Q(valid_to=None) | Q(valid_to__gt=day)
        )
    )


def actor_of(person: Person, on: date, *, channel: Channel = Channel.PAGE) -> Actor:
    """The person as an actor: everybody is a resident; every post of the day adds a grant."""
    by_role: dict[Role, list[Post]] = defaultdict(list)
    for post in posts_on(person.pk, on):
        by_role[Role(post.role)].append(post)
    grants = [Grant(Role.RESIDENT)]
    for role, posts in by_role.items():
        grants.append(_grant(role, posts, on))
    return Actor(person_id=person.pk, grants=tuple(grants), channel=channel)


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
