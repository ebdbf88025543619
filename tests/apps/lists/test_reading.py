"""Sheets as offices save them: every format, heading and cell; what is no list is refused in a sentence."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt

from laojia.foundation.files.rules import Unfit, check_sheet
from laojia.foundation.lists.jobs.reading import head_of, lines_of, rows_of
from laojia.foundation.lists.queries import kind_named
from laojia.foundation.lists.rules import find_heading, missing, places_of
from laojia.kernel.errors import BadInput

HEADS = ["队伍名称", "队伍类别", "所在地", "队长姓名", "队长手机", "第二联系人", "第二联系人手机"]
ROW = ["甲队", "助老志愿队", "全县", "丁一", "13500000001", "丁二", "13500000002"]


def xlsx(rows: list[list[object]], merged: str = "", title: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append([title])
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls(rows: list[list[object]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            sheet.write(y, x, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def ods(rows: list[list[str]], manifest: str = "", row_attributes: str = "") -> bytes:
    cells = "".join(
        f"<table:table-row{row_attributes}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}:office:1.0"'
        f' xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="a">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        pack.writestr("content.xml", content)
        pack.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return target.getvalue()


CSV = "\n".join(",".join(row) for row in (HEADS, ROW))
FORMATS = {
    "xlsx": xlsx([HEADS, ROW]),
    "xls": xls([HEADS, ROW]),
    "ods": ods([HEADS, ROW]),
    "csv": CSV.encode(),
    "csv with mark": CSV.encode("utf-8-sig"),
    "csv of offices": CSV.encode("gb18030"),
    "tabs": CSV.replace(",", "\t").encode("gb18030"),
    "unicode text": CSV.replace(",", "\t").encode("utf-16"),
}


@pytest.mark.parametrize("how", FORMATS)
def test_every_format_gives_the_same_rows(how: str) -> None:
    head = head_of(kind_named("teams"), FORMATS[how])
    assert head.titles == tuple(HEADS)
    assert list(lines_of(FORMATS[how], head.below, 0)) == [(2, ROW)]


def test_headings_in_any_order_with_notes_stars_and_other_words() -> None:
    kind = kind_named("teams")
    titles = [
        " 第二联系人 手机号 ",
        "负责人(必填)",
        "备注",
        "队伍名称*",
        "类 别",
        "所在村",
        "联系电话",
        "副队长",
    ]
    places = places_of(kind, titles)
    assert places == {
        "second_phone": 0,
        "leader": 1,
        "name": 3,
        "kind": 4,
        "area": 5,
        "leader_phone": 6,
        "second": 7,
    }
    assert not missing(kind, places)


def test_a_title_may_stand_above_the_heading() -> None:
    body = xlsx([["", ""], HEADS, ROW], title="洪洞县志愿服务队一览表")
    head = head_of(kind_named("teams"), body)
    assert (head.below, list(lines_of(body, head.below, 0))) == (4, [(4, ROW)])


def test_reading_goes_on_behind_the_last_row() -> None:
    body = xlsx([HEADS, ROW, [""] * 7, [*ROW[:6], "13500000003"], ROW])
    head = head_of(kind_named("teams"), body)
    assert [number for number, _row in lines_of(body, head.below, 0)] == [2, 4, 5]
    assert [number for number, _row in lines_of(body, head.below, 4)] == [5]


def test_cells_become_text_without_losing_digits() -> None:
    body = xlsx(
        [
            [
                13800000001,
                13800000001.0,
                datetime(2024, 3, 5),
                date(2024, 3, 5),
                True,
                1.5,
                110105199001011234,
            ]
        ]
    )
    _count, rows = rows_of(body)
    row = next(iter(rows))
    assert row[:6] == ["13800000001", "13800000001", "2024-03-05", "2024-03-05", "是", "1.5"]
    assert "e" in row[6]  # a spreadsheet has cut the ID number: it is refused, not guessed


def test_a_cell_merged_downward_stands_for_all_its_rows() -> None:
    body = xlsx([HEADS, ROW, ["乙队", "", "", "丁三", "13500000003", "丁四", "13500000004"]], merged="B2:C3")
    rows = [row for _number, row in lines_of(body, 2, 0)]
    # Merged over two columns the first cell counts for both, as the spreadsheet shows it.
    assert [row[1] for row in rows] == ["助老志愿队", "助老志愿队"]


def refused(body: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        head_of(kind_named("teams"), body)
    assert str(caught.value.message)
    return caught.value


def test_a_missing_column_is_named() -> None:
    refusal = refused(xlsx([HEADS[:4] + HEADS[5:], ROW[:4] + ROW[5:]]))
    assert refusal.code == "column_missing"
    assert "队长手机" in str(refusal.message)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("list_empty", xlsx([])),
        ("list_empty", xlsx([HEADS])),
        ("list_empty", xlsx([HEADS, [""] * 7])),
        ("empty", b""),
        ("empty", b"\xef\xbb\xbf \r\n"),
        ("no_heading", xlsx([["甲", "乙"], ["1", "2"]])),
        (
            "locked",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600,
        ),
        ("locked", ods([HEADS, ROW], manifest="<manifest:encryption-data/>")),
        ("unknown_kind", b"%PDF-1.7 ..."),
        ("unknown_kind", b"\x89PNG\r\n\x1a\n...."),
        ("unknown_kind", b"MZ\0\0\0\0"),
        ("broken", FORMATS["xlsx"][:-200]),
        ("broken", b"PK\x03\x04" + b"x" * 200),
        ("broken", FORMATS["xls"][:600]),
        ("broken", b"\xff\xfd,\x81\x30"),
        ("broken", b"\xff\xfe\xfd,\x81"),
    ],
)
def test_what_is_no_list_is_refused(code: str, body: bytes) -> None:
    assert refused(body).code == code


def bomb(part: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("xl/workbook.xml", "<workbook/>")
        with pack.open(name, "w", force_zip64=True) as stream:
            for _ in range(700):
                stream.write(part)
    return target.getvalue()


def test_a_bomb_is_not_unpacked_into_memory() -> None:
    body = bomb(b" " * 1024 * 1024)
    assert len(body) < 2_000_000
    with pytest.raises(Unfit) as caught:
        check_sheet(body)
    assert caught.value.code == "too_large"


def test_a_cell_at_the_far_end_is_refused() -> None:
    book = openpyxl.Workbook()
    book.active.cell(1, 1, "队伍名称")
    book.active.cell(1_048_576, 16_384, "x")
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(Unfit) as caught:
        check_sheet(target.getvalue())
    assert caught.value.code == "too_wide"


FAR = b'<c r="XFD1048576"><v>1</v></c>'


@pytest.mark.parametrize(
    ("part", "name", "code"),
    [
        (FAR, "xl/elsewhere/s.xml", "too_wide"),
        (FAR.replace(b'"', b"'"), "xl/worksheets/sheet1.xml", "too_wide"),
        (FAR.replace(b" r=", b"\n r\t="), "xl/worksheets/sheet1.xml", "too_wide"),
        (FAR.replace(b" r=", b' t="n"r='), "xl/worksheets/sheet1.xml", "too_wide"),
        (FAR.lower().replace(b"xfd", b"xfd00000"), "xl/worksheets/sheet1.xml", "too_wide"),
        (FAR.replace(b"XFD1048576", b"A4000000000"), "xl/worksheets/sheet1.xml", "too_wide"),
        (FAR.replace(b"r=", b"r=" + b" " * 3_000_000), "xl/worksheets/sheet1.xml", "broken"),
    ],
)
def test_a_cell_at_the_far_end_is_found_however_it_is_written(part: bytes, name: str, code: str) -> None:
    """Whoever reads such a sheet dies of it: the whole rectangle is kept, and running out of memory ends the process."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("xl/workbook.xml", "<workbook/>")
        pack.writestr(name, b"<sheetData>" + part + b"</sheetData>")
    with pytest.raises(Unfit) as caught:
        check_sheet(target.getvalue())
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([ROW], ' table:number-rows-repeated="4000000"'),
        ([ROW], " table:number-rows-repeated='4000000'"),
        ([ROW] * 300, ' table:number-rows-repeated="19999"'),
        ([[""], ROW], ' table:number-rows-repeated="99999999999"'),
    ],
)
def test_rows_repeated_beyond_measure_are_refused(rows: list[list[str]], row: str) -> None:
    with pytest.raises(Unfit) as caught:
        check_sheet(ods(rows, row_attributes=row))
    assert caught.value.code == "too_wide"


def test_a_table_that_declares_entities_is_refused() -> None:
    body = FORMATS["ods"]
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        content = pack.read("content.xml").replace(b"?><", b'?><!DOCTYPE x [<!ENTITY a "aa">]><', 1)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        pack.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        pack.writestr("content.xml", content)
    with pytest.raises(Unfit) as caught:
        check_sheet(target.getvalue())
    assert caught.value.code == "broken"


def test_the_heading_is_looked_for_in_the_first_rows_only() -> None:
    assert find_heading(kind_named("teams"), [["x"]] * 12 + [HEADS]) is None


def test_files_at_the_command_line_are_checked_the_same(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(FORMATS["csv"])  # the name says xlsx, the content is believed
    assert check_sheet(path.read_bytes()) == "csv"
