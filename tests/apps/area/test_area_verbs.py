"""area.create, area.rename, area.close: works; refused for stranger, wrong role, wrong state; journalled."""

import json
from datetime import date, timedelta

import pytest

from laojia.foundation.area import actions, queries
from laojia.foundation.area.models import Area, AreaSuccessor, Station, Zone
from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK
from tests.apps.area.conftest import LEADER, NOW, STRANGER

TODAY = date(2026, 11, 25)
SQUARE = json.dumps(
    {"type": "Polygon", "coordinates": [[[111.6, 36.2], [111.7, 36.2], [111.7, 36.3], [111.6, 36.2]]]}
)


def journal(verb):
    return list(
        JournalRow.objects.filter(verb=verb).order_by("id").values_list("subject_id", "actor_id", "fields")
    )


def test_a_new_grid_gets_the_next_code_and_a_path_of_ids(places, by_admin):
    grid = actions.create_area(level="grid", name=" 新片 ", parent=places.village, households=200, **by_admin)
    assert grid.code == places.village.code + "003"
    assert grid.path == f"{places.village.path}{grid.pk}/"
    assert (grid.name, grid.kind, grid.valid_from, grid.households) == ("新片", "网格", TODAY, 200)
    assert journal("area.create")[-1] == (grid.pk, 1, [])


def test_a_village_with_its_own_code_and_outline(places, by_admin):
    village = actions.create_area(
        level="village", name="新村村民委员会", parent=places.towns[0], code=places.towns[0].code[:9] + "999",
        outline=SQUARE, outline_system="gcj02", **by_admin,
    )  # fmt: skip
    assert (village.name, village.official_name, village.kind) == ("新村", "新村村民委员会", "村")
    assert (village.outline_system, village.schematic) == ("gcj02", False)
    assert queries.find_villages("新村")[0].id == village.pk


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"level": "micro_grid"}, "parent"),
        ({"level": "village", "code": "141024101999"}, "parent"),
        ({"level": "province"}, "level"),
        ({"name": "  "}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"code": "12"}, "code"),
        ({"code": "141024102001001"}, "code"),
        ({"valid_from": TODAY + timedelta(days=1)}, "on"),
        ({"outline": "{}"}, "outline"),
        ({"outline": '{"type":"Point","coordinates":[1,2]}'}, "outline"),
        ({"outline": SQUARE, "outline_system": "bd09"}, "outline_system"),
    ],
)
def test_a_new_area_is_refused_at_the_field(places, by_admin, words, field):
    before = Area.objects.count()
    with pytest.raises(BadInput) as refused:
        actions.create_area(
            **{"level": "grid", "name": "新片", "parent": places.village, **words}, **by_admin
        )
    assert field in refused.value.fields
    assert Area.objects.count() == before


def test_a_code_is_never_given_again(places, by_admin):
    last = places.micro[1]
    actions.close_area(area=last, on=TODAY, **by_admin)
    fresh = actions.create_area(level="micro_grid", name="三组", parent=places.grids[0], **by_admin)
    assert fresh.code == places.grids[0].code + "03"
    with pytest.raises(Conflict):
        actions.create_area(
            level="micro_grid", name="二组", parent=places.grids[0], code=last.code, **by_admin
        )


def test_rename_keeps_code_and_path(places, by_admin):
    code, path = places.village.code, places.village.path
    actions.rename_area(area=places.village, name="幸福社区居民委员会", **by_admin)
    village = Area.objects.get(pk=places.village.pk)
    assert (village.name, village.code, village.path) == ("幸福社区", code, path)
    actions.rename_area(area=village, name="幸福社区居民委员会", **by_admin)
    assert journal("area.rename") == [(village.pk, 1, ["name"])]
    with pytest.raises(BadInput):
        actions.rename_area(area=village, name="", **by_admin)


@pytest.mark.parametrize(
    ("actor", "error"), [(STRANGER, OutOfScope), (LEADER, NotPermitted), (CLOCK, OutOfScope)]
)
def test_who_may_not(places, actor, error):
    with pytest.raises(error):
        actions.rename_area(area=places.village, name="别名", actor=actor, now=NOW)
    with pytest.raises(error):
        actions.close_area(area=places.micro[0], on=TODAY, actor=actor, now=NOW)
    if actor is not CLOCK:
        with pytest.raises(error):
            actions.create_area(level="grid", name="片", parent=places.village, actor=actor, now=NOW)
    assert Area.objects.get(pk=places.village.pk).name == places.village.name


def test_a_closed_area_takes_no_further_verb(places, by_admin):
    grid = places.micro[0]
    actions.close_area(area=grid, on=TODAY, **by_admin)
    for again in (
        lambda: actions.close_area(area=grid, on=TODAY, **by_admin),
        lambda: actions.rename_area(area=grid, name="别名", **by_admin),
    ):
        with pytest.raises(WrongState):
            again()
    assert len(journal("area.close")) == 1


def test_merged_villages_carry_grids_stations_and_zones_over(places, by_admin):
    station = actions.save_station(
        level="station", name="一站", area=places.village, villages=[places.village], **by_admin
    )
    zone = actions.save_zone(name="第一片区", villages=[places.village, places.far], **by_admin)
    links = actions.close_area(area=places.village, on=TODAY, successors=[places.second], **by_admin)
    assert len(links) == 1 + 2 + 4
    assert AreaSuccessor.objects.get(old=places.village).kind == "merge"
    moved = list(
        Area.objects.filter(path__startswith=places.second.path, level__in=("grid", "micro_grid")).order_by(
            "code"
        )
    )
    assert [area.code for area in moved] == [
        places.second.code + end for end in ("001", "00101", "00102", "002", "00201", "00202")
    ]
    assert [area.name for area in moved] == ["一片", "一组", "二组", "二片", "一组", "二组"]
    assert {area.valid_from for area in moved} == {TODAY}
    assert not Area.objects.filter(path__startswith=places.village.path, valid_to__isnull=True).exists()
    assert [v.id for v in queries.villages_of(station)] == [places.second.pk]
    assert set(Zone.objects.get(pk=zone.pk).villages.values_list("pk", flat=True)) >= {
        places.second.pk,
        places.far.pk,
    }
    station = Station.objects.get(pk=station.pk)
    assert (station.area_id, station.area_path) == (places.second.pk, places.second.path)
    assert journal("area.close") == [(places.village.pk, 1, ["valid_to"])]


def test_a_split_waits_until_what_is_below_is_settled(places, by_admin):
    with pytest.raises(WrongState) as refused:
        actions.close_area(area=places.village, on=TODAY, successors=[places.second, places.far], **by_admin)
    assert refused.value.code == "areas_below"
    with pytest.raises(WrongState):
        actions.close_area(area=places.towns[0], on=TODAY, successors=[places.towns[1]], **by_admin)
    for area in (*places.micro, *places.grids):
        actions.close_area(area=area, on=TODAY, **by_admin)
    actions.close_area(area=places.village, on=TODAY, successors=[places.second, places.far], **by_admin)
    assert set(AreaSuccessor.objects.filter(old=places.village).values_list("kind", flat=True)) == {"split"}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": date(2023, 6, 30)}, "on"),
        ({"kind": "sold"}, "kind"),
        ({"successors": []}, "successors"),
        ({"successors": ["town"]}, "successors"),
        ({"successors": ["itself"]}, "successors"),
        ({"successors": ["second", "far"], "kind": "rename"}, "kind"),
    ],
)
def test_a_closing_that_makes_no_sense(places, by_admin, words, field):
    named = {"town": places.towns[0], "itself": places.village, "second": places.second, "far": places.far}
    words = {"on": TODAY, "successors": ["second"], **words}
    words["successors"] = [named[name] for name in words["successors"]]
    with pytest.raises(BadInput) as refused:
        actions.close_area(area=places.village, **words, **by_admin)
    assert field in refused.value.fields
    assert Area.objects.get(pk=places.village.pk).valid_to is None
    assert not AreaSuccessor.objects.exists()


def test_closing_on_the_day_a_grid_began_leaves_everything(places, by_admin):
    actions.create_area(level="grid", name="今天", parent=places.village, **by_admin)
    with pytest.raises(BadInput):
        actions.close_area(area=places.village, on=TODAY, successors=[places.second], **by_admin)
    assert Area.objects.filter(path__startswith=places.village.path, valid_to__isnull=False).count() == 0
    assert Area.objects.filter(path__startswith=places.second.path).count() == 1
