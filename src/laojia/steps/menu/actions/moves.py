"""Moves of one occasion. What follows for orders, offers and messages hangs in wiring.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance
from laojia.foundation.outbox.actions import cancel_clocks
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, WrongState
from laojia.policy.facts import Actor
from laojia.steps.menu.actions.occasions import ENDING, watch_end
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.rules.times import half_of


def _period(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, Any]:
    """Columns of a time; none when it is open-ended."""
    if starts_at is None:
        return {"starts_at": None, "ends_at": None, "date": None, "half": ""}
    if ends_at is None or ends_at <= starts_at:
        said = _("It must end after it begins.")
        raise BadInput("period", said, "", {"ends_at": said})
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "date": local_date(starts_at),
        "half": half_of(starts_at),
    }


def _later(starts_at: datetime | None, now: datetime) -> None:
    if starts_at is not None and starts_at <= now:
        said = _("That time is over already. Choose a later one.")
        raise BadInput("over", said, "", {"starts_at": said})


def _ended(row: Occasion, reason: str) -> None:
    """The clock stops; the reason stands on the row for those who look at it."""
    cancel_clocks(("occasion", row.pk), (ENDING,))
    row.reason = reason
    Occasion.objects.filter(pk=row.pk).update(reason=reason)


def _before(row: Occasion) -> dict[str, Any]:
    """What follow-ups cannot read from the row any more."""
    return {
        "old_team_id": row.team_id,
        "old_date": row.date,
        "old_half": row.half,
        "old_starts_at": row.starts_at,
        "slot_was_held": row.slot_held,
    }


@transaction.atomic
def mark_offered(*, occasion: Occasion, actor: Actor, now: datetime, because: str = "") -> Occasion:
    """A team is being asked."""
    return advance(occasion, "occasion.offer", actor=actor, now=now, because=because)


@transaction.atomic
def mark_unoffered(*, occasion: Occasion, actor: Actor, now: datetime, because: str = "") -> Occasion:
    """Nobody is being asked any more; the occasion has no team."""
    facts = _before(occasion)
    return advance(
        occasion,
        "occasion.unoffer",
        actor=actor,
        now=now,
        because=because,
        facts=facts,
        team=None,
        slot_held=False,
    )


@transaction.atomic
def confirm(
    *,
    occasion: Occasion,
    team: Team | None,
    actor: Actor,
    now: datetime,
    because: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    slot_held: bool | None = None,
) -> Occasion:
    """The team has accepted: seats are open. A time given here replaces the one that stood there."""
    changes: dict[str, Any] = {"team": team, "confirmed_at": now}
    if starts_at is not None:
        changes |= _period(starts_at, ends_at)
    if slot_held is not None:
        changes["slot_held"] = slot_held
    advance(occasion, "occasion.confirm", actor=actor, now=now, because=because, **changes)
    watch_end(occasion, now)
    return occasion


@transaction.atomic
def release(
    *, occasion: Occasion, reason: str, actor: Actor, now: datetime, because: str = "", words: str = ""
) -> Occasion:
    """The team steps back: the occasion is being prepared again, without a team."""
    facts = _before(occasion)
    advance(
        occasion, "occasion.release", actor=actor, now=now, reason=reason, because=because, facts=facts,
        team=None, slot_held=False, confirmed_at=None, reason_words=words[:200],
    )  # fmt: skip
    _ended(occasion, reason)
    return occasion


@transaction.atomic
def postpone(
    *,
    occasion: Occasion,
    reason: str,
    actor: Actor,
    now: datetime,
    because: str = "",
    words: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Occasion:
    """To another time, or open-ended. Seats stay with their people; the leader fixes the new time (`reconfirm`)."""
    _later(starts_at, now)
    if occasion.public and starts_at is not None and starts_at == occasion.starts_at:
        said = _("That is the time it has already.")
        raise BadInput("same_time", said, "", {"starts_at": said})
    facts = _before(occasion)
    advance(
        occasion, "occasion.postpone", actor=actor, now=now, reason=reason, because=because, facts=facts,
        postponed_from=occasion.starts_at or occasion.postponed_from, reason_words=words[:200], slot_held=False,
        **_period(starts_at, ends_at),
    )  # fmt: skip
    _ended(occasion, reason)
    return occasion


@transaction.atomic
def reconfirm(
    *,
    occasion: Occasion,
    actor: Actor,
    now: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    because: str = "",
    slot_held: bool | None = None,
) -> Occasion:
    """The team comes at the new time; without one given, at the time the postponement named."""
    begins = starts_at or occasion.starts_at
    closes = ends_at if starts_at is not None else occasion.ends_at
    if begins is None:
        said = _("When does it begin?")
        raise BadInput("time", said, "", {"starts_at": said})
    _later(begins, now)
    if occasion.team_id is None and occasion.keeper_id is None:
        raise WrongState(
            "no_team", _("No team has said yes to this yet."), _("Ask a team first, then fix the time.")
        )
    changes = _period(begins, closes) | {"confirmed_at": now}
    if slot_held is not None:
        changes["slot_held"] = slot_held
    facts = _before(occasion)
    advance(occasion, "occasion.reconfirm", actor=actor, now=now, because=because, facts=facts, **changes)
    watch_end(occasion, now)
    return occasion


@transaction.atomic
def call_off(
    *, occasion: Occasion, reason: str, actor: Actor, now: datetime, because: str = "", words: str = ""
) -> Occasion:
    """It will not take place."""
    facts = _before(occasion)
    advance(
        occasion, "occasion.call_off", actor=actor, now=now, reason=reason, because=because, facts=facts,
        slot_held=False, reason_words=words[:200],
    )  # fmt: skip
    _ended(occasion, reason)
    return occasion


@transaction.atomic
def pass_occasion(*, occasion: Occasion, actor: Actor, now: datetime, because: str = "") -> Occasion:
    """Its time is over: it took place. Nobody taps "start"."""
    if occasion.ends_at is None or occasion.ends_at > now:
        raise WrongState(
            "not_over", _("It is not over yet."), _("This can be noted when its time has passed.")
        )
    return advance(occasion, "occasion.pass", actor=actor, now=now, because=because, held_at=now)
