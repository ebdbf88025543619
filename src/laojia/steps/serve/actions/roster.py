"""The roster: who is asked, who comes, who stands in. Unfit people are refused with the reason, before they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, check, start
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.models import Person
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.serve.models import RosterLine
from laojia.steps.serve.queries import fits, members, needs_of
from laojia.steps.serve.rules import unfit

_WHY = {
    "not_insured": (
        _("There is no insurance for this person on that day."),
        _("Enter the insurance first, or ask somebody who is insured."),
    ),
    "minor": (_("Minors cannot come along here."), _("Ask an adult of the team.")),
}


@transaction.atomic
def ask(
    *, occasion: Occasion, people: Sequence[Person], actor: Actor, now: datetime, because: str = ""
) -> list[RosterLine]:
    """约人去: members of the team named for the occasion; asking twice changes nothing. Raises BadInput (who and why)."""
    if not because:
        check(occasion, "roster.ask", actor=actor)
    needs = needs_of(occasion)
    ours = {p.pk for p in members(occasion.team_id, needs.day)} if occasion.team_id else set()
    there = set(occasion.roster.filter(person__in=people).values_list("person_id", flat=True))
    lines = []
    for person, fit in zip(people, fits(people, needs.day), strict=True):
        if person.pk in there:
            continue
        if person.pk not in ours:
            raise BadInput(
                "not_a_member",
                _("That person does not belong to the team."),
                _("Take him into the team first."),
            )
        _refuse_unfit(unfit(needs, fit))
        itself = actor.person_id == person.pk
        lines.append(_line(occasion, person, "yes" if itself else "asked", actor, now, because))
    return lines


@transaction.atomic
def join(*, occasion: Occasion, person: Person, actor: Actor, now: datetime) -> RosterLine:
    """我也去: sign-up for a 招募 occasion; a place is taken or the call is full. Joining twice gives the same line."""
    mine = RosterLine.objects.filter(occasion=occasion, person=person).first()
    if mine is not None and mine.state in ("yes", "asked", "came"):
        return mine
    needs = needs_of(occasion)
    _refuse_unfit(unfit(needs, fits([person], needs.day)[0]))
    if not menu.take_volunteer_place(occasion=occasion, actor=actor, now=now):
        raise Conflict(
            "volunteers_full",
            _("There are enough people for this one already, thank you."),
            _("Have a look at what else needs hands."),
        )
    if mine is not None:
        line = advance(mine, "roster.join", actor=actor, now=now, signed_up=True)
    else:
        line = _line(occasion, person, "yes", actor, now, "", verb="roster.join", signed_up=True)
    post(
        "roster.joined",
        to_person_id=person.pk,
        about=("occasion", occasion.pk),
        key=f"roster.joined:{line.pk}:{line.version}",
        now=now,
        variables={"at": _said(occasion), "link": "volunteer/"},
    )
    return line


@transaction.atomic
def answer(*, line: RosterLine, coming: bool, actor: Actor, now: datetime) -> RosterLine:
    """A volunteer says whether he comes."""
    return advance(line, "roster.answer", actor=actor, now=now, to="yes" if coming else "no")


@transaction.atomic
def leave(*, line: RosterLine, actor: Actor, now: datetime, because: str = "") -> RosterLine:
    """我去不了: one tap, no reason asked; a sign-up's place becomes free, the leader is told."""
    advance(line, "roster.leave", actor=actor, now=now, because=because)
    if line.signed_up:
        menu.give_back_volunteer_place(occasion=line.occasion, actor=actor, now=now)
    if line.team_id and not because:
        post(
            "roster.left",
            to_team_id=line.team_id,
            about=("occasion", line.occasion_id),
            key=f"roster.left:{line.pk}:{line.version}",
            now=now,
            variables={"at": _said(line.occasion), "link": f"team/occasions/{line.occasion_id}/"},
        )
    return line


@transaction.atomic
def stand_in(
    *, line: RosterLine, person: Person, actor: Actor, now: datetime, because: str = ""
) -> RosterLine:
    """找人替: the stand-in names whom he replaces; he must be as fit as the one he replaces."""
    occasion = line.occasion
    if not because:
        check(occasion, "roster.stand_in", actor=actor)
    if line.state == "came":
        raise Conflict("was_there", _("That person was there."), _("There is nobody to stand in for."))
    needs = needs_of(occasion)
    _refuse_unfit(unfit(needs, fits([person], needs.day)[0]))
    if line.state == "yes":
        advance(line, "roster.leave", actor=actor, now=now, because="roster.stand_in")
    return _line(occasion, person, "asked", actor, now, because, verb="roster.stand_in", replaces=line)


def _line(
    occasion: Occasion,
    person: Person,
    state: str,
    actor: Actor,
    now: datetime,
    because: str,
    *,
    verb: str = "roster.ask",
    signed_up: bool = False,
    replaces: RosterLine | None = None,
) -> RosterLine:
    line = RosterLine(
        state=state,
        occasion=occasion,
        person=person,
        team_id=occasion.team_id,
        area_path=occasion.area_path,
        signed_up=signed_up,
        replaces=replaces,
        asked_at=now,
    )
    try:
        with transaction.atomic():
            start(line, verb, actor=actor, now=now, because=because)
    except IntegrityError:
        raise Conflict(
            "on_roster", _("That person is on the roster already."), _("Look at the roster again.")
        ) from None
    if state == "asked":
        post(
            "roster.asked",
            to_person_id=person.pk,
            about=("occasion", occasion.pk),
            key=f"roster.asked:{line.pk}",
            now=now,
            variables={"at": _said(occasion), "link": "volunteer/"},
        )
    return line


def _refuse_unfit(why: str) -> None:
    if why:
        message, hint = _WHY[why]
        raise BadInput(why, message, hint)


def _said(occasion: Occasion) -> str:
    """The moment as the message table takes it: ISO, said in words when it is sent."""
    return (occasion.starts_at or occasion.created_at).isoformat()
