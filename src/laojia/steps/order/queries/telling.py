"""How an order stands, in words: who holds it and why, what happened, what comes, who comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from laojia.foundation.area.models import Station
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Person
from laojia.kernel.clock import CHINA
from laojia.kernel.codes import mask_name
from laojia.kernel.kept import Given
from laojia.kernel.kept_lists import KeptList
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Hop, Order
from laojia.steps.order.rules import (
    PASSED,
    PAST_WORDS,
    Standing,
    holder_words,
    is_past,
    outlook,
    past_words,
)


@dataclass(frozen=True, slots=True)
class Holding:
    """On top of an order's page: why it is where it is, who has it, since when and until when."""

    sentence: str
    who: str
    since: datetime
    until: datetime | None
    provisional: bool


def holding(order: Order, now: datetime, here: Coming | None = None) -> Holding:
    """Who holds it now, in the person's words; once the agreed time is over, what happens then."""
    regular = order.standing_id is not None  # the next visit comes as always
    over = not regular and here is not None and is_past(here.occasion.ends_at or here.occasion.starts_at, now)
    return Holding(
        _(PASSED) if over and order.holder == "team" else _(holder_words(order.holder_why)),
        _holder_name(order.holder, order.holder_id),
        order.holder_since,
        order.holder_until,
        order.promise_provisional and order.state in ("received", "waiting"),
    )


def _holder_name(holder: str, holder_id: int | None) -> str:
    if holder == "team" and holder_id is not None:
        from laojia.foundation.teams.models import Team

        return Team.objects.filter(pk=holder_id).values_list("name", flat=True).first() or ""
    if holder == "station" and holder_id is not None:
        return Station.objects.filter(pk=holder_id).values_list("name", flat=True).first() or ""
    words = {"centre": _("the practice centre"), "pool": _("several teams"), "keeper": _("one person only")}
    return words.get(holder, "")


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes: team, full names of those who agreed to that, and the word to ask at the door."""

    occasion: Occasion
    team: str
    names: tuple[str, ...]
    door_word: str
    seats: int
    at_home: bool


def current_attendance(order: Order) -> Attendance | None:
    """The next (or last) place in an occasion that is not released."""
    rows = order.attendances.exclude(state="released").select_related("occasion__team", "occasion__area")
    return (
        rows.order_by("-state", "occasion__starts_at").filter(state="expected").first()
        or rows.order_by("-id").first()
    )


def coming(order: Order) -> Coming | None:
    """For an arranged order; None before somebody has said yes."""
    if order.state != "arranged":
        return None
    place = current_attendance(order)
    if place is None:
        return None
    occasion = place.occasion
    home = occasion.kind in ("visit", "standing")
    names: tuple[str, ...] = ()
    if home:
        people = Person.objects.filter(roster_lines__occasion=occasion, roster_lines__state="yes")
        names = tuple(p.name if p.shows_name else mask_name(p.name) for p in people.order_by("id"))
    return Coming(
        occasion,
        occasion.team.name if occasion.team else "",
        names,
        place.door_word if home else "",
        place.seats,
        home,
    )


def ahead(order: Order, now: datetime, here: Coming | None = None) -> list[dict[str, Any]]:
    """接下来会怎样, as parts/timeline.html takes it; dated from the outer clock."""
    occasion = here.occasion if here is not None else order.wants_occasion
    starts = occasion.starts_at if occasion is not None else None
    ends = occasion.ends_at if occasion is not None else None
    if order.standing_id is not None and is_past(starts, now):
        starts = ends = None  # the last visit of regular help; the next one comes as always
    s = Standing(
        state=order.state,
        promise_due=order.promise_due_at,
        starts_at=starts,
        ends_at=ends,
        review_until=order.review_until,
        resumes_at=_morning(order),
        asked_until=order.holder_until if order.state == "need_info" else None,
        sealed=order.sealed,
        seated=here is not None and not here.at_home,
        host=order.unit_id is not None and here is not None and not here.at_home,
    )
    return [
        {"text": _(step.text), "when": step.at, "due": step.by, "now": step.now} for step in outlook(s, now)
    ]


def _morning(order: Order) -> datetime | None:
    day = order.suspended_until
    return datetime.combine(day, time(8), tzinfo=CHINA) if day is not None else None


def timeline(
    order: Order, now: datetime, here: Coming | None = None, *, just_placed: bool = False
) -> list[dict[str, Any]]:
    """Like a parcel: what happened (from the journal and the hops, in words), then what comes.

    `just_placed`: by this very request, so that nothing but the placing has happened and nothing is read back.
    """
    placing = (order.placed_at, 0, "order.describe" if order.described else "order.place")
    happened = [placing] if just_placed else _HAPPENED.rows(pk=order.pk)
    told = [
        (at, key, _(holder_words(word) if key == _AFTER_ROWS else past_words(word)))
        for at, key, word in happened
    ]
    past: list[dict[str, Any]] = []
    for at, _key, text in sorted(told):
        if (
            not past or past[-1]["text"] != text
        ):  # what goes on day after day is told once, from its beginning
            past.append({"when": at, "text": text, "done": True})
    return past + ahead(order, now, here)


# Of one moment, what was done is told first, then where that put it.
_AFTER_ROWS = 1 << 62

# Hops that are news to the person; the others say the same as the verb beside them.
_HOPS_TOLD = frozenset(
    "asking_team no_answer declined pool promise_passed triage_late visit_missed visits_missed no_reply".split()
)


def _what_happened() -> QuerySet[Any, Any]:
    """(when, key, verb or why) from the journal and the hops, in one statement.

    Joining the menu and the first reading is our own bookkeeping when it came with the order itself.
    """
    of_order = Given("pk", BigIntegerField())
    rows = JournalRow.objects.filter(kind="order", subject_id=of_order, verb__in=PAST_WORDS).exclude(
        to_state=""
    )
    rows = rows.exclude(~Q(cause=""), verb="order.triage")
    hops = Hop.objects.filter(order_id=of_order, why__in=_HOPS_TOLD)
    after = Value(_AFTER_ROWS, BigIntegerField())
    return rows.values_list("at", "id", "verb").union(
        hops.annotate(key=after).values_list("at", "key", "why"), all=True
    )


_HAPPENED = KeptList(_what_happened)


def review_is_open(order: Order, now: datetime) -> bool:
    """May the person still say how it was, or that it was not solved?"""
    return (
        order.state in ("served", "closed") and order.review_until is not None and now <= order.review_until
    )
