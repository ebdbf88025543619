"""Reads of the exchange file: what can be sent, what keeps a record back, rows of a file, and how they were answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from laojia.desks.reports.models import ExchangeFile, ExchangeLine
from laojia.desks.reports.rules import in_hours, lacking
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Consent
from laojia.kernel.clock import local
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor
from laojia.policy.permissions import PERMISSIONS
from laojia.steps.serve.models import RosterLine

MOST_ROWS = 5000
_BEHIND = (
    "person", "occasion__item_version", "occasion__area", "occasion__team", "occasion__law_record__in_charge",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A line not sent yet, and what it lacks."""

    line: RosterLine
    lacks: tuple[str, ...]


def may_exchange(actor: Actor) -> None:
    """Raises OutOfScope for who holds no post for it."""
    if not actor.roles & PERMISSIONS["exchange.see"].keys():
        raise OutOfScope(
            "not_here", _("We do not find that here."), _("The practice centre sends the records.")
        )


def unsent(actor: Actor, verb: str = "exchange.see") -> QuerySet[RosterLine]:
    """Attested minutes of recorded occasions that are in no living file, the oldest first."""
    living = ExchangeLine.objects.filter(line=OuterRef("pk")).exclude(state="corrected")
    rows = scoped(RosterLine.objects.all(), actor, verb).filter(
        state="came", own_work=False, minutes__gt=0, occasion__state="recorded", occasion__practice=False,
        occasion__protected=False, occasion__sealed=False, occasion__law_record__recorded_at__isnull=False,
    )  # fmt: skip
    return rows.filter(~Exists(living)).select_related(*_BEHIND).order_by("id")


def candidates(lines: Iterable[RosterLine]) -> Iterator[Candidate]:
    """Each line with what it lacks; consents are read for all of them together."""
    chunk: list[RosterLine] = list(lines)
    agreed = _agreed({line.person_id for line in chunk})
    for line in chunk:
        yield Candidate(line, lacking(_facts(line, agreed)))


def _agreed(people: set[int]) -> set[int]:
    """Who agreed, by the newest word, that we enter him in the national system (令67 art. 6)."""
    rows = Consent.objects.filter(person_id__in=people, purpose="volunteer_register").order_by("at", "id")
    newest = dict(rows.values_list("person_id", "given"))
    return {person_id for person_id, given in newest.items() if given}


def _facts(line: RosterLine, agreed: set[int]) -> Mapping[str, object]:
    law, person = line.occasion.law_record, line.person
    return {
        "name": person.name, "number": person.volunteer_number or person.id_number,
        "consent": person.pk in agreed, "activity": line.occasion.item_version.name, "content": law.content,
        "unit": law.organising_unit, "in_charge": law.in_charge and law.in_charge.name,
    }  # fmt: skip


LACKS = {
    "name": gettext_lazy("name"),
    "number": gettext_lazy("national volunteer number or ID number"),
    "consent": gettext_lazy("agreement to be entered there"),
    "activity": gettext_lazy("name of the activity"),
    "content": gettext_lazy("what was done"),
    "unit": gettext_lazy("organising unit"),
    "in_charge": gettext_lazy("person in charge"),
}

# The other office's own words: the sheet is read by it, whatever language the page is in.
HEADINGS = (
    "序号", "文件号", "姓名", "志愿者编号", "证件号码", "活动名称", "活动日期", "活动地点", "服务内容", "服务时间（分钟）",
    "服务时间（小时）", "活动组织单位", "活动负责人", "服务类别", "结果", "退回原因",
)  # fmt: skip


def file_rows(file: ExchangeFile) -> Iterator[list[str | int | float]]:
    """The heading and every row of the file, as the facts stand now; never a home address."""
    yield list(HEADINGS)
    lines = file.lines.select_related(*(f"line__{name}" for name in _BEHIND)).order_by("row")
    for sent in lines.iterator(chunk_size=500):
        yield _row(file, sent)


def _row(file: ExchangeFile, sent: ExchangeLine) -> list[str | int | float]:
    line = sent.line
    occasion, person, law = line.occasion, line.person, line.occasion.law_record
    public = occasion.kind in ("seats", "whole_village", "volunteers") and occasion.place
    minutes = line.minutes or 0
    began = f"{local(occasion.starts_at):%Y-%m-%d}" if occasion.starts_at else ""
    return [
        sent.row, file.pk, person.name, person.volunteer_number, person.id_number, occasion.item_version.name, began,
        f"{occasion.area.name}{occasion.place if public else ''}", law.content, minutes, in_hours(minutes),
        law.organising_unit, law.in_charge.name if law.in_charge else "", occasion.item_version.category, "", "",
    ]  # fmt: skip


def files(actor: Actor) -> QuerySet[ExchangeFile]:
    """Files made, the newest first, with the number of rows in each state."""
    states = {
        state: Count("lines", filter=_is(state)) for state in ("in_file", "entered", "returned", "corrected")
    }
    return scoped(ExchangeFile.objects.all(), actor, "exchange.see").annotate(**states).order_by("-id")


def _is(state: str) -> Any:

    return Q(lines__state=state)


def file_of(actor: Actor, pk: int) -> ExchangeFile:
    """One file in scope. Raises OutOfScope."""
    file = scoped(ExchangeFile.objects.all(), actor, "exchange.see").filter(pk=pk).first()
    if file is None:
        raise OutOfScope("not_here", _("We do not find that here."), _("Look at the list of files."))
    return file


def lines_of(actor: Actor, file: ExchangeFile | None = None, state: str = "") -> QuerySet[ExchangeLine]:
    """Rows of a file, or of all files in one state."""
    rows = scoped(ExchangeLine.objects.all(), actor, "exchange.see")
    rows = rows.filter(file=file) if file is not None else rows
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("file", *(f"line__{name}" for name in _BEHIND))
