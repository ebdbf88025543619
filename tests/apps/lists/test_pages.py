"""Pages of lists: upload, dry run, the two decisions, workbooks there and back, templates, progress without a script."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from laojia.foundation.lists.jobs.workbooks import template_of
from laojia.foundation.lists.models import Batch
from laojia.foundation.lists.queries import all_kinds, kind_named
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from tests.acting import signed_in
from tests.apps.lists.conftest import Desk, as_csv, through
from tests.apps.lists.test_other_kinds import CASES, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(desk: Desk) -> Client:
    return signed_in(Client(), desk.cast.dispatcher)


def send(browser: Client, kind: str, body: bytes, name: str = "名单.csv") -> HttpResponse:
    return browser.post("/lists/", {"kind": kind, "file": SimpleUploadedFile(name, body)})


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_small_list_is_checked_at_once_and_every_bad_row_is_told(desk: Desk, browser: Client) -> None:
    rows = [
        desk.team,
        desk.team | {"name": "坏队", "leader_phone": "135111"},
        desk.team | {"name": ""},
    ]
    answer = send(browser, "teams", as_csv("teams", rows))
    batch = Batch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/lists/{batch.pk}/")
    page = text_of(browser.get(answer["Location"]))
    assert "手机号是11位，这里是6位。" in page
    assert "这一格是空的。" in page
    assert "坏队" in page
    assert "把没问题的收进来" in page


def test_good_rows_in_and_bad_rows_back_mended_and_read_again(desk: Desk, browser: Client) -> None:
    rows = [desk.team, desk.team | {"name": "坏队", "leader_phone": "135111", "about": "=1+1"}]
    send(browser, "teams", as_csv("teams", rows))
    batch = Batch.objects.get()
    browser.post(f"/lists/{batch.pk}/take/")
    batch.refresh_from_db()
    assert (batch.state, batch.made, batch.bad) == ("taken", 1, 1)
    workbook = browser.get(f"/lists/{batch.pk}/bad-rows/")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    lines = list(sheet.iter_rows(values_only=True))
    titles = [str(title) for title in lines[0]]
    assert titles[:-2] == batch.headings
    assert lines[1][titles.index("队伍名称")] == "坏队"
    assert lines[1][-2] == "3"
    assert "手机号是11位" in str(lines[1][-1])
    about = sheet.cell(2, titles.index("队伍简介") + 1)
    assert (about.data_type, about.value) == ("s", "'=1+1")
    # mended in the very workbook and read in: the reasons are passed over
    sheet.cell(2, titles.index("队长手机") + 1).value = "13511110066"
    target = io.BytesIO()
    sheet.parent.save(target)
    send(browser, "teams", target.getvalue(), "改好了.xlsx")
    second = Batch.objects.latest("id")
    assert (second.fresh, second.bad, second.state) == (1, 0, "checked")
    browser.post(f"/lists/{second.pk}/take/")
    assert Team.objects.filter(name__in=("清单助老队", "坏队")).count() == 2


def test_nothing_of_it(desk: Desk, browser: Client) -> None:
    send(browser, "teams", as_csv("teams", [desk.team]))
    batch = Batch.objects.get()
    answer = browser.post(f"/lists/{batch.pk}/drop/", follow=True)
    assert "名单没有收进来" in text_of(answer)
    assert not Team.objects.filter(name="清单助老队").exists()
    assert browser.get(f"/lists/{batch.pk}/bad-rows/").status_code == 404


def test_the_same_sheet_again_leads_to_the_list_that_is_open(desk: Desk, browser: Client) -> None:
    body = as_csv("teams", [desk.team])
    first = send(browser, "teams", body)
    other = signed_in(Client(), desk.cast.second_dispatcher)
    assert send(other, "teams", body)["Location"] == first["Location"]
    assert Batch.objects.count() == 1


def test_taken_back_on_the_page(desk: Desk, browser: Client) -> None:
    batch = desk.take("teams", [desk.team])
    page = browser.post(f"/lists/{batch.pk}/remove/", follow=True)
    assert "这份名单带来的都撤回了" in text_of(page)
    assert not Team.objects.filter(name="清单助老队").exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"%PDF-1.4", "这不是表格"),
        (b"a,b\n1,2", "没找到这类名单的表头"),
        ("队伍名称,队伍类别\n甲,乙".encode(), "缺这几列"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_file(browser: Client, body: bytes, said: str) -> None:
    answer = send(browser, "teams", body)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("sizes", [(200,), (30, 30)])
def test_what_is_far_too_large_is_said_and_lies_nowhere(
    browser: Client, sizes: tuple[int, ...], tmp_path: Path, settings: Any
) -> None:
    """Neither 200 MB in one piece nor in several that fit each; nothing of it rests on the disk, also before a crash."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    files = [SimpleUploadedFile("名单.csv", b"x" * size * 1024 * 1024) for size in sizes]
    answer = browser.post("/lists/", {"kind": "teams", "file": files})
    assert answer.status_code == 422
    assert "文件太大" in text_of(answer)
    assert not Batch.objects.exists()
    held = browser.post("/lists/", {"kind": "teams", "file": SimpleUploadedFile("a.csv", b"a,b\n" * 2**20)})
    assert isinstance(held.wsgi_request.FILES["file"], InMemoryUploadedFile)
    assert not list(tmp_path.iterdir())


def test_a_number_that_looks_like_a_formula_goes_out_and_comes_back_the_same(
    desk: Desk, browser: Client
) -> None:
    rows = [desk.team | {"leader_phone": "+8613511110011", "second_phone": "1"}]
    send(browser, "teams", as_csv("teams", rows))
    batch = Batch.objects.get()
    sheet = browser.get(f"/lists/{batch.pk}/bad-rows/").content
    assert "'+8613511110011" in str(list(openpyxl.load_workbook(io.BytesIO(sheet)).active.values))
    again = desk.check("teams", sheet)
    assert {flaw[0] for flaw in again.lines.get().flaws} == {"second_phone"}


def test_a_kind_of_another_post_is_not_offered(desk: Desk, browser: Client) -> None:
    assert send(browser, "posts", b"x,y\n1,2").status_code == 422
    assert browser.get("/lists/template/posts/").status_code == 404
    admin = signed_in(Client(), desk.cast.security_admin)
    page = text_of(admin.get("/lists/"))
    assert "岗位" in page
    assert "志愿者登记" not in page
    batch = desk.check("teams", [desk.team])
    assert admin.get(f"/lists/{batch.pk}/").status_code == 404


def test_progress_is_a_part_and_ends_with_the_whole_page(desk: Desk, browser: Client) -> None:
    batch = desk.check("teams", [desk.team])
    answer = browser.get(f"/lists/{batch.pk}/progress/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    Batch.objects.filter(pk=batch.pk).update(state="taking", done=0)
    answer = browser.get(f"/lists/{batch.pk}/progress/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in answer
    assert "<progress" in answer.content.decode()
    page = browser.get(f"/lists/{batch.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "再看看" in page  # the same without a script


def test_rows_are_shown_by_what_they_are_and_from_a_row_on(desk: Desk, browser: Client) -> None:
    rows = [desk.team | {"name": f"第{n}清单队"} for n in range(60)]
    batch = desk.check("teams", rows)
    first = browser.get(f"/lists/{batch.pk}/")
    assert "第0清单队" in text_of(first)
    assert 'rel="next"' in first.content.decode()
    later = text_of(browser.get(f"/lists/{batch.pk}/?found=new&row=55"))
    assert "第53清单队" in later
    assert "第20清单队" not in later
    assert "没有这样的行" in text_of(browser.get(f"/lists/{batch.pk}/?found=change"))


def test_the_pages_cost_few_statements(desk: Desk, browser: Client, django_assert_max_num_queries) -> None:
    rows = [desk.team | {"name": f"第{n}清单队", "leader_phone": "1"} for n in range(60)]
    batch = desk.check("teams", rows)
    browser.get("/lists/")
    with django_assert_max_num_queries(14):
        browser.get("/lists/")
    with django_assert_max_num_queries(14):
        browser.get(f"/lists/{batch.pk}/")
    with django_assert_max_num_queries(12):
        browser.get(f"/lists/{batch.pk}/progress/")


def test_a_taken_row_leads_to_what_it_became(desk: Desk, browser: Client) -> None:
    batch = desk.take("teams", [desk.team])
    team = Team.objects.get(name="清单助老队")
    assert f'href="/teams/{team.pk}/"' in browser.get(f"/lists/{batch.pk}/?found=new").content.decode()


# --- templates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["teams", "volunteers", *CASES])
def test_a_template_filled_in_is_read_without_a_word(desk: Desk, kind: str) -> None:
    """Headings and example rows of the template itself, with places that exist in this county."""
    book = openpyxl.load_workbook(io.BytesIO(template_of(kind_named(kind))))
    sheet, notes = book.worksheets
    declared = kind_named(kind)
    assert notes.max_row == len(declared.columns) + 1
    assert all(notes.cell(row, 3).value for row in range(2, notes.max_row + 1))
    places = {
        "天井村": desk.cast.village.name, "甘亭镇天井村": desk.cast.town.name + desk.cast.village.name,
        "甘亭镇": desk.cast.town.name, "赵城镇": desk.cast.other_town.name, "甘亭一站": desk.cast.station.name,
        "甘亭镇天井村助老志愿队": desk.cast.team.name, "周志愿13900000031、吴帮手": "郑医生",
        "县医院医疗志愿队": desk.cast.medical_team.name if kind == "insurance" else "县医院医疗志愿队",
        "甘亭助老志愿队": desk.cast.team.name,
    }  # fmt: skip
    for row in sheet.iter_rows(min_row=2, max_row=3):
        for cell in row:
            cell.value = places.get(cell.value, cell.value)
    if kind == "teams":
        sheet["A2"], sheet["A3"] = "清单甲队", "清单乙队"
    target = io.BytesIO()
    book.save(target)
    actor = who(desk.cast, kind) if kind in CASES else desk.actor
    batch = desk.check(kind, target.getvalue(), actor)
    flaws = list(batch.lines.filter(found="bad").values_list("number", "flaws"))
    assert (batch.bad, flaws) == (0, [])
    assert batch.fresh == 2


def test_every_kind_explains_itself_in_chinese() -> None:
    for kind in all_kinds().values():
        words = [str(kind.title), str(kind.about), *(str(column.about) for column in kind.columns)]
        plain = [word for word in words if not re.search(r"[\u4e00-\u9fff]", word)]
        assert not plain, (kind.name, plain)


def test_no_name_and_no_number_slips_into_the_journal(desk: Desk, browser: Client) -> None:
    from laojia.foundation.journal.models import JournalRow

    send(browser, "volunteers", as_csv("volunteers", [desk.volunteer, desk.volunteer | {"phone": "1"}]))
    batch = through(Batch.objects.get())
    browser.post(f"/lists/{batch.pk}/take/")
    assert Person.objects.filter(name="林清单").exists()
    stored = str(list(JournalRow.objects.values()))
    assert "林清单" not in stored
    assert "13511110001" not in stored
