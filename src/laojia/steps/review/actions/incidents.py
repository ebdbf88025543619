"""意外情况: a fall, damage, alleged theft has its own sheet, closed only with how it ended."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, require, start
from laojia.foundation.outbox.actions import post
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.policy.facts import Actor, subject_of
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from laojia.steps.review.models import Incident
from laojia.steps.serve.jobs import desk_people


@transaction.atomic
def report_incident(
    *,
    key: uuid.UUID,
    kind: str,
    words: str,
    happened_at: datetime,
    actor: Actor,
    now: datetime,
    order: Order | None = None,
    occasion: Occasion | None = None,
    first_help: str = "",
    emergency_called: bool = False,
) -> Incident:
    """A sheet; a repeated key gives the same one. The desk hears of it at once, at night too."""
    there = Incident.objects.filter(key=key).first()
    if there is not None:
        return there
    _check(kind, words, happened_at, now)
    about = order or occasion
    if about is None:
        raise BadInput(
            "about", _("Please say where it happened."), _("Report it from the order or the occasion.")
        )
    require(replace(actor, on_behalf_of=None), f"{about.SCOPE.kind}.see", subject_of(about))
    if subject_of(about).sealed:
        raise OutOfScope(
            "sealed",
            _("What concerns such a case is not written on a sheet that the desk reads."),
            _("Tell the one person who keeps it; in danger call 110."),
        )
    incident = Incident(
        key=key,
        state="reported",
        kind=kind,
        order=order,
        occasion_id=occasion.pk if occasion else None,
        reporter_id=actor.on_behalf_of.person_id if actor.on_behalf_of else actor.person_id,
        team_id=about.team_id,
        area_path=about.area_path,
        protected=about.protected,
        happened_at=happened_at,
        words=words.strip(),
        first_help=first_help,
        emergency_called=emergency_called,
        reported_at=now,
    )
    try:
        with transaction.atomic():
            start(incident, "incident.report", actor=actor, now=now)
    except IntegrityError:
        return Incident.objects.get(key=key)
    _tell_the_desk(incident, now)
    return incident


@transaction.atomic
def close_incident(*, incident: Incident, reason: str, ending: str, actor: Actor, now: datetime) -> Incident:
    """How it ended, in words."""
    if len(ending.strip()) < 4:
        raise BadInput("ending", _("Please write how it ended."), "", {"ending": _("A sentence or two.")})
    return advance(
        incident, "incident.close", actor=actor, now=now, reason=reason, ending=ending.strip(), closed_at=now
    )


def _tell_the_desk(incident: Incident, now: datetime) -> None:
    for person_id in desk_people(None, now):
        post(
            "incident.reported",
            to_person_id=person_id,
            about=("incident", incident.pk),
            key=f"incident.reported:{incident.pk}:{person_id}",
            now=now,
            variables={"link": f"incidents/{incident.pk}/"},
        )


def _check(kind: str, words: str, happened_at: datetime, now: datetime) -> None:
    wrong = {}
    if kind not in Incident.KINDS:
        wrong["kind"] = _("Choose what happened.")
    if len(words.strip()) < 4:
        wrong["words"] = _("Tell us what happened, a sentence is enough.")
    if happened_at > now:
        wrong["happened_at"] = _("That time is still to come.")
    if wrong:
        raise BadInput("incident", _("Please look at the marked places again."), "", wrong)
