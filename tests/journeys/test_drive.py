"""Several teams at one work: a drive with helpers and sign-up from asking to the record, and an emergency call-up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Invite
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.serve.models import LawRecord, RosterLine
from tests.cast import NOW, START, person
from tests.journeys.stage import Stage

Axe = Callable[[Page], None]
pytestmark = pytest.mark.journey
BEGINS = NOW + timedelta(days=3)  # Saturday, ten in the morning
TURNED_UP = "13900007777"


def _members(stage: Stage, team: Team, *names: str) -> list[Person]:
    found = []
    for number, name in enumerate(names):
        one = person(name, f"1390000{team.pk:02d}{number:02d}", stage.cast.other_town)
        Post.objects.create(person=one, role=Role.VOLUNTEER, team=team, valid_from=START)
        found.append(one)
    return found


# --- a drive ---------------------------------------------------------------------------------------------------------


def test_two_more_teams_are_asked_along(stage: Stage, axe: Axe, shot: Any) -> None:
    _members(stage, stage.cast.other_team, "曹同去", "严同去")
    occasion = _opened(stage)
    _asked_along(stage, axe, shot, occasion)
    _yes_with_five(stage, axe, shot, occasion)
    _no_by_telephone(stage, axe, shot, occasion)
    _signed_up_and_moved_up(stage, axe, shot, occasion)
    _on_the_spot(stage, axe, shot, occasion)
    _recorded_with_minutes(stage, axe, shot, occasion)


def _opened(stage: Stage) -> Occasion:
    """The lane is swept on Saturday; the own team leads, one place is open to whoever likes to come."""
    cast = stage.cast
    occasion = menu.open_occasion(
        item_version=ItemVersion.objects.get(item__code="HJ01", state="published"), kind="volunteers", area=cast.village,
        place="村口", starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2), volunteer_places=1, public=True,
        station=cast.station, actor=cast.as_(cast.station_staff), now=NOW,
    )  # fmt: skip
    return menu.confirm(occasion=occasion, team=cast.team, actor=CLOCK, now=NOW)


def _asked_along(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    page = stage.desk(stage.cast.station_staff, f"/occasions/{occasion.pk}/")
    page.locator(f"a[href='/desk/drives/{occasion.pk}/']").click()
    axe(page)
    page.get_by_text("还没请别的队伍").wait_for()
    page.get_by_label("队名或地方").fill("志愿队")
    page.get_by_role("button", name="看队伍").click()
    teams = (stage.cast.other_team, stage.cast.medical_team)
    for team in teams:
        page.get_by_label(re.compile(team.name)).check()
    axe(page)
    shot(page, "drive choose teams", full=True)
    page.get_by_role("button", name="请他们一起去").click()
    page.get_by_text("已请 2 支队伍").first.wait_for()
    axe(page)
    shot(page, "drive asked", full=True)
    asked = Invite.objects.filter(occasion=occasion)
    assert {(row.team_id, row.state) for row in asked} == {(team.pk, "open") for team in teams}


def _yes_with_five(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    """By the link of the message, not signed in."""
    cast = stage.cast
    page = stage.phone(None, stage.link(cast.other_leader, "invite.asked"))
    assert cast.team.name in page.inner_text("main")  # who leads
    axe(page)
    shot(page, "drive invite", full=True)
    page.get_by_label("你们去几个人？").fill("5")
    page.get_by_role("button", name="我们去").click()
    page.get_by_text("谢谢。要知道的都在这一页。").wait_for()
    page.locator("summary", has_text="定谁去").click()
    page.get_by_text("曹同去").click()
    page.get_by_text("严同去").click()
    axe(page)
    page.get_by_role("button", name="约他们去").click()
    page.get_by_text("等他们回话").wait_for()
    axe(page)
    shot(page, "drive invite named", full=True)
    row = Invite.objects.get(occasion=occasion, team=cast.other_team)
    assert (row.state, row.heads, row.answered_by_id) == ("accepted", 5, cast.other_leader.pk)
    named = RosterLine.objects.filter(occasion=occasion, team_id=cast.other_team.pk)
    assert sorted(named.values_list("person__name", "state")) == [("严同去", "asked"), ("曹同去", "asked")]


def _no_by_telephone(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    """The doctors' leader is called; the station writes down his no as his."""
    cast = stage.cast
    page = stage.desk(cast.station_staff, f"/desk/drives/{occasion.pk}/")
    assert "一共去 5 人" in page.inner_text("main")
    page.locator("li", has_text=cast.medical_team.name).get_by_role("link", name="队伍回话了").click()
    axe(page)
    page.locator("summary", has_text="这次去不了").click()
    no = page.locator("details", has_text="这次去不了")
    no.get_by_text("打电话说的").click()
    no.locator("input[name=reason]").first.check()
    shot(page, "drive invite by telephone", full=True)
    no.get_by_role("button", name="告诉他们").click()
    page.get_by_text("谢谢告诉我们").wait_for()
    axe(page)
    row = Invite.objects.get(occasion=occasion, team=cast.medical_team)
    assert (row.state, row.answered_by_id) == ("declined", cast.doctor_leader.pk)


def _signed_up_and_moved_up(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    """One place: the first has it, the second waits and gets it when the first cannot come."""
    cast = stage.cast
    first = stage.phone(cast.volunteer, f"/on/{occasion.pk}/")
    axe(first)
    first.locator(".main-button a").click()
    first.wait_for_url("**/volunteer/**", wait_until="commit")
    first.locator(f"form[action='/volunteer/join/{occasion.pk}/'] button").click()
    first.get_by_text("记上您了").wait_for()
    second = stage.phone(cast.second_volunteer, "/volunteer/")
    axe(second)
    second.get_by_role("button", name="给我排候补").click()
    second.get_by_text("给您排上候补了").wait_for()
    axe(second)
    shot(second, "drive waiting", full=True)
    lines = RosterLine.objects.filter(occasion=occasion)
    assert lines.get(person=cast.volunteer).state == "yes"
    assert lines.get(person=cast.second_volunteer).state == "waitlisted"
    first.goto("/volunteer/")
    first.get_by_role("button", name="我去不了").click()
    first.wait_for_load_state()
    assert lines.get(person=cast.second_volunteer).state == "yes"
    stage.told(cast.second_volunteer, "roster.promoted")
    second.goto("/volunteer/")
    axe(second)


def _on_the_spot(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    stage.pass_to(BEGINS + timedelta(minutes=10))
    page = stage.phone(stage.cast.leader, f"/team/occasions/{occasion.pk}/")
    axe(page)
    page.locator("summary", has_text="有人当场来了").click()
    page.locator("input[name=name]").fill("过路的老李")
    page.locator("input[name=phone]").fill(TURNED_UP)
    shot(page, "drive turn-up", full=True)
    page.get_by_role("button", name="加上").click()
    page.get_by_text("过路的老李").first.wait_for()
    axe(page)
    line = RosterLine.objects.get(occasion=occasion, person__name="过路的老李")
    assert (line.state, line.signed_up) == ("yes", False)


def _recorded_with_minutes(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    stage.pass_to(BEGINS + timedelta(hours=2, minutes=20))
    cast = stage.cast
    page = stage.phone(cast.leader, f"/team/occasions/{occasion.pk}/")
    page.get_by_role("link", name="做完了").click()
    axe(page)
    late = page.locator(".order-card", has_text="过路的老李")
    late.locator("summary").click()
    late.locator("input[name^=minutes_]").fill("40")
    page.locator(".order-card", has_text="严同去").locator("input[name^=came_]").uncheck()
    page.locator("#id_minutes").fill("110")
    page.locator("#id_content").fill("巷子扫完了")
    shot(page, "drive done", full=True)
    page.get_by_role("button", name="存好").click()
    page.wait_for_url(re.compile(r"/team/occasions/\d+/$"))
    axe(page)
    shot(page, "drive recorded", full=True)
    lines = RosterLine.objects.filter(occasion=occasion)
    given = dict(lines.filter(state="came").values_list("person__name", "minutes"))
    assert given == {"曹同去": 110, cast.second_volunteer.name: 110, "过路的老李": 40}
    assert lines.get(person__name="严同去").state == "absent"
    assert LawRecord.objects.get(occasion=occasion).recorded_at is not None


# --- an emergency ----------------------------------------------------------------------------------------------------


def test_teams_are_called_up(stage: Stage, axe: Axe, shot: Any) -> None:
    occasion = _called_up(stage, axe, shot)
    cast = stage.cast
    for leader, heads in ((cast.other_leader, 8), (cast.leader, 2)):
        page = stage.phone(None, stage.link(leader, "call_up.asked"))
        axe(page)
        page.get_by_label("你们去几个人？").fill(str(heads))
        shot(page, f"call-up answer {heads}", full=True)
        page.get_by_role("button", name="我们去").click()
        page.get_by_text("谢谢。要知道的都在这一页。").wait_for()
        axe(page)
    occasion.refresh_from_db()
    assert (occasion.state, occasion.team) == ("confirmed", cast.other_team)  # the first that comes leads
    page = stage.desk(cast.dispatcher, f"/desk/drives/{occasion.pk}/")
    axe(page)
    shot(page, "call-up desk", full=True)
    assert "一共去 10 人" in page.inner_text("main")
    _led_and_recorded(stage, axe, shot, occasion)


def _called_up(stage: Stage, axe: Axe, shot: Any) -> Occasion:
    cast = stage.cast
    page = stage.desk(cast.dispatcher, "/call-ups/")
    axe(page)
    shot(page, "call-ups none", full=True)
    page.get_by_role("link", name="应急集结").last.click()
    page.locator("#id_what").fill("大雪封路，清出一条道")
    page.get_by_label("哪类队伍").select_option(cast.team.kind)
    page.get_by_role("button", name="看队伍").click()
    axe(page)
    assert page.locator("#id_what").input_value() == "大雪封路，清出一条道"  # what was typed stays
    assert not page.locator(".invalid-feedback, .errorlist").count()  # and nothing is blamed yet
    assert page.locator("input[name=teams]:checked").count() == 2
    page.locator("#id_item").select_option(label="应急集结")
    page.locator("#id_area").select_option(str(cast.village.pk))
    page.locator("#id_place").fill("村委会大院")
    soon = _local(stage.now + timedelta(hours=1))
    page.locator("#id_starts_at_0").fill(soon.date().isoformat())
    page.locator("#id_starts_at_1").fill(f"{soon:%H}:30")
    shot(page, "call-up new", full=True)
    page.get_by_role("button", name="马上集结").click()
    page.wait_for_url("**/desk/drives/*/")
    axe(page)
    occasion = Occasion.objects.get(emergency=True)
    assert (occasion.item_version.item.code, occasion.state, occasion.invites.count()) == ("YJ01", "draft", 2)
    assert occasion.invites.filter(team=cast.medical_team).count() == 0  # only that kind
    return occasion


def _local(moment: datetime) -> datetime:
    from laojia.kernel.clock import local

    return local(moment)


def _led_and_recorded(stage: Stage, axe: Axe, shot: Any, occasion: Occasion) -> None:
    assert occasion.ends_at is not None
    stage.pass_to(occasion.ends_at + timedelta(minutes=5))
    page = stage.phone(stage.cast.other_leader, f"/team/occasions/{occasion.pk}/")
    axe(page)
    page.get_by_role("link", name="做完了").click()
    page.get_by_text(stage.cast.other_leader.name, exact=True).click()
    page.locator("#id_minutes").fill("200")
    page.locator("#id_content").fill("清出一条道")
    axe(page)
    page.get_by_role("button", name="存好").click()
    page.wait_for_url(re.compile(r"/team/occasions/\d+/$"))
    axe(page)
    shot(page, "call-up recorded", full=True)
    line = RosterLine.objects.get(occasion=occasion, person=stage.cast.other_leader)
    assert (line.state, line.minutes) == ("came", 200)
