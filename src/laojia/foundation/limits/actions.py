"""Rate limits shared by all processes: so many in so long, per key, and from when it is possible again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from laojia.foundation.limits.models import Taken
from laojia.kernel.crypto import keyed_hash
from laojia.kernel.kept import ask

_WIDTH = 13  # digits of a moment: enough until the year 2286
_UNTIL: Any = Taken._meta.get_field("until")
# A row keeps the last `most` moments; a place is free while there are fewer, or when the oldest of them is over. All
# of it is decided in the one statement, on the row as it stands then: two requests never share a place. A row that is
# not given back was refused, and stays as it was.
_TAKE = f"""
INSERT INTO {Taken._meta.db_table} AS held (key, moments, most, within, until) VALUES %s
ON CONFLICT (key) DO UPDATE SET
  moments = CASE WHEN length(held.moments) < {_WIDTH} * excluded.most THEN held.moments
    ELSE substr(held.moments, length(held.moments) - {_WIDTH} * excluded.most + {_WIDTH + 1}) END || excluded.moments,
  most = excluded.most, within = excluded.within, until = excluded.until
WHERE CASE WHEN length(held.moments) < {_WIDTH} * excluded.most THEN TRUE
  ELSE CAST(substr(held.moments, length(held.moments) - {_WIDTH} * excluded.most + 1, {_WIDTH}) AS bigint)
    + excluded.within <= CAST(excluded.moments AS bigint) END
RETURNING key
"""  # noqa: S608  the names of our own table and numbers
_TAKE_OF = tuple(_TAKE % ", ".join(["(%s, %s, %s, %s, %s)"] * count) for count in range(5))
_GIVE_BACK = f"""
UPDATE {Taken._meta.db_table} SET moments = substr(moments, 1, length(moments) - {_WIDTH})
WHERE key = %s AND length(moments) >= {_WIDTH} RETURNING key
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times (one at least) `within` so long, of this kind and by this key."""

    name: str
    key: str
    most: int
    within: timedelta

    @property
    def row(self) -> str:
        """Under what it is kept: hashed, so that phone numbers do not rest in the table."""
        return f"{self.name}:{keyed_hash(self.key)[:32]}"


def take(name: str, key: str, *, most: int, within: timedelta, now: datetime) -> datetime | None:
    """Use one of `most` places of the last `within`; None when it was free, else the moment one becomes free."""
    return take_each([Limit(name, key, most, within)], now=now)


def take_each(limits: Sequence[Limit], *, now: datetime) -> datetime | None:
    """Use one place of each, all in one statement; None when all were free, else when the first refused one is.

    Those before a refused one stay counted, those after it are not: who is stopped as a person uses up no place
    of the device that others share.
    """
    if not limits:
        return None
    moment = _milliseconds(now)
    values: list[Any] = []
    for one in limits:
        until = _UNTIL.get_db_prep_value(now + one.within, connection)
        values += [one.row, f"{moment:0{_WIDTH}d}", one.most, one.within // timedelta(milliseconds=1), until]
    free = {row[0] for row in ask(_TAKE_OF[len(limits)], values)}
    if len(free) == len(limits):
        return None
    refused = next(place for place, one in enumerate(limits) if one.row not in free)
    for one in limits[refused + 1 :]:
        if one.row in free:
            ask(_GIVE_BACK, [one.row])
    return _again(limits[refused], now)


def _again(limit: Limit, now: datetime) -> datetime:
    """When the oldest of the last `most` is over."""
    moments = Taken.objects.filter(pk=limit.row).values_list("moments", flat=True).first() or ""
    oldest = moments[-_WIDTH * limit.most :][:_WIDTH]
    if not oldest:
        return now
    return max(now, datetime.fromtimestamp(int(oldest) / 1000, now.tzinfo) + limit.within)


def give_back(name: str, key: str) -> None:
    """Free all places of the key (the limit was for failures, and this was none)."""
    Taken.objects.filter(pk=Limit(name, key, 0, timedelta()).row).delete()


def sweep(now: datetime) -> int:
    """Remove what says nothing any more. Returns how many rows."""
    return Taken.objects.filter(until__lte=now).delete()[0]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
