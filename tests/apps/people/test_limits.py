"""Rate limits: so many in so long, per key, over all processes; never the key itself in the table."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from laojia.kernel import clock, limits
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
        limits.give_back("test", "13800000000", most=2)
        assert take() is None


def test_the_number_does_not_rest_in_the_table():
    limits.take("test", "13800000000", most=1, within=MINUTE, now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM laojia_cache")
        assert "13800000000" not in str(cursor.fetchall())
