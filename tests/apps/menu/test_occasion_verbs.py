"""Occasions: every verb works, and is refused for the stranger, the wrong role and the wrong state."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, Refused, WrongState
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Channel
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu import actions, jobs, queries
from laojia.steps.menu.models import Occasion
from tests.apps.menu.conftest import DAY, ENDS, STARTS, clinic, confirmed
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def last(row: Occasion) -> JournalRow:
    found = JournalRow.objects.filter(kind="occasion", subject_id=row.pk).order_by("-id").first()
    assert found is not None
    return found


# --- open -------------------------------------------------------------------------------------------------------


def test_a_station_opens_a_clinic(menu: Cast) -> None:
    row = clinic(menu)
    assert (row.state, row.team_id, row.date, row.half) == ("draft", None, DAY, "morning")
    assert (row.places, row.held_back, row.taken) == (40, 10, 0)
    journal = last(row)
    assert (journal.verb, journal.to_state, journal.actor_id) == (
        "occasion.open",
        "draft",
        menu.station_staff.pk,
    )
    assert not Clock.objects.filter(about_kind="occasion", about_id=row.pk).exists(), (
        "nothing ends before it is fixed"
    )


def test_the_same_key_opens_one_occasion(menu: Cast) -> None:
    key = uuid.uuid4()
    assert clinic(menu, key=key).pk == clinic(menu, key=key).pk
    assert Occasion.objects.count() == 1
    facts = {
        "item_version": queries.item("LN02"),
        "kind": "standing",
        "area": menu.village,
        "date": DAY,
        "half": "morning",
    }
    planned = [
        actions.open_occasion(actor=CLOCK, now=NOW, key=uuid.UUID(int=7), because="standing.plan", **facts)
        for _ in range(2)
    ]
    assert planned[0] == planned[1], "the clock plans a visit once, however often it rings"
    with pytest.raises(OutOfScope):
        clinic(menu, "other_station_staff", key=key, area=menu.far_village)


@pytest.mark.parametrize("who", ["stranger", "resident", "volunteer", "leader", "grid_worker", "menu_editor"])
def test_others_open_none(menu: Cast, who: str) -> None:
    with pytest.raises((NotPermitted, OutOfScope)):
        clinic(menu, who)
    assert not Occasion.objects.exists()


def test_a_station_opens_none_in_another_town(menu: Cast) -> None:
    with pytest.raises(OutOfScope):
        clinic(menu, area=menu.far_village)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"sponsor": ""}, "sponsor"),
        ({"filing_number": " "}, "filing_number"),
        ({"place": ""}, "place"),
        ({"starts_at": None, "ends_at": None}, "starts_at"),
        ({"starts_at": NOW - timedelta(hours=1)}, "starts_at"),
        ({"ends_at": STARTS}, "ends_at"),
        ({"held_back": 41}, "held_back"),
        ({"kind": "visit"}, "kind"),
        ({"kind": "volunteers"}, "volunteer_places"),
    ],
)
def test_what_is_announced_is_whole(menu: Cast, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        clinic(menu, **facts)
    assert field in refused.value.fields


def test_a_leader_opens_for_the_own_team_and_is_asked_like_any(menu: Cast) -> None:
    row = clinic(menu, "doctor_leader", team=menu.medical_team)
    assert (row.state, row.team_id) == ("offered", menu.medical_team.pk)
    assert Offer.objects.get(occasion=row, state="open").team == menu.medical_team
    with pytest.raises((NotPermitted, OutOfScope)):
        clinic(menu, "leader", team=menu.medical_team)


def test_a_protected_item_makes_a_protected_occasion(menu: Cast) -> None:
    row = actions.open_occasion(
        actor=menu.as_(menu.dispatcher), now=NOW, item_version=queries.item("TJ01"), kind="appointment",
        area=menu.village,
    )  # fmt: skip
    assert row.protected
    assert not row.public
    with pytest.raises(OutOfScope):
        queries.occasion(row.pk, menu.as_(menu.station_staff))


# --- seats ------------------------------------------------------------------------------------------------------


def test_thirty_by_page_ten_by_telephone_and_no_more(menu: Cast) -> None:
    row = confirmed(menu)
    page, phone = menu.as_(menu.resident), menu.as_(menu.station_staff, Channel.PHONE, menu.resident)
    taken = [actions.take_seats(occasion=row, count=1, held=False, actor=page, now=NOW) for _ in range(31)]
    assert (taken.count(True), taken[-1]) == (30, False)
    held = [actions.take_seats(occasion=row, count=1, held=True, actor=phone, now=NOW) for _ in range(11)]
    assert (held.count(True), held[-1]) == (10, False)
    assert (row.taken, row.held_taken) == (40, 10)


def test_a_page_never_takes_a_held_seat(menu: Cast) -> None:
    row = confirmed(menu)
    assert not actions.take_seats(occasion=row, count=1, held=True, actor=menu.as_(menu.resident), now=NOW)


def test_held_seats_are_open_to_all_a_day_before(menu: Cast) -> None:
    row, page = confirmed(menu), menu.as_(menu.resident)
    assert actions.take_seats(occasion=row, count=30, held=False, actor=page, now=NOW)
    just_before = STARTS - timedelta(hours=24, seconds=1)
    assert not actions.take_seats(occasion=row, count=1, held=False, actor=page, now=just_before)
    assert actions.take_seats(
        occasion=row, count=10, held=False, actor=page, now=STARTS - timedelta(hours=24)
    )
    assert not actions.take_seats(
        occasion=row, count=1, held=False, actor=page, now=STARTS - timedelta(hours=1)
    )


def test_no_seats_before_the_team_has_said_yes_nor_after_the_end(menu: Cast) -> None:
    page = menu.as_(menu.resident)
    row = clinic(menu)
    assert not actions.take_seats(occasion=row, count=1, held=False, actor=page, now=NOW)
    actions.confirm(occasion=row, team=menu.medical_team, actor=CLOCK, now=NOW)
    assert not actions.take_seats(occasion=row, count=1, held=False, actor=page, now=ENDS)
    assert not actions.take_seats(occasion=row, count=0, held=False, actor=page, now=NOW)


def test_seats_given_back_can_be_taken_again_but_no_more_than_were_taken(menu: Cast) -> None:
    row, page = confirmed(menu), menu.as_(menu.resident)
    actions.take_seats(occasion=row, count=2, held=False, actor=page, now=NOW)
    assert actions.give_back_seats(occasion=row, count=2, held=False, actor=page, now=NOW)
    assert not actions.give_back_seats(occasion=row, count=1, held=False, actor=page, now=NOW)
    assert not actions.give_back_seats(occasion=row, count=1, held=True, actor=page, now=NOW)
    assert row.taken == 0


def test_volunteers_places(menu: Cast) -> None:
    row = actions.open_occasion(
        actor=menu.as_(menu.dispatcher), now=NOW, item_version=queries.item("HJ01"), kind="volunteers",
        area=menu.village, place="老街口", starts_at=STARTS, ends_at=ENDS, places=0, volunteer_places=2, public=True,
    )  # fmt: skip
    actor = menu.as_(menu.volunteer)
    assert not actions.take_volunteer_place(occasion=row, actor=actor, now=NOW)
    actions.confirm(occasion=row, team=menu.team, actor=CLOCK, now=NOW)
    assert [actions.take_volunteer_place(occasion=row, actor=actor, now=NOW) for _ in range(3)] == [
        True,
        True,
        False,
    ]
    assert actions.give_back_volunteer_place(occasion=row, actor=actor, now=NOW)
    assert actions.take_volunteer_place(occasion=row, actor=actor, now=NOW)


# --- moves ------------------------------------------------------------------------------------------------------


def test_offered_confirmed_held(menu: Cast) -> None:
    row = clinic(menu)
    desk = menu.as_(menu.station_staff)
    actions.mark_offered(occasion=row, actor=desk, now=NOW)
    assert row.state == "offered"
    actions.mark_unoffered(occasion=row, actor=desk, now=NOW)
    actions.mark_offered(occasion=row, actor=desk, now=NOW)
    actions.confirm(occasion=row, team=menu.medical_team, actor=CLOCK, now=NOW, slot_held=True)
    assert (row.state, row.team, row.slot_held, row.confirmed_at) == (
        "confirmed",
        menu.medical_team,
        True,
        NOW,
    )
    assert Clock.objects.get(kind="occasion.pass", about_id=row.pk).due_at == ENDS
    with pytest.raises(WrongState):
        actions.pass_occasion(occasion=row, actor=CLOCK, now=ENDS - timedelta(seconds=1))
    jobs.pass_due(row.pk, ENDS)
    row.refresh_from_db()
    assert (row.state, row.held_at) == ("held", ENDS)
    jobs.pass_due(row.pk, ENDS)
    verbs = JournalRow.objects.filter(kind="occasion", subject_id=row.pk).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "occasion.open", "occasion.offer", "occasion.unoffer", "occasion.offer", "occasion.confirm", "occasion.pass",
    ]  # fmt: skip


def test_confirming_twice_is_a_wrong_state_and_a_stale_row_a_conflict(menu: Cast) -> None:
    row = clinic(menu)
    stale = Occasion.objects.get(pk=row.pk)
    actions.confirm(occasion=row, team=menu.medical_team, actor=CLOCK, now=NOW)
    with pytest.raises(WrongState):
        actions.confirm(occasion=row, team=menu.other_team, actor=CLOCK, now=NOW)
    with pytest.raises(Conflict):
        actions.confirm(occasion=stale, team=menu.other_team, actor=CLOCK, now=NOW)
    row.refresh_from_db()
    assert row.team == menu.medical_team


def test_postponed_for_snow_to_a_date_and_fixed_again(menu: Cast) -> None:
    row = confirmed(menu)
    actions.take_seats(occasion=row, count=3, held=False, actor=menu.as_(menu.resident), now=NOW)
    later = STARTS + timedelta(days=7)
    actions.postpone(
        occasion=row, reason="snow", words="路滑", starts_at=later, ends_at=later + timedelta(hours=3),
        actor=menu.as_(menu.station_staff), now=NOW,
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.postponed_from, row.starts_at, row.taken) == ("postponed", STARTS, later, 3)
    assert (row.reason, row.reason_words, row.date) == ("snow", "路滑", DAY + timedelta(days=7))
    assert last(row).reason == "snow"
    assert Clock.objects.get(kind="occasion.pass", about_id=row.pk).state == "cancelled"
    with pytest.raises(OutOfScope):
        actions.reconfirm(occasion=row, actor=menu.as_(menu.leader), now=NOW)
    actions.reconfirm(occasion=row, actor=menu.as_(menu.doctor_leader), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.starts_at) == ("confirmed", later)
    clock = Clock.objects.get(kind="occasion.pass", about_id=row.pk)
    assert (clock.state, clock.due_at) == ("pending", later + timedelta(hours=3))


def test_postponed_open_ended_needs_a_time_to_be_fixed(menu: Cast) -> None:
    row = confirmed(menu)
    actions.postpone(occasion=row, reason="emergency", actor=menu.as_(menu.dispatcher), now=NOW)
    assert (row.starts_at, row.date, row.half) == (None, None, "")
    with pytest.raises(BadInput):
        actions.reconfirm(occasion=row, actor=menu.as_(menu.doctor_leader), now=NOW)
    actions.reconfirm(
        occasion=row, starts_at=STARTS, ends_at=ENDS, actor=menu.as_(menu.doctor_leader), now=NOW
    )
    assert row.state == "confirmed"


def test_a_leader_on_the_telephone_fixes_it_through_the_station(menu: Cast) -> None:
    row = confirmed(menu)
    actions.postpone(occasion=row, reason="snow", actor=menu.as_(menu.dispatcher), now=NOW)
    spoken = menu.as_(menu.station_staff, Channel.PHONE, menu.doctor_leader)
    actions.reconfirm(occasion=row, starts_at=STARTS, ends_at=ENDS, actor=spoken, now=NOW)
    assert (last(row).actor_id, last(row).behalf_id) == (menu.station_staff.pk, menu.doctor_leader.pk)


@pytest.mark.parametrize("verb", ["postpone", "call_off"])
def test_moving_needs_a_known_reason(menu: Cast, verb: str) -> None:
    row = confirmed(menu)
    for reason in ("", "because"):
        with pytest.raises(BadInput):
            getattr(actions, verb)(occasion=row, reason=reason, actor=menu.as_(menu.dispatcher), now=NOW)
    row.refresh_from_db()
    assert row.state == "confirmed"


@pytest.mark.parametrize(
    "who", ["stranger", "resident", "volunteer", "leader", "other_station_staff", "grid_worker"]
)
def test_others_move_nothing(menu: Cast, who: str) -> None:
    row = confirmed(menu)
    actor = menu.as_(getattr(menu, who))
    moves: list[tuple[Any, dict[str, Any]]] = [
        (actions.postpone, {"reason": "snow"}),
        (actions.call_off, {"reason": "weather"}),
        (actions.release, {"reason": "illness"}),
        (actions.change, {"changes": {"place": "学校"}}),
        (actions.print_roster, {}),
    ]
    for move, words in moves:
        with pytest.raises((NotPermitted, OutOfScope)):
            move(occasion=row, actor=actor, now=NOW, **words)
    row.refresh_from_db()
    assert (row.state, row.place) == ("confirmed", "村委会大院")


def test_called_off_is_the_end(menu: Cast) -> None:
    row = confirmed(menu)
    actions.call_off(
        occasion=row, reason="too_few", words="只来了两位", actor=menu.as_(menu.station_staff), now=NOW
    )
    row.refresh_from_db()
    assert (row.state, row.reason, row.slot_held) == ("called_off", "too_few", False)
    with pytest.raises(WrongState):
        actions.postpone(occasion=row, reason="snow", actor=menu.as_(menu.station_staff), now=NOW)
    with pytest.raises(WrongState):
        actions.change(occasion=row, changes={"place": "学校"}, actor=menu.as_(menu.station_staff), now=NOW)


def test_the_team_steps_back(menu: Cast) -> None:
    row = confirmed(menu)
    actions.release(occasion=row, reason="illness", actor=menu.as_(menu.doctor_leader), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.team, row.confirmed_at) == ("draft", None, None)


def test_agreeing_a_time(menu: Cast) -> None:
    row = actions.open_occasion(
        actor=CLOCK, now=NOW, item_version=queries.item("LN01"), kind="visit", area=menu.village, date=DAY,
        half="morning",
    )  # fmt: skip
    actions.confirm(occasion=row, team=menu.team, actor=CLOCK, now=NOW)
    with pytest.raises(OutOfScope):
        actions.agree_time(
            occasion=row, starts_at=STARTS, ends_at=ENDS, actor=menu.as_(menu.other_leader), now=NOW
        )
    actions.agree_time(occasion=row, starts_at=STARTS, ends_at=ENDS, actor=menu.as_(menu.leader), now=NOW)
    assert last(row).verb == "occasion.agree_time"
    assert Clock.objects.get(kind="occasion.pass", about_id=row.pk).due_at == ENDS


def test_changing_seats_never_below_those_taken(menu: Cast) -> None:
    row, desk = confirmed(menu), menu.as_(menu.station_staff)
    phone = menu.as_(menu.station_staff, Channel.PHONE, menu.resident)
    actions.take_seats(occasion=row, count=12, held=False, actor=menu.as_(menu.resident), now=NOW)
    actions.take_seats(occasion=row, count=4, held=True, actor=phone, now=NOW)
    for changes, field in (
        ({"places": 15}, "places"),
        ({"held_back": 3}, "held_back"),
        ({"held_back": 41}, "held_back"),
    ):
        with pytest.raises(BadInput) as refused:
            actions.change(occasion=Occasion.objects.get(pk=row.pk), changes=changes, actor=desk, now=NOW)
        assert field in refused.value.fields
    actions.change(occasion=row, changes={"places": 50, "place": "村小学"}, actor=desk, now=NOW)
    row.refresh_from_db()
    assert (row.places, row.place) == (50, "村小学")
    assert last(row).fields == ["place", "places"]
    before = JournalRow.objects.count()
    actions.change(occasion=row, changes={"places": 50}, actor=desk, now=NOW)
    assert JournalRow.objects.count() == before, "nothing changed, nothing written"


def test_a_change_on_a_stale_row_is_a_conflict(menu: Cast) -> None:
    row, desk = confirmed(menu), menu.as_(menu.station_staff)
    stale = Occasion.objects.get(pk=row.pk)
    actions.take_seats(occasion=row, count=1, held=False, actor=menu.as_(menu.resident), now=NOW)
    with pytest.raises(Conflict):
        actions.change(occasion=stale, changes={"places": 41}, actor=desk, now=NOW)


# --- area × day -------------------------------------------------------------------------------------------------


def test_snow_over_the_town(menu: Cast) -> None:
    here = [confirmed(menu), confirmed(menu, area=menu.second_village, place="学校")]
    elsewhere = confirmed(menu, area=menu.far_village, who="dispatcher")
    next_day = confirmed(menu, starts_at=STARTS + timedelta(days=1), ends_at=ENDS + timedelta(days=1))
    desk = menu.as_(menu.dispatcher)
    kinds = ("seats", "whole_village", "volunteers")
    seen = queries.preview_many(
        desk, "occasion.postpone", area=menu.town, first=DAY, last=DAY, kinds=kinds, now=NOW
    )
    assert [o.pk for o in seen] == [o.pk for o in here]
    moved = actions.postpone_many(
        area=menu.town,
        date=DAY,
        kinds=kinds,
        reason="snow",
        to_date=DAY + timedelta(days=7),
        actor=desk,
        now=NOW,
    )
    assert [o.pk for o in moved.done] == [o.pk for o in here]
    assert not moved.left
    assert all(o.starts_at == STARTS + timedelta(days=7) for o in moved.done)
    assert set(Occasion.objects.filter(state="confirmed")) == {elsewhere, next_day}
    again = actions.postpone_many(area=menu.town, date=DAY, kinds=kinds, reason="snow", actor=desk, now=NOW)
    assert not again.done


def test_a_station_moves_only_its_own(menu: Cast) -> None:
    confirmed(menu)
    far = confirmed(menu, area=menu.far_village, who="dispatcher")
    moved = actions.call_off_many(
        area=menu.county,
        date=DAY,
        kinds=("seats",),
        reason="weather",
        actor=menu.as_(menu.station_staff),
        now=NOW,
    )
    assert [o.area_id for o in moved.done] == [menu.village.pk]
    far.refresh_from_db()
    assert far.state == "confirmed"


# --- reads ------------------------------------------------------------------------------------------------------


def test_what_is_on_shows_what_is_fixed_and_announced(menu: Cast) -> None:
    clinic(menu)
    row = confirmed(menu)
    visit = actions.open_occasion(
        actor=CLOCK, now=NOW, item_version=queries.item("LN01"), kind="visit", area=menu.village, starts_at=STARTS,
        ends_at=ENDS, state="confirmed", team=menu.team,
    )  # fmt: skip
    on = queries.whats_on(now=NOW)
    assert [o.pk for o in on] == [row.pk]
    assert queries.whats_on(menu.village.path, now=NOW) == on
    assert queries.whats_on(menu.town.path, now=NOW) == on
    assert queries.whats_on(menu.far_village.path, now=NOW) == []
    assert queries.whats_on(kinds=["volunteers"], now=NOW) == []
    assert queries.whats_on(days=3, now=NOW) == []
    assert queries.occasion(row.pk, menu.as_(menu.stranger)).pk == row.pk
    with pytest.raises(Refused):
        queries.occasion(visit.pk, menu.as_(menu.resident))
    assert queries.occasion(visit.pk, menu.as_(menu.leader)).pk == visit.pk


def test_a_town_wide_occasion_is_on_in_its_villages(menu: Cast) -> None:
    row = confirmed(menu, area=menu.town, who="dispatcher")
    assert [o.pk for o in queries.whats_on(menu.village.path, now=NOW)] == [row.pk]


def test_moments_are_whole(menu: Cast) -> None:
    evening = datetime.combine(DAY, STARTS.time(), tzinfo=STARTS.tzinfo) + timedelta(hours=10)
    row = clinic(menu, starts_at=evening, ends_at=evening + timedelta(hours=1))
    assert row.half == "evening"
