"""投诉: named or anonymous, held outside the team; about conduct or money it stops that team's offers to that person at once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.queries import only_county
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import advance, start
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team
from laojia.kernel import codes, crypto, links
from laojia.kernel.clock import local_date
from laojia.kernel.db import next_id
from laojia.kernel.errors import BadInput
from laojia.policy.deadlines import by_when
from laojia.policy.facts import VISITOR, Actor
from laojia.policy.roles import Role
from laojia.steps.order.models import Order
from laojia.steps.review.models import COMPLAINT_KINDS, STOPPING_KINDS, Complaint, TeamStop


@transaction.atomic
def file_complaint(
    *,
    key: uuid.UUID,
    kind: str,
    words: str,
    actor: Actor,
    now: datetime,
    order: Order | None = None,
    person: Person | None = None,
    about_team: Team | None = None,
    anonymous: bool = False,
    phone: str = "",
) -> Complaint:
    """A complaint; a repeated key gives the same one. Nobody needs to be signed in, nor to say who he is.

    Raises BadInput (kind, words, phone).
    """
    there = Complaint.objects.filter(key=key).first()
    if there is not None:
        return there
    _check(kind, words)
    number_of = next_id(Complaint)
    county, actor = only_county(), _unnamed(actor) if anonymous else actor
    team = about_team or (order.team if order else None)
    clean = codes.clean_phone(phone, landline=True) if phone and not anonymous else ""
    complaint = Complaint(
        id=number_of,
        number=codes.public_number("T", county.code[:6], local_date(now).year, number_of),
        key=key,
        state="filed",
        kind=kind,
        order=order,
        person=None if anonymous else person,
        about_team=team,
        anonymous=anonymous,
        phone=clean,
        phone_end_hash=crypto.keyed_hash(clean[-4:]) if clean else "",
        words=words.strip(),
        area_path=order.area_path if order else county.path,
        holder_id=_holder(team, now),
        channel=actor.channel,
        filed_at=now,
        **_clocks(now),
    )
    try:
        with transaction.atomic():
            start(complaint, "complaint.file", actor=actor, now=now, facts={"stops": kind in STOPPING_KINDS})
    except IntegrityError:
        return Complaint.objects.get(key=key)
    _stop_team(complaint, order, now)
    _tell(complaint, now)
    return complaint


def _unnamed(actor: Actor) -> Actor:
    """The journal tells no more than the complaint: who wrote it down at the desk, nobody for whom."""
    if actor.on_behalf_of is not None:
        return replace(actor, on_behalf_of=replace(VISITOR, channel=actor.on_behalf_of.channel))
    return replace(VISITOR, channel=actor.channel)


@transaction.atomic
def contact(*, complaint: Complaint, actor: Actor, now: datetime) -> Complaint:
    """The holder has called the person."""
    cancel_clocks(("complaint", complaint.pk), {"complaint.contact"})
    return advance(complaint, "complaint.contact", actor=actor, now=now, contacted_at=now)


@transaction.atomic
def answer_complaint(
    *, complaint: Complaint, reason: str, answer: str, actor: Actor, now: datetime
) -> Complaint:
    """What came of it, in words the person understands. Unfounded lifts the stop, anything else keeps it."""
    if len(answer.strip()) < 4:
        raise BadInput(
            "answer", _("Please write the answer for the person."), "", {"answer": _("A sentence or two.")}
        )
    advance(
        complaint,
        "complaint.answer",
        actor=actor,
        now=now,
        reason=reason,
        answered_at=now,
        answer=answer.strip(),
    )
    cancel_clocks(("complaint", complaint.pk))
    if complaint.reason == "unfounded":
        TeamStop.objects.filter(complaint=complaint, lifted_at=None).update(lifted_at=now)
    if complaint.person_id is not None:
        link = links.make_link("complaint", complaint.pk, "complaint", to=complaint.person_id)
        post(
            "complaint.answered",
            to_person_id=complaint.person_id,
            about=("complaint", complaint.pk),
            key=f"complaint.answered:{complaint.pk}",
            now=now,
            variables={"number": complaint.number, "link": f"complaint/{link}/"},
        )
    return complaint


@transaction.atomic
def close_complaint(*, complaint: Complaint, actor: Actor, now: datetime) -> Complaint:
    """The file is closed; the answer stands."""
    return advance(complaint, "complaint.close", actor=actor, now=now, closed_at=now)


def _check(kind: str, words: str) -> None:
    wrong: dict[str, Any] = {}
    if kind not in COMPLAINT_KINDS:
        wrong["kind"] = _("Choose what it is about.")
    if len(words.strip()) < 4:
        wrong["words"] = _("Tell us what happened, a sentence is enough.")
    if wrong:
        raise BadInput("complaint", _("Please look at the marked places again."), "", wrong)


def _clocks(now: datetime) -> dict[str, datetime]:
    return {
        "contact_due_at": by_when("complaint.contact", now, calendar()).at,
        "answer_due_at": by_when("complaint.answer", now, calendar()).at,
    }


def _holder(team: Team | None, now: datetime) -> int | None:
    """A complaint holder who does not belong to the team, the one with the fewest open files."""
    today = local_date(now)
    valid = Post.objects.filter(valid_from__lte=today).exclude(valid_to__lte=today)
    people = set(valid.filter(role=Role.COMPLAINT_HOLDER).values_list("person_id", flat=True))
    if team is not None:
        people -= set(valid.filter(team=team).values_list("person_id", flat=True))
    open_files = list(
        Complaint.objects.exclude(state="closed")
        .filter(holder_id__in=people)
        .values_list("holder_id", flat=True)
    )
    return min(people, key=lambda p: (open_files.count(p), p), default=None)


def _stop_team(complaint: Complaint, order: Order | None, now: datetime) -> None:
    person_id = complaint.person_id or (order.person_id if order else None)
    if complaint.kind not in STOPPING_KINDS or complaint.about_team_id is None or person_id is None:
        return
    TeamStop.objects.create(
        person_id=person_id, team_id=complaint.about_team_id, complaint=complaint, since=now
    )


def _tell(complaint: Complaint, now: datetime) -> None:
    about = ("complaint", complaint.pk)
    set_clock("complaint.contact", about=about, due=by_when("complaint.contact", now, calendar()), now=now)
    set_clock("complaint.answer", about=about, due=by_when("complaint.answer", now, calendar()), now=now)
    if complaint.person_id is not None:
        link = links.make_link("complaint", complaint.pk, "complaint", to=complaint.person_id)
        post(
            "complaint.received",
            to_person_id=complaint.person_id,
            about=about,
            key=f"complaint.received:{complaint.pk}",
            now=now,
            variables={
                "number": complaint.number,
                "by": complaint.contact_due_at.isoformat(),
                "answer_by": complaint.answer_due_at.isoformat(),
                "link": f"complaint/{link}/",
            },
        )
