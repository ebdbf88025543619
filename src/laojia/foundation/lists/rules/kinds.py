"""What a kind of list declares: its columns, how a row is known again, how it is taken in and taken back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from laojia.policy.facts import Actor

NEW, CHANGE, SAME, REPEAT, BAD = "new", "change", "same", "repeat", "bad"
FOUND = (NEW, CHANGE, SAME, REPEAT, BAD)


class BadCell(Exception):
    """What stands in a cell cannot be used. `code` picks the sentences, `other` is a number or a word for them."""

    def __init__(self, code: str, other: object = "") -> None:
        super().__init__(code)
        self.code, self.other = code, str(other)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a row: in which column, what (a code of the sentences), and what it clashes with.

    Never holds what stands in the cell: flaws are kept in the open, cells are sealed.
    """

    column: str
    code: str
    other: str = ""


class Check(Protocol):
    """Turns the text of a cell into a value. Raises BadCell. An empty cell never comes here."""

    def __call__(self, text: str, on: date, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading as the county's sheets have it, other headings that mean the same, its check.

    `needed`: the heading must be there and no cell may be empty. `examples` fill the template, `about` explains it.
    """

    name: str
    heading: str
    check: Check
    about: object
    also: tuple[str, ...] = ()
    needed: bool = False
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet: its number at the left edge, the plain cells, the values that could be read."""

    number: int
    cells: Mapping[str, str]
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    def text(self, column: str) -> str:
        """The value of a text column, empty when there is none."""
        return str(self.values.get(column) or "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row is to us. `fields`: columns that would be corrected. `handles`: keyed hashes it is known by.

    `row_id`: the row it meets, or has become.
    """

    found: str
    flaws: tuple[Flaw, ...] = ()
    fields: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    row_id: int | None = None

    def at(self, row_id: int | None) -> Verdict:
        """The same, with the row it has become."""
        return replace(self, row_id=row_id)


def bad(*flaws: Flaw, handles: tuple[str, ...] = ()) -> Verdict:
    """A row that cannot be taken in."""
    return Verdict(BAD, flaws, handles=handles)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and when a list is looked at, taken in or taken back.

    `since` and `until` are when taking in began and ended, `after` the journal's last row then: what the journal
    knows of a row later than that is somebody's use of it.
    """

    actor: Actor
    now: datetime
    today: date
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None


Look = Callable[[Sequence[Line], Asked], Sequence[Verdict]]
Remove = Callable[[Collection[int], Asked], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list, declared by the app that owns its rows and joined in wiring.LISTS.

    `look` says for a handful of rows what they are, writing nothing; it copes with values that could not be read.
    `take` writes them and says what each became;
    it looks again first, since the world has moved on. `remove` takes rows back that nobody has used and says of
    each other one why it stays. `whole`: rows are judged together (areas), so the list is one handful.
    `one_of`: groups of columns of which each row needs at least one cell filled.
    """

    name: str
    title: object
    about: object
    columns: tuple[Column, ...]
    look: Look
    take: Look
    remove: Remove
    one_of: tuple[tuple[str, ...], ...] = ()
    handful: int = 1000
    whole: bool = False
    address: str = ""
    words: Mapping[str, tuple[object, object]] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


def read_cells(kind: ListKind, cells: Mapping[str, str], on: date) -> tuple[dict[str, Any], list[Flaw]]:
    """Values of a row and everything wrong in it, column by column; nothing stops at the first flaw."""
    values: dict[str, Any] = {}
    flaws: list[Flaw] = []
    for column in kind.columns:
        text = cells.get(column.name, "")
        if not text:
            if column.needed:
                flaws.append(Flaw(column.name, "empty"))
            continue
        try:
            values[column.name] = column.check(text, on)
        except BadCell as wrong:
            flaws.append(Flaw(column.name, wrong.code, wrong.other))
    flaws.extend(
        Flaw(group[0], "one_of", "、".join(c.heading for c in kind.columns if c.name in group))
        for group in kind.one_of
        if not any(cells.get(name) for name in group)
    )
    return values, flaws
