"""offer.accept, decline, return, hand_over, claim: worked, refused, twice, raced, and what follows."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.people.models import Certificate, Insurance
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, Refused, WrongState
from laojia.policy.roles import Channel
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.serve import actions
from tests.apps.dispatch.conftest import make_item, ring, taken
from tests.cast import NOW, START, Cast
from tests.chain import VISIT, Begin, Chain, later

pytestmark = pytest.mark.django_db


def test_accepting_fixes_the_occasion_and_arranges_the_order(offered: Chain) -> None:
    cast = offered.cast
    actions.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    assert offered.offer.state == "accepted"
    assert (offered.occasion.state, offered.occasion.team_id) == ("confirmed", cast.team.pk)
    assert offered.occasion.starts_at == VISIT
    assert (offered.order.state, offered.order.team_id) == ("arranged", cast.team.pk)
    assert offered.visit.door_word
    assert taken(cast.team) == 1
    rows = JournalRow.objects.filter(cause="offer.accept").values_list("verb", flat=True)
    assert {"occasion.confirm", "order.arrange"} <= set(rows)
    assert not Clock.objects.filter(about_kind="offer", about_id=offered.offer_id, state="pending").exists()
    assert Message.objects.filter(template="order.arranged", about_id=offered.order_id).exists()
    assert Clock.objects.filter(kind="occasion.pass", about_id=offered.occasion.pk, state="pending").exists()


@pytest.mark.parametrize("who", ["stranger", "resident", "volunteer", "other_leader", "county_leader"])
def test_only_the_team_answers(offered: Chain, who: str) -> None:
    cast = offered.cast
    actor = cast.as_(getattr(cast, who))
    for verb in (
        lambda: actions.accept(offer=offered.offer, actor=actor, now=NOW),
        lambda: actions.decline(offer=offered.offer, reason="too_far", actor=actor, now=NOW),
    ):
        with pytest.raises((NotPermitted, OutOfScope)):
            verb()
    assert offered.offer.state == "open"


def test_the_desk_answers_for_the_leader_on_the_telephone(offered: Chain) -> None:
    cast = offered.cast
    with pytest.raises(NotPermitted):
        actions.accept(offer=offered.offer, actor=cast.as_(cast.dispatcher), now=NOW)
    spoken = cast.as_(cast.dispatcher, Channel.PHONE, cast.leader)
    actions.accept(offer=offered.offer, actor=spoken, now=NOW)
    row = JournalRow.objects.get(verb="offer.accept")
    assert (row.actor_id, row.behalf_id, row.channel) == (cast.dispatcher.pk, cast.leader.pk, "phone")


def test_the_desk_cannot_speak_for_somebody_who_could_not(offered: Chain) -> None:
    cast = offered.cast
    with pytest.raises(Refused):
        actions.accept(
            offer=offered.offer, actor=cast.as_(cast.dispatcher, Channel.PHONE, cast.resident), now=NOW
        )


def test_answering_twice_is_told_apart(offered: Chain) -> None:
    cast = offered.cast
    actor = cast.as_(cast.leader)
    stale = offered.offer
    actions.accept(offer=offered.offer, actor=actor, now=NOW)
    with pytest.raises(WrongState):
        actions.accept(offer=offered.offer, actor=actor, now=NOW)
    with pytest.raises(Conflict):
        actions.decline(offer=stale, reason="too_far", actor=cast.as_(cast.second_leader), now=NOW)
    assert offered.offer.state == "accepted"


def test_an_hour_may_be_agreed_within_the_half_day(offered: Chain) -> None:
    cast = offered.cast
    actor = cast.as_(cast.leader)
    for wrong in (VISIT.replace(day=27), VISIT.replace(hour=8), NOW.replace(day=24)):
        with pytest.raises(BadInput):
            actions.accept(offer=offered.offer, actor=actor, now=NOW, starts_at=wrong)
    assert offered.offer.state == "open"
    half_past_ten = VISIT.astimezone(CHINA).replace(hour=10, minute=30)
    actions.accept(offer=offered.offer, actor=actor, now=NOW, starts_at=half_past_ten)
    assert offered.occasion.starts_at == half_past_ten


def test_a_decline_needs_a_reason_and_asks_the_next_team(offered: Chain) -> None:
    cast = offered.cast
    actor = cast.as_(cast.leader)
    for reason in ("", "lazy"):
        with pytest.raises(BadInput):
            actions.decline(offer=offered.offer, reason=reason, actor=actor, now=NOW)
    actions.decline(offer=offered.offer, reason="no_one_free", actor=actor, now=NOW, words="都在地里")
    assert offered.offer.state == "declined"
    assert taken(cast.team) == 0
    following = Offer.objects.get(occasion=offered.occasion, state="open")
    assert following.team_id == cast.other_team.pk
    assert offered.order.state == "waiting"
    team = Team.objects.get(pk=cast.team.pk)
    assert (team.reach, team.silent) == ("answers", 0)  # a decline is never held against a team


def test_after_two_declines_pool_and_centre_look_at_once(offered: Chain) -> None:
    cast = offered.cast
    actions.decline(offer=offered.offer, reason="too_far", actor=cast.as_(cast.leader), now=NOW)
    second = Offer.objects.get(occasion=offered.occasion, state="open")
    actions.decline(offer=second, reason="too_far", actor=cast.as_(cast.other_leader), now=later(1))
    assert not Offer.objects.filter(state="open").exists()
    entry = PoolEntry.objects.get(occasion=offered.occasion, closed_at=None)
    assert entry.step == "pool"
    assert offered.order.state == "waiting"


def test_claiming_from_the_pool_and_the_second_claimer(offered: Chain) -> None:
    cast = offered.cast
    actions.decline(offer=offered.offer, reason="too_far", actor=cast.as_(cast.leader), now=NOW)
    second = Offer.objects.get(occasion=offered.occasion, state="open")
    actions.decline(offer=second, reason="too_far", actor=cast.as_(cast.other_leader), now=NOW)
    entry = PoolEntry.objects.select_related("occasion__item_version").get(occasion=offered.occasion)
    with pytest.raises(Refused):
        actions.claim(entry=entry, team=cast.team, actor=cast.as_(cast.other_leader), now=NOW)
    actions.claim(entry=entry, team=cast.team, actor=cast.as_(cast.leader), now=NOW)
    assert offered.order.state == "arranged"
    assert Offer.objects.get(occasion=offered.occasion, state="accepted").from_pool
    stale = PoolEntry.objects.select_related("occasion__item_version").get(pk=entry.pk)
    with pytest.raises((Conflict, IntegrityError)):
        actions.claim(entry=stale, team=cast.other_team, actor=cast.as_(cast.other_leader), now=NOW)


def test_handing_back_frees_everything_and_asks_on(accepted: Chain) -> None:
    cast = accepted.cast
    actions.ask(occasion=accepted.occasion, people=[cast.volunteer], actor=cast.as_(cast.leader), now=NOW)
    line = accepted.occasion.roster.get(person=cast.volunteer)
    actions.answer(line=line, coming=True, actor=cast.as_(cast.volunteer), now=NOW)
    actions.give_back(offer=accepted.offer, reason="illness", actor=cast.as_(cast.leader), now=later(1))
    assert accepted.offer.state == "returned"
    assert taken(cast.team) == 0
    assert accepted.order.state == "waiting"
    assert accepted.occasion.roster.get(pk=line.pk).state == "no"
    assert Offer.objects.filter(occasion=accepted.occasion, state="open", team=cast.other_team).exists()
    assert Message.objects.filter(template="order.unarranged", about_id=accepted.order_id).exists()


def test_handing_over_to_a_named_team(accepted: Chain) -> None:
    cast = accepted.cast
    with pytest.raises(BadInput):
        actions.hand_over(offer=accepted.offer, to_team=cast.team, actor=cast.as_(cast.leader), now=NOW)
    actions.hand_over(
        offer=accepted.offer, to_team=cast.other_team, actor=cast.as_(cast.leader), now=later(1)
    )
    assert accepted.offer.state == "returned"
    assert Offer.objects.get(occasion=accepted.occasion, state="open").team_id == cast.other_team.pk
    assert accepted.order.state == "waiting"


def test_without_insurance_nobody_goes_into_danger(begin: Begin) -> None:
    wires = begin(item=make_item("Q2", danger="live_wire", insured=True, trusted=False), looked=True)
    Insurance.objects.all().delete()
    leader = wires.cast.as_(wires.cast.leader)
    with pytest.raises(BadInput) as refused:
        actions.accept(offer=wires.offer, actor=leader, now=NOW)
    assert refused.value.code == "not_insured"
    assert wires.offer.state == "open"
    Insurance.objects.create(
        team=wires.cast.team,
        policy_number="X",
        insurer="Y",
        valid_from=START,
        valid_to=NOW.date(),
        covers_all=True,
    )
    with pytest.raises(BadInput):  # the policy ends the day before the visit
        actions.accept(offer=wires.offer, actor=leader, now=NOW)


def test_without_a_valid_certificate_nobody_treats(begin: Begin, cast: Cast) -> None:
    clinic = make_item("Q1", qualification=["执业医师"], team_kind="医疗志愿队")
    chain = begin(item=clinic, team=cast.medical_team)
    Certificate.objects.update(valid_to=NOW.date())
    with pytest.raises(BadInput) as refused:
        actions.accept(offer=chain.offer, actor=cast.as_(cast.doctor_leader), now=NOW)
    assert refused.value.code == "no_certificate"
    Certificate.objects.update(valid_to=None)
    actions.accept(offer=chain.offer, actor=cast.as_(cast.doctor_leader), now=NOW)
    assert chain.order.state == "arranged"


def test_silence_after_acceptance_is_impossible_the_ladder_never_rings_again(accepted: Chain) -> None:
    ring(later(24 * 7))
    assert accepted.offer.state == "accepted"
    assert Offer.objects.filter(occasion=accepted.occasion).count() == 1
