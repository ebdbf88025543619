"""How a breakdown is written into the log: where and of which kind, never in its own words.

Databases put whole rows into their messages, readers put cells into theirs: names and numbers that must not rest in logs.
"""

import logging
import traceback
from types import TracebackType

Caught = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # what sys.exc_info() gives


class QuietFormatter(logging.Formatter):
    """Lines of code and kinds of errors, the cause first; messages are left out."""

    def formatException(self, ei: Caught) -> str:  # noqa: N802  the name logging calls
        error, told, seen = ei[1], [], set[int]()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(told))
