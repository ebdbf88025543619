"""The person's own rights: everything held about him in one piece, and erasing it (个人信息保护法 art. 45, 47).

Both read what the models say in PERSONAL and SCOPE, so a new table is covered on the day it is declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import check, record
from laojia.foundation.journal.models import Moving
from laojia.foundation.outbox.actions import forget_person
from laojia.foundation.people.models import Account, Claim, Likeness, Person, Post
from laojia.foundation.people.queries import rows_of_one
from laojia.foundation.people.rules import ENDED
from laojia.kernel.clock import local_date
from laojia.kernel.errors import WrongState
from laojia.kernel.fields import SealedText
from laojia.policy.facts import Actor
from laojia.policy.personal import Held, Keep
from laojia.policy.roles import Role

# Kept because the law says so: the record of volunteering, and what was shared or complained about.
KEPT_BY_LAW = frozenset({Keep.RECORD_TEN_YEARS, Keep.SHARED_THREE_YEARS})
BLANK = "—"


@transaction.atomic
def export_person(*, actor: Actor, now: datetime, person_id: int) -> dict[str, Any]:
    """Everything held about the person, table by table, with what it is for and how long it is kept.

    A sealed case is told by its keeper alone: a family shares one phone, and the one it is about may hold it.
    """
    person = _person(person_id)
    check(person, "person.export", actor=actor)
    person_id, ids = person.pk, rows_of_one(person.pk)  # what stayed on a row joined to this one is his too
    tables = []
    for model in _models():
        rows = [_shown(model, row, pk) for pk in ids for row in _open_rows_of(model, pk).order_by("pk")]
        if rows:
            held = [
                {"fields": list(_readable(group)), "purpose": group.purpose, "keep": str(group.keep)}
                for group in _groups(model)
            ]
            tables.append({"table": model._meta.label, "held": held, "rows": rows})
    record(person, "person.export", actor=actor, now=now)
    return {"person": person.pk, "at": now.isoformat(), "tables": tables}


@transaction.atomic
def erase_person(*, actor: Actor, now: datetime, person_id: int) -> Person:
    """Blank the person's data wherever a model declares it; the records of law and the journal stay.

    Raises WrongState while something still needs the data (it says what), or a post is held.
    """
    person = _person(person_id)
    check(person, "person.erase", actor=actor)
    person_id, ids = person.pk, rows_of_one(person.pk)
    _refuse_while_needed(person_id, now)
    for post in Post.objects.filter(person_id=person_id, role=Role.VOLUNTEER, valid_to=None):
        Post.objects.filter(pk=post.pk).update(valid_to=max(local_date(now), post.valid_from))
    record(person, "person.erase", actor=actor, now=now)
    for pk in ids:
        _close_accounts(pk, now)
        forget_person(person_id=pk)
        for model in _models():
            if model is not Account:
                _blank(model, pk)
    Likeness.objects.filter(Q(low__in=ids) | Q(high__in=ids)).delete()
    Person.objects.filter(pk__in=ids).update(
        erased_at=now, guardian=None, shows_name=False, reads_messages=False
    )
    Person.objects.filter(guardian_id__in=ids).update(guardian=None)
    person.refresh_from_db()
    return person


def _person(person_id: int) -> Person:
    from laojia.foundation.people.actions.people import _found

    return _found(person_id)


def _models() -> Iterator[type[models.Model]]:
    """Our tables that hold personal data."""
    for model in apps.get_models():
        if model.__module__.startswith("laojia.") and _groups(model):
            yield model


def _groups(model: type[models.Model]) -> tuple[Held, ...]:
    groups: tuple[Held, ...] = getattr(model, "PERSONAL", ())
    return groups


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    """Columns that say whose row it is: the person first, then who asked for him, then who is named in it."""
    if model is Person:
        return ("id",)
    scope = getattr(model, "SCOPE", None)
    own = list(scope.own) if scope is not None else []
    names = {field.name for field in model._meta.get_fields()}
    if not own and "person_id" in names:
        own.append("person_id")
    for group in _groups(model):
        for name in group.fields:
            field = model._meta.get_field(name)
            column = field.name if field.many_to_many else getattr(field, "attname", name)
            if field.related_model is Person and column not in own:
                own.append(column)
    return tuple(own)


def _rows_of(model: type[models.Model], person_id: int) -> QuerySet[Any]:
    mine = Q(pk__in=[])
    for column in _columns(model):
        mine |= Q(**{column: person_id})
    return model._default_manager.filter(mine).distinct()


def _open_rows_of(model: type[models.Model], person_id: int) -> QuerySet[Any]:
    column = _sealed_column(model)
    rows = _rows_of(model, person_id)
    return rows.filter(**{column: False}) if column else rows


def _sealed_column(model: type[models.Model]) -> str:
    scope = getattr(model, "SCOPE", None)
    return str(scope.sealed) if scope is not None else ""


def _readable(group: Held) -> Iterator[str]:
    """Hashes and passwords say nothing to anybody."""
    return (name for name in group.fields if not name.endswith("_hash") and name != "password")


def _is_mine(model: type[models.Model], row: Any, group: Held, person_id: int) -> bool:
    """Is this part of the row about the person? What an asker left is the asker's, all else the person's."""
    columns = _columns(model)
    named = [c for c in columns if c.removesuffix("_id") in group.fields and c != columns[0]]
    for column in named:
        if model._meta.get_field(column).many_to_many:
            return bool(getattr(row, column).filter(pk=person_id).exists())
        if getattr(row, column) is not None:
            return bool(getattr(row, column) == person_id)
    if model._meta.get_field(columns[0]).many_to_many:
        return True  # the row was found through it
    return getattr(row, columns[0]) in {person_id, None}


def _shown(model: type[models.Model], row: Any, person_id: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": row.pk}
    for group in _groups(model):
        if not _is_mine(model, row, group, person_id):
            continue
        for name in _readable(group):
            field = model._meta.get_field(name)
            if field.related_model is Person:
                continue  # it is the person himself
            value = getattr(row, name)
            shown[name] = value if isinstance(value, bool | int | float | list | dict | None) else str(value)
    return shown


def _blank(model: type[models.Model], person_id: int) -> None:
    groups = [group for group in _groups(model) if group.keep not in KEPT_BY_LAW]
    for row in _rows_of(model, person_id) if groups else ():
        changes: dict[str, Any] = {}
        for group in groups:
            if not _is_mine(model, row, group, person_id):
                continue
            for name in group.fields:
                field = model._meta.get_field(name)
                if field.related_model is not Person and not (field.is_relation and not field.null):
                    changes[name] = _nothing(field, getattr(row, name))
        if changes:
            model._default_manager.filter(pk=row.pk).update(**changes)


def _nothing(field: Any, value: Any) -> Any:
    """The emptiest value the column takes; free text that said something leaves a dash."""
    if field.null:
        return None
    if isinstance(field, models.TextField) and not isinstance(field, SealedText) and value:
        return BLANK
    return field.get_default() if field.has_default() else ""


def _refuse_while_needed(person_id: int, now: datetime) -> None:
    for model in apps.get_models():
        kind = getattr(getattr(model, "SCOPE", None), "kind", "")
        if not issubclass(model, Moving) or kind not in ENDED:
            continue
        row = _rows_of(model, person_id).exclude(state__in=ENDED[kind]).order_by("pk").first()
        if row is not None:
            column = _sealed_column(model)
            raise _still_needed(row, kind, sealed=bool(column) and getattr(row, column))
    held = Post.objects.filter(person_id=person_id).exclude(role=Role.VOLUNTEER)
    if held.filter(Q(valid_to=None) | Q(valid_to__gt=local_date(now))).exists():
        raise WrongState(
            "post_held",
            _("You still hold a post for which others must be able to reach you."),
            _("Ask the centre to end the post, then come back."),
        )


def _still_needed(row: Any, kind: str, *, sealed: bool) -> WrongState:
    """With the number to cancel, but never the number of a sealed case: with it and the phone one could look it up."""
    said = _("Something you asked for is still open, so we still need your data.")
    if sealed:
        return WrongState("still_needed", said, _("The practice centre can tell you when it ends."))
    which = getattr(row, "number", "") or f"{kind} {row.pk}"
    hint = _("Cancel it or let it end, then come back: %(which)s") % {"which": which}
    return WrongState("still_needed", said, hint, {"which": which})


def _close_accounts(person_id: int, now: datetime) -> None:
    """The sign-in goes with the person, unless the number serves others of the family."""
    claims = Claim.objects.filter(person_id=person_id, ended_at=None)
    accounts = list(Account.objects.filter(Q(person_id=person_id) | Q(claims__in=claims)).distinct())
    claims.update(ended_at=now)
    for account in accounts:
        other = account.claims.filter(ended_at=None).order_by("at").first()
        if account.person_id == person_id:
            account.person = other.person if other is not None else None
        if other is None:
            Authenticator.objects.filter(user=account).delete()
            account.username, account.phone, account.phone_hash = f"erased-{account.pk}", "", None
            account.phone_verified = account.is_active = False
            account.set_unusable_password()
        account.save()
