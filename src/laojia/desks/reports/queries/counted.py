"""How each figure of the catalogue is counted: rows, their moment, which of them, told apart by what, summed how.

The same declaration makes the figure and its list of rows, so that one is always as long as the other says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, Model, Q, QuerySet, Value, When

from laojia.foundation.outbox.models import Message
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import OPEN_AT_DESK, STILL_OPEN, Attendance, Order, StandingHelp
from laojia.steps.order.queries import late
from laojia.steps.review.models import Complaint, FollowUp, Incident, Review
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally

HELD = ("held", "recorded")
MISSED = ("not_home", "refused", "team_absent")
HELPED = ("done", "partly")


@dataclass(frozen=True, slots=True)
class Moment:
    """First moment of the period, first of the next, and now."""

    first: datetime
    after: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one table that may be counted at all: practice and sealed ones are left out here, once for all."""

    model: type[Model]
    counts: Q
    protected: Q | None  # rows that stay out of all but the centre's whole county
    area: str
    related: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.counts)


def _open(prefix: str = "") -> Q:
    return Q(**{f"{prefix}practice": False, f"{prefix}sealed": False})


def _or_none(field: str, **facts: bool) -> Q:
    """About something that fits, or about nothing in particular."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__{name}": value for name, value in facts.items()})


_OF_OCCASION = _open("occasion__")
_PLACE = ("item_version", "area", "team")

SOURCES: Mapping[str, Source] = {
    "order": Source(Order, _open(), Q(protected=True), "area_path", _PLACE),
    "occasion": Source(Occasion, _open(), Q(protected=True), "area_path", _PLACE),
    "attendance": Source(
        Attendance, Q(sealed=False) & Q(occasion__practice=False), Q(protected=True), "area_path",
        ("order", "order__area", "occasion__item_version", "occasion__team"),
    ),
    "record": Source(
        LawRecord, _OF_OCCASION, Q(occasion__protected=True), "area_path",
        ("occasion__item_version", "occasion__area", "occasion__team"),
    ),
    "line": Source(
        RosterLine, _OF_OCCASION, Q(occasion__protected=True), "area_path",
        ("occasion__item_version", "occasion__area", "occasion__team", "person"),
    ),
    "tally": Source(WalkInTally, Q(), None, "area_path", ("point", "item")),
    "standing": Source(StandingHelp, Q(), Q(protected=True), "area_path", _PLACE),
    "review": Source(
        Review, Q(sealed=False, order__practice=False), Q(protected=True), "area_path",
        ("order__item_version", "order__area"),
    ),
    "complaint": Source(
        Complaint, _or_none("order", sealed=False, practice=False), Q(order__protected=True), "area_path", ("order",)
    ),
    "incident": Source(
        Incident, _or_none("order", sealed=False, practice=False), Q(protected=True), "area_path", ("order",)
    ),
    "follow_up": Source(FollowUp, _open("order__"), Q(protected=True), "area_path", ("order",)),
    "message": Source(Message, ~Q(about_kind=""), None, "area_path"),
}  # fmt: skip

When_ = Callable[[Moment], Q]
Split = Callable[[Moment], Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure: rows of `source` whose `at` lies in the period ("" : `where` says it) and that fit `where`."""

    source: str
    at: str
    where: When_
    split: Split | None = None
    value: str = ""  # the column that is summed; empty: rows are counted

    @property
    def order(self) -> tuple[str, str]:
        """The order in which its rows are leafed through."""
        return (self.at or "created_at", "id")


def _case(*whens: tuple[Q, Any], default: Any) -> Case:
    texts = [When(q, then=Value(v) if isinstance(v, str) else v) for q, v in whens]
    return Case(
        *texts, default=Value(default) if isinstance(default, str) else default, output_field=CharField()
    )


_EARLY = Q(state="cancelled", arranged_at__isnull=True)
_TAKEN = ~Q(state="merged") & ~_EARLY
_ENDED = Q(state__in=("served", "closed"))
_CANNOT = Q(state="refused") | (_ENDED & Q(outcome="cannot"))
_HELPED = _ENDED & ~Q(outcome="cannot")
_LATE_CANCEL = Q(state="cancelled", arranged_at__isnull=False)


def _late(m: Moment) -> Q:
    return _TAKEN & (Q(late_since__isnull=False) | (Q(state__in=OPEN_AT_DESK) & late(m.now)))


def _fixed(q: Q) -> When_:
    return lambda _m: q


def _by(name: str) -> Split:
    return lambda _m: F(name)


def _why(_m: Moment) -> Case:
    return _case((Q(state__in=OPEN_AT_DESK), F("holder_why")), default="found_since")


def _reason(_m: Moment) -> Case:
    return _case((Q(state="refused") | Q(outcome_reason=""), F("reason")), default=F("outcome_reason"))


def _fate(_m: Moment) -> Case:
    return _case(
        (_CANNOT, "cannot"), (_HELPED, "helped"), (Q(state="cancelled"), "cancelled"),
        (Q(item_version__isnull=True), "unread"), default="mapped",
    )  # fmt: skip


def _ending(_m: Moment) -> Case:
    return _case((Q(state__in=("answered", "closed")) & ~Q(reason=""), F("reason")), default="open")


def _owed(m: Moment) -> Case:
    return _case((Q(due_at__gte=m.now), "not_due"), (Q(provisional=True), "provisional"), default="overdue")


_BEGAN = "occasion__starts_at"
_CAME = Q(state="came")
_STANDING_VISIT = Q(occasion__standing_id__isnull=False)

COUNTED: Mapping[str, Counted] = {
    "occasions_held": Counted("occasion", "starts_at", _fixed(Q(state__in=HELD)), _by("kind")),
    "helped_orders": Counted(
        "order", "served_at", _fixed(Q(outcome__in=HELPED, wants_occasion__isnull=True)), _by("outcome")
    ),
    "helped_seats": Counted("attendance", _BEGAN, _fixed(_CAME & Q(occasion__kind="seats")), value="seats"),
    "village_heads": Counted(
        "record", _BEGAN, _fixed(Q(occasion__kind="whole_village", recorded_at__isnull=False)), value="helped"
    ),
    "walk_ins": Counted("tally", "date", _fixed(Q()), value="heads"),
    "standing_made": Counted("attendance", _BEGAN, _fixed(_CAME & _STANDING_VISIT)),
    "standing_missed": Counted(
        "attendance", _BEGAN, _fixed(Q(state__in=MISSED) & _STANDING_VISIT), _by("state")
    ),
    "standing_running": Counted(
        "standing", "",
        lambda m: Q(created_at__lt=m.after) & (Q(ended_at__isnull=True) | Q(ended_at__gte=m.first)),
        _by("state"),
    ),
    "volunteer_time": Counted("line", _BEGAN, _fixed(_CAME & Q(minutes__isnull=False)), value="minutes"),
    "orders_taken": Counted("order", "placed_at", _fixed(_TAKEN), _by("channel")),
    "orders_helped": Counted("order", "placed_at", _fixed(_HELPED), _by("outcome")),
    "orders_open": Counted("order", "placed_at", _fixed(Q(state__in=STILL_OPEN)), _by("state")),
    "cannot": Counted("order", "placed_at", _fixed(_CANNOT), _reason),
    "cancelled_later": Counted("order", "placed_at", _fixed(_LATE_CANCEL)),
    "cancelled_early": Counted("order", "placed_at", _fixed(_EARLY)),
    "orders_late": Counted("order", "placed_at", _late, _why),
    "until_found": Counted(
        "order", "placed_at", _fixed(_TAKEN & Q(arranged_at__isnull=False, wants_occasion__isnull=True))
    ),
    "unlisted": Counted("order", "placed_at", _fixed(_TAKEN & Q(described=True)), _fate),
    "reviews": Counted("review", "at", _fixed(Q(counts=True)), _by("solved")),
    "not_reviewed": Counted(
        "order", "served_at", _fixed(Q(state="closed", close_kind="not_reviewed"))
    ),
    "complaints": Counted("complaint", "filed_at", _fixed(Q()), _by("kind")),
    "complaint_ends": Counted("complaint", "filed_at", _fixed(Q()), _ending),
    "incidents": Counted("incident", "happened_at", _fixed(Q()), _by("kind")),
    "records_in_time": Counted(
        "record", _BEGAN, _fixed(Q(recorded_at__lte=F("due_at")) | Q(recorded_at__isnull=False, provisional=True))
    ),
    "records_late": Counted("record", _BEGAN, _fixed(Q(recorded_at__gt=F("due_at"), provisional=False))),
    "records_owed": Counted("record", _BEGAN, _fixed(Q(recorded_at__isnull=True)), _owed),
    "calls_ticked": Counted("message", "sent_at", _fixed(Q(state="called"))),
    "follow_ups": Counted("follow_up", "at", _fixed(Q()), _by("result")),
}  # fmt: skip
