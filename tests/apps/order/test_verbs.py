"""Every verb after placing: worked, refused for who may not, refused in the wrong state, nothing twice, told and journalled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from laojia.foundation.area.models import Station
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions, jobs, queries
from laojia.steps.order.models import Attendance, Order
from tests.apps.order.conftest import Place, behalf, make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def templates() -> list[str]:
    return list(Message.objects.order_by("id").values_list("template", flat=True))


def clocks(order: Order) -> set[str]:
    rows = Clock.objects.filter(about_kind="order", about_id=order.pk, state="pending")
    return set(rows.values_list("kind", flat=True))


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def journal(order: Order, verb: str) -> list[JournalRow]:
    return list(JournalRow.objects.filter(kind="order", subject_id=order.pk, verb=verb))


def visit(cast: Cast, order: Order, *, state: str = "draft") -> Occasion:
    """A home visit prepared for one order, the order expected at it."""
    assert order.item_version is not None
    occasion = menu.open_occasion(
        actor=CLOCK, now=NOW, item_version=order.item_version, kind="visit", area=order.area, team=cast.team, state=state,
        starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1), because="offer.make",
    )  # fmt: skip
    actions.expect(order=order, occasion=occasion, actor=CLOCK, now=NOW)
    return occasion


@pytest.fixture
def arranged(cast: Cast, place: Place) -> Order:
    """Somebody comes tomorrow."""
    order = place()
    occasion = visit(cast, order, state="confirmed")
    return actions.arrange(
        order=order, occasion=occasion, actor=cast.as_(cast.leader), now=NOW, because="offer.accept"
    )


@pytest.fixture
def served(cast: Cast, arranged: Order) -> Order:
    return actions.serve(order=arranged, outcome="done", actor=CLOCK, now=NOW)


# --- one table: who may not, and in which state it is too late ---------------------------------------------------------


def _do(verb: str) -> Callable[[Order, Actor, datetime], Any]:
    do: dict[str, Callable[[Order, Actor, datetime], Any]] = {
        "nudge": lambda o, a, n: actions.nudge(order=o, actor=a, now=n),
        "change": lambda o, a, n: actions.change(order=o, place="别处", actor=a, now=n),
        "answer": lambda o, a, n: actions.answer(order=o, words="东屋", actor=a, now=n),
        "cancel": lambda o, a, n: actions.cancel(order=o, reason="not_needed", actor=a, now=n),
        "triage": lambda o, a, n: actions.triage(order=o, actor=a, now=n),
        "ask_back": lambda o, a, n: actions.ask_back(
            order=o, reason="which_place", question="哪个门？", actor=a, now=n
        ),
        "refuse": lambda o, a, n: actions.refuse(
            order=o, reason="unsafe", where_else="打119", actor=a, now=n
        ),
        "suspend": lambda o, a, n: actions.suspend(order=o, until=date(2026, 12, 1), actor=a, now=n),
        "resume": lambda o, a, n: actions.resume(order=o, actor=a, now=n),
        "unmerge": lambda o, a, n: actions.unmerge(order=o, actor=a, now=n),
        "reveal": lambda o, a, n: actions.reveal(order=o, reason="call_the_person", actor=a, now=n),
        "unarrange": lambda o, a, n: actions.unarrange(order=o, reason="other", actor=a, now=n),
        "serve": lambda o, a, n: actions.serve(order=o, outcome="done", actor=a, now=n),
        "close": lambda o, a, n: actions.close(order=o, actor=a, now=n),
        "end": lambda o, a, n: actions.end(order=o, reason="nobody_found", actor=a, now=n),
    }
    return do[verb]


WRONG = [
    ("nudge", "stranger", "waiting"), ("change", "stranger", "waiting"), ("cancel", "stranger", "waiting"),
    ("nudge", "leader", "waiting"), ("cancel", "leader", "arranged"), ("cancel", "station_staff", "waiting"),
    ("triage", "resident", "received"), ("triage", "station_staff", "received"), ("ask_back", "resident", "received"),
    ("refuse", "resident", "received"), ("refuse", "leader", "received"), ("suspend", "leader", "waiting"),
    ("reveal", "resident", "waiting"), ("reveal", "county_leader", "waiting"), ("reveal", "other_station_staff", "waiting"),
    ("end", "station_staff", "waiting"), ("end", "resident", "waiting"), ("unarrange", "resident", "arranged"),
    ("serve", "resident", "arranged"), ("close", "leader", "served"), ("unmerge", "station_staff", "merged"),
    ("answer", "neighbour", "need_info"), ("resume", "volunteer", "suspended"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "who", "state"), WRONG)
def test_refused_for_who_may_not(cast: Cast, place: Place, verb: str, who: str, state: str) -> None:
    order = place()
    Order.objects.filter(pk=order.pk).update(state=state, merged_into=order if state == "merged" else None)
    before = JournalRow.objects.count()
    with pytest.raises((NotPermitted, OutOfScope)):
        _do(verb)(fresh(order), cast.as_(getattr(cast, who)), NOW)
    assert (fresh(order).state, JournalRow.objects.count()) == (state, before)


LATE = [
    ("nudge", "resident", "closed"), ("change", "resident", "arranged"), ("answer", "resident", "waiting"),
    ("cancel", "resident", "served"), ("cancel", "resident", "cancelled"), ("triage", "dispatcher", "waiting"),
    ("ask_back", "dispatcher", "arranged"), ("refuse", "dispatcher", "arranged"), ("suspend", "resident", "arranged"),
    ("resume", "resident", "waiting"), ("unmerge", "dispatcher", "waiting"), ("reveal", "dispatcher", "cancelled"),
    ("end", "dispatcher", "arranged"), ("unarrange", "dispatcher", "waiting"), ("serve", "dispatcher", "waiting"),
    ("close", "resident", "waiting"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "who", "state"), LATE)
def test_refused_in_the_wrong_state(cast: Cast, place: Place, verb: str, who: str, state: str) -> None:
    order = place()
    Order.objects.filter(pk=order.pk).update(state=state)
    with pytest.raises(WrongState):
        _do(verb)(fresh(order), cast.as_(getattr(cast, who)), NOW)
    assert fresh(order).state == state


# --- the desk ------------------------------------------------------------------------------------------------------------


def test_triage(cast: Cast, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    actions.triage(order=order, actor=cast.as_(cast.dispatcher), now=NOW)
    assert (fresh(order).state, fresh(order).holder_why) == ("waiting", "looked_at")
    assert clocks(order) == {"order.promise"}
    assert len(journal(order, "order.triage")) == 1


def test_somebody_was_faster(cast: Cast, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    stale = fresh(order)
    actions.triage(order=order, actor=cast.as_(cast.dispatcher), now=NOW)
    with pytest.raises(Conflict):
        actions.triage(order=stale, actor=cast.as_(cast.second_dispatcher), now=NOW)
    assert len(journal(order, "order.triage")) == 1


def test_map_to_an_item(cast: Cast, place: Place, haircut: ItemVersion) -> None:
    from tests.apps.order.test_place import describe

    order = describe(cast)
    actions.map_to_item(order=order, item_version=haircut, actor=cast.as_(cast.dispatcher), now=NOW)
    assert (fresh(order).state, fresh(order).item_version_id) == ("waiting", haircut.pk)
    assert [r.cause for r in journal(order, "order.triage")] == ["order.map"]
    assert fresh(order).words  # her own words stay


def test_mapped_to_the_keeper_it_leaves_every_list(cast: Cast, talk: ItemVersion) -> None:
    from tests.apps.order.test_place import describe

    order = describe(cast, words="孩子不想上学，老哭")
    desk = cast.as_(cast.dispatcher)
    assert [o.pk for o in queries.queue(desk).rows] == [order.pk]
    actions.map_to_item(order=order, item_version=talk, actor=desk, now=NOW)
    assert fresh(order).keeper_id == cast.keeper.pk
    assert queries.queue(desk).rows == []
    assert queries.unmapped_needs(desk) == []


def test_unmapped_needs_stand_beside_the_menu(cast: Cast, place: Place) -> None:
    from tests.apps.order.test_place import describe

    order = describe(cast)
    place()
    assert [o.pk for o in queries.unmapped_needs(cast.as_(cast.dispatcher))] == [order.pk]


def test_ask_back_and_answer(cast: Cast, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(BadInput):
        actions.ask_back(order=order, reason="other", question=" ", actor=desk, now=NOW)
    with pytest.raises(BadInput):
        actions.ask_back(order=fresh(order), reason="curious", question="?", actor=desk, now=NOW)
    order = fresh(order)
    actions.ask_back(order=order, reason="which_place", question="哪间屋？", actor=desk, now=NOW)
    assert (order.state, order.holder, clocks(order)) == ("need_info", "resident", {"order.answer"})
    assert "order.need_info" in templates()
    actions.answer(order=order, words="东屋", actor=cast.as_(cast.resident), now=NOW + timedelta(hours=1))
    assert (fresh(order).state, fresh(order).words) == ("received", "东屋")
    assert clocks(order) == {"order.promise", "order.triage"}


def test_an_unanswered_question_brings_a_call(cast: Cast, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    actions.ask_back(
        order=order, reason="other", question="哪间屋？", actor=cast.as_(cast.dispatcher), now=NOW
    )
    later = NOW + timedelta(days=8)
    jobs.answer_ran_out(order.pk, later)
    assert fresh(order).holder_why == "no_reply"
    assert templates().count("order.need_info") == 2
    assert clocks(order) == {"order.answer"}


def test_refuse_says_where_else(cast: Cast, place: Place) -> None:
    order = place()
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(BadInput):
        actions.refuse(order=order, reason="another_office", where_else=" ", actor=desk, now=NOW)
    actions.refuse(order=order, reason="another_office", where_else="供电所 95598", actor=desk, now=NOW)
    row = fresh(order)
    assert (row.state, row.reason, row.where_else, row.holder) == (
        "refused",
        "another_office",
        "供电所 95598",
        "nobody",
    )
    assert clocks(order) == set()
    assert "order.refused" in templates()


def test_merge_and_unmerge(cast: Cast, place: Place) -> None:
    first, second = place(), place(sure=True)
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(Conflict):
        actions.merge(order=second, into=second, actor=desk, now=NOW)
    actions.merge(order=second, into=first, actor=desk, now=NOW)
    assert (fresh(second).state, fresh(second).merged_into_id) == ("merged", first.pk)
    assert [m.variables["other"] for m in Message.objects.filter(template="order.merged")] == [first.number]
    with pytest.raises(Conflict):
        actions.merge(order=first, into=fresh(second), actor=desk, now=NOW)
    actions.unmerge(order=fresh(second), actor=desk, now=NOW)
    assert (fresh(second).state, fresh(second).merged_into_id) == ("waiting", None)


def test_strangers_in_other_villages_are_not_merged(cast: Cast, place: Place) -> None:
    first = place()
    far = place(actor=cast.as_(cast.stranger), area=cast.far_village)
    with pytest.raises(Conflict):
        actions.merge(order=far, into=first, actor=cast.as_(cast.dispatcher), now=NOW)


def test_suspend_wakes_by_itself(cast: Cast, place: Place) -> None:
    order = place()
    with pytest.raises(BadInput):
        actions.suspend(order=order, until=date(2026, 11, 25), actor=cast.as_(cast.resident), now=NOW)
    actions.suspend(order=order, until=date(2026, 12, 1), actor=cast.as_(cast.resident), now=NOW)
    assert (order.state, clocks(order)) == ("suspended", {"order.resume"})
    clock = Clock.objects.get(kind="order.resume")
    jobs.resume_order(order.pk, clock.due_at)
    assert fresh(order).state == "waiting"
    assert fresh(order).promise_due_at > clock.due_at
    assert journal(order, "order.resume")[0].channel == "clock"


def test_second_look(cast: Cast, place: Place, repair: ItemVersion) -> None:
    plain, wires = place(), place(item_version=repair)
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(WrongState):
        actions.second_look(order=plain, actor=desk, now=NOW)
    actions.second_look(order=wires, actor=desk, now=NOW)
    assert fresh(wires).second_look_by_id == cast.dispatcher.pk
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.second_look(order=wires, actor=cast.as_(cast.station_staff), now=NOW)


def test_pass_down_stays_inside_the_outer_clock(cast: Cast, place: Place) -> None:
    order = place()
    station = Station.objects.get(level="station")
    actions.pass_down(order=order, station=station, actor=cast.as_(cast.dispatcher), now=NOW)
    row = fresh(order)
    assert (row.holder, row.holder_id, row.holder_why) == ("station", station.pk, "passed_down")
    assert row.holder_until is not None
    assert row.holder_until <= row.promise_due_at
    assert queries.holding(row, NOW).who == station.name
    far = place(actor=cast.as_(cast.stranger), area=cast.far_village)
    with pytest.raises(BadInput):
        actions.pass_down(order=far, station=station, actor=cast.as_(cast.dispatcher), now=NOW)


def test_end_honestly(cast: Cast, place: Place) -> None:
    order = place()
    occasion = visit(cast, order)
    actions.end(
        order=order,
        reason="nobody_found",
        where_else="镇上理发店周一免费",
        actor=cast.as_(cast.dispatcher),
        now=NOW,
    )
    row = fresh(order)
    assert (row.state, row.outcome, row.close_kind, row.reason) == (
        "closed",
        "cannot",
        "cannot",
        "nobody_found",
    )
    assert Occasion.objects.get(pk=occasion.pk).state == "called_off"
    assert "order.nobody_found" in templates()


def test_reveal_needs_a_reason_and_is_journalled(cast: Cast, place: Place) -> None:
    order = place(contact_phone="13912340000")
    desk = cast.as_(cast.dispatcher)
    for reason in ("", "curious"):
        with pytest.raises(BadInput):
            actions.reveal(order=order, reason=reason, actor=desk, now=NOW)
    seen = actions.reveal(order=order, reason="call_the_person", actor=desk, now=NOW)
    assert (seen.name, seen.phone, seen.place) == ("王秀英", "13912340000", "一巷3号")
    rows = journal(order, "order.reveal")
    assert [(r.reason, r.actor_id) for r in rows] == [("call_the_person", cast.dispatcher.pk)]


# --- the asker ------------------------------------------------------------------------------------------------------------


def test_a_nudge_counts_once_per_half_day(cast: Cast, arranged: Order) -> None:
    me = cast.as_(cast.resident)
    assert actions.nudge(order=arranged, actor=me, now=NOW) is True
    assert actions.nudge(order=fresh(arranged), actor=me, now=NOW + timedelta(hours=1)) is False
    assert actions.nudge(order=fresh(arranged), actor=me, now=NOW + timedelta(hours=4)) is True
    assert fresh(arranged).nudges == 2
    assert len(journal(arranged, "order.nudge")) == 2
    assert templates().count("nudge.team") == 2


def test_change_keeps_what_is_not_named(cast: Cast, place: Place) -> None:
    order = place(words="有狗")
    me = cast.as_(cast.resident)
    actions.change(order=order, area=cast.second_village, place="二巷", actor=me, now=NOW)
    row = fresh(order)
    assert (row.area_id, row.area_path, row.place, row.words) == (
        cast.second_village.pk, cast.second_village.path, "二巷", "有狗",
    )  # fmt: skip
    assert journal(order, "order.change")[0].fields == ["area", "area_path", "place"]
    assert row.promise_due_at == order.promise_due_at
    actions.change(order=row, place="二巷", actor=me, now=NOW)
    assert len(journal(order, "order.change")) == 1
    with pytest.raises(BadInput):
        actions.change(order=row, times=[{"date": "2026-11-29", "half": "morning"}], actor=me, now=NOW)


def test_cancelling_a_visit_tells_the_team_and_calls_it_off(cast: Cast, arranged: Order) -> None:
    occasion = Occasion.objects.get()
    actions.cancel(order=arranged, reason="found_otherwise", actor=cast.as_(cast.resident), now=NOW)
    row = fresh(arranged)
    assert (row.state, row.cancelled_by, row.reason, row.team_id) == (
        "cancelled",
        "resident",
        "found_otherwise",
        None,
    )
    assert Attendance.objects.get().state == "released"
    occasion.refresh_from_db()
    assert occasion.state == "called_off"
    assert "offer.withdrawn" in templates()
    assert clocks(arranged) == set()


def test_cancelled_by_the_desk_for_somebody(cast: Cast, place: Place) -> None:
    order = place()
    actions.cancel(
        order=order, reason="not_needed", actor=behalf(cast, cast.station_staff, cast.resident), now=NOW
    )
    assert fresh(order).cancelled_by == "resident"
    other = place(sure=True)
    actions.cancel(order=other, reason="wrong_order", actor=cast.as_(cast.dispatcher), now=NOW)
    assert fresh(other).cancelled_by == "desk"


def test_reopen_keeps_the_number_and_counts_the_round(cast: Cast, served: Order) -> None:
    number = served.number
    with pytest.raises(BadInput):
        actions.reopen(order=fresh(served), reason="", actor=cast.as_(cast.resident), now=NOW)
    order = fresh(served)
    actions.reopen(order=order, reason="not_solved", team=cast.team, actor=cast.as_(cast.resident), now=NOW)
    row = fresh(served)
    assert (row.state, row.number, row.round, row.outcome, row.wants_team_id) == (
        "waiting",
        number,
        2,
        "",
        cast.team.pk,
    )
    assert clocks(row) == {"order.promise"}
    with pytest.raises(WrongState):
        actions.reopen(order=row, reason="not_solved", actor=cast.as_(cast.resident), now=NOW)


def test_reopening_ends_with_the_window(cast: Cast, served: Order) -> None:
    assert served.review_until == NOW + timedelta(days=15)
    with pytest.raises(WrongState) as refused:
        actions.reopen(
            order=served,
            reason="not_solved",
            actor=cast.as_(cast.resident),
            now=NOW + timedelta(days=15, seconds=1),
        )
    assert refused.value.code == "window_over"


# --- the course -----------------------------------------------------------------------------------------------------------


def test_arranged_tells_who_asked_and_who_is_served(cast: Cast, place: Place) -> None:
    mother = actions.Relative(name="李秀兰", phone="13800007777")
    order = place(actor=cast.as_(cast.daughter), relative=mother)
    occasion = visit(cast, order, state="confirmed")
    actions.arrange(
        order=order, occasion=occasion, actor=cast.as_(cast.leader), now=NOW, because="offer.accept"
    )
    told = Message.objects.filter(template="order.arranged").values_list("to_person_id", flat=True)
    assert set(told) == {cast.daughter.pk, order.person_id}
    assert clocks(order) == set()
    row = fresh(order)
    assert (row.team_id, row.holder, row.holder_why) == (cast.team.pk, "team", "arranged")
    assert Attendance.objects.get(order=order).team_id == cast.team.pk
    here = queries.coming(row)
    assert here is not None
    assert (here.team, len(here.door_word.split())) == (cast.team.name, 2)


def test_unarranged_waits_again_with_a_new_promise(cast: Cast, arranged: Order) -> None:
    later = NOW + timedelta(days=1)
    actions.unarrange(order=arranged, reason="team_returned", actor=CLOCK, now=later, because="offer.return")
    row = fresh(arranged)
    assert (row.state, row.team_id, row.holder_why) == ("waiting", None, "returned")
    assert row.promise_due_at > NOW + timedelta(days=3)
    assert clocks(row) == {"order.promise"}
    assert "order.unarranged" in templates()


def test_served_and_closed_are_two_facts(cast: Cast, served: Order) -> None:
    assert (served.outcome, served.close_kind, served.holder) == ("done", "", "resident")
    assert clocks(served) == {"review.window"}
    actions.close(order=served, actor=CLOCK, now=NOW + timedelta(days=15))
    row = fresh(served)
    assert (row.state, row.close_kind, row.holder) == ("closed", "not_reviewed", "nobody")


def test_the_outer_clock_is_never_exceeded_in_silence(cast: Cast, place: Place) -> None:
    order = place()
    due = order.promise_due_at
    jobs.promise_ran_out(order.pk, due)
    row = fresh(order)
    assert row.promise_due_at > due
    assert row.holder_why == "promise_passed"
    assert "order.delayed" in templates()
    assert clocks(row) == {"order.promise"}
    jobs.promise_ran_out(order.pk, row.promise_due_at)
    assert templates().count("order.delayed") == 2


def test_a_clock_of_something_arranged_is_moot(cast: Cast, arranged: Order) -> None:
    jobs.promise_ran_out(arranged.pk, NOW + timedelta(days=3))
    jobs.triage_ran_out(arranged.pk, NOW + timedelta(days=3))
    jobs.answer_ran_out(arranged.pk, NOW + timedelta(days=3))
    jobs.resume_order(arranged.pk, NOW + timedelta(days=3))
    assert fresh(arranged).version == arranged.version
    assert "order.delayed" not in templates()


def test_triage_that_nobody_did_comes_first(cast: Cast, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    jobs.triage_ran_out(order.pk, NOW + timedelta(hours=6))
    assert fresh(order).holder_why == "triage_late"


# --- occasions that move ----------------------------------------------------------------------------------------------------


def test_a_visit_called_off_is_looked_for_anew(cast: Cast, arranged: Order) -> None:
    menu.call_off(occasion=Occasion.objects.get(), reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    row = fresh(arranged)
    assert (row.state, row.holder_why) == ("waiting", "called_off")
    assert Attendance.objects.get().state == "released"


def test_seats_called_off_end_and_are_told(
    cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion
) -> None:
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger]
    orders = [place(actor=cast.as_(p), item_version=clinic, occasion=seats) for p in people]
    seats.refresh_from_db()
    menu.call_off(occasion=seats, reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    assert {fresh(o).state for o in orders} == {"cancelled"}
    assert {fresh(o).reason for o in orders} == {"called_off"}
    assert templates().count("occasion.called_off") == 4
    assert "order.promoted" not in templates()


def test_postponed_for_snow(cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion) -> None:
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger]
    for person in people:
        place(actor=cast.as_(person), item_version=clinic, occasion=seats)
    seats.refresh_from_db()
    new = seats.starts_at + timedelta(days=7)
    menu.postpone(
        occasion=seats, reason="snow", starts_at=new, ends_at=new + timedelta(hours=3),
        actor=cast.as_(cast.dispatcher), now=NOW,
    )  # fmt: skip
    told = Message.objects.filter(template="occasion.postponed")
    assert {m.to_person_id for m in told} == {p.pk for p in people}
    menu.reconfirm(occasion=seats, actor=cast.as_(cast.doctor_leader), now=NOW)
    assert Attendance.objects.filter(state="expected").count() == 3


def test_more_seats_move_the_waiting_list_up(
    cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion
) -> None:
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger]
    orders = [place(actor=cast.as_(p), item_version=clinic, occasion=seats) for p in people]
    seats.refresh_from_db()
    assert queries.waiting_list(cast.as_(cast.dispatcher), seats) == [orders[3]]
    menu.change(occasion=seats, changes={"places": 6}, actor=cast.as_(cast.dispatcher), now=NOW)
    assert fresh(orders[3]).state == "arranged"


def test_a_new_hour_is_told(cast: Cast, arranged: Order) -> None:
    occasion = Occasion.objects.get()
    begins = NOW + timedelta(days=1, hours=1)
    menu.agree_time(
        occasion=occasion,
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        actor=cast.as_(cast.leader),
        now=NOW,
    )
    assert Message.objects.get(template="order.changed").variables["at"] == begins.isoformat()


# --- the keeper ------------------------------------------------------------------------------------------------------------


def test_a_sealed_case_goes_to_one_person_only(cast: Cast, place: Place, talk: ItemVersion) -> None:
    order = place(actor=cast.as_(cast.child), person=cast.child, item_version=talk, place="")
    assert (order.state, order.sealed, order.holder, order.holder_id) == (
        "received",
        True,
        "keeper",
        cast.keeper.pk,
    )
    assert [(m.template, m.to_person_id) for m in Message.objects.all()] == [("keeper.order", cast.keeper.pk)]
    for who in (
        "dispatcher",
        "station_staff",
        "grid_worker",
        "county_leader",
        "complaint_holder",
        "daughter",
    ):
        actor = cast.as_(getattr(cast, who))
        assert queries.queue(actor).rows == []
        assert queries.entered_by(actor) == []
        assert queries.my_cards(actor, NOW) == []
        with pytest.raises(OutOfScope):
            queries.order(order.number, actor)
        with pytest.raises((NotPermitted, OutOfScope)):
            actions.reveal(order=fresh(order), reason="emergency", actor=actor, now=NOW)
    found = queries.queue(cast.as_(cast.dispatcher), queries.QueueFilter(text=order.number)).rows
    assert found == []
    jobs.promise_ran_out(order.pk, order.promise_due_at)
    keeper = cast.as_(cast.keeper)
    begins = NOW + timedelta(days=1)
    actions.keep(
        order=fresh(order),
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        place="辅导中心",
        actor=keeper,
        now=NOW,
    )
    row = fresh(order)
    assert (row.state, row.holder) == ("arranged", "keeper")
    occasion = Occasion.objects.get()
    assert (occasion.sealed, occasion.public, occasion.keeper_id) == (True, False, cast.keeper.pk)
    assert set(templates()) == {"keeper.order"}
    actions.serve(order=row, outcome="done", actor=keeper, now=begins)
    assert set(templates()) == {"keeper.order"}


def test_nobody_but_the_keeper_keeps(cast: Cast, place: Place, talk: ItemVersion) -> None:
    order = place(actor=cast.as_(cast.child), person=cast.child, item_version=talk)
    for who in ("dispatcher", "station_staff", "daughter"):
        with pytest.raises((NotPermitted, OutOfScope)):
            actions.keep(
                order=fresh(order), starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2), place="x",
                actor=cast.as_(getattr(cast, who)), now=NOW,
            )  # fmt: skip


def test_nobody_types_a_sealed_case_in_for_a_child(cast: Cast, place: Place, talk: ItemVersion) -> None:
    with pytest.raises((NotPermitted, OutOfScope)):
        place(
            actor=behalf(cast, cast.grid_worker, cast.child),
            person=cast.child,
            item_version=talk,
            consent_spoken=True,
        )
    assert not Order.objects.exists()


def test_protected_stays_with_the_centre(cast: Cast, place: Place) -> None:
    order = place(item_version=make_item("T20", name="家里的事请人说和", protected=True, trusted=False))
    assert [o.pk for o in queries.queue(cast.as_(cast.dispatcher)).rows] == [order.pk]
    assert queries.queue(cast.as_(cast.station_staff)).rows == []
