"""A review: solved or not, 1–5, words. By link, by telephone or by a proxy; never written down by the serving team."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import check, record
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import BadInput, Conflict, NotPermitted
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.dispatch.models import Offer
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review.models import FollowUp, Review
from laojia.steps.review.rules import counts, opens_again, recorder_allowed
from laojia.steps.serve import actions as serving

SOLVED = ("yes", "partly", "no")
RESULTS = ("answered", "no_answer", "later")
_REOPEN_REASON = {"no": "not_solved", "partly": "partly_solved"}


@transaction.atomic
def give(
    *,
    attendance: Attendance,
    solved: str,
    actor: Actor,
    now: datetime,
    satisfaction: int | None = None,
    words: str = "",
    share_words: bool = False,
    wants_again: bool = False,
    another_team: bool = False,
    they_came: bool = True,
) -> Review:
    """说说怎么样. A first review only; the order closes as solved, or waits again under the same number.

    Raises BadInput, NotPermitted (written down by the serving team), Conflict (reviewed already).
    """
    _check_words(solved, satisfaction)
    order = attendance.order
    _check_recorder(actor, attendance.team_id)
    if attendance.state == "expected" and not they_came:
        serving.say(attendance=attendance, word="team_absent", actor=actor, now=now)
    check(attendance, "review.give", actor=actor)
    review = Review(
        order=order,
        attendance=attendance,
        person_id=attendance.person_id,
        asker_id=attendance.asker_id,
        team_id=attendance.team_id,
        shared_team_id=attendance.team_id if share_words else None,
        area_path=attendance.area_path,
        protected=attendance.protected,
        sealed=attendance.sealed,
        solved=solved,
        satisfaction=satisfaction,
        words=words,
        share_words=share_words,
        given_by_id=actor.on_behalf_of.person_id if actor.on_behalf_of else actor.person_id,
        recorder_id=actor.person_id if actor.on_behalf_of else None,
        recorder_dispatched=_dispatched(actor, attendance),
        channel=actor.channel,
        counts=counts(now, order.review_until),
        at=now,
    )
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            "reviewed",
            _("You have told us about this visit already, thank you."),
            _("To add something, call the centre."),
        ) from None
    record(review, "review.give", actor=actor, now=now, fields=("solved", "satisfaction"))
    _carry(order, review, wants_again, another_team, actor, now)
    return review


def _carry(
    order: Order, review: Review, wants_again: bool, another_team: bool, actor: Actor, now: datetime
) -> None:
    """What the review means for the order; standing help goes on, a late review changes nothing any more."""
    if not review.counts or order.standing_id is not None or order.state not in ("served", "closed"):
        return
    if opens_again(review.solved, wants_again):
        wanted = (
            None if another_team or review.team_id is None else Team.objects.filter(pk=review.team_id).first()
        )
        orders.reopen(
            order=order,
            reason=_REOPEN_REASON[review.solved],
            team=wanted,
            actor=actor,
            now=now,
            because="review.give",
        )
    elif order.state == "served":
        orders.close(order=order, kind="solved", actor=actor, now=now, because="review.give")


@transaction.atomic
def close_unreviewed(*, order: Order, now: datetime) -> None:
    """Clock review.window: no answer is recorded as "not reviewed", never as satisfied."""
    if order.state == "served":
        orders.close(order=order, kind="not_reviewed", actor=CLOCK, now=now)


@transaction.atomic
def follow_up(*, order: Order, result: str, actor: Actor, now: datetime) -> FollowUp:
    """回访: that somebody called and whether anybody answered."""
    if result not in RESULTS:
        raise BadInput("result", _("Please say how the call went."), _("Choose one of the answers."))
    row = FollowUp(
        order=order,
        area_path=order.area_path,
        protected=order.protected,
        by_id=actor.person_id,
        result=result,
        at=now,
    )
    row.save(force_insert=True)
    record(row, "follow_up.record", actor=actor, now=now, fields=("result",))
    if result == "answered":
        orders.heard_after_missed(order=order, now=now)
    return row


def _check_words(solved: str, satisfaction: int | None) -> None:
    if solved not in SOLVED:
        raise BadInput(
            "solved",
            _("Is it solved?"),
            _("Choose yes, partly or no."),
            {"solved": _("Choose yes, partly or no.")},
        )
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        raise BadInput(
            "satisfaction", _("One to five, please."), "", {"satisfaction": _("A number from 1 to 5.")}
        )


def _check_recorder(actor: Actor, team_id: int | None) -> None:
    if not recorder_allowed(actor.team_ids, team_id):
        raise NotPermitted(
            "own_team",
            _("The team that went cannot write the review down."),
            _("The person can do it by the link or by calling the practice centre."),
        )


def _dispatched(actor: Actor, attendance: Attendance) -> bool:
    """Was it written down by the very dispatcher who sent the team? Then it is marked as such."""
    if actor.on_behalf_of is None or actor.person_id is None:
        return False
    return Offer.objects.filter(occasion_id=attendance.occasion_id, made_by_id=actor.person_id).exists()
