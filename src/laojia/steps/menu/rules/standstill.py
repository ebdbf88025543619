"""停办, pure: which work rests where and when, and what a clock shows after the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from laojia.kernel.clock import CHINA

LONGEST = 14  # days one announcement may cover; a longer one is announced again


@dataclass(frozen=True, slots=True)
class Stop:
    """What rests: kinds of occasions inside an area, from the first to the last day."""

    prefix: str
    first: date
    last: date
    kinds: frozenset[str]

    def covers(self, area_path: str, kind: str, day: date) -> bool:
        """Needs nobody described yet (no kind) rest with whatever rests."""
        return (
            area_path.startswith(self.prefix)
            and self.first <= day <= self.last
            and (not kind or kind in self.kinds)
        )


def until_of(stops: Iterable[Stop], area_path: str, kind: str, day: date) -> date | None:
    """The last day of the rest that covers this day, the longest of several; None when work goes on."""
    return max((stop.last for stop in stops if stop.covers(area_path, kind, day)), default=None)


def overlaps(one: Stop, other: Stop) -> bool:
    """Would both let the same work rest on the same day?"""
    nested = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    return nested and one.first <= other.last and other.first <= one.last and bool(one.kinds & other.kinds)


def begins(stop: Stop, now: datetime) -> datetime:
    """From when clocks stand still: the first day's midnight, or now."""
    return max(now, datetime.combine(stop.first, time(), tzinfo=CHINA))


def ends(last: date) -> datetime:
    """The midnight after the last day."""
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=CHINA)
