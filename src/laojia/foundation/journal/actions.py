"""The write path: permission → transition → compare-and-swap → journal → follow-ups, in the caller's transaction.

`advance()` is the only writer of a state. Nothing else in the project updates a `state` column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.models import JournalRow, Moving
from laojia.kernel.db import insert, swap
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.kernel.kept import KeptInsert, together
from laojia.policy.consequences import follows_from
from laojia.policy.facts import Actor, Row, Subject, subject_of
from laojia.policy.permissions import may
from laojia.policy.reasons import is_reason
from laojia.policy.transitions import MACHINES, is_open, target_of
from laojia.policy.verbs import LOOKING

R = TypeVar("R", bound=Moving)


@dataclass(frozen=True, slots=True)
class Event:
    """What follow-ups get: the verb, the row as it stands now, who, when, why, from where to where."""

    verb: str
    row: Any
    actor: Actor
    now: datetime
    reason: str = ""
    came_from: str = ""
    went_to: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


FollowUp = Callable[[Event], None]
_follow_ups: dict[str, tuple[FollowUp, ...]] = {}
_insert = KeptInsert(JournalRow)


def connect(table: Mapping[str, tuple[FollowUp, ...]]) -> None:
    """Set the follow-up table; called once at start-up with the table of wiring.py."""
    _follow_ups.clear()
    _follow_ups.update(table)


def require(actor: Actor, verb: str, subject: Subject) -> None:
    """Raise unless the actor may. What one may not even see is 'not here' (404), the rest 'not yours to do' (403)."""
    if may(actor, verb, subject):
        return
    families = {subject.kind, verb.split(".", maxsplit=1)[0]}
    if any(may(actor, look, subject) for look in LOOKING if look.split(".", maxsplit=1)[0] in families):
        raise NotPermitted(
            "not_permitted",
            _("This is not yours to decide."),
            _("Ask the practice centre by telephone, they can do it or tell you who can."),
        )
    raise OutOfScope(
        "out_of_scope",
        _("We do not find that here."),
        _("Check the number, or ask the practice centre by telephone."),
    )


def advance(
    row: R,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    to: str = "",
    reason: str = "",
    because: str = "",
    facts: Mapping[str, Any] | None = None,
    **changes: Any,
) -> R:
    """Move `row` along `verb`; `changes` are written in the same UPDATE. `because` names the permitted verb it follows from.

    Raises NotPermitted or OutOfScope, BadInput (reason missing or unknown), WrongState, Conflict (somebody was faster).
    The row passed in is brought up to date and returned.
    """
    subject = subject_of(row)
    _allow(actor, verb, subject, because)
    target = target_of(subject.kind, verb, row.state, to)
    if target is None:
        raise _wrong_state(row.state)
    if not because or reason:
        _check_reason(subject.kind, verb, reason)
    if reason and hasattr(row, "reason"):
        changes["reason"] = reason  # rows that keep their last reason get it in the same UPDATE
    model = type(row)
    if not swap(
        model,
        row.pk,
        {"state": row.state, "version": row.version},
        state=target,
        version=row.version + 1,
        **changes,
    ):
        raise Conflict(
            "changed_meanwhile",
            _("Somebody else has just changed this."),
            _("Look at it again and decide anew; nothing of yours was saved."),
        )
    came_from = row.state
    _apply(row, {"state": target, "version": row.version + 1, **changes})
    _write(row, verb, actor, now, reason=reason, came_from=came_from, fields=sorted(changes), cause=because)
    _follow(Event(verb, row, actor, now, reason, came_from, target, facts or {}))
    return row


def start(
    row: R,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    because: str = "",
    facts: Mapping[str, Any] | None = None,
) -> R:
    """Insert a new row of a machine in one of its starting states, permission checked on the facts it will have."""
    subject = subject_of(row)
    _allow(actor, verb, subject, because)
    if row.state not in MACHINES[subject.kind].starts:
        raise ValueError(f"{subject.kind} does not start in {row.state!r}")
    with together():
        insert(row)
        _write(row, verb, actor, now, cause=because)
    _follow(Event(verb, row, actor, now, "", "", row.state, facts or {}))
    return row


def record(
    row: Row,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    fields: Iterable[str] = (),
    reason: str = "",
    because: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Journal a change that moves no state (the caller has saved, or saves in the same transaction)."""
    subject = subject_of(row)
    _allow(actor, verb, subject, because)
    if not is_open(subject.kind, verb, subject.state):
        raise _wrong_state(subject.state)
    if not because or reason:
        _check_reason(subject.kind, verb, reason)
    _write(
        row, verb, actor, now, reason=reason, came_from=subject.state, fields=sorted(fields), cause=because
    )
    _follow(Event(verb, row, actor, now, reason, subject.state, subject.state, facts or {}))


def record_many(
    rows: Iterable[Row],
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    fields: Iterable[str] = (),
    because: str = "",
    facts: Iterable[Mapping[str, Any]] | None = None,
) -> None:
    """`record()` of the same verb and fields for many rows of kinds without a state: one statement for all of them."""
    rows, named = list(rows), sorted(fields)
    for row in rows:
        _allow(actor, verb, subject_of(row), because)
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a verb writes inside one transaction")
    behalf = actor.on_behalf_of.person_id if actor.on_behalf_of else None
    JournalRow.objects.bulk_create(
        [
            JournalRow(
                at=now, verb=verb, kind=row.SCOPE.kind, subject_id=row.pk, actor_id=actor.person_id,
                behalf_id=behalf, channel=actor.channel, fields=named, cause=because,
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
    if verb in _follow_ups:
        for row, known in zip(rows, facts or [{}] * len(rows), strict=True):
            _follow(Event(verb, row, actor, now, facts=known))


_OLDEST_PAPER = timedelta(days=366)


def happened_before(moment: datetime | None, now: datetime) -> datetime | None:
    """What a paper says happened then, typed in now: it lies behind us, and not for ever. Raises BadInput."""
    if moment is None or now - _OLDEST_PAPER <= moment <= now:
        return moment
    sentence = _("That moment is still to come, or more than a year ago.")
    raise BadInput("happened", sentence, _("Look at the paper again."), {"happened": sentence})


def check(row: Row, verb: str, *, actor: Actor) -> None:
    """Permission and state of a verb before work is done for it; raises as `advance` would."""
    subject = subject_of(row)
    require(actor, verb, subject)
    if not is_open(subject.kind, verb, subject.state):
        raise _wrong_state(subject.state)


def _allow(actor: Actor, verb: str, subject: Subject, because: str) -> None:
    if because:
        if not follows_from(because, verb):
            raise ValueError(f"{verb} is not declared to follow from {because}")
        return
    require(actor, verb, subject)


def _check_reason(kind: str, verb: str, reason: str) -> None:
    needed = (kind in MACHINES) and any(m.verb == verb and "reason" in m.needs for m in MACHINES[kind].moves)
    if (needed and not reason) or (reason and not is_reason(verb, reason)):
        raise BadInput(
            "reason", _("Please say why."), _("Choose one of the reasons."), {"reason": _("Please say why.")}
        )


def _wrong_state(state: str) -> WrongState:
    return WrongState(
        "wrong_state",
        _("This has moved on meanwhile, so that is not possible any more."),
        _("Open it again to see what can be done now."),
        {"state": state},
    )


def _apply(row: Moving, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)


def _write(
    row: Row,
    verb: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    came_from: str = "",
    fields: Iterable[str] = (),
    cause: str = "",
) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a verb writes inside one transaction")
    behalf = actor.on_behalf_of
    _insert(
        JournalRow(
            at=now,
            verb=verb,
            kind=row.SCOPE.kind,
            subject_id=row.pk,
            actor_id=actor.person_id,
            behalf_id=behalf.person_id if behalf else None,
            channel=actor.channel,
            from_state=came_from,
            to_state=getattr(row, "state", ""),
            reason=reason,
            fields=list(fields),
            cause=cause,
            practice=bool(getattr(row, "practice", False)),
        )
    )


def _follow(event: Event) -> None:
    for function in _follow_ups.get(event.verb, ()):
        function(event)
