"""The one place that reads the clock; called by edges only, everything below receives `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the clock of China."""
    return moment.astimezone(CHINA)


def local_date(moment: datetime) -> date:
    """The calendar day of the moment in China."""
    return moment.astimezone(CHINA).date()
