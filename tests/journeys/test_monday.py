"""Monday morning: two lists of people, a telephone that rings eleven times, a clinic, snow on Thursday, Friday's paper.

One desk, one week, everything by hand in the browser; at the end every figure of the month's page is counted again by
statements that know nothing of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db.models import Count
from playwright.sync_api import Page, expect

from laojia.foundation.area.models import Area
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team, TeamWeek
from laojia.kernel.clock import CHINA
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import Occasion, Standstill
from laojia.steps.order.models import Attendance, Order, StandingHelp
from tests.journeys.counting import Hand, settled
from tests.journeys.recount import recounted
from tests.journeys.stage import Stage
from tests.sheets import teams_sheet, volunteers_sheet

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey
MONDAY = date(2026, 12, 7)
WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in (2, 3, 4))
CLINIC = date(2026, 12, 17)
TEAMS, VOLUNTEERS, BAD = 463, 2000, 0.07

# The note pad beside the telephone: who rang (a name known, or name, number and village), and what was written down.
LOG = (
    ("王秀英", "", "理发 周四上午行, 家里有台阶"),
    ("赵大山", "", "买药 周三上午, 降压药吃完了"),
    ("贾桂兰", "13911110003", "打扫屋子 周四下午, 老人腿脚不便"),
    ("裴老汉", "13911110004", "理发 周四上午"),
    ("关明亮", "13911110005", "修水龙头 周四上午, 厨房漏水"),
    ("晋巧云", "13911110006", "买菜 周四上午"),
    ("师守业", "13911110007", "送书 周五上午, 爱看三国"),
    ("柴小凤", "13911110008", "理发 周五上午, 两位老人"),
    ("席长顺", "13911110009", "打扫屋子 周五下午"),
    ("郝玉莲", "13911110010", "理发 周四下午, 每周都要"),
)
UNLISTED = ("卫满仓", "13911110011", "院里一棵枯树快倒了，想请人看看怎么办")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=CHINA)


def test_monday_to_friday(stage: Stage, axe: Axe, shot: Any, tmp_path: Path) -> None:
    stage.pass_to(at(MONDAY, 8))
    _lists(stage, axe, shot, tmp_path)
    _clinic(stage, axe, shot)
    _the_telephone(stage, axe, shot)
    _sent_out(stage, axe, shot)
    _answered_for(stage, axe, shot)
    _two_stay_silent(stage)
    _weekly(stage, axe, shot)
    _snow(stage, axe, shot)
    _friday(stage, axe, shot)
    _the_month(stage, axe, shot)


# --- eight o'clock: the lists ---------------------------------------------------------------------------------------


def _lists(stage: Stage, axe: Axe, shot: Any, folder: Path) -> None:
    sheet = teams_sheet(folder / "队伍.xlsx", TEAMS, BAD)
    page = stage.desk(stage.cast.dispatcher, "/lists/")
    axe(page)
    hand = Hand(page)
    before = Team.objects.count()
    with hand.task("Read in a list: choose, check, take the good rows in"):
        hand.choose(page.locator("#id_kind"), "队伍")
        hand.file(page.locator("#id_file"), sheet)
        hand.click(page.get_by_role("button", name="检查名单"))
        _done(stage, page, "checked")
        shot(page, "monday teams checked", full=True)
        axe(page)
        hand.click(page.get_by_role("button", name="把没问题的收进来"))
        _done(stage, page, "taken")
    bad = _bad(page)
    assert bad == pytest.approx(TEAMS * BAD, abs=1)
    assert Team.objects.count() == before + TEAMS - bad
    _mended(page, folder, bad)
    page.goto("/lists/")
    page.locator("#id_kind").select_option(label="志愿者")
    page.locator("#id_file").set_input_files(volunteers_sheet(folder / "志愿者.xlsx", VOLUNTEERS, BAD, TEAMS))
    page.get_by_role("button", name="检查名单").click()
    _done(stage, page, "checked")
    shot(page, "monday volunteers checked", full=True)
    page.get_by_role("button", name="把没问题的收进来").click()
    _done(stage, page, "taken")
    shot(page, "monday volunteers taken", full=True)


def _done(stage: Stage, page: Page, state: str) -> None:
    """The worker goes on until the list has come so far; the page is looked at again."""
    from laojia.foundation.lists.models import Batch

    for _round in range(400):
        if Batch.objects.latest("id").state == state:
            break
        stage.later(seconds=1)
    assert Batch.objects.latest("id").state == state
    page.goto(page.url)


def _bad(page: Page) -> int:
    return int(page.locator("dt", has_text="要改的").locator("xpath=following-sibling::dd[1]").inner_text())


def _mended(page: Page, folder: Path, bad: int) -> None:
    """The rows that stayed outside come back as a workbook that says why."""
    with page.expect_download() as given:
        page.get_by_role("link", name=re.compile("取要改的行")).click()
    path = folder / "要改的.xlsx"
    given.value.save_as(path)
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == bad + 1
    assert all(row[-1] for row in rows[1:])


# --- nine o'clock: a clinic with forty seats ------------------------------------------------------------------------


def _clinic(stage: Stage, axe: Axe, shot: Any) -> None:
    stage.pass_to(at(MONDAY, 9))
    cast = stage.cast
    page = stage.desk(cast.station_staff, "/occasions/new/")
    page.locator("#item").select_option("YL01")
    page.get_by_role("button", name="下一步").click()
    for field, text in {
        "day": CLINIC.isoformat(), "begins": "09:00", "closes": "12:00", "place": "村委会大院",
        "sponsor": "洪洞县人民医院", "filing_number": "洪卫义诊备〔2026〕31号",
    }.items():  # fmt: skip
        page.locator(f"#id_{field}").fill(text)
    page.locator("#id_area").select_option(str(cast.village.pk))
    page.locator("#id_team").select_option(str(cast.medical_team.pk))
    page.get_by_role("button", name="开这一场").click()
    page.wait_for_url(re.compile(r"/occasions/\d+/"))
    stage.later(minutes=1)
    page = stage.desk(cast.dispatcher, f"/call/{cast.doctor_leader.pk}/")
    page.keyboard.press("y")
    settled(page)
    page.keyboard.press("Enter")
    page.locator(f"#occasion-{Occasion.objects.get(item_version__item__code='YL01').pk}").wait_for()
    clinic = Occasion.objects.get(item_version__item__code="YL01")
    assert (clinic.state, clinic.places, clinic.held_back) == ("confirmed", 40, 10)


# --- half past nine: the telephone rings eleven times ---------------------------------------------------------------


def _the_telephone(stage: Stage, axe: Axe, shot: Any) -> None:
    stage.pass_to(at(MONDAY, 9, 30))
    cast = stage.cast
    page = stage.desk(cast.dispatcher, "/call/")
    hand = Hand(page)
    homes = _homes()
    for number, (name, phone, words) in enumerate(LOG):
        _caller(hand, name, phone, homes[number % len(homes)])
        hand.enter(words)
        page.locator("#order").wait_for()
        settled(page)
        page.get_by_label("我问过了").check()
        door = page.get_by_label("哪条巷、几号")
        if door.count() and not door.input_value():
            page.get_by_text("替别人约，或者换个地方").click()
            door.fill(f"二巷{number + 1}号")
        if number == 0:
            axe(page)
            shot(page, "monday order")
        page.keyboard.press("Enter")
        page.locator("blockquote").first.wait_for()
        assert Order.objects.count() == number + 1
        page.goto("/call/")
    _caller(hand, *UNLISTED[:2], homes[0])
    hand.enter(UNLISTED[2])
    settled(page)
    page.get_by_label("我问过了").check()
    page.get_by_text("替别人约，或者换个地方").click()
    page.get_by_label("哪条巷、几号").fill("三巷2号")
    shot(page, "monday unlisted")
    page.get_by_role("button", name="就这样约").click()
    page.locator("blockquote").first.wait_for()
    assert Order.objects.filter(item_version=None, words__contains="枯树").count() == 1
    assert Order.objects.count() == len(LOG) + 1
    assert set(Order.objects.values_list("channel", flat=True)) == {"phone"}


def _homes() -> list[Area]:
    """Where the callers live: five villages in five towns, each with a team for the old that has time from Wednesday on."""
    late = TeamWeek.objects.filter(team__kind="助老志愿队", capacity__gte=1, weekday__in=(2, 3, 4))
    free = late.filter(half__in=("morning", "afternoon")).values("team").annotate(halves=Count("id"))
    teams = Team.objects.filter(pk__in=[row["team"] for row in free if row["halves"] == 6]).select_related(
        "area__parent"
    )
    by_town = {
        team.area.parent_id: team.area for team in teams.order_by("-id") if team.area.level == "village"
    }
    found = list(by_town.values())[:5]
    assert len(found) == 5
    return found


def _caller(hand: Hand, name: str, phone: str, home: Area) -> None:
    """Found by name, or entered in the same screen."""
    page = hand.page
    if not phone:
        hand.enter(name)
        page.wait_for_url(re.compile(r"/call/\d+/"))
        expect(page.locator("#line")).to_be_focused()
        return
    hand.type(name)
    page.get_by_text("记下这个人").wait_for()
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("村（社区）").fill(f"{home.parent.name} · {home.name}")
    page.get_by_label("我问过了").check()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/call/\d+/"))
    expect(page.locator("#line")).to_be_focused()


# --- ten o'clock: who goes -------------------------------------------------------------------------------------------


def _sent_out(stage: Stage, axe: Axe, shot: Any) -> None:
    """Each order to one of the suggested teams; never all to the nearest one."""
    stage.pass_to(at(MONDAY, 10))
    page = stage.desk(stage.cast.dispatcher, "/desk/")
    shot(page, "monday queue")
    for number, order in enumerate(Order.objects.filter(item_version__isnull=False).order_by("id")):
        page.goto(f"/desk/o/{order.pk}/")
        settled(page)
        buttons = page.locator(f"form[action='/desk/o/{order.pk}/offer/'] button")
        if buttons.count() == 0:
            continue  # nobody in the county does this yet: it stays with the centre
        page.keyboard.press(str(1 + number % min(3, buttons.count())))
        page.locator("[data-undo-seconds]").first.wait_for()
    assert Offer.objects.filter(state="open").count() >= 6
    assert Offer.objects.filter(state="open").values("team").distinct().count() >= 5


def _silent_teams() -> list[int]:
    """Two teams that will not answer: those asked last of all that got one question only."""
    asked = list(Offer.objects.filter(state="open").order_by("id").values_list("team_id", flat=True))
    return [team for team in reversed(asked) if asked.count(team) == 1][:2]


def _answered_for(stage: Stage, axe: Axe, shot: Any) -> None:
    silent = _silent_teams()
    assert len(silent) == 2
    teams = set(Offer.objects.filter(state="open").values_list("team_id", flat=True)) - set(silent)
    assert len(teams) >= 3
    stage.pass_to(at(MONDAY, 11))
    for number, team_id in enumerate(sorted(teams)):
        _leader_says_yes(stage, team_id, shot if number == 0 else None)
    assert set(Offer.objects.filter(state="open").values_list("team_id", flat=True)) == set(silent)


def _leader_says_yes(stage: Stage, team_id: int, shot: Any = None) -> None:
    """One call: everything the team was asked is answered on the caller's screen."""
    leader = Post.objects.filter(team=team_id, role=Role.TEAM_LEADER).earliest("id").person
    page = stage.desk(stage.cast.dispatcher, f"/call/{leader.pk}/")
    if shot:
        shot(page, "monday leader")
    for offer in Offer.objects.filter(team_id=team_id, state="open").order_by("id"):
        expect(page.locator(f"#offer-{offer.pk}")).to_be_focused()
        page.keyboard.press("y")
        page.locator(".call-form").wait_for()
        settled(page)
        page.keyboard.press("Enter")
        page.locator(f"#occasion-{offer.occasion_id}").wait_for()
    assert not Offer.objects.filter(team_id=team_id, state="open").exists()
    page.close()


def _two_stay_silent(stage: Stage) -> None:
    """Reminder, the desk's telephone, the end of the time, the next team: nobody is blamed, nobody forgotten."""
    silent = set(Offer.objects.filter(state="open").values_list("pk", flat=True))
    stage.pass_to(at(MONDAY, 17, 30))
    assert set(Offer.objects.filter(pk__in=silent).values_list("state", flat=True)) == {"expired"}
    again = Offer.objects.filter(state="open")
    assert again.count() == 2
    for offer in list(again):
        _leader_says_yes(stage, offer.team_id)
    assert not Offer.objects.filter(state="open").exists()


# --- Tuesday: help that comes every week -----------------------------------------------------------------------------


def _weekly(stage: Stage, axe: Axe, shot: Any) -> None:
    stage.pass_to(at(MONDAY + timedelta(days=1), 9))
    cast = stage.cast
    who = Person.objects.get(name="师守业")
    page = stage.desk(cast.dispatcher, f"/regular/new/{who.pk}/")
    axe(page)
    page.locator("#id_item").select_option(label="上门理发")
    page.get_by_text("周五", exact=True).click()
    page.get_by_label("几点来？").fill("15:00")
    page.get_by_label("从哪天起？").fill(FRIDAY.isoformat())
    page.locator("#id_place").fill("五巷7号")
    page.locator("#id_consent").check()
    shot(page, "monday weekly", full=True)
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_url(re.compile(r"/regular/\d+/"))
    help_ = StandingHelp.objects.get()
    assert (help_.item_version.item.code, help_.weekdays) == ("LN01", [4])
    order = Order.objects.get(standing=help_)
    page.goto(f"/desk/o/{order.pk}/")
    settled(page)
    page.locator(f"form[action='/desk/o/{order.pk}/offer/'] button").first.click()
    page.locator("[data-undo-seconds]").first.wait_for()
    _leader_says_yes(stage, Offer.objects.get(state="open").team_id)
    help_.refresh_from_db()
    assert help_.team_id is not None
    assert Occasion.objects.filter(standing_id=help_.pk, state="confirmed").count() >= 2


# --- Wednesday evening: snow tomorrow --------------------------------------------------------------------------------


def _snow(stage: Stage, axe: Axe, shot: Any) -> None:
    stage.pass_to(at(WEDNESDAY, 16))
    cast = stage.cast
    tomorrow = list(Occasion.objects.filter(date=THURSDAY, state="confirmed").values_list("pk", flat=True))
    assert len(tomorrow) >= 4
    Person.objects.filter(name="裴老汉").update(reads_messages=False)
    page = stage.desk(cast.dispatcher, "/occasions/many/")
    hand = Hand(page)
    with hand.task("Snow tomorrow: put off everything in the county, clocks stand still"):
        page.locator("#id_day").fill(THURSDAY.isoformat())
        hand.count.signs += 8
        page.locator("#id_to_date").fill((THURSDAY + timedelta(days=2)).isoformat())
        hand.count.signs += 8
        hand.click(page.get_by_role("button", name="先看会动哪些"))
        page.get_by_role("heading", name=re.compile("会动")).first.wait_for()
        axe(page)
        shot(page, "monday snow", full=True)
        hand.click(page.get_by_role("button", name="改期", exact=True))
        page.get_by_text("那边先停办了").wait_for()
    moved = Occasion.objects.filter(pk__in=tomorrow)
    assert set(moved.values_list("state", "date")) == {("postponed", THURSDAY + timedelta(days=2))}
    assert Standstill.objects.get().reason == "snow"
    told = Message.objects.filter(template="occasion.postponed")
    assert told.values("to_person_id").distinct().count() >= len(tomorrow) - 1
    assert set(Team.objects.filter(occasions__in=tomorrow).values_list("silent", flat=True)) == {0}


# --- Friday: what was done, who is still to be told ------------------------------------------------------------------


def _friday(stage: Stage, axe: Axe, shot: Any) -> None:
    stage.pass_to(at(FRIDAY, 17, 45))
    _records(stage, axe, shot)
    page = stage.desk(stage.cast.dispatcher, "/calls/")
    axe(page)
    shot(page, "monday calls", full=True)
    waiting = Message.objects.filter(state="to_call").count()
    assert waiting >= 1
    page.get_by_role("button", name=re.compile("告诉了")).first.click()
    page.get_by_text("打电话说到 1 件").wait_for()
    assert Message.objects.filter(state="called").count() >= 1


def _records(stage: Stage, axe: Axe, shot: Any) -> None:
    """The leaders ring: done, two of us, an hour and a half each."""
    over = list(Occasion.objects.filter(state="held", team__isnull=False).order_by("id"))
    assert over, "nothing took place this week"
    for number, occasion in enumerate(over):
        leader = Post.objects.filter(team=occasion.team_id, role=Role.TEAM_LEADER).earliest("id").person
        page = stage.desk(stage.cast.dispatcher, f"/call/{leader.pk}/")
        page.locator(f"#occasion-{occasion.pk}").get_by_role("link", name=re.compile("做完了")).click()
        page.locator(".call-form").wait_for()
        settled(page)
        page.locator("input[name=minutes]").fill("90")
        if page.locator("input[name=came]:checked, input[name^=came_]:checked").count() == 0:
            page.locator("input[name=came], input[name^=came_]").first.check()
        if number == 0:
            shot(page, "monday record", full=True)
        page.get_by_role("button", name="记下").first.click()
        page.locator(".call-form").wait_for(state="detached")
        page.close()
    assert set(Occasion.objects.filter(pk__in=[one.pk for one in over]).values_list("state", flat=True)) == {
        "recorded"
    }
    assert Attendance.objects.filter(occasion__in=over, state="came").exists()


def _the_month(stage: Stage, axe: Axe, shot: Any) -> None:
    page = stage.desk(stage.cast.dispatcher, "/month/2026-12/")
    axe(page)
    shot(page, "monday month", full=True)
    want = recounted(stage.now.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    seen = {
        row.get_attribute("data-metric") or "": row.locator("td").first.inner_text()
        for row in page.locator("main tr[data-metric]").all()
    }
    assert set(seen) == set(want) | ({"until_found"} & set(seen))
    for code, text in seen.items():
        number = re.search(r"[\d.]+", text)
        assert number is not None, (code, text)
        assert float(number[0]) == pytest.approx(want[code], abs=0.11), (code, text, want[code])
    assert want["orders_taken"] == len(LOG) + 2
    assert want["unlisted"] == 1
    with page.expect_download() as given:
        page.get_by_role("link", name=re.compile("Excel")).click()
    assert given.value.suggested_filename.endswith(".xlsx")
