"""Demanded tables: saved, changed, copied, removed, run. A run is journalled, one in full with its reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.models import SavedTable
from laojia.desks.reports.queries.columns import SUBJECTS
from laojia.desks.reports.queries.tables import home_of
from laojia.desks.reports.rules import WINDOWS
from laojia.foundation.journal.actions import check, record
from laojia.foundation.limits import actions as limits
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict, TooMany
from laojia.policy.facts import Actor
from laojia.policy.reasons import is_reason

LONGEST_NAME, LONGEST_HEADING = 60, 60
IN_FULL_AN_HOUR = 10  # a sheet in full shows more people than all looks at single ones together
FILTERS = ("period", "place", "item", "team_kind")


@transaction.atomic
def save_table(
    *,
    key: uuid.UUID,
    name: str,
    subject: str,
    columns: Sequence[tuple[str, str]],
    filters: Mapping[str, str],
    actor: Actor,
    now: datetime,
    table: SavedTable | None = None,
) -> SavedTable:
    """A new table, or `table` changed. The same `key` makes one. Raises BadInput, Conflict (name taken, changed meanwhile)."""
    name = name.strip()
    _check(name, subject if table is None else table.subject, columns, filters)
    facts = {
        "name": name, "columns": [list(column) for column in columns], "changed_at": now,
        "filters": {word: filters[word] for word in FILTERS if filters.get(word)},
    }  # fmt: skip
    if table is not None:
        return _change(table, facts, actor, now)
    earlier = SavedTable.objects.filter(key=key).first()
    if earlier is not None:
        check(earlier, "table.save", actor=actor)
        return earlier
    fresh = SavedTable(key=key, subject=subject, area_path=home_of(actor), owner_id=actor.person_id, **facts)
    check(fresh, "table.save", actor=actor)
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError as error:
        raise _taken() from error
    record(fresh, "table.save", actor=actor, now=now, fields=sorted(facts))
    return fresh


def _change(table: SavedTable, facts: dict[str, object], actor: Actor, now: datetime) -> SavedTable:
    check(table, "table.save", actor=actor)
    try:
        with transaction.atomic():
            done = swap(
                SavedTable,
                table.pk,
                {"version": table.version, "dropped_at": None},
                version=table.version + 1,
                **facts,
            )
    except IntegrityError as error:
        raise _taken() from error
    if not done:
        raise Conflict(
            "changed_meanwhile",
            _("Somebody else has just changed this."),
            _("Look at it again and decide anew; nothing of yours was saved."),
        )
    table.refresh_from_db()
    record(table, "table.save", actor=actor, now=now, fields=sorted(facts))
    return table


def _taken() -> Conflict:
    said = _("There is a table of this name already.")
    return Conflict("name_taken", said, _("Choose another name."), {"name": said})


def _check(name: str, subject: str, columns: Sequence[tuple[str, str]], filters: Mapping[str, str]) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise _bad("name", _("Give the table a name of 60 signs at most."))
    if subject not in SUBJECTS:
        raise _bad("subject", _("Choose what the table is about."))
    known = {column.code for column in SUBJECTS[subject].columns}
    codes = [code for code, _heading in columns]
    if not codes or len(set(codes)) != len(codes) or not set(codes) <= known:
        raise _bad("columns", _("Choose at least one column, each once."))
    if any(not 0 < len(heading.strip()) <= LONGEST_HEADING for _code, heading in columns):
        raise _bad("columns", _("Each column needs a heading of 60 signs at most."))
    if filters.get("period", "") not in WINDOWS:
        raise _bad("period", _("Choose a time."))


def _bad(field: str, sentence: object) -> BadInput:
    return BadInput(field, sentence, "", {field: sentence})


@transaction.atomic
def drop_table(*, table: SavedTable, actor: Actor, now: datetime) -> SavedTable:
    """The table is gone from the list; what was exported stays in the journal. Twice is once."""
    check(table, "table.drop", actor=actor)
    if swap(SavedTable, table.pk, {"dropped_at": None}, dropped_at=now, version=table.version + 1):
        record(table, "table.drop", actor=actor, now=now)
    table.refresh_from_db()
    return table


@transaction.atomic
def run_table(
    *, table: SavedTable, actor: Actor, now: datetime, full: bool = False, reason: str = ""
) -> SavedTable:
    """Note that the table leaves us; in full only with a reason and for who may reveal. Raises BadInput, TooMany."""
    check(table, "table.run", actor=actor)
    if full:
        check(table, "table.reveal", actor=actor)
        if not reason or not is_reason("table.reveal", reason):
            said = _("Please say why.")
            raise BadInput("reason", said, _("Choose one of the reasons."), {"reason": said})
        if limits.take(
            "table", str(actor.person_id), most=IN_FULL_AN_HOUR, within=timedelta(hours=1), now=now
        ):
            raise TooMany(
                "tables",
                _("You have taken many tables in full within this hour."),
                _("Go on in a while. If it is urgent, ask a colleague."),
            )
    SavedTable.objects.filter(pk=table.pk).update(last_run_at=now)
    verb = "table.reveal" if full else "table.run"
    record(
        table,
        verb,
        actor=actor,
        now=now,
        fields=[code for code, _heading in table.columns],
        reason=reason if full else "",
    )
    return table
