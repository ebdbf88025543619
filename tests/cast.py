"""The fixed cast of the tests: one county, two towns, a station, two teams, and one person for every role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property

from laojia.foundation.area.actions import save_station
from laojia.foundation.area.jobs import create_county
from laojia.foundation.area.models import Area, Station
from laojia.foundation.calendar.jobs import seed_calendar
from laojia.foundation.people.models import Certificate, Insurance, Person, Post, Unit
from laojia.foundation.people.queries import actor_of
from laojia.foundation.teams.models import Team, TeamWeek
from laojia.kernel import crypto
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.roles import Channel, Role, StationLevel

# A Wednesday, 10:00 in China: an ordinary working morning.
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
START = date(2026, 1, 1)


def person(name: str, phone: str, area: Area, **more: object) -> Person:
    """A synthetic person of the village; phones end differently for everybody."""
    return Person.objects.create(
        name=name,
        phone=phone,
        phone_hash=crypto.keyed_hash(phone),
        phone_end_hash=crypto.keyed_hash(phone[-4:]),
        area=area,
        area_path=area.path,
        address=f"{area.name}一巷3号",
        created_at=NOW,
        **more,
    )


@dataclass
class Cast:
    """Everybody, made once per test database. Attributes are rows; `.as_(person)` gives the actor."""

    county: Area
    town: Area
    other_town: Area
    village: Area
    second_village: Area
    far_village: Area

    def as_(self, who: Person, channel: Channel = Channel.PAGE, for_: Person | None = None) -> Actor:
        """The person as an actor today; with `for_`, speaking for somebody."""
        actor = actor_of(who, TODAY, channel=channel)
        if for_ is None:
            return actor
        represented = actor_of(for_, TODAY, channel=channel)
        return Actor(actor.person_id, actor.grants, channel, on_behalf_of=represented)

    @cached_property
    def centre(self) -> Station:
        return Station.objects.get(level=StationLevel.CENTRE)

    @cached_property
    def station(self) -> Station:
        return Station.objects.get(level=StationLevel.STATION)

    def __getattr__(self, name: str) -> Person | Team:
        names = {**PEOPLE, **TEAMS}
        if name not in names:
            raise AttributeError(name)
        model = Person if name in PEOPLE else Team
        row = model.objects.get(name=names[name])
        setattr(self, name, row)
        return row


PEOPLE = {
    "resident": "王秀英",
    "daughter": "李小梅",
    "neighbour": "赵大山",
    "stranger": "钱远方",
    "child": "孙小宝",
    "volunteer": "周志愿",
    "second_volunteer": "吴帮手",
    "doctor": "郑医生",
    "leader": "冯队长",
    "second_leader": "陈副队",
    "other_leader": "褚队长",
    "doctor_leader": "卫主任",
    "dispatcher": "蒋派单",
    "second_dispatcher": "沈派单",
    "station_staff": "韩站长",
    "other_station_staff": "杨站员",
    "grid_worker": "朱网格",
    "menu_editor": "秦编单",
    "complaint_holder": "尤接访",
    "keeper": "许老师",
    "zone_leader": "何片长",
    "county_leader": "吕书记",
    "system_admin": "施系统",
    "security_admin": "张安全",
    "audit_admin": "孔审计",
}
TEAMS = {"team": "甘亭助老志愿队", "other_team": "曲亭助老志愿队", "medical_team": "县医院医疗志愿队"}


def make_cast() -> Cast:
    """County 141024 with its real divisions, then everybody. Calendar seeded."""
    seed_calendar()
    create_county("141024", now=NOW)
    towns = list(Area.objects.filter(level="town").order_by("code")[1:3])
    villages = list(Area.objects.filter(parent=towns[0]).order_by("code")[:2])
    far = Area.objects.filter(parent=towns[1]).order_by("code").first()
    county = Area.objects.get(level="county")
    assert far is not None
    cast = Cast(county, towns[0], towns[1], villages[0], villages[1], far)
    _stations(cast)
    _teams(cast)
    _people(cast)
    return cast


def _stations(cast: Cast) -> None:
    rows = (
        (StationLevel.CENTRE, "洪洞县新时代文明实践中心", cast.county, ()),
        (StationLevel.INSTITUTE, "甘亭镇文明实践所", cast.town, ()),
        (StationLevel.STATION, "甘亭一站", cast.village, (cast.village, cast.second_village)),
    )
    for level, name, area, villages in rows:
        save_station(
            level=level, name=name, area=area, villages=villages, phone="0357-6220000", actor=CLOCK, now=NOW
        )


def _teams(cast: Cast) -> None:
    for name, kind, area in (
        (TEAMS["team"], "助老志愿队", cast.town),
        (TEAMS["other_team"], "助老志愿队", cast.other_town),
        (TEAMS["medical_team"], "医疗志愿队", cast.county),
    ):
        team = Team.objects.create(name=name, kind=kind, area=area, area_path=area.path)
        for weekday in range(7):
            for half in ("morning", "afternoon", "evening"):
                TeamWeek.objects.create(team=team, weekday=weekday, half=half, capacity=2)


def _people(cast: Cast) -> None:
    made: dict[str, Person] = {}
    for number, (key, name) in enumerate(PEOPLE.items()):
        area = cast.far_village if key == "stranger" else cast.village
        made[key] = person(name, f"1380000{number:04d}", area)
    Person.objects.filter(pk=made["child"].pk).update(birth_year=2014, guardian=made["daughter"])
    Person.objects.filter(pk__in=[made[k].pk for k in ("volunteer", "leader", "doctor")]).update(
        shows_name=True
    )
    team, other, medical = (Team.objects.get(name=n) for n in TEAMS.values())
    posts: list[tuple[str, Role, dict[str, object]]] = [
        ("volunteer", Role.VOLUNTEER, {"team": team}),
        ("second_volunteer", Role.VOLUNTEER, {"team": team}),
        ("leader", Role.TEAM_LEADER, {"team": team}),
        ("leader", Role.VOLUNTEER, {"team": team}),
        ("second_leader", Role.TEAM_LEADER, {"team": team}),
        ("other_leader", Role.TEAM_LEADER, {"team": other}),
        ("doctor", Role.VOLUNTEER, {"team": medical}),
        ("doctor_leader", Role.TEAM_LEADER, {"team": medical}),
        ("dispatcher", Role.DISPATCHER, {"area": cast.county, "station": cast.centre}),
        ("second_dispatcher", Role.DISPATCHER, {"area": cast.county, "station": cast.centre}),
        ("station_staff", Role.STATION_STAFF, {"station": cast.station}),
        ("other_station_staff", Role.STATION_STAFF, {"area": cast.other_town}),
        ("grid_worker", Role.GRID_WORKER, {"area": cast.village}),
        ("menu_editor", Role.MENU_EDITOR, {"area": cast.county}),
        ("complaint_holder", Role.COMPLAINT_HOLDER, {"area": cast.county}),
        ("keeper", Role.KEEPER, {"area": cast.county}),
        ("zone_leader", Role.ZONE_LEADER, {"area": cast.town}),
        ("county_leader", Role.COUNTY_LEADER, {"area": cast.county}),
        ("system_admin", Role.SYSTEM_ADMIN, {"area": cast.county}),
        ("security_admin", Role.SECURITY_ADMIN, {"area": cast.county}),
        ("audit_admin", Role.AUDIT_ADMIN, {"area": cast.county}),
    ]
    for key, role, where in posts:
        Post.objects.create(person=made[key], role=role, valid_from=START, **where)
    Certificate.objects.create(person=made["doctor"], kind="执业医师", valid_from=START)
    insurance = Insurance.objects.create(
        team=team, policy_number="DEMO-1", insurer="示例保险", valid_from=START, valid_to=date(2027, 1, 1)
    )
    insurance.insured.add(made["volunteer"], made["leader"])
    Unit.objects.create(
        name=f"{cast.village.name}委员会", kind="village", area=cast.village, area_path=cast.village.path
    )


def morning(day: date) -> datetime:
    """Nine o'clock in China on that day."""
    from laojia.kernel.clock import CHINA

    return datetime.combine(day, time(9), tzinfo=CHINA)
