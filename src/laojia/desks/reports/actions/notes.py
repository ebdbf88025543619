"""Writes of reports: words beside a month."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.models import MonthNote
from laojia.desks.reports.rules import read_period
from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import check, record
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput
from laojia.policy.facts import Actor

LONGEST_NOTE = 2000


@transaction.atomic
def note_month(*, period: str, area: Area, words: str, actor: Actor, now: datetime) -> MonthNote:
    """Words printed beside the figures. New ones take the place of the old ones, empty ones take them back.

    Raises BadInput, NotPermitted, OutOfScope. The same words again change nothing.
    """
    words = words.strip()
    if read_period(period, local_date(now)) is None:
        raise BadInput("period", _("That is not a month."), _("Write it like 2026-11."))
    if len(words) > LONGEST_NOTE:
        said = _("At most 2,000 signs please: it is printed beside the figures.")
        raise BadInput("words", said, "", {"words": said})
    note = MonthNote(
        period=period, area=area, area_path=area.path, words=words, by_id=actor.person_id, at=now
    )
    check(note, "month.note", actor=actor)
    newest = MonthNote.objects.filter(period=period, area=area).order_by("-id").first()
    if newest.words == words if newest is not None else not words:
        return newest or note
    note.save()
    record(note, "month.note", actor=actor, now=now, fields=("words",))
    return note
