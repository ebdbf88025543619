"""Who belongs to a team, what they are certified and insured for. A team keeps at least two contacts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import check, record
from laojia.foundation.outbox.actions import post as send
from laojia.foundation.people.actions.people import add_person
from laojia.foundation.people.actions.posts import _check_beside, _end
from laojia.foundation.people.models import Certificate, Insurance, Person, Post
from laojia.foundation.people.queries import contacts_of, known_person, member_ids, posts_on
from laojia.foundation.people.rules import TEAM_ROLES
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, OutOfScope, WrongState
from laojia.policy.facts import Actor
from laojia.policy.roles import Role


@transaction.atomic
def join_team(
    *,
    actor: Actor,
    now: datetime,
    team_id: int,
    role: Role = Role.VOLUNTEER,
    person_id: int | None = None,
    name: str = "",
    phone: str = "",
    area: Area | None = None,
) -> Post:
    """Somebody joins as volunteer or contact: a known person, or one found or made by name and phone.

    Raises BadInput, Conflict (belongs already), OutOfScope, NotPermitted.
    """
    team = _team(team_id)
    check(team, "team.member", actor=actor)
    if role not in TEAM_ROLES:
        raise BadInput("role", _("A team has volunteers and contacts."))
    person = _person(person_id) if person_id is not None else known_person(name, phone)
    if person is None:
        person = add_person(
            actor=actor, now=now, name=name, phone=phone, area=area or team.area, because="team.member"
        )
    post = Post(person=person, role=role, team=team, valid_from=local_date(now))
    _check_beside(post)
    post.save(force_insert=True)
    record(team, "team.member", actor=actor, now=now, fields=("joined",), facts={"person_id": person.pk})
    return post


@transaction.atomic
def leave_team(
    *, actor: Actor, now: datetime, team_id: int, person_id: int, role: Role = Role.VOLUNTEER
) -> None:
    """Somebody leaves, without a reason asked. Raises WrongState when fewer than two contacts would be left."""
    team = _team(team_id)
    check(team, "team.member", actor=actor)
    posts = [p for p in posts_on(person_id, local_date(now)) if p.team_id == team_id and p.role == role]
    if not posts:
        raise WrongState(
            "no_member", _("This person does not belong to the team."), _("Open the list again.")
        )
    for post in posts:
        post.team = team
        _end(post, now)
    record(team, "team.member", actor=actor, now=now, fields=("left",), facts={"person_id": person_id})


@transaction.atomic
def quit_team(*, actor: Actor, now: datetime, team_id: int, person_id: int) -> None:
    """A volunteer leaves by himself, without a reason asked; a contact first hands over. Raises WrongState."""
    team = _team(team_id)
    check(team, "team.quit", actor=actor)
    if (actor.on_behalf_of or actor).person_id != person_id and not actor.has(Role.DISPATCHER):
        raise _no_member()
    posts = [p for p in posts_on(person_id, local_date(now)) if p.team_id == team_id]
    if not posts:
        raise _no_member()
    for post in posts:
        post.team = team
        _end(post, now)
    record(team, "team.quit", actor=actor, now=now, fields=("left",), facts={"person_id": person_id})


@transaction.atomic
def hand_over_lead(*, actor: Actor, now: datetime, team_id: int, from_id: int, person_id: int) -> Post:
    """交接: a member becomes contact in place of another, who stays a volunteer; what is accepted stays with the team.

    Raises BadInput (the same one, not a member), WrongState when the first is no contact any more.
    """
    team = _team(team_id)
    check(team, "team.member", actor=actor)
    today = local_date(now)
    if from_id == person_id:
        sentence = _("Choose somebody else.")
        raise BadInput("person_id", sentence, fields={"person_id": sentence})
    if person_id not in member_ids(team_id, today):
        raise _no_member()
    old = next(
        (p for p in posts_on(from_id, today) if p.team_id == team_id and p.role == Role.TEAM_LEADER), None
    )
    if old is None:
        raise WrongState(
            "no_contact", _("That person is no contact of this team any more."), _("Open the list again.")
        )
    new = Post(person_id=person_id, role=Role.TEAM_LEADER, team=team, valid_from=today)
    if person_id not in contacts_of(team_id, today):
        _check_beside(new)
        new.save(force_insert=True)
    stays = any(p.team_id == team_id and p.role == Role.VOLUNTEER for p in posts_on(from_id, today))
    if not stays:
        Post.objects.create(person_id=from_id, role=Role.VOLUNTEER, team=team, valid_from=today)
    old.team = team
    _end(old, now)
    record(team, "team.member", actor=actor, now=now, fields=("lead",), facts={"person_id": person_id})
    for told, template in ((person_id, "team.lead_taken"), (from_id, "team.lead_given")):
        send(
            template,
            to_person_id=told,
            about=("team", team.pk),
            key=f"{template}:{team.pk}:{told}:{today.isoformat()}",
            now=now,
            variables={"link": f"teams/{team.pk}/"},
        )
    return new


@transaction.atomic
def add_certificate(
    *,
    actor: Actor,
    now: datetime,
    team_id: int,
    person_id: int,
    kind: str,
    number: str = "",
    valid_from: date,
    valid_to: date | None = None,
) -> Certificate:
    """A member's qualification. Raises BadInput (period, kind), OutOfScope when not a member."""
    team = _team(team_id)
    check(team, "team.certificate", actor=actor)
    if person_id not in member_ids(team_id, local_date(now)):
        raise _no_member()
    _check_period(valid_from, valid_to)
    if not kind.strip():
        sentence = _("Say what the certificate is for.")
        raise BadInput("kind", sentence, fields={"kind": sentence})
    row = Certificate.objects.create(
        person_id=person_id,
        kind=kind.strip()[:40],
        number=number.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    record(team, "team.certificate", actor=actor, now=now, fields=("certificate",), facts={"id": row.pk})
    return row


@transaction.atomic
def add_insurance(
    *,
    actor: Actor,
    now: datetime,
    team_id: int,
    policy_number: str,
    insurer: str,
    valid_from: date,
    valid_to: date,
    covers_all: bool = False,
    insured: Collection[int] = (),
) -> Insurance:
    """A policy with its period and the insured. Raises BadInput (number, period, nobody insured)."""
    team = _team(team_id)
    check(team, "team.insurance", actor=actor)
    _check_period(valid_from, valid_to)
    if not policy_number.strip() or not insurer.strip():
        sentence = _("Give the policy's number and the insurer.")
        raise BadInput("policy_number", sentence, fields={"policy_number": sentence})
    members = member_ids(team_id, local_date(now))
    if not covers_all and (not insured or not set(insured) <= members):
        sentence = _("Choose who is insured, or say that it covers everybody.")
        raise BadInput("insured", sentence, fields={"insured": sentence})
    row = Insurance.objects.create(
        team=team,
        policy_number=policy_number.strip()[:60],
        insurer=insurer.strip()[:60],
        valid_from=valid_from,
        valid_to=valid_to,
        covers_all=covers_all,
    )
    if not covers_all:
        row.insured.set(insured)
    record(team, "team.insurance", actor=actor, now=now, fields=("insurance",), facts={"id": row.pk})
    return row


def _check_period(start: date, end: date | None) -> None:
    if end is not None and end <= start:
        sentence = _("The end must lie after the beginning.")
        raise BadInput("period", sentence, fields={"valid_to": sentence})


def _team(team_id: int) -> Team:
    """The team, held until the end of the transaction: two who write its members take turns, as a button pressed twice."""
    rows = Team.objects.select_for_update(no_key=True, of=("self",)).select_related("area")
    team = rows.filter(pk=team_id).first()
    if team is None:
        raise OutOfScope("team_not_here", _("We do not find this team here."), _("Open the list of teams."))
    return team


def _person(person_id: int) -> Person:
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise _no_member()
    return person


def _no_member() -> OutOfScope:
    return OutOfScope(
        "no_member", _("This person does not belong to the team."), _("Let the person join first.")
    )
