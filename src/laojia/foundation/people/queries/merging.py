"""Two rows for one person: which columns anywhere name a person, what each row holds, what would become of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet, Sum, UniqueConstraint

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.journal.queries import scope_filter, scoped
from laojia.foundation.people.models import Account, Claim, Likeness, Merging, Person
from laojia.foundation.people.rules import UNDONE_WITHIN, Fate, PersonColumn
from laojia.policy.facts import Actor, Columns
from laojia.policy.permissions import PERMISSIONS, PROTECTED_ROLES
from laojia.policy.roles import Scope

PROPOSE = "person.propose_merge"
_columns: tuple[PersonColumn, ...] = ()


def connect_person_columns(columns: Sequence[PersonColumn]) -> None:
    """Set the table of wiring.py; called once at start-up."""
    global _columns  # noqa: PLW0603  (one table per process, as the follow-ups)
    _columns = tuple(columns)


def person_columns() -> tuple[PersonColumn, ...]:
    """Every column that holds a person's id, in the order of the table."""
    return _columns


def model_of(column: PersonColumn) -> type[Model]:
    """The table of a column, also one made for a relation of many to many."""
    label, name = column.table.split(".")
    return next(
        model
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model.__name__ == name
    )


def rows_with(column: PersonColumn, person_id: int) -> QuerySet[Any]:
    """Rows that name the person in this column."""
    return model_of(column)._base_manager.filter(**{column.column: person_id}, **dict(column.where))


def kept_id(person_id: int) -> int:
    """The row that stands for the person: the one he was joined to, or himself."""
    kept = Person.objects.filter(pk=person_id).values_list("merged_into_id", flat=True).first()
    return person_id if kept is None else kept


def rows_of_one(person_id: int) -> list[int]:
    """The kept row and every row joined to it."""
    return [person_id, *Person.objects.filter(merged_into_id=person_id).values_list("pk", flat=True)]


def doubles(column: PersonColumn, gone_id: int, kept_id: int) -> dict[int, bool]:
    """Rows of the one that the other has as well: id → may it be set aside (else it stays where it is)."""
    found: dict[int, bool] = {}
    for names, condition in _once(column):
        found |= dict.fromkeys(_equal(column, names, condition, gone_id, kept_id, nulls=False), False)
    if column.twin:
        found |= dict.fromkeys(_equal(column, column.twin, Q(), gone_id, kept_id, nulls=True), True)
    return found


def _once(column: PersonColumn) -> Iterable[tuple[tuple[str, ...], Q]]:
    """What the database lets stand once per person: the other columns of each such rule, and where it holds."""
    meta: Any = model_of(column)._meta
    names = {getattr(one, "attname", one.name): one.name for one in meta.concrete_fields}
    mine = {column.column, names[column.column]}
    rules = [(set(group), Q()) for group in meta.unique_together]
    rules += [
        (set(rule.fields), rule.condition or Q())
        for rule in meta.constraints
        if isinstance(rule, UniqueConstraint) and rule.fields
    ]
    rules += [({one.name}, Q()) for one in meta.concrete_fields if one.unique and not one.primary_key]
    for group, condition in rules:
        if group & mine:
            yield tuple(sorted(group - mine)), condition


def _equal(
    column: PersonColumn, names: tuple[str, ...], condition: Q, gone_id: int, kept_id: int, *, nulls: bool
) -> list[int]:
    held = {tuple(row) for row in rows_with(column, kept_id).filter(condition).values_list(*names or ("pk",))}
    if not names:  # one row per person at all
        return list(rows_with(column, gone_id).filter(condition).values_list("pk", flat=True)) if held else []
    rows = rows_with(column, gone_id).filter(condition).values_list("pk", *names)
    return [pk for pk, *rest in rows if tuple(rest) in held and (nulls or None not in rest)]


# --- the desk's pages -------------------------------------------------------------------------------------------------


def likenesses(actor: Actor) -> QuerySet[Likeness]:
    """Likely doubles nobody has decided on yet, in the actor's areas, the newest found first."""
    rows = scoped(Likeness.objects.filter(apart_at=None), actor, PROPOSE).filter(_seen(actor, "high"))
    rows = rows.filter(
        low__erased_at=None, high__erased_at=None, low__merged_into=None, high__merged_into=None
    )
    busy = Merging.objects.filter(state="proposed")
    rows = rows.exclude(low__in=busy.values("gone")).exclude(high__in=busy.values("gone"))
    return rows.select_related("low__area__parent", "high__area__parent").order_by("-id")


def _seen(actor: Actor, other: str) -> Q:
    """The other one of the two lies in the actor's areas as well."""
    return scope_filter(Columns(kind="person", area=f"{other}__area_path"), actor, PROPOSE)


def mergings(actor: Actor, now: datetime) -> tuple[list[Merging], list[Merging]]:
    """What waits for a second person, and what was joined within the time in which it can be undone."""
    rows = scoped(Merging.objects.filter(_seen(actor, "gone")), actor, PROPOSE).select_related(
        "gone__area__parent", "kept__area__parent"
    )
    waiting = list(rows.filter(state="proposed").order_by("proposed_at", "id")[:200])
    done = rows.filter(state="merged", merged_at__gt=now - UNDONE_WITHIN)
    return waiting, list(done.order_by("-merged_at", "-id")[:200])


def merging_seen(actor: Actor, merging_id: int) -> Merging | None:
    """One of them, if the actor may see it."""
    rows = scoped(Merging.objects.filter(_seen(actor, "gone")), actor, PROPOSE)
    return rows.select_related("gone__area__parent", "kept__area__parent").filter(pk=merging_id).first()


@dataclass
class Line:
    """One kind of row: how many each of the two holds, how many move, how many are there twice, how many stay."""

    word: Any
    of_gone: int = 0
    of_kept: int = 0
    moves: int = 0
    twice: int = 0
    stays: int = 0
    sum_of_gone: int = 0
    sum_of_kept: int = 0


@dataclass
class Preview:
    """What each of the two holds and what will become of it."""

    lines: list[Line]
    filled: list[str]
    phones_of_gone: int
    phones_of_kept: int


def preview(actor: Actor, gone: Person, kept: Person) -> Preview:
    """Side by side, before anything is done; a row the actor's posts keep from him is not even counted.

    Sealed rows are their keeper's, protected ones the centre's, complaints those of whoever holds them.
    """
    lines: dict[str, Line] = defaultdict(lambda: Line(""))
    for column in person_columns():
        if column.fate is Fate.STAYS:
            continue
        line = lines[str(column.word)]
        line.word = column.word
        _count(actor, line, column, gone.pk, kept.pk)
    shown = [line for line in lines.values() if line.of_gone or line.of_kept]
    return Preview(shown, to_fill(gone, kept), _phones(gone.pk), _phones(kept.pk))


def _count(actor: Actor, line: Line, column: PersonColumn, gone_id: int, kept_id: int) -> None:
    of_gone, of_kept = (_open_to(actor, column, pk) for pk in (gone_id, kept_id))
    ids = set(of_gone.values_list("pk", flat=True))
    twice = {pk: aside for pk, aside in doubles(column, gone_id, kept_id).items() if pk in ids}
    line.of_gone += len(ids)
    line.of_kept += of_kept.count()
    line.twice += sum(twice.values())
    line.stays += len(twice) - sum(twice.values())
    line.moves += len(ids) - len(twice)
    if column.adds:
        line.sum_of_gone += of_gone.aggregate(all=Sum(column.adds))["all"] or 0
        line.sum_of_kept += of_kept.aggregate(all=Sum(column.adds))["all"] or 0


def _open_to(actor: Actor, column: PersonColumn, person_id: int) -> QuerySet[Any]:
    rows = rows_with(column, person_id)
    scope: Columns | None = getattr(model_of(column), "SCOPE", None)
    if scope is None:
        return rows
    desks = {role for role, how in PERMISSIONS.get(f"{scope.kind}.see", {}).items() if how is Scope.AREA}
    if desks and not actor.roles & desks:
        return rows.none()
    if scope.sealed:
        rows = rows.filter(**{scope.sealed: False})
    if scope.protected and not actor.roles & PROTECTED_ROLES:
        rows = rows.filter(**{scope.protected: False})
    return rows


def _phones(person_id: int) -> int:
    """How many phones and sign-ins act for the person."""
    claims = Claim.objects.filter(person_id=person_id, ended_at=None).values("account_id")
    return Account.objects.filter(Q(pk__in=claims) | Q(person_id=person_id)).count()


# Blank facts of the kept row that the other can give: the fact and the columns that go with it.
FILLED: dict[str, tuple[str, ...]] = {
    "phone": ("phone", "phone_hash", "phone_end_hash"),
    "address": ("address",),
    "birth_year": ("birth_year",),
    "guardian": ("guardian_id",),
    "contact_phone": ("contact_name", "contact_phone"),
    "volunteer_number": ("volunteer_number",),
    "own_work": ("own_work",),
    "id_number": ("id_number", "id_number_hash"),
}


def to_fill(gone: Person, kept: Person) -> list[str]:
    """Facts the kept row lacks and the other has."""
    return [
        name
        for name, columns in FILLED.items()
        if not any(getattr(kept, column) for column in columns)
        and any(getattr(gone, column) for column in columns)
    ]


def done_since(merging: Merging) -> int:
    """How much was done by or for the kept one since: it stays there when the two are separated."""
    if merging.merged_at is None:
        return 0
    who = Q(actor_id=merging.kept_id) | Q(behalf_id=merging.kept_id)
    return JournalRow.objects.filter(who, at__gt=merging.merged_at).count()
