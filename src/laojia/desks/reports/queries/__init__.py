"""Reads of reports, always scoped by the actor."""

from laojia.desks.reports.queries.counted import COUNTED
from laojia.desks.reports.queries.month import Figure, Sheet, notes_of, rows_behind, sheet
from laojia.desks.reports.queries.scope import View, view_of
from laojia.desks.reports.queries.words import cells, headings, part_word

__all__ = [
    "COUNTED",
    "Figure",
    "Sheet",
    "View",
    "cells",
    "headings",
    "notes_of",
    "part_word",
    "rows_behind",
    "sheet",
    "view_of",
]
