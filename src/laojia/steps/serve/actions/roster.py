"""The roster: who is asked, who comes, who stands in. Unfit people are refused with the reason, before they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, check, record, start
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.actions import add_person
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import known_person
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.dispatch.models import Invite
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
    *,
    occasion: Occasion,
    people: Sequence[Person],
    actor: Actor,
    now: datetime,
    because: str = "",
    team_id: int | None = None,
) -> list[RosterLine]:
    """约人去: members of the team that goes, or of `team_id`, one that helps; asking twice changes nothing.

    Raises BadInput (who and why).
    """
    team_id = team_id or occasion.team_id
    if not because:
        check(occasion, "roster.ask", actor=actor)
    needs = needs_of(occasion)
    ours = {p.pk for p in members(team_id, needs.day)} if team_id else set()
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
        state = "yes" if itself else "asked"
        lines.append(_line(occasion, person, state, actor, now, because, team_id=team_id))
    return lines


@transaction.atomic
def join(*, occasion: Occasion, person: Person, actor: Actor, now: datetime) -> RosterLine:
    """我也去: sign-up for a 招募 occasion. A place is taken, or he is next when somebody cannot come.

    Joining twice gives the same line. Raises BadInput unfit.
    """
    mine = RosterLine.objects.filter(occasion=occasion, person=person).first()
    if mine is not None and mine.state in ("yes", "asked", "came", "waitlisted"):
        return mine
    if occasion.volunteer_places < 1:
        raise Conflict("no_call", _("Nobody is looked for here."), _("Have a look at what else needs hands."))
    needs = needs_of(occasion)
    _refuse_unfit(unfit(needs, fits([person], needs.day)[0]))
    has_place = menu.take_volunteer_place(occasion=occasion, actor=actor, now=now)
    state = "yes" if has_place else "waitlisted"
    if mine is not None:
        line = advance(mine, "roster.join", actor=actor, now=now, to=state, signed_up=True, asked_at=now)
    else:
        line = _line(occasion, person, state, actor, now, "", verb="roster.join", signed_up=True)
    _tell_line(line, "roster.joined" if has_place else "roster.waitlisted", now)
    return line


@transaction.atomic
def move_up(*, occasion: Occasion, now: datetime) -> list[RosterLine]:
    """A place is free again: who has waited longest gets it, as long as there are places. Unfit ones are passed over."""
    waiting = occasion.roster.filter(state="waitlisted").select_related("person").order_by("asked_at", "id")
    needs, moved = needs_of(occasion), []
    for line in waiting:
        if unfit(needs, fits([line.person], needs.day)[0]):
            continue
        if not menu.take_volunteer_place(occasion=occasion, actor=CLOCK, now=now):
            break
        line.occasion = occasion
        moved.append(advance(line, "roster.promote", actor=CLOCK, now=now))
        _tell_line(line, "roster.promoted", now)
    return moved


@transaction.atomic
def turn_up(*, occasion: Occasion, name: str, phone: str, actor: Actor, now: datetime) -> RosterLine:
    """当场来的: somebody who came without having signed up, by name and phone; he needs no place, but must be fit.

    Somebody unknown is entered as a person first (spoken consent). Raises BadInput (name, phone, unfit), Conflict.
    """
    check(occasion, "roster.turn_up", actor=actor)
    person = known_person(name, phone) or add_person(
        actor=actor, now=now, name=name, phone=phone, area=occasion.area, because="roster.turn_up"
    )
    mine = RosterLine.objects.filter(occasion=occasion, person=person).first()
    if mine is not None and mine.state in ("yes", "asked", "came"):
        return mine
    needs = needs_of(occasion)
    _refuse_unfit(unfit(needs, fits([person], needs.day)[0]))
    if mine is None:
        return _line(occasion, person, "yes", actor, now, "", verb="roster.turn_up")
    if mine.state == "waitlisted":
        return advance(
            mine, "roster.promote", actor=actor, now=now, because="roster.turn_up", signed_up=False
        )
    return advance(
        mine, "roster.join", actor=actor, now=now, to="yes", because="roster.turn_up", signed_up=False
    )


@transaction.atomic
def name_helpers(
    *, invite: Invite, people: Sequence[Person], actor: Actor, now: datetime
) -> list[RosterLine]:
    """Who of a helping team comes along, by name: onto the roster of the occasion, for their own team."""
    record(invite, "invite.name", actor=actor, now=now, fields=("roster",))
    return ask(
        occasion=invite.occasion, people=people, actor=actor, now=now, because="invite.name", team_id=invite.team_id
    )  # fmt: skip


@transaction.atomic
def answer(*, line: RosterLine, coming: bool, actor: Actor, now: datetime) -> RosterLine:
    """A volunteer says whether he comes."""
    return advance(line, "roster.answer", actor=actor, now=now, to="yes" if coming else "no")


@transaction.atomic
def leave(*, line: RosterLine, actor: Actor, now: datetime, because: str = "") -> RosterLine:
    """我去不了: one tap, no reason asked; a sign-up's place becomes free, the leader is told."""
    had_place = line.signed_up and line.state == "yes"
    advance(line, "roster.leave", actor=actor, now=now, because=because)
    if had_place:
        menu.give_back_volunteer_place(occasion=line.occasion, actor=actor, now=now)
        if line.occasion.state == "confirmed":
            move_up(occasion=line.occasion, now=now)
    if line.team_id and not because and had_place | (not line.signed_up):
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
    team_id: int | None = None,
) -> RosterLine:
    line = RosterLine(
        state=state,
        occasion=occasion,
        person=person,
        team_id=team_id or occasion.team_id,
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


def _tell_line(line: RosterLine, template: str, now: datetime) -> None:
    post(
        template,
        to_person_id=line.person_id,
        about=("occasion", line.occasion_id),
        key=f"{template}:{line.pk}:{line.version}",
        now=now,
        variables={"at": _said(line.occasion), "link": "volunteer/"},
    )


def _refuse_unfit(why: str) -> None:
    if why:
        message, hint = _WHY[why]
        raise BadInput(why, message, hint)


def _said(occasion: Occasion) -> str:
    """The moment as the message table takes it: ISO, said in words when it is sent."""
    return (occasion.starts_at or occasion.created_at).isoformat()
