"""Headings of sheets as offices write them: any order, spaces, stars, notes in brackets, other words for the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from laojia.foundation.lists.rules.kinds import ListKind

WITHIN = 10  # rows: offices put a title above the heading
_NOTE = re.compile(r"[(（【\[<《].*?[)）】\]>》]")


def plain_heading(text: str) -> str:
    """姓 名(必填)* → 姓名."""
    wide = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\W_]+", "", _NOTE.sub("", wide)).casefold()


def places_of(kind: ListKind, heading: Sequence[str]) -> dict[str, int]:
    """Which column stands where. Unknown headings are passed over; of two that mean the same the first counts."""
    known = {
        plain_heading(title): column.name
        for column in kind.columns
        for title in (column.heading, *column.also)
    }
    places: dict[str, int] = {}
    for index, title in enumerate(heading):
        name = known.get(plain_heading(title)) or known.get(re.sub(r"[\W_]+", "", title).casefold())
        if title and name is not None:
            places.setdefault(name, index)
    return places


def find_heading(kind: ListKind, rows: Sequence[Sequence[str]]) -> int | None:
    """The row among the first ones that names most columns; None when none names any."""
    counts = [len(places_of(kind, row)) for row in rows[:WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def missing(kind: ListKind, places: dict[str, int]) -> list[str]:
    """Headings that must be there and are not; of a group of which one is enough, all of it."""
    lost = [column.heading for column in kind.columns if column.needed and column.name not in places]
    groups = [group for group in kind.one_of if not any(name in places for name in group)]
    return lost + [
        " / ".join(column.heading for column in kind.columns if column.name in group) for group in groups
    ]
