"""What the desk has to do now: offers that wait for an answer, teams to telephone, the pool, what is late. All scoped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, DateTimeField, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import scoped
from laojia.kernel.errors import OutOfScope
from laojia.kernel.kept import Given, KeptRead
from laojia.kernel.kept_lists import KeptList
from laojia.policy.facts import Actor
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order
from laojia.steps.order.queries import late

LOOKING = ("received", "waiting")


def _offers(actor: Actor) -> QuerySet[Offer]:
    rows = scoped(Offer.objects.all(), actor, "offer.see")
    return rows.select_related("team", "occasion__item_version", "occasion__area__parent")


def open_offers(actor: Actor) -> QuerySet[Offer]:
    """Offers waiting for an answer, the one that runs out first on top."""
    return _offers(actor).filter(state="open").order_by("answer_due_at", "id")


class Asked(NamedTuple):
    """A team that is being asked, as a line of the desk tells it."""

    pk: int
    team: str
    item: str
    area: str
    date: date
    answer_due_at: datetime
    answer_provisional: bool
    to_call_since: datetime | None
    called_at: datetime | None


def asked_lines(actor: Actor, most: int) -> list[Asked]:
    """The first of `open_offers`, without making objects of them."""
    return [Asked._make(row) for row in _kept_asked(actor, most).rows()]


@lru_cache(maxsize=256)
def _kept_asked(actor: Actor, most: int) -> KeptList:
    """The statement by exactly what it is built from: who asks, with which posts."""
    rows = scoped(Offer.objects.filter(state="open"), actor, "offer.see").order_by("answer_due_at", "id")
    return KeptList(
        lambda: rows.values_list(
            "pk", "team__name", "occasion__item_version__name", "occasion__area__name", "date", "answer_due_at",
            "answer_provisional", "to_call_since", "called_at",
        )[:most]
    )  # fmt: skip


def to_call(actor: Actor) -> QuerySet[Offer]:
    """Teams to telephone now: no answer after the reminder, or reached by telephone only."""
    return open_offers(actor).filter(to_call_since__isnull=False, called_at=None)


def offer_seen(actor: Actor, offer_id: int) -> Offer:
    """One offer. Raises OutOfScope."""
    offer = _offers(actor).filter(pk=offer_id).first()
    if offer is None:
        raise OutOfScope(
            "offer_not_here",
            _("We do not find this request here."),
            _("Open the list again to see what is left."),
        )
    return offer


def offers_of(actor: Actor, order: Order) -> list[Offer]:
    """Every offer made for an order, the last one first."""
    on = Attendance.objects.filter(order=order).values("occasion")
    return list(_offers(actor).filter(occasion__in=on).order_by("-id"))


def last_undo(actor: Actor, now: datetime) -> Offer | None:
    """The offer this person can still take back without anybody having been disturbed."""
    if actor.person_id is None:
        return None
    return _LAST_UNDO.first(who=actor.person_id, now=now)


def _can_be_undone() -> QuerySet[Offer]:
    who, now = Given("who", BigIntegerField()), Given("now", DateTimeField())
    rows = Offer.objects.filter(made_by_id=who, state="open", undo_until__gt=now)
    return rows.select_related("team").order_by("-id")[:1]


_LAST_UNDO = KeptRead(_can_be_undone)


def pool_entries(actor: Actor) -> QuerySet[PoolEntry]:
    """What is open to every fitting team, or has climbed to station or centre; the next clock first."""
    seen = scoped(Occasion.objects.all(), actor, "occasion.see").values("pk")
    rows = PoolEntry.objects.filter(closed_at=None, occasion__in=seen)
    return rows.select_related("occasion__item_version", "occasion__area__parent", "station").order_by(
        "step_due_at", "id"
    )


def late_orders(actor: Actor, now: datetime) -> QuerySet[Order]:
    """Orders whose promised time could not be kept and for whom nobody is found yet, the oldest promise first."""
    rows = scoped(Order.objects.filter(state__in=LOOKING, sealed=False), actor, "order.list")
    return (
        rows.filter(late(now)).select_related("item_version", "area__parent").order_by("promise_due_at", "id")
    )


def unasked_occasions(actor: Actor, now: datetime) -> QuerySet[Occasion]:
    """Occasions opened by a station that have no team yet and ask nobody: somebody has to choose one."""
    rows = scoped(Occasion.objects.filter(state="draft", sealed=False), actor, "occasion.see")
    rows = rows.filter(kind__in=("seats", "whole_village", "volunteers"), team=None, keeper=None)
    in_pool = PoolEntry.objects.filter(closed_at=None).values("occasion")
    free = rows.filter(Q(starts_at__isnull=True) | Q(starts_at__gt=now)).exclude(pk__in=in_pool)
    return free.select_related("item_version", "area__parent").order_by(
        F("starts_at").asc(nulls_last=True), "id"
    )


def waiting_orders(actor: Actor) -> list[Order]:
    """What nobody is asked for yet and the menu knows: urgent first, then the nearest promise; as many as one plan takes."""
    rows = scoped(Order.objects.filter(state__in=LOOKING, sealed=False), actor, "order.list")
    rows = rows.filter(holder__in=("centre", "station"), item_version__isnull=False)
    on_trips = Attendance.objects.filter(state="expected", occasion__state="draft", occasion__places__gt=1)
    rows = rows.exclude(pk__in=on_trips.values("order"))
    found = rows.select_related("item_version__item", "person", "unit", "area__parent")
    return list(found.order_by("-urgent", "promise_due_at", "id")[: rules.MOST_AT_ONCE])


def trip_of(order: Order) -> Occasion | None:
    """The occasion several orders share while no team is asked for it; None for an order by itself."""
    rows = Occasion.objects.filter(state="draft", attendances__order=order, attendances__state="expected")
    occasion = rows.select_related("item_version", "area").first()
    if occasion is None or occasion.attendances.filter(state="expected").count() < 2:
        return None
    return occasion


def occasion_without_team(actor: Actor, pk: int, now: datetime) -> Occasion:
    """One of the unasked occasions. Raises OutOfScope."""
    row = unasked_occasions(actor, now).filter(pk=pk).first()
    if row is None:
        raise OutOfScope(
            "occasion_not_here", _("We do not find this occasion here."), _("It may have a team by now; look at the list again.")
        )  # fmt: skip
    return row


def bundle_candidates(actor: Actor, order: Order) -> list[Order]:
    """Other waiting orders of the same item and village: what could go in one trip."""
    if order.item_version_id is None:
        return []
    rows = scoped(Order.objects.filter(state__in=LOOKING, sealed=False), actor, "order.see")
    rows = rows.filter(
        item_version=order.item_version_id, area_path__startswith=rules.village_of(order.area_path)
    )
    asked = Attendance.objects.filter(state="expected", occasion__state="offered").values("order")
    found = rows.exclude(pk=order.pk).exclude(pk__in=asked).select_related("person", "item_version", "area")
    return list(found.order_by("promise_due_at", "id")[: rules.MOST_IN_ONE_TRIP - 1])


@dataclass(frozen=True, slots=True)
class TownCount:
    """How many wait in a town and how many of them are late."""

    town_id: int
    waiting: int
    late: int


def towns_waiting(actor: Actor, now: datetime) -> Sequence[TownCount]:
    """Open orders by town, in one grouped query."""
    rows = scoped(Order.objects.filter(state__in=LOOKING, sealed=False), actor, "order.list")
    by_area = rows.values("area_path").annotate(waiting=Count("id"), late=Count("id", filter=late(now)))
    towns: dict[int, TownCount] = {}
    for row in by_area.order_by("area_path"):
        town = int(row["area_path"].strip("/").split("/")[:2][-1])
        before = towns.get(town, TownCount(town, 0, 0))
        towns[town] = TownCount(town, before.waiting + row["waiting"], before.late + row["late"])
    return list(towns.values())
