"""Work on lists: reading sheets, the steps, workbooks, and what other apps' kinds are made with."""

from laojia.foundation.lists.jobs.each import inside_use, take_back, take_each, touched_since, used_among
from laojia.foundation.lists.jobs.turn import put_down, sweep, turn, work_on

__all__ = [
    "inside_use",
    "put_down",
    "sweep",
    "take_back",
    "take_each",
    "touched_since",
    "turn",
    "used_among",
    "work_on",
]
