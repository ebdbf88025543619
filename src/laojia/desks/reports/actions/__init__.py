"""Writes of reports."""

from laojia.desks.reports.actions.exchange import (
    WrongAnswers,
    correct,
    make_file,
    read_answer,
    take_file,
)
from laojia.desks.reports.actions.notes import LONGEST_NOTE, note_month

__all__ = [
    "LONGEST_NOTE",
    "WrongAnswers",
    "correct",
    "make_file",
    "note_month",
    "read_answer",
    "take_file",
]
