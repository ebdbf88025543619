"""Dates with seats, whole villages, volunteers wanted, standing help, and the points' daily tally."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from laojia.conf.demonstration import words
from laojia.conf.demonstration.asking import Asking
from laojia.conf.demonstration.play import Play
from laojia.conf.demonstration.serving import Serving
from laojia.foundation.area.models import Area, Station
from laojia.foundation.people.models import Unit
from laojia.kernel.clock import CHINA, local_date
from laojia.policy.roles import Channel
from laojia.steps.dispatch.actions import make_offer
from laojia.steps.dispatch.queries import fitting_for_occasion
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions as orders
from laojia.steps.serve import actions as serving

_HOURS = {"morning": time(9), "afternoon": time(14, 30), "evening": time(19)}


class Gatherings:
    """What stations open and villages ask for."""

    def __init__(self, play: Play, asking: Asking, going: Serving, items: Mapping[str, ItemVersion]) -> None:
        self.play, self.asking, self.going, self.items = play, asking, going, items

    def plan(self) -> None:
        """Dates on both sides of now: some over, some tonight or next week."""
        play, scale = self.play, self.play.scale
        for number in range(scale.seated):
            ahead = 9 + (number % 3) * 2
            start = play.begins + timedelta(days=1 + number * (scale.days - 3) / max(1, scale.seated))
            play.at(play.office(start), self.seated, words.SEATED[number % len(words.SEATED)], ahead, number)
        for number in range(scale.village_orders):
            moment = play.daytime(play.begins, play.now - timedelta(days=1))
            play.at(
                moment, self.for_village, words.VILLAGE_WISHES[number % len(words.VILLAGE_WISHES)], number
            )
        for number in range(scale.standing):
            play.at(play.daytime(play.begins, play.begins + timedelta(days=6)), self.help, number)
        for number in range(scale.calls):
            play.at(play.office(play.now - timedelta(days=6 + number)), self.call_for_hands, number)
        self._tallies()

    # --- seats -----------------------------------------------------------------------------------------------------------

    def seated(self, code: str, ahead: int, number: int) -> None:
        """A station opens a date and asks a team; once it has said yes, people sign up."""
        station = self.play.land.stations[(number * 17) % len(self.play.land.stations)]
        occasion = self.open(code, station, ahead, kind="seats")
        if occasion is not None:
            self.play.later(self._fill, occasion.pk, number % 2 == 0, hours=(26, 30))

    def open(
        self, code: str, station: Station, ahead: int, *, kind: str, ask: bool = True, places: int = 0
    ) -> Occasion | None:
        """A public date at a place of the station's village."""
        play, item = self.play, self.items[code]
        village = play.land.served[station.pk][0]
        day, half = self._day(item, ahead)
        begins = datetime.combine(day, _HOURS[half], tzinfo=CHINA)
        staff = play.as_(play.folk.station_staff[station.pk])
        seats = places or (item.places if kind == "seats" else 1)
        occasion: Occasion | None = play.attempt(
            lambda: menu.open_occasion(
                actor=staff, now=play.moment, item_version=item, kind=kind, area=village, key=play.key(),
                place=f"{village.name}{play.rng.choice(words.PLACES)}", starts_at=begins,
                ends_at=begins + timedelta(minutes=item.minutes), public=True, station=station,
                places=seats, held_back=min(item.held_back, seats // 4) if kind == "seats" else 0,
                volunteer_places=item.places if kind == "volunteers" else 0,
                sponsor=words.SPONSORS.get(code, "县文明办" if item.requires else ""),
                filing_number="示例备案〔演示〕1号" if "clinic_filing" in item.requires else "",
            )
        )  # fmt: skip
        if occasion is not None and ask:
            if places:
                self.going.agreed.add(occasion.pk)
            play.attempt(self._ask, occasion)
        return occasion

    def _day(self, item: ItemVersion, ahead: int) -> tuple[date, str]:
        """The first day from then on that the item has, with a half-day."""
        day = local_date(self.play.moment) + timedelta(days=ahead)
        while True:
            kind = {5: "saturday", 6: "sunday"}.get(day.weekday(), "weekday")
            halves = [half for half in item.slots.get(kind, ()) if half in _HOURS]
            if halves:
                return day, halves[0]
            day += timedelta(days=1)

    def _ask(self, occasion: Occasion) -> None:
        """The best team at that time; what needs two pairs of eyes is sent by the desk."""
        found = fitting_for_occasion(occasion, self.play.moment)
        if found.fits and occasion.date is not None:
            make_offer(
                occasion=occasion, team=found.fits[0].team, date=occasion.date, half=occasion.half, looked=True,
                key=self.play.key(), actor=self.play.dispatcher(), now=self.play.moment,
            )  # fmt: skip

    def _fill(self, occasion_pk: int, full: bool) -> None:
        """People of the villages around sign up, by themselves or by telephone; one in two dates fills up."""
        play = self.play
        occasion = Occasion.objects.select_related("item_version", "area").get(pk=occasion_pk)
        if occasion.state != "confirmed":
            return
        near = [one for one in play.folk.asking if one.area_path.startswith(_town(occasion.area))]
        wanted = occasion.places + 4 if full else occasion.places // 3
        people = play.rng.sample(near, min(len(near), wanted))
        for number, person in enumerate(people):
            play.later(self.sign_up, occasion_pk, person.pk, number, hours=(0, 40))

    def sign_up(self, occasion_pk: int, person_pk: int, number: int) -> None:
        play = self.play
        person = next(one for one in play.folk.asking if one.pk == person_pk)
        occasion = Occasion.objects.select_related("item_version__item").get(pk=occasion_pk)
        village = next(one for one in play.land.villages if one.pk == person.area_id)
        by_phone = number % 4 == 0
        actor = (
            play.for_(play.folk.grid_workers[village.pk], person, Channel.PHONE)
            if by_phone
            else play.as_(person)
        )
        orders.place(
            actor=actor, now=play.moment, key=play.key(), item_version=occasion.item_version, area=village,
            occasion=occasion, seats=2 if number % 7 == 3 else 1, consent_spoken=by_phone,
        )  # fmt: skip

    # --- whole villages, schools ------------------------------------------------------------------------------------------

    def for_village(self, code: str, number: int) -> None:
        """The station orders for the village committee, or for the school."""
        play, item = self.play, self.items[code]
        station = play.land.stations[(number * 29 + 3) % len(play.land.stations)]
        village = play.land.served[station.pk][0]
        unit = play.land.units[village.pk]
        order = play.attempt(lambda: self._place_for(unit, item, village, station))
        if order is not None:
            self.asking.to_desk(order)

    def _place_for(self, unit: Unit, item: ItemVersion, village: Area, station: Station) -> object:
        play = self.play
        return orders.place(
            actor=play.as_(play.folk.station_staff[station.pk], Channel.COUNTER), now=play.moment, key=play.key(),
            item_version=item, area=village, unit=unit, place=f"{village.name}文化活动室",
            answers=self.asking.answers(item), times=self.asking.times(item), head_count=play.rng.randint(20, 80),
        )  # fmt: skip

    # --- hands wanted ------------------------------------------------------------------------------------------------------

    def call_for_hands(self, number: int) -> None:
        """招募: volunteers of any team join by themselves."""
        station = self.play.land.stations[(number * 11 + 5) % len(self.play.land.stations)]
        occasion = self.open("HJ01", station, 8, kind="volunteers")
        if occasion is not None:
            for step in range(9):
                self.play.later(
                    self._join, occasion.pk, (number * 31 + step * 7), hours=(20 + step, 60 + step)
                )

    def _join(self, occasion_pk: int, number: int) -> None:
        team = self.play.folk.teams[number % len(self.play.folk.teams)]
        person = self.play.folk.members[team.pk][0]
        occasion = Occasion.objects.select_related("item_version").get(pk=occasion_pk)
        if occasion.state == "confirmed":
            line = serving.join(
                occasion=occasion, person=person, actor=self.play.as_(person), now=self.play.moment
            )
            if number % 5 == 0:
                serving.leave(line=line, actor=self.play.as_(person), now=self.play.moment)

    # --- standing help -------------------------------------------------------------------------------------------------------

    def help(self, number: int) -> None:
        """Somebody old wishes for company every week; the first visit is offered, then it goes on by itself."""
        play = self.play
        old = [one for one in play.folk.asking if one.contact_name]
        order = self.asking.wish(
            "LN02", old[(number * 41) % len(old)], desk=False, alone=number % 2 == 0, urgent=False
        )
        if order is not None:
            if number == 0:
                self.going.doors[order.pk] = "came"
            play.at(play.office(play.moment + timedelta(hours=2)), self._rhythm, order.pk, number)

    def _rhythm(self, order_pk: int, number: int) -> None:
        play = self.play
        order = self.asking.fresh(order_pk)
        first = local_date(play.moment) + timedelta(days=3)
        standing = orders.start_standing(
            order=order, weekdays=[(first + timedelta(days=number % 2)).weekday()], starts=time(9, 30), minutes=60,
            valid_from=first, actor=play.dispatcher(), now=play.moment,
        )  # fmt: skip
        play.later(self._change_of_mind, standing.pk, number, hours=(24 * 6, 24 * 7))
        play.attempt(self._send, order_pk)

    def _send(self, order_pk: int) -> None:
        """The first visit goes to a team; the desk looks twice at somebody who lives alone."""
        occasion = Occasion.objects.select_related("item_version", "area").get(
            attendances__order_id=order_pk, attendances__state="expected", state="draft"
        )
        found = fitting_for_occasion(occasion, self.play.moment)
        self.going.fates[order_pk] = ["yes"]
        if found.fits:
            make_offer(
                occasion=occasion, team=found.fits[0].team, date=found.fits[0].slot[0], half=found.fits[0].slot[1],
                looked=True, key=self.play.key(), actor=self.play.dispatcher(), now=self.play.moment,
            )  # fmt: skip

    def _change_of_mind(self, standing_pk: int, number: int) -> None:
        """One missed visit, one pause, one end; the others go on."""
        from laojia.steps.order.models import StandingHelp

        play = self.play
        row = StandingHelp.objects.select_related("item_version", "area").get(pk=standing_pk)
        if number == 0:
            self.going.doors[row.orders.values_list("pk", flat=True)[0]] = "not_home"
        elif number == 1 and row.state == "active":
            until = local_date(play.now) + timedelta(days=12)
            orders.pause_standing(
                standing=row, reason="in_hospital", until=until, actor=play.dispatcher(), now=play.moment
            )  # fmt: skip
        elif number == 2 and row.state == "active":
            orders.end_standing(
                standing=row, reason="person_moved", how="call", spoke_with="family", actor=play.dispatcher(),
                now=play.moment,
            )  # fmt: skip

    # --- points --------------------------------------------------------------------------------------------------------------

    def _tallies(self) -> None:
        """Heads counted at the huts and the market, every few days, by the station that keeps the point."""
        for number, point in enumerate(one for one in self.play.land.points if "驿站" not in one.name):
            for day in range(1 + number % 3, self.play.scale.days, 4):
                self.play.at(
                    self.play.office(self.play.begins + timedelta(days=day, hours=9)),
                    self._tally,
                    point,
                )

    def _tally(self, point: object) -> None:
        from laojia.steps.menu.models import Point

        row = Point.objects.select_related("station").get(pk=point.pk)  # type: ignore[attr-defined]
        item = row.items.order_by("code").first()
        if item is not None and row.station_id is not None:
            serving.tally_walk_ins(
                point=row, item=item, heads=self.play.rng.randint(3, 40), day=local_date(self.play.moment),
                actor=self.play.as_(self.play.folk.station_staff[row.station_id]), now=self.play.moment,
            )  # fmt: skip


def _town(area: Area) -> str:
    return "/".join(area.path.split("/")[:3]) + "/"
