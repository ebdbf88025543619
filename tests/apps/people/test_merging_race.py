"""At the same moment: two confirmations, a confirmation and the other's "two people", an order being placed meanwhile."""

from __future__ import annotations

import threading
import uuid
from functools import partial

import pytest
from django.db import connection

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people import actions
from laojia.foundation.people.models import Merging, Person
from laojia.kernel.errors import Refused
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.cast import NOW, PEOPLE, Cast, make_cast, person
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    for name in PEOPLE:
        getattr(made, name)
    return made


@pytest.fixture
def proposed(cast: Cast) -> Merging:
    double = person("王秀英", "13955550001", cast.village)
    return actions.propose_merge(
        actor=cast.as_(cast.station_staff), now=NOW, gone_id=cast.resident.pk, kept_id=double.pk
    )


def test_two_confirmations_at_once_join_once(cast: Cast, proposed: Merging) -> None:
    hands = [cast.as_(who) for who in (cast.dispatcher, cast.second_dispatcher)]
    found = at_once(
        *(partial(actions.confirm_merge, actor=hand, now=NOW, merging_id=proposed.pk) for hand in hands)
    )
    assert sum(isinstance(one, Merging) for one in found) == 1
    assert sum(isinstance(one, Refused) for one in found) == 1
    assert JournalRow.objects.filter(verb="person.confirm_merge").count() == 1


def test_joined_and_kept_apart_at_once_is_one_of_both(cast: Cast, proposed: Merging) -> None:
    at_once(
        lambda: actions.confirm_merge(actor=cast.as_(cast.dispatcher), now=NOW, merging_id=proposed.pk),
        lambda: actions.keep_apart(
            actor=cast.as_(cast.second_dispatcher),
            now=NOW,
            one_id=proposed.gone_id,
            other_id=proposed.kept_id,
        ),
    )
    state = Merging.objects.get(pk=proposed.pk).state
    joined = Person.objects.get(pk=proposed.gone_id).merged_into_id is not None
    assert (state, joined) in {("merged", True), ("dropped", False)}


def test_orders_placed_meanwhile_end_up_with_the_kept_one(cast: Cast, proposed: Merging) -> None:
    """Residents press while the second person confirms; whatever slipped in between is swept up behind."""
    item = make_item("S01")
    actor = cast.as_(cast.resident)
    go = threading.Barrier(5)
    wrong: list[BaseException] = []

    def place() -> None:
        try:
            go.wait()
            orders.place(
                actor=actor, now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village, place="一巷3号",
                times=[{"date": THURSDAY.isoformat(), "half": "morning"}],
            )  # fmt: skip
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    def confirm() -> None:
        try:
            go.wait()
            actions.confirm_merge(actor=cast.as_(cast.dispatcher), now=NOW, merging_id=proposed.pk)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for one in (place, place, confirm, place, place)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not [one for one in wrong if not isinstance(one, Refused)], wrong
    actions.sweep_merged(proposed.pk, NOW)
    placed = Order.objects.count()
    assert placed >= 1
    assert Order.objects.filter(person_id=proposed.kept_id, asker_id=proposed.kept_id).count() == placed
    actions.undo_merge(actor=cast.as_(cast.dispatcher), now=NOW, merging_id=proposed.pk)
    assert Order.objects.filter(person_id=proposed.gone_id).count() == placed
