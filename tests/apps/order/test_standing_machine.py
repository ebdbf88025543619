"""Model test: whatever is planned, missed, paused, left unanswered, declined or called off, regular help never silently ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from laojia.foundation.journal.actions import advance
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock
from laojia.kernel.clock import local_date
from laojia.kernel.errors import Refused
from laojia.policy.roles import Channel
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions, jobs
from laojia.steps.order.models import Attendance, StandingHelp
from laojia.wiring import CLOCKS
from tests.apps.order.conftest import Place, make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db

_AHEAD = ("draft", "offered", "confirmed", "postponed")


class Regular(RuleBasedStateMachine):
    """One help and everything that may happen to it; the clocks ring as the worker would let them."""

    cast: ClassVar[Cast]
    place: ClassVar[Place]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now: datetime = NOW
        item = make_item("T30", name="每周去看看老人", mode="standing", trusted=False)
        order = self.place(item_version=item, times=[])
        row = actions.start_standing(
            order=order, weekdays=[2], starts=time(9, 30), minutes=60, valid_from=date(2026, 11, 25),
            holidays="move", actor=self.cast.as_(self.cast.dispatcher), now=NOW,
        )  # fmt: skip
        self.pk = row.pk

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- what the machine reads ---

    @property
    def help(self) -> StandingHelp:
        return StandingHelp.objects.select_related("team", "item_version", "area").get(pk=self.pk)

    def ahead(self, *states: str) -> list[Occasion]:
        rows = Occasion.objects.filter(
            standing_id=self.pk, state__in=states or _AHEAD, starts_at__gt=self.now
        )
        return list(rows.select_related("item_version").order_by("starts_at"))

    def runs(self) -> bool:
        return self.help.state != "ended"

    def desk(self) -> Any:
        return self.cast.as_(self.cast.station_staff, Channel.PHONE, self.cast.resident)

    def attempt(self, deed: Callable[..., Any], **words: Any) -> None:
        """Done, or refused with a reason; never half."""
        with suppress(Refused):
            deed(now=self.now, **words)

    # --- what may happen ---

    @rule(days=st.integers(1, 25))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        for _turn in range(400):
            ring = (
                Clock.objects.filter(state="pending", due_at__lte=self.now).order_by("due_at", "id").first()
            )
            if ring is None:
                return self.something_stands_ahead()
            Clock.objects.filter(pk=ring.pk).update(state="done")
            CLOCKS[ring.kind](ring.about_id, ring.due_at)
        raise AssertionError("the clocks ring for ever")

    @rule(other=st.booleans())
    def a_team_says_yes(self, other: bool) -> None:
        waiting = self.ahead("draft", "offered")
        order = self.help.orders.get()
        if not waiting or order.state != "waiting":
            return
        team, leader = self.cast.team, self.cast.as_(self.cast.leader)
        if other:
            team, leader = self.cast.other_team, self.cast.as_(self.cast.other_leader)
        menu.confirm(occasion=waiting[0], team=team, actor=leader, now=self.now, because="offer.accept")
        actions.arrange(order=order, occasion=waiting[0], actor=leader, now=self.now, because="offer.accept")

    @rule(word=st.sampled_from(["came", "not_home", "team_absent", "refused"]))
    def a_visit_is_marked(self, word: str) -> None:
        row = Attendance.objects.filter(
            occasion__standing_id=self.pk, state="expected", occasion__starts_at__lte=self.now
        ).first()
        if row is not None and row.team_id is not None:
            leader = self.cast.leader if row.team_id == self.cast.team.pk else self.cast.other_leader
            advance(row, "attendance.mark", actor=self.cast.as_(leader), now=self.now, to=word)

    @precondition(runs)
    @rule(begins=st.integers(0, 20), length=st.none() | st.integers(1, 60))
    def it_rests(self, begins: int, length: int | None) -> None:
        first = local_date(self.now) + timedelta(days=begins)
        self.attempt(
            actions.pause_standing, standing=self.help, reason="person_away", from_day=first, actor=self.desk(),
            until=None if length is None else first + timedelta(days=length),
        )  # fmt: skip

    @rule(days=st.integers(-2, 40))
    def the_pause_is_prolonged(self, days: int) -> None:
        until = local_date(self.now) + timedelta(days=days)
        self.attempt(actions.prolong_standing, standing=self.help, until=until, actor=self.desk())

    @rule()
    def it_goes_on(self) -> None:
        self.attempt(actions.resume_standing, standing=self.help, actor=self.desk())

    @rule(day=st.integers(0, 6), weeks=st.integers(1, 4), last=st.none() | st.integers(0, 90))
    def the_rhythm_changes(self, day: int, weeks: int, last: int | None) -> None:
        to = None if last is None else local_date(self.now) + timedelta(days=last)
        changes = {"weekdays": [day], "every_weeks": weeks, "valid_to": to}
        actor = self.cast.as_(self.cast.dispatcher)
        self.attempt(actions.change_standing, standing=self.help, changes=changes, actor=actor)

    @rule()
    def the_desk_takes_another_team(self) -> None:
        actor = self.cast.as_(self.cast.dispatcher)
        self.attempt(actions.other_team, standing=self.help, reason="other", actor=actor)

    @rule(answer=st.sampled_from(["yes", "no"]))
    def the_team_answers(self, answer: str) -> None:
        row = self.help
        leader = self.cast.leader if row.team_id == self.cast.team.pk else self.cast.other_leader
        self.attempt(actions.team_says, standing=row, answer=answer, actor=self.cast.as_(leader))

    @rule(answer=st.sampled_from(["right", "change", "no_more"]))
    def the_person_answers(self, answer: str) -> None:
        self.attempt(
            actions.person_says, standing=self.help, answer=answer, actor=self.cast.as_(self.cast.resident)
        )

    @rule()
    def the_desk_calls_one_visit_off(self) -> None:
        for visit in self.ahead()[:1]:
            menu.call_off(
                occasion=visit,
                reason="weather",
                actor=self.cast.as_(self.cast.dispatcher),
                now=self.now,
            )

    @rule(verb=st.sampled_from(["cancel", "refuse", "end", "suspend"]))
    def the_order_alone_cannot_be_ended(self, verb: str) -> None:
        order, me = self.help.orders.get(), self.cast.as_(self.cast.resident)
        words: dict[str, dict[str, Any]] = {
            "cancel": {"reason": "not_needed", "actor": me},
            "refuse": {"reason": "other", "where_else": "村里", "actor": self.cast.as_(self.cast.dispatcher)},
            "end": {"reason": "nobody_found", "actor": self.cast.as_(self.cast.dispatcher)},
            "suspend": {"until": local_date(self.now) + timedelta(days=9), "actor": me},
        }
        if self.help.state != "ended":
            with pytest.raises(Refused):
                getattr(actions, verb)(order=order, now=self.now, **words[verb])

    @rule()
    def planned_twice_is_planned_once(self) -> None:
        jobs.plan_standing(self.pk, self.now)
        once = [(visit.pk, visit.date) for visit in self.ahead()]
        jobs.plan_standing(self.pk, self.now)
        assert [(visit.pk, visit.date) for visit in self.ahead()] == once
        self.something_stands_ahead()

    def something_stands_ahead(self) -> None:
        """After the morning's look: a visit is planned, or somebody is being asked about the agreed end."""
        row = self.help
        if row.state == "active" and not self.ahead():
            assert row.valid_to is not None
            assert row.checks.filter(kind="end", answered_at=None).exists()

    @rule(sure=st.integers(0, 5))
    def it_ends_by_a_word(self, sure: int) -> None:
        if sure == 0:
            self.attempt(
                actions.end_standing, standing=self.help, reason="agreed_with_person", how="visit",
                spoke_with="person", actor=self.desk(),
            )  # fmt: skip

    # --- what always holds ---

    def clocks(self, kind: str, pk: int) -> set[str]:
        rows = Clock.objects.filter(about_kind=kind, about_id=pk, state="pending")
        return set(rows.values_list("kind", flat=True))

    @invariant()
    def never_silently_ended(self) -> None:
        row = self.help
        clocks = self.clocks("standing", row.pk)
        order = row.orders.get()
        if row.state == "ended":
            end = JournalRow.objects.get(kind="standing", subject_id=row.pk, verb="standing.end")
            assert end.actor_id is not None
            assert row.ended_by_id == end.actor_id
            assert (row.ended_how, bool(row.ended_with), bool(row.reason)) == ("visit", True, True)
            return
        if row.state == "paused":
            assert row.paused_until is not None
            assert "standing.resume" in clocks
            assert not self.ahead()
            return
        assert "standing.plan" in clocks
        assert order.state in ("waiting", "arranged")
        if order.state == "waiting":
            assert "order.promise" in self.clocks("order", order.pk)

    @invariant()
    def no_holder_without_a_clock(self) -> None:
        row = self.help
        if row.state == "ended":
            assert not row.checks.filter(answered_at=None).exists()
            return
        for one in row.checks.filter(answered_at=None):
            assert self.clocks("standing_check", one.pk) == {"standing.check"}
        order = row.orders.get()
        if order.holder_why in ("visit_missed", "visits_missed"):
            assert "standing.missed" in self.clocks("order", order.pk)
        if row.team_id is not None:
            assert {"standing.ask_person", "standing.ask_team"} <= self.clocks("standing", row.pk)

    @invariant()
    def nobody_comes_twice_a_day(self) -> None:
        days = Counter(visit.date for visit in self.ahead())
        assert all(count == 1 for count in days.values()), days


def test_regular_help_never_silently_ends(cast: Cast, place: Place) -> None:
    Regular.cast, Regular.place = cast, staticmethod(place)  # type: ignore[assignment]
    run_state_machine_as_test(
        Regular,
        settings=settings(
            max_examples=25,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def regular(cast: Cast, place: Place) -> Iterator[Regular]:
    """The help of the machine, to be led by hand: on 25 November at ten, visits at half past nine."""
    Regular.cast, Regular.place = cast, staticmethod(place)  # type: ignore[assignment]
    state = Regular()
    yield state
    state.teardown()


def test_an_hour_gone_by_without_a_team_offers_the_next_visit_at_once(regular: Regular) -> None:
    """What the machine once found: the visit of that very morning was over, and the next look only tomorrow's."""
    for _time in range(6):
        regular.it_goes_on()
    regular.the_person_answers(answer="right")
    regular.a_visit_is_marked(word="came")
    regular.time_passes(days=13)
    regular.it_goes_on()
    regular.the_rhythm_changes(day=4, last=None, weeks=1)
    regular.time_passes(days=17)
    assert [visit.date for visit in regular.ahead("draft")] == [date(2027, 1, 1)]
    regular.never_silently_ended()


def test_on_the_day_of_a_rare_visit_the_next_one_stands(regular: Regular) -> None:
    regular.the_rhythm_changes(day=2, last=None, weeks=4)
    regular.a_team_says_yes(other=False)
    first = regular.ahead()[0].date
    assert first is not None
    regular.time_passes(days=(first - local_date(regular.now)).days)
    assert [visit.date for visit in regular.ahead("confirmed")] == [first + timedelta(weeks=4)]


def test_another_team_is_asked_at_once_on_the_day_of_a_visit(regular: Regular) -> None:
    """The visit that has begun stays the old team's; the next one is offered."""
    regular.a_team_says_yes(other=False)
    regular.time_passes(days=7)
    regular.the_desk_takes_another_team()
    assert [visit.date for visit in regular.ahead("draft", "offered")] == [date(2026, 12, 9)]
    regular.something_stands_ahead()


def test_no_visit_left_before_a_last_day_still_far_is_spoken_of_at_once(regular: Regular) -> None:
    """Every third Monday, and the agreed end falls before the next one: nobody waits for the last two weeks."""
    regular.the_rhythm_changes(day=0, last=17, weeks=3)
    assert not regular.ahead()
    regular.something_stands_ahead()
    regular.no_holder_without_a_clock()
