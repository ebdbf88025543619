"""offer.make: asked, refused for strangers, wrong roles and wrong states, once; with everything that follows."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.people.models import Insurance
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.kernel.links import link_holder, read_link
from laojia.steps.dispatch import actions, queries
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Hop
from tests.apps.dispatch.conftest import THURSDAY, Place, fresh, make_item, more_team, occasion_of, taken
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db
SLOT = {"date": THURSDAY, "half": "morning"}


def test_a_team_is_asked(cast: Cast, place: Place) -> None:
    order = place()
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, **SLOT
    )
    occasion = occasion_of(order)
    assert (offer.state, offer.turn, offer.occasion_id, offer.opened_occasion) == (
        "open",
        1,
        occasion.pk,
        True,
    )
    assert (occasion.state, occasion.kind, occasion.date, occasion.half) == (
        "offered",
        "visit",
        THURSDAY,
        "morning",
    )
    assert occasion.place == ""  # the home address stays on the order
    assert taken(cast.team) == 1
    assert offer.undo_until == NOW + timedelta(seconds=10)
    assert {"first_wish", "same_town", "free:2"} <= set(offer.why)
    order = fresh(order)
    assert (order.state, order.holder, order.holder_id, order.holder_why) == (
        "waiting", "team", cast.team.pk, "asking_team",
    )  # fmt: skip
    assert order.holder_until == offer.answer_due_at <= order.promise_due_at
    assert order.team_id is None  # where it is, the team learns when it accepts
    assert Hop.objects.filter(order=order).latest("id").why == "asking_team"


def test_its_clocks_stand_in_order_inside_the_outer_one(cast: Cast, place: Place) -> None:
    order = place()
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, **SLOT
    )
    due = dict(Clock.objects.filter(about_kind="offer", about_id=offer.pk).values_list("kind", "due_at"))
    assert NOW < due["offer.remind"] < due["offer.call"] < due["offer.answer"] == offer.answer_due_at
    # Four working hours from 10:00: two before noon, two after half past two.
    assert offer.answer_due_at.isoformat() == "2026-11-25T08:30:00+00:00"
    urgent = place(urgent=True, sure=True)
    fast = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[urgent], team=cast.team, **SLOT
    )
    assert fast.answer_due_at == NOW + timedelta(hours=1)


def test_both_contacts_get_a_link_of_their_own_after_ten_seconds(cast: Cast, place: Place) -> None:
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, **SLOT
    )
    told = Message.objects.filter(template="offer.made", about_kind="offer", about_id=offer.pk)
    assert {m.to_person_id for m in told} == {cast.leader.pk, cast.second_leader.pk}
    for message in told:
        token = message.variables["link"].split("/")[1]
        assert read_link(token) == ("offer", offer.pk, "offer")
        assert link_holder(token) == message.to_person_id
        assert message.due_at == offer.undo_until
        assert set(message.variables) == {"link", "by", "at"}


def test_the_journal_names_the_dispatcher_and_what_followed(cast: Cast, place: Place) -> None:
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, **SLOT
    )
    row = JournalRow.objects.get(kind="offer", subject_id=offer.pk)
    assert (row.verb, row.actor_id, row.to_state, row.cause) == ("offer.make", cast.dispatcher.pk, "open", "")
    causes = dict(JournalRow.objects.filter(kind="occasion").values_list("verb", "cause"))
    assert causes == {"occasion.open": "offer.make", "occasion.offer": "offer.make"}


def test_an_order_not_read_yet_is_read_by_sending_it(cast: Cast, place: Place) -> None:
    order = place(item_version=make_item("D02", trusted=False))
    assert order.state == "received"
    actions.make_offer(actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, **SLOT)
    assert fresh(order).state == "waiting"
    assert not Clock.objects.filter(kind="order.triage", about_id=order.pk, state="pending").exists()


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("stranger", OutOfScope),
        ("resident", NotPermitted),
        ("volunteer", OutOfScope),
        ("grid_worker", OutOfScope),
        ("menu_editor", OutOfScope),
        ("other_station_staff", OutOfScope),
        ("system_admin", OutOfScope),
        ("county_leader", OutOfScope),
    ],
)
def test_only_the_desk_and_the_station_of_the_place_may_ask(cast, place, who, error) -> None:
    order = place()
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.make_offer(
            actor=cast.as_(getattr(cast, who)), now=NOW, orders=[order], team=cast.team, **SLOT
        )
    assert taken(cast.team) == 0
    assert not Offer.objects.exists()


def test_the_station_of_the_village_may_ask(cast: Cast, place: Place) -> None:
    offer = actions.make_offer(
        actor=cast.as_(cast.station_staff), now=NOW, orders=[place()], team=cast.team, **SLOT
    )
    assert offer.state == "open"


def test_nobody_is_asked_while_another_team_is(cast: Cast, place: Place) -> None:
    order = place()
    desk = cast.as_(cast.dispatcher)
    actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, **SLOT)
    with pytest.raises(WrongState):
        actions.make_offer(actor=desk, now=NOW, orders=[fresh(order)], team=cast.other_team, **SLOT)
    assert taken(cast.other_team) == 0


def test_nobody_is_asked_for_what_is_over(cast: Cast, place: Place) -> None:
    order = place()
    orders.cancel(order=order, reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    with pytest.raises(Conflict):
        actions.make_offer(
            actor=cast.as_(cast.dispatcher), now=NOW, orders=[fresh(order)], team=cast.team, **SLOT
        )


def test_a_sealed_order_never_goes_this_way(cast: Cast, place: Place) -> None:
    talk = make_item(
        "D03", mode="keeper", asked_by=["self", "guardian"], protected=True, sealed=True, keeper=cast.keeper, trusted=False
    )  # fmt: skip
    order = place(item_version=talk, actor=cast.as_(cast.child))
    for who in (cast.dispatcher, cast.keeper, cast.station_staff):
        with pytest.raises((OutOfScope, NotPermitted)):
            actions.make_offer(actor=cast.as_(who), now=NOW, orders=[order], team=cast.team, **SLOT)
    with pytest.raises(Conflict):
        actions.make_offer(
            actor=cast.as_(cast.dispatcher),
            now=NOW,
            orders=[order],
            team=cast.team,
            because="offer.expire",
            **SLOT,
        )


def test_the_same_key_makes_one_offer(cast: Cast, place: Place) -> None:
    order, key = place(), uuid.uuid4()
    desk = cast.as_(cast.dispatcher)
    one = actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, key=key, **SLOT)
    two = actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, key=key, **SLOT)
    assert one.pk == two.pk
    assert taken(cast.team) == 1
    with pytest.raises(OutOfScope):
        actions.make_offer(
            actor=cast.as_(cast.stranger), now=NOW, orders=[order], team=cast.team, key=key, **SLOT
        )


def test_places_of_a_half_day_are_never_overbooked(cast: Cast, place: Place) -> None:
    desk = cast.as_(cast.dispatcher)
    for _n in range(2):
        actions.make_offer(actor=desk, now=NOW, orders=[place(sure=True)], team=cast.team, **SLOT)
    third = place(sure=True)
    with pytest.raises(Conflict) as refused:
        actions.make_offer(actor=desk, now=NOW, orders=[third], team=cast.team, **SLOT)
    assert refused.value.code == "slot_full"
    assert taken(cast.team) == 2
    assert not Occasion.objects.filter(attendances__order=third).exists()


def test_the_hard_rules_hold_for_whoever_chooses(cast: Cast, place: Place) -> None:
    desk = cast.as_(cast.dispatcher)
    cases = [
        (place(sure=True), cast.medical_team, "kind"),
        (place(sure=True, item_version=make_item("D04", qualification=["执业医师"])), cast.team, "certificate"),
        (place(sure=True, item_version=make_item("D05", danger="water", insured=True, trusted=False)), cast.other_team, "insurance"),
        (place(sure=True), more_team(cast, "歇着的队", resting_until=THURSDAY + timedelta(days=1)), "resting"),
        (place(sure=True), more_team(cast, "远处的队", serves=[cast.other_town.path]), "area"),
        (place(sure=True, item_version=make_item("D06", two_people=True, trusted=False)), more_team(cast, "一个人的队"), "too_few"),
    ]  # fmt: skip
    for order, team, code in cases:
        with pytest.raises(BadInput) as refused:
            actions.make_offer(actor=desk, now=NOW, orders=[order], team=team, looked=True, **SLOT)
        assert refused.value.code == "does_not_fit"
        assert str(queries_words(code)) in str(refused.value.message)
        assert taken(team) == 0


def queries_words(code: str) -> object:
    from laojia.steps.dispatch.queries.words import BLOCKED

    return BLOCKED[code]


def test_a_certificate_or_policy_must_be_valid_on_the_day(cast: Cast, place: Place) -> None:
    desk = cast.as_(cast.dispatcher)
    order = place(item_version=make_item("D07", danger="water", insured=True, trusted=False))
    Insurance.objects.update(valid_to=THURSDAY - timedelta(days=1))
    with pytest.raises(BadInput):
        actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, looked=True, **SLOT)
    Insurance.objects.update(valid_to=THURSDAY)
    actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, looked=True, **SLOT)


def test_a_time_that_is_over_is_refused_and_one_not_wished_is_the_desks_to_choose(cast, place) -> None:
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(BadInput) as refused:
        actions.make_offer(
            actor=desk,
            now=NOW,
            orders=[place()],
            team=cast.team,
            date=TODAY - timedelta(days=1),
            half="morning",
        )
    assert refused.value.code == "time_over"
    offer = actions.make_offer(
        actor=desk, now=NOW, orders=[place(sure=True)], team=cast.team, date=THURSDAY, half="evening"
    )
    assert offer.half == "evening"


@pytest.mark.parametrize(
    ("item", "more", "codes"),
    [
        ({"danger": "water", "insured": True, "trusted": False}, {}, ("danger",)),
        ({"protected": True, "trusted": False}, {}, ("protected",)),
        ({"audience": ["儿童"], "trusted": False}, {}, ("child",)),
        ({}, {"alone": True}, ("first_visit_alone",)),
    ],
)
def test_some_need_a_second_look(cast, place, item, more, codes) -> None:
    order = place(item_version=make_item("D08", **item), **more)
    desk = cast.as_(cast.dispatcher)
    assert queries.fitting_teams([order], NOW).second_look == codes
    with pytest.raises(BadInput) as refused:
        actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, **SLOT)
    assert refused.value.code == "second_look"
    assert taken(cast.team) == 0
    offer = actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, looked=True, **SLOT)
    assert offer.state == "open"
    assert fresh(order).second_look_by_id == cast.dispatcher.pk
    assert JournalRow.objects.filter(verb="order.second_look", subject_id=order.pk).count() == 1


def test_a_colleagues_look_is_enough_ones_own_earlier_one_is_not(cast, place) -> None:
    order = place(alone=True)
    order = orders.second_look(order=order, actor=cast.as_(cast.dispatcher), now=NOW)
    with pytest.raises(BadInput):
        actions.make_offer(actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, **SLOT)
    actions.make_offer(
        actor=cast.as_(cast.second_dispatcher), now=NOW, orders=[order], team=cast.team, **SLOT
    )


def test_the_station_cannot_look_in_the_desks_place(cast, place) -> None:
    order = place(alone=True)
    with pytest.raises(NotPermitted):
        actions.make_offer(
            actor=cast.as_(cast.station_staff), now=NOW, orders=[order], team=cast.team, looked=True, **SLOT
        )


def test_an_unlisted_need_is_mapped_first(cast: Cast) -> None:
    order = orders.describe(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), words="想找人读信", area=cast.village
    )
    with pytest.raises(BadInput):
        actions.make_offer(
            actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, looked=True, **SLOT
        )


def test_a_station_opens_an_occasion_and_the_team_is_asked_first(cast: Cast) -> None:
    clinic = make_item(
        "D09", mode="seats", asked_by=["village", "station"], places=40, held_back=10, trusted=False
    )
    begins = NOW + timedelta(days=5)
    occasion = menu.open_occasion(
        actor=cast.as_(cast.station_staff), now=NOW, item_version=clinic, kind="seats", area=cast.village, team=cast.team,
        place="村委会", starts_at=begins, ends_at=begins + timedelta(hours=3), places=40, held_back=10, public=True,
    )  # fmt: skip
    offer = Offer.objects.get(occasion=occasion)
    assert (fresh(occasion).state, fresh(occasion).team_id) == ("offered", None)
    assert (offer.state, offer.team_id, offer.date) == ("open", cast.team.pk, occasion.date)
    assert taken(cast.team, occasion.date, occasion.half) == 1


def test_a_dangerous_occasion_waits_for_the_desk(cast: Cast) -> None:
    item = make_item("D10", mode="volunteers", danger="road", insured=True, adults_only=True, trusted=False)
    begins = NOW + timedelta(days=5)
    occasion = menu.open_occasion(
        actor=cast.as_(cast.station_staff), now=NOW, item_version=item, kind="volunteers", area=cast.village,
        team=cast.team, place="路口", starts_at=begins, ends_at=begins + timedelta(hours=2), volunteer_places=4,
    )  # fmt: skip
    assert not Offer.objects.exists()
    assert list(queries.unasked_occasions(cast.as_(cast.dispatcher), NOW)) == [occasion]
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, occasion=occasion, team=cast.team, date=occasion.date, half=occasion.half
    )  # fmt: skip
    assert offer.state == "open"  # two people have looked: who opened it, who asks


def test_a_team_reached_by_telephone_only_is_on_the_call_list_at_once(cast: Cast, place: Place) -> None:
    Team.objects.filter(pk=cast.team.pk).update(reach="call_first", silent=2)
    team = Team.objects.get(pk=cast.team.pk)
    desk = cast.as_(cast.dispatcher)
    fits = queries.fitting_teams([place()], NOW).fits
    assert [fit.team.name for fit in fits] == [cast.other_team.name, team.name]
    assert fits[-1].why[-1] == "call_first"
    offer = actions.make_offer(actor=desk, now=NOW, orders=[place(sure=True)], team=team, **SLOT)
    assert offer.to_call_since == NOW
    assert list(queries.to_call(desk)) == [offer]
