"""Reads scoped by the permission table, and a row's own journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.models import JournalRow, JournalSeal, SealHead
from laojia.foundation.journal.rules import COVERED, canonical, hangs_on
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor, Columns, Grant, Subject, subject_of
from laojia.policy.permissions import PERMISSIONS, PROTECTED_ROLES, may
from laojia.policy.roles import Role, Scope

M = TypeVar("M", bound=Model)
_NONE = Q(pk__in=[])


def _reach(columns: Columns, grant: Grant, scope: Scope, person_id: int | None) -> Q:  # noqa: C901, PLR0911  (one step per scope)
    """SQL twin of `policy.permissions.reaches`, from the same table and columns."""
    if scope is Scope.OWN:
        return _any(Q(**{column: person_id}) for column in columns.own) if person_id is not None else _NONE
    if scope is Scope.ENTERED:
        if not columns.entered or person_id is None:
            return _NONE
        return Q(**{columns.entered: person_id}) & (Q(**{columns.sealed: False}) if columns.sealed else Q())
    if scope is Scope.KEPT:
        return Q(**{columns.keeper: person_id}) if columns.keeper and person_id is not None else _NONE
    if grant.role is Role.SYSTEM:
        return Q()
    narrowed = Q(**{columns.sealed: False}) if columns.sealed else Q()
    if scope is Scope.TEAM:
        found = (
            _any(Q(**{f"{column}__in": grant.team_ids}) for column in columns.team)
            if grant.team_ids
            else _NONE
        )
        if columns.closed_to_team and grant.team_ids:
            column = columns.closed_to_team
            found &= Q(**{f"{column}__isnull": True}) | ~Q(**{f"{column}__in": grant.team_ids})
        return narrowed & found
    if scope is Scope.AREA:
        if not columns.area:
            return _NONE
        if columns.protected and grant.role not in PROTECTED_ROLES:
            narrowed &= Q(**{columns.protected: False})
        return narrowed & _any(Q(**{f"{columns.area}__startswith": prefix}) for prefix in grant.scopes)
    return narrowed


def _any(parts: Any) -> Q:
    found: Q | None = None
    for part in parts:
        found = part if found is None else found | part
    return _NONE if found is None else found


def scope_filter(columns: Columns, actor: Actor, verb: str) -> Q:
    """Which rows `may(actor, verb, row)` allows, as a filter. Speaking for somebody is decided row by row, not in lists."""
    table = PERMISSIONS[verb]
    found = _any(
        _reach(columns, grant, table[grant.role], actor.person_id)
        for grant in actor.grants
        if grant.role in table
    )
    if actor.only is not None:
        kind, row_id = actor.only
        own = (("pk",) if kind == columns.kind else ()) + tuple(c for k, c in columns.links if k == kind)
        found &= _any(Q(**{column: row_id}) for column in own)
    return found


def scoped(queryset: QuerySet[M], actor: Actor, verb: str) -> QuerySet[M]:
    """The rows of the queryset that the actor may `verb`."""
    columns: Columns = queryset.model.SCOPE  # type: ignore[attr-defined]
    return queryset.filter(scope_filter(columns, actor, verb))


def sees(row: Any, actor: Actor, verb: str) -> bool:
    """Whether a row that is read already lies inside `scoped(…, actor, verb)`: the same line, drawn by the rule.

    As in lists nobody is spoken for: the actor's own posts count.
    """
    own = actor if actor.on_behalf_of is None else replace(actor, on_behalf_of=None)
    return may(own, verb, subject_of(row))


def rows_about(kind: str, subject_id: int) -> QuerySet[JournalRow]:
    """The journal of one subject, oldest first. The caller has checked that the actor may see the subject."""
    return JournalRow.objects.filter(kind=kind, subject_id=subject_id).order_by("id")


@dataclass(frozen=True)
class Chain:
    """Where the chain stands: last seal, when, whether its digest is the right one, and rows not sealed yet."""

    seq: int
    digest: str
    at: datetime | None
    holds: bool
    waiting: int


def _allow(actor: Actor) -> None:
    if not may(actor, "journal.see", Subject("journal")):
        raise OutOfScope("not_here", _("We do not find that here."), _("The audit administrator reads it."))


def journal_rows(
    actor: Actor,
    *,
    verb: str = "",
    kind: str = "",
    subject: int | None = None,
    person: int | None = None,
    day: date | None = None,
) -> QuerySet[JournalRow]:
    """Rows by verb, kind and number of the thing, the person who acted or was spoken for, and day."""
    _allow(actor)
    rows = JournalRow.objects.all()
    if verb:
        rows = rows.filter(verb=verb)
    if kind:
        rows = rows.filter(kind=kind)
    if subject is not None:
        rows = rows.filter(subject_id=subject)
    if person is not None:
        rows = rows.filter(Q(actor_id=person) | Q(behalf_id=person))
    if day is not None:
        start = datetime.combine(day, time.min, tzinfo=CHINA)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


def chain(actor: Actor) -> Chain:
    """The head of the chain and whether the last seal holds; the whole is walked by `laojia journal verify`."""
    _allow(actor)
    seals = list(JournalSeal.objects.order_by("-seq")[:2])
    head = SealHead.objects.filter(pk=1).values_list("seq", "digest").first() or (0, "")
    sealed = JournalSeal.objects.filter(row_id=OuterRef("pk"))
    floor = SealHead.objects.filter(pk=1).values_list("floor", flat=True).first() or 0
    waiting = JournalRow.objects.filter(~Exists(sealed), id__gt=floor).count()
    if not seals:
        return Chain(0, "", None, head == (0, ""), waiting)
    last, before = seals[0], (seals[1].digest if len(seals) > 1 else "")
    row = JournalRow.objects.filter(pk=last.row_id).values(*COVERED).first()
    holds = row is not None and hangs_on(before, canonical(row), last.digest)
    return Chain(last.seq, last.digest, last.at, holds and head == (last.seq, last.digest), waiting)
