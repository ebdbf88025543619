"""areas import: the county's own list, all or nothing, once."""

import openpyxl
import pytest

from laojia.foundation.area import jobs, queries
from laojia.foundation.area.models import Area
from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import BadInput, OutOfScope
from tests.apps.area.conftest import NOW, STRANGER

HEAD = "乡镇,村(社区),网格,微网格,户数,网格员,联系电话\n"
GOOD = HEAD + (
    "大槐树镇,常一社区,东片,一组,42,张三,13800000001\n"
    "大槐树镇,常一社区,东片,二组,40,李四,+86 138 0000 0002\n"
    "大槐树镇,常二社区,全村,,300,王五,\n"
)


@pytest.fixture
def file(tmp_path):
    def write(text, name="list.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def rows():
    return list(
        Area.objects.filter(level__in=("grid", "micro_grid"))
        .order_by("code")
        .values_list("code", "name", "households")
    )


def test_a_good_list_is_there_and_the_workers_are_handed_on(county, file):
    done = jobs.import_areas(file(GOOD), now=NOW)
    assert rows() == [
        ("141024100001001", "东片", None),
        ("14102410000100101", "一组", 42),
        ("14102410000100102", "二组", 40),
        ("141024100002001", "全村", 300),
    ]
    assert (done.grids, done.micro_grids, done.changed, done.unchanged) == (2, 2, 0, 0)
    micro = Area.objects.get(code="14102410000100102")
    assert [(w.code, w.name, w.phone) for w in done.workers][1:] == [
        (micro.code, "李四", "13800000002"),
        ("141024100002001", "王五", ""),
    ]
    assert done.workers[1].area_id == micro.pk
    assert micro.path.startswith(micro.parent.parent.path)
    assert queries.households_below(county) == 82  # the finest level that has figures
    assert "2" in str(done)


def test_import_twice_is_once(county, file):
    jobs.import_areas(file(GOOD), now=NOW)
    before = rows()
    again = jobs.import_areas(file(GOOD), now=NOW)
    assert rows() == before
    assert (again.grids, again.micro_grids, again.changed, again.unchanged) == (0, 0, 0, 4)
    changed = jobs.import_areas(file(GOOD.replace(",42,", ",43,")), now=NOW)
    assert (changed.changed, changed.unchanged) == (1, 3)
    assert rows()[1][2] == 43


def test_every_bad_row_is_listed_and_nothing_is_written(county, file):
    bad = (
        GOOD
        + "大槐树镇,没有的村,东片,一组,42,,\n大槐树镇,常一社区,东片,三组,很多,赵六,1380000000\n,常一社区,东片,一组,1,,\n"
    )
    with pytest.raises(jobs.BadRows) as refused:
        jobs.import_areas(file(bad), now=NOW)
    found = [(row.row, row.column) for row in refused.value.rows]
    assert found == [(5, "村(社区)"), (6, "户数"), (6, "联系电话"), (7, "微网格")]
    assert all(row.wrong and row.mend for row in refused.value.rows)
    assert "10" in refused.value.rows[2].wrong  # the number of digits found
    assert rows() == []
    assert not JournalRow.objects.filter(verb="area.import").exists()
    assert len(str(refused.value).splitlines()) == 5


def test_what_spreadsheets_in_offices_write(county, file):
    title = "洪洞县网格一览表,,,,,,\n"
    done = jobs.import_areas(file(title + GOOD.replace(",42,", ",42,"), encoding="gb18030"), now=NOW)
    assert done.micro_grids == 2
    tabbed = jobs.import_areas(file(GOOD.replace(",", "\t"), encoding="utf-8-sig"), now=NOW)
    assert tabbed.unchanged == 4


def test_a_workbook_with_merged_cells_and_numbers(county, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["网格清单"])
    sheet.append(["村编码", "网格", "微网格", "户数", "微网格员", "手机"])
    sheet.append([141024100001, "东片", "一组", 42, "张三", 13800000001])
    sheet.append([None, None, "二组", 40.0, "李四", "13800000002"])
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    book.save(tmp_path / "list.xlsx")
    done = jobs.import_areas(tmp_path / "list.xlsx", now=NOW)
    assert (done.grids, done.micro_grids) == (1, 2)
    assert [w.phone for w in done.workers] == ["13800000001", "13800000002"]


def test_a_long_code_kept_as_a_number_is_refused_not_guessed(county, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["村编码", "网格", "微网格", "微网格编码"])
    book.active.append(["141024100001", "东片", "一组", 14102410000100101])
    book.save(tmp_path / "list.xlsx")
    with pytest.raises(jobs.BadRows) as refused:
        jobs.import_areas(tmp_path / "list.xlsx", now=NOW)
    assert [(row.row, row.column) for row in refused.value.rows] == [(2, "微网格编码")]


def test_missing_columns_are_named(county, file):
    with pytest.raises(jobs.BadRows) as refused:
        jobs.import_areas(file("村,户数\n常一社区,4\n"), now=NOW)
    assert [(row.row, row.column) for row in refused.value.rows] == [(1, "网格")]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff\xfe\x00", HEAD.encode()])
def test_files_that_are_no_list(county, tmp_path, content):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        jobs.import_areas(path, now=NOW)


def test_no_workbook_inside(county, tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(BadInput) as refused:
        jobs.import_areas(path, now=NOW)
    assert refused.value.code == "broken"


def test_without_a_county_it_says_what_comes_first(db, file):
    with pytest.raises(BadInput) as refused:
        jobs.import_areas(file(GOOD), now=NOW)
    assert refused.value.code == "no_county"


def test_refused_for_a_stranger(county, file):
    with pytest.raises(OutOfScope):
        jobs.import_areas(file(GOOD), actor=STRANGER, now=NOW)
    assert rows() == []
