"""Rate limits: so many in so long, per key, over all processes; never the key itself in the table."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from laojia.foundation.limits import actions as limits
from laojia.foundation.limits.models import Taken
from laojia.kernel import clock
from tests.cast import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_places_come_back_one_by_one():
    with time_machine.travel(NOW, tick=False) as moment:

        def take(key="13800000000"):
            return limits.take("test", key, most=2, within=MINUTE, now=clock.now())

        assert take() is None
        moment.shift(timedelta(seconds=20))
        assert take() is None
        assert take() == NOW + MINUTE
        assert take("13800000001") is None
        moment.shift(timedelta(seconds=41))
        assert take() is None
        assert take() == NOW + timedelta(seconds=80)
        limits.give_back("test", "13800000000")
        assert take() is None


def test_the_number_does_not_rest_in_the_table():
    limits.take("test", "13800000000", most=1, within=MINUTE, now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM limits_taken")
        rows = cursor.fetchall()
    assert len(rows) == 1
    assert "13800000000" not in str(rows)


def both(now, *, person="7", device="phone"):
    one = limits.Limit("person", person, 2, MINUTE)
    return limits.take_each([one, limits.Limit("device", device, 3, MINUTE)], now=now)


def moments_of(limit):
    return [len(row.moments) // 13 for row in Taken.objects.filter(pk=limit.row)]


def test_several_limits_are_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert both(NOW) is None
    with django_assert_num_queries(1):
        assert both(NOW + timedelta(seconds=1)) is None


def test_who_is_stopped_as_a_person_uses_up_nothing_of_the_device():
    for seconds in (0, 1):
        assert both(NOW + timedelta(seconds=seconds)) is None
    for _ in range(4):
        assert both(NOW + timedelta(seconds=2)) == NOW + MINUTE
    assert moments_of(limits.Limit("device", "phone", 3, MINUTE)) == [2]
    assert both(NOW + timedelta(seconds=3), person="8") is None


def test_a_person_is_counted_where_the_device_is_what_stops():
    for seconds, person in enumerate("789"):
        assert both(NOW + timedelta(seconds=seconds), person=person) is None
    assert both(NOW + timedelta(seconds=9), person="10") == NOW + MINUTE
    assert both(NOW + timedelta(seconds=9), person="10") == NOW + MINUTE
    assert moments_of(limits.Limit("person", "10", 2, MINUTE)) == [2]
    assert both(NOW + timedelta(seconds=9), person="10") == NOW + timedelta(seconds=9) + MINUTE


def test_a_row_holds_no_more_than_the_limit_and_follows_when_it_is_set_anew():
    def take(most, seconds):
        return limits.take("set", "7", most=most, within=MINUTE, now=NOW + timedelta(seconds=seconds))

    for seconds in range(5):
        assert take(5, seconds) is None
    assert take(2, 10) == NOW + timedelta(seconds=3) + MINUTE
    assert take(6, 11) is None
    assert take(2, 12) == NOW + timedelta(seconds=4) + MINUTE
    assert take(2, 65) is None
    assert moments_of(limits.Limit("set", "7", 2, MINUTE)) == [2]


def test_what_is_over_is_swept_and_the_rest_stays():
    both(NOW)
    limits.take("day", "7", most=5, within=timedelta(days=1), now=NOW)
    assert limits.sweep(NOW + timedelta(hours=3)) == 2
    assert Taken.objects.get().key.startswith("day:")


@pytest.mark.parametrize("seed", range(5))
def test_it_counts_as_a_list_of_moments_would(seed):
    """The same as the plain way: keep every moment, look how many are younger than the window."""
    chance = random.Random(seed)
    kept, now, most = [], NOW, chance.randint(1, 6)
    for _ in range(60):
        now += timedelta(seconds=chance.choice((0, 1, 5, 20)))
        kept = [moment for moment in kept if moment + MINUTE > now]
        expected = None if len(kept) < most else kept[0] + MINUTE
        if expected is None:
            kept.append(now)
        assert limits.take("model", "7", most=most, within=MINUTE, now=now) == expected
