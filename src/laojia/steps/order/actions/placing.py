"""Placing an order: as few statements as possible and one commit; a repeated submission makes one order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, CharField, F, Q, UUIDField

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import locate, place_now
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import happened_before, start
from laojia.foundation.limits import actions as limits
from laojia.foundation.outbox.actions import post, set_clock
from laojia.foundation.people.actions import add_person
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.teams.models import Team
from laojia.kernel import env
from laojia.kernel.clock import local
from laojia.kernel.codes import clean_phone, public_number
from laojia.kernel.crypto import keyed_hash
from laojia.kernel.db import next_id
from laojia.kernel.kept import Given, KeptRead, together
from laojia.policy.deadlines import Due, by_when, within
from laojia.policy.facts import Actor
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order.actions import checking, seating
from laojia.steps.order.actions.asked import Asked, Relative
from laojia.steps.order.actions.holding import link_of, voice, write_hop
from laojia.steps.order.models import Attendance, Hop, Order
from laojia.steps.order.rules import OPEN_STATES, first_state, likely_duplicate, needs_second_look

_TOLD_A_DAY = 5
_MOST_OPEN = 60  # open orders of one person or phone, unless the county sets another number


def place(
    *,
    actor: Actor,
    now: datetime,
    key: uuid.UUID,
    item_version: ItemVersion,
    area: Area | None = None,
    person: Person | None = None,
    unit: Unit | None = None,
    place: str = "",
    lon: float | None = None,
    lat: float | None = None,
    position_system: str = "",
    times: Sequence[Mapping[str, str]] = (),
    answers: Mapping[str, Any] | None = None,
    words: str = "",
    alone: bool = False,
    urgent: bool = False,
    occasion: Occasion | None = None,
    seats: int = 1,
    head_count: int = 1,
    contact_phone: str = "",
    consent_spoken: bool = False,
    wants_team: Team | None = None,
    sure: bool = False,
    relative: Relative | None = None,
    said_at: datetime | None = None,
) -> Order:
    """点单. The same `key` gives the same order, even when both arrive at once.

    `person` is served (none and no `unit`: the one who asks), `relative` is somebody new, entered with the order.
    `times` are wishes {"date": ISO, "half": …}; `seats` people come to `occasion`, `head_count` are served elsewhere.
    `area` None: found from the point. `said_at`: when a paper says so, typed in later. Raises BadInput (fields by
    name), Conflict `likely_duplicate` (fields["earlier"] = its number) unless `sure`, Conflict `week_full`,
    NotPermitted, OutOfScope.
    """
    asked = Asked(
        actor, now, key, _where(area, lon, lat, position_system), item_version, person, unit,
        place.strip(), lon, lat, position_system, times, answers or {}, words.strip(), alone, urgent, occasion,
        seats if occasion is not None else head_count, contact_phone, consent_spoken, wants_team, sure, relative,
        happened_before(said_at, now),
    )  # fmt: skip
    return _once(asked, "order.place")


def describe(
    *,
    actor: Actor,
    now: datetime,
    key: uuid.UUID,
    words: str,
    area: Area | None = None,
    person: Person | None = None,
    unit: Unit | None = None,
    place: str = "",
    lon: float | None = None,
    lat: float | None = None,
    position_system: str = "",
    alone: bool = False,
    urgent: bool = False,
    contact_phone: str = "",
    consent_spoken: bool = False,
    sure: bool = False,
    relative: Relative | None = None,
    said_at: datetime | None = None,
) -> Order:
    """说说您要什么: a need outside the menu, in the person's own words; somebody finds out what it is."""
    asked = Asked(
        actor, now, key, _where(area, lon, lat, position_system), None, person, unit, place.strip(), lon, lat,
        position_system, (), {}, words.strip(), alone, urgent, None, 1, contact_phone, consent_spoken, None, sure, relative,
        happened_before(said_at, now),
    )  # fmt: skip
    return _once(asked, "order.describe")


def _where(area: Area | None, lon: float | None, lat: float | None, system: str) -> Area:
    """The chosen village, else the finest area around the point; a point that is none is refused either way."""
    if lon is not None and lat is not None:
        checking.check_point(lon, lat, system)
    if area is not None:
        return place_now(area)
    if lon is None or lat is None:
        raise checking.no_place()
    return Area.objects.defer("outline").get(pk=locate(lon, lat, system or "wgs84").area_id)


def _once(asked: Asked, verb: str) -> Order:
    """The unique key decides a race: whoever comes second gets the order of the first."""
    try:
        with transaction.atomic():
            return _file(asked, verb)
    except IntegrityError:
        earlier = Order.objects.filter(key=asked.key).first()
        if earlier is None:
            raise
        return _same(earlier, asked)


def _same(earlier: Order, asked: Asked) -> Order:
    """A key names one order of one person: somebody else's key opens nothing."""
    if voice(asked.actor).person_id not in (earlier.asker_id, earlier.person_id):
        raise checking.key_of_somebody_else()
    return earlier


def _file(asked: Asked, verb: str) -> Order:
    asker_id = checking.asker_of(asked.actor)
    if asked.relative is not None and asked.unit is None:
        asked.person = _add_relative(asked, asked.relative, asker_id, verb)
    elif asked.person is None and asked.unit is None:
        asked.person = checking.oneself(asker_id)
    phone = clean_phone(asked.contact_phone, landline=True) if asked.contact_phone else ""
    phone = phone or checking.usual_phone(asked.person)
    earlier = _earlier(asked, phone)
    if isinstance(earlier, Order):
        return earlier
    checking.check_asking(asked, asker_id)
    checking.check_wish(asked)
    held = seating.take(asked.occasion, asked.seats, asked.actor, asked.now) if asked.occasion else ""
    order = _row(asked, verb, asker_id, phone, held)
    checking.take_quota(asked)
    start(order, verb, actor=asked.actor, now=asked.now, facts={"held": held})
    _after(order, asked, held)
    return order


def _add_relative(asked: Asked, relative: Relative, asker_id: int, verb: str) -> Person:
    """The new person; the key of the order makes one of a repeated submission here too."""
    return add_person(
        actor=asked.actor,
        now=asked.now,
        name=relative.name,
        phone=relative.phone,
        area=asked.area,
        address=asked.place,
        birth_year=relative.birth_year,
        guardian=checking.oneself(asker_id) if relative.my_child else None,
        key=uuid.uuid5(asked.key, "relative"),
        because=verb,
    )


def _earlier(asked: Asked, phone: str) -> Order | None:
    """One look at the table: the same key (returned), or the same need of the same person or phone (refused).

    The open orders it reads are counted too: a flood from one phone is stopped without asking anything more.
    """
    most = env.number("LAOJIA_MOST_OPEN_ORDERS", _MOST_OPEN, least=5, most=100_000)
    person_id = asked.person.pk if asked.person else None
    unit_id = asked.unit.pk if asked.unit and person_id is None else None
    by_phone = bool(phone) and asked.unit is None
    look = _look("person_id" if person_id is not None else "unit_id", most, by_phone=by_phone)
    whose = person_id if person_id is not None else unit_id
    rows: list[Any] = look.rows(key=asked.key, whose=whose, phone=keyed_hash(phone) if by_phone else "")
    for row in rows:
        if row.key == asked.key:
            return _same(Order.objects.get(pk=row.pk), asked)
    if len(rows) >= most:
        raise checking.too_many_open(most)
    alike = [row for row in rows if _same_need(row, asked) and not asked.sure]
    newest = likely_duplicate([(r.pk, r.state, r.placed_at) for r in alike], now=asked.now)
    if newest is not None:
        earlier = next(r for r in alike if r.pk == newest)
        raise checking.likely_duplicate_of(earlier, asked.actor)
    return None


@cache
def _look(column: str, most: int, *, by_phone: bool) -> KeptRead[Order]:
    """The item is compared by the caller: the indexes of key, person (or body) and phone then do the whole work."""
    whose = Q(**{column: Given("whose", BigIntegerField())})
    if by_phone:
        # The index of phones holds no empty ones, and a plan made for every value uses it only when told so.
        whose |= Q(contact_hash=Given("phone", CharField())) & ~Q(contact_hash="")
    look = Q(key=Given("key", UUIDField())) | (whose & Q(state__in=OPEN_STATES, sealed=False))
    return KeptRead(
        lambda: (
            Order.objects.filter(look)
            .only("number", "key", "state", "placed_at", "words", "wants_occasion", *Order.SCOPE.facts)
            .annotate(item=F("item_version__item_id"))
            .order_by("-id")[:most]
        )
    )


def _same_need(row: Any, asked: Asked) -> bool:
    """The same item (and the same date, where it is about a date), or the same words."""
    if asked.item is None:
        return row.item is None and row.words == asked.words
    if asked.occasion is not None and row.wants_occasion_id != asked.occasion.pk:
        return False
    return bool(row.item == asked.item.item_id)


def _row(asked: Asked, verb: str, asker_id: int, phone: str, held: str) -> Order:
    item, now, occasion = asked.item, asked.now, asked.occasion
    sealed = bool(item and item.sealed)
    state = first_state(item, occasion=occasion is not None, seated=bool(held))
    due = by_when("order.promise", now, calendar(), urgent=asked.urgent)
    serial = next_id(Order)
    actor = asked.actor
    holder, holder_id, why = _first_holder(asked, state, sealed)
    return Order(
        pk=serial,
        number=public_number("D", asked.area.code[:6], local(now).year, serial),
        key=asked.key,
        state=state,
        item_version=item,
        words=asked.words,
        described=verb == "order.describe",
        answers=asked.answers,
        person=asked.person,
        unit=asked.unit,
        asker_id=asker_id,
        entered_by_id=actor.person_id if actor.on_behalf_of is not None else None,
        channel=actor.channel,
        consent_spoken=asked.consent_spoken,
        contact_phone=phone,
        contact_hash=keyed_hash(phone) if phone else "",
        contact_end_hash=keyed_hash(phone[-4:]) if phone else "",
        area=asked.area,
        area_path=asked.area.path,
        place=asked.place,
        lon=asked.lon,
        lat=asked.lat,
        position_system=asked.position_system if asked.lon is not None else "",
        alone=asked.alone,
        urgent=asked.urgent,
        times=[dict(wish) for wish in asked.times],
        head_count=asked.seats,
        team_id=occasion.team_id if occasion and held else None,
        holder=holder,
        holder_id=holder_id,
        holder_since=now,
        holder_until=None if state in ("arranged", "waitlisted") else due.at,
        holder_why=why,
        promise_due_at=due.at,
        promise_provisional=due.provisional,
        needs_second_look=not held
        and needs_second_look(item, alone=asked.alone, visited_before=asked.alone and _visited(asked.person)),
        wants_occasion=occasion,
        wants_team=asked.wants_team,
        waitlisted_at=now if state == "waitlisted" else None,
        protected=bool(item and item.protected),
        sealed=sealed,
        keeper_id=item.keeper_id if item is not None and sealed else None,
        placed_at=now,
        said_at=asked.said_at,
        waiting_since=now if state == "waiting" else None,
        arranged_at=now if state == "arranged" else None,
    )


def _first_holder(asked: Asked, state: str, sealed: bool) -> tuple[str, int | None, str]:
    if sealed and asked.item is not None:
        return "keeper", asked.item.keeper_id, "keeper"
    if state == "arranged":
        return "team", asked.occasion.team_id if asked.occasion else None, "seated"
    if state == "waitlisted":
        return "nobody", None, "waiting_list"
    if asked.item is None:
        return "centre", None, "unlisted"
    return "centre", None, "trusted" if state == "waiting" else "placed"


def _visited(person: Person | None) -> bool:
    """Has anybody been to see this person before?"""
    if person is None:
        return True
    return Attendance.objects.filter(
        person_id=person.pk, state="came", occasion__kind__in=("visit", "standing")
    ).exists()


def _after(order: Order, asked: Asked, held: str) -> None:
    """Hop, seat, clocks and the receipt."""
    now = asked.now
    if asked.occasion is not None and held:
        seating.seat(order, asked.occasion, now=now, held=held == "held")
    with together():
        write_hop(
            Hop(
                order_id=order.pk,
                at=now,
                holder=order.holder,
                holder_id=order.holder_id,
                until=order.holder_until,
                why=order.holder_why,
            )
        )
        if order.state in ("received", "waiting"):
            _set_clocks(order, now)
        _receipt(order, asked)


def _set_clocks(order: Order, now: datetime) -> None:
    outer = by_when("order.promise", now, calendar(), urgent=order.urgent)
    set_clock("order.promise", about=("order", order.pk), due=outer, now=now, round=order.round)
    if order.state == "received" and not order.sealed:
        inner: Due = within(by_when("order.triage", now, calendar(), urgent=order.urgent), outer.at)
        set_clock("order.triage", about=("order", order.pk), due=inner, now=now, round=order.round)


def _receipt(order: Order, asked: Asked) -> None:
    """Who asked gets the number; the person it is for hears that somebody asked. Sealed: the keeper alone."""
    now, about = asked.now, ("order", order.pk)
    if order.sealed:
        post(
            "keeper.order",
            to_person_id=order.keeper_id,
            about=about,
            key=f"keeper.order:{order.pk}",
            now=now,
            variables={
                "number": order.number,
                "by": order.promise_due_at.isoformat(),
                "link": f"o/{order.number}/",
            },
        )
        return
    template, more = _receipt_of(order, asked)
    post(
        template,
        to_person_id=order.asker_id,
        about=about,
        key=f"{template}:{order.pk}:0:{order.asker_id}",
        now=now,
        variables={"number": order.number, "link": link_of(order, order.asker_id), **more},
    )
    if (
        order.person_id is not None
        and order.person_id != order.asker_id
        and not checking.is_child(asked.person, now)
        and _may_be_told(asked.person, now)
    ):
        post(
            "order.for_relative",
            to_person_id=order.person_id,
            about=about,
            key=f"order.for_relative:{order.pk}",
            now=now,
            variables={"number": order.number, "link": link_of(order, order.person_id)},
        )


def _may_be_told(person: Person | None, now: datetime) -> bool:
    """A few such messages a day to one phone: nobody floods a stranger's by ordering for him."""
    if person is None or not person.phone_hash:
        return True
    day = timedelta(days=1)
    return limits.take("for_relative", person.phone_hash, most=_TOLD_A_DAY, within=day, now=now) is None


def _receipt_of(order: Order, asked: Asked) -> tuple[str, dict[str, str | int]]:
    if order.state == "arranged" and asked.occasion is not None:
        return "order.seat", {"at": seating.said(asked.occasion)}
    if order.state == "waitlisted":
        return "order.waitlisted", {"place_in_line": seating.place_in_line(order)}
    return "order.received", {"by": order.promise_due_at.isoformat()}
