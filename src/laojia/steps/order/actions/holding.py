"""Who holds an order, its clocks and its messages: the small parts every verb here is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import check, record
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.foundation.people.rules import needs_guardian
from laojia.kernel.clock import local_date
from laojia.kernel.db import swap
from laojia.kernel.errors import Conflict, WrongState
from laojia.kernel.kept import KeptInsert
from laojia.kernel.links import make_link
from laojia.policy.deadlines import Due, by_when
from laojia.policy.facts import Actor
from laojia.steps.order.models import Hop, Order, StandingHelp

write_hop = KeptInsert(Hop)

# What still has to be watched while nobody has been found; stopped when somebody was, or it ended.
LOOKING = ("order.promise", "order.triage", "order.answer", "order.resume")


def hold(
    order: Order,
    *,
    holder: str,
    why: str,
    now: datetime,
    holder_id: int | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Write the hop and return the fields that go into the same UPDATE as the move: `advance(…, **hold(…))`.

    `holder` is one of models.HOLDERS, `why` a key of rules.HOLDER_WORDS, `until` the end of this holder's clock.
    """
    write_hop(Hop(order_id=order.pk, at=now, holder=holder, holder_id=holder_id, until=until, why=why))
    return {
        "holder": holder,
        "holder_id": holder_id,
        "holder_since": now,
        "holder_until": until,
        "holder_why": why,
    }


def held_by_nobody(order: Order, why: str, now: datetime) -> dict[str, Any]:
    """It has come to an end: nobody holds it any more, and its clocks stop."""
    cancel_clocks(("order", order.pk))
    return hold(order, holder="nobody", why=why, now=now)


def promise(order: Order, now: datetime) -> tuple[dict[str, Any], Due]:
    """A new outer clock from now; returns the fields of the order and the moment."""
    due = by_when("order.promise", now, calendar(), urgent=order.urgent)
    set_clock("order.promise", about=("order", order.pk), due=due, now=now, round=order.round)
    return {"promise_due_at": due.at, "promise_provisional": due.provisional}, due


def looking_again(order: Order, why: str, now: datetime) -> dict[str, Any]:
    """Back to looking for a team: a new outer clock, and the centre (or the keeper) holds it."""
    fields, due = promise(order, now)
    fields["late_since"] = None
    if order.sealed:
        return {
            **fields,
            **hold(order, holder="keeper", holder_id=order.keeper_id, why="keeper", until=due.at, now=now),
        }
    return {**fields, **hold(order, holder="centre", why=why, until=due.at, now=now)}


def change_facts(
    order: Order,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    because: str = "",
    **changes: Any,
) -> Order:
    """A verb that moves no state: compare-and-swap on the version, then the journal."""
    if not because:
        check(order, verb, actor=actor)
    expect = {"state": order.state, "version": order.version}
    if not swap(Order, order.pk, expect, version=order.version + 1, **changes):
        raise changed_meanwhile()
    for name, value in {"version": order.version + 1, **changes}.items():
        setattr(order, name, value)
    record(order, verb, actor=actor, now=now, fields=changes, reason=reason, because=because)
    return order


def changed_meanwhile() -> Conflict:
    """Somebody was faster."""
    return Conflict(
        "changed_meanwhile",
        _("Somebody else has just changed this."),
        _("Look at it again and decide anew; nothing of yours was saved."),
    )


def link_of(order: Order, person_id: int | None) -> str:
    """The secret link of an order for one person, as messages take it (a path without the first stroke)."""
    return f"l/{make_link('order', order.pk, 'order', to=person_id)}/"


def tell(
    order: Order,
    template: str,
    *,
    now: datetime,
    mark: str | int = "",
    both: bool = False,
    **variables: str | int,
) -> None:
    """A message to who asked; with `both` also to the person it is for, unless that is a child.

    A sealed order sends nothing: the phone may lie on the kitchen table of the one it is about.
    """
    if order.sealed:
        return
    for person_id in whom(order, now, both=both):
        post(
            template,
            to_person_id=person_id,
            about=("order", order.pk),
            key=f"{template}:{order.pk}:{mark or order.version}:{person_id}",
            now=now,
            variables={"number": order.number, "link": link_of(order, person_id), **variables},
        )


def whom(order: Order, now: datetime, *, both: bool) -> list[int]:
    asker = order.asker_id or order.person_id
    people = [] if asker is None else [asker]
    if both and order.person_id is not None and order.person_id != asker:
        person = order.person
        if person is not None and not needs_guardian(person.birth_year, local_date(now)):
            people.append(order.person_id)
    return people


def voice(actor: Actor) -> Actor:
    """Whose wish it is: the person spoken for, else the one who acts."""
    return actor.on_behalf_of or actor


def not_while_regular(order: Order) -> None:
    """The order of regular help is not ended, refused or put aside by itself: that is done on the help, by a word."""
    if (
        order.standing_id is None
        or not StandingHelp.objects.filter(pk=order.standing_id, state__in=("active", "paused")).exists()
    ):
        return
    raise WrongState(
        "regular_help",
        _("This is regular help: it is paused, changed or ended on its own page."),
        _("It ends by a call or a visit; until then somebody keeps looking after it."),
    )
