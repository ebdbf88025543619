"""Pure rules of reviewing: what counts, who may write it down, what follows, and figures that give nobody away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

SMALLEST_SHOWN = (
    5  # cells of 1–4 people are hidden, and one more cell of the same line so that it cannot be reckoned
)


def counts(at: datetime, review_until: datetime | None) -> bool:
    """A review counts until the reopen window ends; later ones are kept, not counted."""
    return review_until is None or at <= review_until


def recorder_allowed(recorder_teams: Iterable[int], serving_team: int | None) -> bool:
    """Nobody of the serving team writes the person's words down for him."""
    return serving_team is None or serving_team not in set(recorder_teams)


def opens_again(solved: str, wants_again: bool) -> bool:
    """Not solved opens it again; partly solved does when the person wants it."""
    return solved == "no" or (solved == "partly" and wants_again)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table: None is hidden."""

    row: str
    column: str
    value: int | None


def hide_small(
    table: Mapping[tuple[str, str], int],
    rows: Sequence[str],
    columns: Sequence[str],
    least: int = SMALLEST_SHOWN,
) -> dict[tuple[str, str], int | None]:
    """Primary and complementary hiding: no hidden cell can be reckoned from the totals of its row or column.

    `table` maps (row, column) to heads, totals included as a row and a column of their own; every line that hides a
    cell hides at least two, so no single equation gives one away. Zero is shown. Returns every cell, None where hidden.
    """
    shown: dict[tuple[str, str], int | None] = {(r, c): table.get((r, c), 0) for r in rows for c in columns}
    for key, value in shown.items():
        if value is not None and 0 < value < least:
            shown[key] = None
    changed = True
    while changed:
        # Every line is looked at before the next round: no short cut.
        hid = [_cover(shown, [(r, c) for c in columns], table) for r in rows]
        hid += [_cover(shown, [(r, c) for r in rows], table) for c in columns]
        changed = any(hid)
    return shown


def _cover(
    shown: dict[tuple[str, str], int | None],
    line: list[tuple[str, str]],
    table: Mapping[tuple[str, str], int],
) -> bool:
    """Hide the smallest further cell of a line that hides exactly one; False when nothing had to be done."""
    hidden = [key for key in line if shown[key] is None]
    if len(hidden) != 1:
        return False
    # Zeros last: hiding one protects, but costs the reader a true nothing.
    further = sorted(
        (key for key in line if shown[key] is not None), key=lambda k: (table.get(k, 0) == 0, table.get(k, 0))
    )
    if not further:
        return False
    shown[further[0]] = None
    return True


def share(part: int, whole: int) -> int | None:
    """Whole percent; None when there is nothing to divide by."""
    return round(100 * part / whole) if whole else None
