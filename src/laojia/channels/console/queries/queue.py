"""The queue, its filters, the schematic map, and the queue as a table without names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from laojia import labels
from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import children_of, only_county, shapes_below
from laojia.foundation.area.rules import draw
from laojia.kernel.codes import mask_name
from laojia.kernel.kept_lists import KeptList
from laojia.policy.facts import Actor
from laojia.policy.roles import AreaLevel, Role
from laojia.shown import said_exactly, said_place, said_waiting
from laojia.steps.dispatch import queries as dispatch
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import queries as orders
from laojia.steps.order.models import OPEN_AT_DESK, Order
from laojia.steps.order.queries.cards import said_wishes

MOST_EXPORTED = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the queue, all that it shows and nothing else; the person only masked."""

    pk: int
    title: str
    place: str
    who: str
    waits: str
    urgent: bool
    needs_look: bool
    late: bool
    due: datetime
    provisional: bool
    holder: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    """One order as the desk's pages tell it. Its `who` is the full name: pages mask it."""

    order: Order
    title: str
    place: str
    who: str
    late: bool
    line: Line


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue is narrowed to, as it stood in the address."""

    state: str = ""
    item: int | None = None
    town: int | None = None
    late: bool = False
    mine: bool = False
    text: str = ""

    def pairs(self) -> dict[str, str]:
        """For links and hidden fields."""
        given = {"state": self.state, "item": self.item, "town": self.town, "q": self.text,
                 "late": "1" if self.late else "", "mine": "1" if self.mine else ""}  # fmt: skip
        return {name: str(value) for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Queue:
    rows: list[Line]
    next_cursor: str | None


def queue(actor: Actor, wanted: Wanted, now: datetime, after: str | None = None) -> Queue:
    """A page of the queue: urgent first, then the nearest promise."""
    found = orders.queue_lines(actor, _filter(actor, wanted, now), after)
    return Queue([_line(order, now) for order in found.rows], found.next_cursor)


def _filter(actor: Actor, wanted: Wanted, now: datetime) -> orders.QueueFilter:
    station = next((g.station_id for g in actor.grants if g.role is Role.STATION_STAFF), None)
    at_station = wanted.mine and station is not None
    return orders.QueueFilter(
        state=wanted.state if wanted.state in OPEN_AT_DESK else "",
        item_id=wanted.item,
        area_path=_path_of(wanted.town),
        late_at=now if wanted.late else None,
        text=wanted.text,
        station_id=station if at_station else None,
        ids=_sent_by(actor) if wanted.mine and not at_station else None,
    )


def _sent_by(actor: Actor) -> QuerySet[Any]:
    """Orders this person has asked a team for, or typed in."""
    asked = Offer.objects.filter(made_by_id=actor.person_id or 0).values("occasion__attendances__order")
    entered = Order.objects.filter(entered_by_id=actor.person_id or 0).values("pk")
    return Order.objects.filter(pk__in=asked).values("pk").union(entered)


def _path_of(town_id: int | None) -> str:
    if town_id is None:
        return ""
    return Area.objects.filter(pk=town_id).values_list("path", flat=True).first() or "/0/"


def row_of(order: Order, now: datetime) -> Row:
    version, parent = order.item_version, order.area.parent
    told = orders.Waiting(
        order.pk, order.urgent, order.promise_due_at, order.promise_provisional, order.late_since,
        order.needs_second_look, order.second_look_by_id, order.placed_at, order.holder, order.state, order.words,
        version.name if version is not None else None, version.name_en if version is not None else None,
        order.unit.name if order.unit is not None else None,
        order.person.name if order.person is not None else None,
        order.area.name, order.area.now_name, parent.name if parent is not None else None,
    )  # fmt: skip
    line = _line(told, now)
    return Row(order, line.title, line.place, _who(told), line.late, line)


def _line(told: orders.Waiting, now: datetime) -> Line:
    return Line(
        pk=told.pk,
        title=orders.title_from(told.item, told.item_en, told.words),
        place=_place(told),
        who=mask_name(_who(told)),
        waits=said_waiting(now - told.placed_at),
        urgent=told.urgent,
        needs_look=told.needs_second_look and told.second_look_by_id is None,
        late=is_late(told, now),
        due=told.promise_due_at,
        provisional=told.promise_provisional,
        holder=told.holder,
        state=told.state,
    )


def _place(told: orders.Waiting) -> str:
    village = said_place(told.area, told.area_now or told.area)
    return f"{told.town} · {village}" if told.town is not None else told.area


def _who(told: orders.Waiting) -> str:
    return told.unit if told.unit is not None else (told.person or "")


def is_late(order: Order | orders.Waiting, now: datetime) -> bool:
    """Past what was promised; on a provisional date nothing is declared late."""
    return order.late_since is not None or (order.promise_due_at < now and not order.promise_provisional)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: (value, word) of towns, items and states."""

    towns: tuple[tuple[int, str], ...]
    items: tuple[tuple[int, str], ...]
    states: tuple[tuple[str, str], ...]


def filter_choices() -> Choices:
    """Towns and items in one statement, by their codes."""
    rows = _CHOICES.rows()
    return Choices(
        tuple((pk, name) for kind, _code, pk, name in rows if kind == _TOWN),
        tuple((pk, name) for kind, _code, pk, name in rows if kind == _ITEM),
        tuple((state, str(labels.state_word("order", state))) for state in OPEN_AT_DESK),
    )


_TOWN, _ITEM = 0, 1


def _all_choices() -> QuerySet[Any, Any]:
    towns = Area.objects.filter(level=AreaLevel.TOWN, valid_to=None)
    items = ItemVersion.objects.filter(state__in=("published", "paused"), sealed=False)
    return (
        towns.annotate(which=Value(_TOWN))
        .values_list("which", "code", "id", "name")
        .union(
            items.annotate(which=Value(_ITEM)).values_list("which", "item__code", "item_id", "name"), all=True
        )
        .order_by("which", "code")
    )


_CHOICES = KeptList(_all_choices)


@dataclass(frozen=True, slots=True)
class Town:
    """A town on the schematic map with what waits there."""

    id: int
    name: str
    d: str
    x: float
    y: float
    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class Map:
    """示意图 of the county; `picture` is empty when the areas have no outlines. `towns` by name then."""

    width: float
    height: float
    towns: list[Town]


def county_map(actor: Actor, now: datetime) -> Map:
    """Towns with how many wait there and how many are late."""
    county = only_county()
    counts = {count.town_id: count for count in dispatch.towns_waiting(actor, now)}
    ids = {
        code: (area_id, name) for code, area_id, name in children_of(county).values_list("code", "id", "name")
    }
    picture = draw(shapes_below(county))
    drawn = {shape.code: shape for shape in picture.shapes} if picture else {}
    towns = []
    for code, (area_id, name) in ids.items():
        shape, count = drawn.get(code), counts.get(area_id)
        towns.append(
            Town(
                area_id, name, shape.d if shape else "", shape.x if shape else 0, shape.y if shape else 0,
                count.waiting if count else 0, count.late if count else 0,
            )
        )  # fmt: skip
    return Map(picture.width if picture else 0, picture.height if picture else 0, towns)


TABLE_HEAD = (
    gettext_noop("Number"), gettext_noop("State"), gettext_noop("Item"), gettext_noop("Town"), gettext_noop("Village"),
    gettext_noop("Urgent"), gettext_noop("Placed"), gettext_noop("Promised by"), gettext_noop("Late"), gettext_noop("Held by"),
    gettext_noop("Wishes"),
)  # fmt: skip


def table(actor: Actor, wanted: Wanted, now: datetime) -> Iterator[Sequence[str]]:
    """The queue without names, phones, addresses or words; protected matters are not in it."""
    yield [_(word) for word in TABLE_HEAD]
    after: str | None = None
    given = 0
    while given < MOST_EXPORTED:
        page = orders.queue(actor, _filter(actor, wanted, now), after, size=500)
        for order in page.rows:
            if not order.protected:
                yield _cells(order, now)
                given += 1
        after = page.next_cursor
        if after is None:
            return


def _cells(order: Order, now: datetime) -> list[str]:
    parent = order.area.parent
    return [
        order.number,
        str(labels.state_word("order", order.state)),
        order.item_version.name if order.item_version is not None else _("not on the menu"),
        parent.name if parent is not None else "",
        order.area.name,
        _("yes") if order.urgent else "",
        said_exactly(order.placed_at),
        said_exactly(order.promise_due_at),
        _("yes") if is_late(order, now) else "",
        str(labels.HOLDERS.get(order.holder, "")),
        _("; ").join(said_wishes(order.times, now)),
    ]
