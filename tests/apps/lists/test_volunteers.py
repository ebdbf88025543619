"""The list of volunteers: what goes in, what is refused and why, what is corrected, who is taken back."""

from __future__ import annotations

from datetime import date

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.lists.models import StagedRow
from laojia.foundation.people import actions as people
from laojia.foundation.people.models import Certificate, Consent, Person, Post, Registration
from laojia.foundation.people.queries import consents_of
from laojia.kernel import crypto
from tests.apps.lists.conftest import Desk, Row
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db

FULL = {
    "gender": "男", "born_on": "1968.5.12", "address": "一巷3号", "skills": "量血压", "categories": "卫生健康、社区服务",
    "volunteer_number": "141024000000777", "certificate": "执业医师", "certificate_number": "Z1",
    "certified_from": "2015-03-01", "certified_to": "2030-01-01",
}  # fmt: skip


def row(desk: Desk, **more: str) -> Row:
    return desk.volunteer | {"born_on": "", "id_number": "149999196805120016"} | more


def test_a_full_row_becomes_a_person_with_everything(desk: Desk) -> None:
    batch = desk.take("volunteers", [row(desk, **FULL, teams=desk.cast.team.name)])
    person = Person.objects.get(name="林清单")
    assert (batch.state, batch.made, batch.bad) == ("taken", 1, 0)
    assert (person.phone, person.id_number, person.birth_year) == ("13511110001", "149999196805120016", 1968)
    assert person.id_number_hash == crypto.keyed_hash("149999196805120016")
    assert person.phone_end_hash == crypto.keyed_hash("0001")
    assert (person.area, person.area_path) == (desk.cast.village, desk.cast.village.path)
    entry = Registration.objects.get(person=person)
    assert (entry.gender, entry.born_on, entry.skills) == ("m", date(1968, 5, 12), "量血压")
    assert entry.categories == ["卫生健康", "社区服务"]
    assert entry.consented_on == date(2026, 11, 2)
    held = Certificate.objects.get(person=person)
    assert (held.kind, held.number, held.valid_to) == ("执业医师", "Z1", date(2030, 1, 1))
    post = Post.objects.get(person=person)
    assert (post.role, post.team, post.valid_from) == ("volunteer", desk.cast.team, TODAY)
    consent = consents_of(person.pk)["volunteer_register"]
    assert (consent.given, consent.channel, consent.heard_by_id) == (True, "paper", desk.actor.person_id)


def test_each_fact_has_its_journal_row_and_no_name_stands_there(desk: Desk) -> None:
    before = JournalRow.objects.count()
    desk.take("volunteers", [row(desk, **FULL, teams=desk.cast.team.name)])
    person = Person.objects.get(name="林清单")
    rows = JournalRow.objects.filter(cause="list.take")
    assert {r.verb for r in rows} == {"person.add", "person.consent", "team.member", "team.certificate"}
    added = rows.get(verb="person.add")
    assert (added.subject_id, added.actor_id) == (person.pk, desk.actor.person_id)
    assert added.fields == sorted(
        ["name", "phone", "area", "address", "birth_year", "volunteer_number", "id_number"]
    )
    # the four, and the list's own: read, checked, taken, done
    assert JournalRow.objects.count() - before == 8


def test_the_gender_and_birthday_come_from_the_id_number(desk: Desk) -> None:
    desk.take("volunteers", [row(desk)])
    entry = Registration.objects.get(person__name="林清单")
    assert (entry.gender, entry.born_on) == ("m", date(1968, 5, 12))


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("name", "", "empty"),
        ("name", "13800000000", "name"),
        ("phone", "1381234", "phone_length"),
        ("phone", "1.35E+10", "as_number"),
        ("phone", "12811110001", "phone_range"),
        ("phone", "电话没有", "phone_signs"),
        ("id_number", "14999919680512001", "id_length"),
        ("id_number", "149999196805120018", "id_check"),
        ("id_number", "149999196813450015", "id_check"),
        ("id_number", "1.49999E+17", "as_number"),
        ("born_on", "昨天", "day"),
        ("born_on", "1968-02-30", "day_none"),
        ("born_on", "2031-01-01", "day_ahead"),
        ("born_on", "1967-01-01", "not_as_id"),
        ("gender", "女", "not_as_id"),
        ("gender", "汉", "choice"),
        ("area", "没有这个村", "area_unknown"),
        ("area", "", "empty"),
        ("categories", "喝茶", "choice"),
        ("volunteer_number", "第七号", "volunteer_number"),
        ("teams", "没有这支队伍", "team_unknown"),
        ("consent", "否", "no_consent"),
        ("consent", "也许", "yes_no"),
        ("consented_on", "", "empty"),
    ],
)
def test_a_bad_cell_is_named(desk: Desk, column: str, text: str, code: str) -> None:
    assert desk.flaws("volunteers", row(desk, **{column: text})) == [[column, code]]
    assert not Person.objects.filter(name="林清单").exists()


def test_a_certificate_is_whole_or_not_there(desk: Desk) -> None:
    assert desk.flaws("volunteers", row(desk, certificate="执业医师")) == [["certified_from", "empty"]]
    assert desk.flaws("volunteers", row(desk, certified_from="2020-01-01")) == [["certificate", "empty"]]
    assert desk.flaws(
        "volunteers", row(desk, certificate="证", certified_from="2020-01-01", certified_to="2019-01-01")
    ) == [["certified_to", "days_order"]]


def test_somebody_without_any_number_cannot_be_known_again(desk: Desk) -> None:
    assert desk.flaws("volunteers", row(desk, phone="", id_number="")) == [["phone", "one_of"]]


def test_every_flaw_of_a_row_is_told_at_once(desk: Desk) -> None:
    found = desk.flaws("volunteers", row(desk, phone="1", id_number="2", consented_on="x"))
    assert [column for column, _code in found] == ["id_number", "phone", "consented_on"]


def test_a_village_of_which_there_are_two_wants_its_town(desk: Desk) -> None:
    from django.db.models import Count

    from laojia.foundation.area.models import Area

    twice = (
        Area.objects.filter(level="village")
        .values("name")
        .annotate(n=Count("id"))
        .filter(n=2)
        .order_by("name")
        .first()
    )
    assert twice is not None
    area = Area.objects.filter(name=twice["name"]).first()
    assert area is not None
    assert desk.flaws("volunteers", row(desk, area=area.name)) == [["area", "area_ambiguous"]]
    desk.take("volunteers", [row(desk, area=f"{area.parent} {area.name}")])  # type: ignore[union-attr]
    assert Person.objects.get(name="林清单").area == area


def test_a_dispatcher_of_one_town_takes_in_his_own_people_only(desk: Desk) -> None:
    Post.objects.filter(person=desk.cast.second_dispatcher).update(area=desk.cast.town, station=None)
    actor = desk.cast.as_(desk.cast.second_dispatcher)
    far = f"{desk.cast.other_town.name}{desk.cast.far_village.name}"
    assert desk.flaws("volunteers", row(desk, area=far), actor) == [["area", "not_yours"]]
    assert desk.flaws("volunteers", row(desk, teams=desk.cast.medical_team.name), actor) == [
        ["teams", "not_yours"]
    ]
    assert desk.check("volunteers", [row(desk)], actor).fresh == 1


def test_the_same_list_again_finds_everybody(desk: Desk) -> None:
    rows = [
        row(desk, **FULL, teams=desk.cast.team.name),
        row(desk, name="林二", phone="13511110002", id_number=""),
    ]
    desk.take("volunteers", rows)
    again = desk.check("volunteers", rows)
    assert (again.fresh, again.changed, again.same, again.bad) == (0, 0, 2, 0)


def test_a_correction_names_its_fields_and_leaves_the_rest(desk: Desk) -> None:
    desk.take("volunteers", [row(desk, **FULL)])
    new = {"phone": "13511119999", "skills": "理发", "teams": desk.cast.team.name, "address": ""}
    second = desk.check("volunteers", [row(desk, **(FULL | new))])
    line = second.lines.get()
    assert (line.found, set(line.fields)) == ("change", {"phone", "skills", "teams"})
    desk.take("volunteers", [row(desk, **(FULL | new), name="林清单")])
    person = Person.objects.get(name="林清单")
    assert (person.phone, person.address, person.registration.skills) == ("13511119999", "一巷3号", "理发")
    assert Certificate.objects.filter(person=person).count() == 1
    assert Consent.objects.filter(person=person).count() == 1
    corrected = JournalRow.objects.get(verb="person.correct", subject_id=person.pk)
    assert corrected.fields == ["phone"]


def test_a_resident_who_is_known_becomes_a_volunteer(desk: Desk) -> None:
    known = desk.cast.neighbour
    batch = desk.take(
        "volunteers", [row(desk, name=known.name, phone=known.phone, id_number="149999196805120016")]
    )
    assert batch.made == 0
    known.refresh_from_db()
    assert known.id_number == "149999196805120016"
    assert Registration.objects.filter(person=known).exists()
    assert Person.objects.filter(name=known.name).count() == 1


def test_one_phone_serves_a_family(desk: Desk) -> None:
    batch = desk.take("volunteers", [row(desk), row(desk, name="林小妹", id_number="")])
    assert (batch.made, batch.bad) == (2, 0)


def test_a_number_that_is_somebody_elses_is_refused(desk: Desk) -> None:
    desk.take("volunteers", [row(desk, **FULL)])
    assert desk.flaws("volunteers", row(desk, name="别的人", phone="13511110005")) == [
        ["id_number", "other_name"]
    ]
    desk.take("volunteers", [row(desk, name="林二", phone="13511110002", id_number="149999197005120012")])
    both = row(desk, name="林二", id_number="149999197005120012", volunteer_number="141024000000777")
    assert ["volunteer_number", "other_name"] in desk.flaws("volunteers", both)


def test_a_row_twice_counts_once_and_another_row_about_the_same_one_is_refused(desk: Desk) -> None:
    batch = desk.check("volunteers", [row(desk), row(desk), row(desk, address="九巷9号")])
    assert [line.found for line in batch.lines.order_by("number")] == ["new", "repeat", "bad"]
    assert batch.lines.get(number=4).flaws == [["name", "in_row", "2"]]


def test_nothing_of_a_sheet_lies_open_at_rest_and_nothing_stays(desk: Desk) -> None:
    from django.db import connection

    batch = desk.check("volunteers", [row(desk)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT cells, handles, flaws FROM lists_stagedrow")
        stored = str(cursor.fetchall())
    assert "林清单" not in stored
    assert "13511110001" not in stored
    from laojia.foundation.lists import actions

    actions.take_list(batch=batch, actor=desk.actor, now=NOW)
    from tests.apps.lists.conftest import through

    through(batch)
    line = StagedRow.objects.get(batch=batch)
    assert (line.cells, line.handles, batch.sheet.count()) == ("", "", 0)


# --- taken back ---------------------------------------------------------------------------------------------------------


def test_a_list_taken_back_leaves_nothing(desk: Desk) -> None:
    counts = {model: model.objects.count() for model in (Person, Post, Certificate, Consent, Registration)}
    batch = desk.take("volunteers", [row(desk, **FULL, teams=desk.cast.team.name)])
    person = Person.objects.get(name="林清单")
    removed = desk.remove(batch)
    assert (removed.state, removed.made, removed.stayed) == ("removed", 0, 0)
    assert {model: model.objects.count() for model in counts} == counts
    assert JournalRow.objects.filter(verb="list.remove", kind="person", subject_id=person.pk).count() == 1


def test_who_was_only_met_is_not_taken_back(desk: Desk) -> None:
    known = desk.cast.neighbour
    batch = desk.take(
        "volunteers",
        [
            row(desk, name=known.name, phone=known.phone),
            row(desk, name="林新", phone="13511110007", id_number=""),
        ],
    )
    desk.remove(batch)
    assert Person.objects.filter(pk=known.pk).exists()
    assert not Person.objects.filter(name="林新").exists()


@pytest.mark.parametrize("use", ["corrected", "post", "account", "roster"])
def test_who_is_in_use_stays_and_the_list_says_why(desk: Desk, use: str) -> None:
    batch = desk.take("volunteers", [row(desk), row(desk, name="林二", phone="13511110002", id_number="")])
    person, why = (
        Person.objects.get(name="林清单"),
        {"corrected": "changed", "post": "used", "account": "account", "roster": "works"}[use],
    )
    later = NOW.replace(hour=3)
    if use == "corrected":
        people.correct_person(actor=desk.actor, now=later, person_id=person.pk, changes={"address": "新家"})
    elif use == "post":
        Post.objects.create(person=person, role="grid_worker", area=desk.cast.village, valid_from=TODAY)
    elif use == "account":
        from tests.acting import account_of

        account_of(person)
    else:
        Person.objects.filter(pk=desk.cast.child.pk).update(guardian=person)
    removed = desk.remove(batch)
    assert (removed.stayed, removed.made) == (1, 1)
    assert removed.lines.get(row_id=person.pk).stays == why
    assert Person.objects.filter(pk=person.pk).exists()
    assert not Person.objects.filter(name="林二").exists()
