"""Every page of menu, occasions and points in a browser: readable by machine, never sideways, and without script."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from laojia.foundation.people.models import Person
from laojia.policy.facts import CLOCK
from laojia.steps.menu import actions, queries
from laojia.steps.menu.models import MenuItem, Occasion
from tests.cast import NOW, morning
from tests.conftest import DESK, PHONE
from tests.journeys.stage import Stage

DAY = date(2026, 12, 5)
STARTS = morning(DAY)


@pytest.fixture
def clinic(stage: Stage) -> Occasion:
    """A confirmed clinic, a film, a call for volunteers, a health hut, and a draft of the haircut."""
    cast = stage.cast
    desk = cast.as_(cast.dispatcher)
    made = []
    for code, kind, more in (
        ("YL01", "seats", {"places": 40, "held_back": 10, "sponsor": "县人民医院", "filing_number": "YZ-1"}),
        ("WH02", "whole_village", {}),
        ("HJ01", "volunteers", {"places": 0, "volunteer_places": 12}),
    ):
        row = actions.open_occasion(
            actor=desk, now=NOW, item_version=queries.item(code), kind=kind, area=cast.village, place="村委会大院",
            starts_at=STARTS, ends_at=STARTS + timedelta(hours=3), public=True, station=cast.station, **more,
        )  # fmt: skip
        made.append(actions.confirm(occasion=row, team=cast.team, actor=CLOCK, now=NOW))
    actions.save_point(
        name="健康小屋", area=cast.village, hours=[(d, time(8), time(11, 30)) for d in range(6)], actor=desk, now=NOW,
        items=[MenuItem.objects.get(code="YL03")],
    )  # fmt: skip
    actions.draft_from(version=queries.item("LN01"), actor=cast.as_(cast.menu_editor), now=NOW)
    return made[0]


def look(
    stage: Stage, axe, who: Person | None, paths: list[str], size: dict[str, int], *, script: bool = True
) -> None:
    page = (
        stage.desk(who, paths[0], script=script)
        if who
        else stage.open_page(paths[0], size=size, script=script)
    )
    page.set_viewport_size(size)
    for path in paths:
        page.goto(path)
        if script:
            axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide}"
        assert page.locator("h1").count() == 1, path


PUBLIC = ["/menu/", "/menu/?q=剃头", "/menu/?q=火箭", "/menu/?tile=law", "/menu/LN01/", "/menu/YL01/", "/menu/YL03/",
          "/menu/HJ01/", "/menu/QT00/", "/on/", "/points/"]  # fmt: skip


def test_public_pages_on_the_phone(stage: Stage, clinic: Occasion, axe) -> None:
    paths = [*PUBLIC, *(f"/on/{row.pk}/" for row in Occasion.objects.all())]
    look(stage, axe, None, paths, PHONE)


def test_desk_pages(stage: Stage, clinic: Occasion, axe) -> None:
    cast = stage.cast
    draft = queries.list_versions(cast.as_(cast.menu_editor), state="draft")[0]
    editor = ["/menu-desk/", f"/menu-desk/{draft.pk}/", f"/menu-desk/{draft.pk}/edit/", "/menu-desk/new/"]
    look(stage, axe, cast.menu_editor, editor, DESK)
    many = f"/occasions/many/?verb=occasion.postpone&area={cast.town.pk}&day={DAY}&kinds=seats&reason=snow"
    station = [f"/occasions/?from={DAY}", "/occasions/new/", f"/occasions/new/?item=YL01&station={cast.station.pk}",
               f"/occasions/{clinic.pk}/", f"/occasions/{clinic.pk}/roster/", "/points/desk/", "/points/desk/new/"]  # fmt: skip
    look(stage, axe, cast.station_staff, station, DESK)
    look(stage, axe, cast.dispatcher, [many], DESK)


def test_a_station_postpones_for_snow_without_script(stage: Stage, clinic: Occasion) -> None:
    page = stage.desk(stage.cast.station_staff, f"/occasions/{clinic.pk}/", script=False)
    page.locator("summary", has_text="改期").click()
    form = page.locator("form[action$='/postpone/']")
    form.get_by_label("下雪").check()
    form.get_by_role("button", name="改期").click()
    assert "报了名的人名额保留" in page.locator("#notices").inner_text()
    clinic.refresh_from_db()
    assert (clinic.state, clinic.reason, clinic.starts_at) == ("postponed", "snow", None)
