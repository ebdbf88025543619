"""What pages of reports have in common: who asks, which period, files as answers."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from laojia.desks.reports.rules import Period, read_period
from laojia.kernel import clock
from laojia.kernel.codes import plain_cell
from laojia.kernel.errors import BadInput

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None
_LOOKED_AT = 200  # rows that say how wide a column has to be
_TITLE = re.compile(r"[\[\]:*?/\\]")  # signs no sheet may have in its name


def period_of(text: str) -> Period:
    """The month or year of the address. Raises BadInput."""
    period = read_period(text, clock.local_date(clock.now()))
    if period is None:
        raise BadInput(
            "period",
            _("There are no figures for that month."),
            _("Write a month like 2026-11 or a year like 2026, not in the future."),
        )
    return period


def safe(cell: Cell) -> Cell:
    """Texts that a table program would take for a formula are marked as text; numbers stay numbers."""
    return plain_cell(cell) if isinstance(cell, str) else cell


def as_csv(name: str, rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A CSV file that table programs open with the right signs."""
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return _download(("\ufeff" + text.getvalue()).encode(), name, "text/csv; charset=utf-8")


def as_xlsx(name: str, sheets: Iterable[tuple[str, Iterable[Sequence[Cell]]]]) -> HttpResponse:
    """A workbook, written row by row; the first row of each sheet is its heading and stays in sight."""
    from openpyxl import Workbook  # heavy, and no start of a server pays for it
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(_TITLE.sub(" ", title)[:31] or "1")
        coming = iter(rows)
        first = list(itertools.islice(coming, _LOOKED_AT))
        for column, width in enumerate(_widths(first), 1):
            sheet.column_dimensions[get_letter(column)].width = width
        sheet.freeze_panes = "A2"
        for number, row in enumerate(itertools.chain(first, coming)):
            cells: list[Any] = [safe(cell) for cell in row]
            if number == 0:
                cells = [WriteOnlyCell(sheet, cell) for cell in cells]
                for cell in cells:
                    cell.font = Font(bold=True)
            sheet.append(cells)
    kept = io.BytesIO()
    book.save(kept)
    return _download(kept.getvalue(), name, XLSX)


def get_letter(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Wide enough to read without dragging; a Chinese sign is two wide."""
    wide: list[int] = []
    for row in rows:
        for place, cell in enumerate(row):
            text = str(cell if cell is not None else "")
            length = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text) + 2
            if place == len(wide):
                wide.append(8)
            wide[place] = min(60, max(wide[place], length))
    return wide


def _download(body: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
