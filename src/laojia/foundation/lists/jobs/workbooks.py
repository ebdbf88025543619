"""Workbooks that go out: the template of a kind, and the bad rows of a list with a column that says why."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from laojia.foundation.lists.forms.sentences import told
from laojia.foundation.lists.models import Batch
from laojia.foundation.lists.queries import kind_named, lines_of
from laojia.foundation.lists.rules import BAD, ListKind
from laojia.kernel.codes import plain_cell
from laojia.kernel.errors import joined

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROOM = 60  # empty rows of the template formatted as text, so that ID numbers stay what they are
_WIDEST = 60


def template_of(kind: ListKind) -> bytes:
    """Headings and example rows; a second sheet explains each column. Every cell is text."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = _("List")
    _heading(sheet, [f"{column.heading}*" if column.needed else column.heading for column in kind.columns])
    most = max(len(column.examples) for column in kind.columns)
    for number in range(most):
        _row(sheet, number + 2, [(*column.examples, *[""] * most)[number] for column in kind.columns])
    for number in range(most + 2, most + 2 + _ROOM):
        for place in range(1, len(kind.columns) + 1):
            sheet.cell(number, place).number_format = "@"
    notes = book.create_sheet(_("What goes where"))
    _heading(notes, [_("Column"), _("Needed"), _("What to write"), _("Example"), _("Also read as")])
    for number, column in enumerate(kind.columns, 2):
        example = next((one for one in column.examples if one), "")
        words = [column.heading, _needed(kind, column.name, needed=column.needed), str(column.about), example]
        _row(notes, number, [*words, "、".join(column.also)])
    _widths(notes)
    return _bytes(book)


def bad_rows_of(batch: Batch) -> bytes:
    """The rows that could not be taken in as they came, with a last column that says what is wrong and what to do.

    The same headings as the sheet had: mended, the workbook is read in like any list. The reasons are passed over.
    """
    import openpyxl

    kind = kind_named(batch.kind)
    book = openpyxl.Workbook(write_only=False)
    sheet = book.active
    sheet.title = _("To be mended")
    titles = [str(title) for title in batch.headings]
    _heading(sheet, [*titles, _("Row in your list"), _("What is wrong and what to do")])
    number = 2
    for row in lines_of(batch, found=BAD).iterator(chunk_size=1000):
        if not row.cells:
            continue  # blanked by its keep period: nothing is left to mend
        cells = [str(cell) for cell in json.loads(row.cells)][: len(titles)]
        cells += [""] * (len(titles) - len(cells))
        plain = {name: cells[at] for name, at in batch.places.items() if at < len(cells)}
        why = joined(*told(kind, row.flaws, plain))
        _row(sheet, number, [*cells, str(row.number), why], last=why)
        number += 1
    _widths(sheet)
    return _bytes(book)


def _needed(kind: ListKind, name: str, *, needed: bool) -> str:
    if needed:
        return _("yes")
    for group in kind.one_of:
        if name in group:
            others = "、".join(column.heading for column in kind.columns if column.name in group)
            return _("one of: %(titles)s") % {"titles": others}
    return _("if you have it")


def _heading(sheet: Any, titles: Iterable[str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for place, title in enumerate(titles, 1):
        cell = sheet.cell(1, place, plain_cell(title))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2F6B4F")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[cell.column_letter].width = max(12, min(_WIDEST, 2 * len(title) + 4))
    sheet.freeze_panes = "A2"


def _row(sheet: Any, number: int, values: Sequence[str], last: str = "") -> None:
    from openpyxl.styles import Alignment, Font

    for place, value in enumerate(values, 1):
        cell = sheet.cell(number, place)
        # Text whatever it looks like: neither a formula nor a number with its digits cut off.
        cell.value, cell.number_format = plain_cell(value) or None, "@"
        cell.data_type = "s" if value else cell.data_type
    if last:
        cell = sheet.cell(number, len(values))
        cell.font, cell.alignment = Font(color="A3261B"), Alignment(wrap_text=True, vertical="top")


def _widths(sheet: Any) -> None:
    last = sheet.cell(1, sheet.max_column)
    sheet.column_dimensions[last.column_letter].width = _WIDEST


def _bytes(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
