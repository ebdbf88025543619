"""At the door: who came, in two voices; nobody at home; what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import advance, check, record
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.kernel import links
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.deadlines import by_when
from laojia.policy.facts import Actor
from laojia.policy.reasons import is_reason
from laojia.steps.order import actions as orders
from laojia.steps.order.models import OUTCOMES, Attendance
from laojia.steps.serve.rules import NOT_HOME_ENDINGS, NOT_HOME_STEPS, settled_word

WORDS = ("came", "not_home", "refused", "team_absent")


@transaction.atomic
def mark(
    *,
    attendance: Attendance,
    word: str,
    actor: Actor,
    now: datetime,
    outcome: str = "",
    outcome_reason: str = "",
    note: str = "",
    because: str = "",
) -> Attendance:
    """The team's word. `came` needs an outcome (done, partly, cannot + reason); `not_home` starts the two hours."""
    _check_word(word, outcome, outcome_reason)
    if attendance.resident_said:
        _held, disputed = settled_word(word, attendance.resident_said)
    else:
        disputed = False
    changes: dict[str, Any] = {"team_said": word, "disputed": disputed, "outcome_note": note}
    if word == "came":
        changes |= {"outcome": outcome, "outcome_reason": outcome_reason}
    if word == "not_home":
        changes |= {"not_home_since": now, "not_home_step": ""}
    advance(attendance, "attendance.mark", actor=actor, now=now, to=word, because=because, **changes)
    cause = because or "attendance.mark"
    if word == "not_home":
        _start_not_home(attendance, now)
    elif not disputed:
        _carry(attendance, actor, now, cause)
    return attendance


@transaction.atomic
def say(*, attendance: Attendance, word: str, actor: Actor, now: datetime, because: str = "") -> Attendance:
    """The resident's word, kept beside the team's. If they differ the centre or station settles it."""
    if word not in WORDS:
        raise BadInput("word", _("Please say whether they came."), _("Choose one of the answers."))
    held, disputed = settled_word(attendance.team_said, word)
    Attendance.objects.filter(pk=attendance.pk).update(resident_said=word, disputed=disputed)
    attendance.resident_said, attendance.disputed = word, disputed
    record(attendance, "attendance.say", actor=actor, now=now, fields=("resident_said",), because=because)
    if attendance.state == "expected" and held == "team_absent":
        advance(
            attendance,
            "attendance.mark",
            actor=actor,
            now=now,
            to="team_absent",
            because=because or "attendance.say",
        )
        _carry(attendance, actor, now, because or "attendance.say")
    return attendance


@transaction.atomic
def settle(
    *,
    attendance: Attendance,
    word: str,
    actor: Actor,
    now: datetime,
    outcome: str = "",
    outcome_reason: str = "",
    note: str = "",
) -> Attendance:
    """核实: two voices differed and somebody has asked both; both voices stay on the row."""
    if not attendance.disputed and attendance.state != "not_home":
        raise Conflict("nothing_to_settle", _("There is nothing to settle here."), _("Both say the same."))
    _check_word(word, outcome, outcome_reason)
    changes: dict[str, Any] = {"disputed": False, "outcome_note": note or attendance.outcome_note}
    if word == "came":
        changes |= {"outcome": outcome, "outcome_reason": outcome_reason}
    advance(attendance, "attendance.settle", actor=actor, now=now, to=word, **changes)
    _carry(attendance, actor, now, "attendance.settle")
    return attendance


@transaction.atomic
def not_home_next(
    *, attendance: Attendance, step: str, actor: Actor, now: datetime, note: str = ""
) -> Attendance:
    """One step of the not-home path, or its ending: found well, another date, found unwell.

    phone → emergency contact → grid worker → 110/120. Steps go forward only; an ending stops the two-hour clock.
    """
    check(attendance, "not_home.step", actor=actor)
    if attendance.not_home_since is None:
        raise Conflict("path_ended", _("That has been cleared up already."), _("Look at the order again."))
    if step in NOT_HOME_ENDINGS:
        return _end_not_home(attendance, step, actor, now, note)
    if step not in NOT_HOME_STEPS:
        raise BadInput("step", _("Please choose what was done."), _("Choose one of the steps."))
    if attendance.not_home_step in NOT_HOME_STEPS and NOT_HOME_STEPS.index(step) <= NOT_HOME_STEPS.index(
        attendance.not_home_step
    ):
        raise Conflict("step_done", _("That step is noted already."), _("Go on with the next one."))
    _save_step(attendance, step, note)
    record(attendance, "not_home.step", actor=actor, now=now, fields=("not_home_step",))
    return attendance


def _end_not_home(attendance: Attendance, ending: str, actor: Actor, now: datetime, note: str) -> Attendance:
    Attendance.objects.filter(pk=attendance.pk).update(not_home_since=None)
    attendance.not_home_since = None
    _save_step(attendance, ending, note)
    record(attendance, "not_home.step", actor=actor, now=now, fields=("not_home_step",))
    cancel_clocks(("attendance", attendance.pk), {"not_home.resolve"})
    _carry(attendance, actor, now, "not_home.step")
    return attendance


def _save_step(attendance: Attendance, step: str, note: str) -> None:
    attendance.not_home_step, attendance.not_home_note = step, note or attendance.not_home_note
    Attendance.objects.filter(pk=attendance.pk).update(
        not_home_step=attendance.not_home_step, not_home_note=attendance.not_home_note
    )


def _start_not_home(attendance: Attendance, now: datetime) -> None:
    due = by_when("not_home.resolve", now, calendar())
    set_clock(
        "not_home.resolve", about=("attendance", attendance.pk), due=due, now=now, round=attendance.version
    )
    order = attendance.order
    if order.person_id is not None:
        post(
            "order.not_home",
            to_person_id=order.asker_id or order.person_id,
            about=("order", order.pk),
            key=f"order.not_home:{attendance.pk}:{attendance.version}",
            now=now,
            variables={"number": order.number, "link": f"l/{links.make_link('order', order.pk, 'order')}/"},
        )


def _carry(attendance: Attendance, actor: Actor, now: datetime, cause: str) -> None:
    """What the settled state means for the order; a standing order goes on until the help itself ends."""
    order = attendance.order
    if order.standing_id is not None or order.state != "arranged":
        return
    if attendance.state == "came":
        orders.serve(
            order=order,
            outcome=attendance.outcome or "done",
            outcome_reason=attendance.outcome_reason,
            actor=actor,
            now=now,
            because=cause,
        )
    elif attendance.state == "refused":
        orders.serve(
            order=order,
            outcome="cannot",
            outcome_reason="person_changed_mind",
            actor=actor,
            now=now,
            because=cause,
        )
    elif attendance.occasion.kind in ("visit", "appointment"):
        # Nobody served: the person waits again under the same number.
        reason = "not_home" if attendance.state == "not_home" else "team_absent"
        orders.unarrange(order=order, reason=reason, actor=actor, now=now, because=cause)
    else:
        # A seat not used is not owed again: it ends with the occasion, told honestly.
        orders.serve(
            order=order, outcome="cannot", outcome_reason="other", actor=actor, now=now, because=cause
        )


def _check_word(word: str, outcome: str, outcome_reason: str) -> None:
    if word not in WORDS:
        raise BadInput("word", _("Please say whether they came."), _("Choose one of the answers."))
    if word != "came":
        return
    if outcome not in OUTCOMES:
        raise BadInput(
            "outcome", _("Please say how it ended."), _("Done, partly done, or could not be done.")
        )
    needs_why = outcome in ("partly", "cannot")
    if needs_why and not (outcome_reason and is_reason("attendance.outcome", outcome_reason)):
        raise BadInput(
            "outcome_reason", _("Please say why it could not be done fully."), _("Choose one of the reasons.")
        )
