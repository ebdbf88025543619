"""Each post finds the way to its work, and only to its own."""

import pytest
from django.test import Client

from laojia.channels.home.rules import GROUPS, IN_ONE_LINE, WORK, in_groups, town_path, view_of, work_of
from laojia.conf.look import GROUP_WORDS, WORK_WORDS, work_links
from laojia.policy.facts import NOBODY, Actor, Grant
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import Role
from tests.acting import signed_in
from tests.cast import Cast

COLLEAGUES = (
    "dispatcher", "station_staff", "grid_worker", "leader", "volunteer", "county_leader", "zone_leader", "menu_editor",
    "complaint_holder", "keeper", "system_admin", "security_admin", "audit_admin",
)  # fmt: skip


def actor(*roles: Role) -> Actor:
    return Actor(1, tuple(Grant(role) for role in (Role.RESIDENT, *roles)))


@pytest.mark.parametrize(
    ("role", "first", "never"),
    [
        (Role.TEAM_LEADER, "/team/", "/teams/"),
        (Role.VOLUNTEER, "/volunteer/", "/desk/"),
        (Role.DISPATCHER, "/desk/", "/posts/"),
        (Role.GRID_WORKER, "/help/", "/desk/"),
        (Role.COUNTY_LEADER, "/overview/", "/help/"),
        (Role.ZONE_LEADER, "/overview/", "/help/"),
        (Role.MENU_EDITOR, "/menu-desk/", "/people/"),
        (Role.SECURITY_ADMIN, "/posts/", "/people/"),
        (Role.AUDIT_ADMIN, "/posts/", "/people/"),
        (Role.SYSTEM_ADMIN, "/areas/", "/people/"),
    ],
)
def test_work(role: Role, first: str, never: str) -> None:
    work = work_of(actor(role))
    assert work[0] == first
    assert never not in work


@pytest.mark.django_db
@pytest.mark.parametrize("who", COLLEAGUES)
def test_every_page_of_the_bar_opens(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    client = signed_in(Client(), person)
    work = work_of(cast.as_(person))
    assert work
    assert {address: client.get(address, follow=True).status_code for address in work} == dict.fromkeys(
        work, 200
    )


def test_residents_have_no_work() -> None:
    assert work_of(actor()) == ()
    assert work_of(NOBODY) == ()


def test_table_is_whole() -> None:
    assert {address for address, _verb in WORK} == set(WORK_WORDS)
    assert all(verb in PERMISSIONS for _address, verb in WORK)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
def test_the_bar_of_every_post_fits_one_line(role: Role) -> None:
    """What does not stand in the line stands under a heading, and nothing is lost or said twice."""
    work = work_of(actor(role))
    daily, groups = in_groups(work)
    assert len(daily) <= IN_ONE_LINE
    assert sorted([*daily, *(one for _name, pages in groups for one in pages)]) == sorted(work)
    links = work_links(actor(role))
    assert [url for url, _word in links if not url.startswith("#")][: len(daily)] == list(daily)
    assert [url for url, _word in links].count("#end") == bool(groups)


def test_every_group_has_a_heading() -> None:
    assert {name for name, _pages in GROUPS} == set(GROUP_WORDS)


def test_near_means_the_town() -> None:
    assert town_path("/1/4/17/") == "/1/4/"
    assert town_path("/1/4/") == "/1/4/"
    assert town_path("/1/") == "/1/"
    assert town_path("") == ""


def test_text_size() -> None:
    assert view_of("elder-30") == "elder-30"
    assert view_of("") == view_of("huge") == "standard"
