"""Who was to go hears when an occasion is put off, moves or falls: the team's contacts and everybody on its roster."""

from __future__ import annotations

from datetime import datetime

from laojia.foundation.journal.actions import Event
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.queries import contacts_of
from laojia.kernel.clock import local_date
from laojia.steps.menu.models import Occasion

ON_ROSTER = ("asked", "yes", "waitlisted")


def put_off(event: Event) -> None:
    """occasion.postpone: to a new time, which the team then fixes, or until one is found."""
    at = event.row.starts_at
    if at is None:
        _all_hear(event, "roster.put_off", "team.put_off", _was(event))
    else:
        _all_hear(event, "roster.moved", "team.moved", at)


def moved(event: Event) -> None:
    """occasion.agree_time, reconfirm, change: another hour than was known, or another place."""
    occasion: Occasion = event.row
    other = event.facts.get("old_starts_at") != occasion.starts_at or event.facts.get("tell")
    if other and occasion.starts_at is not None and occasion.state == "confirmed":
        _all_hear(event, "roster.moved", "team.moved", occasion.starts_at)


def fell(event: Event) -> None:
    """occasion.call_off of one still to come. A team that had been asked hears it with its offer."""
    _all_hear(event, "roster.called_off", "" if event.row.offers.exists() else "team.called_off", _was(event))


def _was(event: Event) -> datetime:
    """The time it would have had."""
    row: Occasion = event.row
    known: datetime = (
        event.facts.get("old_starts_at") or row.starts_at or row.postponed_from or row.created_at
    )
    return known


def _all_hear(event: Event, to_person: str, to_team: str, at: datetime) -> None:
    """Once for each change; whoever did it himself, or had it done, is not told. What is over disturbs nobody."""
    occasion: Occasion = event.row
    meant = occasion.starts_at or event.facts.get("old_starts_at")
    if occasion.practice or occasion.sealed or (meant is not None and meant <= event.now):
        return
    actor = event.actor
    himself = {one.person_id for one in (actor, actor.on_behalf_of) if one is not None and one.person_id}
    about, when = ("occasion", occasion.pk), at.isoformat()
    for line in occasion.roster.filter(state__in=ON_ROSTER).exclude(person_id__in=himself):
        post(
            to_person, to_person_id=line.person_id, about=about, now=event.now,
            key=f"{to_person}:{line.pk}:{occasion.version}", variables={"at": when, "link": "volunteer/"},
        )  # fmt: skip
    leaders = (
        set(contacts_of(occasion.team_id, local_date(event.now))) if occasion.team_id and to_team else set()
    )
    if leaders and not leaders & himself:
        post(
            to_team, to_team_id=occasion.team_id, about=about, now=event.now,
            key=f"{to_team}:{occasion.pk}:{occasion.version}",
            variables={"at": when, "link": f"team/occasions/{occasion.pk}/"},
        )  # fmt: skip
