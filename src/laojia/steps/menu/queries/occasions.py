"""Occasions: what is on (public), the desk's list, one occasion, and what an area × day would move."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station
from laojia.foundation.area.queries import find_villages, only_county, villages_of
from laojia.foundation.journal.actions import require
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Unit
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor, subject_of
from laojia.policy.roles import DESK_ROLES, Role
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.menu.queries.points import above
from laojia.steps.menu.rules.seats import Seats, held_are_released

ANNOUNCED = ("confirmed", "postponed", "called_off", "held", "recorded")
MOVABLE = {
    "occasion.postpone": ("draft", "offered", "confirmed"),
    "occasion.call_off": ("draft", "offered", "confirmed", "postponed"),
}


def _shown() -> QuerySet[Occasion]:
    rows = Occasion.objects.select_related("item_version__item", "team", "area", "area__parent", "station")
    return rows.defer("area__outline", "area__parent__outline")  # polygons are long and not shown in lists


def whats_on(
    area_path: str = "",
    days: int = 14,
    kinds: Iterable[str] | None = None,
    *,
    now: datetime,
    item_id: int | None = None,
) -> list[Occasion]:
    """Announced and fixed, from now on, earliest first. Near a place: inside it, or for an area above it."""
    rows = _shown().filter(
        public=True, protected=False, sealed=False, practice=False, state="confirmed", ends_at__gt=now,
        starts_at__lt=now + timedelta(days=days),
    )  # fmt: skip
    if area_path:
        rows = rows.filter(Q(area_path__startswith=area_path) | Q(area_path__in=above(area_path)))
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    if item_id is not None:
        rows = rows.filter(item_version__item=item_id)
    return list(rows.order_by("starts_at", "id")[:200])


def occasion(pk: int, actor: Actor) -> Occasion:
    """One occasion: anybody sees an announced one, the others only whom the table permits (else 404)."""
    row = _shown().filter(pk=pk).first()
    if row is None:
        raise OutOfScope(
            "no_occasion",
            _("We do not find that here."),
            _("Look at what is on, or ask the practice centre."),
        )
    if not (row.public and row.state in ANNOUNCED and not row.protected and not row.sealed):
        require(actor, "occasion.see", subject_of(row))
    return row


def seats_of(row: Occasion, now: datetime) -> tuple[Seats, bool]:
    """The counters of an occasion and whether the held-back seats are open to all by now."""
    return Seats(row.places, row.held_back, row.taken, row.held_taken), held_are_released(row.starts_at, now)


# --- the desk ---------------------------------------------------------------------------------------------------

_DESK_KINDS = ("seats", "whole_village", "volunteers", "appointment")


def list_occasions(
    actor: Actor, *, first: date, days: int = 7, state: str = "", kinds: Iterable[str] = _DESK_KINDS
) -> list[Occasion]:
    """The occasions of some days that the actor may see, and first those without a date."""
    rows = scoped(_shown(), actor, "occasion.see").filter(kind__in=list(kinds))
    dated = Q(date__gte=first, date__lt=first + timedelta(days=days))
    undated = Q(date__isnull=True, state__in=("draft", "offered", "postponed"))
    rows = rows.filter(dated | undated)
    if state:
        rows = rows.filter(state=state)
    return sorted(
        rows[:400], key=lambda o: (o.date is not None, o.date or first, o.starts_at or o.created_at, o.pk)
    )


def occasions_on(
    actor: Actor, verb: str, *, area: Area, day: date, kinds: Iterable[str], now: datetime
) -> list[Occasion]:
    """What of an area and a day the actor may move with this verb, in order.

    Neither what has begun already nor a call-up: who clears the snow is not sent home by it.
    """
    rows = scoped(_shown(), actor, verb).filter(
        area_path__startswith=area.path,
        date=day,
        kind__in=list(kinds),
        state__in=MOVABLE[verb],
        emergency=False,
    )
    rows = rows.filter(Q(starts_at=None) | Q(starts_at__gt=now))
    return list(rows.order_by("starts_at", "id"))


def preview_many(
    actor: Actor, verb: str, *, area: Area, first: date, last: date, kinds: Iterable[str], now: datetime
) -> list[Occasion]:
    """The same list as the deed will take, for looking at first."""
    kinds = list(kinds)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return [
        row for day in days for row in occasions_on(actor, verb, area=area, day=day, kinds=kinds, now=now)
    ]


def openable_stations(actor: Actor) -> list[Station]:
    """Stations in whose name the actor may open an occasion."""
    prefixes = actor.prefixes(*DESK_ROLES)
    inside = Q(pk__in=[])
    for prefix in prefixes:
        inside |= Q(area_path__startswith=prefix) | Q(villages__path__startswith=prefix)
    own = [g.station_id for g in actor.grants if g.station_id is not None]
    rows = (
        Station.objects.filter(inside | Q(pk__in=own), closed_on__isnull=True)
        .select_related("area")
        .distinct()
    )
    return list(rows.order_by("area_path", "name"))


def fitting_teams(version: ItemVersion, area_path: str = "") -> list[Team]:
    """Teams of the item's kind that go there, by name: for choosing whom to ask first."""
    rows = Team.objects.filter(kind=version.team_kind, ended_on__isnull=True).order_by("name")
    return [
        t for t in rows if not t.serves or not area_path or any(area_path.startswith(p) for p in t.serves)
    ]


def areas_of(station: Station) -> list[tuple[int, str]]:
    """Areas for the place of an occasion: the station's villages, else those below the area it stands at."""
    found = [(v.id, str(v)) for v in villages_of(station)]
    if not found:
        found = [(v.id, str(v)) for v in find_villages("", 1000, within=[station.area_path])]
    return [(station.area_id, station.area.name), *(pair for pair in found if pair[0] != station.area_id)]


def bodies_of(station: Station) -> list[tuple[int, str]]:
    """Bodies of the station's villages that may have asked for an occasion."""
    inside = Q(area_path__startswith=station.area_path)
    for village in villages_of(station):
        inside |= Q(area_id=village.id)
    return list(Unit.objects.filter(inside).order_by("name").values_list("pk", "name")[:400])


def movable_areas(actor: Actor) -> list[tuple[int, str]]:
    """Areas a desk acts on: the county or towns it covers whole, then its villages."""
    prefixes = actor.prefixes(*DESK_ROLES)
    if actor.has(Role.MENU_EDITOR):
        prefixes = (only_county().path,)
    inside = Q(pk__in=[])
    for prefix in prefixes:
        inside |= Q(path__startswith=prefix)
    wide = Area.objects.filter(inside, valid_to__isnull=True, level__in=("county", "town")).order_by("path")
    rows = sorted(wide.values_list("id", "name", "path"), key=lambda row: row[2].count("/"))
    villages = [(v.id, str(v)) for v in find_villages("", 1000, within=prefixes)] if prefixes else []
    return [(pk, name) for pk, name, _path in rows] + villages
