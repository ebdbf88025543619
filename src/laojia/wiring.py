"""What happens after what, in one place: {verb: (functions, …)} in the same transaction, {clock kind: handler} in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from laojia.foundation.journal.actions import Event, connect
from laojia.steps.menu import jobs as menu_jobs

AFTER: Mapping[str, tuple[Callable[[Event], None], ...]] = {}

# Clock kind → handler(about_id, now); called by the worker when the clock runs out.
CLOCKS: Mapping[str, Callable[[int, datetime], None]] = {
    "occasion.pass": menu_jobs.pass_due,
}


def start() -> None:
    """Connect the follow-ups; called once when the application is ready."""
    connect(AFTER)
