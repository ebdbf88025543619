"""Service points and their hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station
from laojia.foundation.journal.actions import record, require
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput
from laojia.policy.facts import Actor, subject_of
from laojia.steps.menu.models import MenuItem, Point, PointHours

Hours = Iterable[tuple[int, time, time]]  # weekday (Monday 0), opens, closes


@transaction.atomic
def save_point(
    *,
    name: str,
    area: Area,
    hours: Hours,
    items: Iterable[MenuItem],
    actor: Actor,
    now: datetime,
    point: Point | None = None,
    station: Station | None = None,
    address: str = "",
    phone: str = "",
    position: tuple[float, float] | None = None,
) -> Point:
    """A new point, or new facts of one. The area it leaves and the one it comes to must both be the actor's."""
    row = point or Point()
    if point is not None:
        require(actor, "point.save", subject_of(point))
    row.name, row.area, row.area_path, row.station = name.strip(), area, area.path, station
    row.address, row.phone = address.strip(), phone.strip()
    if position is not None:
        row.lon, row.lat = position
    require(actor, "point.save", subject_of(row))
    wanted = sorted(hours)
    _check(row, wanted)
    row.save()
    row.hours.all().delete()
    PointHours.objects.bulk_create(
        PointHours(point=row, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in wanted
    )
    row.items.set(items)
    record(row, "point.save", actor=actor, now=now, fields=("name", "area", "hours", "items"))
    return row


def _check(row: Point, hours: list[tuple[int, time, time]]) -> None:
    wrong: dict[str, object] = {}
    if not row.name:
        wrong["name"] = _("How is the place called?")
    elif Point.objects.filter(name=row.name, area=row.area).exclude(pk=row.pk).exists():
        wrong["name"] = _("There is a point of this name in that village already.")
    if not hours:
        wrong["hours"] = _("When is it open?")
    overlapping = any(
        day == next_day and opens < closes
        for (day, _opens, closes), (next_day, opens, _closes) in pairwise(hours)
    )
    if overlapping or any(closes <= opens for _day, opens, closes in hours):
        wrong["hours"] = _("It must open before it closes, and the parts of a day must not overlap.")
    if wrong:
        raise BadInput("point", _("Please look at the marked places again."), "", wrong)


@transaction.atomic
def close_point(*, point: Point, actor: Actor, now: datetime) -> Point:
    """The point is given up; it leaves the lists from today on."""
    require(actor, "point.save", subject_of(point))
    if point.closed_on is None:
        point.closed_on = local_date(now)
        point.save(update_fields=["closed_on"])
        record(point, "point.save", actor=actor, now=now, fields=("closed_on",))
    return point
