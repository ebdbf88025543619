"""Pages of reports."""

from laojia.desks.reports.pages.month import definitions, month, note, now, paper, rows, workbook

__all__ = ["definitions", "month", "note", "now", "paper", "rows", "workbook"]
