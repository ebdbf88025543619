"""order.place: from every way in, to every first state, once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.codes import check_number
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, TooMany, WrongState
from laojia.policy.facts import NOBODY
from laojia.policy.roles import Channel
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions
from laojia.steps.order.models import Attendance, Hop, Order
from tests.apps.order.conftest import THURSDAY, Place, behalf, make_item, open_seats
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def statements(captured: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, transaction marks left out."""
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(marks)]


def test_a_trusted_item_waits_for_a_team_at_once(cast: Cast, place: Place) -> None:
    order = place()
    assert (order.state, order.holder, order.holder_why) == ("waiting", "centre", "trusted")
    assert check_number(order.number) == order.number
    assert order.number.startswith(f"D141024-26-{order.pk:06d}-")
    # Two working days after a Wednesday: Friday at closing time.
    assert order.promise_due_at.isoformat() == "2026-11-27T10:00:00+00:00"
    assert [h.why for h in order.hops.all()] == ["trusted"]
    assert list(Clock.objects.filter(about_kind="order").values_list("kind", flat=True)) == ["order.promise"]
    row = JournalRow.objects.get(kind="order", subject_id=order.pk)
    assert (row.verb, row.actor_id, row.behalf_id, row.channel, row.to_state) == (
        "order.place", cast.resident.pk, None, "page", "waiting",
    )  # fmt: skip
    assert Message.objects.get(about_kind="order").template == "order.received"


def test_an_untrusted_one_is_read_first(cast: Cast, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    assert (order.state, order.needs_second_look, order.holder_why) == ("received", True, "placed")
    assert set(Clock.objects.filter(about_id=order.pk).values_list("kind", flat=True)) == {
        "order.promise",
        "order.triage",
    }


def test_few_statements_and_one_commit(cast: Cast, place: Place, haircut: ItemVersion) -> None:
    """Statements are what a placed order costs: each one more is felt by every resident."""
    place()  # calendar and item's areas are known to the process afterwards
    item = ItemVersion.objects.prefetch_related("areas").get(pk=haircut.pk)
    actor, person = cast.as_(cast.resident), cast.resident
    with CaptureQueriesContext(connection) as captured:
        place(actor=actor, item_version=item, person=person, sure=True)
    sent = statements(captured)
    # key and duplicates, serial; order, journal; hop, clock, receipt: together where the server can
    together = [2, 3] if connection.vendor == "postgresql" else [1] * 5
    assert [sql.split()[0] for sql in sent[:2]] == ["SELECT", "SELECT"]
    assert [sql.count("INSERT ") for sql in sent[2:]] == together


def test_a_seat_costs_little_too(cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion) -> None:
    place()
    item = ItemVersion.objects.prefetch_related("areas").get(pk=clinic.pk)
    seats.item_version = item
    actor, person = cast.as_(cast.resident), cast.resident
    with CaptureQueriesContext(connection) as captured:
        place(actor=actor, item_version=item, occasion=seats, person=person)
    assert len(statements(captured)) <= 9  # the seat's UPDATE and its reading anew, the attendance; no clock


def test_the_same_key_makes_one_order(cast: Cast, place: Place) -> None:
    key = uuid.uuid4()
    first = place(key=key)
    again = place(key=key)
    assert (again.pk, Order.objects.count(), Message.objects.count()) == (first.pk, 1, 1)


def test_a_key_of_somebody_else_opens_nothing(cast: Cast, place: Place) -> None:
    key = uuid.uuid4()
    place(key=key)
    with pytest.raises(Conflict) as refused:
        place(key=key, actor=cast.as_(cast.neighbour))
    assert refused.value.code == "key_taken"


def test_a_likely_duplicate_is_shown_first(cast: Cast, place: Place) -> None:
    first = place()
    with pytest.raises(Conflict) as refused:
        place()
    assert (refused.value.code, refused.value.fields["earlier"]) == ("likely_duplicate", first.number)
    assert first.number in str(refused.value)
    assert Order.objects.count() == 1
    assert place(sure=True).pk != first.pk


def test_a_duplicate_by_phone_tells_nothing_of_the_other(cast: Cast, place: Place) -> None:
    first = place(contact_phone="13912340000")
    with pytest.raises(Conflict) as refused:
        place(actor=cast.as_(cast.neighbour), contact_phone="13912340000")
    assert refused.value.fields["earlier"] == ""
    assert first.number not in str(refused.value)


def test_an_ended_order_is_no_duplicate(cast: Cast, place: Place) -> None:
    first = place()
    actions.cancel(order=first, reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    assert place().pk != first.pk


def test_nobody_must_sign_in_first(cast: Cast, place: Place) -> None:
    with pytest.raises(NotPermitted):
        place(actor=NOBODY)
    assert not Order.objects.exists()


def test_the_grid_worker_types_it_in(cast: Cast, place: Place) -> None:
    order = place(actor=behalf(cast, cast.grid_worker, cast.resident, Channel.COUNTER), consent_spoken=True)
    assert (order.asker_id, order.person_id, order.entered_by_id) == (
        cast.resident.pk, cast.resident.pk, cast.grid_worker.pk,
    )  # fmt: skip
    assert (order.channel, order.consent_spoken) == ("counter", True)
    row = JournalRow.objects.get(kind="order")
    assert (row.actor_id, row.behalf_id) == (cast.grid_worker.pk, cast.resident.pk)


def test_spoken_consent_is_asked_for(cast: Cast, place: Place) -> None:
    with pytest.raises(BadInput) as refused:
        place(actor=behalf(cast, cast.grid_worker, cast.resident))
    assert "consent_spoken" in refused.value.fields


def test_no_one_speaks_outside_his_area(cast: Cast, place: Place) -> None:
    actor = behalf(cast, cast.other_station_staff, cast.resident)
    with pytest.raises((OutOfScope, NotPermitted)):
        place(actor=actor, consent_spoken=True)
    assert not Order.objects.exists()


def test_a_neighbour_has_no_voice_for_somebody(cast: Cast, place: Place) -> None:
    with pytest.raises((OutOfScope, NotPermitted)):
        place(actor=behalf(cast, cast.neighbour, cast.resident), consent_spoken=True)


def test_a_daughter_orders_for_her_mother_who_is_new_here(cast: Cast, place: Place) -> None:
    mother = actions.Relative(name="李秀兰", phone="13800007777")
    key = uuid.uuid4()
    order = place(actor=cast.as_(cast.daughter), relative=mother, key=key)
    assert order.person is not None
    assert (order.person.name, order.asker_id) == ("李秀兰", cast.daughter.pk)
    assert place(actor=cast.as_(cast.daughter), relative=mother, key=key).pk == order.pk
    assert set(Message.objects.values_list("template", "to_person_id")) == {
        ("order.received", cast.daughter.pk),
        ("order.for_relative", order.person_id),
    }
    # The next time she is known.
    again = place(actor=cast.as_(cast.daughter), person=order.person, sure=True)
    assert again.person_id == order.person_id


def test_not_for_a_person_one_has_nothing_to_do_with(cast: Cast, place: Place) -> None:
    with pytest.raises(NotPermitted) as refused:
        place(actor=cast.as_(cast.stranger), person=cast.resident)
    assert refused.value.code == "not_for_person"


def test_a_guardian_orders_for_the_child_and_the_child_does_not(cast: Cast, place: Place) -> None:
    order = place(actor=cast.as_(cast.daughter), person=cast.child)
    assert order.person_id == cast.child.pk
    assert list(Message.objects.values_list("to_person_id", flat=True)) == [cast.daughter.pk]
    with pytest.raises(BadInput) as refused:
        place(actor=cast.as_(cast.child), person=cast.child, sure=True)
    assert refused.value.code == "ask_guardian"


def test_a_village_is_asked_for_by_who_speaks_for_it(cast: Cast, place: Place) -> None:
    from laojia.foundation.people.models import Unit

    film = make_item("T09", name="放电影", mode="whole_village", asked_by=["village"])
    unit = Unit.objects.get(kind="village")
    with pytest.raises(NotPermitted):
        place(item_version=film, unit=unit)
    order = place(item_version=film, unit=unit, actor=cast.as_(cast.grid_worker))
    assert (order.unit_id, order.person_id, order.asker_id) == (unit.pk, None, cast.grid_worker.pk)
    with pytest.raises(BadInput) as refused:
        place(item_version=film)
    assert refused.value.code == "not_for_one_person"


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"date": "2026-11-24", "half": "morning"}, "今天上午"),
        ({"date": "2026-11-29", "half": "morning"}, "最近能约的是下周一上午"),
        ({"date": "2026-11-26", "half": "evening"}, "最近能约的是明天上午"),
        ({"date": "2027-11-26", "half": "morning"}, ""),
        ({"date": "tomorrow", "half": "morning"}, ""),
    ],
)
def test_an_impossible_time_is_answered_with_the_nearest(
    cast: Cast, place: Place, wish: dict[str, str], says: str
) -> None:
    with pytest.raises(BadInput) as refused:
        place(times=[wish])
    assert "times" in refused.value.fields
    assert says in str(refused.value)
    assert not Order.objects.exists()


def test_a_full_week_offers_the_next(cast: Cast, place: Place, haircut: ItemVersion) -> None:
    ItemVersion.objects.filter(pk=haircut.pk).update(quota_per_week=1)
    haircut.refresh_from_db()
    place()
    with pytest.raises(Conflict) as refused:
        place(actor=cast.as_(cast.neighbour))
    assert refused.value.code == "week_full"
    assert "下周一" in str(refused.value)
    assert Order.objects.count() == 1  # nothing half-written


@pytest.mark.parametrize("state", ["paused", "retired", "draft"])
def test_what_is_not_on_the_menu_cannot_be_ordered(
    cast: Cast, place: Place, haircut: ItemVersion, state: str
) -> None:
    ItemVersion.objects.filter(pk=haircut.pk).update(state=state)
    haircut.refresh_from_db()
    with pytest.raises(WrongState):
        place()


def test_an_item_is_had_in_its_areas_only(cast: Cast, place: Place, haircut: ItemVersion) -> None:
    haircut.areas.add(cast.other_town)
    with pytest.raises(BadInput) as refused:
        place()
    assert refused.value.code == "not_here"


def test_own_questions_are_answered(cast: Cast, place: Place) -> None:
    asks = [{"key": "stairs", "text": "几楼？", "kind": "number", "required": True, "help": ""}]
    item = make_item("T10", questions=asks)
    with pytest.raises(BadInput) as refused:
        place(item_version=item)
    assert "answer_stairs" in refused.value.fields
    assert place(item_version=item, answers={"stairs": "3"}).answers == {"stairs": 3}


def test_a_first_visit_to_a_lone_person_wants_a_second_look(
    cast: Cast, place: Place, seats: Occasion
) -> None:
    assert place(alone=True).needs_second_look is True
    assert place(alone=False, sure=True).needs_second_look is False


# --- seats ---------------------------------------------------------------------------------------------------------------


def test_a_seat_is_confirmed_at_once_and_the_last_one_waits(
    cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion
) -> None:
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger]
    orders = [place(actor=cast.as_(p), item_version=clinic, occasion=seats) for p in people]
    assert [o.state for o in orders] == ["arranged", "arranged", "arranged", "waitlisted"]
    assert Attendance.objects.filter(occasion=seats, state="expected").count() == 3
    assert all(a.door_word for a in Attendance.objects.all())
    # One is held back for who telephones.
    caller = place(
        actor=behalf(cast, cast.station_staff, cast.volunteer),
        item_version=clinic,
        occasion=seats,
        consent_spoken=True,
    )
    assert caller.state == "arranged"
    assert Attendance.objects.get(order=caller).held_seat is True
    line = Message.objects.get(template="order.waitlisted")
    assert line.variables["place_in_line"] == 1
    # A freed seat goes to who waits.
    actions.cancel(order=orders[0], reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    orders[3].refresh_from_db()
    assert orders[3].state == "arranged"
    seats.refresh_from_db()
    assert (seats.taken, seats.held_taken) == (4, 1)
    assert JournalRow.objects.filter(verb="order.promote", subject_id=orders[3].pk).count() == 1


def test_two_people_take_two_seats(cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion) -> None:
    place(item_version=clinic, occasion=seats, seats=2)
    seats.refresh_from_db()
    assert seats.taken == 2
    assert (
        place(actor=cast.as_(cast.neighbour), item_version=clinic, occasion=seats, seats=2).state
        == "waitlisted"
    )


@pytest.mark.parametrize("state", ["draft", "offered", "postponed", "called_off"])
def test_no_seat_before_a_team_has_said_yes(
    cast: Cast, place: Place, clinic: ItemVersion, seats: Occasion, state: str
) -> None:
    Occasion.objects.filter(pk=seats.pk).update(state=state)
    seats.refresh_from_db()
    with pytest.raises(WrongState):
        place(item_version=clinic, occasion=seats)


def test_no_seat_once_it_has_begun(cast: Cast, place: Place, clinic: ItemVersion) -> None:
    from datetime import timedelta

    begun = open_seats(cast, clinic, at=NOW - timedelta(hours=1))
    with pytest.raises(WrongState):
        place(item_version=clinic, occasion=begun)


# --- a need in her own words -----------------------------------------------------------------------------------------------


def describe(cast: Cast, **facts: Any) -> Order:
    given: dict[str, Any] = {
        "actor": cast.as_(cast.resident), "now": NOW, "key": uuid.uuid4(), "area": cast.village,
        "words": "院里的枣树歪了，怕倒下来砸着人",
    } | facts  # fmt: skip
    return actions.describe(**given)


def test_an_unlisted_need(cast: Cast) -> None:
    order = describe(cast)
    assert (order.state, order.item_version_id, order.holder_why) == ("received", None, "unlisted")
    assert JournalRow.objects.get(kind="order").verb == "order.describe"
    with pytest.raises(Conflict):
        describe(cast)
    with pytest.raises(BadInput):
        describe(cast, words="  ")
    assert Hop.objects.count() == 1


def test_a_point_outside_the_county_is_refused(cast: Cast, place: Place) -> None:
    with pytest.raises(BadInput) as refused:
        place(area=None, lon=116.4, lat=39.9)
    assert "place" in refused.value.fields


def test_times_are_kept_once_each(cast: Cast, place: Place) -> None:
    assert place(times=[THURSDAY, THURSDAY]).times == [THURSDAY]


def test_a_flood_from_one_phone_is_stopped(cast: Cast, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAOJIA_MOST_OPEN_ORDERS", "5")
    key = uuid.uuid4()
    orders = [place(sure=True, key=key), *(place(sure=True) for _turn in range(4))]
    with pytest.raises(TooMany):
        place(sure=True)
    assert Order.objects.count() == 5
    assert place(actor=cast.as_(cast.neighbour)).state == "waiting"
    actions.cancel(order=orders[1], reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    assert place(sure=True).state == "waiting"
    assert place(key=key).pk == orders[0].pk  # a repeat is no flood
