"""A team answers: accept, decline, hand back, hand over, claim. Declining is a right, never a fault (条例 art. 25)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, check, require, start
from laojia.foundation.outbox.actions import cancel_clocks
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor, Subject
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.serve.actions.roster import ask, leave
from laojia.steps.serve.queries import fits, members, needs_of
from laojia.steps.serve.rules import team_can, window_end

# When a half-day begins as long as nothing else is agreed.
HALF_DAY_STARTS = {"morning": time(9), "afternoon": time(15), "evening": time(19)}
_HALF_DAY_ENDS = {"morning": time(12), "afternoon": time(18), "evening": time(22)}

_CANNOT = {
    "no_certificate": (
        _("Nobody in the team holds the certificate this needs on that day."),
        _("Enter the certificate first, or say that this is not what you can do."),
    ),
    "not_insured": (
        _("This is dangerous work and nobody in the team is insured on that day."),
        _("Enter the insurance first, or say that nobody is free."),
    ),
    "two_adults": (
        _("Two adults have to go, the team has fewer who can."),
        _("Say that nobody is free; the centre asks another team."),
    ),
    "nobody_named": (
        _("Nobody in the team may go there."),
        _("Say that nobody is free; the centre asks another team."),
    ),
}


@transaction.atomic
def accept(
    *,
    offer: Offer,
    actor: Actor,
    now: datetime,
    starts_at: datetime | None = None,
    people: Sequence[Person] = (),
) -> Occasion:
    """接: the occasion is fixed, its orders are arranged, the named people are asked. Time: as offered unless agreed.

    Raises BadInput when the team cannot lawfully do it (certificate, insurance, two people) or the time is not the
    offered half-day.
    """
    check(offer, "offer.accept", actor=actor)
    occasion = offer.occasion
    _check_team(occasion, offer.team_id)
    advance(offer, "offer.accept", actor=actor, now=now, answered_at=now)
    return _bind(occasion, offer.team, starts_at, people, actor, now, "offer.accept")


@transaction.atomic
def claim(
    *, entry: PoolEntry, team: Team, actor: Actor, now: datetime, starts_at: datetime | None = None
) -> Occasion:
    """认领 from the open pool: the first team that claims has it."""
    occasion = entry.occasion
    require(
        actor, "offer.claim", Subject("offer", area_path=occasion.area_path, team_ids=frozenset({team.pk}))
    )
    _check_team(occasion, team.pk)
    offer = dispatch.claimed_offer(entry=entry, team=team, actor=actor, now=now)
    start(offer, "offer.claim", actor=actor, now=now)
    return _bind(occasion, team, starts_at, (), actor, now, "offer.claim")


@transaction.atomic
def decline(*, offer: Offer, reason: str, actor: Actor, now: datetime, words: str = "") -> Offer:
    """这次接不了: the team's place becomes free, the next team is asked. Nothing is counted against anybody."""
    _say_no(offer, "offer.decline", actor, now, words, reason=reason)
    cancel_clocks(("offer", offer.pk))
    dispatch.after_no(offer=offer, actor=actor, now=now, because="offer.decline")
    return offer


@transaction.atomic
def give_back(*, offer: Offer, reason: str, actor: Actor, now: datetime, words: str = "") -> Offer:
    """退回 after accepting: the people are told, the orders wait again, the next team is asked at once."""
    _say_no(offer, "offer.return", actor, now, words, reason=reason)
    _unbind(offer, actor, now, "offer.return")
    dispatch.after_no(offer=offer, actor=actor, now=now, because="offer.return")
    return offer


@transaction.atomic
def hand_over(*, offer: Offer, to_team: Team, actor: Actor, now: datetime, words: str = "") -> Offer:
    """转给别的队: the accepted occasion is offered to the team named; that team may decline like any other."""
    if to_team.pk == offer.team_id:
        raise BadInput("same_team", _("That is your own team."), _("Choose another team."))
    _say_no(offer, "offer.hand_over", actor, now, words)
    _unbind(offer, actor, now, "offer.hand_over")
    dispatch.offer_again(offer=offer, team=to_team, actor=actor, now=now, because="offer.hand_over")
    return offer


def _say_no(offer: Offer, verb: str, actor: Actor, now: datetime, words: str, reason: str = "") -> None:
    """Whose words they are: the leader's, also when the desk writes them down."""
    speaker = (actor.on_behalf_of or actor).person_id
    advance(
        offer, verb, actor=actor, now=now, reason=reason, answered_at=now, answered_by_id=speaker, words=words
    )


def _check_team(occasion: Occasion, team_id: int) -> None:
    needs = needs_of(occasion)
    problems = team_can(needs, fits(members(team_id, needs.day), needs.day))
    if problems:
        message, hint = _CANNOT[problems[0]]
        raise BadInput(problems[0], message, hint)


def _bind(
    occasion: Occasion,
    team: Team,
    starts_at: datetime | None,
    people: Sequence[Person],
    actor: Actor,
    now: datetime,
    cause: str,
) -> Occasion:
    begins = starts_at or occasion.starts_at or _half_day_start(occasion.date, occasion.half)
    if begins is None:
        raise BadInput(
            "time_missing",
            _("Please say when you come."),
            _("Choose a day and an hour."),
            {"starts_at": _("When?")},
        )
    check_time(occasion, begins, now)
    ends = occasion.ends_at
    if ends is None or begins != occasion.starts_at:
        ends = window_end(begins, occasion.item_version.minutes)
    menu.confirm(
        occasion=occasion, team=team, starts_at=begins, ends_at=ends, actor=actor, now=now, because=cause
    )
    for attendance in occasion.attendances.filter(state="expected").select_related("order"):
        orders.arrange(
            order=attendance.order,
            attendance=attendance,
            occasion=occasion,
            actor=actor,
            now=now,
            because=cause,
        )
    if people:
        ask(occasion=occasion, people=people, actor=actor, now=now, because=cause)
    dispatch.after_yes(occasion=occasion, team=team, now=now)
    return occasion


def check_time(occasion: Occasion, begins: datetime, now: datetime) -> None:
    """The hour must lie ahead and in the half-day that was offered. Raises BadInput."""
    local = begins.astimezone(CHINA)
    if begins < now - timedelta(minutes=5):
        raise BadInput(
            "time_passed",
            _("That hour has passed already."),
            _("Choose a later one."),
            {"starts_at": _("Passed.")},
        )
    if occasion.date and local.date() != occasion.date:
        raise BadInput(
            "other_day",
            _("That is another day than the person asked for."),
            _("Agree on the day with the person first, then use “agree the time”."),
            {"starts_at": _("Another day.")},
        )
    if (
        occasion.half
        and not HALF_DAY_STARTS[occasion.half].replace(hour=0) <= local.time() < _HALF_DAY_ENDS[occasion.half]
    ):
        raise BadInput(
            "other_half_day",
            _("That hour is not in the half-day that was agreed."),
            _("Choose an hour in that half-day."),
            {"starts_at": _("Another half-day.")},
        )


def _half_day_start(day: date | None, half: str) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, HALF_DAY_STARTS[half or "morning"], tzinfo=CHINA)


def _unbind(offer: Offer, actor: Actor, now: datetime, cause: str) -> None:
    """The accepted occasion loses its team: roster told, occasion back to draft, orders waiting again."""
    occasion = offer.occasion
    if local_date(now) > (occasion.date or local_date(now)):
        raise Conflict("was_held", _("That day has passed."), _("Record what happened instead."))
    for line in occasion.roster.filter(state="yes").select_related("occasion"):
        leave(line=line, actor=actor, now=now, because=cause)
    menu.release(
        occasion=occasion,
        reason="handed_over" if cause == "offer.hand_over" else offer_reason(offer),
        actor=actor,
        now=now,
        because=cause,
    )
    for attendance in occasion.attendances.filter(state="expected").select_related("order"):
        if attendance.order.state == "arranged":
            orders.unarrange(
                order=attendance.order, reason="team_returned", actor=actor, now=now, because=cause
            )


def offer_reason(offer: Offer) -> str:
    """The occasion's reason code for an offer handed back: the same word where both lists know it."""
    from laojia.policy.reasons import is_reason

    return offer.reason if is_reason("occasion.release", offer.reason) else "other"
