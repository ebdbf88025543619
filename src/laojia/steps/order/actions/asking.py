"""The asker's verbs after ordering: remind, change, answer, cancel, reopen; and showing what is masked, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import advance, check, record
from laojia.foundation.journal.queries import rows_about
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock, withdraw_messages
from laojia.foundation.people.actions import limit_reveals
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local
from laojia.kernel.codes import clean_phone
from laojia.kernel.crypto import keyed_hash
from laojia.kernel.errors import BadInput, WrongState
from laojia.policy.deadlines import by_when, within
from laojia.policy.facts import Actor
from laojia.policy.roles import DESK_ROLES
from laojia.steps.order.actions.checking import WITH_TIMES, check_times
from laojia.steps.order.actions.deciding import withdraw_visits
from laojia.steps.order.actions.holding import (
    change_facts,
    held_by_nobody,
    hold,
    looking_again,
    not_while_regular,
    promise,
    tell,
    voice,
)
from laojia.steps.order.models import Order
from laojia.steps.order.rules import same_half_day

_LONGEST = 500


@transaction.atomic
def nudge(*, order: Order, actor: Actor, now: datetime) -> bool:
    """催一下: counted once per half-day; a second one in the same half-day changes nothing and gives False."""
    check(order, "order.nudge", actor=actor)
    last = (
        rows_about("order", order.pk)
        .filter(verb="order.nudge")
        .order_by("-id")
        .values_list("at", flat=True)
        .first()
    )
    if last is not None and same_half_day(local(last), local(now)):
        return False
    change_facts(order, "order.nudge", actor=actor, now=now, nudges=order.nudges + 1)
    if order.team_id is not None and order.state == "arranged":
        post(
            "nudge.team",
            to_team_id=order.team_id,
            about=("order", order.pk),
            key=f"nudge.team:{order.pk}:{order.nudges}",
            now=now,
            variables={"number": order.number, "link": "team/"},
        )
    return True


@transaction.atomic
def change(
    *,
    order: Order,
    actor: Actor,
    now: datetime,
    times: Sequence[Mapping[str, str]] | None = None,
    area: Area | None = None,
    place: str | None = None,
    words: str | None = None,
    head_count: int | None = None,
    contact_phone: str | None = None,
    alone: bool | None = None,
) -> Order:
    """Another time, place or phone while nobody is on the way; what is not named stays. Clocks do not begin anew."""
    changes: dict[str, Any] = {}
    if times is not None and order.item_version is not None and order.item_version.mode in WITH_TIMES:
        changes["times"] = check_times(order.item_version, times, now)
    if area is not None and area.pk != order.area_id:
        changes |= {"area": area, "area_path": area.path, "lon": None, "lat": None, "position_system": ""}
    if contact_phone:
        phone = clean_phone(contact_phone, landline=True)
        changes |= {
            "contact_phone": phone, "contact_hash": keyed_hash(phone), "contact_end_hash": keyed_hash(phone[-4:]),
        }  # fmt: skip
    if words is not None:
        changes["words"] = _words(words)
    plain = {"place": place, "head_count": head_count, "alone": alone}
    changes |= {name: value for name, value in plain.items() if value is not None}
    changes = {name: value for name, value in changes.items() if getattr(order, name) != value}
    if order.state == "waitlisted":
        changes.pop("head_count", None)
    if order.item_version is None and changes.get("words") == "":
        changes.pop("words")
    if not changes:
        check(order, "order.change", actor=actor)
        return order
    return change_facts(order, "order.change", actor=actor, now=now, **changes)


@transaction.atomic
def answer(*, order: Order, words: str, actor: Actor, now: datetime) -> Order:
    """What was missing; the centre goes on, with a new outer clock."""
    words = _words(words)
    if not words:
        said = _("Please write your answer, a few words are enough.")
        raise BadInput("answer", said, "", {"words": said})
    cancel_clocks(("order", order.pk), ("order.answer",))
    fields, outer = promise(order, now)
    inner = within(by_when("order.triage", now, calendar(), urgent=order.urgent), outer.at)
    set_clock("order.triage", about=("order", order.pk), due=inner, now=now, round=order.version)
    held = hold(order, holder="centre", why="answered", until=inner.at, now=now)
    told = f"{order.words}\n{words}".strip()[: _LONGEST * 2]
    return advance(order, "order.answer", actor=actor, now=now, words=told, **fields, **held)


def _words(words: str) -> str:
    words = words.strip()
    if len(words) > _LONGEST:
        said = _("That is a little long; 500 signs at most, please. The rest can be told on the telephone.")
        raise BadInput("words_long", said, "", {"words": said})
    return words


@transaction.atomic
def cancel(*, order: Order, reason: str, actor: Actor, now: datetime, because: str = "") -> Order:
    """不用了: at once; a seat goes to who waits for it, a team on its way is told."""
    if not because:
        not_while_regular(order)
    team_id, was_arranged = order.team_id, order.state == "arranged"
    fields = held_by_nobody(order, "cancelled", now)
    advance(
        order, "order.cancel", actor=actor, now=now, reason=reason, because=because,
        cancelled_by=_by_whom(order, actor), closed_at=now, team_id=None, **fields,
    )  # fmt: skip
    Order.objects.filter(pk=order.pk).update(reason=reason)
    order.reason = reason
    emptied = withdraw_visits(order, actor=actor, now=now, because=because or "order.cancel")
    if was_arranged and team_id is not None and emptied:
        post(
            "offer.withdrawn",
            to_team_id=team_id,
            about=("order", order.pk),
            key=f"order.cancelled.team:{order.pk}:{order.version}",
            now=now,
            variables={"link": "team/"},
        )
    if not because:
        tell(order, "order.cancelled", now=now)
    return order


@transaction.atomic
def take_back(*, order: Order, actor: Actor, now: datetime, seconds: int) -> Order:
    """说错了: so many seconds after it was typed it is cancelled, and what has not left yet is never said."""
    if now - order.placed_at > timedelta(seconds=seconds):
        raise WrongState(
            "too_late_to_undo",
            _("That was more than a moment ago."),
            _("Choose “not needed any more” instead; the person hears of it."),
        )
    about = ("order", order.pk)
    unsaid = withdraw_messages(about)
    cancel(order=order, reason="wrong_order", actor=actor, now=now)
    if unsaid:  # nobody has heard of the order, so nobody hears that it is gone
        withdraw_messages(about, templates=("order.cancelled",))
    return order


def _by_whom(order: Order, actor: Actor) -> str:
    who = voice(actor).person_id
    if who is not None and who in (order.asker_id, order.person_id):
        return "resident"
    return "keeper" if order.sealed else "desk" if actor.has(*DESK_ROLES) else "clock"


@transaction.atomic
def reopen(
    *,
    order: Order,
    reason: str,
    actor: Actor,
    now: datetime,
    team: Team | None = None,
    because: str = "",
) -> Order:
    """没解决: waiting again under the same number, one round more; `team`: the one the person wishes for (none: another)."""
    if order.review_until is None or now > order.review_until:
        raise WrongState(
            "window_over",
            _("That is too long ago to open it again."),
            _("Ask for it anew; say that it happened again, then we look at the earlier one too."),
        )
    order.round += 1
    again = looking_again(order, "reopened", now)
    advance(
        order, "order.reopen", actor=actor, now=now, reason=reason, because=because,
        round=order.round, wants_team=team, team_id=None, outcome="", outcome_reason="", close_kind="",
        served_at=None, closed_at=None, review_until=None, arranged_at=None, waiting_since=now, **again,
    )  # fmt: skip
    cancel_clocks(("order", order.pk), ("review.window",))
    tell(order, "order.reopened", now=now, by=order.promise_due_at.isoformat())
    return order


@dataclass(frozen=True, slots=True)
class Revealed:
    """What colleagues see masked, in full, once a reason was given."""

    name: str
    asker: str
    phone: str
    contact_name: str
    contact_phone: str
    place: str
    lon: float | None
    lat: float | None


@transaction.atomic
def reveal(*, order: Order, reason: str, actor: Actor, now: datetime) -> Revealed:
    """Name, phone and door in full, for a reason that is journalled, so many times an hour. Raises TooMany."""
    check(order, "order.reveal", actor=actor)
    limit_reveals(actor.person_id, now)
    record(order, "order.reveal", actor=actor, now=now, reason=_given(reason))
    person = order.person
    return Revealed(
        name=(person.name if person else order.unit.name if order.unit else ""),
        asker=order.asker.name if order.asker else "",
        phone=order.contact_phone or (person.phone if person else ""),
        contact_name=person.contact_name if person else "",
        contact_phone=person.contact_phone if person else "",
        place=order.place or (person.address if person else ""),
        lon=order.lon,
        lat=order.lat,
    )


def _given(reason: str) -> str:
    if not reason:
        said = _("Please say why.")
        raise BadInput("reason", said, _("Choose one of the reasons."), {"reason": said})
    return reason
