"""When people are left in peace: quiet hours, how many messages a day, how often somebody is telephoned.

Defaults of the county. Which kinds of message may leave at night (`urgent`) or beyond the daily number (`counts = false`)
stands beside each text in data/messages.toml.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

QUIET_FROM, QUIET_TO = time(21), time(8)
MOST_A_DAY = 6  # automatic messages to one person; what is more waits for the next morning
MOST_TRIES = 3  # calls nobody answered, then the contact or the grid worker is asked
# After the first call that nobody answered, and after the second: somebody may be in the field, or out for the day.
CALL_AGAIN = (timedelta(hours=2), timedelta(hours=5))


def is_quiet(local: datetime) -> bool:
    """Between nine in the evening and eight in the morning, by the clock on the wall (`local`: in China's time)."""
    return local.time() >= QUIET_FROM or local.time() < QUIET_TO


def next_morning(local: datetime) -> datetime:
    """When the quiet hours end next: this morning while it is still night, else tomorrow."""
    day = local.date() if local.time() < QUIET_TO else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_TO, tzinfo=local.tzinfo)


def may_leave(sent_today: int, *, counts: bool, most: int = MOST_A_DAY) -> bool:
    """May one more message go to this person today? Kinds that do not count always may."""
    return not counts or sent_today < most


def call_again(tries: int, local: datetime) -> datetime | None:
    """When to try once more after the n-th call nobody answered, never in the quiet hours; None: ask others."""
    if tries >= MOST_TRIES:
        return None
    at = local + CALL_AGAIN[min(tries, len(CALL_AGAIN)) - 1] if tries else local
    return next_morning(at) if is_quiet(at) else at
