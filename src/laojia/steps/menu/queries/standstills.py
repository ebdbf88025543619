"""Where work rests just now or soon."""

from __future__ import annotations

from datetime import date, datetime

from laojia.foundation.journal.queries import scoped
from laojia.kernel.clock import local_date
from laojia.policy.facts import Actor
from laojia.steps.menu.models import Standstill
from laojia.steps.menu.rules.standstill import Stop, ends, until_of


def stop_of(row: Standstill) -> Stop:
    """The row as the rules look at it."""
    return Stop(row.area_path, row.first_day, row.last_day, frozenset(row.kinds))


def stops_from(day: date) -> list[Stop]:
    """Everything that rests on this day or later; usually nothing, from a partial index."""
    return [stop_of(row) for row in Standstill.objects.filter(state="standing", last_day__gte=day)]


def rests_until(area_path: str, kind: str, now: datetime) -> datetime | None:
    """The moment work of this kind goes on there; None when it does not rest now."""
    today = local_date(now)
    last = until_of(stops_from(today), area_path, kind, today)
    return None if last is None else ends(last)


def standstills(actor: Actor, day: date) -> list[Standstill]:
    """For the desk: what rests today or will, the next to end first."""
    rows = scoped(Standstill.objects.filter(state="standing", last_day__gte=day), actor, "standstill.see")
    return list(rows.select_related("area").defer("area__outline").order_by("last_day", "id"))
