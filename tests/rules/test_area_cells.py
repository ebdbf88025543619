"""Made-up cells: they fill the outline, lie inside one another, and are numbered like a page."""

import random
from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from laojia.foundation.area.rules import (
    Cell,
    County,
    cells_of_county,
    divide,
    draw,
    reading_order,
    scatter,
    slice_region,
)

OUTLINE = Polygon(
    [(111.5, 36.1), (111.9, 36.15), (111.85, 36.3), (111.95, 36.5), (111.6, 36.45), (111.65, 36.3)]
)
TOWNS = {"141024100000": (111.6, 36.2), "141024101000": (111.8, 36.2), "141024102000": (111.8, 36.42)}
VILLAGES = {
    town: [f"{town[:9]}{n:03d}" for n in range(1, count + 1)]
    for town, count in zip(TOWNS, (1, 5, 9), strict=True)
}


def county_of(micro_grids: int, households: int = 4000, seed: str = "s") -> list[Cell]:
    county = County(OUTLINE, TOWNS, VILLAGES)
    return cells_of_county(county, micro_grids=micro_grids, households=households, seed=seed)


def below(cells: list[Cell], levels: int) -> list[Cell]:
    for _level in range(levels):
        cells = [inner for cell in cells for inner in cell.inner]
    return cells


@settings(max_examples=6, deadline=None)
@given(st.integers(15, 140), st.text("abc", min_size=1, max_size=3))
def test_villages_lie_in_their_town_and_micro_grids_in_their_village(micro_grids, seed):
    towns = county_of(micro_grids, seed=seed)
    for levels, outer in ((1, towns), (2, below(towns, 1)), (3, below(towns, 2))):
        for cell in outer:
            for inner in cell.inner:
                assert inner.code.startswith(cell.code.rstrip("0") if levels == 1 else cell.code)
                assert inner.shape.difference(cell.shape.buffer(1e-5)).area < 1e-12
            parts = sum(inner.shape.area for inner in cell.inner)
            assert parts == pytest.approx(cell.shape.area, rel=1e-3)
    assert sum(town.shape.area for town in towns) == pytest.approx(OUTLINE.area, rel=1e-5)


@settings(max_examples=6, deadline=None)
@given(st.integers(15, 200))
def test_codes_are_unique_and_in_order_and_figures_sum(micro_grids):
    towns = county_of(micro_grids, households=42 * micro_grids + 5)
    micro = below(towns, 3)
    codes = [cell.code for cell in micro]
    assert len(micro) == len(set(codes)) == micro_grids
    assert codes == sorted(codes)
    assert sum(cell.households for cell in micro) == 42 * micro_grids + 5
    assert {len(code) for code in codes} == {17}
    assert all(cell.shape.is_valid and cell.shape.area > 0 for cell in micro)


def test_the_same_seed_draws_the_same_map():
    assert county_of(60) == county_of(60)
    assert county_of(60) != county_of(60, seed="other")


def test_fewer_micro_grids_than_villages_cannot_be():
    with pytest.raises(ValueError):
        county_of(14)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(3, 9), st.randoms(use_true_random=False))
def test_slices_have_equal_area_and_run_west_to_east_north_to_south(count, corners, chance):
    ring = [(111 + chance.random() * 0.02, 36 + chance.random() * 0.02) for _corner in range(corners + 3)]
    region = shapely.convex_hull(shapely.multipoints(ring))
    if region.area < 1e-6:
        return
    pieces = slice_region(region, count)
    assert len(pieces) == count
    assert sum(piece.area for piece in pieces) == pytest.approx(region.area, rel=1e-6)
    for one, other in pairwise(pieces):
        next_row = other.bounds[3] <= one.bounds[1] + 1e-5
        further_east = other.bounds[0] >= one.bounds[2] - 1e-5
        assert next_row or further_east
    if region.area / count > 1e-7:  # cuts are rounded to 0.1 m: equal where that does not show
        assert all(piece.area == pytest.approx(region.area / count, rel=0.05) for piece in pieces)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=60, unique=True))
def test_reading_order_names_each_once(points):
    assert sorted(reading_order(points)) == list(range(len(points)))


def test_reading_order_of_a_chessboard():
    points = [(x, y) for y in (3.0, 2.0, 1.0) for x in (1.0, 2.0, 3.0)]
    mixed = points[:]
    random.Random(4).shuffle(mixed)
    assert [mixed[i] for i in reading_order(mixed)] == points
    assert reading_order([(5.0, 1.0), (5.0, 9.0)]) == [1, 0]
    assert reading_order([(5.0, 1.0), (2.0, 1.0)]) == [1, 0]
    assert reading_order([(0.0, 1.0), (5e-324, 0.0)]) == [0, 1]


def test_scattered_points_keep_apart_and_inside():
    region = box(0, 0, 1, 1)
    seeds = scatter(region, 25, random.Random(1))
    assert all(shapely.contains_xy(region, x, y) for x, y in seeds)
    gaps = [shapely.Point(a).distance(shapely.Point(b)) for i, a in enumerate(seeds) for b in seeds[:i]]
    assert min(gaps) > 0.08
    assert [cell.area for cell in divide(region, seeds[:1])] == [1.0]


def test_a_picture_is_to_scale_north_up():
    picture = draw(
        [
            ("141024100000", "西北", box(111.0, 36.5, 111.1, 36.6)),
            ("141024101000", "东南", box(111.1, 36.4, 111.2, 36.5)),
        ]
    )
    assert picture is not None
    first, second = picture.shapes
    assert (first.code, first.name) == ("141024100000", "西北")
    assert first.x < second.x
    assert first.y < second.y
    assert first.d.startswith("M")
    assert first.d.endswith("Z")
    assert draw([]) is None
