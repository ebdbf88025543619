"""The month or year: every figure in one statement per table and moment, and the rows behind each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)  # fmt: skip
from django.db.models.functions import Cast

from laojia.desks.reports.models import MonthNote
from laojia.desks.reports.queries.counted import COUNTED, SOURCES, Counted, Moment
from laojia.desks.reports.queries.scope import SEE, View
from laojia.desks.reports.rules import Period, in_hours, middle, provisional
from laojia.foundation.journal.queries import scoped
from laojia.kernel.clock import CHINA
from laojia.policy.metrics import MONTH, Metric, on_page

_EVERY = Q(pk__isnull=False)


@dataclass
class Figure:
    """One figure: rows behind it, what it comes to, and its parts."""

    metric: Metric
    rows: int = 0
    total: int = 0
    parts: dict[str, int] = field(default_factory=dict)  # part → what it comes to
    part_rows: dict[str, int] = field(default_factory=dict)
    shown: float | int | None = None  # hours instead of minutes, the middle value; None: nothing to say


@dataclass(frozen=True)
class Sheet:
    """A month or year of one view, and why it may still move."""

    period: Period
    view: View
    figures: Mapping[str, Figure]
    provisional: tuple[str, ...]
    notes: tuple[MonthNote, ...]


def moment_of(period: Period, now: datetime) -> Moment:
    first, after = period.moments(CHINA)
    return Moment(first, after, now)


def sheet(view: View, period: Period, now: datetime) -> Sheet:
    """Every figure of the month page: one statement per table and kind of moment."""
    m = moment_of(period, now)
    figures = {metric.code: Figure(metric) for metric in on_page(MONTH, team=view.team)}
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code in figures:
        together[COUNTED[code].source, COUNTED[code].at].append(code)
    for codes in together.values():
        _count(view, period, m, [figures[code] for code in codes])
    for figure in figures.values():
        figure.shown = _shown(view, period, m, figure)
    still_open = figures["orders_open"].rows if "orders_open" in figures else 0
    why = provisional(m.after, now, still_open=still_open, owed=figures["records_owed"].rows)
    return Sheet(period, view, figures, why, notes_of(view, period))


def _window(view: View, counted: Counted, period: Period, m: Moment) -> QuerySet[Any]:
    """The rows of the view whose moment lies in the period."""
    found = view.rows(SOURCES[counted.source])
    if not counted.at:
        return found
    bounds = (period.first, period.after) if counted.at == "date" else (m.first, m.after)
    return found.filter(**{f"{counted.at}__gte": bounds[0], f"{counted.at}__lt": bounds[1]})


def _part(counted: Counted, m: Moment) -> Any:
    if counted.split is None:
        return Value("", output_field=CharField())
    return Cast(counted.split(m), CharField())


def _count(view: View, period: Period, m: Moment, figures: list[Figure]) -> None:
    """All figures of one table and moment in one pass: grouped by the part each of them puts a row into (NULL: none)."""
    declared = [COUNTED[figure.metric.code] for figure in figures]
    marks = {
        f"part_{n}": Case(
            When(c.where(m) or _EVERY, then=_part(c, m)), default=None, output_field=CharField()
        )
        for n, c in enumerate(declared)
    }
    sums = {f"sum_{n}": Sum(c.value) for n, c in enumerate(declared) if c.value}
    grouped = _window(view, declared[0], period, m).annotate(**marks).values(*marks)
    for row in grouped.annotate(n=Count("pk"), **sums).order_by():
        for n, figure in enumerate(figures):
            part = row[f"part_{n}"]
            if part is None:
                continue
            worth = int(row[f"sum_{n}"] or 0) if declared[n].value else row["n"]
            figure.rows += row["n"]
            figure.total += worth
            if figure.metric.split:
                figure.parts[part] = figure.parts.get(part, 0) + worth
                figure.part_rows[part] = figure.part_rows.get(part, 0) + row["n"]


def _shown(view: View, period: Period, m: Moment, figure: Figure) -> float | int | None:
    if figure.metric.unit == "minutes":
        return in_hours(figure.total)
    if figure.metric.unit != "hours":
        return figure.total
    if not figure.rows:
        return None
    return round(_middle_time(view, period, m, figure).total_seconds() / 3600, 1)


TAKES = ExpressionWrapper(F("arranged_at") - F("placed_at"), output_field=DurationField())


def _middle_time(view: View, period: Period, m: Moment, figure: Figure) -> timedelta:
    """The one or two values in the middle, by the number of rows that is known already."""
    counted = COUNTED[figure.metric.code]
    rows = _window(view, counted, period, m).filter(counted.where(m)).annotate(takes=TAKES).order_by("takes")
    start = (figure.rows - 1) // 2
    found = rows.values_list("takes", flat=True)[start : start + 2 - figure.rows % 2]
    return middle(list(found)) or timedelta()


def rows_behind(view: View, period: Period, code: str, part: str | None, now: datetime) -> QuerySet[Any]:
    """The rows a figure counts, or those of one part of it."""
    m, counted = moment_of(period, now), COUNTED[code]
    found = _window(view, counted, period, m).filter(counted.where(m))
    if part is not None:
        found = found.annotate(month_part=_part(counted, m)).filter(month_part=part)
    return found.select_related(*SOURCES[counted.source].related)


def notes_of(view: View, period: Period) -> tuple[MonthNote, ...]:
    """The newest words of each area of the view, areas in the order of their codes; those taken back are left out."""
    if view.team:
        return ()
    rows = scoped(MonthNote.objects.filter(period=period.text), view.actor, SEE).select_related("area")
    if view.place is not None:
        rows = rows.filter(area=view.place)
    newest: dict[int, MonthNote] = {}
    for note in rows.order_by("id"):
        newest[note.area_id] = note
    return tuple(sorted((n for n in newest.values() if n.words), key=lambda n: n.area.code))


__all__ = ["TAKES", "Figure", "Sheet", "moment_of", "notes_of", "rows_behind", "sheet"]
