"""The made-up map and point → area: ancestors agree, outside is refused, received systems are converted."""

import csv
import json
import time
from itertools import pairwise

import pytest
import shapely
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.area import actions, jobs, queries
from laojia.foundation.area.jobs.county import DATA
from laojia.foundation.area.models import Area, AreaBook
from laojia.foundation.area.queries import locating
from laojia.foundation.area.queries.locating import AreaIndex, OutlineRow
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.kernel.geo import wgs84_to_gcj02
from tests.apps.area.conftest import NOW, STRANGER

CENTRE = (111.668741, 36.253871)


@pytest.fixture
def drawn(db, tmp_path):
    """Hongdong's real outline and towns with two villages each: the same drawing, ten times quicker."""
    with (DATA / "hongdong_areas.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    in_town = {
        row["code"]: [r for r in rows if r["parent_code"] == row["code"]]
        for row in rows
        if row["level"] == "town"
    }
    villages = [row for listed in in_town.values() for row in listed[:2]]
    for name, level, digits in (("areas", "county", 6), ("streets", "town", 9), ("villages", "village", 12)):
        chosen = villages if level == "village" else [row for row in rows if row["level"] == level]
        lines = [f'{row["code"][:digits]},"{row["name"]}"' for row in chosen]
        (tmp_path / f"{name}.csv").write_text("\n".join(["code,name", *lines]), encoding="utf-8")
    county = jobs.create_county("141024", tmp_path, now=NOW).county
    jobs.generate_micro_grids(200, 8_400, now=NOW)
    return county


def test_the_numbers_of_the_demonstration(county):
    done = jobs.generate_micro_grids(now=NOW)
    assert done.micro_grids == Area.objects.filter(level="micro_grid").count() == 5300
    assert queries.households_below(county) == 223_466
    codes = list(Area.objects.filter(level="micro_grid").order_by("id").values_list("code", flat=True))
    assert codes == sorted(set(codes))
    assert not Area.objects.filter(schematic=False).exists()


def test_in_a_grid_numbers_run_west_to_east_and_north_to_south(drawn):
    for grid in Area.objects.filter(level="grid")[:60]:
        parts = [shapely.from_geojson(area.outline).bounds for area in queries.children_of(grid)]
        for one, other in pairwise(parts):
            assert other[3] <= one[1] + 1e-5 or other[0] >= one[2] - 1e-5


def test_drawing_twice_is_once(drawn):
    before = list(Area.objects.order_by("id").values_list("id", "code", "households"))
    again = jobs.generate_micro_grids(200, 8_400, now=NOW)
    assert (again.grids, again.micro_grids) == (0, 0)
    assert list(Area.objects.order_by("id").values_list("id", "code", "households")) == before


def test_real_grids_are_never_drawn_over(county, by_admin):
    village = Area.objects.filter(level="village").first()
    actions.create_area(level="grid", name="一片", parent=village, **by_admin)
    with pytest.raises(BadInput) as refused:
        jobs.generate_micro_grids(700, now=NOW)
    assert refused.value.code == "real_grids"


def test_too_few_and_strangers_and_other_counties(county):
    with pytest.raises(BadInput):
        jobs.generate_micro_grids(300, now=NOW)
    with pytest.raises(OutOfScope):
        jobs.generate_micro_grids(700, actor=STRANGER, now=NOW)
    assert not Area.objects.exclude(outline="").exists()


def test_a_county_without_outline_says_what_to_do_instead(db, division_folder):
    jobs.create_county("110101", division_folder, now=NOW)
    with pytest.raises(BadInput) as refused:
        jobs.generate_micro_grids(now=NOW)
    assert refused.value.code == "no_outline"


def test_ancestors_of_a_point_are_consistent(drawn):
    index = queries.current_index()
    shapes = {
        a.pk: shapely.from_geojson(a.outline)
        for a in Area.objects.filter(level__in=("town", "village", "grid", "micro_grid"))
    }
    west, south, east, north = 111.35, 36.09, 111.91, 36.56

    @given(st.floats(west, east), st.floats(south, north))
    def check(lon, lat):
        found = index.find(lon, lat)
        if found is None:
            return
        assert found.path == f"/{found.county}/{found.town}/{found.village}/{found.grid}/{found.micro_grid}/"
        for area_id in (found.town, found.village, found.grid, found.micro_grid):
            assert shapes[area_id].distance(shapely.Point(lon, lat)) < 1e-5
        assert found.area_id == found.micro_grid
        assert found.schematic

    check()


def test_no_place_inside_the_outline_is_lost(drawn):
    index = queries.current_index()
    outline = shapely.from_geojson(drawn_outline())
    inside = shapely.buffer(outline, -1e-4)
    for number in range(3000):
        lon, lat = 111.35 + (number * 0.618034 % 1) * 0.56, 36.09 + (number * 0.414214 % 1) * 0.47
        if shapely.contains_xy(inside, *wgs84_to_gcj02(lon, lat)):
            assert index.find(lon, lat) is not None


def drawn_outline():
    return Area.objects.get(level="county").outline


def test_what_was_received_is_converted(drawn):
    there = queries.locate(*CENTRE)
    assert queries.locate(*wgs84_to_gcj02(*CENTRE), system="gcj02") == there
    assert Area.objects.get(pk=there.town).name == "大槐树镇"
    assert queries.locate(*CENTRE, system="cgcs2000") == there


@pytest.mark.parametrize("place", [(116.4, 39.9), (111.2, 36.2), (0.0, 0.0)])
def test_outside_is_refused_in_words(drawn, place):
    with pytest.raises(BadInput) as refused:
        queries.locate(*place)
    assert refused.value.code == "place_outside_county"
    assert "place" in refused.value.fields


@pytest.mark.parametrize(
    ("lon", "lat", "system"),
    [
        (float("nan"), 36.2, "wgs84"),
        (999, 36.2, "wgs84"),
        ("x", 36.2, "wgs84"),
        (111.6, None, "wgs84"),
        (111.6, 36.2, "bd09"),
    ],
)
def test_what_is_no_place_is_refused(drawn, lon, lat, system):
    with pytest.raises(BadInput) as refused:
        queries.locate(lon, lat, system)
    assert refused.value.code == "place_unreadable"


def test_without_a_map_the_village_is_chosen_by_name(county):
    with pytest.raises(BadInput) as refused:
        queries.locate(*CENTRE)
    assert refused.value.code == "no_map"


def test_the_index_follows_the_areas(drawn, by_admin):
    old = queries.locate(*CENTRE)
    micro = Area.objects.get(pk=old.micro_grid)
    actions.close_area(area=micro, on=NOW.date(), **by_admin)
    assert queries.locate(*CENTRE) != old


def test_a_change_that_is_rolled_back_leaves_no_trace(drawn, by_admin):
    old = queries.locate(*CENTRE)
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  the change and the break belong together
        actions.close_area(area=Area.objects.get(pk=old.micro_grid), on=NOW.date(), **by_admin)
        assert queries.locate(*CENTRE) != old
        raise RuntimeError
    assert queries.locate(*CENTRE) == old


def test_another_process_is_noticed_by_the_stamp(drawn, monkeypatch):
    old = queries.locate(*CENTRE)
    monkeypatch.setattr(locating, "RECHECK_SECONDS", 0.0)
    Area.objects.filter(pk=old.micro_grid).update(valid_to=NOW.date())
    AreaBook.objects.update(stamp="written elsewhere")
    assert queries.locate(*CENTRE) != old


def test_nothing_is_asked_of_the_database_while_the_index_is_fresh(
    drawn, django_assert_num_queries, monkeypatch
):
    queries.locate(*CENTRE)
    monkeypatch.setattr(locating._held, "unsettled", "")
    monkeypatch.setattr(locating._held, "checked", time.monotonic())
    with django_assert_num_queries(0):
        queries.locate(*CENTRE)


def square(path, level, west, south, side, system="wgs84"):
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    return OutlineRow(
        path, level, json.dumps({"type": "Polygon", "coordinates": [ring]}), system, schematic=False
    )


def test_a_county_with_a_map_of_some_levels_only():
    index = AreaIndex(
        [
            square("/1/", "county", 0, 0, 10),
            square("/1/2/", "town", 0, 0, 5),
            square("/1/2/3/", "village", 0, 0, 2),
            square("/1/2/3/4/5/", "micro_grid", 0, 0, 1),  # its grid has no outline
            square("/1/6/", "town", 5, 5, 5),
        ]
    )
    assert index.find(0.5, 0.5).micro_grid == 5
    assert index.find(1.5, 1.5).path == "/1/2/3/"
    assert index.find(4, 4).path == "/1/2/"
    assert index.find(7, 7).path == "/1/6/"
    assert index.find(7, 2).path == "/1/"
    assert index.find(7, 2).town is None
    assert index.find(11, 11) is None
    assert len(AreaIndex([])) == 0
    assert AreaIndex([]).find(1, 1) is None


def test_the_lookup_is_quick(drawn):
    index = queries.current_index()
    places = [(111.5 + i % 97 * 0.003, 36.2 + i % 89 * 0.002) for i in range(4000)]
    best = 1.0
    for _round in range(3):
        start = time.perf_counter()
        for lon, lat in places:
            index.find(lon, lat)
        best = min(best, (time.perf_counter() - start) / len(places))
    assert best < 40e-6  # measured: about 9 µs; the bound only catches a lost index
