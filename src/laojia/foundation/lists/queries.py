"""Kinds of lists there are, and reads of batches, scoped by the actor and by the kinds his posts allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import scoped
from laojia.foundation.lists.models import Batch, SheetPart, StagedRow
from laojia.foundation.lists.rules import ListKind
from laojia.kernel import crypto
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.permissions import lists_of
from laojia.policy.roles import Channel, Role

ActorOf = Callable[[int, datetime, Channel], Actor]
_kinds: dict[str, ListKind] = {}
_asked: dict[str, Any] = {}


def connect(kinds: Iterable[ListKind], actor_of: ActorOf, whole: Callable[[], str]) -> None:
    """Set the kinds of wiring.LISTS, how a person's posts are found, and the path of the whole county; at start-up."""
    _kinds.clear()
    _kinds.update({kind.name: kind for kind in kinds})
    _asked.update(actor_of=actor_of, whole=whole)


def whole_path() -> str:
    """The path of the county: a list read at the command line is everybody's there."""
    return str(_asked["whole"]())


def all_kinds() -> Mapping[str, ListKind]:
    """Every kind of list."""
    return _kinds


def kind_named(name: str) -> ListKind:
    """The kind. Raises BadInput."""
    kind = _kinds.get(name)
    if kind is None:
        raise BadInput(
            "kind_unknown", _("There is no such kind of list."), _("Choose one of: ") + ", ".join(_kinds)
        )
    return kind


def kinds_seen(actor: Actor) -> list[ListKind]:
    """The kinds the actor's posts allow, in the order of wiring.LISTS."""
    allowed = _kinds if actor.has(Role.SYSTEM) else lists_of(actor)
    return [kind for kind in _kinds.values() if kind.name in allowed]


def actor_of_batch(batch: Batch, now: datetime) -> Actor:
    """Who read the list, with the posts he holds now: a post that ended meanwhile allows nothing any more."""
    if batch.by_id is None:
        return CLOCK
    actor: Actor = _asked["actor_of"](batch.by_id, now, Channel(batch.channel))
    return actor


def batches_seen(actor: Actor) -> QuerySet[Batch]:
    """Batches of the actor's kinds and area, the newest first."""
    kinds = [kind.name for kind in kinds_seen(actor)]
    return scoped(Batch.objects.filter(kind__in=kinds), actor, "list.see").order_by("-id")


def batch_seen(actor: Actor, batch_id: int) -> Batch:
    """One batch. Raises OutOfScope."""
    batch = batches_seen(actor).filter(pk=batch_id).first()
    if batch is None:
        raise OutOfScope(
            "list_not_here", _("We do not find this list here."), _("Open the lists and look again.")
        )
    return batch


def lines_of(batch: Batch, *, found: str = "", number: int = 0) -> QuerySet[StagedRow]:
    """Rows of a batch in the order of the sheet; of one verdict, from one row number on."""
    rows = StagedRow.objects.filter(batch=batch)
    if found == "stays":
        rows = rows.exclude(stays="")
    elif found:
        rows = rows.filter(found=found)
    if number:
        rows = rows.filter(number__gte=number)
    return rows.order_by("number")


def sheet_of(batch: Batch) -> bytes:
    """The sheet as it came, put together again."""
    from base64 import b85decode

    parts = SheetPart.objects.filter(batch=batch).order_by("number")
    return b"".join(b85decode(part.body) for part in parts.iterator(chunk_size=4))


def fingerprint_of(kind: str, body: bytes) -> str:
    """The same for the same sheet."""
    return crypto.keyed_hash(f"{kind} {crypto.digest(body, 'sha256')}")
