"""The county's own list of grids and micro-grids, as CSV or XLSX."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from laojia.foundation.area import actions, queries
from laojia.foundation.area.models import Area
from laojia.foundation.area.rules import ListLine, RowProblem, columns_of, missing_columns, plan_list
from laojia.foundation.lists.jobs.reading import rows_of
from laojia.kernel import clock
from laojia.kernel.codes import clean_phone
from laojia.kernel.errors import BadInput
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.roles import AreaLevel

_HEADING_WITHIN = 10  # rows: offices put a title above the heading
_SHOWN_PROBLEMS = 40


@dataclass(frozen=True)
class ListedWorker:
    """Who looks after an area according to the list; a Post is made of it by the caller."""

    area_id: int
    code: str
    name: str
    phone: str


@dataclass(frozen=True)
class ListImported:
    """What `import_areas` did."""

    grids: int
    micro_grids: int
    changed: int
    unchanged: int
    workers: tuple[ListedWorker, ...] = ()

    def __str__(self) -> str:
        return _(
            "New: %(grids)s grids and %(micro)s micro-grids. Changed: %(changed)s. As before: %(unchanged)s. "
            "Workers named: %(workers)s."
        ) % {
            "grids": self.grids,
            "micro": self.micro_grids,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "workers": len(self.workers),
        }


@dataclass(frozen=True)
class BadRow:
    """One problem in words: where, what is wrong, what to do."""

    row: int
    column: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return _("Row %(row)s, column %(column)s: %(wrong)s %(mend)s") % {
            "row": self.row,
            "column": self.column,
            "wrong": self.wrong,
            "mend": self.mend,
        }


class BadRows(BadInput):
    """A list with problems: `rows` has every one of them. Nothing of the list was saved."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        sentence = ngettext(
            "%(count)s place in the list cannot be used; nothing was saved.",
            "%(count)s places in the list cannot be used; nothing was saved.",
            len(rows),
        )
        super().__init__(
            "bad_rows", sentence % {"count": len(rows)}, _("Mend these places and read it in again.")
        )
        self.rows = tuple(rows)

    def __str__(self) -> str:
        lines = [str(row) for row in self.rows[:_SHOWN_PROBLEMS]]
        if len(self.rows) > _SHOWN_PROBLEMS:
            lines.append(_("… and %(count)s more.") % {"count": len(self.rows) - _SHOWN_PROBLEMS})
        return "\n".join([super().__str__(), *lines])


def import_areas(
    path: Path, *, actor: Actor = CLOCK, now: datetime | None = None, valid_from: date | None = None
) -> ListImported:
    """Read the county's own list of grids and micro-grids (CSV or XLSX; no outlines needed), all or nothing.

    Columns by their headings (rules.listing.COLUMNS): village or its code, grid, micro-grid, codes, households,
    worker and phone. A second run of the same list changes nothing; areas that are not in it stay as they are.
    Raises BadRows with every bad row, BadInput when the file cannot be read.
    """
    now = now or clock.now()
    county = queries.only_county()
    heading, places, lines = _list_lines(path)
    problems = missing_columns(places)
    plan, found = plan_list(() if problems else lines, queries.known_below(county), _phone)
    problems = problems or found
    if problems:
        raise BadRows([_in_words(problem, heading, places) for problem in problems])
    made = actions.import_list(
        county=county, plan=plan, valid_from=valid_from or clock.local_date(now), actor=actor, now=now
    )
    levels = [area.level for area in made.values()]
    ids = dict(Area.objects.filter(path__startswith=county.path).values_list("code", "id"))
    return ListImported(
        grids=levels.count(AreaLevel.GRID),
        micro_grids=levels.count(AreaLevel.MICRO_GRID),
        changed=len(plan.changes),
        unchanged=plan.unchanged,
        workers=tuple(ListedWorker(ids[w.code], w.code, w.name, w.phone) for w in plan.workers),
    )


def _phone(text: str) -> str:
    try:
        return clean_phone(text, landline=True)
    except BadInput as refusal:
        raise ValueError(str(refusal.message)) from refusal


def _list_lines(path: Path) -> tuple[list[str], dict[str, int], list[ListLine]]:
    """Heading, places of the known columns, and the filled rows below, numbered as the file shows them."""
    table = list(rows_of(path.read_bytes())[1])
    best = max(range(min(len(table), _HEADING_WITHIN)), key=lambda i: len(columns_of(table[i])), default=None)
    if best is None:
        raise BadInput("list_empty", _("There is nothing in this file."), _("Please choose the list again."))
    places = columns_of(table[best])
    lines = []
    for number, row in enumerate(table[best + 1 :], best + 2):
        if any(row):
            lines.append(ListLine(number, {c: row[i] for c, i in places.items() if i < len(row)}))
    if places and not lines:
        raise BadInput(
            "list_empty", _("There are no rows below the heading."), _("Please choose the list again.")
        )
    return table[best], places, lines


_COLUMN_WORDS = {
    "village_code": gettext_lazy("village code"),
    "village": gettext_lazy("village"),
    "town": gettext_lazy("town"),
    "grid": gettext_lazy("grid"),
    "grid_code": gettext_lazy("grid code"),
    "micro_grid": gettext_lazy("micro-grid"),
    "code": gettext_lazy("micro-grid code"),
    "households": gettext_lazy("households"),
    "worker": gettext_lazy("grid worker"),
    "phone": gettext_lazy("phone"),
}
_WORDS: Mapping[str, tuple[object, object]] = {
    "column_missing": (
        gettext_lazy("this column is missing."),
        gettext_lazy("Put it in the heading; at least village and grid are needed."),
    ),
    "village_code_unknown": (
        gettext_lazy("there is no village with the code “%(value)s”."),
        gettext_lazy("Look up the twelve digits in the list of villages."),
    ),
    "village_name_differs": (
        gettext_lazy("the code belongs to %(other)s, here stands “%(value)s”."),
        gettext_lazy("Keep the right one of the two."),
    ),
    "village_empty": (gettext_lazy("no village is named."), gettext_lazy("Write its name or its code.")),
    "village_unknown": (
        gettext_lazy("there is no village named “%(value)s”."),
        gettext_lazy("Write it as in the list of villages, and its town as it is."),
    ),
    "village_ambiguous": (
        gettext_lazy("several villages are named “%(value)s”: in %(other)s."),
        gettext_lazy("Add the town or the village's code."),
    ),
    "name_empty": (gettext_lazy("the name is missing."), gettext_lazy("Write the name.")),
    "name_long": (
        gettext_lazy("the name is longer than %(other)s characters."),
        gettext_lazy("Write a shorter one."),
    ),
    "name_differs": (
        gettext_lazy("the same code is named “%(other)s” in another row."),
        gettext_lazy("Keep one name."),
    ),
    "line_twice": (
        gettext_lazy("“%(value)s” stands in row %(other)s already."),
        gettext_lazy("Leave out one of the two rows."),
    ),
    "code_as_number": (
        gettext_lazy("the spreadsheet has turned the code into the number “%(value)s”."),
        gettext_lazy("Format the column as text and write the code again."),
    ),
    "code_shape": (
        gettext_lazy("“%(value)s” is no such code: it has %(other)s digits."),
        gettext_lazy("Write all digits, or leave it empty and a code is given."),
    ),
    "code_elsewhere": (
        gettext_lazy("“%(value)s” does not begin with %(other)s, the code of the area above."),
        gettext_lazy("Check the code and the area above."),
    ),
    "code_used_up": (
        gettext_lazy("“%(value)s” belonged to %(other)s, which is closed."),
        gettext_lazy("A code is never given twice: take a new one, or leave it empty."),
    ),
    "two_codes": (
        gettext_lazy("the same area already has the code %(other)s, here stands “%(value)s”."),
        gettext_lazy("Keep the right one."),
    ),
    "too_many": (
        gettext_lazy("no number is left for “%(value)s” under %(other)s."),
        gettext_lazy("A village holds at most 999 grids, a grid 99 micro-grids: divide it first."),
    ),
    "households_number": (
        gettext_lazy("“%(value)s” is no number of households between 0 and %(other)s."),
        gettext_lazy("Write digits only."),
    ),
    "worker_empty": (
        gettext_lazy("there is a phone number but no name."),
        gettext_lazy("Write the grid worker's name."),
    ),
    "phone_wrong": (
        gettext_lazy("“%(value)s”: %(other)s"),
        gettext_lazy("Write the number again, digits only."),
    ),
}


def _in_words(problem: RowProblem, heading: Sequence[str], places: Mapping[str, int]) -> BadRow:
    """The problem with the column's own heading and the sentences of its kind."""
    wrong, mend = _WORDS[problem.kind]
    index = places.get(problem.column)
    column = heading[index] if index is not None else str(_COLUMN_WORDS[problem.column])
    return BadRow(
        problem.row, column, str(wrong) % {"value": problem.value, "other": problem.other}, str(mend)
    )
