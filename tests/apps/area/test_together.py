"""Several writers at once: no code and no id twice, the same county and the same list once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from laojia.foundation.area import actions, jobs
from laojia.foundation.area.models import Area
from laojia.kernel.errors import Conflict
from tests.apps.area.conftest import ADMIN, NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work, count):
    def alone(number):
        try:
            return work(number)
        except Conflict as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


def test_the_same_county_from_two_commands():
    at_once(lambda _number: jobs.create_county("141024", now=NOW), 2)
    assert Area.objects.count() == 359


def test_grids_added_by_several_get_codes_of_their_own():
    jobs.create_county("141024", now=NOW)
    village = Area.objects.filter(level="village").first()
    made = at_once(
        lambda number: actions.create_area(
            level="grid", name=f"{number}片", parent=village, actor=ADMIN, now=NOW
        ),
        6,
    )
    assert sorted(area.code for area in made) == [f"{village.code}{number:03d}" for number in range(1, 7)]
    assert len({area.pk for area in made}) == 6


def test_the_same_list_read_in_by_two_is_there_once(tmp_path):
    jobs.create_county("141024", now=NOW)
    file = tmp_path / "list.csv"
    file.write_text(
        "村,网格,微网格\n" + "".join(f"常一社区,东片,{n}组\n" for n in range(20)), encoding="utf-8"
    )
    done = at_once(lambda _number: jobs.import_areas(file, now=NOW), 2)
    assert Area.objects.filter(level="micro_grid").count() == 20
    # Whoever came second is told so, or found everything in place.
    assert sum(isinstance(one, Conflict) or one.unchanged == 21 for one in done) == 1
