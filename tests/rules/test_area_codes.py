"""Codes, paths, names, scope prefixes, shares: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.area.rules import (
    code_fits,
    depth_of,
    inside,
    join_path,
    kind_of,
    next_codes,
    parent_code,
    parent_level,
    prefixes_with_predecessors,
    serial_code,
    serial_of,
    short_name,
    spread,
)
from laojia.policy.roles import LEVEL_ORDER, AreaLevel

VILLAGE = "141024100001"
paths = st.lists(st.integers(1, 30), min_size=1, max_size=5).map(
    lambda ids: "/" + "/".join(map(str, ids)) + "/"
)


def test_paths_are_made_of_ids_and_inside_is_prefix():
    county = join_path("", 1)
    town = join_path(county, 4)
    assert (county, town, join_path(town, 17)) == ("/1/", "/1/4/", "/1/4/17/")
    assert inside("/1/4/17/", [town])
    assert inside(town, [town])
    assert not inside("/1/40/17/", [town])  # the slash at the end keeps 4 and 40 apart
    assert not inside("/1/4/", ["", "/1/5/"])


def test_levels_stand_one_below_the_other():
    assert [depth_of(level) for level in LEVEL_ORDER] == [1, 2, 3, 4, 5]
    assert [parent_level(level) for level in LEVEL_ORDER] == [None, *LEVEL_ORDER[:-1]]
    with pytest.raises(ValueError):
        depth_of("province")


@pytest.mark.parametrize(
    ("level", "code", "above"),
    [
        ("county", "141024000000", ""),
        ("town", "141024100000", "141024000000"),
        ("village", VILLAGE, "141024100000"),
        ("grid", VILLAGE + "001", VILLAGE),
        ("micro_grid", VILLAGE + "00102", VILLAGE + "001"),
    ],
)
def test_codes_have_the_shape_of_their_level(level, code, above):
    assert code_fits(level, code)
    assert parent_code(level, code) == above
    assert not code_fits(level, code[:-1])
    assert not code_fits(level, code[:-1] + "x")
    assert not code_fits(level, code + "0")


def test_zeros_where_a_wider_level_has_no_number():
    assert not code_fits("county", "141024100000")
    assert not code_fits("town", VILLAGE)


@given(st.sets(st.integers(1, 900)), st.integers(1, 20))
def test_new_codes_are_unique_in_order_and_never_used_before(numbers, count):
    used = [serial_code("grid", VILLAGE, number) for number in numbers]
    fresh = next_codes("grid", VILLAGE, used, count)
    assert len(set(fresh) | set(used)) == len(fresh) + len(used)
    assert fresh == sorted(fresh)
    assert all(code_fits("grid", code) and parent_code("grid", code) == VILLAGE for code in fresh)
    assert [serial_of("grid", code) for code in fresh] == list(
        range(max(numbers, default=0) + 1, max(numbers, default=0) + count + 1)
    )


def test_numbers_end_where_the_digits_end():
    grid = VILLAGE + "001"
    assert next_codes("micro_grid", grid, [grid + "98"]) == [grid + "99"]
    with pytest.raises(OverflowError):
        next_codes("micro_grid", grid, [grid + "99"])
    with pytest.raises(OverflowError):
        serial_code("grid", VILLAGE, 1000)
    with pytest.raises(OverflowError):
        serial_code("grid", VILLAGE, 0)


@pytest.mark.parametrize(
    ("official", "name"),
    [
        ("常一社区居民委员会", "常一社区"),
        ("南铁沟村村民委员会", "南铁沟村"),
        ("杜戍村民委员会", "杜戍村"),
        ("多福巷社区居委会", "多福巷社区"),
        ("李家庄村委会", "李家庄村"),
        ("新华社区村民委员会", "新华社区"),
        ("城关居委会", "城关"),
        ("甘亭镇", "甘亭镇"),
        ("村委会", "村委会"),
    ],
)
def test_the_name_people_use(official, name):
    assert short_name(official) == name
    assert short_name(name) == name


@pytest.mark.parametrize(
    ("level", "name", "kind"),
    [
        ("county", "洪洞县", "县"),
        ("county", "东城区", "区"),
        ("town", "甘亭镇", "镇"),
        ("town", "东华门街道", "街道"),
        ("town", "红星农场", "农场"),
        ("town", "东华门街道办事处", "街道"),
        ("town", "巴音苏木", "苏木"),
        ("town", "第一监狱", "其他"),
        ("village", "常一社区居民委员会", "社区"),
        ("village", "南铁沟村村民委员会", "村"),
        ("grid", "东街", "网格"),
        ("micro_grid", "一组", "微网格"),
    ],
)
def test_the_kind_is_read_off_the_name(level, name, kind):
    assert kind_of(level, name) == kind


@given(st.lists(paths, max_size=40), st.dictionaries(paths, st.lists(paths, max_size=3), max_size=6), paths)
def test_prefixes_cover_the_areas_and_all_they_inherited_and_nothing_else(held, predecessors, somewhere):
    prefixes = prefixes_with_predecessors(held, predecessors)
    reached = set(held)
    while True:
        more = {o for new, olds in predecessors.items() for o in olds if inside(new, reached)} - reached
        if not more:
            break
        reached |= more
    assert inside(somewhere, prefixes) == inside(somewhere, reached)
    assert list(prefixes) == sorted(set(prefixes))
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)


def test_a_circle_of_successors_ends():
    assert prefixes_with_predecessors(["/1/2/"], {"/1/2/": ["/1/3/"], "/1/3/": ["/1/2/"]}) == (
        "/1/2/",
        "/1/3/",
    )


@given(st.integers(0, 5000), st.lists(st.floats(0.1, 10), min_size=1, max_size=60), st.integers(0, 3))
def test_shares_sum_exactly_and_none_is_off_by_one(total, weights, least):
    if total < least * len(weights):
        with pytest.raises(ValueError):
            spread(total, weights, least)
        return
    shares = spread(total, weights, least)
    assert sum(shares) == total
    free = total - least * len(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert share >= least
        assert abs(share - least - free * weight / sum(weights)) < 1 + 1e-6


def test_shares_of_nothing():
    assert spread(0, [0.0, 0.0]) == [0, 0]
    with pytest.raises(ValueError):
        spread(5, [0.0])


def test_every_level_has_a_length():
    assert all(
        code_fits(level, c)
        for level, c in zip(
            AreaLevel, ("1" * 6 + "0" * 6, "1" * 9 + "000", "1" * 12, "1" * 15, "1" * 17), strict=True
        )
    )
