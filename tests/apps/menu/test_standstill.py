"""Snow: occasions move, clocks stand still, nobody is asked for those days and nobody is late."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, Refused
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch import jobs as dispatch_jobs
from laojia.steps.menu import actions, jobs, queries
from laojia.steps.menu.models import Standstill
from laojia.steps.order import jobs as order_jobs
from tests.cast import NOW, Cast
from tests.chain import Begin, Chain

THURSDAY = date(2026, 11, 26)
KINDS = ("visit", "appointment", "seats", "whole_village", "volunteers", "standing")


def snow(cast: Cast, **more: Any) -> Standstill:
    facts = {
        "area": cast.county, "first_day": THURSDAY, "last_day": THURSDAY, "kinds": KINDS, "reason": "snow",
        "actor": cast.as_(cast.dispatcher), "now": NOW,
    }  # fmt: skip
    return actions.declare_standstill(**(facts | more))[0]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def test_what_was_fixed_moves_and_the_person_is_told(accepted: Chain) -> None:
    snow(accepted.cast)
    assert accepted.occasion.state == "postponed"
    assert accepted.occasion.reason == "snow"
    assert accepted.order.state == "arranged"
    told = Message.objects.filter(template="occasion.postponed_open", to_person_id=accepted.cast.resident.pk)
    assert told.count() == 1
    assert (
        JournalRow.objects.filter(verb="standstill.declare", actor_id=accepted.cast.dispatcher.pk).count()
        == 1
    )


def test_the_working_time_left_before_the_snow_is_left_after_it(begin: Begin) -> None:
    chain = begin()
    order = chain.order
    waits = begin(team=chain.cast.other_team)
    dispatch.withdraw(offer=waits.offer, actor=chain.cast.as_(chain.cast.dispatcher), now=NOW)
    before = waits.order.promise_due_at
    snow(chain.cast)
    after = waits.order
    assert before < midnight(date(2026, 11, 28))
    assert after.promise_due_at - before == timedelta(
        days=3
    )  # Thursday is out, so Friday's end becomes Monday's
    clock = Clock.objects.get(kind="order.promise", about_id=after.pk, state="pending")
    assert clock.due_at == after.promise_due_at
    assert after.holder_until == after.promise_due_at
    assert order.late_since is None


def test_an_open_question_waits_with_the_snow_today(offered: Chain) -> None:
    today = date(2026, 11, 25)
    due = offered.offer.answer_due_at
    snow(offered.cast, first_day=today, last_day=today, kinds=["visit"])
    # The visit itself is on Thursday: it stays, only the clock stands still.
    assert offered.offer.state == "open"
    assert offered.offer.answer_due_at > midnight(THURSDAY) > due
    assert offered.order.holder_until == offered.offer.answer_due_at


def test_a_clock_that_was_set_in_the_snow_does_not_ring_in_it(begin: Begin) -> None:
    cast = begin().cast
    today = date(2026, 11, 25)
    snow(cast, first_day=today, last_day=THURSDAY - timedelta(days=1), kinds=["seats"])
    chain = begin(team=cast.other_team)
    row = Standstill.objects.get()
    Standstill.objects.filter(pk=row.pk).update(kinds=["visit"], last_day=THURSDAY)
    due = chain.offer.answer_due_at
    dispatch_jobs.answer_due(chain.offer_id, due)
    assert chain.offer.state == "open"
    assert chain.offer.answer_due_at > midnight(date(2026, 11, 27))
    order_jobs.promise_ran_out(chain.order_id, NOW + timedelta(hours=2))
    assert chain.order.late_since is None
    assert chain.order.promise_due_at > midnight(date(2026, 11, 27))


def test_nobody_is_asked_for_a_day_of_snow(begin: Begin) -> None:
    cast = begin().cast
    snow(cast)
    with pytest.raises(BadInput) as refused:
        begin(team=cast.other_team)
    assert refused.value.code == "does_not_fit"


def test_the_same_key_is_one_rest_and_another_over_it_is_refused(accepted: Chain) -> None:
    key = uuid.uuid4()
    one = snow(accepted.cast, key=key)
    assert snow(accepted.cast, key=key) == one
    with pytest.raises(Conflict) as refused:
        snow(accepted.cast, area=accepted.cast.village, kinds=["visit"])
    assert refused.value.code == "already_resting"
    assert Standstill.objects.count() == 1
    snow(
        accepted.cast,
        area=accepted.cast.village,
        first_day=THURSDAY + timedelta(days=1),
        last_day=THURSDAY + timedelta(days=1),
    )


def test_wrong_days_and_strangers_are_refused(cast: Cast) -> None:
    for wrong in (
        {"first_day": date(2026, 11, 24)},
        {"last_day": THURSDAY - timedelta(days=1)},
        {"last_day": THURSDAY + timedelta(days=14)},
        {"kinds": []},
        {"reason": "too_few"},
    ):
        with pytest.raises(BadInput):
            snow(cast, **wrong)
    for who in (cast.resident, cast.leader, cast.stranger):
        with pytest.raises(Refused):
            snow(cast, actor=cast.as_(who))
    with pytest.raises(OutOfScope):
        snow(cast, area=cast.far_village, actor=cast.as_(cast.station_staff))
    assert not Standstill.objects.exists()


def test_afterwards_the_leader_is_asked_for_a_time_and_fixes_it(accepted: Chain) -> None:
    row = snow(accepted.cast)
    jobs.standstill_over(row.pk, midnight(date(2026, 11, 27)))
    jobs.standstill_over(row.pk, midnight(date(2026, 11, 27)))
    asked = Message.objects.filter(template="standstill.over")
    assert [m.to_team_id for m in asked] == [accepted.cast.team.pk]
    begins = datetime(2026, 11, 28, 9, tzinfo=CHINA)
    actions.reconfirm(
        occasion=accepted.occasion, starts_at=begins, ends_at=begins + timedelta(hours=1),
        actor=accepted.cast.as_(accepted.cast.leader), now=midnight(date(2026, 11, 27)),
    )  # fmt: skip
    assert accepted.occasion.state == "confirmed"
    assert accepted.order.state == "arranged"


def test_it_clears_up_early(accepted: Chain) -> None:
    row = snow(accepted.cast, last_day=THURSDAY + timedelta(days=2))
    actions.lift(standstill=row, actor=accepted.cast.as_(accepted.cast.dispatcher), now=NOW)
    assert row.state == "lifted"
    assert not queries.stops_from(THURSDAY)
    assert Message.objects.filter(template="standstill.over").count() == 1
    assert not Clock.objects.filter(kind="standstill.over", state="pending").exists()
    with pytest.raises(Refused):
        actions.lift(standstill=row, actor=accepted.cast.as_(accepted.cast.dispatcher), now=NOW)


def test_nobody_is_at_fault(offered: Chain) -> None:
    snow(offered.cast)
    assert offered.offer.state == "withdrawn"
    offered.cast.team.refresh_from_db()
    assert (offered.cast.team.silent, offered.cast.team.reach) == (0, "answers")
    assert offered.order.state in ("received", "waiting")
