"""The county's own list: every bad row is found, a good list becomes a plan, a second run changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.area.rules import (
    KnownArea,
    ListLine,
    RowProblem,
    code_fits,
    columns_of,
    missing_columns,
    plan_list,
)

EAST, WEST = "141024100001", "141024101001"
VILLAGES = (
    KnownArea(1, EAST, "东村", "东村村民委员会", "village", "141024100000", "大槐树镇", live=True),
    KnownArea(2, WEST, "西村", "西村村民委员会", "village", "141024101000", "甘亭镇", live=True),
    KnownArea(
        3, "141024100002", "北羊村", "北羊村民委员会", "village", "141024100000", "大槐树镇", live=True
    ),
    KnownArea(4, "141024101002", "北羊村", "北羊村民委员会", "village", "141024101000", "甘亭镇", live=True),
    KnownArea(5, "141024101009", "旧村", "旧村村民委员会", "village", "141024101000", "甘亭镇", live=False),
    KnownArea(6, EAST + "001", "老街", "老街", "grid", EAST, "大槐树镇", live=True, households=200),
    KnownArea(
        7, EAST + "00101", "一组", "一组", "micro_grid", EAST + "001", "大槐树镇", live=True, households=40
    ),
    KnownArea(8, EAST + "00103", "三组", "三组", "micro_grid", EAST + "001", "大槐树镇", live=False),
)


def clean(text: str) -> str:
    if not text.isdigit():
        raise ValueError("只有数字")
    return text


def lines(*rows: dict[str, str]) -> list[ListLine]:
    return [ListLine(number, row) for number, row in enumerate(rows, 2)]


def plan(*rows: dict[str, str]):
    made, problems = plan_list(lines(*rows), VILLAGES, clean)
    assert problems == []
    return made


def problem(**row: str) -> RowProblem:
    _plan, problems = plan_list(lines(row), VILLAGES, clean)
    (found,) = problems
    return found


def test_headings_in_chinese_and_english():
    assert columns_of(["乡镇", "村(社区)", "网格名称", " 微网格 ", "户数", "网格员", "联系电话", "备注"]) == {
        "town": 0, "village": 1, "grid": 2, "micro_grid": 3, "households": 4, "worker": 5, "phone": 6,
    }  # fmt: skip
    assert columns_of(["village_code", "grid", "grid_code", "micro-grid", "code"]) == {
        "village_code": 0, "grid": 1, "grid_code": 2, "micro_grid": 3, "code": 4,
    }  # fmt: skip
    assert columns_of(["村", "村"]) == {"village": 0}
    assert [p.column for p in missing_columns({"town": 0})] == ["village", "grid"]
    assert missing_columns(columns_of(["村代码", "网格"])) == []


def test_new_ones_get_the_next_codes_in_the_order_of_the_list():
    made = plan(
        {"village": "东村", "grid": "老街", "micro_grid": "四组", "households": "38户"},
        {"village": "东村", "grid": "新街", "micro_grid": "甲"},
        {"village": "东村", "grid": "新街", "micro_grid": "乙", "worker": "张三", "phone": "13800000000"},
        {"village_code": WEST, "grid": "南片", "worker": "李四"},
    )
    # 00103 is closed and 00102 was never given: neither is used, numbers only grow.
    assert [(n.code, n.name, n.households) for n in made.new] == [
        (EAST + "00104", "四组", 38),
        (EAST + "002", "新街", None),
        (EAST + "00201", "甲", None),
        (EAST + "00202", "乙", None),
        (WEST + "001", "南片", None),
    ]
    assert [(w.code, w.name, w.phone) for w in made.workers] == [
        (EAST + "00202", "张三", "13800000000"),
        (WEST + "001", "李四", ""),
    ]


def test_a_code_of_the_countys_own_is_kept_and_numbering_goes_on_after_it():
    made = plan(
        {"village": "西村", "grid": "一片"},
        {
            "village": "西村",
            "grid": "二片",
            "grid_code": WEST + "007",
            "micro_grid": "甲",
            "code": WEST + "00711",
        },
        {"village": "西村", "grid": "二片", "micro_grid": "乙"},
    )
    assert [n.code for n in made.new] == [WEST + "008", WEST + "007", WEST + "00711", WEST + "00712"]


def test_what_is_there_is_changed_or_left():
    made = plan(
        {"village": "东村", "grid": "老街", "micro_grid": "一组", "households": "41"},
        {"village": "东村", "grid": "老街", "households": "200"},
    )
    assert (made.new, made.changes, made.unchanged) == ([], {7: {"households": 41}}, 1)
    made = plan({"village": "东村", "grid": "老槐街", "grid_code": EAST + "001", "micro_grid": "一组"})
    assert made.changes == {6: {"name": "老槐街"}}


def test_a_name_that_repeats_needs_its_town():
    assert problem(village="北羊村", grid="一") == RowProblem(
        2, "village", "village_ambiguous", "北羊村", "大槐树镇、甘亭镇"
    )
    (new,) = plan({"village": "北羊村", "town": "甘亭", "grid": "一"}).new
    assert new.parent_code == "141024101002"


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        ({"grid": "一"}, "village", "village_empty"),
        ({"village": "无名村", "grid": "一"}, "village", "village_unknown"),
        ({"village": "旧村", "grid": "一"}, "village", "village_unknown"),
        ({"village_code": "141024101009", "grid": "一"}, "village_code", "village_code_unknown"),
        ({"village_code": "141024100000", "grid": "一"}, "village_code", "village_code_unknown"),
        ({"village_code": EAST, "village": "西村", "grid": "一"}, "village", "village_name_differs"),
        ({"village": "东村"}, "grid", "name_empty"),
        ({"village": "东村", "grid": "长" * 61}, "grid", "name_long"),
        ({"village": "东村", "grid": "老街", "code": EAST + "00109"}, "micro_grid", "name_empty"),
        ({"village": "东村", "grid": "一", "grid_code": "12"}, "grid_code", "code_shape"),
        ({"village": "东村", "grid": "一", "grid_code": EAST + "000"}, "grid_code", "code_shape"),
        ({"village": "东村", "grid": "一", "grid_code": WEST + "001"}, "grid_code", "code_elsewhere"),
        ({"village": "东村", "grid": "老街", "grid_code": EAST + "005"}, "grid_code", "two_codes"),
        ({"village": "东村", "grid": "老街", "micro_grid": "丁", "code": EAST + "00103"}, "code", "code_used_up"),
        ({"village": "东村", "grid": "老街", "micro_grid": "丁", "code": "1.41024e+16"}, "code", "code_as_number"),
        ({"village": "东村", "grid": "一", "households": "四十"}, "households", "households_number"),
        ({"village": "东村", "grid": "一", "households": "-3"}, "households", "households_number"),
        ({"village": "东村", "grid": "一", "households": "90000"}, "households", "households_number"),
        ({"village": "东村", "grid": "一", "phone": "13800000000"}, "worker", "worker_empty"),
        ({"village": "东村", "grid": "一", "worker": "张三", "phone": "1380x"}, "phone", "phone_wrong"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_by_row_and_column(row, column, kind):
    found = problem(**row)
    assert (found.row, found.column, found.kind, found.value) == (2, column, kind, row.get(column, ""))


def test_mistakes_between_rows():
    rows = (
        {"village": "西村", "grid": "一片", "micro_grid": "甲"},
        {"village": "西村", "grid": "一片", "micro_grid": "甲"},
        {"village": "西村", "grid": "二片", "grid_code": WEST + "004"},
        {"village": "西村", "grid": "三片", "grid_code": WEST + "004"},
        {"village": "西村", "grid": "二片", "grid_code": WEST + "005"},
    )
    _plan, problems = plan_list(lines(*rows), VILLAGES, clean)
    assert [(p.row, p.kind, p.other) for p in problems] == [
        (3, "line_twice", "2"),
        (5, "name_differs", "二片"),
        (6, "two_codes", WEST + "004"),
    ]


def test_all_mistakes_of_a_row_are_told_at_once():
    _plan, problems = plan_list(lines({"village": "无", "households": "x", "phone": "1"}), VILLAGES, clean)
    assert {p.kind for p in problems} == {"village_unknown", "households_number", "worker_empty"}


def test_numbers_that_run_out_are_told():
    rows = [{"village": "西村", "grid": "一片", "micro_grid": f"第{n}组"} for n in range(1, 102)]
    _plan, problems = plan_list(lines(*rows), VILLAGES, clean)
    assert [(p.row, p.kind) for p in problems] == [(101, "too_many"), (102, "too_many")]


names = st.sampled_from(["甲", "乙", "丙", "丁", "戊"])
rows_of_names = st.lists(
    st.tuples(st.sampled_from(["东村", "西村"]), names, names), max_size=25, unique=True
)  # fmt: skip


@given(rows_of_names)
def test_a_good_list_gives_each_area_one_fitting_code_and_read_again_changes_nothing(triples):
    rows = lines(*({"village": v, "grid": g, "micro_grid": m, "households": "40"} for v, g, m in triples))
    made, problems = plan_list(rows, VILLAGES, clean)
    assert problems == []
    codes = [new.code for new in made.new]
    assert len(codes) == len(set(codes)) == len(triples) + len({(v, g) for v, g, _m in triples})
    assert all(code_fits(new.level, new.code) and new.code.startswith(new.parent_code) for new in made.new)
    known = list(VILLAGES)
    for number, new in enumerate(made.new, 100):
        known.append(
            KnownArea(
                number, new.code, new.name, new.name, new.level, new.parent_code, "", True, new.households
            )
        )
    again, problems = plan_list(rows, known, clean)
    assert problems == []
    assert (again.new, again.changes, again.unchanged) == ([], {}, len(codes))
