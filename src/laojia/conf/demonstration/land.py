"""The county of the demonstration: areas, map, centre, institutes, stations, zones, bodies, service points."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from laojia.conf.demonstration.scale import Scale, chance
from laojia.foundation.area.actions import save_station, save_zone
from laojia.foundation.area.jobs import create_county, generate_micro_grids
from laojia.foundation.area.jobs.county import DATA
from laojia.foundation.area.models import Area, Station, Zone
from laojia.foundation.people.models import Unit
from laojia.policy.facts import CLOCK, Actor, Grant
from laojia.policy.roles import AreaLevel, Role, StationLevel
from laojia.steps.menu.actions import save_point
from laojia.steps.menu.models import MenuItem, Point

# Laid out in an editor's place, as the first menu is: no person stands behind it.
EDITOR = Actor(None, (Grant(Role.MENU_EDITOR),), CLOCK.channel)
_DAY = ((time(8, 30), time(11, 30)), (time(14), time(17, 30)))


@dataclass
class Land:
    """The rows that the rest of the demonstration stands on."""

    county: Area
    towns: list[Area]
    villages: list[Area]
    stations: list[Station] = field(default_factory=list)
    served: dict[int, list[Area]] = field(default_factory=dict)  # station id → its villages
    zones: list[Zone] = field(default_factory=list)
    units: dict[int, Unit] = field(default_factory=dict)  # village id → its committee
    schools: list[Unit] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    centre: Station | None = None


def make_land(scale: Scale, now: datetime) -> Land:
    """Areas by the real division list; stations before the map is drawn, so that no position is looked up for them."""
    create_county("141024", now=now)
    rows = Area.objects.defer("outline")
    towns = list(rows.filter(level=AreaLevel.TOWN).order_by("code"))
    villages = list(rows.filter(level=AreaLevel.VILLAGE).order_by("code"))
    land = Land(rows.get(level=AreaLevel.COUNTY), towns, villages)
    _stations(land, scale, now)
    _zones(land, scale, now)
    _units(land)
    generate_micro_grids(scale.micro_grids, now=now)
    return land


def _stations(land: Land, scale: Scale, now: datetime) -> None:
    land.centre = save_station(
        level=StationLevel.CENTRE, name="洪洞县新时代文明实践中心", area=land.county, phone="0357-6220000",
        address="恒富大街", actor=CLOCK, now=now,
    )  # fmt: skip
    for town, count in zip(land.towns, _shares(land, scale.stations), strict=True):
        save_station(
            level=StationLevel.INSTITUTE, name=f"{town.name}新时代文明实践所", area=town, phone="0357-6220000",
            actor=CLOCK, now=now,
        )  # fmt: skip
        own = [village for village in land.villages if village.parent_id == town.pk]
        for part in _parts(own, count):
            station = save_station(
                level=StationLevel.STATION, name=f"{part[0].name}新时代文明实践站", area=part[0], villages=part,
                phone="0357-6220000", actor=CLOCK, now=now,
            )  # fmt: skip
            land.stations.append(station)
            land.served[station.pk] = part


def _shares(land: Land, total: int) -> list[int]:
    """Stations for each town by its villages, at least one, the largest remainders first."""
    counts = [sum(village.parent_id == town.pk for village in land.villages) for town in land.towns]
    exact = [count * total / sum(counts) for count in counts]
    shares = [max(1, int(value)) for value in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: (int(exact[place]) - exact[place], place))
    for place in by_rest * total:
        if sum(shares) >= total:
            break
        shares[place] += 1
    return shares


def _parts(rows: Sequence[Area], count: int) -> list[list[Area]]:
    """So many runs of neighbours, none longer than another by more than one."""
    return [list(rows[len(rows) * n // count : len(rows) * (n + 1) // count]) for n in range(count)]


def _zones(land: Land, scale: Scale, now: datetime) -> None:
    """Runs over the villages in the order of their codes: they begin and end in the middle of towns."""
    for number, part in enumerate(_parts(land.villages, scale.zones), start=1):
        land.zones.append(save_zone(name=f"第{number}片区", villages=part, actor=CLOCK, now=now))


def _units(land: Land) -> None:
    """Bodies have no verb of their own yet: they come with the county's list, in one statement."""
    committees = [Unit(name=village.official_name, kind="village", area=village, area_path=village.path)
                  for village in land.villages]  # fmt: skip
    first = {village.parent_id: village for village in reversed(land.villages)}
    schools = [
        Unit(name=f"{town.name}中心小学", kind="school", area=first[town.pk], area_path=first[town.pk].path)
        for town in land.towns
    ]
    Unit.objects.bulk_create([*committees, *schools], 500)
    units = list(Unit.objects.order_by("id"))
    land.units = {unit.area_id: unit for unit in units if unit.kind == "village"}
    land.schools = [unit for unit in units if unit.kind == "school"]


def make_points(land: Land, scale: Scale, now: datetime) -> None:
    """Rest stops, health huts, the gig market and the book boxes, with hours."""
    rng = chance("points")
    items = {item.code: item for item in MenuItem.objects.all()}
    for number in range(scale.rest_stops):
        village = land.villages[number * len(land.villages) // scale.rest_stops]
        every_day = [(day, time(7), time(19)) for day in range(7)]
        _point(land, f"{village.name}暖新驿站", village, every_day, [], now)
    for town in land.towns[: scale.huts]:
        village = rng.choice([one for one in land.villages if one.parent_id == town.pk])
        hours = [(day, *span) for day in range(5) for span in _DAY] + [(5, *_DAY[0]), (6, *_DAY[0])]
        _point(land, f"{town.name}健康小屋", village, hours, [items["YL03"]], now)
    first = land.villages[0]
    market = [(day, *span) for day in range(5) for span in _DAY] + [(5, *_DAY[0])]
    _point(land, "零工市场", first, market, [items["JY01"]], now)
    for number, village in enumerate(land.villages[:: max(1, len(land.villages) // 10)][:10]):
        hours = [(number % 5, time(9), time(11)), (5, time(14), time(17))]
        _point(land, f"{village.name}流动书箱", village, hours, [items["WH03"]], now)


def _point(
    land: Land,
    name: str,
    village: Area,
    hours: Sequence[tuple[int, time, time]],
    items: list[MenuItem],
    now: datetime,
) -> None:
    station = next((one for one in land.stations if village in land.served[one.pk]), None)
    land.points.append(
        save_point(
            name=name, area=village, hours=hours, items=items, station=station, address=f"{village.name}村口",
            phone="0357-6220000", actor=EDITOR, now=now,
        )
    )  # fmt: skip


def town_centres() -> dict[str, tuple[float, float]]:
    """Town code → approximate centre (WGS-84), for schematic use."""
    with (DATA / "hongdong_town_centres.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)}
