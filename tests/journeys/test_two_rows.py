"""One person in the book twice, in Chromium: found, proposed by keyboard at the station, confirmed at the centre, separated."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from laojia.foundation.people.jobs import compare
from laojia.foundation.people.models import Claim, Merging, Person
from laojia.kernel import clock
from tests.acting import account_of
from tests.cast import PEOPLE, Cast, make_cast, person
from tests.conftest import DESK, PHONE

Open = Callable[..., Page]


@pytest.fixture
def cast(live: str) -> Cast:
    """The cast in committed rows, and 王秀英 a second time as a list brought her in."""
    made = make_cast()
    for name in PEOPLE:
        getattr(made, name)
    person("王秀英", made.resident.phone, made.second_village, birth_year=1950)
    compare(clock.now(), 1000)
    return made


def test_from_the_list_to_the_undoing(
    cast: Cast, open_page: Open, axe: Callable[..., None], shot: Callable[..., object]
) -> None:
    page = open_page("/people/", size=DESK, signed_in=account_of(cast.station_staff), script=True)
    page.keyboard.press("/")
    page.keyboard.type("秀英")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    axe(page)
    page.get_by_role("link", name="登记重了吗").click()
    page.wait_for_url("**/people/alike/")
    axe(page)
    shot(page, "in the book twice")
    page.locator("a[data-row]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/alike/*/*/")
    axe(page)
    shot(page, "one person or two", full=True)
    page.locator("#kept-left").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#kept-right").is_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/joined/**")
    axe(page)
    merging = Merging.objects.get()
    desk = open_page(
        f"/people/joined/{merging.pk}/", size=DESK, signed_in=account_of(cast.dispatcher), script=False
    )
    shot(desk, "joining, second person", full=True)
    with desk.expect_navigation():
        desk.get_by_role("button", name="确认是同一个人").click()
    assert desk.get_by_role("button", name="再分开").is_visible()  # the page says: it can be undone here
    assert Person.objects.get(pk=merging.gone_id).merged_into_id == merging.kept_id
    phone = open_page(f"/people/joined/{merging.pk}/", size=PHONE, signed_in=account_of(cast.station_staff))
    axe(phone)
    shot(phone, "joined, on a phone", full=True)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with phone.expect_navigation():
        phone.get_by_role("button", name="再分开").click()
    assert Person.objects.get(pk=merging.gone_id).merged_into_id is None


def test_the_station_sets_up_and_undoes_a_phone(
    cast: Cast, open_page: Open, axe: Callable[..., None], shot: Callable[..., object]
) -> None:
    page = open_page(
        f"/people/{cast.neighbour.pk}/unclaim/", size=DESK, signed_in=account_of(cast.station_staff)
    )
    axe(page)
    page.get_by_label("手机号").fill("13977770000")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    axe(page)
    shot(page, "who signs in", full=True)
    page.get_by_role("button", name="撤掉错的登录").click()
    page.wait_for_url(f"**/people/{cast.neighbour.pk}/")
    assert not Claim.objects.filter(person=cast.neighbour, ended_at=None).exists()
