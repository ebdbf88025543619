"""Reads of messages and clocks."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet

from laojia.foundation.journal.queries import scoped
from laojia.foundation.outbox.models import Clock, Heartbeat, InboxEntry, Message
from laojia.foundation.outbox.rules import is_quiet
from laojia.kernel.clock import CHINA, local_date
from laojia.policy.facts import Actor


def call_list(actor: Actor) -> QuerySet[Message]:
    """Messages of the actor's area that somebody has to say by telephone, the longest waiting first."""
    return scoped(Message.objects.filter(state="to_call"), actor, "message.call_list").order_by(
        "due_at", "id"
    )


def calls_due(actor: Actor, now: datetime) -> QuerySet[Message]:
    """The part of the call list that may be called now: urgent first; in the quiet hours nothing but the urgent."""
    due = call_list(actor).filter(Q(call_after=None) | Q(call_after__lte=now))
    if is_quiet(now):
        due = due.filter(urgent=True)
    return due.order_by("-urgent", "due_at", "id")


@dataclass(frozen=True)
class Reached:
    """Of what left or had to be said since midnight: a message counts as delivered by its receipt or by the tick."""

    on_the_way: int
    by_receipt: int
    by_call: int
    to_call: int
    later: int
    not_reached: int


def reached_today(actor: Actor, now: datetime) -> Reached:
    """Figures of the actor's area, one statement."""
    midnight = datetime.combine(local_date(now), time(0), tzinfo=CHINA)
    rows = scoped(Message.objects.all(), actor, "message.call_list").filter(
        Q(sent_at__gte=midnight)
        | Q(state="to_call")
        | Q(state="queued", note="daily_cap")
        | Q(state="failed", due_at__gte=midnight)
    )
    states = dict(rows.order_by().values_list("state").annotate(count=Count("id")))
    return Reached(
        on_the_way=states.get("sent", 0),
        by_receipt=states.get("delivered", 0),
        by_call=states.get("called", 0),
        to_call=states.get("to_call", 0),
        later=states.get("queued", 0),
        not_reached=states.get("failed", 0),
    )


def own_messages(actor: Actor) -> QuerySet[Message]:
    """What was said to the person, newest first."""
    if actor.person_id is None:
        return Message.objects.none()
    told = Message.objects.filter(to_person_id=actor.person_id, text__isnull=False)
    return told.order_by("-id")


def demonstration_inbox() -> QuerySet[InboxEntry]:
    """Everything the demonstration would have sent, newest first; empty in any other installation."""
    return InboxEntry.objects.order_by("-id")


def last_heartbeat() -> datetime | None:
    """When a worker last went round."""
    return Heartbeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def backlog(now: datetime) -> dict[str, Any]:
    """What is due and not done: for the check of the installation."""
    return {
        "clocks": Clock.objects.filter(state="pending", due_at__lte=now).count(),
        "messages": Message.objects.filter(state__in=("queued", "sending"), due_at__lte=now).count(),
        "stuck": Clock.objects.filter(state="pending", attempts__gt=0).count(),
    }
