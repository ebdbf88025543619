"""Pure rules of reports: which days a month or a year covers, what is still provisional, how a middle value is found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

FIRST_YEAR = 2020
REVIEWS_FOR = timedelta(days=15)  # the review window: until then somebody may still say how it was


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a whole year: first day, and the first day after it."""

    text: str  # 2026-11 or 2026, as in the address
    first: date
    after: date

    @property
    def is_year(self) -> bool:
        return len(self.text) == 4

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """First moment of the period and of the next one, on the clock of `zone`."""
        return (
            datetime(self.first.year, self.first.month, 1, tzinfo=zone),
            datetime(self.after.year, self.after.month, 1, tzinfo=zone),
        )

    def before(self) -> Period:
        """The month or year before."""
        if self.is_year:
            return year_of(self.first.year - 1)
        return month_of(self.first - timedelta(days=1))

    def following(self) -> Period:
        """The month or year after."""
        return year_of(self.after.year) if self.is_year else month_of(self.after)


def month_of(day: date) -> Period:
    """The month a day lies in."""
    first = day.replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Period(f"{first:%Y-%m}", first, after)


def year_of(year: int) -> Period:
    """A whole year."""
    return Period(f"{year:04d}", date(year, 1, 1), date(year + 1, 1, 1))


def read_period(text: str, today: date) -> Period | None:
    """`2026-11` or `2026`; None when it is neither, or lies in the future or before anything was counted."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text, re.ASCII)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 0)
    if not FIRST_YEAR <= year <= today.year or (found[2] is not None and not 1 <= month <= 12):
        return None
    period = month_of(date(year, month, 1)) if found[2] else year_of(year)
    return period if period.first <= today else None


def provisional(after: datetime, now: datetime, *, still_open: int, owed: int) -> tuple[str, ...]:
    """Why the figures may still move: the period runs, reviews may come, orders are open, records are owed."""
    reasons = []
    if now < after:
        reasons.append("running")
    elif now < after + REVIEWS_FOR:
        reasons.append("reviews")
    if still_open:
        reasons.append("open")
    if owed:
        reasons.append("owed")
    return tuple(reasons)


def middle(values: Sequence[timedelta]) -> timedelta | None:
    """The middle value; of an even number the mean of the two in the middle. None for none."""
    if not values:
        return None
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def in_hours(minutes: int) -> float:
    """Minutes as hours with one digit, as they are shown and printed."""
    return round(minutes / 60, 1)


# --- the exchange file ---------------------------------------------------------------------------------------------

# What a row of the national system must hold (令67 art. 5 and 7), in the order in which it is looked for.
NEEDED = ("name", "number", "consent", "activity", "content", "unit", "in_charge")
ENTERED_WORDS = frozenset({"录入", "已录入", "成功", "通过", "entered", "ok"})
RETURNED_WORDS = frozenset({"退回", "已退回", "失败", "不通过", "returned"})


def lacking(facts: Mapping[str, object]) -> tuple[str, ...]:
    """Which needed facts of a service record are empty, in the order of NEEDED."""
    return tuple(name for name in NEEDED if not facts.get(name))


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of the answer list: which row of the file, entered or returned, and why."""

    row: int
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong in the answer list: row of the sheet, column, what; 0 stands for the sheet as a whole."""

    at: int
    column: str
    code: str
    value: str = ""


def read_answers(
    rows: Sequence[Sequence[str]], known: Mapping[int, str]
) -> tuple[tuple[Answer, ...], tuple[Wrong, ...]]:
    """The answers of a sheet whose heading names 序号, 结果 and 退回原因; `known`: row of the file → its state.

    Rows without a result are not answered yet and left alone. Either the answers or what is wrong is of use.
    """
    places, below = _answer_heading(rows)
    if places is None:
        return (), (Wrong(0, "序号、结果", "no_heading"),)
    answers: dict[int, Answer] = {}
    wrong: list[Wrong] = []
    for at, cells in enumerate(rows[below:], below + 1):
        number, result, words = (
            cells[place].strip() if place is not None and place < len(cells) else "" for place in places
        )
        if not result:
            continue
        found = _answer(at, number, result, words, known, answers)
        if isinstance(found, Wrong):
            wrong.append(found)
        else:
            answers[found.row] = found
    if not answers and not wrong:
        wrong.append(Wrong(0, "结果", "nothing_answered"))
    return tuple(answers.values()), tuple(wrong)


def _answer_heading(rows: Sequence[Sequence[str]]) -> tuple[tuple[int, int, int | None] | None, int]:
    for number, cells in enumerate(rows[:10]):
        titles = {title.strip(): place for place, title in reversed(list(enumerate(cells)))}
        if "序号" in titles and "结果" in titles:
            return (titles["序号"], titles["结果"], titles.get("退回原因")), number + 1
    return None, 0


def _answer(
    at: int, number: str, result: str, words: str, known: Mapping[int, str], before: Mapping[int, Answer]
) -> Answer | Wrong:
    if not (number.isascii() and number.isdigit() and len(number) < 10 and int(number) in known):
        return Wrong(at, "序号", "not_in_file", number)
    row = int(number)
    word = result.lower()
    state = "entered" if word in ENTERED_WORDS else "returned" if word in RETURNED_WORDS else ""
    if not state:
        return Wrong(at, "结果", "no_such_result", result)
    if state == "returned" and not words:
        return Wrong(at, "退回原因", "no_reason")
    if row in before and before[row].state != state:
        return Wrong(at, "结果", "said_twice", result)
    if known[row] in ("entered", "corrected") and known[row] != state:
        return Wrong(at, "结果", "answered_before", result)
    return Answer(row, state, words[:200])


# --- demanded tables -----------------------------------------------------------------------------------------------

WINDOWS = ("", "this_month", "last_month", "this_year", "last_year")


def window_of(word: str, today: date) -> Period | None:
    """The period a saved table means on the day it is run; None: all there is."""
    return {
        "this_month": month_of(today),
        "last_month": month_of(today).before(),
        "this_year": year_of(today.year),
        "last_year": year_of(today.year - 1),
    }.get(word)
