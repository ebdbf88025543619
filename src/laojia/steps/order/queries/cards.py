"""Lists of orders as cards: my own, those I entered for somebody; and what the order form offers to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person
from laojia.kernel.clock import local_date
from laojia.kernel.codes import check_number, mask_name
from laojia.labels import OUTCOMES
from laojia.policy.facts import Actor
from laojia.shown import said_area, said_day
from laojia.steps.menu.models import ItemVersion
from laojia.steps.menu.rules.times import wish_days
from laojia.steps.order.models import Attendance, Order

_RECENT = timedelta(days=90)
_MOST = 50
_BUTTONS = 3


@dataclass(frozen=True, slots=True)
class Card:
    """One order as parts/order_card.html shows it."""

    title: str
    url: str
    state: str
    number: str
    place: str = ""
    when: datetime | str | None = None
    who: str = ""
    note: str = ""
    due: datetime | None = None
    provisional: bool = False
    word: str = ""


def title_of(order: Order) -> str:
    """The item's name, or the first words of the need."""
    version = order.item_version
    if version is None:
        return title_from(None, None, order.words)
    return title_from(version.name, version.name_en, "")


def title_from(name: str | None, name_en: str | None, words: str) -> str:
    """The same from the columns; `name` is None where the need stands on no menu."""
    if name is None:
        return words[:24] + ("…" if len(words) > 24 else "")
    english = (get_language() or "").startswith("en")
    return (name_en if english else "") or name


def my_cards(actor: Actor, now: datetime) -> list[Card]:
    """The actor's own orders: open ones and those of the last three months, newest first. Two queries.

    A sealed case is not among them: the phone may be in the hands of the one it is about.
    """
    if actor.person_id is None:
        return []
    mine = Q(person_id=actor.person_id) | Q(asker_id=actor.person_id)
    recent = ~Q(state__in=("closed", "refused", "cancelled", "merged")) | Q(placed_at__gte=now - _RECENT)
    rows = Order.objects.filter(mine & recent, sealed=False).order_by("-id")[:_MOST]
    return cards_of(rows)


def cards_of(rows: QuerySet[Order], *, masked: bool = False) -> list[Card]:
    """Cards of these orders. `masked`: for colleagues, with the person's masked name."""
    expected = Attendance.objects.exclude(state="released").select_related("occasion__team").order_by("-id")
    rows = rows.select_related("item_version", "area", "person", "team").prefetch_related(
        Prefetch("attendances", expected, to_attr="places")
    )
    return [_card(row, masked=masked) for row in rows]


def _card(row: Any, *, masked: bool) -> Card:
    place = next((p for p in row.places if p.state == "expected"), row.places[0] if row.places else None)
    open_still = row.state in ("received", "waiting")
    when = place.occasion.starts_at if place is not None and row.state in ("arranged", "served") else None
    name = mask_name(row.person.name) if masked and row.person else ""
    return Card(
        title=title_of(row),
        url=f"/o/{row.number}/",
        state=row.state,
        number=row.number,
        place=said_area(row.area, row.placed_at),
        when=when,
        who=name or (row.team.name if row.team and row.state == "arranged" else ""),
        note=ended_how(row) if row.state in ("served", "closed", "refused", "cancelled") else "",
        due=row.promise_due_at if open_still else None,
        provisional=row.promise_provisional,
    )


def ended_how(order: Order) -> str:
    """How it ended, to be told at the door: the outcome is not the closure."""
    if order.state == "refused" or (order.state == "closed" and order.where_else):
        return order.where_else
    if order.outcome:
        return str(OUTCOMES[order.outcome])
    return ""


def entered_by(actor: Actor, limit: int = 100) -> list[tuple[Card, str]]:
    """What the actor typed in for others and how it ended, newest first; protected names stay masked."""
    rows = scoped(Order.objects.filter(entered_by_id=actor.person_id or 0, sealed=False), actor, "order.see")
    rows = rows.order_by("-id")[:limit]
    return [(card, f"/help/card/{card.number}/") for card in cards_of(rows, masked=True)]


def kept_by(actor: Actor) -> list[Order]:
    """Sealed cases of the named keeper, open ones first, the nearest promise on top."""
    rows = Order.objects.filter(sealed=True, keeper_id=actor.person_id or 0)
    return sorted(
        rows, key=lambda o: (o.state not in ("received", "waiting", "arranged"), o.promise_due_at, o.pk)
    )


def duplicate_of(number: str, actor: Actor) -> Order | None:
    """The earlier order a likely duplicate was refused with, when it may be shown."""
    clean = check_number(number)
    if not clean:
        return None
    rows = scoped(Order.objects.filter(number=clean), actor, "order.see")
    return rows.select_related("item_version", "area").first()


# --- what the form offers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choices:
    """Remembered from last time: place and phone, and for whom one has ordered."""

    person: Person | None
    people: tuple[Person, ...]
    last: Order | None


def people_i_order_for(actor: Actor) -> list[Person]:
    """Oneself first, then one's wards and everybody one has ordered for, each once."""
    me = actor.person_id
    if me is None:
        return []
    known = Order.objects.filter(asker_id=me, sealed=False).filter(person__isnull=False).values("person_id")
    rows = Person.objects.filter(Q(pk=me) | Q(guardian_id=me) | Q(pk__in=known), erased_at=None)
    return sorted(rows.select_related("area"), key=lambda p: (p.pk != me, p.pk))


def choices(actor: Actor) -> Choices:
    """What the confirm page fills in by itself: two queries, none for somebody unknown."""
    people = people_i_order_for(actor)
    if not people:
        return Choices(None, (), None)
    rows = Order.objects.filter(asker_id=actor.person_id, sealed=False).select_related("area__parent")
    return Choices(people[0], tuple(people), rows.order_by("-id").first())


def wish_buttons(item: ItemVersion, now: datetime, count: int = _BUTTONS) -> list[tuple[str, str]]:
    """Two or three times as big buttons: (value, words). One half-day a day, so that there is a real choice."""
    days = wish_days(item.slots, item.lead_working_days, now, calendar(), count=count)
    return [(f"{day}/{halves[0]}", said_wish(day, halves[0], local_date(now))) for day, halves in days]


def all_wishes(item: ItemVersion, now: datetime, days: int = 14) -> list[tuple[str, str]]:
    """Every half-day of the next possible days, for 「别的时间」."""
    found = wish_days(item.slots, item.lead_working_days, now, calendar(), count=days)
    return [
        (f"{day}/{half}", said_wish(day, half, local_date(now))) for day, halves in found for half in halves
    ]


def said_wish(day: date, half: str, today: date) -> str:
    """周四上午."""
    words = {"morning": _("morning"), "afternoon": _("afternoon"), "evening": _("evening")}
    return _("%(day)s, %(part)s") % {"day": said_day(day, today), "part": words[half]}


def said_wishes(times: Iterable[dict[str, str]], now: datetime) -> list[str]:
    """Wishes of an order in words."""
    return [said_wish(date.fromisoformat(wish["date"]), wish["half"], local_date(now)) for wish in times]


def place_line(order: Order) -> str:
    """甘亭镇 · 甘亭村 一巷3号, for the person herself and for who is on the way."""
    parent = order.area.parent
    town = f"{parent.name} · " if parent is not None else ""
    village = said_area(order.area, order.placed_at)
    # A hall is called after its village: 马一村日间照料中心.
    return town + (order.place if village in order.place else f"{village} {order.place}".strip())
