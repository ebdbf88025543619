"""The list of teams: two contacts each, the week, corrections, taken back with the people it had to enter."""

from __future__ import annotations

import pytest

from laojia.foundation.lists import actions
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.queries import contacts_of
from laojia.foundation.teams.models import Team
from laojia.foundation.teams.queries import week_of
from tests import sheets
from tests.apps.lists.conftest import Desk, through
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_a_team_comes_with_two_contacts_and_its_week(desk: Desk) -> None:
    desk.take("teams", [desk.team | {"weekly": "16", "serves": "全县", "about": "陪老人说话"}])
    team = Team.objects.get(name="清单助老队")
    names = {Person.objects.get(pk=pk).name for pk in contacts_of(team.pk, TODAY)}
    assert names == {"丁队长", "戊副队"}
    assert (team.area, team.serves, team.about) == (desk.cast.town, [], "陪老人说话")
    week = week_of(team.pk)
    assert sum(week.values()) == 16
    assert (week[0, "morning"], week[6, "afternoon"]) == (2, 1)


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("name", "", "empty"),
        ("kind", "", "empty"),
        ("area", "没有这个村", "area_unknown"),
        ("serves", "甘亭镇、没有这个村", "area_unknown"),
        ("leader", "", "empty"),
        ("leader_phone", "1351111", "phone_length"),
        ("second_phone", "", "empty"),
        ("weekly", "很多", "number"),
        ("weekly", "501", "number"),
    ],
)
def test_a_bad_cell_is_named(desk: Desk, column: str, text: str, code: str) -> None:
    assert desk.flaws("teams", desk.team | {column: text}) == [[column, code]]


def test_two_contacts_are_two_people(desk: Desk) -> None:
    row = desk.team | {"second": "丁队长", "second_phone": "13511110011"}
    assert desk.flaws("teams", row) == [["second", "two_contacts"]]


def test_a_team_that_ended_is_not_opened_by_a_list(desk: Desk) -> None:
    desk.take("teams", [desk.team])
    Team.objects.filter(name="清单助老队").update(ended_on=TODAY)
    assert desk.flaws("teams", desk.team) == [["name", "team_ended"]]


def test_a_correction_changes_what_the_list_says_and_keeps_the_rest(desk: Desk) -> None:
    desk.take("teams", [desk.team | {"weekly": "7", "about": "旧的"}])
    Team.objects.filter(name="清单助老队").update(lon=111.7, lat=36.2)
    second = desk.team | {"kind": "医疗志愿队", "second": "己新人", "second_phone": "13511110019"}
    line = desk.check("teams", [second]).lines.get()
    assert (line.found, set(line.fields)) == ("change", {"kind", "second"})
    desk.take("teams", [second | {"about": ""}])
    team = Team.objects.get(name="清单助老队")
    assert (team.kind, team.about, team.lon, sum(week_of(team.pk).values())) == (
        "医疗志愿队",
        "旧的",
        111.7,
        7,
    )
    # A list says who is a contact, not who has left.
    assert len(contacts_of(team.pk, TODAY)) == 3


def test_known_people_become_contacts_without_being_doubled(desk: Desk) -> None:
    known = desk.cast.neighbour
    before = Person.objects.count()
    desk.take("teams", [desk.team | {"leader": known.name, "leader_phone": known.phone}])
    assert Person.objects.count() == before + 1
    assert Post.objects.filter(person=known, role="team_leader").exists()


def test_a_clash_of_posts_is_told_in_its_row_and_stops_nobody_else(desk: Desk) -> None:
    admin = desk.cast.system_admin
    rows = [
        desk.team | {"leader": admin.name, "leader_phone": admin.phone},
        desk.team | {"name": "另一支队", "leader_phone": "13511110021", "second_phone": "13511110022"},
    ]
    batch = desk.take("teams", rows)
    assert (batch.made, batch.bad) == (1, 1)
    line = batch.lines.get(found="bad")
    assert (line.number, line.flaws[0][1], line.cells != "") == (2, "refused", True)
    assert not Team.objects.filter(name="清单助老队").exists()
    assert Person.objects.filter(name="戊副队").count() == 1  # the other team's
    assert not Post.objects.filter(team__name="清单助老队").exists()


def test_taken_back_the_contacts_it_entered_go_too(desk: Desk) -> None:
    counts = Team.objects.count(), Person.objects.count(), Post.objects.count()
    known = desk.cast.neighbour
    batch = desk.take(
        "teams", [desk.team | {"weekly": "7", "leader": known.name, "leader_phone": known.phone}]
    )
    removed = desk.remove(batch)
    assert removed.stayed == 0
    assert (Team.objects.count(), Person.objects.count(), Post.objects.count()) == counts
    assert Person.objects.filter(pk=known.pk).exists()


def test_a_team_somebody_joined_stays_with_its_contacts(desk: Desk) -> None:
    batch = desk.take("teams", [desk.team])
    people = desk.take("volunteers", [desk.volunteer | {"teams": "清单助老队"}])
    removed = desk.remove(batch)
    assert [line.stays for line in removed.lines.all()] == ["used"]
    assert Team.objects.filter(name="清单助老队").exists()
    desk.remove(people)
    assert not Person.objects.filter(name="林清单").exists()


def test_a_whole_county_of_teams_with_a_share_of_mistakes(desk: Desk) -> None:
    rows = sheets.team_rows(60, 0.07)
    body = "\n".join(",".join(row) for row in [list(sheets.TEAM_HEADINGS), *rows]).encode("gb18030")
    batch = desk.check("teams", body)
    assert (batch.fresh, batch.bad) == (56, 4)
    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    assert through(batch).made == 56
    assert Team.objects.filter(kind__in=sheets.KINDS).exclude(name__in=("甘亭助老志愿队",)).count() >= 56
