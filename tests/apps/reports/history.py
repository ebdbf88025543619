"""Generated histories: rows of every counted table around the edges of a month, with every flag, area and team."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from laojia.foundation.outbox.models import Message
from laojia.foundation.teams.models import Team
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion, Point
from laojia.steps.order.models import Attendance, Order, StandingHelp
from laojia.steps.review.models import Complaint, FollowUp, Incident, Review
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally
from tests.cast import Cast

NOW = datetime(2026, 12, 2, 4, tzinfo=UTC)
# First and last seconds of November in China, of the neighbours, and something in the middle.
MOMENTS = (
    datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC),
    datetime(2026, 11, 15, 3, tzinfo=UTC), datetime(2026, 11, 28, 3, tzinfo=UTC),
    datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC),
    datetime(2025, 11, 15, tzinfo=UTC),
)  # fmt: skip
ORDER_STATES = (
    "received waiting arranged served closed need_info waitlisted suspended merged refused cancelled".split()
)


class Maker:
    """Makes rows straight into the tables, as far as their constraints allow."""

    def __init__(self, cast: Cast, chance: Random) -> None:
        self.cast, self.chance = cast, chance
        self.areas = [cast.county, cast.town, cast.village, cast.second_village, cast.far_village]
        self.teams = list(Team.objects.order_by("pk"))
        item = MenuItem.objects.create(code="X1", tile="照应老人")
        self.item = ItemVersion.objects.create(
            item=item, number=1, state="published", name="试", about="试", category="其他", mode="home_visit"
        )
        self.seats = self._occasion("seats", "confirmed", MOMENTS[2])
        self.point = Point.objects.create(name="点", area=cast.village, area_path=cast.village.path)

    def where(self) -> dict[str, Any]:
        area = self.chance.choice(self.areas)
        return {"area": area, "area_path": area.path}

    def flags(self) -> dict[str, bool]:
        sealed = self.chance.random() < 0.15
        return {"sealed": sealed, "protected": sealed or self.chance.random() < 0.25}

    def at(self) -> datetime:
        return self.chance.choice(MOMENTS)

    def _order_facts(self) -> dict[str, Any]:
        chance, placed = self.chance, self.at()
        return {
            "item_version": self.item, "person": self.cast.resident, "asker": self.cast.daughter, "placed_at": placed,
            "holder_since": placed, "promise_due_at": placed + timedelta(days=2), "keeper": self.cast.keeper,
            "promise_provisional": chance.random() < 0.2, "channel": chance.choice(("page", "phone", "counter", "paper")),
            "holder_why": chance.choice(("placed", "no_answer", "promise_passed")), "practice": chance.random() < 0.15,
            "late_since": chance.choice((None, placed)), "described": chance.random() < 0.3, "words": "想找人",
            "team": chance.choice((None, *self.teams)), **self.where(), **self.flags(),
        }  # fmt: skip

    def order(self, n: int) -> Order:
        chance, facts = self.chance, self._order_facts()
        state = chance.choice(ORDER_STATES)
        outcome = chance.choice(("done", "partly", "cannot")) if state in ("served", "closed") else ""
        arranged = state in ("arranged", "served") or (
            state in ("closed", "cancelled") and chance.random() < 0.6
        )
        served = state == "served" or (state == "closed" and arranged)
        if state == "waitlisted" or chance.random() < 0.2:
            facts["wants_occasion"] = self.seats
        if chance.random() < 0.2 and facts["described"]:
            facts["item_version"] = None
        order = Order(
            number=f"N{n}", state=state, outcome=outcome,
            outcome_reason=chance.choice(("", "no_parts", "needs_specialist")) if outcome == "cannot" else "",
            reason=chance.choice(("unsafe", "nobody_found", "")),
            arranged_at=facts["placed_at"] + timedelta(minutes=chance.randrange(1, 9000)) if arranged else None,
            served_at=self.at() if served else None,
            close_kind=chance.choice(("solved", "not_reviewed", "cannot")) if state == "closed" else "", **facts,
        )  # fmt: skip
        if state == "merged":
            order.merged_into_id = self.first.pk
        order.save()
        return order

    first: Order

    def _occasion(self, kind: str, state: str, at: datetime, **more: Any) -> Occasion:
        facts = {"practice": self.chance.random() < 0.15, **self.where(), **self.flags()} | more
        return Occasion.objects.create(
            kind=kind, state=state, item_version=self.item, team=self.chance.choice((None, *self.teams)), created_at=at,
            starts_at=at, ends_at=at + timedelta(hours=1), keeper=self.cast.keeper, **facts,
        )  # fmt: skip

    def occasion(self, orders: list[Order]) -> None:
        """An occasion with what hangs on it."""
        chance = self.chance
        kind = chance.choice(Occasion.KINDS)
        state = chance.choice(("draft", "confirmed", "held", "recorded", "recorded", "called_off"))
        standing = self.standing().pk if kind == "standing" else None
        row = self._occasion(kind, state, self.at(), standing_id=standing)
        team = row.team_id
        for order in chance.sample(orders, min(len(orders), chance.randrange(3))):
            Attendance.objects.create(
                state=chance.choice(("expected", "came", "came", "not_home", "refused", "team_absent", "released")),
                order=order, occasion=row, person_id=order.person_id, team_id=team, area_path=row.area_path,
                protected=row.protected, sealed=row.sealed, seats=chance.randrange(1, 5), created_at=row.starts_at,
            )  # fmt: skip
        for person in chance.sample([self.cast.volunteer, self.cast.leader], chance.randrange(3)):
            minutes = chance.choice((None, 0, 35, 120))
            RosterLine.objects.create(
                state=chance.choice(("came", "came", "absent")), occasion=row, person=person, team_id=team,
                area_path=row.area_path, minutes=minutes, attested_by_id=1 if minutes is not None else None,
                attested_at=NOW if minutes is not None else None, asked_at=row.starts_at,
            )  # fmt: skip
        if state in ("held", "recorded"):
            due = row.starts_at + timedelta(days=14)
            LawRecord.objects.create(
                occasion=row, team_id=team, area_path=row.area_path, due_at=due, provisional=chance.random() < 0.3,
                helped=chance.randrange(60),
                recorded_at=chance.choice((None, row.starts_at, due, due + timedelta(seconds=1))),
            )  # fmt: skip

    def standing(self) -> StandingHelp:
        chance, created = self.chance, self.at()
        state = chance.choice(("active", "paused", "ended"))
        ended = {"ended_at": self.at(), "ended_how": "call", "ended_with": "person", "reason": "not_needed"}
        flags = self.flags()
        return StandingHelp.objects.create(
            state=state, item_version=self.item, person=self.cast.resident, team=chance.choice((None, *self.teams)),
            half="morning", starts="09:00", minutes=60, valid_from=created.date(), created_at=created,
            paused_until=date(2027, 1, 1), protected=flags["protected"], **self.where(),
            **(ended if state == "ended" else {}),
        )  # fmt: skip

    def said(self, n: int, orders: list[Order]) -> None:
        """Reviews, calls, complaints, incidents, tallies and messages."""
        chance, at = self.chance, self.at()
        order = chance.choice(orders)
        where = {"area_path": order.area_path}
        visit = Attendance.objects.create(
            state="released", order=order, occasion=self.seats, area_path=order.area_path, created_at=at
        )
        Review.objects.create(
            order=order, attendance=visit, solved=chance.choice(("yes", "partly", "no")), counts=chance.random() < 0.8,
            channel="page", at=at, sealed=order.sealed, protected=order.protected, **where,
        )  # fmt: skip
        FollowUp.objects.create(
            order=order,
            protected=order.protected,
            result=chance.choice(("answered", "no_answer")),
            at=at,
            **where,
        )
        about = chance.choice((None, order))
        Complaint.objects.create(
            state=chance.choice(("filed", "contacted", "answered", "closed")), number=f"T{n}", key=uuid.UUID(int=n + 1),
            kind=chance.choice(("late", "money")), order=about, words="…", channel="page", filed_at=at,
            contact_due_at=at, answer_due_at=at, reason=chance.choice(("", "founded", "unfounded")),
            about_team=chance.choice((None, *self.teams)), **where,
        )  # fmt: skip
        Incident.objects.create(
            state="reported", key=uuid.UUID(int=n + 1), kind=chance.choice(("fall", "damage")), order=about,
            protected=order.protected if about else False, happened_at=at, words="…", reported_at=at, **where,
        )  # fmt: skip
        area = self.chance.choice(self.areas)
        WalkInTally.objects.create(
            point=self.point, item=self.item.item, area_path=area.path,
            date=chance.choice((date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))),
            heads=chance.randrange(40), entered_at=at,
        )  # fmt: skip
        Message.objects.create(
            key=f"m{n}", template="order.received", about_kind="order", about_id=order.pk, area_path=area.path,
            due_at=at, state=chance.choice(("called", "called", "sent", "to_call")), created_at=at, sent_at=at,
        )  # fmt: skip


def make_history(cast: Cast, chance: Random) -> None:
    """A few dozen rows of everything."""
    maker = Maker(cast, chance)
    facts = maker._order_facts() | {"practice": False}
    maker.first = Order.objects.create(number="FIRST", state="waiting", **facts)
    orders = [maker.first, *(maker.order(n) for n in range(chance.randrange(1, 25)))]
    for _n in range(chance.randrange(12)):
        maker.occasion(orders)
    for n in range(chance.randrange(8)):
        maker.said(n, orders)
