"""The exchange file: made of what was not sent, taken, answered, corrected. Nothing is sent twice by accident."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.models import ExchangeFile, ExchangeLine
from laojia.desks.reports.queries.exchange import MOST_ROWS, candidates, unsent
from laojia.desks.reports.rules import Answer, Wrong, read_answers
from laojia.foundation.journal.actions import advance, check, record
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import Scope


class WrongAnswers(BadInput):
    """The answer list cannot be taken: each thing that is wrong, by row and column. Nothing was changed."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__(
            "answers",
            _("The answer list was not taken in; nothing was changed."),
            _("Mend the rows below in the sheet and choose it again."),
        )
        self.wrong = tuple(wrong)


@transaction.atomic
def make_file(*, key: uuid.UUID, actor: Actor, now: datetime) -> ExchangeFile:
    """Everything complete that is in no file yet, 5,000 rows at most. The same `key` gives the same file.

    Who has posts in several places makes a file for each, one after the other: a file is seen by all of its place.
    Raises BadInput when there is nothing to send, Conflict when somebody makes one at the same moment.
    """
    places = _places(actor)
    file = ExchangeFile(key=key, area_path=places[0], made_by_id=actor.person_id, made_at=now, rows=0)
    check(file, "exchange.make", actor=actor)
    earlier = ExchangeFile.objects.filter(key=key).first()
    if earlier is not None:
        check(earlier, "exchange.make", actor=actor)
        return earlier
    lines: list[tuple[int, int, str]] = []
    for file.area_path in places:
        lines = _complete(actor, file.area_path)
        if lines:
            break
    if not lines and (same := ExchangeFile.objects.filter(key=key).first()) is not None:
        return same  # the second press of one button, made while we looked
    if not lines:
        raise BadInput(
            "nothing", _("There is nothing complete to send."), _("Look at what keeps the others back.")
        )
    file.rows = len(lines)
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            ExchangeLine.objects.bulk_create(
                [
                    ExchangeLine(
                        state="in_file", file=file, row=row, line_id=line, person_id=person, area_path=path
                    )
                    for row, (line, person, path) in enumerate(lines, 1)
                ],
                batch_size=500,
            )
    except IntegrityError as error:
        same = ExchangeFile.objects.filter(key=key).first()
        if same is not None:
            return same
        raise Conflict(
            "made_meanwhile",
            _("Somebody is making a file at this moment."),
            _("Look at the list of files; what is left goes into the next one."),
        ) from error
    record(file, "exchange.make", actor=actor, now=now, fields=("lines",))
    return file


def _places(actor: Actor) -> list[str]:
    """The areas of the actor's posts for it, the widest first; "" for nobody's, which no permission holds for."""
    grants = [g for g in actor.grants if PERMISSIONS["exchange.make"].get(g.role) is Scope.AREA]
    return sorted(
        {path for grant in grants for path in grant.scopes}, key=lambda path: (len(path), path)
    ) or [""]


def _complete(actor: Actor, place: str) -> list[tuple[int, int, str]]:
    """Looked at in portions, so that a first file of many years fits into memory."""
    found: list[tuple[int, int, str]] = []
    last = 0
    while len(found) < MOST_ROWS:
        rows = unsent(actor, "exchange.make").filter(pk__gt=last, area_path__startswith=place)
        portion = list(rows[:1000])
        if not portion:
            break
        found += [(c.line.pk, c.line.person_id, c.line.area_path) for c in candidates(portion) if not c.lacks]
        last = portion[-1].pk
    return found[:MOST_ROWS]


@transaction.atomic
def take_file(*, file: ExchangeFile, actor: Actor, now: datetime) -> ExchangeFile:
    """The file leaves us with names and numbers: who took it and when stays in the journal."""
    record(file, "exchange.take", actor=actor, now=now)
    return file


@transaction.atomic
def read_answer(*, file: ExchangeFile, rows: Sequence[Sequence[str]], actor: Actor, now: datetime) -> int:
    """Take the answer list in, whole or not at all; rows answered alike before stay as they are. Returns how many moved.

    Raises WrongAnswers.
    """
    check(ExchangeLine(state="in_file", area_path=file.area_path), "exchange.mark", actor=actor)
    lines = {line.row: line for line in file.lines.all()}
    answers, wrong = read_answers(rows, {row: line.state for row, line in lines.items()})
    if wrong:
        raise WrongAnswers(wrong)
    return sum(_mark(lines[answer.row], answer, actor, now) for answer in answers)


def _mark(line: ExchangeLine, answer: Answer, actor: Actor, now: datetime) -> bool:
    if line.state == answer.state:
        return False
    advance(
        line, "exchange.mark", to=answer.state, actor=actor, now=now,
        words=answer.words if answer.state == "returned" else "", marked_at=now,
    )  # fmt: skip
    return True


@transaction.atomic
def correct(*, line: ExchangeLine, actor: Actor, now: datetime) -> ExchangeLine:
    """What was wrong has been put right where it stands: the record goes into the next file."""
    return advance(line, "exchange.correct", actor=actor, now=now)
