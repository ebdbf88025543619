"""A sheet as rows of plain text, by python-calamine and csv; row numbers are those at its left edge."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from laojia.foundation.files.forms import SHEET_SAID
from laojia.foundation.files.rules import WORKBOOKS, Unfit, check_sheet
from laojia.foundation.lists.rules import WITHIN, ListKind, find_heading, missing, places_of
from laojia.kernel.codes import unmarked_cell
from laojia.kernel.errors import BadInput, joined

MOST_ROWS = 400_000
_SURE = 10**15  # beyond fifteen digits a spreadsheet keeps zeros: such a number must be refused, not guessed
_DIGITS = re.compile(r"[\d\s+\-.eE]+")
_Row = list[str]


@dataclass(frozen=True)
class Head:
    """The heading of a sheet: its titles, which column stands where, and how many rows lie below at most."""

    titles: tuple[str, ...]
    places: dict[str, int]
    rows: int
    below: int  # the first row under it, counted from one


def head_of(kind: ListKind, body: bytes) -> Head:
    """Find the heading. Raises BadInput when the sheet is empty, locked, no table, or columns are missing."""
    count, rows = rows_of(body)
    first = list(itertools.islice(rows, WITHIN))
    at = find_heading(kind, first)
    if at is None:
        if not any(any(row) for row in first):
            raise _refused(
                "list_empty", _("There is nothing in this sheet."), _("Please choose the list again.")
            )
        raise _refused(
            "no_heading",
            _("No heading of this kind of list is found in the first rows."),
            _("The first row names the columns, like: %(titles)s. The template shows it.")
            % {"titles": "、".join(column.heading for column in kind.columns[:5])},
        )
    places = places_of(kind, first[at])
    if lost := missing(kind, places):
        raise _refused(
            "column_missing",
            _("These columns are missing: %(titles)s.") % {"titles": "、".join(lost)},
            _("Write them into the heading, or copy your rows into the template."),
        )
    if count > MOST_ROWS:
        raise _refused(
            "too_long", _("This list has more than 400,000 rows."), _("Divide it and read the parts.")
        )
    if not any(any(row) for row in itertools.chain(first[at + 1 :], rows)):
        raise _refused(
            "list_empty", _("There are no rows below the heading."), _("Please choose the list again.")
        )
    return Head(tuple(first[at]), places, max(0, count - at - 1), at + 2)


def lines_of(body: bytes, below: int, upto: int) -> Iterator[tuple[int, _Row]]:
    """Number and cells of every filled row under the heading, behind row `upto`."""
    start = max(below, upto + 1)
    _count, rows = _opened(body)  # looked at before it was put down
    for number, row in enumerate(rows, 1):
        if number >= start and any(row):
            yield number, row


def rows_of(body: bytes) -> tuple[int, Iterator[_Row]]:
    """How many rows there may be, and each of them as text. Raises BadInput."""
    try:
        check_sheet(body)
    except Unfit as unfit:
        raise BadInput(unfit.code, SHEET_SAID[unfit.code]) from None
    return _opened(body)


def _opened(body: bytes) -> tuple[int, Iterator[_Row]]:
    return _workbook(body) if body.startswith(WORKBOOKS) else _csv(body)


def _workbook(body: bytes) -> tuple[int, Iterator[_Row]]:
    import python_calamine as calamine  # heavy, and only here

    try:
        book = calamine.load_workbook(io.BytesIO(body))
        shown = [one.name for one in book.sheets_metadata if one.visible == calamine.SheetVisibleEnum.Visible]
        if not shown:
            raise BadInput("list_empty", _("There is nothing in this sheet."))
        sheet = book.get_sheet_by_name(shown[0])
        count, merged = sheet.total_height, sheet.merged_cell_ranges or ()
        rows = ([_cell(value) for value in row] for row in sheet.iter_rows())
    except calamine.PasswordError:
        raise BadInput("locked", SHEET_SAID["locked"]) from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise BadInput("broken", SHEET_SAID["broken"]) from error
    # A village written once over its rows (merged cells) is meant for each of them.
    down = [span for span in merged if span[1][0] > span[0][0]]
    left = sheet.start[1] if sheet.start else 0
    return count, _spread(rows, down, left) if down else rows


def _spread(rows: Iterator[_Row], merged: Sequence[Any], left: int) -> Iterator[_Row]:
    """Fill cells merged downward with what stands in the first of them."""
    begins: dict[int, list[tuple[int, int, int]]] = {}
    for (top, first), (bottom, last) in merged:
        begins.setdefault(top, []).append((bottom, first - left, last - left))
    running: list[tuple[int, int, int, str]] = []
    for at, row in enumerate(rows):
        running = [span for span in running if span[0] >= at]
        running += [
            (bottom, first, last, row[first])
            for bottom, first, last in begins.get(at, ())
            if 0 <= first < len(row)
        ]
        for _bottom, first, last, text in running:
            row[first : last + 1] = [text] * (min(last, len(row) - 1) - first + 1)
        yield row


def _csv(body: bytes) -> tuple[int, Iterator[_Row]]:
    utf_16 = body[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):  # what offices' spreadsheets write
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadInput("broken", SHEET_SAID["broken"])
    first = text.split("\n", 1)[0]
    sign = max(",\t;", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    return text.count("\n") + 1, _without_errors(rows)


def _without_errors(rows: Iterator[Sequence[str]]) -> Iterator[_Row]:
    try:
        for row in rows:
            yield [_plain(cell) for cell in row]
    except csv.Error as error:
        raise BadInput("broken", SHEET_SAID["broken"]) from error


def _cell(value: object) -> str:
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < _SURE else f"{value:g}"
    if isinstance(value, int):
        return f"{value:.6e}" if abs(value) >= _SURE else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else _plain(str(value))


def _plain(text: str) -> str:
    text = unmarked_cell(" ".join(text.split()))
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", text)
    # Full-width digits are put right; brackets in names stay as the county writes them.
    return wide if _DIGITS.fullmatch(wide) else text


def _refused(code: str, sentence: str, hint: str) -> BadInput:
    return BadInput(code, sentence, hint, {"file": joined(sentence, hint)})
