"""Sends due messages: claim, look up who and how, hand to the gateway outside of any transaction, write it down.

At least once, always under the same key; after success never again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from laojia.foundation.outbox.jobs.gateways import Gateway
from laojia.foundation.outbox.models import Message
from laojia.foundation.outbox.rules import (
    EXERCISE,
    LINK_PATHS,
    MOST_ATTEMPTS,
    PRACTICE,
    Outgoing,
    Recipient,
    Resolve,
    Template,
    Undelivered,
    Words,
    back_off,
    is_quiet,
    render,
    templates,
)
from laojia.kernel import env
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.codes import secret_token
from laojia.kernel.db import swap
from laojia.kernel.links import KINDS, PURPOSES, make_link
from laojia.policy import contact
from laojia.shown import said, said_day

LEASE = timedelta(seconds=60)
_log = logging.getLogger("laojia.worker")


@dataclass(frozen=True)
class Carrier:
    """What sending needs from above: who is reached how, the words of a thing, and the way out."""

    resolve: Resolve
    words: Words
    gateway: Gateway


def send_due(carrier: Carrier, now: Callable[[], datetime], batch: int) -> int:
    """Send up to `batch` due messages. Returns how many were claimed."""
    sent = 0
    for pk in _due(now(), batch):
        message = _claim(pk, now())
        if message is not None:
            _handle(message, carrier, now)
            sent += 1
    return sent


def call_instead(now: datetime) -> int:
    """Messages sent hours ago without a receipt go to the call list (where a call is worth it)."""
    wait = timedelta(hours=env.number("LAOJIA_RECEIPT_HOURS", 4, least=1, most=72))
    worth = [template.id for template in templates().values() if template.call]
    silent = Message.objects.filter(state="sent", sent_at__lte=now - wait, template__in=worth).exclude(
        gateway_id=""
    )
    return silent.update(state="to_call", note="no_receipt")


def _due(now: datetime, batch: int) -> list[int]:
    free = Q(state="queued") & (Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    left_lying = Q(state="sending", lease_until__lte=now)
    due = Message.objects.filter(free | left_lying, state__in=("queued", "sending"), due_at__lte=now)
    if is_quiet(now):
        due = due.filter(urgent=True)
    return list(due.order_by("due_at", "id").values_list("pk", flat=True)[:batch])


def _claim(pk: int, now: datetime) -> Message | None:
    message = Message.objects.filter(pk=pk, state__in=("queued", "sending")).first()
    if message is None or (message.lease_until is not None and message.lease_until > now):
        return None
    lease = secret_token()
    expect = {"state": message.state, "lease": message.lease, "attempts": message.attempts}
    attempts = message.attempts + 1
    if not swap(
        Message, pk, expect, state="sending", lease=lease, lease_until=now + LEASE, attempts=attempts
    ):
        return None
    message.lease, message.attempts, message.state = lease, attempts, "sending"
    return message


def _handle(message: Message, carrier: Carrier, now: Callable[[], datetime]) -> None:
    try:
        template = templates()[message.template]
        if message.to_team_id is not None:
            _share(message, carrier.resolve(None, message.to_team_id), template, carrier, now())
        else:
            _send(message, template, _recipient(message, carrier), carrier, now)
    except Exception as error:  # noqa: BLE001  one faulty message must not stop the others; it is tried again
        _log.exception("message %s failed", message.pk)
        _again(message, type(error).__name__, now())


def _recipient(message: Message, carrier: Carrier) -> Recipient | None:
    if message.to_phone:
        return Recipient(None, "", message.to_phone)
    return next(iter(carrier.resolve(message.to_person_id, None)), None)


def _send(
    message: Message,
    template: Template,
    recipient: Recipient | None,
    carrier: Carrier,
    now: Callable[[], datetime],
) -> None:
    if recipient is None:
        _end(message, "failed", note="nobody")
        return
    if recipient.phone and recipient.takes_messages and not _has_room(message, template, now()):
        _till_morning(message, now())
        return
    text, values = _say(message, template, recipient, carrier, now())
    reached: dict[str, Any] = {"area_path": recipient.area_path, "text": None if template.secret else text}
    if not recipient.phone or not recipient.takes_messages:
        _unreached(message, template, reached, "no_phone" if not recipient.phone else "no_consent")
        return
    kind = EXERCISE if values.keys() == {"text"} and values["text"] == text else template.id
    outgoing = Outgoing(message.key, recipient.phone, kind, values, text, recipient.person_id, recipient.name)
    try:
        sent = carrier.gateway.send(outgoing)
    except Undelivered as failed:
        if failed.again and message.attempts < MOST_ATTEMPTS:
            _again(message, failed.code, now())
        else:
            _unreached(message, template, reached, failed.code)
        return
    moment = now()
    if template.secret:  # a code has done its work: it rests nowhere
        reached |= {"variables": {}, "to_phone": None}
    reached |= {"gateway_id": sent.gateway_id, "sent_at": moment}
    reached |= {"receipt_at": moment} if sent.delivered else {}
    if not _end(message, "delivered" if sent.delivered else "sent", **reached):
        # The receipt overtook us, or another worker took over: what was said is still worth keeping.
        Message.objects.filter(pk=message.pk, sent_at__isnull=True, state="delivered").update(**reached)


def _has_room(message: Message, template: Template, now: datetime) -> bool:
    """Does one more automatic message fit into the person's day?"""
    most = env.number("LAOJIA_MESSAGES_A_DAY", contact.MOST_A_DAY, least=1, most=1000)
    if message.to_person_id is None or not template.counts or message.urgent:
        return True
    midnight = datetime.combine(local_date(now), time(0), tzinfo=CHINA)
    said_to = Message.objects.filter(
        to_person_id=message.to_person_id, state__in=("sent", "delivered"), sent_at__gte=midnight
    )
    return contact.may_leave(said_to.count(), counts=template.counts, most=most)


def _till_morning(message: Message, now: datetime) -> None:
    """It leaves when the quiet hours end; nothing is lost, and nobody's evening is full of messages."""
    held = {"state": "sending", "lease": message.lease}
    due = contact.next_morning(now.astimezone(CHINA))
    swap(
        Message, message.pk, held, state="queued", lease="", lease_until=None, due_at=due, note="daily_cap",
        attempts=message.attempts - 1,
    )  # fmt: skip


def _say(
    message: Message, template: Template, recipient: Recipient, carrier: Carrier, now: datetime
) -> tuple[str, dict[str, str]]:
    """Text and values: words looked up now, dates as people say them, the link that opens exactly this."""
    about = (message.about_kind, message.about_id)
    with translation.override(recipient.language):
        words = dict(carrier.words(*about, recipient.language))
        exercise = words.pop(PRACTICE, "")
        words.setdefault("link", _link(template, *about, recipient.person_id))
        words |= {name: _shown(value, now) for name, value in message.variables.items()}
        words["link"] = f"{_address()}/{words['link'].lstrip('/')}"
        text, values = render(template, words, recipient.language)
        if exercise:  # nothing of an exercise reaches anybody without saying so first
            text = _("Exercise: %(text)s") % {"text": text}
            return text, {"text": text}
        return text, values


def _link(template: Template, kind: str, about_id: int, person_id: int | None) -> str:
    """A path; an offer's link names the contact it was sent to."""
    if template.opens not in PURPOSES or kind not in KINDS or about_id < 1:
        return ""
    to = person_id if template.opens == "offer" else None
    return f"{LINK_PATHS[template.opens]}/{make_link(kind, about_id, template.opens, to)}/"


def _address() -> str:
    return env.text("LAOJIA_ADDRESS", "http://127.0.0.1:8000").rstrip("/")


def _shown(value: str | int, now: datetime) -> str:
    """Dates as people say them, all else as it is."""
    text = str(value)
    try:
        if len(text) == len("2026-01-01"):
            return said_day(date.fromisoformat(text), local_date(now))
        moment = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return text
    return said(moment, now) if moment is not None and moment.tzinfo is not None else text


@transaction.atomic
def _share(
    message: Message, people: Sequence[Recipient], template: Template, carrier: Carrier, now: datetime
) -> None:
    """A team's message becomes one to each contact; none of them reachable: one call to the team."""
    if not any(contact.person_id for contact in people):
        text = _say(message, template, people[0], carrier, now)[0] if people else None
        area_path = people[0].area_path if people else ""
        _unreached(message, template, {"area_path": area_path, "text": text}, "no_contact")
        return
    if not _end(message, "sent", sent_at=now):
        return
    Message.objects.bulk_create(
        [
            Message(
                key=f"{message.key}/{contact.person_id}"[:160],
                template=message.template,
                variables=message.variables,
                to_person_id=contact.person_id,
                about_kind=message.about_kind,
                about_id=message.about_id,
                urgent=message.urgent,
                due_at=message.due_at,
                created_at=now,
            )
            for contact in people
            if contact.person_id
        ],
        ignore_conflicts=True,
    )


def _unreached(message: Message, template: Template, reached: Mapping[str, Any], note: str) -> None:
    _end(message, "to_call" if template.call else "failed", note=note, **reached)


def _again(message: Message, note: str, now: datetime) -> None:
    held = {"state": "sending", "lease": message.lease}
    wait = now + back_off(message.attempts)
    swap(Message, message.pk, held, state="queued", lease="", lease_until=wait, note=note[:40])


def _end(message: Message, state: str, /, note: str = "", **changes: Any) -> bool:
    held = {"state": "sending", "lease": message.lease}
    return swap(Message, message.pk, held, state=state, lease="", lease_until=None, note=note[:40], **changes)
