"""What a line typed during a call says, pure: the times it names, and the words that are left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_DAYS = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = "一二三四五六"
_HALVES = {
    "上午": "morning", "早上": "morning", "早晨": "morning", "中午": "morning", "前晌": "morning",
    "下午": "afternoon", "后晌": "afternoon", "晚上": "evening", "傍晚": "evening", "黑来": "evening",
}  # fmt: skip
_HALF = "|".join(_HALVES)
_DAY = (
    r"(?P<word>大后天|今天|今日|明天|明日|后天)"
    r"|(?P<next>下个?)?(?:这|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?"
    r"|(?P<only>\d{1,2})[日号]"
)
# 每周三 is a rhythm, not a day: it stays among the words.
_TIME = re.compile(rf"(?<!每)(?:(?:{_DAY})\s*的?(?P<half>{_HALF})?|(?P<alone>{_HALF}))")
# What people say around a time and a wish, without meaning anything by it.
_FILLING = re.compile(
    r"^(?:想要?|要|需要|请人?|找人?|帮忙?|给|最好是?|或者?)|(?:都|也)?(?:行|可以|能行|方便|有空|就行|都成|成)(?:吧|了|啊)?$"
)
_BETWEEN = re.compile(r"[\s,，、。;；/]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """A day, a half-day, or both, as somebody said it."""

    day: date | None
    half: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A typed line: the times in it, and the other words in their order."""

    wishes: tuple[Wish, ...]
    words: tuple[str, ...]


def read_line(text: str, today: date) -> Line:
    """「理发 周四上午行, 家里有台阶」→ Thursday morning; 理发, 家里有台阶. A date that is none stays among the words."""
    wishes: list[Wish] = []

    def take(found: re.Match[str]) -> str:
        wish = _wish(found, today)
        if wish is None:
            return found[0]
        wishes.append(wish)
        return " "

    rest = _TIME.sub(take, text)
    words = (_FILLING.sub("", _FILLING.sub("", word)) for word in _BETWEEN.split(rest))
    return Line(tuple(dict.fromkeys(wishes)), tuple(word for word in words if word))


def _wish(found: re.Match[str], today: date) -> Wish | None:
    half = _HALVES.get(found["half"] or found["alone"] or "", "")
    if found["alone"]:
        return Wish(None, half)
    day = _day(found, today)
    return None if day is None else Wish(day, half)


def _day(found: re.Match[str], today: date) -> date | None:
    if found["word"]:
        return today + timedelta(days=_DAYS[found["word"]])
    if found["weekday"]:
        weekday = _WEEKDAYS.find(found["weekday"]) if found["weekday"] in _WEEKDAYS else 6
        monday = today - timedelta(days=today.weekday())
        if found["next"]:
            return monday + timedelta(days=7 + weekday)
        day = monday + timedelta(days=weekday)
        return day if day >= today else day + timedelta(days=7)
    month, number = (found["month"], found["day"]) if found["month"] else (None, found["only"])
    return _coming(int(month) if month else None, int(number), today)


def _coming(month: int | None, number: int, today: date) -> date | None:
    """The next such day of the calendar, today included; None for the 31st of June."""
    for ahead in range(13):
        year, index = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        if month is not None and month != index + 1:
            continue
        try:
            day = date(year, index + 1, number)
        except ValueError:
            if month is not None:
                return None
            continue
        if day >= today:
            return day
    return None


def fitting(wishes: Iterable[Wish], offered: Sequence[str], most: int = 3) -> list[str]:
    """The offered half-days ("2026-11-26/morning") that were meant, in the order they were said, each once."""
    chosen: list[str] = []
    for wish in wishes:
        for value in offered:
            day, _sign, half = value.partition("/")
            fits = (wish.day is None or day == wish.day.isoformat()) and wish.half in ("", half)
            if fits and value not in chosen:
                chosen.append(value)
                break
    return chosen[:most]


def nearness(text: str, known: str) -> int:
    """How many pairs of neighbouring signs of the text stand in what is known: for a guess when no word fits."""
    return sum(text[place : place + 2] in known for place in range(len(text) - 1))


def best_split(words: Sequence[str], known: Iterable[str]) -> int:
    """Which word names what is wanted: the first that says one of the known search words, else the first at all."""
    terms = [term for term in known if len(term) > 1]
    for place, word in enumerate(words):
        if any(term in word or word in term for term in terms):
            return place
    return 0
