"""Pages of reports."""

from laojia.desks.reports.pages import exchange, tables
from laojia.desks.reports.pages.month import definitions, month, note, now, paper, rows, workbook

__all__ = ["definitions", "exchange", "month", "note", "now", "paper", "rows", "tables", "workbook"]
