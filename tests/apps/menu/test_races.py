"""Many hands at once, truly committed: nobody is overbooked, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import Refused
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Channel
from laojia.steps.menu import actions, jobs, queries
from laojia.steps.menu.models import Occasion, WeekQuota
from tests.apps.menu.conftest import confirmed
from tests.cast import NOW, TODAY, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


def at_once(deed: Callable[[int], Any]) -> list[Any]:
    """Let eight threads begin in the same moment; a refusal counts as False."""
    gate = Barrier(HANDS)

    def one(number: int) -> Any:
        gate.wait(timeout=20)
        try:
            return deed(number)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


@pytest.fixture
def menu(transactional_db: None) -> Any:
    cast = make_cast()
    jobs.load_menu(NOW)
    return cast


def test_the_last_seats(menu: Any) -> None:
    row = confirmed(menu, places=8, held_back=2)
    page = menu.as_(menu.resident)
    phone = menu.as_(menu.station_staff, Channel.PHONE, menu.resident)

    def take(number: int) -> bool:
        mine = Occasion.objects.get(pk=row.pk)
        actor, held = (phone, True) if number % 2 else (page, False)
        return (
            sum(actions.take_seats(occasion=mine, count=1, held=held, actor=actor, now=NOW) for _ in range(3))
            > 0
        )

    at_once(take)
    row.refresh_from_db()
    assert (row.taken, row.held_taken) == (8, 2)


def test_the_last_volunteers_place(menu: Any) -> None:
    row = confirmed(menu, volunteer_places=3)
    taken = at_once(
        lambda _n: actions.take_volunteer_place(
            occasion=Occasion.objects.get(pk=row.pk), actor=CLOCK, now=NOW
        )
    )
    assert taken.count(True) == 3


def test_the_last_of_the_week(menu: Any) -> None:
    version = queries.item("YL01")  # six a week
    taken = at_once(lambda _n: actions.take_quota(item_version=version, on=TODAY, actor=CLOCK, now=NOW))
    assert taken.count(True) == 6
    assert WeekQuota.objects.get().taken == 6
    actions.give_back_quota(item_version=version, on=TODAY, actor=CLOCK, now=NOW)
    assert queries.quota_left(version, TODAY) == 1


def test_called_off_once(menu: Any) -> None:
    row, desk = confirmed(menu), menu.as_(menu.dispatcher)

    def stop(_number: int) -> str:
        mine = Occasion.objects.get(pk=row.pk)
        return actions.call_off(occasion=mine, reason="weather", actor=desk, now=NOW).state

    done = at_once(stop)
    assert done.count("called_off") == 1
    assert set(done) - {"called_off"} <= {"changed_meanwhile", "wrong_state"}
    assert JournalRow.objects.filter(verb="occasion.call_off").count() == 1


def test_published_once(menu: Any) -> None:
    editor = menu.as_(menu.menu_editor)
    draft = actions.draft_from(version=queries.item("LN01"), actor=editor, now=NOW)
    pk = draft.pk

    def publish(_number: int) -> str:
        return actions.publish(version=queries.version(editor, pk), actor=editor, now=NOW).state

    done = at_once(publish)
    assert done.count("published") == 1
    assert queries.item("LN01").pk == pk
