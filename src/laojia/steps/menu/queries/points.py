"""Service points: where, when open, open now. Public facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.queries import scoped
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor
from laojia.steps.menu.models import ItemVersion, MenuItem, Point, PointHours
from laojia.steps.menu.queries.words import weekday_word
from laojia.steps.menu.rules import times


@dataclass(frozen=True, slots=True)
class PointShown:
    """A point with what people ask first: is it open, until when, or when next."""

    row: Point
    open_until: datetime | None
    opens_at: datetime | None
    week: list[tuple[str, list[tuple[time, time]]]]  # name of the weekday, hours
    items: list[str]


def points(
    item: MenuItem | ItemVersion | None = None, area_path: str = "", *, now: datetime
) -> list[PointShown]:
    """Open points, those of one item or near one place: inside the area, or in an area above it."""
    rows = (
        Point.objects.filter(closed_on__isnull=True).select_related("area", "station").defer("area__outline")
    )
    if item is not None:
        rows = rows.filter(items=item.item_id if isinstance(item, ItemVersion) else item.pk)
    if area_path:
        rows = rows.filter(Q(area_path__startswith=area_path) | Q(area_path__in=above(area_path)))
    hours = Prefetch("hours", PointHours.objects.order_by("weekday", "opens"))
    out = Prefetch("items", MenuItem.objects.prefetch_related(_names()))
    return [_shown(row, now) for row in rows.prefetch_related(hours, out).order_by("area_path", "name")]


def _names() -> Any:
    return Prefetch("versions", ItemVersion.objects.filter(state="published").only("id", "item_id", "name"))


def above(area_path: str) -> list[str]:
    """The paths of the areas above a place."""
    parts = area_path.strip("/").split("/")
    return ["/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts))]


def _shown(row: Point, now: datetime) -> PointShown:
    work = calendar()
    hours = [(h.weekday, h.opens, h.closes) for h in row.hours.all()]
    week = [(day, [(o, c) for when, o, c in hours if when == day]) for day in range(7)]
    return PointShown(
        row=row,
        open_until=times.open_until(hours, now, work),
        opens_at=times.next_opening(hours, now, work),
        week=[(weekday_word(day), parts) for day, parts in week if parts],
        items=[v.name for item in row.items.all() for v in item.versions.all()],
    )


def editable_points(actor: Actor) -> QuerySet[Point]:
    """The points the actor may edit, closed ones last."""
    rows = (
        scoped(Point.objects.all(), actor, "point.save")
        .select_related("area", "station")
        .defer("area__outline")
    )
    return rows.order_by("closed_on", "area_path", "name")


def point(actor: Actor, pk: int) -> Point:
    """One point the actor may edit."""
    row = editable_points(actor).filter(pk=pk).first()
    if row is None:
        raise OutOfScope("no_point", _("We do not find that here."), _("Look through the list again."))
    return row
