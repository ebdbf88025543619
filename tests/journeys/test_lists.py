"""A list at the desk: template fetched, a sheet read, bad rows seen, the good ones taken in, the others fetched, all taken back."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page

from laojia.foundation.lists.models import Batch
from laojia.foundation.teams.models import Team
from tests.conftest import DESK, PHONE
from tests.journeys.stage import Stage
from tests.sheets import teams_sheet

pytestmark = pytest.mark.journey


def test_a_list_from_the_sheet_to_the_teams_and_back(
    stage: Stage, axe: Callable[[Page], None], shot: Any, tmp_path: Path
) -> None:
    sheet = teams_sheet(tmp_path / "队伍.xlsx", 30, 0.1)
    page = stage.desk(stage.cast.dispatcher, "/lists/")
    page.set_default_timeout(30_000)
    axe(page)
    with page.expect_download() as template:
        page.get_by_role("link", name="队伍：志愿服务队").click()
    book = openpyxl.load_workbook(io.BytesIO(template.value.path().read_bytes()))
    assert book.worksheets[0]["A1"].value == "队伍名称*"
    page.get_by_label("是什么名单？").select_option("teams")
    page.get_by_label("文件（XLSX、XLS、ODS或CSV）").set_input_files(sheet)
    page.get_by_role("button", name="检查名单").press("Enter")
    page.wait_for_url("**/lists/*/")
    for _ in range(60):
        if Batch.objects.get().state == "checked":
            break
        stage.later(seconds=1)
    page.get_by_role("button", name="把没问题的收进来").wait_for(timeout=30_000)
    axe(page)
    shot(page, "list checked", full=True)
    assert "手机号是11位，这里是7位。" in page.locator("main").inner_text()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, "list checked on a phone", full=True)
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="把没问题的收进来").press("Enter")
    for _ in range(60):
        if Batch.objects.get().state == "taken":
            break
        stage.later(seconds=1)
    page.goto(page.url)
    page.get_by_text("收进来了：新的27").wait_for(timeout=30_000)
    axe(page)
    shot(page, "list taken in", full=True)
    with page.expect_download() as back:
        page.get_by_role("link", name="取要改的行").click()
    lines = list(
        openpyxl.load_workbook(io.BytesIO(back.value.path().read_bytes()))
        .worksheets[0]
        .iter_rows(values_only=True)
    )
    assert len(lines) == 4
    assert Team.objects.count() == 30
    page.get_by_role("button", name="撤回这份名单").click()
    for _ in range(60):
        if Batch.objects.get().state == "removed":
            break
        stage.later(seconds=1)
    batch = Batch.objects.get()
    assert (batch.state, set(batch.lines.values_list("stays", flat=True))) == ("removed", {""})
    page.goto(page.url)
    page.get_by_text("这份名单带来的都撤回了").wait_for(timeout=30_000)
    assert Team.objects.count() == 3


def test_without_a_script_everything_works(stage: Stage, tmp_path: Path) -> None:
    sheet = teams_sheet(tmp_path / "队伍.csv", 3)
    page = stage.desk(stage.cast.dispatcher, "/lists/", script=False)
    page.get_by_label("是什么名单？").select_option("teams")
    page.get_by_label("文件（XLSX、XLS、ODS或CSV）").set_input_files(sheet)
    page.get_by_role("button", name="检查名单").click()
    page.get_by_role("button", name="把没问题的收进来").click()
    page.goto(page.url)
    assert "收进来了：新的3" in page.locator("main").inner_text()
