"""What people ask for in the three weeks, and how the desk sends it on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from laojia.conf.demonstration import words
from laojia.conf.demonstration.play import Play
from laojia.foundation.area.models import Area
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import resident
from laojia.kernel.clock import CHINA, local_date
from laojia.policy.roles import Channel
from laojia.steps.dispatch.actions import make_offer, open_pool
from laojia.steps.dispatch.queries import fitting_teams
from laojia.steps.menu.models import ItemVersion
from laojia.steps.menu.rules.times import wish_days
from laojia.steps.order import actions as orders
from laojia.steps.order.models import OPEN_AT_DESK, Order


class Asking:
    """Places orders; `left` are those nobody at the desk has looked at yet."""

    def __init__(self, play: Play, items: Mapping[str, ItemVersion]) -> None:
        self.play, self.items = play, items
        self.placed: list[int] = []

    # --- one order -------------------------------------------------------------------------------------------------------

    def wish(
        self, code: str, person: Person | None = None, *, desk: bool = True, **facts: Any
    ) -> Order | None:
        """Somebody orders the item for himself, by himself or through the grid worker, the station or the telephone."""
        play = self.play
        person = person or play.rng.choice(play.folk.asking)
        item = self.items[code]
        village = self._village(person)
        actor, speaks = self._voice(person, village)
        given: dict[str, Any] = {
            "item_version": item, "area": village, "place": person.address, "answers": self.answers(item),
            "times": self.times(item), "words": play.rng.choice(words.LINES), "consent_spoken": speaks,
            "alone": self._alone(item, person), "urgent": play.rng.random() < 0.03,
        } | facts  # fmt: skip
        order: Order | None = play.attempt(self._place, actor, given)
        if order is not None and desk:
            self.to_desk(order)
        return order

    def _place(self, actor: Any, given: dict[str, Any]) -> Order:
        order = orders.place(actor=actor, now=self.play.moment, key=self.play.key(), **given)
        self.placed.append(order.pk)
        return order

    def describe(self, text: str, *, person: Person | None = None) -> Order | None:
        """A need outside the menu, in her own words."""
        play = self.play
        person = person or play.rng.choice(play.folk.asking)
        order: Order | None = play.attempt(self._describe, person, text)
        return order

    def _describe(self, person: Person, text: str) -> Order:
        order = orders.describe(
            actor=resident(person.pk), now=self.play.moment, key=self.play.key(), words=text,
            area=self._village(person), place=person.address,
        )  # fmt: skip
        self.placed.append(order.pk)
        return order

    def _village(self, person: Person) -> Area:
        return next(one for one in self.play.land.villages if one.pk == person.area_id)

    def _alone(self, item: ItemVersion, person: Person) -> bool:
        return (
            item.mode in ("home_visit", "standing")
            and bool(person.contact_name)
            and self.play.rng.random() < 0.35
        )

    def _voice(self, person: Person, village: Area) -> tuple[Any, bool]:
        """(who enters it, was consent spoken): on one's own phone, or somebody speaks for the person."""
        play = self.play
        way = play.pick((("page", 60), ("grid", 18), ("phone", 14), ("counter", 8)))
        if way == "page":
            return resident(person.pk), False
        if way == "grid":
            return play.for_(play.folk.grid_workers[village.pk], person, Channel.COUNTER), True
        if way == "phone":
            return play.for_(
                play.folk.dispatchers[2 % len(play.folk.dispatchers)], person, Channel.PHONE
            ), True
        station = next(one for one in play.land.stations if village in play.land.served[one.pk])
        return play.for_(play.folk.station_staff[station.pk], person, Channel.PAPER), True

    def answers(self, item: ItemVersion) -> dict[str, Any]:
        """Something fitting to each question that must be answered."""
        rng, found = self.play.rng, {}
        for question in item.questions:
            kind = question["kind"]
            if kind == "choice":
                found[question["key"]] = rng.choice(question["choices"])
            elif kind == "yes_no":
                found[question["key"]] = True
            elif kind == "number":
                found[question["key"]] = rng.randint(2, 30)
            elif kind == "date":
                found[question["key"]] = (self.play.moment + timedelta(days=40)).date().isoformat()
            elif question["required"]:
                found[question["key"]] = "到了再细说"
        return found

    def times(self, item: ItemVersion, first: int | None = None) -> list[dict[str, str]]:
        """One or two half-days that can be kept, mostly the next ones."""
        days = wish_days(item.slots, item.lead_working_days, self.play.moment, calendar(), count=6)
        start = self.play.pick(((0, 6), (1, 3), (2, 1))) if first is None else first
        chosen = days[start : start + 2] or days[:1]
        return [{"date": day.isoformat(), "half": self.play.rng.choice(halves)} for day, halves in chosen]

    # --- the desk --------------------------------------------------------------------------------------------------------

    def to_desk(self, order: Order, *, hours: tuple[float, float] = (0.2, 4)) -> None:
        play = self.play
        if order.state in OPEN_AT_DESK and not order.sealed:
            moment = play.office(play.moment + timedelta(hours=play.rng.uniform(*hours)))
            play.at(moment, self.dispatch, order.pk)

    def dispatch(self, order_pk: int, turn: int = 0) -> None:
        """The first or second fitting team; two pairs of eyes where the rules want them; else the pool, else tomorrow."""
        play = self.play
        order = self.fresh(order_pk)
        if order.state not in ("received", "waiting") or order.holder in ("team", "pool", "station"):
            return
        found = fitting_teams([order], play.moment)
        if not found.fits:
            if turn == 0 and order.state == "waiting":
                open_pool(orders=[order], looked=True, actor=play.dispatcher(), now=play.moment)
            elif turn < 3:
                play.at(play.office(play.moment + timedelta(hours=20)), self.dispatch, order_pk, turn + 1)
            return
        fit = found.fits[min(len(found.fits) - 1, play.pick(((0, 5), (1, 2), (2, 1))))]
        if order.needs_second_look and order.second_look_by_id is None:
            orders.second_look(order=order, actor=play.dispatcher(1), now=play.moment)
        day, half = fit.slot
        make_offer(
            orders=[order], team=fit.team, date=day, half=half, looked=bool(found.second_look),
            key=play.key(), actor=play.dispatcher(), now=play.moment,
        )  # fmt: skip

    @staticmethod
    def fresh(order_pk: int) -> Order:
        rows = Order.objects.select_related("item_version__item", "person", "area", "unit", "asker")
        return rows.get(pk=order_pk)

    # --- three weeks -----------------------------------------------------------------------------------------------------

    def plan(self) -> None:
        """Wishes spread over the weeks, the desk's rounds, then those that wait for the dispatcher now."""
        play = self.play
        ends = play.now - timedelta(hours=30)
        for _number in range(play.scale.visits):
            code = play.pick(words.WISHES)
            play.at(play.daytime(play.begins, ends), self._by_code, code)
        day = local_date(play.begins)
        while day <= local_date(play.now):
            play.at(datetime.combine(day, time(9, 10), tzinfo=CHINA), self._round)
            day += timedelta(days=1)
        for number in range(play.scale.backlog):
            moment = play.daytime(play.now - timedelta(hours=20), play.now)
            play.at(moment, self._backlog, number)

    def _round(self) -> None:
        """What came back to the desk is sent again; after some days it is said honestly that nobody was found."""
        play = self.play
        rows = Order.objects.filter(state__in=("received", "waiting"), holder="centre", sealed=False)
        fresh = play.now - timedelta(hours=28)
        for pk, placed in list(rows.exclude(item_version=None).order_by("pk").values_list("pk", "placed_at")):
            if placed >= fresh:
                continue
            play.attempt(self.dispatch, pk, 3)
            order = self.fresh(pk)
            if (
                order.state == "waiting"
                and order.holder == "centre"
                and play.moment - placed > timedelta(days=5)
            ):
                play.attempt(self._give_up, order)

    def _give_up(self, order: Order) -> None:
        where = "可以打村委会电话问问，邻里能搭把手的先搭把手。"
        actor = self.play.dispatcher()
        orders.end(order=order, reason="nobody_found", where_else=where, actor=actor, now=self.play.moment)

    def _by_code(self, code: str) -> None:
        if code == "ET01":
            self.homework()
        else:
            self.wish(code)

    def _backlog(self, number: int) -> None:
        if number % 13 == 5:
            self.describe(words.UNLISTED[number % len(words.UNLISTED)])
            return
        for _turn in range(4):
            if self.wish(self.play.pick(words.WISHES[:-1]), desk=False) is not None:
                return

    def homework(self) -> None:
        """A child's guardian asks."""
        child = self.play.rng.choice(self.play.folk.children)
        guardian = child.guardian
        if guardian is not None:
            item = self.items["ET01"]
            given = {
                "item_version": item, "area": self._village(child), "person": child, "place": guardian.address,
                "answers": self.answers(item), "times": self.times(item),
            }  # fmt: skip
            order = self.play.attempt(self._place, resident(guardian.pk), given)
            if order is not None:
                self.to_desk(order)
