"""The county's own list of grids and micro-grids: read row by row, checked whole, turned into a plan.

Nothing is decided by the first bad row: every one is found, named by row and column. Rows are identified by
code, or where the county has none by name inside village and grid, so that a second run changes nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from laojia.foundation.area.rules.codes import code_fits, serial_code, serial_of
from laojia.policy.roles import AreaLevel

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "village_code": ("村编码", "村社区编码", "行政村编码", "村代码", "villagecode"),
    "village": ("村", "社区", "村社区", "村社区名称", "行政村", "村名称", "village"),
    "town": ("乡镇", "镇", "乡", "乡镇名称", "镇乡", "town"),
    "grid": ("网格", "网格名称", "grid"),
    "grid_code": ("网格编码", "网格代码", "gridcode"),
    "micro_grid": ("微网格", "微网格名称", "microgrid"),
    "code": ("微网格编码", "微网格代码", "编码", "code", "microgridcode"),
    "households": ("户数", "家庭户数", "households"),
    "worker": ("网格员", "微网格员", "网格员姓名", "姓名", "worker"),
    "phone": ("电话", "手机", "手机号", "联系电话", "网格员电话", "phone"),
}
MOST_HOUSEHOLDS = 20_000
LONGEST_NAME = 60
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class KnownArea:
    """An area the database has: villages and what lies under them, closed ones too."""

    id: int
    code: str
    name: str
    official_name: str
    level: str
    parent_code: str
    town: str
    live: bool
    households: int | None = None


@dataclass(frozen=True)
class ListLine:
    """One row of the file; `row` is the number the person sees at its left edge."""

    row: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


@dataclass(frozen=True)
class RowProblem:
    """What is wrong where. `kind` picks the sentence, `value` is what stands there, `other` what it clashes with."""

    row: int
    column: str
    kind: str
    value: str = ""
    other: str = ""


@dataclass(frozen=True)
class NewArea:
    """A grid or micro-grid to be made."""

    code: str
    level: AreaLevel
    name: str
    parent_code: str
    households: int | None


@dataclass(frozen=True)
class ListWorker:
    """Who looks after an area, as the list says; the caller makes a Post of it."""

    code: str
    name: str
    phone: str


@dataclass
class ListPlan:
    """What the list changes. `changes`: area id → {"name": …, "households": …}.

    `by_row`: row → (what the list does there: new, change or same; code of its innermost area).
    """

    new: list[NewArea] = field(default_factory=list)
    changes: dict[int, dict[str, str | int]] = field(default_factory=dict)
    workers: list[ListWorker] = field(default_factory=list)
    unchanged: int = 0
    by_row: dict[int, tuple[str, str]] = field(default_factory=dict)


def columns_of(heading: Sequence[str]) -> dict[str, int]:
    """Which column stands where, by its Chinese or English heading; unknown headings are passed over."""
    places: dict[str, int] = {}
    for index, title in enumerate(heading):
        plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title)).lower()
        for column, titles in COLUMNS.items():
            if plain in titles:
                places.setdefault(column, index)
    return places


def missing_columns(places: Mapping[str, int]) -> list[RowProblem]:
    """The columns without which no row can be understood."""
    problems = []
    if "village" not in places and "village_code" not in places:
        problems.append(RowProblem(1, "village", "column_missing"))
    if "grid" not in places:
        problems.append(RowProblem(1, "grid", "column_missing"))
    return problems


class _Bad(Exception):
    """Carries the problem of one line out of the reading."""

    def __init__(self, line: ListLine, column: str, kind: str, other: str = "") -> None:
        super().__init__(kind)
        self.problem = RowProblem(line.row, column, kind, line[column], other)


@dataclass(eq=False)
class _Wanted:
    """One grid or micro-grid the list names; its code may come later."""

    level: AreaLevel
    name: str
    above: "KnownArea | _Wanted"
    known: KnownArea | None = None
    code: str = ""
    households: int | None = None
    row: int = 0
    worker: tuple[str, str] | None = None


class _Reader:
    """Keeps what was met so far while the lines are read in order."""

    def __init__(self, known: Iterable[KnownArea], clean_phone: Callable[[str], str]) -> None:
        self.clean_phone = clean_phone
        self.known = {area.code: area for area in known}
        self.problems: list[RowProblem] = []
        self.wanted: list[_Wanted] = []
        self.met: dict[tuple[KnownArea | _Wanted, str], _Wanted] = {}
        self.by_code: dict[str, _Wanted] = {}
        self.villages: dict[str, list[KnownArea]] = {}
        self.named: dict[tuple[str, str], KnownArea] = {}
        for area in self.known.values():
            if area.live and area.level == AreaLevel.VILLAGE:
                for name in {area.name, area.official_name}:
                    self.villages.setdefault(name, []).append(area)
            elif area.live:
                self.named[area.parent_code, area.name] = area

    def read(self, line: ListLine) -> None:
        """Take one line in; each of its parts is looked at even when another part is wrong."""
        village = self._try(self.village, line)
        households = self._try(self.households, line)
        worker = self._try(self.worker, line)
        area = self._try(self.innermost, line, village) if village is not None else None
        if area is not None:
            area.row, area.households, area.worker = line.row, households, worker

    def _try(self, step: Callable[..., _Part], line: ListLine, *more: object) -> _Part | None:
        try:
            return step(line, *more)
        except _Bad as bad:
            self.problems.append(bad.problem)
            return None

    def village(self, line: ListLine) -> KnownArea:
        code, name = line["village_code"], line["village"]
        if code:
            found = self.known.get(code)
            if found is None or found.level != AreaLevel.VILLAGE or not found.live:
                raise _Bad(line, "village_code", "village_code_unknown")
            if name and name not in (found.name, found.official_name):
                raise _Bad(line, "village", "village_name_differs", found.name)
            return found
        if not name:
            raise _Bad(line, "village", "village_empty")
        fitting = self.villages.get(name, [])
        if line["town"]:
            fitting = [area for area in fitting if line["town"] in area.town or area.town in line["town"]]
        if not fitting:
            raise _Bad(line, "village", "village_unknown")
        if len(fitting) > 1:
            raise _Bad(line, "village", "village_ambiguous", "、".join(sorted(area.town for area in fitting)))
        return fitting[0]

    def innermost(self, line: ListLine, village: KnownArea) -> _Wanted:
        """The micro-grid of the line, or its grid where it names no micro-grid."""
        area = self.area(line, AreaLevel.GRID, village)
        if line["micro_grid"] or line["code"]:
            area = self.area(line, AreaLevel.MICRO_GRID, area)
        if area.row:
            column = "grid" if area.level is AreaLevel.GRID else "micro_grid"
            raise _Bad(line, column, "line_twice", str(area.row))
        return area

    def area(self, line: ListLine, level: AreaLevel, above: KnownArea | _Wanted) -> _Wanted:
        """The grid or micro-grid of this line: met before, known to the database, or new."""
        name_column, code_column = (
            ("grid", "grid_code") if level is AreaLevel.GRID else ("micro_grid", "code")
        )
        name, code = line[name_column], line[code_column]
        if not name:
            raise _Bad(line, name_column, "name_empty")
        if len(name) > LONGEST_NAME:
            raise _Bad(line, name_column, "name_long", str(LONGEST_NAME))
        known = self.named.get((above.code, name))
        if code:
            self.check_code(line, code_column, level, above)
            if known is not None and known.code != code:
                raise _Bad(line, code_column, "two_codes", known.code)
            known = self.known.get(code)
        area = self.met.get((above, name)) or self.by_code.get(known.code if known else code)
        if area is None:
            area = _Wanted(level, name, above, known, known.code if known else code)
            self.wanted.append(area)
        elif area.name != name:
            raise _Bad(line, name_column, "name_differs", area.name)
        elif code and area.code and area.code != code:
            raise _Bad(line, code_column, "two_codes", area.code)
        elif code:
            area.code, area.known = code, known
        self.met[above, name] = area
        if area.code:
            self.by_code[area.code] = area
        return area

    def check_code(self, line: ListLine, column: str, level: AreaLevel, above: KnownArea | _Wanted) -> None:
        code, held = line[column], self.known.get(line[column])
        if re.search(r"[.eE]", code):
            raise _Bad(line, column, "code_as_number")
        if not code_fits(level, code) or serial_of(level, code) == 0:
            raise _Bad(line, column, "code_shape", "15" if level is AreaLevel.GRID else "17")
        if above.code and not code.startswith(above.code):
            raise _Bad(line, column, "code_elsewhere", above.code)
        if held is not None and not held.live:
            raise _Bad(line, column, "code_used_up", held.name)

    def households(self, line: ListLine) -> int | None:
        text = line["households"]
        if not text:
            return None
        number = re.fullmatch(r"(\d+)(\.0+)?户?", text, re.ASCII)
        if number is None or int(number[1]) > MOST_HOUSEHOLDS:
            raise _Bad(line, "households", "households_number", str(MOST_HOUSEHOLDS))
        return int(number[1])

    def worker(self, line: ListLine) -> tuple[str, str] | None:
        name, phone = line["worker"], line["phone"]
        if not phone:
            return (name, "") if name else None
        if not name:
            raise _Bad(line, "worker", "worker_empty")
        try:
            return name, self.clean_phone(re.sub(r"\.0$", "", phone))
        except ValueError as error:
            raise _Bad(line, "phone", "phone_wrong", str(error)) from error


def plan_list(
    lines: Iterable[ListLine], known: Iterable[KnownArea], clean_phone: Callable[[str], str]
) -> tuple[ListPlan, list[RowProblem]]:
    """The plan of a list, and every problem in it (then the plan is not to be carried out).

    `clean_phone` gives the digits of a phone number or raises ValueError with the sentence to show.
    """
    reader = _Reader(known, clean_phone)
    for line in lines:
        reader.read(line)
    plan = ListPlan()
    if not reader.problems:
        _number(reader)
        for area in reader.wanted:
            _add(plan, area)
    return plan, sorted(reader.problems, key=lambda problem: problem.row)


def _number(reader: _Reader) -> None:
    """Codes for those without one, in the order of the list, after the highest ever used under the same area."""
    highest: dict[str, int] = {}
    given = [area.code for area in reader.wanted if area.code]
    for code in [*reader.known, *given]:
        for level, length in ((AreaLevel.GRID, 15), (AreaLevel.MICRO_GRID, 17)):
            if len(code) == length:
                above = code[: length - (3 if level is AreaLevel.GRID else 2)]
                highest[above] = max(highest.get(above, 0), serial_of(level, code))
    for area in reader.wanted:  # grids stand before their micro-grids
        above = area.above.code
        if area.code:
            if not area.code.startswith(above):
                reader.problems.append(RowProblem(area.row, "code", "code_elsewhere", area.code, above))
            continue
        highest[above] = highest.get(above, 0) + 1
        try:
            area.code = serial_code(area.level, above, highest[above])
        except OverflowError:
            column = "grid" if area.level is AreaLevel.GRID else "micro_grid"
            reader.problems.append(RowProblem(area.row, column, "too_many", area.name, area.above.name))


def _add(plan: ListPlan, area: _Wanted) -> None:
    if area.worker is not None:
        plan.workers.append(ListWorker(area.code, *area.worker))
    if area.known is None:
        plan.by_row[area.row] = ("new", area.code)
        plan.new.append(NewArea(area.code, area.level, area.name, area.above.code, area.households))
        return
    change: dict[str, str | int] = {}
    if area.name != area.known.name:
        change["name"] = area.name
    if area.households is not None and area.households != area.known.households:
        change["households"] = area.households
    plan.by_row[area.row] = ("change" if change else "same", area.code)
    if change:
        plan.changes[area.known.id] = change
    else:
        plan.unchanged += 1
