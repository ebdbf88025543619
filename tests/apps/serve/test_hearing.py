"""Put off, moved, called off: who was to go hears it once, by whom it was not done, and nobody hears of what is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from laojia.foundation.outbox.models import Message
from laojia.foundation.people.queries import speaking_for
from laojia.policy.roles import Channel
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.serve import actions
from tests.cast import NOW, TODAY
from tests.chain import AFTER, VISIT, Chain

pytestmark = pytest.mark.django_db
NEXT_DAY = VISIT + timedelta(days=1)


@pytest.fixture
def going(accepted: Chain) -> Chain:
    """The leader has asked two, one of whom has said no."""
    cast = accepted.cast
    people = [cast.volunteer, cast.second_volunteer]
    lines = actions.ask(occasion=accepted.occasion, people=people, actor=cast.as_(cast.leader), now=NOW)
    refused = next(line for line in lines if line.person_id == cast.second_volunteer.pk)
    actions.answer(line=refused, coming=False, actor=cast.as_(cast.second_volunteer), now=NOW)
    Message.objects.all().delete()
    return accepted


def heard() -> set[tuple[str, int | None, int | None]]:
    rows = Message.objects.filter(template__regex=r"^(roster|team)\.(put_off|moved|called_off)$")
    return set(rows.values_list("template", "to_person_id", "to_team_id"))


def postpone(chain: Chain, to: datetime | None = None, now: datetime = NOW) -> None:
    cast = chain.cast
    menu.postpone(
        occasion=chain.occasion, reason="snow", actor=cast.as_(cast.dispatcher), now=now, starts_at=to,
        ends_at=to and to + timedelta(hours=1),
    )  # fmt: skip


def test_put_off_until_a_time_is_found(going: Chain) -> None:
    cast = going.cast
    postpone(going)
    assert heard() == {("roster.put_off", cast.volunteer.pk, None), ("team.put_off", None, cast.team.pk)}
    said = Message.objects.get(template="roster.put_off")
    assert said.variables["at"] == VISIT.isoformat()  # the time it would have had


def test_put_off_to_a_day(going: Chain) -> None:
    cast = going.cast
    postpone(going, NEXT_DAY)
    assert heard() == {("roster.moved", cast.volunteer.pk, None), ("team.moved", None, cast.team.pk)}
    assert Message.objects.get(template="roster.moved").variables["at"] == NEXT_DAY.isoformat()


@pytest.mark.parametrize("by_telephone", [False, True])
def test_the_leader_moves_it_and_is_not_told_himself(going: Chain, by_telephone: bool) -> None:
    cast = going.cast
    actor = cast.as_(cast.leader)
    if by_telephone:
        actor = speaking_for(cast.as_(cast.dispatcher), cast.leader.pk, TODAY, channel=Channel.PHONE)
    menu.agree_time(
        occasion=going.occasion,
        starts_at=NEXT_DAY,
        ends_at=NEXT_DAY + timedelta(hours=1),
        actor=actor,
        now=NOW,
    )
    assert heard() == {("roster.moved", cast.volunteer.pk, None)}


def test_called_off(going: Chain) -> None:
    """The team hears it with its offer."""
    cast = going.cast
    menu.call_off(occasion=going.occasion, reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    assert heard() == {("roster.called_off", cast.volunteer.pk, None)}
    assert Message.objects.filter(template="offer.withdrawn").exists()


def test_a_team_that_was_never_asked_hears_it_too(going: Chain) -> None:
    cast = going.cast
    occasion = going.occasion
    occasion.offers.all().delete()
    menu.call_off(occasion=occasion, reason="weather", actor=cast.as_(cast.dispatcher), now=NOW)
    assert ("team.called_off", None, cast.team.pk) in heard()


def test_nobody_hears_of_practice_or_of_what_has_begun(going: Chain) -> None:
    Occasion.objects.update(practice=True)
    postpone(going, NEXT_DAY)
    assert heard() == set()
    Occasion.objects.update(practice=False, state="confirmed", starts_at=VISIT)
    menu.call_off(
        occasion=going.occasion, reason="weather", actor=going.cast.as_(going.cast.dispatcher), now=AFTER
    )
    assert heard() == set()
