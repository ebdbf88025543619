"""GCJ-02 ↔ WGS-84 against published vectors, and as each other's inverse."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.kernel.geo import System, distance_m, gcj02_to_wgs84, in_china, to_wgs84, wgs84_to_gcj02

# Away from the edge of the shifted rectangle, where one side is shifted and the other is not.
inside_china = st.tuples(st.floats(73.5, 134.5), st.floats(18.0, 53.5))


def test_published_vector(vectors):
    for vector in vectors["gcj02_to_wgs84"]:
        assert gcj02_to_wgs84(*vector["gcj"]) == pytest.approx(vector["wgs"], abs=1e-6)


def test_vector_of_the_public_converters():
    # eviltransform, coordtransform and PRCoords agree on this one.
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-12
    )


def test_the_two_systems_lie_half_a_kilometre_apart_here():
    assert 500 < distance_m(111.674965, 36.253747, *gcj02_to_wgs84(111.674965, 36.253747)) < 600


@given(inside_china)
def test_back_and_forth_is_the_same_place(place):
    there = wgs84_to_gcj02(*place)
    assert gcj02_to_wgs84(*there) == pytest.approx(place, abs=1e-7)
    assert distance_m(*place, *there) < 1500


@pytest.mark.parametrize("place", [(0.0, 51.5), (151.2, -33.9), (-74.0, 40.7)])
def test_outside_china_nothing_is_shifted(place):
    assert not in_china(*place)
    assert wgs84_to_gcj02(*place) == place
    assert gcj02_to_wgs84(*place) == place


def test_what_was_received_says_what_is_done():
    place = (111.68, 36.27)
    assert to_wgs84(*place, System.WGS84) == place
    assert to_wgs84(*place, "cgcs2000") == place
    assert to_wgs84(*place, "gcj02") == gcj02_to_wgs84(*place)
    with pytest.raises(ValueError):
        to_wgs84(*place, "bd09")


def test_distance_of_a_degree_of_latitude():
    assert distance_m(111.0, 36.0, 111.0, 37.0) == pytest.approx(111_195, rel=1e-3)
    assert distance_m(111.0, 36.0, 111.0, 36.0) == 0
    assert not in_china(nan, 36.0)
