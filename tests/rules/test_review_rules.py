"""Figures give nobody away: no equation of the published table has a single unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from laojia.steps.review.rules import SMALLEST_SHOWN, counts, hide_small, opens_again, recorder_allowed, share

ROWS = ("a", "b", "c", "∑")
COLUMNS = ("x", "y", "z", "∑")
inner = st.dictionaries(
    st.tuples(st.sampled_from(ROWS[:3]), st.sampled_from(COLUMNS[:3])), st.integers(0, 30), max_size=9
)


def with_totals(table: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    full = dict(table)
    for (row, column), n in table.items():
        for key in ((row, "∑"), ("∑", column), ("∑", "∑")):
            full[key] = full.get(key, 0) + n
    return full


@given(inner)
def test_no_small_figure_is_shown_and_none_can_be_reckoned(table: dict[tuple[str, str], int]) -> None:
    full = with_totals(table)
    shown = hide_small(full, ROWS, COLUMNS)
    for value in shown.values():
        assert value is None or value == 0 or value >= SMALLEST_SHOWN
    lines = [[(r, c) for c in COLUMNS] for r in ROWS] + [[(r, c) for r in ROWS] for c in COLUMNS]
    for line in lines:
        assert sum(shown[key] is None for key in line) != 1
    for key, value in shown.items():
        assert value is None or value == full.get(key, 0)


@given(inner)
def test_large_figures_stay(table: dict[tuple[str, str], int]) -> None:
    large = {key: n + SMALLEST_SHOWN for key, n in table.items()}
    full = with_totals(large)
    assert None not in hide_small(full, ROWS, COLUMNS).values()


def test_small_words() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert counts(now, None)
    assert counts(now, now)
    assert not counts(now + timedelta(seconds=1), now)
    assert recorder_allowed({1, 2}, 3)
    assert not recorder_allowed({1, 2}, 2)
    assert recorder_allowed({1}, None)
    assert opens_again("no", wants_again=False)
    assert opens_again("partly", wants_again=True)
    assert not opens_again("partly", wants_again=False)
    assert not opens_again("yes", wants_again=True)
    assert (share(1, 3), share(0, 0)) == (33, None)
