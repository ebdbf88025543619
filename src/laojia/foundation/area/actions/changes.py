"""A merge, split or rename is planned for a day, or undone before it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from django.db import transaction

from laojia.foundation.area.actions.book import open_book
from laojia.foundation.area.models import Area, AreaChange
from laojia.foundation.area.queries import changes
from laojia.foundation.journal.actions import advance, require, start
from laojia.foundation.outbox.actions import cancel_clocks, set_clock
from laojia.kernel.clock import CHINA, local_date
from laojia.policy.facts import Actor, Subject

CLOCK_KIND = "area.take_effect"


@transaction.atomic
def plan_merge(
    *,
    sources: Sequence[Area],
    on: date,
    actor: Actor,
    now: datetime,
    into: Area | None = None,
    name: str = "",
    code: str = "",
    parent: Area | None = None,
) -> AreaChange:
    """Several areas become one from that day on: `into` takes the others in, or a new one begins below `parent`.

    Raises BadInput, WrongState, Conflict (code used, or another change of these areas is planned).
    """
    require(actor, "area.merge", Subject("area_change"))
    open_book()
    sources, into = _fresh(sources), _fresh([into])[0] if into else None
    parent = parent or (sources[0].parent if sources and into is None else None)
    draft = changes.draft_merge(
        sources=sources, into=into, name=name, code=code, parent=parent, on=on, today=local_date(now)
    )
    return _plan(draft, actor, now)


@transaction.atomic
def plan_split(
    *,
    area: Area,
    parts: Sequence[tuple[str, str]],
    where: Mapping[int, int],
    rest: int,
    on: date,
    actor: Actor,
    now: datetime,
    keeps: bool = False,
) -> AreaChange:
    """One area becomes several from that day on. See `queries.changes.draft_split` for the words.

    Raises BadInput, WrongState, Conflict.
    """
    require(actor, "area.split", Subject("area_change"))
    open_book()
    draft = changes.draft_split(
        area=_fresh([area])[0], parts=parts, keeps=keeps, where=where, rest=rest, on=on, today=local_date(now)
    )
    return _plan(draft, actor, now)


@transaction.atomic
def plan_rename(*, area: Area, name: str, on: date, actor: Actor, now: datetime) -> AreaChange:
    """Another name from that day on; what was before keeps the old one. Raises BadInput, WrongState, Conflict."""
    require(actor, "area.rename", Subject("area_change"))
    open_book()
    draft = changes.draft_rename(area=_fresh([area])[0], name=name, on=on, today=local_date(now))
    return _plan(draft, actor, now)


@transaction.atomic
def undo_change(*, change: AreaChange, actor: Actor, now: datetime) -> AreaChange:
    """A planned change does not happen; any system administrator may. Raises WrongState once it has taken effect."""
    open_book()
    change.refresh_from_db()
    advance(change, "area.unplan", actor=actor, now=now, ended_by_id=actor.person_id, ended_at=now)
    cancel_clocks(("area_change", change.pk), (CLOCK_KIND,))
    return change


def _plan(draft: changes.Draft, actor: Actor, now: datetime) -> AreaChange:
    changes.tree_of(draft.kind, draft.plan)  # numbers must suffice before a day is fixed
    row = AreaChange(
        state="planned",
        kind=draft.kind,
        on=draft.on,
        plan=draft.plan,
        asked_by_id=actor.person_id,
        asked_at=now,
    )
    start(row, f"area.{draft.kind}", actor=actor, now=now)
    begins = datetime.combine(draft.on, time(0), tzinfo=CHINA)
    set_clock(CLOCK_KIND, about=("area_change", row.pk), due=max(begins, now), now=now)
    return row


def _fresh(areas: Sequence[Area]) -> list[Area]:
    """As they stand under the lock, in the order given."""
    held = Area.objects.select_related("parent").defer("outline").in_bulk([area.pk for area in areas])
    return [held[area.pk] for area in dict.fromkeys(areas)]
