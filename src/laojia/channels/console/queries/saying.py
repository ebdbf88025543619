"""说一遍给他听: the sentences to read back to the caller after each thing that was done in the call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from laojia.kernel.clock import local_date
from laojia.shown import said, said_day
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order, StandingHelp
from laojia.steps.order.queries.cards import said_wishes, title_of
from laojia.steps.review.models import Complaint, Incident
from laojia.steps.serve.models import RosterLine

Done = tuple[str, str, int]  # verb, kind of the row, its id


def sentences(done: Sequence[Done], now: datetime) -> list[tuple[str, str]]:
    """(verb, sentence) of what was done, the newest first; rows are read anew, one query a kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for _verb, kind, pk in done:
        wanted[kind].add(pk)
    rows = {kind: _ROWS[kind](pks) for kind, pks in wanted.items() if kind in _ROWS}
    told = []
    for verb, kind, pk in reversed(done):
        row = rows.get(kind, {}).get(pk)
        if row is not None:
            told.append((verb, _SAY[kind](row, verb, now)))
    return told


def _orders(pks: set[int]) -> dict[int, Any]:
    visits = Attendance.objects.exclude(state="released").select_related("occasion__team", "occasion__area")
    rows = Order.objects.select_related("item_version", "area", "team").prefetch_related(
        Prefetch("attendances", visits.order_by("occasion__starts_at", "id"), to_attr="places")
    )
    return rows.in_bulk(pks)


_ROWS: dict[str, Any] = {
    "order": _orders,
    "offer": lambda pks: Offer.objects.select_related("occasion__item_version", "occasion__area").in_bulk(
        pks
    ),
    "occasion": lambda pks: (
        Occasion.objects.select_related("item_version", "area", "team")
        .prefetch_related(Prefetch("roster", RosterLine.objects.select_related("person"), to_attr="lines"))
        .in_bulk(pks)
    ),
    "line": lambda pks: RosterLine.objects.select_related("occasion__item_version", "occasion__area").in_bulk(
        pks
    ),
    "standing": lambda pks: StandingHelp.objects.select_related("item_version").in_bulk(pks),
    "complaint": Complaint.objects.in_bulk,
    "incident": Incident.objects.in_bulk,
}


def say_order(order: Any, _verb: str, now: datetime) -> str:
    """Number, what, when, who comes, the word at the door — or what happens next and by when."""
    words = {"number": order.number, "title": title_of(order), "by": said(order.promise_due_at, now)}
    head = _("Your number is %(number)s: %(title)s.") % words
    return f"{head} {_stands(order, words, now)}".strip()


def _stands(order: Any, words: dict[str, Any], now: datetime) -> str:
    """How it stands, in a sentence."""
    if order.state in ("received", "waiting"):
        wishes = "、".join(said_wishes(order.times, now))
        asked = _("Noted for %(wishes)s.") % {"wishes": wishes} if wishes else ""
        promise = _("By %(by)s at the latest we tell you who comes and when.") % words
        return f"{asked} {promise}".strip()
    if order.state == "arranged":
        return _say_coming(order, now)
    if order.state == "suspended" and order.suspended_until:
        day = said_day(order.suspended_until, local_date(now))
        return _("It rests until %(day)s; then we take it up again by ourselves.") % {"day": day}
    plain = {
        "waitlisted": _("It is full for now, you are on the waiting list. We call you when a place is free."),
        "cancelled": _("It is cancelled. Call again whenever you need it."),
        "need_info": _("One thing is still missing; we call you about it."),
        "served": _("Thank you for telling us."),
        "closed": _("Thank you, it is closed. If anything is left, call us again."),
        "merged": _("It goes on together with your other order."),
    }
    return plain.get(order.state, "")


def _say_coming(order: Any, now: datetime) -> str:
    visit = next((one for one in order.places if one.state == "expected"), None)
    if visit is None:
        return ""
    occasion = visit.occasion
    words = {
        "team": occasion.team.name if occasion.team else _("the volunteer team"),
        "at": _when(occasion, now),
        "word": visit.door_word,
        "place": occasion.place or occasion.area.name,
    }
    if occasion.kind in ("visit", "standing"):
        comes = _("%(team)s comes %(at)s.") % words
        return (
            f"{comes} {_('Ask them at the door for the word: %(word)s.') % words}"
            if visit.door_word
            else comes
        )
    return _("Your place is kept: %(at)s, %(place)s.") % words


def _when(occasion: Occasion, now: datetime) -> str:
    if occasion.starts_at is not None:
        return said(occasion.starts_at, now)
    if occasion.date is not None:
        return said_day(occasion.date, local_date(now))
    return str(_("at a time still to be agreed"))


def _say_offer(row: Offer, _verb: str, now: datetime) -> str:
    if row.state == "declined":
        return _("That is all right, we ask another team. Thank you for telling us.")
    if row.state == "returned":
        return _("We look for another team. Nobody is blamed.")
    return _say_occasion(row.occasion, "", now)


def _say_occasion(row: Any, verb: str, now: datetime) -> str:
    """For the leader: what, where, when, who goes."""
    words = {"title": row.item_version.name, "at": _when(row, now), "place": row.area.name}
    text = _("%(title)s, %(at)s, %(place)s.") % words
    if row.state == "recorded":
        return f"{text} {_('The record is complete and the hours are attested. Thank you.')}"
    if row.state == "postponed":
        return f"{text} {_('It is postponed, the people are told.')}"
    names = [line.person.name for line in getattr(row, "lines", ()) if line.state in ("asked", "yes")]
    going = _("Going: %(names)s.") % {"names": "、".join(names)} if names else _("Please name who goes.")
    return f"{text} {going}" if verb != "roster.join" else text


def _say_line(row: RosterLine, _verb: str, now: datetime) -> str:
    text = _say_occasion(row.occasion, "roster.join", now)
    if row.state in ("yes", "asked"):
        return f"{text} {_('You are on the list. If you cannot come, a call is enough.')}"
    return f"{text} {_('All right, you need not come; the leader is told.')}"


def _say_standing(row: StandingHelp, _verb: str, now: datetime) -> str:
    words = {"title": row.item_version.name}
    if row.state == "paused" and row.paused_until:
        words["day"] = said_day(row.paused_until, local_date(now))
        return _("%(title)s: nobody comes until %(day)s, then again by themselves.") % words
    if row.state == "paused":
        return _("%(title)s: nobody comes until you call us.") % words
    if row.state == "ended":
        return _("%(title)s: ended as you wish. The team hears of it.") % words
    return _("%(title)s: they come again as before.") % words


def _say_complaint(row: Complaint, _verb: str, now: datetime) -> str:
    words = {
        "number": row.number,
        "by": said(row.contact_due_at, now),
        "answer": said(row.answer_due_at, now),
    }
    return (
        _(
            "Your complaint has number %(number)s. Somebody calls you by %(by)s, the answer comes by %(answer)s."
        )
        % words
    )


def _say_incident(row: Incident, _verb: str, now: datetime) -> str:
    words = {"at": said(row.happened_at, now)}
    return (
        _("What happened %(at)s is written down. Look after the people first; the centre calls you.") % words
    )


_SAY: dict[str, Any] = {
    "order": say_order,
    "offer": _say_offer,
    "occasion": _say_occasion,
    "line": _say_line,
    "standing": _say_standing,
    "complaint": _say_complaint,
    "incident": _say_incident,
}
