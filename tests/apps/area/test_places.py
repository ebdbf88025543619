"""station.save, zone.save, and what they cover: scope prefixes."""

from datetime import date, timedelta

import pytest

from laojia.foundation.area import actions, queries
from laojia.foundation.area.models import Station, Zone
from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from tests.apps.area.conftest import LEADER, NOW, STRANGER

TODAY = date(2026, 11, 25)


@pytest.fixture
def station(places, by_admin):
    return actions.save_station(
        level="station", name="甘亭一站", area=places.village, villages=[places.village, places.second],
        phone="0357-6220001", address="一巷3号", position=actions.Position(111.6, 36.2, "gcj02"), **by_admin,
    )  # fmt: skip


def test_a_station_serves_several_villages(places, station):
    assert (station.phone, station.position_system, station.area_path) == (
        "03576220001",
        "gcj02",
        places.village.path,
    )
    assert [v.id for v in queries.villages_of(station)] == [places.village.pk, places.second.pk]
    assert [s.pk for s in queries.stations_of(places.second)] == [station.pk]
    assert [s.serves for s in queries.stations_at(places.towns[0])] == [2]
    (row,) = JournalRow.objects.filter(verb="station.save")
    assert (row.subject_id, row.kind) == (station.pk, "station")


def test_changing_a_station_changes_its_villages(places, station, by_admin):
    actions.save_station(
        station=station,
        level="station",
        name="甘亭二站",
        area=places.village,
        villages=[places.second, places.far],
        **by_admin,
    )
    row = Station.objects.get()
    assert (row.name, row.phone, row.lon) == ("甘亭二站", "", None)
    assert {v.id for v in queries.villages_of(row)} == {places.second.pk, places.far.pk}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"name": " "}, "name"),
        ({"level": "shop"}, "level"),
        ({"level": "centre"}, "area"),
        ({"level": "institute"}, "area"),
        ({"villages": ["town"]}, "villages"),
        ({"phone": "12345"}, "phone"),
    ],
)
def test_a_station_is_refused_at_the_field(places, by_admin, words, field):
    words = {"level": "station", "name": "站", "area": places.village, **words}
    words["villages"] = [places.towns[0] for _town in words.get("villages", [])]
    with pytest.raises(BadInput) as refused:
        actions.save_station(**words, **by_admin)
    assert field in refused.value.fields
    assert not Station.objects.exists()


def test_an_institute_serves_villages_of_its_own_town(places, by_admin):
    actions.save_station(
        level="institute", name="所", area=places.towns[0], villages=[places.village], **by_admin
    )
    with pytest.raises(BadInput):
        actions.save_station(
            level="institute", name="二所", area=places.towns[0], villages=[places.far], **by_admin
        )


def test_the_same_station_twice(places, station, by_admin):
    with pytest.raises(Conflict):
        actions.save_station(level="station", name="甘亭一站", area=places.village, **by_admin)
    assert Station.objects.count() == 1


def test_a_closed_station_serves_nobody(places, station, by_admin):
    actions.close_station(station=station, on=TODAY, **by_admin)
    assert list(queries.stations_of(places.second)) == []
    with pytest.raises(WrongState):
        actions.close_station(station=station, on=TODAY, **by_admin)
    with pytest.raises(WrongState):
        actions.save_station(station=station, level="station", name="新", area=places.village, **by_admin)


@pytest.mark.parametrize("actor", [STRANGER, LEADER])
def test_who_may_not(places, station, actor):
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.save_station(level="station", name="站", area=places.village, actor=actor, now=NOW)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.close_station(station=station, on=TODAY, actor=actor, now=NOW)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.save_zone(name="片区", villages=[places.village], actor=actor, now=NOW)
    assert (Station.objects.count(), Zone.objects.count()) == (1, 0)


def test_zones_cut_across_towns(places, by_admin):
    zone = actions.save_zone(name="第一片区", villages=[places.village, places.far], **by_admin)
    actions.save_zone(zone=zone, name="第一片区", villages=[places.far, places.second], **by_admin)
    assert set(zone.villages.values_list("pk", flat=True)) == {places.far.pk, places.second.pk}
    with pytest.raises(Conflict):
        actions.save_zone(name="第一片区", villages=[places.village], **by_admin)
    for villages in ([], [places.towns[0]]):
        with pytest.raises(BadInput):
            actions.save_zone(name="第二片区", villages=villages, **by_admin)


def test_prefixes_of_areas_stations_and_zones(places, station, by_admin):
    zone = actions.save_zone(name="第一片区", villages=[places.village, places.far], **by_admin)
    centre = actions.save_station(level="centre", name="中心", area=places.county, **by_admin)
    institute = actions.save_station(level="institute", name="所", area=places.towns[1], **by_admin)
    bare = actions.save_station(level="station", name="空站", area=places.far, **by_admin)
    of = queries.prefixes_of
    assert of([], TODAY) == ()
    assert of([places.village.pk, places.towns[0].pk], TODAY) == (places.towns[0].path,)
    assert of([], TODAY, station_ids=[station.pk]) == tuple(sorted([places.village.path, places.second.path]))
    assert of([], TODAY, zone_ids=[zone.pk]) == tuple(sorted([places.village.path, places.far.path]))
    assert of([], TODAY, station_ids=[centre.pk]) == (places.county.path,)
    assert of([], TODAY, station_ids=[institute.pk]) == (places.towns[1].path,)
    assert of([], TODAY, station_ids=[bare.pk]) == (places.far.path,)


def test_merged_areas_come_along_from_the_day_on(places, by_admin):
    actions.close_area(area=places.village, on=TODAY, successors=[places.far], **by_admin)
    held = queries.prefixes_of([places.far.pk], TODAY)
    assert set(held) == {places.village.path, places.far.path}
    assert queries.prefixes_of([places.far.pk], TODAY - timedelta(days=1)) == (places.far.path,)
    # Whoever holds the new town sees the old village's rows of the other town, and nothing else of it.
    assert set(queries.prefixes_of([places.towns[1].pk], TODAY)) == {
        places.towns[1].path,
        places.village.path,
    }


def test_a_post_at_a_renumbered_grid_goes_along(places, by_admin):
    old = places.micro[0]
    actions.close_area(area=places.village, on=TODAY, successors=[places.far], **by_admin)
    new = old.successors.get().new
    assert set(queries.prefixes_of([old.pk], TODAY)) == {old.path, new.path}
    # A village that was merged is no renumbering: its post does not reach the other village's rows.
    assert queries.prefixes_of([places.village.pk], TODAY) == (places.village.path,)


def test_the_halves_of_a_split_do_not_get_the_whole(places, by_admin):
    for area in (*places.micro, *places.grids):
        actions.close_area(area=area, on=TODAY, **by_admin)
    actions.close_area(area=places.village, on=TODAY, successors=[places.second, places.far], **by_admin)
    assert queries.prefixes_of([places.second.pk], TODAY) == (places.second.path,)


def test_prefixes_cost_few_statements(places, station, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        queries.prefixes_of([places.far.pk], TODAY, station_ids=[station.pk])


def test_villages_by_name(county):
    assert [v.name for v in queries.find_villages("常一")] == ["常一社区"]
    assert queries.find_villages("常一社区居民委员会")[0].name == "常一社区"
    assert {v.town for v in queries.find_villages("甘亭 北羊")} == {"甘亭镇"}
    assert str(queries.find_villages("甘亭 北羊")[0]) == "甘亭镇 · 北羊村"
    assert queries.find_villages("没有这个村") == []
    assert len(queries.find_villages("")) == 20
    village = queries.find_villages("常一")[0]
    assert queries.village_names([village.id]) == {village.id: village}
    assert queries.find_villages("常一", within=["/1/999999/"]) == []


def test_a_name_in_full_stands_first(county, by_admin):
    town = queries.area_by_code("141024101000")
    actions.create_area(level="village", name="社区村委会", parent=town, code="141024101998", **by_admin)
    assert queries.find_villages("社区")[0].name == "社区"


def test_the_tree(places):
    assert [a.level for a in queries.ancestors_of(places.micro[0])] == [
        "county",
        "town",
        "village",
        "grid",
        "micro_grid",
    ]
    assert [a.code for a in queries.children_of(places.grids[0])] == [m.code for m in places.micro[:2]]
    assert queries.households_below(places.county) == 160
    assert queries.households_below(places.far) is None
    assert queries.area_by_code("141024") == places.county
    assert queries.only_county() == places.county
