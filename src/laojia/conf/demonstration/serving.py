"""Teams answer, go, and say how it went; people say how it was."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from laojia.conf.demonstration import words
from laojia.conf.demonstration.play import Play
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import resident
from laojia.kernel.clock import CHINA, local_date
from laojia.policy.roles import Channel
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.dispatch.queries import fitting_for_occasion
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review import actions as reviewing
from laojia.steps.serve import actions as serving
from laojia.steps.serve.actions.records import Report, Visited
from laojia.steps.serve.models import RosterLine
from laojia.steps.serve.queries import needs_of

_ANSWERS = (("yes", 80), ("no", 9), ("silent", 9), ("returned", 2))
_NO = ("no_one_free", "no_one_free", "too_far", "not_our_trade", "other_time")


class Serving:
    """`fates`: order id → what the next teams say, for stories that must end in a certain way."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.fates: dict[int, list[str]] = {}
        self.doors: dict[int, str] = {}  # order id → the team's word of the visit
        self.unreviewed: set[int] = set()
        self.absent: set[int] = set()  # orders whose visit nobody writes down
        self.unclaimed = False  # the next entry of the pool stays open
        self.agreed: set[int] = set()  # occasions any team says yes to
        self._stayed_away = False
        self._last_offer = self._last_entry = 0
        self._decided: set[int] = set()
        play.watchers += [self._see_offers, self._see_pool]

    def plan(self) -> None:
        """Leaders write down at noon, in the evening and late what is over."""
        day = local_date(self.play.begins)
        while day <= local_date(self.play.now):
            for at in (time(12, 30), time(18, 20), time(21, 40)):
                self.play.at(datetime.combine(day, at, tzinfo=CHINA), self._round)
            day += timedelta(days=1)

    # --- offers ----------------------------------------------------------------------------------------------------------

    def _see_offers(self) -> None:
        for offer in Offer.objects.filter(pk__gt=self._last_offer).order_by("pk"):
            self._last_offer = offer.pk
            if offer.state == "open":
                self._decide(offer)

    def _decide(self, offer: Offer) -> None:
        play = self.play
        order_id = (
            offer.occasion.attendances.filter(state="expected").values_list("order_id", flat=True).first()
        )
        fate = self.fates.get(order_id or 0)
        say = fate.pop(0) if fate else play.pick(_ANSWERS)
        say = "yes" if offer.occasion_id in self.agreed else say
        if say == "silent":
            return
        moment = play.moment + timedelta(hours=play.rng.uniform(0.3, 2.2))
        if not time(7) <= moment.astimezone(CHINA).time() <= time(21):
            return  # it comes at night: nobody looks, the clock goes on
        play.at(moment, self._say_no if say == "no" else self._say_yes, offer.pk, say)

    def _say_no(self, offer_pk: int, _say: str) -> None:
        offer = Offer.objects.select_related("team", "occasion__item_version").get(pk=offer_pk)
        if offer.state == "open":
            serving.decline(
                offer=offer, reason=self.play.rng.choice(_NO), actor=self.play.leader(offer.team_id), now=self.play.moment
            )  # fmt: skip

    def _say_yes(self, offer_pk: int, say: str) -> None:
        offer = Offer.objects.select_related("team", "occasion__item_version", "occasion__area").get(
            pk=offer_pk
        )
        if offer.state != "open":
            return
        occasion = offer.occasion
        serving.accept(
            offer=offer, people=self._people(occasion, offer.team_id), actor=self.play.leader(offer.team_id),
            now=self.play.moment,
        )  # fmt: skip
        self.play.later(self._roster, occasion.pk, hours=(0.5, 5))
        if say == "returned":
            self.play.later(self._return, offer_pk, hours=(1, 3))

    def _people(self, occasion: Occasion, team_id: int) -> list[Person]:
        """Who goes: those with the paper first; two where two must go."""
        needs = needs_of(occasion)
        count = 2 if needs.two_people or self.play.rng.random() < 0.35 else 1
        people = self.play.folk.members[team_id]
        start = 0 if needs.qualification else self.play.rng.randrange(len(people))
        return list(dict.fromkeys(people[(start + step) % len(people)] for step in range(count)))

    def _return(self, offer_pk: int) -> None:
        offer = Offer.objects.select_related("team", "occasion__item_version", "occasion__area").get(
            pk=offer_pk
        )
        if offer.state == "accepted":
            reason = self.play.rng.choice(("illness", "emergency", "no_one_free"))
            serving.give_back(
                offer=offer, reason=reason, actor=self.play.leader(offer.team_id), now=self.play.moment
            )

    def _see_pool(self) -> None:
        for entry in PoolEntry.objects.filter(pk__gt=self._last_entry).order_by("pk"):
            self._last_entry = entry.pk
            left, self.unclaimed = self.unclaimed, False
            if not left and self.play.rng.random() < 0.55:
                self.play.later(self._claim, entry.pk, hours=(0.6, 3))

    def _claim(self, entry_pk: int) -> None:
        """The first fitting team takes it."""
        entry = PoolEntry.objects.select_related("occasion__item_version", "occasion__area").get(pk=entry_pk)
        fits = fitting_for_occasion(entry.occasion, self.play.moment).fits if entry.closed_at is None else []
        if fits and not entry.protected:
            team = fits[0].team
            serving.claim(entry=entry, team=team, actor=self.play.leader(team.pk), now=self.play.moment)

    # --- rosters ---------------------------------------------------------------------------------------------------------

    def _roster(self, occasion_pk: int) -> None:
        """Most say yes, some say nothing, one in twelve no: then somebody stands in."""
        play = self.play
        for line in RosterLine.objects.filter(occasion_id=occasion_pk, state="asked").select_related(
            "occasion", "person"
        ):
            drawn = play.rng.random()
            if drawn < 0.2:
                continue
            actor = play.as_(line.person)
            play.attempt(self._answer, line, drawn > 0.28, actor)

    def _answer(self, line: RosterLine, coming: bool, actor: Any) -> None:
        serving.answer(line=line, coming=coming, actor=actor, now=self.play.moment)
        if coming or line.team_id is None:
            return
        there = set(RosterLine.objects.filter(occasion=line.occasion).values_list("person_id", flat=True))
        other = next((one for one in self.play.folk.members[line.team_id] if one.pk not in there), None)
        if other is not None:
            serving.stand_in(
                line=line, person=other, actor=self.play.leader(line.team_id), now=self.play.moment
            )

    # --- how it went -----------------------------------------------------------------------------------------------------

    def _round(self) -> None:
        rows = Occasion.objects.filter(state__in=("confirmed", "held"), ends_at__lte=self.play.moment)
        for occasion in rows.exclude(pk__in=self._decided).order_by("pk"):
            self._decided.add(occasion.pk)
            drawn = self.play.rng.random()
            left = occasion.attendances.filter(order__in=self.absent).exists()
            if left or occasion.keeper_id is not None or drawn > 0.94:
                continue
            hours = (0.1, 1.5) if drawn < 0.75 else (14, 60)
            self.play.later(self.record, occasion.pk, hours=hours)

    def record(self, occasion_pk: int) -> None:
        """「做完了」 by the leader, with whoever said yes or nothing; somebody may have stayed away."""
        play = self.play
        occasion = Occasion.objects.select_related("item_version", "area", "team").get(pk=occasion_pk)
        if occasion.state not in ("confirmed", "held") or occasion.team_id is None:
            return
        lines = list(
            occasion.roster.filter(state__in=("asked", "yes")).select_related("person").order_by("id")
        )
        came = [line.person for line in lines]
        if len(came) > 1 and (not self._stayed_away or play.rng.random() < 0.25):
            came.pop()
            self._stayed_away = True
        came = came or play.folk.members[occasion.team_id][:1]
        expected = occasion.attendances.filter(state="expected").order_by("id")
        visits = {row.pk: self._visited(row) for row in expected}
        report = Report(
            minutes=max(20, occasion.item_version.minutes), came=came, visits=visits,
            content=play.rng.choice(words.RECORD),
            own_work=frozenset(p.pk for p in came[:1]) if play.rng.random() < 0.04 else frozenset(),
        )  # fmt: skip
        serving.record(occasion=occasion, report=report, actor=play.leader(occasion.team_id), now=play.moment)
        for row in visits:
            self._after_visit(row)

    def _visited(self, row: Attendance) -> Visited:
        word = self.doors.pop(row.order_id, None)
        if word is None:
            word = self.play.pick((("came", 180), ("not_home", 4), ("refused", 2)))
        if word != "came":
            return Visited(word)
        outcome = self.play.pick((("done", 90), ("partly", 6), ("cannot", 3)))
        return Visited(
            word, outcome, "" if outcome == "done" else self.play.rng.choice(("no_parts", "needs_specialist"))
        )

    def _after_visit(self, attendance_pk: int) -> None:
        play = self.play
        row = Attendance.objects.get(pk=attendance_pk)
        if row.state == "not_home":
            play.later(self.find, row.pk, "phoned", hours=(0.1, 0.3))
            play.later(self.find, row.pk, "contact", hours=(0.4, 0.7))
            play.later(self.find, row.pk, "found_well", hours=(0.8, 1.6))
        elif row.order_id not in self.unreviewed:
            drawn = play.rng.random()
            if drawn < 0.6:
                play.later(self.review, row.pk, False, hours=(1, 40))
            elif drawn < 0.72:
                play.later(self._call, row.pk, hours=(20, 70))

    def find(self, attendance_pk: int, step: str) -> None:
        """Nobody opened: telephone, the family, until somebody knows that all is well."""
        row = Attendance.objects.select_related("order", "occasion").get(pk=attendance_pk)
        if row.state == "not_home" and row.not_home_since is not None and row.team_id is not None:
            serving.not_home_next(
                attendance=row, step=step, actor=self.play.leader(row.team_id), now=self.play.moment
            )  # fmt: skip

    def _call(self, attendance_pk: int) -> None:
        """The desk telephones: half of the time somebody answers and says how it was."""
        play = self.play
        row = Attendance.objects.select_related("order").get(pk=attendance_pk)
        result = play.pick((("answered", 5), ("no_answer", 3), ("later", 1)))
        reviewing.follow_up(order=row.order, result=result, actor=play.dispatcher(2), now=play.moment)
        if result == "answered" and row.person_id is not None:
            play.attempt(self.review, row.pk, True)

    def review(self, attendance_pk: int, by_phone: bool, solved: str = "") -> None:
        """Solved or not, one to five, a few words; some let the team read them."""
        play = self.play
        row = Attendance.objects.select_related("order__person", "order__asker", "occasion").get(
            pk=attendance_pk
        )
        who = row.order.asker or row.order.person
        if (
            who is None
            or row.state == "expected"
            or Order.objects.filter(pk=row.order_id, state="arranged").exists()
        ):
            return
        solved = solved or play.pick((("yes", 86), ("partly", 8), ("no", 6)))
        lines = {"yes": words.GOOD, "partly": words.PARTLY, "no": words.POOR}[solved]
        stars = {"yes": (4, 5, 5, 5), "partly": (3, 4), "no": (1, 2, 3)}[solved]
        actor = play.for_(play.folk.dispatchers[-1], who, Channel.PHONE) if by_phone else resident(who.pk)
        reviewing.give(
            attendance=row, solved=solved, satisfaction=play.rng.choice(stars), words=play.rng.choice(lines),
            share_words=play.rng.random() < 0.7, wants_again=solved == "no", another_team=solved == "no",
            actor=actor, now=play.moment,
        )  # fmt: skip
