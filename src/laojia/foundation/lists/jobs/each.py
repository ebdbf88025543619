"""Taking rows in one by one, for kinds of which there are hundreds: each by the owning app's own verb."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from laojia.foundation.journal.actions import record_many
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.lists.rules import CHANGE, NEW, Asked, Flaw, Line, Look, Verdict, bad
from laojia.kernel.errors import Refused
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may

Write = Callable[[Line, Verdict, Asked], int]


def take_each(
    lines: Sequence[Line], asked: Asked, look: Look, write: Write, columns: Mapping[str, str]
) -> list[Verdict]:
    """Look at each line again, write it, and say what it became; a refusal makes the line a bad one.

    Each line sees what those before it made. `columns`: field of a refusal → column of the list.
    """
    verdicts = []
    for line in lines:
        verdict = look([line], asked)[0]
        if verdict.found in (NEW, CHANGE):
            try:
                with transaction.atomic():
                    verdict = verdict.at(write(line, verdict, asked))
            except Refused as refused:
                field = next(iter(refused.fields), "")
                first = next(iter(line.cells), "")
                verdict = bad(Flaw(columns.get(field, first), "refused", str(refused)))
        verdicts.append(verdict)
    return verdicts


def take_back(
    model: type[Model], ids: Collection[int], asked: Asked, *, spare: Collection[str] = ()
) -> Mapping[int, str]:
    """Delete rows a list made that nothing points at, nobody changed since and the actor may; why each other one stays."""
    rows: Mapping[int, Any] = model._base_manager.in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(rows), "gone")
    stays |= dict.fromkeys(touched_since(model.SCOPE.kind, rows, asked.after), "changed")  # type: ignore[attr-defined]
    stays |= dict.fromkeys(used_among(model, list(rows), spare=spare), "used")
    stays |= {
        pk: "forbidden" for pk, row in rows.items() if not may(asked.actor, "list.remove", subject_of(row))
    }
    going = [row for pk, row in rows.items() if pk not in stays]
    record_many(going, "list.remove", actor=asked.actor, now=asked.now)
    model._base_manager.filter(pk__in=[row.pk for row in going]).delete()
    return stays


def used_among(model: type[Model], ids: Collection[int], *, spare: Collection[str] = ()) -> set[int]:
    """Which of these rows another table points at. `spare`: labels of tables that do not count."""
    used: set[int] = set()
    for relation in model._meta.related_objects:
        other = relation.related_model
        if other._meta.label in spare or used >= set(ids):
            continue
        name = relation.field.name
        found = other._base_manager.filter(**{f"{name}__in": set(ids) - used})
        used |= {pk for pk in found.values_list(name, flat=True).distinct() if pk is not None}
    return used & set(ids)


def inside_use(path: str, spare: Collection[str] = ()) -> str:
    """The label of a table with a row inside this area (by its path), "" when there is none."""
    for model in apps.get_models():
        scope = getattr(model, "SCOPE", None)
        if scope is None or not scope.area or model._meta.label in spare:
            continue
        if model._base_manager.filter(**{f"{scope.area}__startswith": path}).exists():
            return str(model._meta.label)
    return ""


def touched_since(kind: str, ids: Iterable[int], after: int | None) -> set[int]:
    """Rows of the kind of which the journal knows something behind that row of its own; what lists did is looked up in the rows."""
    rows = JournalRow.objects.filter(kind=kind, subject_id__in=list(ids)).exclude(cause="list.take")
    if after is not None:
        rows = rows.filter(id__gt=after).exclude(verb="list.remove")
    return set(rows.values_list("subject_id", flat=True))
