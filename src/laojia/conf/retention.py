"""What was promised on the privacy page: personal data is blanked when its time is over. Once a day, by the worker.

Every model says in PERSONAL what it holds and how long; this table says from which moment the time counts. Records of
law (ten years) and what is kept until somebody asks for erasure are never touched here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan

from laojia.foundation.journal.actions import record
from laojia.foundation.limits import actions as limits
from laojia.foundation.outbox.actions import set_clock
from laojia.foundation.outbox.models import Clock
from laojia.kernel import clock
from laojia.kernel.fields import SealedText
from laojia.policy.facts import CLOCK
from laojia.policy.personal import Held, Keep

PERIODS: Mapping[Keep, timedelta] = {
    Keep.ORDER_YEAR: timedelta(days=366),
    Keep.MESSAGE_HALF_YEAR: timedelta(days=183),
    Keep.SHARED_THREE_YEARS: timedelta(days=3 * 366),
}
# Model → columns of which one counts: from then on the time of its data runs. A row without any is still open.
SINCE: Mapping[str, tuple[str, ...]] = {
    "order.Order": ("closed_at", "merged_into__closed_at"),
    "order.StandingHelp": ("ended_at",),
    "order.Attendance": ("order__closed_at", "order__merged_into__closed_at"),
    "dispatch.Offer": ("made_at",),
    "dispatch.Invite": ("made_at",),
    "review.Review": ("order__closed_at",),
    "review.Complaint": ("closed_at",),
    "review.Incident": ("closed_at",),
    "reports.ExchangeLine": ("marked_at",),
    "outbox.Message": ("created_at",),
    "outbox.InboxEntry": ("at",),
}
# Kept as long as the person is: the proof of a consent goes with the person it is about.
WITH_THE_PERSON = frozenset({"people.Consent"})
# Numbers of people beside the declared fields: they would still say whose it was.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "order.StandingHelp": ("asker_id",),
    "order.Attendance": ("person_id", "asker_id"),
}
KIND = "retention.daily"
_ABOUT = ("retention", 1)
_BLANK = "—"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Blanked:
    """So many rows of one table, and which fields of them."""

    table: str
    rows: int
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.table}: {self.rows} ({', '.join(self.fields)})"


def timed() -> Iterator[tuple[type[models.Model], Held]]:
    """Every model and group of fields whose time ends."""
    for model in apps.get_models():
        if model.__module__.startswith("laojia.") and model._meta.label not in WITH_THE_PERSON:
            for group in getattr(model, "PERSONAL", ()):
                if group.keep in PERIODS:
                    yield model, group


def expire(now: datetime, *, dry_run: bool = False) -> list[Blanked]:
    """Blank what is over; `dry_run` only counts. Safe to repeat and to interrupt: each batch is one transaction."""
    done = []
    for model, group in timed():
        names = _names(model, group)
        rows = _over(model, group, names, now)
        count = rows.count() if dry_run else _blank_all(model, names, rows, now)
        if count:
            done.append(Blanked(model._meta.label, count, names))
    return done


def _names(model: type[models.Model], group: Held) -> tuple[str, ...]:
    """The group's columns that can be emptied, and the numbers of people that go with them."""
    fields = [model._meta.get_field(name) for name in group.fields]
    names = [f.name for f in fields if not f.many_to_many and not (f.is_relation and not f.null)]
    return (*names, *_ALSO.get(model._meta.label, ()))


def _over(
    model: type[models.Model], group: Held, names: tuple[str, ...], now: datetime
) -> models.QuerySet[Any]:
    """Rows whose time is over and that still hold something."""
    before = now - PERIODS[group.keep]
    ended = Q()
    for column in SINCE[model._meta.label]:
        ended |= Q(**{f"{column}__lt": before})
    held = Q()
    for name in names:
        held |= _says_something(model._meta.get_field(name))
    return model._default_manager.filter(ended & held).order_by("pk")


def _says_something(field: Any) -> Q:
    name = field.name
    if field.null or field.is_relation:
        return Q(**{f"{name}__isnull": False})
    if isinstance(field, SealedText):  # cannot be compared, only be there or not
        return Q(GreaterThan(Length(name), 0))
    if isinstance(field, models.JSONField | models.BooleanField):
        return ~Q(**{name: _nothing(field)})
    return ~Q(**{f"{name}__in": ("", _BLANK)})


def _nothing(field: Any) -> Any:
    """The emptiest value the column takes; free text that had to say something leaves a dash."""
    if field.null:
        return None
    if isinstance(field, models.TextField) and not isinstance(field, SealedText):
        return _BLANK
    return field.get_default() if field.has_default() else ""


def _blank_all(
    model: type[models.Model], names: tuple[str, ...], rows: models.QuerySet[Any], now: datetime
) -> int:
    empty = {name: _nothing(model._meta.get_field(name)) for name in names}
    count = 0
    while True:
        with transaction.atomic():
            batch = list(rows[:_AT_ONCE])
            model._default_manager.filter(pk__in=[row.pk for row in batch]).update(**empty)
            if hasattr(model, "SCOPE"):
                for row in batch:
                    record(row, "data.expire", actor=CLOCK, now=now, fields=names)
        count += len(batch)
        if len(batch) < _AT_ONCE:
            return count


def daily(_about: int, now: datetime) -> None:
    """Clock retention.daily: blank what is over, sweep counters that say nothing any more, look again tomorrow night."""
    expire(now)
    limits.sweep(now)
    arm(now)


def arm(now: datetime) -> None:
    """The next look, at three in the night; the worker sets it when it begins."""
    night = clock.local(now).replace(hour=3, minute=0, second=0, microsecond=0)
    set_clock(KIND, about=_ABOUT, due=night if night > now else night + timedelta(days=1), now=now)


def arm_once(now: datetime) -> None:
    """Unless it is set already."""
    if not Clock.objects.filter(kind=KIND, state="pending").exists():
        arm(now)


def told(*, dry_run: bool) -> list[str]:
    """What the command prints."""
    done = expire(clock.now(), dry_run=dry_run)
    if not done:
        return ["Nothing is over."]
    return [("would blank " if dry_run else "blanked ") + str(one) for one in done]
