"""Writes of reports."""

from laojia.desks.reports.actions.notes import LONGEST_NOTE, note_month

__all__ = ["LONGEST_NOTE", "note_month"]
