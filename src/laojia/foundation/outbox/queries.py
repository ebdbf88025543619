"""Reads of messages and clocks."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from laojia.foundation.journal.queries import scoped
from laojia.foundation.outbox.models import Clock, Heartbeat, InboxEntry, Message
from laojia.policy.facts import Actor


def call_list(actor: Actor) -> QuerySet[Message]:
    """Messages of the actor's area that somebody has to say by telephone, the longest waiting first."""
    return scoped(Message.objects.filter(state="to_call"), actor, "message.call_list").order_by(
        "due_at", "id"
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


def clocks_about(kind: str, about_id: int) -> list[Clock]:
    """Pending clocks of a thing, the next one first. The caller has checked that the actor may see the thing."""
    return list(
        Clock.objects.filter(about_kind=kind, about_id=about_id, state="pending").order_by("due_at", "id")
    )


def messages_about(kind: str, about_id: int) -> QuerySet[Message]:
    """Messages of a thing, oldest first. The caller has checked that the actor may see the thing."""
    return Message.objects.filter(about_kind=kind, about_id=about_id).order_by("id")


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
