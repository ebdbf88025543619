"""Silence and no: the next team, then the pool and the centre at once, the station, the centre. Never past the promise in silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laojia import wiring
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope
from laojia.steps.dispatch import actions, jobs, queries
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.order.models import Order
from laojia.steps.serve import actions as serve
from tests.apps.dispatch.conftest import (
    THURSDAY,
    Place,
    fresh,
    make_item,
    more_team,
    occasion_of,
    ring,
    taken,
)
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SLOT = {"date": THURSDAY, "half": "morning"}


def ask(cast: Cast, order: Order, team: Team | None = None, now: datetime = NOW) -> Offer:
    return actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=now, orders=[order], team=team or cast.team, **SLOT
    )


def test_half_time_reminds_once_then_the_desk_telephones(cast: Cast, place: Place) -> None:
    offer = ask(cast, place())
    clocks = dict(Clock.objects.filter(about_kind="offer", about_id=offer.pk).values_list("kind", "due_at"))
    ring(clocks["offer.remind"])
    assert fresh(offer).reminded_at == clocks["offer.remind"]
    assert Message.objects.filter(template="offer.reminder").count() == 2
    jobs.remind_due(offer.pk, NOW + timedelta(hours=2))
    assert Message.objects.filter(template="offer.reminder").count() == 2
    assert JournalRow.objects.get(verb="offer.remind").channel == "clock"
    desk = cast.as_(cast.dispatcher)
    assert not queries.to_call(desk).exists()
    ring(clocks["offer.call"])
    assert list(queries.to_call(desk)) == [offer]
    actions.note_call(offer=fresh(offer), actor=desk, now=clocks["offer.call"])
    assert not queries.to_call(desk).exists()
    assert fresh(offer).state == "open"


@pytest.mark.parametrize("who", ["stranger", "resident", "leader", "other_station_staff", "menu_editor"])
def test_only_the_desk_notes_a_call(cast: Cast, place: Place, who: str) -> None:
    offer = ask(cast, place())
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.note_call(offer=offer, actor=cast.as_(getattr(cast, who)), now=NOW)
    assert fresh(offer).called_at is None


def test_silence_asks_the_next_team_and_blames_nobody(cast: Cast, place: Place) -> None:
    order = place()
    offer = ask(cast, order)
    ring(offer.answer_due_at)
    assert fresh(offer).state == "expired"
    assert taken(cast.team) == 0
    following = Offer.objects.get(occasion=offer.occasion, state="open")
    assert (following.team_id, following.turn, following.made_by_id) == (cast.other_team.pk, 2, None)
    assert following.undo_until is None
    order = fresh(order)
    assert (order.state, order.holder, order.holder_id, order.holder_why) == (
        "waiting", "team", cast.other_team.pk, "no_answer",
    )  # fmt: skip
    team = Team.objects.get(pk=cast.team.pk)
    assert (team.silent, team.reach) == (1, "answers")
    assert following.answer_due_at <= order.promise_due_at


def test_two_silences_of_a_team_telephone_first(cast: Cast, place: Place) -> None:
    for n in range(2):
        order = place(sure=True)
        offer = ask(cast, order, now=NOW)
        jobs.answer_due(offer.pk, offer.answer_due_at)
        assert Team.objects.get(pk=cast.team.pk).silent == n + 1
    assert Team.objects.get(pk=cast.team.pk).reach == "call_first"
    row = JournalRow.objects.get(verb="team.reach")
    assert (row.cause, row.fields) == ("offer.expire", ["reach"])


def test_an_answer_wipes_the_silences_off(cast: Cast, place: Place) -> None:
    Team.objects.filter(pk=cast.team.pk).update(silent=2, reach="call_first")
    offer = ask(cast, place())
    serve.decline(
        offer=offer, reason="no_one_free", actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=5)
    )
    team = Team.objects.get(pk=cast.team.pk)
    assert (team.silent, team.reach) == (0, "answers")


def test_declining_frees_the_place_and_asks_the_next(cast: Cast, place: Place) -> None:
    order = place()
    offer = ask(cast, order)
    serve.decline(offer=offer, reason="too_far", actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=5))
    assert taken(cast.team) == 0
    assert taken(cast.other_team) == 1
    assert fresh(order).holder_why == "declined"
    row = JournalRow.objects.filter(verb="offer.make").latest("id")
    assert (row.channel, row.cause) == ("clock", "offer.decline")


def test_two_of_them_open_the_pool_and_the_centre_looks_too(cast: Cast, place: Place) -> None:
    third = more_team(cast, "第三队")
    order = place()
    offer = ask(cast, order)
    ring(offer.answer_due_at)
    second = Offer.objects.get(occasion=offer.occasion, state="open")
    ring(second.answer_due_at)
    entry = PoolEntry.objects.get()
    assert (entry.step, entry.closed_at, entry.team_kind) == ("pool", None, "助老志愿队")
    assert not Offer.objects.filter(state="open").exists()
    order = fresh(order)
    assert (order.state, order.holder, order.holder_why) == ("waiting", "pool", "pool")
    assert order.holder_until == entry.step_due_at <= order.promise_due_at
    invited = Message.objects.filter(template="offer.pool").values_list("to_team_id", flat=True)
    assert len(invited) == 1
    assert invited[0] in {third.pk, cast.team.pk, cast.other_team.pk}
    desk = cast.as_(cast.dispatcher)
    assert list(queries.pool_entries(desk)) == [entry]
    again = ask(cast, order, third, now=second.answer_due_at)  # the centre may still send it itself
    assert fresh(entry).closed_at == second.answer_due_at
    assert again.turn == 3


def test_a_team_that_was_asked_is_not_asked_again_by_the_clock(cast: Cast, place: Place) -> None:
    offer = ask(cast, place())
    ring(offer.answer_due_at)
    jobs.answer_due(offer.pk, offer.answer_due_at + timedelta(minutes=1))
    assert Offer.objects.filter(occasion=offer.occasion).count() == 2
    names = [fit.team.name for fit in queries.fitting_for_occasion(offer.occasion, NOW).fits]
    assert cast.team.name not in names


def test_the_ladder_climbs_from_pool_to_station_to_centre(cast: Cast, place: Place) -> None:
    order = place()
    actions.open_pool(orders=[order], actor=cast.as_(cast.dispatcher), now=NOW)
    entry = PoolEntry.objects.get()
    ring(entry.step_due_at)
    entry, order = fresh(entry), fresh(order)
    assert (entry.step, entry.station_id, entry.closed_at) == ("station", cast.station.pk, None)
    assert (order.holder, order.holder_id, order.holder_why) == ("station", cast.station.pk, "passed_down")
    assert JournalRow.objects.filter(verb="order.pass_down", subject_id=order.pk).count() == 1
    ring(entry.step_due_at, start=entry.step_due_at)
    entry, order = fresh(entry), fresh(order)
    assert entry.step == "centre"
    assert (order.holder, order.holder_why) == ("centre", "passed_back")


def test_where_no_station_serves_the_institute_looks(cast: Cast, place: Place) -> None:
    cast.station.villages.clear()
    order = place()
    actions.open_pool(orders=[order], actor=cast.as_(cast.dispatcher), now=NOW)
    ring(PoolEntry.objects.get().step_due_at)
    assert PoolEntry.objects.get().station.level == "institute"


def test_a_protected_matter_never_stands_in_the_pool(cast: Cast, place: Place) -> None:
    order = place(item_version=make_item("D20", protected=True, trusted=False))
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(BadInput):
        actions.open_pool(orders=[order], actor=desk, now=NOW)
    entry = actions.open_pool(orders=[order], actor=desk, now=NOW, looked=True)
    assert entry.step == "centre"
    assert fresh(order).holder == "centre"
    assert not Message.objects.filter(template="offer.pool").exists()


@pytest.mark.parametrize("who", ["stranger", "resident", "leader", "station_staff", "menu_editor"])
def test_only_the_desk_opens_the_pool(cast: Cast, place: Place, who: str) -> None:
    order = place()
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.open_pool(orders=[order], actor=cast.as_(getattr(cast, who)), now=NOW)
    assert fresh(order).holder == "centre"


def test_a_team_claims_from_the_pool_and_nobody_after_it(cast: Cast, place: Place) -> None:
    order = place()
    entry = actions.open_pool(orders=[order], actor=cast.as_(cast.dispatcher), now=NOW)
    stale = PoolEntry.objects.select_related("occasion__item_version").get(pk=entry.pk)
    later = NOW + timedelta(minutes=20)
    serve.claim(
        entry=PoolEntry.objects.select_related("occasion__item_version").get(pk=entry.pk),
        team=cast.team, actor=cast.as_(cast.leader), now=later,
    )  # fmt: skip
    order = fresh(order)
    assert (order.state, order.team_id) == ("arranged", cast.team.pk)
    assert taken(cast.team) == 1
    assert fresh(entry).closed_at == later
    assert not Clock.objects.filter(kind="pool.claim", state="pending").exists()
    with pytest.raises(Conflict) as refused:
        serve.claim(entry=stale, team=cast.other_team, actor=cast.as_(cast.other_leader), now=later)
    assert refused.value.code == "claimed_already"
    assert taken(cast.other_team) == 0


def test_a_team_that_does_not_fit_cannot_claim(cast: Cast, place: Place) -> None:
    entry = actions.open_pool(orders=[place()], actor=cast.as_(cast.dispatcher), now=NOW)
    entry = PoolEntry.objects.select_related("occasion__item_version").get(pk=entry.pk)
    with pytest.raises(BadInput):
        actions.claimed_offer(
            entry=entry, team=cast.medical_team, actor=cast.as_(cast.doctor_leader), now=NOW
        )


def test_handing_back_asks_the_next_and_the_person_is_told(cast: Cast, place: Place) -> None:
    order = place()
    offer = ask(cast, order)
    serve.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=2))
    assert not Clock.objects.filter(about_kind="offer", state="pending").exists()
    serve.give_back(
        offer=fresh(offer), reason="illness", actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=9)
    )
    order = fresh(order)
    assert (order.state, order.holder_id, order.holder_why) == ("waiting", cast.other_team.pk, "returned")
    assert taken(cast.team) == 0
    assert taken(cast.other_team) == 1
    assert Message.objects.filter(template="order.unarranged").exists()


def test_handing_over_asks_the_team_named(cast: Cast, place: Place) -> None:
    third = more_team(cast, "第三队")
    order = place()
    offer = ask(cast, order)
    serve.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=2))
    serve.hand_over(
        offer=fresh(offer), to_team=third, actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=5)
    )
    following = Offer.objects.get(state="open")
    assert following.team_id == third.pk
    assert (taken(cast.team), taken(third)) == (0, 1)


def test_when_the_promise_passes_the_person_is_told_and_the_queue_shows_it(cast: Cast, place: Place) -> None:
    order = place()
    desk = cast.as_(cast.dispatcher)
    promised = order.promise_due_at
    ring(promised)
    order = fresh(order)
    assert order.late_since == promised
    assert (order.holder, order.holder_why) == ("centre", "promise_passed")
    assert order.holder_until is not None
    assert order.holder_until > promised
    assert Message.objects.filter(template="order.delayed").count() == 1
    assert [one.pk for one in queries.late_orders(desk, promised)] == [order.pk]
    ring(order.holder_until, start=promised)
    assert fresh(order).holder_until > order.holder_until
    assert Message.objects.filter(template="order.delayed").count() == 2


def test_after_the_promise_nobody_is_asked_alone_any_more(cast: Cast, place: Place) -> None:
    order = place()
    ring(order.promise_due_at)
    later = order.promise_due_at + timedelta(minutes=1)
    order = fresh(order)
    order = Order.objects.select_related("item_version", "person", "area").get(pk=order.pk)
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=later, orders=[order], team=cast.team, date=THURSDAY + timedelta(days=4), half="morning"
    )  # fmt: skip
    serve.decline(
        offer=offer, reason="other_time", actor=cast.as_(cast.leader), now=later + timedelta(minutes=1)
    )
    assert PoolEntry.objects.filter(closed_at=None).exists()
    assert fresh(order).holder == "pool"


def test_nobody_fits_any_more_so_the_pool_opens_at_once(cast: Cast, place: Place) -> None:
    Team.objects.filter(pk=cast.other_team.pk).update(resting_until=THURSDAY + timedelta(days=30))
    offer = ask(cast, place())
    serve.decline(
        offer=offer, reason="no_one_free", actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=1)
    )
    assert PoolEntry.objects.filter(closed_at=None).exists()


def test_every_handler_is_harmless_when_it_rings_late(cast: Cast, place: Place) -> None:
    order = place()
    offer = ask(cast, order)
    serve.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW + timedelta(minutes=2))
    before = JournalRow.objects.count()
    late = NOW + timedelta(days=3)
    for kind in ("offer.remind", "offer.call", "offer.answer"):
        wiring.CLOCKS[kind](offer.pk, late)
        wiring.CLOCKS[kind](offer.pk, late)
    for kind in ("pool.claim", "station.claim", "centre.end"):
        wiring.CLOCKS[kind](offer.occasion_id, late)
    wiring.CLOCKS["order.promise"](order.pk, late)
    assert JournalRow.objects.count() == before
    assert fresh(order).state == "arranged"


def test_the_worker_itself_rings_the_chain(cast: Cast, place: Place) -> None:
    """Nothing but the clocks: from the first silence to the honest word, and on."""
    order = place()
    ask(cast, order)
    ring(order.promise_due_at)
    order = fresh(order)
    whys = list(order.hops.order_by("id").values_list("why", flat=True))
    assert whys[:4] == ["trusted", "asking_team", "no_answer", "pool"]
    assert "promise_passed" in whys or order.holder_until > order.promise_due_at
    assert Message.objects.filter(template="order.delayed").exists()


# --- at every moment somebody holds it, and a clock runs -------------------------------------------------------------

answers = st.lists(
    st.tuples(st.sampled_from(["silence", "decline", "accept_return", "withdraw", "claim_return", "wait"]), st.integers(1, 300)),
    max_size=6,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), answers)
def test_no_order_is_ever_left_in_silence(cast: Cast, urgent: bool, story: list[tuple[str, int]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        _tell_story(cast, urgent, story)
        transaction.set_rollback(True)


def _tell_story(cast: Cast, urgent: bool, story: list[tuple[str, int]]) -> None:
    import uuid

    from laojia.steps.order import actions as orders

    item = make_item(f"P{uuid.uuid4().hex[:8]}")
    more_team(cast, "第三队")
    order = orders.place(
        now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village, actor=cast.as_(cast.resident), urgent=urgent,
        times=[{"date": (THURSDAY + timedelta(days=d)).isoformat(), "half": "morning"} for d in (0, 1, 4)],
    )  # fmt: skip
    now = NOW
    _checked(order, now)
    ask(cast, Order.objects.select_related("item_version", "person", "area").get(pk=order.pk), now=now)
    for step, minutes in story:
        _checked(order, now)
        now = _walk(now, now + timedelta(minutes=minutes), order)
        _act(cast, step, order, now)
    _walk(now, now + timedelta(days=6), order)


def _walk(now: datetime, until: datetime, order: Order) -> datetime:
    """Time passes; after every clock that rang the order is looked at."""
    for _turn in range(400):
        due = Clock.objects.filter(state="pending", due_at__lte=until).order_by("due_at").first()
        if due is None:
            return until
        now = max(now, due.due_at)
        ring(now, start=now)
        _checked(order, now)
    raise AssertionError("clocks without end")


def _act(cast: Cast, step: str, order: Order, now: datetime) -> None:
    leaders = {cast.team.pk: cast.leader, cast.other_team.pk: cast.other_leader}
    offer = Offer.objects.select_related("team", "occasion__item_version").filter(state="open").first()
    entry = PoolEntry.objects.select_related("occasion__item_version").filter(closed_at=None).first()
    try:
        if step == "withdraw" and offer:
            actions.withdraw(offer=offer, actor=cast.as_(cast.dispatcher), now=now)
        if offer is None or offer.team_id not in leaders:
            if step == "claim_return" and entry:
                serve.claim(entry=entry, team=cast.team, actor=cast.as_(cast.leader), now=now)
                _checked(order, now)
                mine = Offer.objects.get(state="accepted")
                serve.give_back(offer=mine, reason="illness", actor=cast.as_(cast.leader), now=now)
            return
        leader = cast.as_(leaders[offer.team_id])
        if step == "decline":
            serve.decline(offer=offer, reason="no_one_free", actor=leader, now=now)
        elif step == "accept_return":
            serve.accept(offer=offer, actor=leader, now=now)
            _checked(order, now)
            serve.give_back(offer=fresh(offer), reason="illness", actor=leader, now=now)
    except (BadInput, Conflict):
        return  # the half-day is over, the team is full: refused in words, nothing changed


def _checked(order: Order, now: datetime) -> None:
    """A waiting order has a holder whose time is not over, and a pending clock that ends it."""
    row = Order.objects.get(pk=order.pk)
    if row.state not in ("received", "waiting"):
        return
    assert row.holder != "nobody"
    assert row.holder_until is not None
    if Clock.objects.filter(state="pending", due_at__lte=now).exists():
        return  # its moment is now; the worker is about to act
    assert row.holder_until > now, (row.holder, row.holder_why, row.holder_until, now)
    running = SimpleNamespace(
        kinds=set(Clock.objects.filter(state="pending", due_at__gt=now).values_list("kind", flat=True))
    )
    assert "order.promise" in running.kinds
    if row.holder == "team":
        assert "offer.answer" in running.kinds
    if row.holder in ("pool", "station"):
        assert running.kinds & {"pool.claim", "station.claim"}
    promise = Clock.objects.get(kind="order.promise", about_id=row.pk, state="pending")
    for clock in Clock.objects.filter(
        kind__in=("offer.answer", "pool.claim", "station.claim", "centre.end"), state="pending"
    ):
        assert clock.due_at <= promise.due_at, (clock.kind, clock.due_at, promise.due_at)
    for team in Team.objects.all():
        held = Offer.objects.filter(team=team, state__in=("open", "accepted")).count()
        assert sum(slot.taken for slot in team.slots.all()) == held
    assert occasion_of  # used by the other tests
