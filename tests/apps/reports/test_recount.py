"""Every figure against a recount in plain Python over all rows, written from the words of the catalogue, not from its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from random import Random
from statistics import median
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from laojia.desks.reports import queries
from laojia.desks.reports.rules import month_of, year_of
from laojia.foundation.outbox.models import Message
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order, StandingHelp
from laojia.steps.review.models import Complaint, FollowUp, Incident, Review
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally
from tests.apps.reports.history import NOW, make_history
from tests.cast import Cast

pytestmark = pytest.mark.django_db
BOUNDS = {
    "2026-11": (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)),
    "2026": (datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
}
DAYS = {"2026-11": (date(2026, 11, 1), date(2026, 12, 1)), "2026": (date(2026, 1, 1), date(2027, 1, 1))}
ENDS = ("served", "closed", "merged", "refused", "cancelled")


class Recount:
    """Counts by hand what one reader may see of one period."""

    def __init__(self, period: str, sees: Callable[[str, int | None, bool], bool]) -> None:
        self.first, self.after = BOUNDS[period]
        self.days = DAYS[period]
        self.sees = sees

    def within(self, at: datetime | None) -> bool:
        return at is not None and self.first <= at < self.after

    def orders(self) -> list[Order]:
        rows = Order.objects.select_related("wants_occasion")
        return [
            o
            for o in rows
            if not o.practice and not o.sealed and self.sees(o.area_path, o.team_id, o.protected)
        ]

    def occasions(self) -> list[Occasion]:
        return [
            o for o in Occasion.objects.all()
            if not o.practice and not o.sealed and self.within(o.starts_at) and self.sees(o.area_path, o.team_id, o.protected)
        ]  # fmt: skip

    def figures(self) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        self.of_occasions(found)
        self.of_orders(found)
        self.of_words(found)
        return found

    def of_occasions(self, found: dict[str, Any]) -> None:
        held = {o.pk: o for o in self.occasions()}
        found["occasions_held"] = sum(o.state in ("held", "recorded") for o in held.values())
        visits = [
            v for v in Attendance.objects.select_related("occasion") if v.occasion_id in held and not v.sealed
        ]
        found["helped_seats"] = sum(
            v.seats for v in visits if v.state == "came" and v.occasion.kind == "seats"
        )
        regular = [v for v in visits if v.occasion.standing_id is not None]
        found["standing_made"] = sum(v.state == "came" for v in regular)
        found["standing_missed"] = sum(v.state in ("not_home", "refused", "team_absent") for v in regular)
        records = [r for r in LawRecord.objects.select_related("occasion") if r.occasion_id in held]
        entered = [r for r in records if r.recorded_at is not None]
        late = [r for r in entered if r.recorded_at > r.due_at and not r.provisional]
        found["village_heads"] = sum(r.helped for r in entered if r.occasion.kind == "whole_village")
        found["records_late"] = len(late)
        found["records_in_time"] = len(entered) - len(late)
        found["records_owed"] = len(records) - len(entered)
        lines = [x for x in RosterLine.objects.all() if x.occasion_id in held and x.state == "came"]
        found["volunteer_time"] = round(sum(x.minutes or 0 for x in lines) / 60, 1)
        found["standing_running"] = sum(
            self.sees(s.area_path, s.team_id, s.protected) and s.created_at < self.after
            and not (s.ended_at is not None and s.ended_at < self.first)
            for s in StandingHelp.objects.all()
        )  # fmt: skip

    def of_orders(self, found: dict[str, Any]) -> None:
        seen = self.orders()
        served = [o for o in seen if self.within(o.served_at)]
        found["helped_orders"] = sum(
            o.outcome in ("done", "partly") and not o.wants_occasion_id for o in served
        )
        found["not_reviewed"] = sum(o.state == "closed" and o.close_kind == "not_reviewed" for o in served)
        placed = [o for o in seen if self.within(o.placed_at) and o.state != "merged"]
        early = [o for o in placed if o.state == "cancelled" and not o.arranged_at]
        taken = [o for o in placed if o not in early]
        found["cancelled_early"], found["orders_taken"] = len(early), len(taken)
        ended = [o for o in taken if o.state in ("served", "closed")]
        found["orders_helped"] = sum(o.outcome != "cannot" for o in ended)
        found["cannot"] = len(ended) - found["orders_helped"] + sum(o.state == "refused" for o in taken)
        found["cancelled_later"] = sum(o.state == "cancelled" for o in taken)
        found["orders_open"] = sum(o.state not in ENDS for o in taken)
        found["orders_late"] = sum(self.is_late(o) for o in taken)
        found["unlisted"] = sum(o.described for o in taken)
        took = [
            (o.arranged_at - o.placed_at).total_seconds()
            for o in taken
            if o.arranged_at and not o.wants_occasion_id
        ]
        found["until_found"] = round(median(took) / 3600, 1) if took else None
        # What was asked for is what became of it: nothing is lost, nothing twice.
        parts = ("orders_helped", "cannot", "cancelled_later", "orders_open")
        assert found["orders_taken"] == sum(found[part] for part in parts)

    def is_late(self, order: Order) -> bool:
        waits = order.state in ("received", "waiting", "need_info")
        return order.late_since is not None or (
            waits and not order.promise_provisional and order.promise_due_at < NOW
        )

    def of_words(self, found: dict[str, Any]) -> None:
        def fine(row: Any) -> bool:
            about = row.order
            if about is not None and (about.practice or about.sealed):
                return False
            guarded = getattr(row, "protected", about.protected if about is not None else False)
            return self.sees(row.area_path, None, guarded)

        def rows(model: Any) -> Iterable[Any]:
            return (row for row in model.objects.select_related("order") if fine(row))

        found["reviews"] = sum(r.counts and self.within(r.at) for r in rows(Review))
        complaints = [c for c in rows(Complaint) if self.within(c.filed_at)]
        found["complaints"] = found["complaint_ends"] = len(complaints)
        found["incidents"] = sum(self.within(i.happened_at) for i in rows(Incident))
        found["follow_ups"] = sum(self.within(f.at) for f in rows(FollowUp))
        found["calls_ticked"] = sum(
            m.state == "called" and self.within(m.sent_at) and self.sees(m.area_path, None, False) for m in Message.objects.all()
        )  # fmt: skip
        found["walk_ins"] = sum(
            t.heads for t in WalkInTally.objects.all()
            if self.days[0] <= t.date < self.days[1] and self.sees(t.area_path, None, False)
        )  # fmt: skip


def readers(cast: Cast) -> list[tuple[str, str, Callable[[str, int | None, bool], bool]]]:
    """Who reads, at which place, and what he may see: said by hand."""
    villages = (cast.village.path, cast.second_village.path)
    return [
        ("dispatcher", "", lambda _path, _team, _guarded: True),
        (
            "dispatcher",
            cast.town.code,
            lambda path, _team, guarded: not guarded and path.startswith(cast.town.path),
        ),
        ("county_leader", "", lambda _path, _team, guarded: not guarded),
        ("zone_leader", "", lambda path, _team, guarded: not guarded and path.startswith(cast.town.path)),
        ("station_staff", "", lambda path, _team, guarded: not guarded and path.startswith(villages)),
        ("leader", "", lambda _path, team, guarded: not guarded and team == cast.team.pk),
    ]


@given(chance=st.randoms(use_true_random=False), period=st.sampled_from(["2026-11", "2026"]))
@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_figures_recounted(cast: Cast, chance: Random, period: str) -> None:
    which = month_of(date(2026, 11, 9)) if period == "2026-11" else year_of(2026)
    with transaction.atomic():
        make_history(cast, chance)
        for who, place, sees in readers(cast):
            view = queries.view_of(cast.as_(getattr(cast, who)), place)
            sheet = queries.sheet(view, which, NOW)
            expected = Recount(period, sees).figures()
            shown = {code: figure.shown for code, figure in sheet.figures.items()}
            assert shown == {code: expected[code] for code in shown}, (who, place)
            for code, figure in sheet.figures.items():
                drilled = queries.rows_behind(view, which, code, None, NOW)
                assert drilled.count() == figure.rows, code
                if figure.metric.split and who == "dispatcher":
                    assert sum(figure.parts.values()) == figure.total
                    counted = Counter(
                        {p: queries.rows_behind(view, which, code, p, NOW).count() for p in figure.part_rows}
                    )
                    assert counted == figure.part_rows
        transaction.set_rollback(True)
