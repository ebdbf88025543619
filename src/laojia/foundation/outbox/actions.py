"""Puts messages and clocks in the queue, moves and cancels them; writes what became of a message.

`post` and the clock functions are called by the steps inside their own transaction: what was decided and what
follows from it stand or fall together.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar import queries as calendar_queries
from laojia.foundation.calendar.rules import Due
from laojia.foundation.journal.actions import Event, record
from laojia.foundation.journal.queries import scoped
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.outbox.rules import Variables, check_variables, templates
from laojia.kernel.clock import local, local_date
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict, OutOfScope
from laojia.kernel.kept import Given, KeptInsert, KeptUpdate
from laojia.policy import contact, deadlines
from laojia.policy.facts import Actor

About = tuple[str, int]
_LEAST_LEFT = timedelta(hours=1)  # nothing falls due in the night a rest ends
_NO_VARIABLES: Variables = MappingProxyType({})

_queue = KeptInsert(Message, ignore=True)
_set = KeptInsert(
    Clock,
    unique=("kind", "about_kind", "about_id", "round"),
    update=(
        "due_at",
        "provisional",
        "since",
        "span",
        "state",
        "set_at",
        "lease",
        "lease_until",
        "attempts",
        "note",
    ),
)


def post(
    template: str,
    *,
    to_person_id: int | None = None,
    to_team_id: int | None = None,
    to_phone: str | None = None,
    about: About,
    key: str,
    now: datetime,
    variables: Variables = _NO_VARIABLES,
    due: datetime | None = None,
    urgent: bool | None = None,
) -> None:
    """Queue one message; a second call with the same `key` does nothing.

    `to_phone` is for codes to a number nobody has claimed yet. Raises ValueError on an unknown template, a
    variable that is missing or could be a name or a phone, or not exactly one addressee.
    """
    entry = templates().get(template)
    if entry is None:
        raise ValueError(f"no message template {template!r}")
    check_variables(entry, variables)
    if sum(addressee is not None for addressee in (to_person_id, to_team_id, to_phone)) != 1:
        raise ValueError("a message has one addressee")
    message = Message(
        key=key,
        template=template,
        variables=dict(variables),
        to_person_id=to_person_id,
        to_team_id=to_team_id,
        to_phone=to_phone,
        about_kind=about[0],
        about_id=about[1],
        urgent=entry.urgent if urgent is None else urgent,
        due_at=due or now,
        created_at=now,
    )
    _queue(message)


def withdraw_messages(about: About, *, templates: Collection[str] | None = None) -> int:
    """Take back what has not left yet (a reminder of something called off). Returns how many."""
    waiting = Message.objects.filter(about_kind=about[0], about_id=about[1], state="queued")
    if templates is not None:
        waiting = waiting.filter(template__in=templates)
    return waiting.update(state="failed", note="withdrawn", lease="", lease_until=None)


def set_clock(
    kind: str,
    *,
    about: About,
    due: datetime | deadlines.Due,
    now: datetime,
    provisional: bool = False,
    round: int = 0,  # noqa: A002  the word of the column and of every caller
) -> None:
    """Set the clock, whatever it showed before: one row per kind, thing and round.

    A `Due` of the working calendar brings along how it was reckoned.
    """
    at, uncertain, since, span = _reckoned(due, provisional)
    row = Clock(
        kind=kind,
        about_kind=about[0],
        about_id=about[1],
        round=round,
        due_at=at,
        provisional=uncertain,
        since=since,
        span=span,
        set_at=now,
    )
    _set(row)


def cancel_clocks(about: About, kinds: Collection[str] | None = None) -> int:
    """Stop the pending clocks of a thing, all or those of the kinds. Returns how many."""
    stop = _stop(None if kinds is None else tuple(sorted(kinds)))
    return stop({"kind": about[0], "id": about[1]}, {"state": "cancelled", "lease": "", "lease_until": None})


@cache
def _stop(kinds: tuple[str, ...] | None) -> KeptUpdate:
    about = Given("kind", CharField()), Given("id", BigIntegerField())
    return KeptUpdate(lambda: _pending(about, kinds), ("state", "lease", "lease_until"))


def _pending(about: tuple[Any, Any], kinds: Collection[str] | None) -> QuerySet[Clock]:
    rows = Clock.objects.filter(about_kind=about[0], about_id=about[1], state="pending")
    return rows if kinds is None else rows.filter(kind__in=kinds)


def _reckoned(
    due: datetime | deadlines.Due, provisional: bool
) -> tuple[datetime, bool, datetime | None, str]:
    """Moment, provisional, and how it was reckoned — only where reckoning again gives the same moment."""
    if isinstance(due, datetime):
        return due, provisional, None, ""
    if isinstance(due, Due) and due.since is not None and due.span:
        again = calendar_queries.calendar().reckon(due.since, due.span)
        if again.at == due.at:
            return due.at, due.provisional, due.since, due.span
    return due.at, due.provisional or provisional, None, ""


def rest_clocks(
    kinds: Collection[str], about_kind: str, ids: Collection[int], *, begins: datetime, ends: datetime
) -> dict[int, tuple[datetime, datetime]]:
    """Let pending clocks stand still from `begins` to `ends`: the working time left then is left afterwards.

    Returns what moved: id of the thing → (old moment, new moment) of its last clock; mirrored columns follow.
    """
    calendar = calendar_queries.calendar()
    moved: dict[int, tuple[datetime, datetime]] = {}
    rows = Clock.objects.filter(
        state="pending", kind__in=kinds, about_kind=about_kind, about_id__in=ids, due_at__gt=begins
    )
    for clock in rows.order_by("due_at", "id"):
        left = max(calendar.working_time_between(begins, clock.due_at), _LEAST_LEFT)
        due = calendar.add_working_hours(ends, left)
        doubt = clock.provisional or due.provisional
        if _reckon(clock, due.at, doubt, since=None, span=""):
            moved[clock.about_id] = (clock.due_at, due.at)
    return moved


# Columns of higher steps that show what a clock says: kind of clock → (table, due column, provisional column).
Mirror = tuple[type[Model], str, str]
_mirrors: dict[str, Mirror] = {}


def connect_mirrors(table: Mapping[str, Mirror]) -> None:
    """Set which columns follow which clock when it is reckoned anew; called once at start-up by wiring.py."""
    _mirrors.clear()
    _mirrors.update(table)


def year_entered(_event: Event) -> None:
    """The follow-up of `calendar.enter_year`."""
    reckon_again()


@transaction.atomic
def reckon_again() -> int:
    """Reckon provisional clocks anew, and the columns that show them. Returns how many clocks changed."""
    calendar = calendar_queries.calendar()
    changed = 0
    for clock in Clock.objects.filter(state="pending", provisional=True).iterator():
        if clock.since is not None:
            due = calendar.reckon(clock.since, clock.span)
            at, provisional = due.at, due.provisional
        else:  # capped by an outer clock: the moment stays, only the doubt goes
            at, provisional = clock.due_at, not calendar.is_known(local_date(clock.due_at))
        if (at, provisional) != (clock.due_at, clock.provisional):
            changed += _reckon(clock, at, provisional)
    return changed


def _reckon(clock: Clock, at: datetime, provisional: bool, **more: object) -> bool:
    expect = {"state": "pending", "due_at": clock.due_at}
    moved = swap(
        Clock, clock.pk, expect, due_at=at, provisional=provisional, lease="", lease_until=None, **more
    )
    if moved and clock.kind in _mirrors:
        model, due, doubt = _mirrors[clock.kind]
        swap(model, clock.about_id, {due: clock.due_at}, **{due: at, doubt: provisional})
    return moved


@transaction.atomic
def called(*, message_id: int, actor: Actor, now: datetime, reached: bool = True) -> None:
    """Somebody told the person by telephone; not reached: counted, and it comes back to the list later.

    Raises OutOfScope, NotPermitted, Conflict when a colleague was faster.
    """
    message = scoped(Message.objects.all(), actor, "message.called").filter(pk=message_id).first()
    if message is None:
        raise OutOfScope(
            "message_not_here",
            _("This call is not on your list."),
            _("Open the call list again to see what is left."),
        )
    again = contact.call_again(message.calls + 1, local(now))
    changes = (
        {"state": "called", "sent_at": now} if reached else {"calls": message.calls + 1, "call_after": again}
    )
    if not swap(Message, message.pk, {"state": "to_call", "calls": message.calls}, **changes):
        raise Conflict(
            "called_already",
            _("A colleague has made this call already."),
            _("Open the call list again to see what is left."),
        )
    record(message, "message.called", actor=actor, now=now, fields=("state",) if reached else ("calls",))


@transaction.atomic
def call_made(*, message_ids: Collection[int], actor: Actor, now: datetime, reached: bool) -> None:
    """One call for everything one person had to be told. All of it is ticked, or nothing."""
    if not message_ids:
        raise BadInput("calls", _("Which call was it?"), _("Open the call list again to see what is left."))
    for message_id in sorted(message_ids):
        called(message_id=message_id, actor=actor, now=now, reached=reached)


def number_was_wrong(event: Event) -> None:
    """The follow-up of `person.wrong_number`: no more calls to that number; contact or grid worker are asked."""
    waiting = Message.objects.filter(to_person_id=event.row.pk, state="to_call")
    waiting.update(note="wrong_number", call_after=None)


def take_receipt(*, key: str, delivered: bool, now: datetime) -> bool:
    """What the gateway says became of a message. Repeated, late and unknown receipts change nothing twice."""
    rows = Message.objects.filter(key=key)
    if delivered:
        return bool(
            rows.filter(state__in=("sending", "sent", "to_call")).update(
                state="delivered", receipt_at=now, lease="", lease_until=None
            )
        )
    message = rows.filter(state__in=("sending", "sent")).first()
    if message is None:
        return False
    state = "to_call" if templates()[message.template].call else "failed"
    expect = {"state__in": ("sending", "sent")}
    return swap(
        Message,
        message.pk,
        expect,
        state=state,
        receipt_at=now,
        note="not_delivered",
        lease="",
        lease_until=None,
    )


def forget_person(*, person_id: int) -> None:
    """Blank what was said to a person who asks to be forgotten; the keys and states stay for the accounts."""
    Message.objects.filter(to_person_id=person_id).update(text=None, to_phone=None)
    Message.objects.filter(to_person_id=person_id, state__in=("queued", "to_call")).update(
        state="failed", note="forgotten", lease="", lease_until=None
    )
