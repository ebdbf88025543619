"""The people of the demonstration: residents, teams with their members, colleagues with their posts. All made up.

Rows that a county brings along in its own lists (people, teams, posts, certificates) are written in bulk: one verb
each would take minutes and say nothing more. What happens afterwards is done by the real verbs.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from faker import Faker

from laojia.conf.demonstration import words
from laojia.conf.demonstration.land import Land, town_centres
from laojia.conf.demonstration.scale import SEED, Scale, chance
from laojia.foundation.area.models import Area
from laojia.foundation.people.models import Certificate, Insurance, Person, Post
from laojia.foundation.teams.models import Team, TeamWeek
from laojia.kernel import crypto
from laojia.kernel.clock import local_date
from laojia.policy.roles import AreaLevel, Role

_HALVES = ("morning", "afternoon", "evening")


@dataclass
class Folk:
    """Everybody, as lists in a fixed order."""

    by_village: dict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))
    asking: list[Person] = field(default_factory=list)  # residents who ask for things
    children: list[Person] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    leaders: dict[int, list[Person]] = field(default_factory=dict)  # team id → its contacts
    members: dict[int, list[Person]] = field(
        default_factory=dict
    )  # team id → volunteers, certificate holders first
    grid_workers: dict[int, Person] = field(default_factory=dict)  # village id → its grid worker
    station_staff: dict[int, Person] = field(default_factory=dict)  # station id → who sits there
    dispatchers: list[Person] = field(default_factory=list)
    others: dict[Role, list[Person]] = field(default_factory=lambda: defaultdict(list))


class Maker:
    """Makes people one after the other; numbers run through a block that stands for no real subscriber."""

    def __init__(self, now: datetime) -> None:
        self._faker = Faker("zh_CN")
        self._faker.seed_instance(SEED)
        self._rng = chance("people")
        self._now = now
        self.made: list[Person] = []

    def person(self, area: Area, *, born: tuple[int, int], **facts: Any) -> Person:
        """Not saved yet: `save` writes everybody at once."""
        number = len(self.made) + 1
        phone = f"1380000{number:04d}"
        row = Person(
            name=self._faker.name(), phone=phone, phone_hash=crypto.keyed_hash(phone),
            phone_end_hash=crypto.keyed_hash(phone[-4:]), area=area, area_path=area.path,
            address=f"{area.name}{self._rng.randint(1, 9)}巷{self._rng.randint(1, 60)}号",
            birth_year=self._rng.randint(*born), created_at=self._now - timedelta(days=200), **facts,
        )  # fmt: skip
        self.made.append(row)
        return row

    def save(self) -> None:
        """Ids come back in the order of the list on both databases."""
        Person.objects.bulk_create(self.made, 500)


def make_folk(land: Land, scale: Scale, now: datetime) -> Folk:
    """People first, then teams, then posts, each in a few statements."""
    folk, maker, rng, today = Folk(), Maker(now), chance("folk"), local_date(now)
    named = _colleagues(land, maker)
    for number in range(scale.residents):
        village = land.villages[number * len(land.villages) // scale.residents]
        row = _resident(maker, village, number, today, rng)
        folk.by_village[village.pk].append(row)
        folk.asking.append(row)
    _children(land, maker, folk, today)
    maker.save()
    for child in folk.children:
        child.guardian = folk.by_village[child.area_id or 0][0]
    Person.objects.bulk_update(folk.children, ["guardian"], 100)
    _teams(land, folk, scale, today)
    posts = [*_posts(folk, named, today), *_members(folk, scale, today)]
    Post.objects.bulk_create(posts, 500)
    _papers(folk, today)
    return folk


def _resident(maker: Maker, village: Area, number: int, today: date, rng: random.Random) -> Person:
    if number % 3:
        return maker.person(
            village, born=(today.year - 62, today.year - 20), shows_name=rng.random() < 0.7,
            volunteer_number=f"DEMO{number:06d}",
        )  # fmt: skip
    return maker.person(
        village, born=(today.year - 92, today.year - 63), reads_messages=rng.random() < 0.75,
        contact_name="家里人", contact_phone=f"1380000{9000 + number % 1000:04d}",
    )  # fmt: skip


def _children(land: Land, maker: Maker, folk: Folk, today: date) -> None:
    for village in land.villages[::12]:
        if folk.by_village[village.pk]:
            folk.children.append(maker.person(village, born=(today.year - 12, today.year - 8)))


def _colleagues(land: Land, maker: Maker) -> list[tuple[Person, Role, dict[str, Any]]]:
    """Who holds a post outside the teams: the first people made, so that their numbers stay the same at every size."""
    county: dict[str, Any] = {"area": land.county}
    first = land.villages[0]
    desk: dict[str, Any] = {"area": land.county, "station": land.centre}
    wanted: list[tuple[Role, dict[str, Any], Area]] = [
        *[(Role.DISPATCHER, desk, first)] * 3,
        (Role.MENU_EDITOR, county, first),
        *[(Role.COMPLAINT_HOLDER, county, first)] * 2,
        *[(role, county, first) for role in (Role.KEEPER, Role.COUNTY_LEADER, Role.COUNTY_LEADER)],
        *[(role, county, first) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)],
        *[(Role.ZONE_LEADER, {"zone_id": zone.pk}, first) for zone in land.zones],
        *[(Role.STATION_STAFF, {"station": one}, land.served[one.pk][0]) for one in land.stations],
        *[(Role.GRID_WORKER, {"area": village}, village) for village in land.villages],
    ]
    return [(maker.person(home, born=(1966, 1998)), role, where) for role, where, home in wanted]


def _posts(folk: Folk, named: list[tuple[Person, Role, dict[str, Any]]], today: date) -> Iterator[Post]:
    since = today - timedelta(days=365)
    for person, role, where in named:
        yield Post(person=person, role=role, valid_from=since, **where)
        folk.others[role].append(person)
        if role is Role.GRID_WORKER:
            folk.grid_workers[where["area"].pk] = person
        elif role is Role.STATION_STAFF:
            folk.station_staff[where["station"].pk] = person
    folk.dispatchers = folk.others[Role.DISPATCHER]
    yield from _micro_grid_posts(folk, since)


def _micro_grid_posts(folk: Folk, since: date) -> Iterator[Post]:
    """Every grid has somebody of the village who knocks on the doors of its first micro-grid."""
    villages: dict[int, int] = defaultdict(int)
    rows = Area.objects.defer("outline").filter(level=AreaLevel.MICRO_GRID, code__endswith="01")
    for area in rows.order_by("code"):
        village_id = int(area.path.strip("/").split("/")[2])
        people = [one for one in folk.by_village[village_id] if one.volunteer_number]
        if len(people) > 3:  # where more than a few are willing
            worker = people[villages[village_id] % 3]
            villages[village_id] += 1
            yield Post(person=worker, role=Role.GRID_WORKER, area=area, valid_from=since)


# --- teams ---------------------------------------------------------------------------------------------------------------


def _teams(land: Land, folk: Folk, scale: Scale, today: date) -> None:
    rng, centres = chance("teams"), town_centres()
    kinds = [kind for kind, (share, _reach, _word) in words.TEAM_KINDS.items() for _one in range(share)]
    names: set[str] = set()
    each = [kind for kind, (share, _reach, _word) in words.TEAM_KINDS.items() if share]
    for number in range(scale.teams - 2):
        # Every kind once, then by their shares.
        kind = [*each, *(kinds[step * 37 % len(kinds)] for step in range(scale.teams))][number]
        town = land.towns[number % len(land.towns)]
        folk.teams.append(_team(kind, town, land, names, number, rng, centres, today))
    rescue = _team(
        words.RESCUE_KIND, land.towns[0], land, names, scale.teams, chance("rescue"), centres, today
    )
    centre = Team(
        name=words.KEEPER_TEAM, kind=words.KEEPER_TEAM, area=land.county, area_path=land.county.path
    )
    folk.teams += [rescue, centre]
    for team in folk.teams[:: max(1, scale.teams // scale.featured)][: scale.featured]:
        team.featured = True
    Team.objects.bulk_create(folk.teams, 500)
    TeamWeek.objects.bulk_create(
        [week for number, team in enumerate(folk.teams) for week in _week(team, number)], 1000
    )


def _team(
    kind: str,
    town: Area,
    land: Land,
    names: set[str],
    number: int,
    rng: random.Random,
    centres: dict[str, tuple[float, float]],
    today: date,
) -> Team:
    _share, reach, word = words.TEAM_KINDS[kind]
    villages = [one for one in land.villages if one.parent_id == town.pk]
    home = rng.choice(villages)
    tags = rng.sample(words.TEAM_WORDS, len(words.TEAM_WORDS))
    name = next(
        (one for tag in tags if (one := f"{town.name}{tag}{word}队") not in names), f"{home.name}{word}队"
    )
    if name in names:
        name = f"{town.name}第{number}{word}队"
    names.add(name)
    lon, lat = centres.get(town.code, (None, None))
    return Team(
        name=name, kind=kind, about="队员多半是本地人，有空就来。", area=home, area_path=home.path,
        serves=[town.path] if reach == "town" and number % 3 == 0 else [],
        lon=lon + rng.uniform(-0.02, 0.02) if lon is not None else None,
        lat=lat + rng.uniform(-0.02, 0.02) if lat is not None else None,
        reach="call_first" if number % 41 == 7 else "answers", silent=2 if number % 41 == 7 else 0,
        resting_until=today + timedelta(days=10) if number % 53 == 11 else None,
    )  # fmt: skip


def _week(team: Team, number: int) -> Iterator[TeamWeek]:
    pattern = words.WEEKS[(number // len(words.TEAM_KINDS)) % len(words.WEEKS)]
    for weekday in range(7):
        kind = {5: "saturday", 6: "sunday"}.get(weekday, "weekday")
        for half in _HALVES:
            places = pattern.get(kind, {}).get(half, 0)
            if places:
                yield TeamWeek(team=team, weekday=weekday, half=half, capacity=places)


def _members(folk: Folk, scale: Scale, today: date) -> Iterator[Post]:
    """Two contacts each who lead no second team, then volunteers; some belong to two teams."""
    rng = chance("members")
    willing = [person for person in folk.asking if person.volunteer_number]
    free = iter(rng.sample(willing, len(willing)))
    since = today - timedelta(days=300)
    for team in folk.teams:
        contacts = [one for one in (next(free, None), next(free, None)) if one is not None]
        contacts += rng.sample(willing, 2 - len(contacts))
        near = [
            one for one in willing if one.area_path.startswith(_town(team.area_path)) and one not in contacts
        ]
        pool = near if len(near) >= scale.volunteers_each else [one for one in willing if one not in contacts]
        people = rng.sample(pool, scale.volunteers_each)
        folk.leaders[team.pk], folk.members[team.pk] = contacts, [*people, *contacts]
        for step, person in enumerate(contacts):
            yield Post(
                person=person, role=Role.TEAM_LEADER, team=team, valid_from=since + timedelta(days=step)
            )
        for person in folk.members[team.pk]:  # contacts go along too
            yield Post(person=person, role=Role.VOLUNTEER, team=team, valid_from=since)


def _town(path: str) -> str:
    return "/".join(path.split("/")[:3]) + "/"


def _papers(folk: Folk, today: date) -> None:
    """Certificates of two members of each team that needs them, policies for teams of dangerous work."""
    since, until = today - timedelta(days=400), today + timedelta(days=500)
    certificates, policies = [], []
    for number, team in enumerate(folk.teams):
        kinds = words.CERTIFICATES.get(team.kind, ())
        for step, kind in enumerate((*kinds, *kinds[:1])):
            holder = folk.members[team.pk][step % len(folk.members[team.pk])]
            certificates.append(
                Certificate(person=holder, kind=kind, number=f"DEMO-{number:04d}-{step}", valid_from=since,
                            valid_to=until)
            )  # fmt: skip
        if team.kind in words.INSURED_KINDS:
            policies.append(
                Insurance(team=team, policy_number=f"DEMO-BX-{number:04d}", insurer="示例保险（演示）",
                          valid_from=since, valid_to=until, covers_all=True)
            )  # fmt: skip
    Certificate.objects.bulk_create(certificates, 500)
    Insurance.objects.bulk_create(policies, 500)
