"""Merge, split and rename with a day: planned, undone, carried out; what lies there follows or is found under the old name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from laojia.foundation.area import actions, jobs
from laojia.foundation.area.models import (
    Area,
    AreaBook,
    AreaChange,
    AreaSuccessor,
    Station,
    StationVillage,
    ZoneVillage,
)
from laojia.foundation.area.queries import prefixes_of
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.jobs.clocks import ring_due
from laojia.foundation.outbox.models import Clock
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK
from tests.apps.area.conftest import ADMIN, LEADER, NOW, STRANGER

TODAY = date(2026, 11, 25)
DAY = date(2026, 12, 1)
THEN = NOW + timedelta(days=6)


def carry_out(change: AreaChange, now=THEN) -> AreaChange:
    ring_due({"area.take_effect": jobs.change_due}, lambda: now, 20)
    change.refresh_from_db()
    return change


def merged(places, **more):
    words = {"sources": [places.village, places.second], "name": "合心村村民委员会", "on": DAY} | more
    return actions.plan_merge(actor=ADMIN, now=NOW, **words)


def test_a_planned_merge_changes_nothing_until_its_day(places):
    before = list(Area.objects.order_by("pk").values())
    change = merged(places)
    assert (change.state, change.asked_by_id) == ("planned", ADMIN.person_id)
    assert list(Area.objects.order_by("pk").values()) == before
    clock = Clock.objects.get(about_kind="area_change", about_id=change.pk)
    assert clock.due_at.isoformat() == "2026-11-30T16:00:00+00:00", "the day begins at midnight in China"
    assert carry_out(change, NOW).state == "planned"
    assert JournalRow.objects.get(kind="area_change").verb == "area.merge"


def test_two_villages_become_a_new_one(places):
    station = Station.objects.create(
        level="station", name="一站", area=places.village, area_path=places.village.path
    )
    StationVillage.objects.create(station=station, village=places.village)
    change = carry_out(merged(places))
    assert (change.state, change.trouble) == ("done", "")
    new = Area.objects.get(name="合心村")
    assert (new.level, new.parent_id, new.valid_from) == ("village", places.towns[0].pk, DAY)
    assert new.code not in {places.village.code, places.second.code}
    for old in (places.village, places.second):
        old.refresh_from_db()
        assert (old.valid_to, old.now_name) == (DAY, "合心村")
    grids = Area.objects.filter(parent=new).order_by("code")
    assert [grid.code for grid in grids] == [f"{new.code}001", f"{new.code}002"]
    assert Area.objects.filter(path__startswith=new.path, level="micro_grid").count() == 4
    assert prefixes_of([new.pk], DAY) == tuple(sorted([places.village.path, places.second.path, new.path]))
    assert prefixes_of([new.pk], DAY - timedelta(days=1)) == (new.path,)
    station.refresh_from_db()
    assert station.area_path == new.path
    served = set(StationVillage.objects.values_list("village_id", flat=True))
    assert served == {places.village.pk, new.pk}, "what was served before is still found"
    assert JournalRow.objects.filter(verb="area.merge", cause="area.take_effect", kind="area").count() == 2


def test_one_village_takes_the_other_in(places):
    change = carry_out(merged(places, into=places.village, name=""))
    assert change.state == "done"
    places.village.refresh_from_db()
    places.second.refresh_from_db()
    assert places.village.valid_to is None
    assert places.second.now_name == places.village.name
    assert Area.objects.filter(parent=places.village, valid_to=None).count() == 2


def test_carried_out_twice_is_once(places):
    change = carry_out(merged(places))
    count = Area.objects.count(), AreaSuccessor.objects.count(), JournalRow.objects.count()
    with pytest.raises(WrongState):
        actions.take_effect(change=change, actor=CLOCK, now=THEN)
    jobs.change_due(change.pk, THEN)
    assert (Area.objects.count(), AreaSuccessor.objects.count(), JournalRow.objects.count()) == count


def test_undone_by_another_administrator_nothing_is_left(places):
    change = merged(places)
    before = list(Area.objects.order_by("pk").values())
    other = ADMIN.__class__(person_id=77, grants=ADMIN.grants)
    actions.undo_change(change=change, actor=other, now=NOW)
    assert (change.state, change.ended_by_id) == ("undone", 77)
    assert carry_out(change).state == "undone"
    assert list(Area.objects.order_by("pk").values()) == before
    with pytest.raises(WrongState):
        actions.undo_change(change=change, actor=other, now=NOW)
    merged(places)  # and it can be planned again


def test_done_cannot_be_undone(places):
    change = carry_out(merged(places))
    with pytest.raises(WrongState):
        actions.undo_change(change=change, actor=ADMIN, now=THEN)


@pytest.mark.parametrize(("actor", "error"), [(STRANGER, OutOfScope), (LEADER, NotPermitted)])
def test_who_may_not(places, actor, error):
    words = {"actor": actor, "now": NOW, "on": DAY}
    with pytest.raises(error):
        actions.plan_merge(sources=[places.village, places.second], name="合心村", **words)
    with pytest.raises(error):
        actions.plan_split(area=places.village, parts=[("甲村", ""), ("乙村", "")], where={}, rest=0, **words)
    with pytest.raises(error):
        actions.plan_rename(area=places.village, name="新名村", **words)
    change = merged(places)
    with pytest.raises(error):
        actions.undo_change(change=change, actor=actor, now=NOW)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.take_effect(change=change, actor=ADMIN, now=THEN)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"on": TODAY - timedelta(days=1)}, "on"),
        ({"name": ""}, "name"),
        ({"code": "141024999001"}, "code"),
        ({"code": "12"}, "code"),
    ],
)
def test_bad_input_names_its_field(places, words, field):
    with pytest.raises(BadInput) as refused:
        merged(places, **words)
    assert list(refused.value.fields) == [field]
    assert not AreaChange.objects.exists()


def test_a_merge_of_different_levels_or_of_one_is_refused(places):
    with pytest.raises(BadInput):
        merged(places, sources=[places.village, places.grids[0]])
    with pytest.raises(BadInput):
        merged(places, sources=[places.village])
    with pytest.raises(BadInput):
        merged(places, sources=[places.county, places.county])


def test_a_code_once_given_is_refused(places):
    with pytest.raises(Conflict):
        merged(places, code=places.second.code)
    free = f"{places.towns[0].code[:9]}777"
    merged(places, code=free)
    other = Area.objects.filter(parent=places.towns[0]).order_by("code")[4:6]
    with pytest.raises(Conflict):
        merged(places, sources=list(other), code=free, name="另一村")


def test_a_second_change_over_the_same_place_is_refused(places):
    merged(places)
    for again in (
        lambda: actions.plan_rename(area=places.village, name="新名村", on=DAY, actor=ADMIN, now=NOW),
        lambda: actions.plan_rename(area=places.grids[0], name="新片", on=DAY, actor=ADMIN, now=NOW),
        lambda: actions.plan_merge(sources=places.towns, name="合并镇", on=DAY, actor=ADMIN, now=NOW),
    ):
        with pytest.raises(Conflict):
            again()
    assert AreaChange.objects.count() == 1


def test_overtaken_by_another_write_it_waits_for_a_person(places):
    change = merged(places)
    Area.objects.filter(pk=places.second.pk).update(valid_to=DAY)
    carry_out(change)
    assert (change.state, change.trouble) == ("planned", "area_closed")
    assert not AreaSuccessor.objects.exists()
    actions.undo_change(change=change, actor=ADMIN, now=THEN)


def test_a_split_asks_for_every_area_below(places):
    words = {"area": places.village, "parts": [("东村", ""), ("西村", "")], "rest": 0, "on": DAY}
    with pytest.raises(BadInput) as refused:
        actions.plan_split(where={places.grids[0].pk: 0}, actor=ADMIN, now=NOW, **words)
    assert list(refused.value.fields) == ["children"]
    where = {places.grids[0].pk: 0, places.grids[1].pk: 1}
    change = carry_out(actions.plan_split(where=where, actor=ADMIN, now=NOW, **words))
    assert change.state == "done", change.trouble
    east, west = Area.objects.get(name="东村"), Area.objects.get(name="西村")
    places.village.refresh_from_db()
    assert places.village.now_name == "东村、西村"
    assert east.former == [[places.village.name, "2026-12-01"]], (
        "what lies on no grid came along under its old name"
    )
    assert west.former == []
    assert prefixes_of([east.pk], DAY) == tuple(sorted([places.grids[0].path, east.path]))
    assert prefixes_of([west.pk], DAY) == tuple(sorted([places.grids[1].path, west.path]))


def test_a_part_splits_off_and_the_rest_stays_itself(places):
    where = {places.grids[0].pk: 0, places.grids[1].pk: 1}
    change = actions.plan_split(
        area=places.village,
        parts=[("西村", "")],
        keeps=True,
        where=where,
        rest=0,
        on=DAY,
        actor=ADMIN,
        now=NOW,
    )
    carry_out(change)
    places.village.refresh_from_db()
    assert places.village.valid_to is None
    assert list(Area.objects.filter(parent=places.village, valid_to=None)) == [places.grids[0]]
    west = Area.objects.get(name="西村")
    assert Area.objects.get(parent=west).name == places.grids[1].name


def test_a_new_name_from_a_day_on(places):
    old = places.village.name
    change = carry_out(
        actions.plan_rename(area=places.village, name="新名村村民委员会", on=DAY, actor=ADMIN, now=NOW)
    )
    places.village.refresh_from_db()
    assert change.state == "done"
    assert (places.village.name, places.village.former) == ("新名村", [[old, "2026-12-01"]])


def test_towns_merge_with_everything_below(places):
    change = carry_out(
        actions.plan_merge(sources=places.towns, into=places.towns[1], on=DAY, actor=ADMIN, now=NOW)
    )
    assert change.state == "done", change.trouble
    first, kept = places.towns
    moved = Area.objects.get(predecessors__old=places.village)
    assert moved.parent_id == kept.pk
    assert moved.code.startswith(kept.code[:9])
    codes = list(Area.objects.values_list("code", flat=True))
    assert len(codes) == len(set(codes))
    assert prefixes_of([kept.pk], DAY) == tuple(sorted([first.path, kept.path]))
    assert not Area.objects.filter(path__startswith=first.path, valid_to=None).exists()


def test_zones_hold_what_takes_the_place(places):
    zone = actions.save_zone(name="东片", villages=[places.village], actor=ADMIN, now=NOW)
    carry_out(merged(places))
    held = set(ZoneVillage.objects.filter(zone=zone).values_list("village__name", flat=True))
    assert held == {places.village.name, "合心村"}


def test_the_stamp_changes_so_that_every_process_learns(places):
    change = merged(places)
    before = AreaBook.objects.get().stamp
    carry_out(change)
    assert AreaBook.objects.get().stamp != before
