"""The worker's look for people who are in the book twice: only those new or changed, some thousand at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from laojia.foundation.outbox.actions import set_clock
from laojia.foundation.outbox.models import Clock
from laojia.foundation.people.models import Likeness, Person
from laojia.foundation.people.queries.likeness import CHUNK, alike, to_compare

LOOK = "person.look"
ABOUT = ("people", 1)
AGAIN = timedelta(minutes=10)


def arm(now: datetime) -> None:
    """Called when a worker starts: the clock that looks for doubles runs, whoever started it."""
    if not Clock.objects.filter(kind=LOOK, state="pending").exists():
        set_clock(LOOK, about=ABOUT, due=now, now=now)


def look(_about: int, now: datetime) -> int:
    """The clock: compare the next ones; at once again while there are more, else in a while. Gives new pairs."""
    found = compare(now, CHUNK)
    waiting = Person.objects.filter(compared_at=None).exists()
    set_clock(LOOK, about=ABOUT, due=now if waiting else now + AGAIN, now=now)
    return found


@transaction.atomic
def compare(now: datetime, many: int) -> int:
    """Look at that many. A pair somebody has kept apart stays apart."""
    ids = to_compare(many)
    pairs = alike(ids)
    before = Likeness.objects.count() if pairs else 0
    Likeness.objects.bulk_create(
        [
            Likeness(
                low_id=pair.low, high_id=pair.high, reasons=list(pair.reasons), area_path=pair.area_path,
                found_at=now,
            )
            for pair in pairs
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    Person.objects.filter(pk__in=ids).update(compared_at=now)
    return Likeness.objects.count() - before if pairs else 0
