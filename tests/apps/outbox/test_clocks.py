"""Clocks ring once when due, move, stop, and are reckoned anew when a year is entered."""

import logging
from datetime import date, datetime, timedelta

import pytest

from laojia import wiring
from laojia.foundation.calendar import queries as calendar_queries
from laojia.foundation.calendar.actions import enter_year
from laojia.foundation.calendar.jobs import seed_calendar
from laojia.foundation.calendar.rules import DayEntry
from laojia.foundation.outbox import actions, queries
from laojia.foundation.outbox.jobs.clocks import LEASE, ring_due
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import Conflict, WrongState
from laojia.policy.deadlines import by_when
from laojia.policy.facts import CLOCK
from tests.apps.outbox.conftest import NOW

pytestmark = pytest.mark.django_db
ORDER = ("order", 3)


class Bell:
    """Handlers that remember what rang; told to, they raise."""

    def __init__(self):
        self.rung = []
        self.error = None

    def __call__(self, about_id, now):
        self.rung.append((about_id, now))
        if self.error:
            raise self.error


@pytest.fixture
def bell():
    return Bell()


def ring(bell, at=NOW, kind="order.promise"):
    return ring_due({kind: bell}, lambda: at, 50)


def set_(kind="order.promise", due=NOW, about=ORDER, **words):
    actions.set_clock(kind, about=about, due=due, now=NOW - timedelta(hours=1), **words)


def test_a_due_clock_rings_once(bell):
    set_()
    assert ring(bell, NOW - timedelta(seconds=1)) == 0
    assert ring(bell) == 1
    assert ring(bell) == 0
    assert bell.rung == [(3, NOW)]
    assert Clock.objects.get().state == "done"


def test_setting_again_moves_it_and_another_round_is_another_clock(bell):
    set_()
    set_(due=NOW + timedelta(hours=1))
    set_(round=1)
    assert Clock.objects.count() == 2
    assert ring(bell) == 1
    assert ring(bell, NOW + timedelta(hours=1)) == 1


def test_a_clock_that_rang_can_be_set_anew(bell):
    set_()
    ring(bell)
    set_(due=NOW + timedelta(hours=2))
    assert ring(bell, NOW + timedelta(hours=2)) == 1


def test_a_handler_may_set_its_own_clock_again():
    def again(about_id, now):
        set_(due=now + timedelta(hours=1))

    set_()
    assert ring(again) == 1
    assert (Clock.objects.get().state, Clock.objects.get().due_at) == ("pending", NOW + timedelta(hours=1))


def test_cancelled_clocks_are_silent(bell):
    set_()
    set_("order.triage")
    set_(about=("order", 4))
    assert actions.cancel_clocks(ORDER, kinds=["order.promise"]) == 1
    assert list(Clock.objects.filter(about_id=ORDER[1], state="pending").values_list("kind", flat=True)) == [
        "order.triage"
    ]
    assert actions.cancel_clocks(ORDER) == 1
    assert ring(bell) == 1
    assert bell.rung[0][0] == 4


def test_one_claim_wins_and_a_lost_lease_is_taken_over(bell):
    set_()
    Clock.objects.update(lease="another", lease_until=NOW + LEASE)
    assert ring(bell) == 0
    assert ring(bell, NOW + LEASE) == 1
    assert len(bell.rung) == 1


def test_an_effect_and_its_clock_fall_together(bell):
    def fails_after_writing(about_id, now):
        actions.set_clock("order.triage", about=("order", 9), due=now, now=now)
        raise RuntimeError("broken")

    set_()
    logging.disable(logging.CRITICAL)
    try:
        ring(fails_after_writing)
    finally:
        logging.disable(logging.NOTSET)
    clock = Clock.objects.get()
    assert (clock.state, clock.attempts, clock.note, clock.due_at) == ("pending", 1, "RuntimeError", NOW)
    assert ring(bell) == 0
    assert ring(bell, NOW + timedelta(minutes=1)) == 1
    assert Clock.objects.get().state == "done"


def test_a_clock_nobody_handles_stays_and_is_reported(bell, caplog):
    set_("order.unknown")
    ring(bell)
    assert Clock.objects.get().state == "pending"
    assert "order.unknown" in caplog.text
    assert queries.backlog(NOW) == {"clocks": 1, "messages": 0, "stuck": 1}


def test_moot_clocks_are_done_and_conflicts_are_tried_again(bell):
    set_()
    bell.error = WrongState("wrong_state")
    ring(bell)
    assert (Clock.objects.get().state, Clock.objects.get().note) == ("done", "wrong_state")
    set_()
    bell.error = Conflict("changed_meanwhile")
    ring(bell)
    assert (Clock.objects.get().state, Clock.objects.get().note) == ("pending", "changed_meanwhile")


def test_an_early_clock_rings_before_a_later_one(bell):
    for n in (3, 1, 2):
        set_(about=("order", n), due=NOW - timedelta(minutes=n))
    ring(bell)
    assert [about for about, _now in bell.rung] == [3, 2, 1]


@pytest.fixture
def seeded():
    seed_calendar(NOW)


def december(days=10):
    start = datetime(2026, 12, 18, 9, tzinfo=CHINA)
    return calendar_queries.calendar().add_working_days(start, days)


def test_a_provisional_clock_is_reckoned_anew_when_the_year_is_entered(seeded, bell):
    set_("record.overdue", due=december())
    set_("record.reminder", due=december(5))
    assert Clock.objects.get(kind="record.overdue").provisional
    days = {date(2027, 1, 1): DayEntry(works=False)}
    enter_year(year=2027, days=days, source="notice", actor=CLOCK, now=NOW)
    clock = Clock.objects.get(kind="record.overdue")
    assert clock.due_at == datetime(2027, 1, 4, 18, tzinfo=CHINA)
    assert not clock.provisional
    assert actions.reckon_again() == 0


def test_nothing_is_declared_overdue_on_a_provisional_date(seeded, bell):
    set_("record.overdue", due=december())
    set_("record.reminder", due=december())
    late = datetime(2027, 2, 1, tzinfo=CHINA)
    assert ring_due({"record.overdue": bell, "record.reminder": bell}, lambda: late, 50) == 1
    days = {date(2027, 1, 1): DayEntry(works=False)}
    enter_year(year=2027, days=days, source="notice", actor=CLOCK, now=NOW)
    assert ring_due({"record.overdue": bell}, lambda: late, 50) == 1


def test_a_capped_clock_keeps_its_moment_and_loses_its_doubt(seeded):
    start = datetime(2026, 12, 31, 16, tzinfo=CHINA)
    due = by_when("offer.answer", start, calendar_queries.calendar())
    assert due.provisional
    cap = datetime(2027, 1, 1, 9, tzinfo=CHINA)
    set_(due=type(due)(cap, True, due.since, due.span))
    assert (Clock.objects.get().span, Clock.objects.get().provisional) == ("", True)
    enter_year(year=2027, days={date(2027, 1, 1): DayEntry(works=False)}, source="n", actor=CLOCK, now=NOW)
    assert (Clock.objects.get().due_at, Clock.objects.get().provisional) == (cap, False)


def test_the_columns_that_show_a_clock_follow_it(seeded, put):
    """Any table with a due column will do; the wiring names the real ones."""
    due = december()
    put(due=due.at)
    message = Message.objects.get()
    set_("record.overdue", due=due, about=("message", message.pk))
    kept = dict(actions._mirrors)
    actions.connect_mirrors({"record.overdue": (Message, "due_at", "urgent")})
    try:
        Message.objects.update(urgent=True)
        days = {date(2027, 1, 1): DayEntry(works=False)}
        enter_year(year=2027, days=days, source="n", actor=CLOCK, now=NOW)
    finally:
        actions.connect_mirrors(kept)
    message.refresh_from_db()
    assert message.due_at == datetime(2027, 1, 4, 18, tzinfo=CHINA)
    assert not message.urgent


def test_the_wiring_names_columns_that_are_there():
    for kind, (model, *columns) in wiring.MIRRORS.items():
        assert kind in wiring.CLOCKS
        assert {field.name for field in model._meta.get_fields()} >= set(columns)


def test_setting_a_clock_is_one_statement(seeded, django_assert_num_queries):
    due = december()
    with django_assert_num_queries(1):
        set_(due=due)
