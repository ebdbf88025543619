"""How times, distances and states are said to people. Pure: facts and `now` in, words out.

Language is the active one; nothing here reads the clock, the database or a request.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from laojia.kernel.clock import local, local_date
from laojia.kernel.codes import public_number

_WEEKDAYS = (
    gettext_noop("Monday"), gettext_noop("Tuesday"), gettext_noop("Wednesday"), gettext_noop("Thursday"),
    gettext_noop("Friday"), gettext_noop("Saturday"), gettext_noop("Sunday"),
)  # fmt: skip
_MONTHS = (
    gettext_noop("January"), gettext_noop("February"), gettext_noop("March"), gettext_noop("April"),
    gettext_noop("May"), gettext_noop("June"), gettext_noop("July"), gettext_noop("August"),
    gettext_noop("September"), gettext_noop("October"), gettext_noop("November"), gettext_noop("December"),
)  # fmt: skip
SOON = timedelta(hours=2)
_NOTHING = timedelta(0)
BICYCLE_METRES_A_MINUTE = 190  # about 11 km an hour: an elder's pace on a country road
BICYCLE_METRES_AT_MOST = 10_000


def said_day(day: date, today: date) -> str:
    """今天 · 明天 · 周四 · 下周二 · 11月25日 · 2027年1月4日."""
    return _said_day(get_language(), day, today)


@lru_cache(maxsize=2048)
def _said_day(_language: str | None, day: date, today: date) -> str:
    """A queue says the same few days a hundred times."""
    distance = (day - today).days
    near = {0: gettext_noop("today"), 1: gettext_noop("tomorrow"), 2: gettext_noop("the day after tomorrow"),
            -1: gettext_noop("yesterday")}  # fmt: skip
    if distance in near:
        return _(near[distance])
    weeks = (day - timedelta(days=day.weekday()) - (today - timedelta(days=today.weekday()))).days // 7
    if distance > 0 and weeks == 0:
        return weekday(day)
    if distance > 0 and weeks == 1:
        return _("next %(weekday)s") % {"weekday": weekday(day)}
    return said_date(day, today.year)


def said_date(day: date, this_year: int) -> str:
    """11月25日, with the year when it is another one."""
    facts = {"day": day.day, "month": day.month, "month_name": _month(day.month), "year": day.year}
    if day.year == this_year:
        return _("%(day)s %(month_name)s") % facts
    return _("%(day)s %(month_name)s %(year)s") % facts


def weekday(day: date) -> str:
    """周一 … 周日."""
    return _(_WEEKDAYS[day.weekday()])


def _month(number: int) -> str:
    return _(_MONTHS[number - 1])


def said(moment: datetime, now: datetime) -> str:
    """今天 18:00: the day as people say it, the time as the clock shows it."""
    there, here = local(moment), local(now)
    return _("%(day)s %(time)s") % {"day": said_day(there.date(), here.date()), "time": f"{there:%H:%M}"}


def said_part(moment: datetime, now: datetime) -> str:
    """周四上午: the part of the day, for promises that are not to the minute."""
    there, here = local(moment), local(now)
    part = _("morning") if there.hour < 12 else _("afternoon") if there.hour < 18 else _("evening")
    return _("%(day)s, %(part)s") % {"day": said_day(there.date(), here.date()), "part": part}


def said_exactly(moment: datetime) -> str:
    """2026-11-23 18:00, for records and print."""
    return f"{local(moment):%Y-%m-%d %H:%M}"


def said_span(start: datetime, end: datetime, now: datetime) -> str:
    """周四 09:00–11:00; both days when it runs over midnight."""
    if local(start).date() == local(end).date():
        return f"{said(start, now)}–{local(end):%H:%M}"
    return f"{said(start, now)} – {said(end, now)}"


def said_length(length: timedelta) -> str:
    """40 分钟 · 3 小时 · 2 天: rounded down to one unit."""
    return _in_unit(get_language(), *_unit(length))


def said_waiting(length: timedelta) -> str:
    """等了 3 小时."""
    return _waits(get_language(), *_unit(length))


def _unit(length: timedelta) -> tuple[int, str]:
    """How many of which unit, never none of them: what is said changes with these two alone."""
    minutes = max(1, (length.days * 86400 + length.seconds) // 60)
    if minutes < 60:
        return minutes, "minute"
    return (minutes // 60, "hour") if minutes < 48 * 60 else (minutes // (24 * 60), "day")


@lru_cache(maxsize=1024)
def _in_unit(_language: str | None, count: int, unit: str) -> str:
    words = {
        "minute": ngettext("%(count)s minute", "%(count)s minutes", count),
        "hour": ngettext("%(count)s hour", "%(count)s hours", count),
        "day": ngettext("%(count)s day", "%(count)s days", count),
    }
    return words[unit] % {"count": count}


@lru_cache(maxsize=1024)
def _waits(language: str | None, count: int, unit: str) -> str:
    return _("waits %(length)s") % {"length": _in_unit(language, count, unit)}


@dataclass(frozen=True)
class Clock:
    """What a clock chip shows. `tone` is calm, soon or over; never over on a provisional date."""

    tone: str
    icon: str
    word: str
    when: str
    provisional: bool


def clock(due: datetime, now: datetime, *, provisional: bool = False) -> Clock:
    """The state of a deadline: how it stands in a word, and when it is."""
    left = due - now
    tone, away = "calm", (0, "")
    if left < _NOTHING and not provisional:
        tone, away = "over", _unit(-left)
    elif _NOTHING <= left <= SOON:
        tone, away = "soon", _unit(left)
    there = local(due).replace(second=0, microsecond=0, tzinfo=None)
    return _clock(get_language(), tone, away, there, local(now).date(), provisional)


@lru_cache(maxsize=4096)
def _clock(
    language: str | None, tone: str, away: tuple[int, str], there: datetime, today: date, provisional: bool
) -> Clock:
    """Worded once for a minute of the wall clock as it is seen from one day: a queue asks for the same all day."""
    when = _("%(day)s %(time)s") % {"day": _said_day(language, there.date(), today), "time": f"{there:%H:%M}"}
    if tone == "over":
        return Clock(tone, "alarm", _("%(length)s late") % {"length": _in_unit(language, *away)}, when, False)
    if tone == "soon":
        left = _in_unit(language, *away)
        return Clock(tone, "clock", _("%(length)s left") % {"length": left}, when, provisional)
    return Clock(tone, "clock", _("by %(when)s") % {"when": when}, when, provisional)


def said_distance(metres: float | None) -> str:
    """1.9 公里，骑车约 10 分钟; 21.4 公里: too far for a bicycle; nothing when the distance is not known."""
    if metres is None:
        return ""
    if metres > BICYCLE_METRES_AT_MOST:
        return _("%(count)s km") % {"count": f"{metres / 1000:.1f}".removesuffix(".0")}
    minutes = max(1, round(metres / BICYCLE_METRES_A_MINUTE))
    ride = ngettext("about %(count)s minute by bicycle", "about %(count)s minutes by bicycle", minutes)
    if metres < 950:
        far = _("%(count)s m") % {"count": max(50, round(metres / 50) * 50)}
    else:
        far = _("%(count)s km") % {"count": f"{metres / 1000:.1f}".removesuffix(".0")}
    return _("%(far)s, %(ride)s") % {"far": far, "ride": ride % {"count": minutes}}


# State → tone and sign, the same state meaning much the same in every machine; `kind.state` where it does not.
# The word comes from labels; colour is never the only sign.
STATE_LOOKS: dict[str, tuple[str, str]] = {
    "received": ("calm", "inbox"),
    "waiting": ("soon", "hourglass"),
    "need_info": ("soon", "question"),
    "waitlisted": ("calm", "list"),
    "arranged": ("go", "calendar"),
    "served": ("go", "hands"),
    "closed": ("calm", "check"),
    "suspended": ("calm", "pause"),
    "merged": ("calm", "merge"),
    "refused": ("calm", "signpost"),
    "attendance.refused": ("soon", "question"),
    "cancelled": ("calm", "cross"),
    "draft": ("calm", "pen"),
    "published": ("go", "check"),
    "paused": ("soon", "pause"),
    "retired": ("calm", "cross"),
    "offered": ("soon", "hourglass"),
    "confirmed": ("go", "calendar"),
    "held": ("go", "hands"),
    "recorded": ("calm", "check"),
    "postponed": ("soon", "calendar"),
    "called_off": ("calm", "cross"),
    "standing": ("soon", "pause"),
    "lifted": ("calm", "check"),
    "open": ("soon", "hourglass"),
    "accepted": ("go", "check"),
    "declined": ("calm", "signpost"),
    "expired": ("calm", "clock"),
    "withdrawn": ("calm", "cross"),
    "returned": ("soon", "signpost"),
    "expected": ("calm", "calendar"),
    "came": ("go", "check"),
    "not_home": ("soon", "question"),
    "team_absent": ("over", "alarm"),
    "released": ("calm", "cross"),
    "asked": ("soon", "question"),
    "yes": ("go", "check"),
    "no": ("calm", "cross"),
    "absent": ("calm", "cross"),
    "active": ("go", "calendar"),
    "ended": ("calm", "check"),
    "filed": ("soon", "inbox"),
    "contacted": ("soon", "phone"),
    "answered": ("go", "talk"),
    "reported": ("soon", "alarm"),
    "proposed": ("soon", "question"),
    "dropped": ("calm", "cross"),
    "undone": ("calm", "back"),
    "planned": ("soon", "calendar"),
    "done": ("go", "check"),
    "reading": ("soon", "hourglass"),
    "checked": ("soon", "question"),
    "taking": ("soon", "hourglass"),
    "taken": ("go", "check"),
    "removing": ("soon", "hourglass"),
    "removed": ("calm", "cross"),
    "in_file": ("soon", "inbox"),
    "entered": ("go", "check"),
    "corrected": ("calm", "pen"),
}


def state_look(kind: str, state: str) -> tuple[str, str]:
    """Tone and sign of a state; one without an entry looks calm and plain."""
    return STATE_LOOKS.get(f"{kind}.{state}") or STATE_LOOKS.get(state, ("calm", "dot"))


_LINK = re.compile(r"[:：]?\s*https?://\S+\s*")


# Words that point at a link mean nothing on the telephone: 口令在这里, 能去不能去都点这里, 怎么办写在这里。
_TO_THE_LINK = re.compile(r"[,，]?[^,，。:：?？!！]*(?:[看点]|写?在)这里[,，。]")


def spoken(text: str) -> str:
    """A message as one says it on the telephone: without the link and without the words that lead to it."""
    said = _LINK.sub("。", text)
    said = _TO_THE_LINK.sub("。", re.sub(r"(查看|See)。", "", said))
    return re.sub(r"([。?？!！])。+", r"\1", said).strip()


_LANDLINE = re.compile(r"^(010|02\d|0[3-9]\d\d)(\d{7,8})$")


def said_phone(number: str) -> str:
    """0357-6220000: a number of the fixed net with its area code apart; a mobile number as it is."""
    return _LANDLINE.sub(r"\1-\2", number)


class Held(Protocol):
    """An occasion, as far as its number needs it."""

    pk: int
    created_at: datetime

    @property
    def area(self) -> Any: ...


def sheet_number(occasion: Held) -> str:
    """The public number of an occasion's sheets: on paper and in its code, nothing secret in it."""
    return public_number("R", occasion.area.code[:6], local(occasion.created_at).year, occasion.pk)


class Named(Protocol):
    """An area: what it is called, was called, and what the place of an ended one is called now."""

    name: str
    former: Sequence[Sequence[str]]
    now_name: str


def said_area(area: Named | None, on: datetime | date | None = None) -> str:
    """常一社区; as it was called on that day, with what the place is called today: 常一社区（现合心社区）."""
    if area is None:
        return ""
    day = local_date(on) if isinstance(on, datetime) else on
    then = next(
        (name for name, until in area.former if day is not None and day.isoformat() < until), area.name
    )
    today = area.now_name or area.name
    return said_place(then, today)


def said_place(then: str, today: str) -> str:
    """The name a place had, and what it is called today when that is another one."""
    return then if then == today else _("%(name)s (now %(today)s)") % {"name": then, "today": today}
