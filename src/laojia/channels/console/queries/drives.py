"""What the pages of trips, drives and call-ups look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from laojia.channels.console.queries.queue import Map, Town
from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import only_county, shapes_below
from laojia.foundation.area.queries.locating import OutlineRow, shapes_of
from laojia.foundation.area.rules import draw
from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Invite
from laojia.steps.dispatch.queries import Trip
from laojia.steps.menu.models import ItemVersion

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """A village on the schematic map with how many could go in one trip there."""

    name: str
    x: float
    y: float
    count: int


@dataclass(frozen=True, slots=True)
class TripsMap:
    """示意图: the towns as ground, a spot for each village with a trip. No towns when areas have no outlines."""

    ground: Map
    spots: list[Spot]


def trips_map(trips: Sequence[Trip]) -> TripsMap:
    """The county with the villages of these trips."""
    counts: Counter[int] = Counter()
    for trip in trips:
        counts[int(trip.village.strip("/").split("/")[-1])] += len(trip.orders)
    towns = shapes_below(only_county())
    rows = list(Area.objects.filter(pk__in=counts).exclude(outline=""))
    facts = [OutlineRow(row.path, row.level, row.outline, row.outline_system, row.schematic) for row in rows]
    villages = [(row.code, row.name, shape) for row, shape in zip(rows, shapes_of(facts), strict=True)]
    picture = draw([*towns, *villages]) if towns else None
    if picture is None:
        return TripsMap(Map(0, 0, []), [])
    drawn = {shape.code: shape for shape in picture.shapes}
    ground = [
        Town(0, name, drawn[code].d, drawn[code].x, drawn[code].y, 0, 0) for code, name, _shape in towns
    ]
    spots = [Spot(row.name, drawn[row.code].x, drawn[row.code].y, counts[row.pk]) for row in rows]
    return TripsMap(Map(picture.width, picture.height, ground), spots)


def callable_teams(*, kind: str, text: str) -> tuple[list[Team], bool]:
    """Teams to tick, by name, and whether there are more; resting ones too, marked: in an emergency they may be asked.

    All of the county, as everybody sees them on the public page of teams: a station asks the next town's team as well.
    """
    rows = Team.objects.filter(ended_on=None).select_related("area").order_by("name", "id")
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(Q(name__contains=text) | Q(area__name__contains=text)) if text else rows
    found = list(rows[: MOST_SHOWN + 1])
    return found[:MOST_SHOWN], len(found) > MOST_SHOWN


def teams_named(ids: Iterable[int]) -> list[Team]:
    """Those of these teams that are still there, by name."""
    rows = Team.objects.filter(pk__in=list(ids), ended_on=None)
    return list(rows.select_related("area").order_by("name", "id"))


def call_up_items() -> list[tuple[int, str]]:
    """What a call-up can be for: items that look for volunteers, those made for it first."""
    rows = ItemVersion.objects.filter(state="published", mode="volunteers", protected=False)
    return list(rows.order_by("item__tile", "item__position").values_list("pk", "name"))


def contacts_by_team(invites: Iterable[Invite], now: datetime) -> list[tuple[Invite, list[Person]]]:
    """Each question with the contacts of its team, in two statements."""
    rows = list(invites)
    today = local_date(now)
    posts = Post.objects.filter(
        team__in=[row.team_id for row in rows], role=Role.TEAM_LEADER, valid_from__lte=today
    ).exclude(valid_to__lte=today)
    found: dict[int, list[Person]] = {}
    for post in posts.select_related("person").order_by("valid_from", "id"):
        found.setdefault(post.team_id or 0, []).append(post.person)
    return [(row, found.get(row.team_id, [])) for row in rows]
