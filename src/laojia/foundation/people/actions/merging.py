"""Two rows of one person: proposed by one, confirmed by another, what hangs on the one follows, undone exactly.

The row that is let go stays and points to the kept one, so that old links, numbers and sign-ins lead there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import advance, check, record, start
from laojia.foundation.outbox.actions import cancel_clocks, set_clock
from laojia.foundation.people.models import Likeness, Merging, Person
from laojia.foundation.people.queries import posts_on
from laojia.foundation.people.queries.merging import (
    FILLED,
    doubles,
    model_of,
    person_columns,
    rows_with,
    to_fill,
)
from laojia.foundation.people.rules import UNDONE_WITHIN, Fate, PersonColumn, clashing
from laojia.kernel.clock import local_date
from laojia.kernel.errors import Conflict, OutOfScope, WrongState
from laojia.policy.facts import Actor
from laojia.policy.roles import Role

SWEEPS = (
    timedelta(minutes=2),
    timedelta(days=1),
)  # what was being written while two rows were joined follows
SWEEP = "person.sweep"


@transaction.atomic
def propose_merge(
    *, actor: Actor, now: datetime, gone_id: int, kept_id: int, reasons: Sequence[str] = ()
) -> Merging:
    """Say that two rows are one person and which row stays. A second person decides.

    Raises OutOfScope, NotPermitted, Conflict (proposed already, or what forbids it: oneself, a guardian and his ward,
    two ID numbers, posts that may not be in one hand, one of them joined already).
    """
    gone, kept = _both(actor, gone_id, kept_id)
    _refuse_what_cannot_be(gone, kept, actor, now)
    pair = {gone_id, kept_id}
    if Merging.objects.filter(state="proposed", gone_id__in=pair, kept_id__in=pair).exists():
        raise Conflict(
            "merge_proposed", _("This is proposed already."), _("A second person looks at it; see the list.")
        )
    merging = Merging(
        state="proposed", gone=gone, kept=kept, reasons=list(reasons),
        area_path=kept.area_path,
        proposed_by_id=actor.person_id or 0, proposed_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return start(merging, "person.propose_merge", actor=actor, now=now)
    except IntegrityError:
        raise Conflict(
            "merge_proposed", _("This is proposed already."), _("A second person looks at it; see the list.")
        ) from None


@transaction.atomic
def confirm_merge(*, actor: Actor, now: datetime, merging_id: int) -> Merging:
    """The second person agrees: rows follow, blank facts are taken over, the one row points to the other.

    Raises Conflict (the same hand, or what forbids it by now), WrongState (decided already), OutOfScope.
    """
    merging = _merging(merging_id)
    check(merging, "person.confirm_merge", actor=actor)
    if actor.person_id == merging.proposed_by_id:
        raise Conflict(
            "same_hand",
            _("You proposed this yourself."),
            _("A second person looks at both and confirms: that is why nobody is joined by mistake."),
        )
    # Two confirmations, or a change of these rows: one waits for the other. Orders being placed do not wait: they
    # are swept up behind.
    list(
        Person.objects.select_for_update(no_key=True)
        .filter(pk__in=(merging.gone_id, merging.kept_id))
        .order_by("pk")
    )
    merging = _merging(merging_id)
    check(merging, "person.confirm_merge", actor=actor)
    gone, kept = _both(actor, merging.gone_id, merging.kept_id)
    _refuse_what_cannot_be(gone, kept, actor, now)
    moved, aside = _move(gone.pk, kept.pk)
    filled = to_fill(gone, kept)
    _take_over(gone, kept, filled)
    Person.objects.filter(pk=gone.pk).update(merged_into=kept)
    for number, later in enumerate(SWEEPS):
        set_clock(SWEEP, about=("merging", merging.pk), due=now + later, now=now, round=number)
    return advance(
        merging, "person.confirm_merge", actor=actor, now=now,
        confirmed_by_id=actor.person_id, merged_at=now, moved=moved, aside=aside, filled=filled,
    )  # fmt: skip


@transaction.atomic
def keep_apart(*, actor: Actor, now: datetime, one_id: int, other_id: int) -> None:
    """Somebody looked: they are two people. A proposal ends, and the two are not proposed again."""
    low, high = sorted((one_id, other_id))
    one, other = _both(actor, low, high, verb="person.keep_apart")
    likeness, _made = Likeness.objects.get_or_create(
        low=one, high=other,
        defaults={"area_path": one.area_path, "found_at": now},
    )  # fmt: skip
    proposed = Merging.objects.filter(
        state="proposed", gone_id__in=(low, high), kept_id__in=(low, high)
    ).first()
    if proposed is not None:
        advance(proposed, "person.keep_apart", actor=actor, now=now)
    elif likeness.apart_at is not None:
        raise WrongState(
            "apart_already", _("That is known: they are two people."), _("There is nothing to do.")
        )
    else:
        record(likeness, "person.keep_apart", actor=actor, now=now)
    Likeness.objects.filter(pk=likeness.pk).update(apart_at=now)


@transaction.atomic
def undo_merge(*, actor: Actor, now: datetime, merging_id: int) -> tuple[Merging, int]:
    """Separate the two again: every row that moved goes back. What happened since stays with the kept one.

    Gives the merging and how many rows could not go back because they have changed hands since. Raises WrongState
    (not joined, thirty days are over, joined further since), OutOfScope.
    """
    merging = _merging(merging_id)
    check(merging, "person.undo_merge", actor=actor)
    list(
        Person.objects.select_for_update(no_key=True)
        .filter(pk__in=(merging.gone_id, merging.kept_id))
        .order_by("pk")
    )
    merging = _merging(merging_id)
    check(merging, "person.undo_merge", actor=actor)
    for one in (merging.gone, merging.kept):
        check(one, "person.undo_merge", actor=actor)
    _refuse_late_undoing(merging, now)
    left = _move_back(merging)
    _give_back(merging.gone, merging.kept, merging.filled)
    Person.objects.filter(pk=merging.gone_id).update(merged_into=None)
    cancel_clocks(("merging", merging.pk), kinds=(SWEEP,))
    low, high = sorted((merging.gone_id, merging.kept_id))
    Likeness.objects.update_or_create(
        low_id=low, high_id=high,
        defaults={"apart_at": now},
        create_defaults={"area_path": merging.area_path, "found_at": now, "apart_at": now},
    )  # fmt: skip
    advance(merging, "person.undo_merge", actor=actor, now=now, undone_at=now)
    return merging, left


@transaction.atomic
def sweep_merged(merging_id: int, now: datetime) -> int:
    """The clock: rows written for the one who was let go while the two were joined follow, and are listed too."""
    merging = Merging.objects.select_for_update().filter(pk=merging_id, state="merged").first()
    if merging is None:
        return 0
    kept_id = Person.objects.filter(pk=merging.kept_id).values_list("merged_into_id", flat=True).first()
    if kept_id is not None:  # joined further since: the later merging's sweep sees to it
        return 0
    moved, aside = _move(merging.gone_id, merging.kept_id)
    late = sum(len(ids) for ids in moved.values())
    if late or aside:
        whole = {key: [*merging.moved.get(key, []), *moved.get(key, [])] for key in {*merging.moved, *moved}}
        Merging.objects.filter(pk=merging.pk).update(moved=whole, aside=[*merging.aside, *aside])
    return late


# --- what forbids it ----------------------------------------------------------------------------------------------------


def _both(
    actor: Actor, one_id: int, other_id: int, verb: str = "person.propose_merge"
) -> tuple[Person, Person]:
    people = {p.pk: p for p in Person.objects.filter(pk__in=(one_id, other_id), erased_at=None)}
    if len(people) != 2:
        raise OutOfScope(
            "person_not_here", _("We do not find this person here."), _("Search again by name or village.")
        )
    for person in people.values():
        check(person, verb, actor=actor)
    return people[one_id], people[other_id]


def _refuse_what_cannot_be(gone: Person, kept: Person, actor: Actor, now: datetime) -> None:
    if actor.person_id in {gone.pk, kept.pk}:
        raise Conflict("own_merge", _("One of the two is you."), _("Let two colleagues see to it."))
    if gone.merged_into_id is not None or kept.merged_into_id is not None:
        raise Conflict(
            "merged_already",
            _("One of the two is joined to somebody already."),
            _("Search again: the kept one is found."),
        )
    if kept.pk == gone.guardian_id or gone.pk == kept.guardian_id:
        raise Conflict(
            "guardian",
            _("One of the two is the other's guardian, so they are two people."),
            _("Leave them as they are."),
        )
    if gone.id_number_hash and kept.id_number_hash and gone.id_number_hash != kept.id_number_hash:
        raise Conflict(
            "two_id_numbers",
            _("They have two different ID numbers, so they are two people."),
            _("If one was mistyped, correct it first."),
        )
    today = local_date(now)
    roles = {Role(post.role) for post in posts_on(kept.pk, today)}
    if any(clashing(Role(post.role), roles) for post in posts_on(gone.pk, today)):
        raise Conflict(
            "posts_clash",
            _("Their posts may not be in one hand."),
            _("The security administrator ends one of the posts first, at /posts/."),
        )


def _refuse_late_undoing(merging: Merging, now: datetime) -> None:
    if merging.merged_at is None or now > merging.merged_at + UNDONE_WITHIN:
        raise WrongState(
            "undone_within",
            _("This was joined more than thirty days ago and stays."),
            _("Add the other person anew and tell the centre which orders are whose."),
        )
    if merging.kept.merged_into_id is not None:
        raise WrongState(
            "joined_further",
            _("The kept one was joined to somebody else since."),
            _("Separate those two first."),
        )
    if merging.kept.erased_at or merging.gone.erased_at:
        raise WrongState(
            "erased", _("The person has asked us to erase all since."), _("There is nothing to separate.")
        )


def _merging(merging_id: int) -> Merging:
    merging = Merging.objects.select_related("gone", "kept").filter(pk=merging_id).first()
    if merging is None:
        raise OutOfScope("not_here", _("We do not find that here."), _("Open the list again."))
    return merging


# --- rows that change hands ---------------------------------------------------------------------------------------------


def _move(gone_id: int, kept_id: int) -> tuple[dict[str, list[int]], list[dict[str, Any]]]:
    """Point every row of the one at the other; what both have is set aside or stays. Gives what was done."""
    moved: dict[str, list[int]] = {}
    aside: list[dict[str, Any]] = []
    for column in person_columns():
        if column.fate is Fate.STAYS:
            continue
        twice = doubles(column, gone_id, kept_id)
        for pk, may_go in twice.items():
            if may_go:
                aside.append(_set_aside(column, pk))
        ids = list(
            rows_with(column, gone_id).exclude(pk__in=twice).order_by("pk").values_list("pk", flat=True)
        )
        if ids:
            model_of(column)._base_manager.filter(pk__in=ids).update(**{column.column: kept_id})
            moved[column.key] = ids
    return moved, aside


def _set_aside(column: PersonColumn, pk: int) -> dict[str, Any]:
    """Take the row out, kept whole: identifiers, roles and days; tables with sealed words are never declared `twin`."""
    model = model_of(column)
    row = model._base_manager.get(pk=pk)
    values = {field.attname: _plain(getattr(row, field.attname)) for field in model._meta.concrete_fields}
    model._base_manager.filter(pk=pk)._raw_delete("default")
    return {"table": column.table, "values": values}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _move_back(merging: Merging) -> int:
    left = 0
    by_key = {column.key: column for column in person_columns()}
    for key, ids in merging.moved.items():
        column = by_key[key]
        rows = model_of(column)._base_manager.filter(pk__in=ids, **{column.column: merging.kept_id})
        left += len(ids) - rows.update(**{column.column: merging.gone_id})
    for one in merging.aside:
        model = model_of(next(column for column in by_key.values() if column.table == one["table"]))
        fields = {field.attname: field for field in model._meta.concrete_fields}
        values = {name: fields[name].to_python(value) for name, value in one["values"].items()}
        try:
            with transaction.atomic():
                model(**values).save_base(raw=True, force_insert=True)
        except IntegrityError:
            left += 1
    return left


def _take_over(gone: Person, kept: Person, names: Sequence[str]) -> None:
    values = {column: getattr(gone, column) for name in names for column in FILLED[name]}
    if values:
        Person.objects.filter(pk=kept.pk).update(**values)


def _give_back(gone: Person, kept: Person, names: Sequence[str]) -> None:
    """A fact taken over and not changed since is blank again."""
    blank: dict[str, Any] = {}
    for name in names:
        columns = FILLED[name]
        if all(getattr(kept, column) == getattr(gone, column) for column in columns):
            blank |= {column: None if column in _NULLABLE else "" for column in columns}
    if blank:
        Person.objects.filter(pk=kept.pk).update(**blank)


_NULLABLE = frozenset({"birth_year", "guardian_id"})
