"""Guardians, valid on the day, posts beside posts, the lock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from laojia.foundation.people.rules import (
    clashing,
    clean_name,
    enough_contacts,
    least_age,
    lock_after,
    may_be_guardian,
    needs_guardian,
    same_name,
)
from laojia.policy.roles import SECOND_FACTOR_ROLES, SEPARATE_ROLES, Role

DAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("王秀英", " 王 秀英 ", True),
        ("阿不都·热合曼", "阿不都热合曼", True),
        ("Li Mei", "LI MEI", True),
        ("王秀英", "王秀", False),
        ("", "", False),
    ],
)
def test_names_as_people_type_them(one, other, same):
    assert same_name(one, other) is same


def test_a_name_is_stored_in_one_form():
    assert clean_name("  王　秀英 ") == "王 秀英"


@pytest.mark.parametrize(
    ("year", "young"), [(None, False), (2026, True), (2014, True), (2012, True), (2011, False), (1950, False)]
)
def test_under_fourteen_as_far_as_the_year_tells(year, young):
    assert needs_guardian(year, DAY) is young


def test_the_age_is_never_told_too_high():
    assert least_age(2012, DAY) == 13
    assert least_age(2027, DAY) == 0


def test_a_guardian_is_another_grown_up():
    assert may_be_guardian(child_id=1, guardian_id=2, guardian_birth_year=None, on=DAY)
    assert may_be_guardian(child_id=1, guardian_id=2, guardian_birth_year=2007, on=DAY)
    assert not may_be_guardian(child_id=1, guardian_id=2, guardian_birth_year=2010, on=DAY)
    assert not may_be_guardian(child_id=2, guardian_id=2, guardian_birth_year=None, on=DAY)


def test_two_contacts_stay():
    assert enough_contacts([1, 2, 3], 3)
    assert not enough_contacts([1, 2], 2)
    assert not enough_contacts([1, 1, 2], 2)
    assert enough_contacts([1, 2], 9)


@pytest.mark.parametrize("admin", sorted(SEPARATE_ROLES))
def test_administrators_hold_nothing_that_sees_rows(admin):
    for other in (SECOND_FACTOR_ROLES | {Role.TEAM_LEADER, Role.GRID_WORKER}) - {admin}:
        assert clashing(admin, [other]) is other
        assert clashing(other, [admin]) is admin
    assert clashing(admin, [Role.VOLUNTEER, Role.RESIDENT]) is None
    assert clashing(Role.VOLUNTEER, [admin]) is None


def test_working_roles_stand_beside_each_other():
    assert clashing(Role.DISPATCHER, [Role.STATION_STAFF, Role.TEAM_LEADER]) is None


def test_five_failures_lock_for_half_an_hour():
    now = datetime(2026, 11, 25, 2, tzinfo=UTC)
    assert lock_after(4, now) is None
    assert lock_after(5, now) == now + timedelta(minutes=30)
