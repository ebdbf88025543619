"""Several hands at the same moment, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection

from laojia.kernel.errors import Refused


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all together; what each gave or was refused with, in their order. SQLite has one writer: the others wait."""
    start = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait(30)
        try:
            found[place] = work()
        except (Refused, OperationalError) as refused:
            found[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found
