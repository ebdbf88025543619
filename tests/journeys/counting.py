"""Counts what a hand does at the desk — clicks, keys pressed, signs typed — and holds it against docs/desk.md.

    hand = Hand(page)
    with hand.task("Tick a call"):
        hand.click(page.get_by_role("button", name="说到了"))

A task is one row of the table there. When the page says other numbers the test fails; `make desk` (or
LAOJIA_REWRITE_DESK=1) writes what was measured. A new task needs nothing but a new name.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "docs" / "desk.md"
BEGIN, END = "<!-- measured by the tests, begin -->", "<!-- measured by the tests, end -->"
HEAD = "| Task | Clicks | Keys | Signs typed |\n|---|---:|---:|---:|"
_ROW = re.compile(r"^\| (?P<task>[^|]+?) \| (\d+) \| (\d+) \| (\d+) \|$")


@dataclass
class Count:
    """What one task took."""

    clicks: int = 0
    keys: int = 0
    signs: int = 0

    def row(self, task: str) -> str:
        return f"| {task} | {self.clicks} | {self.keys} | {self.signs} |"


class Hand:
    """A hand on mouse and keyboard of one page. Everything of a counted task goes through it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = Count()

    def click(self, what: Locator) -> None:
        """One click (a tick, a choice, a button, a field)."""
        what.click()
        self.count.clicks += 1

    def press(self, *keys: str) -> None:
        """Keys that write nothing: Enter, Tab, Space, arrows, and the desk's one-letter keys."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count.keys += 1

    def type(self, text: str) -> None:
        """Signs typed where the cursor is; a Chinese sign counts as one."""
        self.page.keyboard.insert_text(text)
        self.count.signs += len(text)

    def digits(self, text: str) -> None:
        """Signs typed one by one, as a field for an hour or a day wants them."""
        for sign in text:
            self.page.keyboard.press(sign)
        self.count.signs += len(text)

    def enter(self, text: str) -> None:
        """Type and press Enter."""
        self.type(text)
        self.press("Enter")

    def choose(self, select: Locator, label: str) -> None:
        """One choice out of a list."""
        select.select_option(label=label)
        self.count.clicks += 1

    def file(self, field: Locator, path: Path) -> None:
        """A file chosen: the field and the file in the window that opens."""
        field.set_input_files(path)
        self.count.clicks += 2

    @contextmanager
    def task(self, name: str) -> Iterator[Count]:
        """One row of docs/desk.md. What was done before it does not count."""
        self.count = Count()
        yield self.count
        hold_against(name, self.count)


def settled(page: Page) -> None:
    """What was pressed has been answered, and the answer stands on the page with the focus where it belongs."""
    page.wait_for_load_state("networkidle")
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")


def rows(text: str) -> dict[str, str]:
    """Task → its line in the table."""
    table = text.partition(BEGIN)[2].partition(END)[0]
    return {found["task"]: line for line in table.splitlines() if (found := _ROW.match(line))}


def hold_against(task: str, count: Count) -> None:
    """Compare with the page, or write it there when asked to."""
    line = count.row(task)
    if os.environ.get("LAOJIA_REWRITE_DESK") == "1":
        _write(task, line)
        return
    said = rows(DESK.read_text(encoding="utf-8")).get(task, "")
    assert said == line, f"docs/desk.md says {said or 'nothing'!r}, measured {line!r}; `make desk` writes it"


def _write(task: str, line: str) -> None:
    with DESK.open("r+", encoding="utf-8") as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        text = page.read()
        before, _begin, rest = text.partition(BEGIN)
        _table, _end, after = rest.partition(END)
        known = rows(text) | {task: line}
        page.seek(0)
        page.write(f"{before}{BEGIN}\n{HEAD}\n" + "\n".join(known.values()) + f"\n{END}{after}")
        page.truncate()
