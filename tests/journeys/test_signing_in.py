"""Signing in and the pages behind it, in Chromium: a resident by code without script, a leader, the desks; axe on every page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Account
from tests.acting import account_of
from tests.cast import Cast, make_cast
from tests.conftest import DESK

Open = Callable[..., Page]


@pytest.fixture
def everybody(live: str) -> Cast:
    """The cast in committed rows."""
    return make_cast()


def test_a_resident_signs_in_by_code_without_script(everybody: Cast, open_page: Open) -> None:
    page = open_page("/me/", script=False)
    page.get_by_label("您的手机号").first.fill(everybody.resident.phone)
    page.get_by_role("button", name="发验证码").click()
    page.wait_for_url("**/login/code/confirm/**")
    code = Message.objects.get(template="account.code").variables["code"]
    page.locator("input[name=code]").fill(str(code))
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url("**/accounts/who/**")
    assert Account.objects.get().phone_verified


def test_who_am_i_and_my_data(
    everybody: Cast, open_page: Open, axe: Callable[..., None], shot: Callable[..., object]
) -> None:
    page = open_page("/accounts/login/")
    axe(page)
    shot(page, "sign in")
    account = account_of(everybody.neighbour)
    Account.objects.filter(pk=account.pk).update(person=None)
    page = open_page("/accounts/who/?next=/me/", signed_in=account)
    axe(page)
    shot(page, "who are you")
    page.get_by_label("您的名字").fill("赵大山")
    page.get_by_role("button", name="这就是我").click()
    page.wait_for_url("**/me/")
    axe(page)
    shot(page, "my data", full=True)
    page.get_by_label("哪条巷、几号").fill("槐树巷 5 号")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("存好了").wait_for()
    page.get_by_role("button", name="全部打印出来").click()
    page.get_by_role("heading", name="我们存着的关于您的资料").wait_for()
    axe(page)
    shot(page, "my data on a sheet", full=True)
    page = open_page("/me/erase/", signed_in=account)
    axe(page)


def test_a_leader_says_when_the_team_can_come(
    everybody: Cast, open_page: Open, axe: Callable[..., None], shot: Callable[..., object]
) -> None:
    page = open_page("/teams/", signed_in=account_of(everybody.leader))
    axe(page)
    shot(page, "my team", full=True)
    page.get_by_label("周三 上午").fill("4")
    page.get_by_role("button", name="存好这一周").click()
    page.get_by_text("存好了").wait_for()
    assert page.get_by_label("周三 上午").input_value() == "4"


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("dispatcher", "/teams/"),
        ("dispatcher", "/teams/new/"),
        ("dispatcher", "/people/?q=王"),
        ("dispatcher", "/people/add/"),
        ("security_admin", "/posts/?q=朱网格"),
        ("audit_admin", "/journal/"),
    ],
)
def test_the_desks(
    everybody: Cast,
    open_page: Open,
    axe: Callable[..., None],
    shot: Callable[..., object],
    who: str,
    path: str,
) -> None:
    page = open_page(path, size=DESK, signed_in=account_of(getattr(everybody, who)))
    axe(page)
    shot(page, f"desk {who} {path}", full=True)


def test_one_person_and_one_post_at_the_desk(
    everybody: Cast, open_page: Open, axe: Callable[..., None], shot: Callable[..., object]
) -> None:
    page = open_page(
        f"/people/{everybody.resident.pk}/reveal/", size=DESK, signed_in=account_of(everybody.station_staff)
    )
    axe(page)
    page.get_by_label("打电话", exact=False).first.check()
    page.get_by_role("button", name="看全").click()
    page.get_by_text("王秀英").first.wait_for()
    axe(page)
    shot(page, "one person in full")
    page = open_page(
        f"/posts/person/{everybody.grid_worker.pk}/",
        size=DESK,
        signed_in=account_of(everybody.security_admin),
    )
    axe(page)
    shot(page, "posts of one", full=True)


def test_what_a_colleague_still_has_to_do(
    everybody: Cast, open_page: Open, axe: Callable[..., None], shot: Callable[..., object]
) -> None:
    page = open_page("/accounts/second-step/", signed_in=account_of(everybody.dispatcher))
    axe(page)
    shot(page, "second step")
