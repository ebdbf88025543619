"""Writes of reports."""

from laojia.desks.reports.actions.exchange import (
    WrongAnswers,
    correct,
    make_file,
    read_answer,
    take_file,
)
from laojia.desks.reports.actions.notes import LONGEST_NOTE, note_month
from laojia.desks.reports.actions.tables import drop_table, run_table, save_table

__all__ = [
    "LONGEST_NOTE",
    "WrongAnswers",
    "correct",
    "drop_table",
    "make_file",
    "note_month",
    "read_answer",
    "run_table",
    "save_table",
    "take_file",
]
