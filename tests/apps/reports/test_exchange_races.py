"""Two desks press at once: one file holds the records, nothing is sent twice."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from laojia.desks.reports import actions
from laojia.desks.reports.actions import exchange
from laojia.desks.reports.models import ExchangeFile, ExchangeLine
from laojia.foundation.people.models import Consent, Person
from laojia.kernel.errors import Refused
from laojia.steps.menu.models import Occasion
from laojia.steps.serve.models import LawRecord, RosterLine
from tests.apps.dispatch.conftest import make_item
from tests.cast import NOW, Cast
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 30


def recorded(cast: Cast) -> None:
    """Thirty complete lines of one volunteer."""
    item = make_item("R01")
    Person.objects.filter(pk=cast.volunteer.pk).update(volunteer_number="142600000012345678")
    Consent.objects.create(
        person=cast.volunteer, purpose="volunteer_register", given=True, channel="phone", at=NOW
    )
    for _n in range(LINES):
        occasion = Occasion.objects.create(
            state="recorded", item_version=item, kind="visit", team=cast.team, area=cast.village,
            area_path=cast.village.path, created_at=NOW, starts_at=NOW, ends_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        LawRecord.objects.create(
            occasion=occasion, team_id=cast.team.pk, area_path=occasion.area_path, due_at=NOW, recorded_at=NOW,
            content="理发", organising_unit=cast.team.name, in_charge=cast.leader,
        )  # fmt: skip
        RosterLine.objects.create(
            state="came", occasion=occasion, person=cast.volunteer, team_id=cast.team.pk, minutes=30,
            area_path=occasion.area_path, attested_by_id=cast.leader.pk, attested_at=NOW, asked_at=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("same_key", [True, False])
def test_made_at_once_is_sent_once(cast: Cast, same_key: bool) -> None:
    recorded(cast)
    key = uuid.uuid4()
    people = (cast.dispatcher, cast.second_dispatcher)
    keys = [key if same_key else uuid.uuid4() for _n in range(4)]
    calls = [
        partial(actions.make_file, key=one, actor=cast.as_(people[n % 2]), now=NOW)
        for n, one in enumerate(keys)
    ]
    results = at_once(*calls)
    assert ExchangeFile.objects.count() == 1
    assert ExchangeLine.objects.count() == LINES
    assert ExchangeLine.objects.values("line").distinct().count() == LINES
    made = [one for one in results if isinstance(one, ExchangeFile)]
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(made) + len(refused) == 4
    assert len(made) == (4 if same_key else 1)


def test_the_first_press_ends_while_the_second_looks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """All lines are in the file of this very key by then: that file is the answer, not "nothing to send"."""
    recorded(cast)
    call = partial(actions.make_file, key=uuid.uuid4(), actor=cast.as_(cast.dispatcher), now=NOW)
    look = exchange._complete

    def made_meanwhile(actor: Any, place: str) -> Any:
        monkeypatch.setattr(exchange, "_complete", look)
        call()
        return look(actor, place)

    monkeypatch.setattr(exchange, "_complete", made_meanwhile)
    assert call() == ExchangeFile.objects.get()
