"""What a cell may hold, and how it is read. Each check takes the text and the day, gives a value or raises BadCell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from stdnum.cn import ric

from laojia.foundation.lists.rules import BadCell, Check
from laojia.kernel.codes import clean_phone, is_id_number
from laojia.kernel.errors import BadInput

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:\s+0{1,2}:00(?::00)?)?")
_SPLIT = re.compile(r"[;；、,，/|\n]+")
_NAME = re.compile(r"[^\W\d_]+(?:[ ·.'-][^\W\d_]+)*")
_YES = frozenset("是 有 同意 已同意 对 y yes 1 true √ ✓ ✔".split())
_NO = frozenset("否 无 没有 不 不同意 n no 0 false × x".split())
_FIRST_YEAR = 1900
_SPREADSHEET_ZERO = date(1899, 12, 30)


def narrow(text: str) -> str:
    """Full-width signs put right, spaces at the edges gone."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def words(most: int, least: int = 1) -> Check:
    """Any text up to a length."""

    def check(text: str, _on: date) -> str:
        plain = " ".join(text.split())
        if len(plain) > most:
            raise BadCell("too_long", most)
        if len(plain) < least:
            raise BadCell("too_short", least)
        return plain

    return check


def name(text: str, _on: date) -> str:
    """A person's name."""
    plain = narrow(text)
    if not 2 <= len(plain) <= 40 or not _NAME.fullmatch(plain):
        raise BadCell("name")
    return plain


def phone(text: str, _on: date) -> str:
    """A mobile number."""
    return _phone(text, landline=False)


def any_phone(text: str, _on: date) -> str:
    """A mobile number or a desk's line with its area code."""
    return _phone(text, landline=True)


def _phone(text: str, *, landline: bool) -> str:
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        raise BadCell("as_number")
    try:
        return clean_phone(re.sub(r"\.0$", "", text), landline=landline)
    except BadInput as refused:
        digits = len(re.sub(r"\D", "", text))
        raise BadCell(refused.code, digits) from None


def id_number(text: str, _on: date) -> str:
    """A resident's ID number after GB 11643: eighteen signs, check digit, a day that exists."""
    plain = narrow(text).replace(" ", "").upper()
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", plain):
        raise BadCell("as_number")
    if len(plain) != 18:
        raise BadCell("id_length", len(plain))
    if not is_id_number(plain):
        raise BadCell("id_check")
    return plain


def born_by_id(number: str) -> date:
    """The birthday an ID number carries."""
    found: date = ric.get_birth_date(number)
    return found


def gender_by_id(number: str) -> str:
    """The seventeenth digit is odd for men."""
    return "m" if int(number[16]) % 2 else "f"


def volunteer_number(text: str, _on: date) -> str:
    """The national volunteer number: digits, some systems put letters before them."""
    plain = narrow(text).replace(" ", "").upper()
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", plain):
        raise BadCell("as_number")
    if not re.fullmatch(r"[A-Z]{0,6}\d{6,24}", plain):
        raise BadCell("volunteer_number")
    return plain


def day(text: str, _on: date) -> date:
    """A date as people write it: 2024-03-05, 2024/3/5, 2024.3.5, 2024年3月5日, 20240305, or a spreadsheet's own number."""
    plain = narrow(text)
    found = _DATE.fullmatch(plain) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    try:
        if found:
            return _believable(date(int(found[1]), int(found[2]), int(found[3])))
        if re.fullmatch(
            r"[1-9]\d{4}", plain
        ):  # days since the end of 1899: a date cell formatted as a number
            return _believable(_SPREADSHEET_ZERO + timedelta(days=int(plain)))
    except ValueError:
        raise BadCell("day_none") from None
    raise BadCell("day")


def _believable(found: date) -> date:
    if not _FIRST_YEAR <= found.year <= 2100:
        raise BadCell("day_year")
    return found


def past_day(text: str, on: date) -> date:
    """A date that has come."""
    found = day(text, on)
    if found > on:
        raise BadCell("day_ahead")
    return found


def number(least: int, most: int) -> Check:
    """A whole number; 3.0, 3户, 3次 are three."""

    def check(text: str, _on: date) -> int:
        found = re.fullmatch(r"(\d+)(?:\.0+)?\s*[户次人个分钟天]{0,2}", narrow(text))
        if found is None or len(found[1]) > 9 or not least <= int(found[1]) <= most:
            raise BadCell("number", f"{least}–{most}")
        return int(found[1])

    return check


def decimal(least: float, most: float) -> Check:
    """A number with a point, like a longitude."""

    def check(text: str, _on: date) -> float:
        plain = narrow(text)
        if not re.fullmatch(r"-?\d{1,4}(\.\d{1,12})?", plain) or not least <= float(plain) <= most:
            raise BadCell("number", f"{least:g}–{most:g}")
        return float(plain)

    return check


def choice(values: Mapping[str, tuple[str, ...]]) -> Check:
    """One of the words; each value may be said in several ways. The first way is what the refusal names."""
    by_word = {narrow(word).casefold(): value for value, said in values.items() for word in said}
    named = "、".join(said[0] for said in values.values())

    def check(text: str, _on: date) -> str:
        value = by_word.get(narrow(text).casefold())
        if value is None:
            raise BadCell("choice", named)
        return value

    return check


def yes_no(text: str, _on: date) -> bool:
    """是 or 否."""
    plain = narrow(text).casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise BadCell("yes_no")


def several(part: Check, most: int = 20) -> Check:
    """Several values in one cell, with 、； or ， between them, narrow or wide; each is checked, none twice."""

    def check(text: str, on: date) -> tuple[object, ...]:
        parts = [piece.strip() for piece in _SPLIT.split(text) if piece.strip()]
        if len(parts) > most:
            raise BadCell("too_many", most)
        return tuple(dict.fromkeys(part(piece, on) for piece in parts))

    return check
