"""Pure decisions about lists: kinds and their columns, headings, what a row is."""

from laojia.foundation.lists.rules.heads import WITHIN, find_heading, missing, places_of
from laojia.foundation.lists.rules.kinds import (
    BAD,
    CHANGE,
    FOUND,
    NEW,
    REPEAT,
    SAME,
    Asked,
    BadCell,
    Check,
    Column,
    Flaw,
    Line,
    ListKind,
    Verdict,
    bad,
    read_cells,
)

__all__ = [
    "BAD",
    "CHANGE",
    "FOUND",
    "NEW",
    "REPEAT",
    "SAME",
    "WITHIN",
    "Asked",
    "BadCell",
    "Check",
    "Column",
    "Flaw",
    "Line",
    "ListKind",
    "Verdict",
    "bad",
    "find_heading",
    "missing",
    "places_of",
    "read_cells",
]
