"""结对: the volunteers he is used to come first on each visit's roster; when one cannot, the team hears so and finds a stand-in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from laojia.foundation.journal.actions import Event, advance
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.models import Person
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import StandingHelp
from laojia.steps.serve.actions.roster import ask, leave
from laojia.steps.serve.models import RosterLine
from laojia.steps.serve.queries import fits, members, needs_of
from laojia.steps.serve.rules import unfit


def usual_first(event: Event) -> None:
    """occasion.open, confirm: a visit of regular help has its team; the usual volunteers are asked at once."""
    occasion: Occasion = event.row
    if occasion.kind != "standing" or occasion.state != "confirmed" or occasion.standing_id is None:
        return
    standing = StandingHelp.objects.filter(pk=occasion.standing_id, team=occasion.team).first()
    if standing is not None:
        _ask(occasion, list(standing.usual.order_by("id")), event.actor, event.now, event.verb)


def _ask(occasion: Occasion, people: list[Person], actor: Actor, now: datetime, because: str) -> None:
    """Those who belong to the team and may go that day; somebody unfit is left out, the leader sees who is missing."""
    if occasion.team_id is None or not people:
        return
    needs = needs_of(occasion)
    ours = {person.pk for person in members(occasion.team_id, needs.day)}
    able = [p for p, fit in zip(people, fits(people, needs.day), strict=True) if not unfit(needs, fit)]
    ask(
        occasion=occasion,
        people=[p for p in able if p.pk in ours],
        actor=actor,
        now=now,
        because=because,
    )


def usual_changed(event: Event) -> None:
    """standing.usual: visits to come ask the new ones; who is not among them any more is told that he is free."""
    standing: StandingHelp = event.row
    people = list(standing.usual.order_by("id"))
    ahead = Occasion.objects.filter(standing_id=standing.pk, state="confirmed", starts_at__gt=event.now)
    for occasion in ahead.select_related("item_version"):
        _free(occasion, event.facts.get("gone", ()), event)
        if occasion.team_id == standing.team_id:
            _ask(occasion, people, event.actor, event.now, event.verb)


def _free(occasion: Occasion, gone: Collection[int], event: Event) -> None:
    for line in occasion.roster.filter(person_id__in=gone, state__in=("asked", "yes")):
        if line.state == "yes":
            leave(line=line, actor=event.actor, now=event.now, because=event.verb)
        else:
            advance(line, "roster.answer", actor=event.actor, now=event.now, to="no", because=event.verb)
        _called_off(line, occasion, event.now)


def _called_off(line: RosterLine, occasion: Occasion, now: datetime) -> None:
    post(
        "roster.called_off", to_person_id=line.person_id, about=("occasion", occasion.pk),
        key=f"roster.called_off:{line.pk}", now=now,
        variables={"at": (occasion.starts_at or occasion.created_at).isoformat(), "link": "volunteer/"},
    )  # fmt: skip


def usual_cannot(event: Event) -> None:
    """roster.answer: a usual volunteer cannot come this time; the team looks for a stand-in."""
    line: RosterLine = event.row
    occasion = line.occasion
    if (
        line.state != "no"
        or occasion.kind != "standing"
        or line.team_id is None
        or occasion.starts_at is None
    ):
        return
    if StandingHelp.usual.through.objects.filter(
        standinghelp_id=occasion.standing_id or 0, person_id=line.person_id
    ).exists():
        post(
            "roster.left", to_team_id=line.team_id, about=("occasion", occasion.pk),
            key=f"roster.left:{line.pk}:{line.version}", now=event.now,
            variables={"at": occasion.starts_at.isoformat(), "link": f"team/occasions/{occasion.pk}/"},
        )  # fmt: skip


def first_ones_are_usual(event: Event) -> None:
    """occasion.record: who came the first time is who he gets used to, as long as nobody has been named."""
    occasion: Occasion = event.row
    if occasion.kind != "standing" or occasion.standing_id is None:
        return
    standing = StandingHelp.objects.filter(pk=occasion.standing_id, team=occasion.team).first()
    if standing is None or standing.state != "active" or standing.usual.exists():
        return
    people = list(Person.objects.filter(roster_lines__occasion=occasion, roster_lines__state="came"))
    if people:
        orders.set_usual(
            standing=standing, people=people, actor=CLOCK, now=event.now, because="occasion.record"
        )
