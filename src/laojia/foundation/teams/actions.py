"""Every write about a team itself: name and place, what it can do and when, resting, how it is reached."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station
from laojia.foundation.area.queries.holdings import Moved
from laojia.foundation.journal.actions import check, record
from laojia.foundation.teams.models import HALF_DAYS, REACHES, Team, TeamSlot, TeamWeek
from laojia.foundation.teams.rules import Week, holds_number, is_slot, reach_after
from laojia.kernel.clock import local_date
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict, OutOfScope
from laojia.policy.facts import Actor


@transaction.atomic
def save_team(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    kind: str,
    area: Area,
    team_id: int | None = None,
    about: str = "",
    station: Station | None = None,
    serves: list[str] | None = None,
    lon: float | None = None,
    lat: float | None = None,
    ended_on: date | None = None,
    featured: bool = False,
) -> Team:
    """A new team, or new facts of a known one. Raises BadInput (name, kind), Conflict (name taken), OutOfScope."""
    team = Team() if team_id is None else _found(team_id)
    given = {
        "name": " ".join(name.split())[:60], "kind": kind.strip()[:30], "area": area, "area_path": area.path,
        "about": about.strip(), "station": station, "serves": serves or [], "lon": lon, "lat": lat,
        "ended_on": ended_on, "featured": featured,
    }  # fmt: skip
    for field in ("name", "kind"):
        if not given[field]:
            sentence = _("A team has a name and a kind.")
            raise BadInput(field, sentence, fields={field: sentence})
    if Team.objects.filter(name=given["name"]).exclude(pk=team.pk).exists():
        sentence = _("Another team has this name.")
        raise Conflict("name_taken", sentence, _("Add the town or the unit to the name."), {"name": sentence})
    changed = [field for field, value in given.items() if getattr(team, field, None) != value]
    for field, value in given.items():
        setattr(team, field, value)
    team.save()
    record(team, "team.save", actor=actor, now=now, fields=changed)
    return team


@transaction.atomic
def introduce(*, actor: Actor, now: datetime, team_id: int, about: str) -> Team:
    """What a team says about itself on its own page. Raises BadInput when a telephone number stands in it."""
    team = _found(team_id)
    check(team, "team.introduce", actor=actor)
    if holds_number(about):
        sentence = _("Please leave telephone numbers out; people reach you through the centre.")
        raise BadInput("about", sentence, fields={"about": sentence})
    Team.objects.filter(pk=team.pk).update(about=about.strip()[:2000])
    team.about = about.strip()[:2000]
    record(team, "team.introduce", actor=actor, now=now, fields=("about",))
    return team


@transaction.atomic
def set_week(*, actor: Actor, now: datetime, team_id: int, week: Week) -> None:
    """Visits by (weekday, half-day), as the leader says. Days begun keep what is promised, days said by hand stay.

    Raises BadInput on a slot or number nobody can believe.
    """
    team = _found(team_id)
    check(team, "team.capacity", actor=actor)
    if not all(is_slot(day, half, number) for (day, half), number in week.items()):
        raise BadInput("week", _("A number of visits is between 0 and 200."), _("Look at the marked places."))
    TeamWeek.objects.bulk_create(
        [TeamWeek(team=team, weekday=d, half=h, capacity=n) for (d, h), n in week.items()],
        update_conflicts=True,
        unique_fields=["team", "weekday", "half"],
        update_fields=["capacity"],
    )
    ahead = TeamSlot.objects.filter(team=team, by_hand=False, date__gte=local_date(now))
    for (day, half), number in week.items():
        # Promised visits stay: the number never falls below what is taken.
        ahead.filter(half=half, date__iso_week_day=day + 1).update(capacity=_at_least_taken(number))
    record(team, "team.capacity", actor=actor, now=now, fields=("week",))


@transaction.atomic
def set_day(*, actor: Actor, now: datetime, team_id: int, day: date, half: str, capacity: int) -> TeamSlot:
    """Another number for one half-day. Raises BadInput, Conflict when more is promised already."""
    team = _found(team_id)
    check(team, "team.capacity", actor=actor)
    if half not in HALF_DAYS or not is_slot(0, half, capacity) or day < local_date(now):
        sentence = _("Choose a day to come and a number between 0 and 200.")
        raise BadInput("day", sentence, fields={"capacity": sentence})
    slot, _new = TeamSlot.objects.get_or_create(
        team=team, date=day, half=half, defaults={"capacity": capacity, "by_hand": True}
    )
    if not swap(TeamSlot, slot.pk, {"taken__lte": capacity}, capacity=capacity, by_hand=True):
        slot.refresh_from_db()
        raise Conflict(
            "promised",
            _("%(count)s visits are promised for that time already.") % {"count": slot.taken},
            _("Hand one of them back first, or say at least that number."),
        )
    record(team, "team.capacity", actor=actor, now=now, fields=("day",))
    slot.refresh_from_db()
    return slot


@transaction.atomic
def set_rest(*, actor: Actor, now: datetime, team_id: int, until: date | None) -> Team:
    """Rest until a day (without it), or be back (None). Nobody asks why. What is accepted stays accepted."""
    team = _found(team_id)
    check(team, "team.rest", actor=actor)
    if until is not None and until <= local_date(now):
        sentence = _("Choose a day to come: from that day on the team is asked again.")
        raise BadInput("until", sentence, fields={"until": sentence})
    Team.objects.filter(pk=team.pk).update(resting_until=until)
    team.resting_until = until
    record(team, "team.rest", actor=actor, now=now, fields=("resting_until",))
    return team


@transaction.atomic
def set_reach(
    *, actor: Actor, now: datetime, team_id: int, answered: bool, reach: str = "", because: str = ""
) -> Team:
    """Note an answer or a silence; after two silences in a row the desk telephones first. `reach` sets it by hand."""
    team = _found(team_id)
    if reach and reach not in REACHES:
        raise BadInput("reach", _("Choose how the team is reached."))
    silent = 0 if answered else team.silent + 1
    new = reach or reach_after(silent)
    if not swap(Team, team.pk, {"silent": team.silent, "reach": team.reach}, silent=silent, reach=new):
        raise Conflict("changed_meanwhile", _("Somebody else has just changed this."), _("Look at it again."))
    moved = new != team.reach
    team.silent, team.reach = silent, new
    if moved or reach:
        record(team, "team.reach", actor=actor, now=now, fields=("reach",), because=because)
    return team


def _at_least_taken(number: int) -> Greatest:
    return Greatest(F("taken"), Value(number))


def _found(team_id: int) -> Team:
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise OutOfScope("team_not_here", _("We do not find this team here."), _("Open the list of teams."))
    return team


def serves_follow(moved: Moved) -> int:
    """A team that goes to an area goes to what takes its place too; orders of the past are found under the old one."""
    new_paths = {moved.paths[old]: [path for _pk, path in news] for old, news in moved.successors.items()}
    changed = []
    for team in Team.objects.exclude(serves=[]):
        more = [path for old in team.serves for path in new_paths.get(old, ())]
        serves = list(dict.fromkeys([*team.serves, *more]))
        if serves != team.serves:
            team.serves = serves
            changed.append(team)
    Team.objects.bulk_update(changed, ["serves"], 200)
    return len(changed)
