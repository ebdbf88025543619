"""Stories that end in a way chance alone might not bring: every state of every machine stands somewhere in the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from laojia.conf.demonstration import words
from laojia.conf.demonstration.asking import Asking
from laojia.conf.demonstration.gatherings import Gatherings
from laojia.conf.demonstration.play import Play
from laojia.conf.demonstration.serving import Serving
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import resident
from laojia.kernel.clock import local_date
from laojia.policy.facts import VISITOR
from laojia.policy.roles import Role
from laojia.steps.dispatch import actions as dispatching
from laojia.steps.dispatch.models import Offer
from laojia.steps.dispatch.queries import fitting_teams
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review import actions as reviewing
from laojia.steps.review.models import Complaint
from laojia.steps.serve import actions as serving


class Cases:
    """One method, one story. Each person of a story appears in no other."""

    def __init__(self, play: Play, asking: Asking, going: Serving, gatherings: Gatherings) -> None:
        self.play, self.asking, self.going, self.gatherings = play, asking, going, gatherings
        self._people = iter(play.folk.asking[1::3])

    def plan(self) -> None:
        """Days and hours before now at which each story begins."""
        begin: list[tuple[float, Callable[..., object], tuple[Any, ...]]] = [
            (26, self.ask_back, (False,)), (150, self.ask_back, (True,)), (200, self.unlisted, ("map",)),
            (220, self.unlisted, ("refuse",)), (90, self.rest, (20,)), (260, self.rest, (3,)), (180, self.twice, ()),
            (120, self.cancel, (False,)), (300, self.cancel, (True,)), (330, self.nobody, ()), (240, self.taken_back, ()),
            (310, self.bundle, ()), (280, self.hand_over, ()), (360, self.absent, ()), (390, self.door, ("refused",)),
            (400, self.door, ("not_home",)), (380, self.again, ()), (60, self.kept, (False,)), (230, self.kept, (True,)),
            (120, self.draft, ()), (200, self.postponed, ()), (190, self.called_off, ()), (480, self.unreviewed, ()),
            (470, self.unrecorded, ()), (170, self.full_house, ()), (20, self.nudge, ()), (3, self.pool_now, ()),
        ]  # fmt: skip
        begin += [(1.2 + step * 0.4, self.asked_now, (step,)) for step in range(4)]
        begin += [(340 - step * 70, self.complain, (step,)) for step in range(5)]
        begin += [(270 - step * 90, self.incident, (step,)) for step in range(2)]
        for hours, story, facts in begin:
            moment = self.play.now - timedelta(hours=hours)
            # Teams do not look at night; what happens just now happens whatever the hour.
            self.play.at(self.play.office(moment) if hours > 40 else moment, story, *facts)

    # --- what stories are made of ------------------------------------------------------------------------------------------

    def _order(self, code: str = "LN06", **facts: Any) -> Order | None:
        for _turn in range(5):
            person: Person = next(self._people)
            order = self.asking.wish(code, person, desk=False, **({"alone": False, "urgent": False} | facts))
            if order is not None:
                return order
        return None

    def _then(self, hours: float, deed: Callable[..., object], *facts: Any) -> None:
        self.play.at(self.play.moment + timedelta(hours=hours), deed, *facts)

    def _arranged(self, code: str = "LN06", **facts: Any) -> Order | None:
        """An order that goes to a team which says yes."""
        order = self._order(code, **facts)
        if order is not None:
            self.going.fates[order.pk] = ["yes", "yes", "yes"]
            self._offer(order)
        return order

    def _offer(self, order: Order) -> Offer | None:
        order = self.asking.fresh(order.pk)
        found = fitting_teams([order], self.play.moment)
        if not found.fits or order.state not in ("received", "waiting"):
            return None
        fit = found.fits[0]
        return dispatching.make_offer(
            orders=[order], team=fit.team, date=fit.slot[0], half=fit.slot[1], looked=True, key=self.play.key(),
            actor=self.play.dispatcher(), now=self.play.moment,
        )  # fmt: skip

    # --- at the desk ---------------------------------------------------------------------------------------------------------

    def ask_back(self, answered: bool) -> None:
        order = self._order("WX02")
        if order is not None:
            question = words.QUESTIONS[answered]
            orders.ask_back(
                order=order, reason="which_place", question=question, actor=self.play.dispatcher(), now=self.play.moment
            )  # fmt: skip
            if answered:
                self._then(5, self._answer, order.pk)

    def _answer(self, order_pk: int) -> None:
        order = self.asking.fresh(order_pk)
        orders.answer(
            order=order, words=words.ANSWERS[0], actor=resident(order.asker_id), now=self.play.moment
        )
        self.asking.to_desk(order)

    def unlisted(self, ending: str) -> None:
        order = self.asking.describe(words.UNLISTED[ending == "map"], person=next(self._people))
        if order is None:
            return
        desk, now = self.play.dispatcher(), self.play.moment
        if ending == "map":
            orders.map_to_item(order=order, item_version=self.asking.items["WX02"], actor=desk, now=now)
            self.asking.to_desk(order)
        else:
            where = "镇农业技术站，电话0357-6220000，周一到周五有人。"
            orders.refuse(order=order, reason="another_office", where_else=where, actor=desk, now=now)

    def rest(self, days: int) -> None:
        order = self._order("LN03")
        if order is not None:
            until = local_date(self.play.moment) + timedelta(days=days)
            orders.suspend(
                order=order, until=until, reason="person_away", actor=self.play.dispatcher(), now=self.play.moment
            )  # fmt: skip

    def twice(self) -> None:
        first = self._order("LN01")
        if first is not None and first.person is not None:
            again = self.asking.wish("LN01", first.person, desk=False, sure=True, alone=False, urgent=False)
            if again is not None:
                orders.merge(order=again, into=first, actor=self.play.dispatcher(), now=self.play.moment)
            self.asking.to_desk(first)

    def cancel(self, arranged: bool) -> None:
        order = self._arranged("LN01") if arranged else self._order("LN04")
        if order is not None:
            self._then(5, self._cancel, order.pk)

    def _cancel(self, order_pk: int) -> None:
        order = self.asking.fresh(order_pk)
        orders.cancel(
            order=order, reason="found_otherwise", actor=resident(order.asker_id), now=self.play.moment
        )

    def nobody(self) -> None:
        """Two teams say no, nobody claims it, the station and the centre find nobody either: said honestly."""
        order = self._order("XJ02", times=self.asking.times(self.asking.items["XJ02"], 2))
        if order is not None:
            self.going.fates[order.pk] = ["no"] * 9
            self._offer(order)
            self._then(24 * 6, self._end, order.pk)

    def _end(self, order_pk: int) -> None:
        order = self.asking.fresh(order_pk)
        if order.state == "waiting":
            where = "可以打村委会电话，红白理事会能帮着张罗。"
            orders.end(
                order=order, reason="nobody_found", where_else=where, actor=self.play.dispatcher(), now=self.play.moment
            )  # fmt: skip

    def taken_back(self) -> None:
        order = self._order("LN06")
        offer = self._offer(order) if order is not None else None
        if order is not None and offer is not None:
            soon = self.play.moment + timedelta(seconds=6)
            dispatching.withdraw(offer=offer, actor=self.play.dispatcher(), now=soon)
            self.asking.to_desk(self.asking.fresh(order.pk))

    def bundle(self) -> None:
        """Two neighbours, one trip."""
        first = self._order("LN01")
        if first is None or first.person is None:
            return
        near = [one for one in self.play.folk.by_village[first.area_id] if one.pk != first.person_id]
        second = (
            self.asking.wish("LN01", near[0], desk=False, times=first.times, alone=False) if near else None
        )
        if second is not None:
            both = [self.asking.fresh(first.pk), self.asking.fresh(second.pk)]
            dispatching.bundle(orders=both, actor=self.play.dispatcher(), now=self.play.moment)
            self.going.fates[first.pk] = ["yes"]
            self._offer_both([first.pk, second.pk])

    def _offer_both(self, pks: list[int]) -> None:
        both = [self.asking.fresh(pk) for pk in pks]
        found = fitting_teams(both, self.play.moment)
        if found.fits:
            fit = found.fits[0]
            dispatching.make_offer(
                orders=both, team=fit.team, date=fit.slot[0], half=fit.slot[1], looked=True, key=self.play.key(),
                actor=self.play.dispatcher(), now=self.play.moment,
            )  # fmt: skip

    def hand_over(self) -> None:
        order = self._arranged("LN03")
        if order is not None:
            self._then(4, self._hand_over, order.pk)

    def _hand_over(self, order_pk: int) -> None:
        offer = Offer.objects.select_related("team", "occasion__item_version", "occasion__area").filter(
            occasion__attendances__order_id=order_pk, state="accepted"
        ).first()  # fmt: skip
        if offer is not None:
            kind = [
                one for one in self.play.folk.teams if one.kind == offer.team.kind and one.pk != offer.team_id
            ]
            free = [one for one in kind if not one.serves and one.resting_until is None]
            serving.hand_over(
                offer=offer, to_team=free[0], actor=self.play.leader(offer.team_id), now=self.play.moment
            )  # fmt: skip

    def pool_now(self) -> None:
        order = self._order("LN06", times=self.asking.times(self.asking.items["LN06"], 2))
        if order is not None:
            self.going.unclaimed = True
            dispatching.open_pool(
                orders=[self.asking.fresh(order.pk)], looked=True, actor=self.play.dispatcher(), now=self.play.moment
            )  # fmt: skip

    def asked_now(self, step: int) -> None:
        """A team has it on the phone just now and has not answered."""
        code = ("LN06", "LN04", "WX02", "ZZ01")[step]
        order = self._order(code, times=self.asking.times(self.asking.items[code], 2))
        if order is not None:
            self.going.fates[order.pk] = ["silent"] * 9
            self._offer(order)

    def nudge(self) -> None:
        order = self._order("LN01")
        if order is not None:
            self._then(
                12, lambda: orders.nudge(order=order, actor=resident(order.asker_id), now=self.play.moment)
            )

    # --- at the door -----------------------------------------------------------------------------------------------------------

    def absent(self) -> None:
        """The team does not come, the person says so."""
        order = self._arranged("LN06")
        if order is not None:
            self.going.absent.add(order.pk)
            self._then(24 * 6, self._absent, order.pk)

    def _absent(self, order_pk: int) -> None:
        row = (
            Attendance.objects.select_related("order", "occasion")
            .filter(order_id=order_pk, state="expected")
            .first()
        )
        if row is not None and row.occasion.ends_at is not None and row.occasion.ends_at < self.play.moment:
            serving.say(
                attendance=row, word="team_absent", actor=resident(row.asker_id), now=self.play.moment
            )

    def door(self, word: str) -> None:
        order = self._arranged("LN06")
        if order is not None:
            self.going.doors[order.pk] = word

    def again(self) -> None:
        """Done, but not solved: the same number waits again."""
        order = self._arranged("LN06")
        if order is not None:
            self.going.doors[order.pk] = "came"
            self.going.unreviewed.add(order.pk)
            self._then(24 * 7, self._again, order.pk)

    def _again(self, order_pk: int) -> None:
        row = Attendance.objects.filter(order_id=order_pk, state="came").first()
        if row is not None:
            self.going.review(row.pk, False, "no")

    def unreviewed(self) -> None:
        order = self._arranged("LN06", times=self.asking.times(self.asking.items["LN06"], 0))
        if order is not None:
            self.going.doors[order.pk] = "came"
            self.going.unreviewed.add(order.pk)

    def unrecorded(self) -> None:
        """It took place, and the leader has not written it down yet."""
        order = self._arranged("ZZ01")
        if order is not None:
            self.going.absent.add(order.pk)

    # --- the keeper ----------------------------------------------------------------------------------------------------------------

    def kept(self, arranged: bool) -> None:
        """A child would like to talk to somebody: straight to the keeper, seen by nobody else."""
        child = self.play.folk.children[int(arranged) % len(self.play.folk.children)]
        item = self.asking.items["ET02"]
        village = next(one for one in self.play.land.villages if one.pk == child.area_id)
        order = orders.place(
            actor=resident(child.pk), now=self.play.moment, key=self.play.key(), item_version=item, area=village,
            times=self.asking.times(item), answers=self.asking.answers(item),
        )  # fmt: skip
        if arranged:
            starts = self.play.moment + timedelta(hours=30)
            orders.keep(
                order=order, starts_at=starts, ends_at=starts + timedelta(minutes=50), place="心理辅导中心",
                actor=self.play.as_(self.play.folk.others[Role.KEEPER][0]), now=self.play.moment,
            )  # fmt: skip

    # --- dates -----------------------------------------------------------------------------------------------------------------------

    def full_house(self) -> None:
        """Six seats, nine people: the last ones wait for somebody to step back."""
        occasion = self.gatherings.open("WH06", self.play.land.stations[4], 16, kind="seats", places=6)
        if occasion is not None:
            for number in range(9):
                self._then(26 + number, self.gatherings.sign_up, occasion.pk, next(self._people).pk, number)

    def draft(self) -> None:
        self.gatherings.open("WH06", self.play.land.stations[1], 14, kind="seats", ask=False)

    def postponed(self) -> None:
        occasion = self.gatherings.open("LN05", self.play.land.stations[2], 15, kind="seats")
        if occasion is not None:
            self._then(26, self._postpone, occasion.pk)

    def _postpone(self, occasion_pk: int) -> None:
        occasion = Occasion.objects.select_related("item_version", "area", "team").get(pk=occasion_pk)
        menu.postpone(
            occasion=occasion, reason="snow", words="预报有大雪，改天再定。", actor=self.play.dispatcher(), now=self.play.moment
        )  # fmt: skip

    def called_off(self) -> None:
        occasion = self.gatherings.open("WH05", self.play.land.stations[3], 13, kind="seats")
        if occasion is not None:
            self._then(50, self._call_off, occasion.pk)

    def _call_off(self, occasion_pk: int) -> None:
        occasion = Occasion.objects.select_related("item_version", "area", "team").get(pk=occasion_pk)
        menu.call_off(occasion=occasion, reason="too_few", actor=self.play.dispatcher(), now=self.play.moment)

    # --- complaints, incidents ---------------------------------------------------------------------------------------------------------

    def complain(self, step: int) -> None:
        """Five complaints, each one step further: filed, called, answered, closed; the last one without a name."""
        kind, text = words.COMPLAINTS[step]
        served = Order.objects.filter(
            state__in=("served", "closed"), team__isnull=False, sealed=False
        ).exclude(asker=None)
        order = served.select_related("asker", "team", "person").order_by("pk").first() if step < 4 else None
        named = order is not None and order.asker is not None
        filed = reviewing.file_complaint(
            key=self.play.key(), kind=kind, words=text, order=order, person=order.asker if order else None,
            anonymous=not named, actor=resident(order.asker_id) if order else VISITOR, now=self.play.moment,
        )  # fmt: skip
        for number, deed in enumerate(
            (self._contact, self._reply, self._close)[: 3 - step if step < 3 else 0]
        ):
            self._then(3 + number * 20, deed, filed.pk)

    def _holder(self, complaint: Complaint) -> Any:
        people = self.play.folk.others[Role.COMPLAINT_HOLDER]
        return self.play.as_(next((one for one in people if one.pk == complaint.holder_id), people[0]))

    def _contact(self, pk: int) -> None:
        row = Complaint.objects.get(pk=pk)
        reviewing.contact(complaint=row, actor=self._holder(row), now=self.play.moment)

    def _reply(self, pk: int) -> None:
        row = Complaint.objects.get(pk=pk)
        reviewing.answer_complaint(
            complaint=row, reason="partly_founded", answer="和队里、和您都问过了：那天的话说得不合适，队长上门道歉。",
            actor=self._holder(row), now=self.play.moment,
        )  # fmt: skip

    def _close(self, pk: int) -> None:
        row = Complaint.objects.get(pk=pk)
        reviewing.close_complaint(complaint=row, actor=self._holder(row), now=self.play.moment)

    def incident(self, step: int) -> None:
        kind, text, first_help = words.INCIDENTS[step]
        occasion = (
            Occasion.objects.filter(state__in=("held", "recorded"), team__isnull=False, sealed=False)
            .order_by("pk")
            .last()
        )
        if occasion is None or occasion.team_id is None:
            return
        row = reviewing.report_incident(
            key=self.play.key(), kind=kind, words=text, first_help=first_help, occasion=occasion,
            happened_at=occasion.starts_at or self.play.moment, actor=self.play.leader(occasion.team_id),
            now=self.play.moment,
        )  # fmt: skip
        if step == 0:
            reviewing.close_incident(
                incident=row, reason="settled", ending="双方说好，队里赔了一个新的。", actor=self.play.dispatcher(),
                now=self.play.moment + timedelta(minutes=30),
            )  # fmt: skip
