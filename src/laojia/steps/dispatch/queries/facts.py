"""Rows reduced to what the solver looks at: an order as a Need, a team as a Crew, and the free places."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries.locating import OutlineRow, shapes_of
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.people.models import Certificate, Insurance, Person, Post
from laojia.foundation.teams.models import Team, TeamSlot, TeamWeek
from laojia.kernel.clock import local_date
from laojia.kernel.geo import to_wgs84
from laojia.policy.roles import Role
from laojia.solver.problem import Crew, Need, Slot, Span
from laojia.steps.dispatch import rules
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.queries.standstills import stops_from
from laojia.steps.menu.rules.items import KIND_OF_MODE
from laojia.steps.menu.rules.standstill import Stop
from laojia.steps.order.models import Attendance, Order

Barred = Callable[[Collection[int]], Mapping[int, frozenset[int]]]
Place = tuple[float, float]
ADULT = 18
CHILDREN = "儿童"
NO_ANSWER = ("declined", "expired", "returned")


class _Above:
    """Facts of higher steps, brought by wiring.py: which teams are stopped for which persons."""

    barred: Barred | None = None


def connect_barred(provider: Barred) -> None:
    """Set who knows the teams stopped for a person; called once at start-up."""
    _Above.barred = provider


def barred_for(person_ids: Iterable[int | None]) -> Mapping[int, frozenset[int]]:
    """Teams that are not offered to these persons any more (a complaint about conduct or money)."""
    ids = {one for one in person_ids if one is not None}
    return _Above.barred(ids) if _Above.barred is not None and ids else {}


def histories(orders: Sequence[Order]) -> dict[int, frozenset[int]]:
    """Person → teams that have been at his door. A person without an entry has had no visit yet."""
    ids = {order.person_id for order in orders if order.person_id is not None}
    if not ids:
        return {}
    been = Attendance.objects.filter(
        person_id__in=ids, state="came", occasion__kind__in=("visit", "standing")
    )
    rows = been.values_list("person_id", "team_id")
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, team_id in rows.distinct():
        if person_id is not None:
            found[person_id] |= {team_id} if team_id is not None else set()
    return {person: frozenset(teams) for person, teams in found.items()}


def care_of(order: Order, visited: Collection[int], now: datetime) -> rules.Care:
    """What decides whether the order may go out by one key."""
    version = order.item_version
    year = order.person.birth_year if order.person is not None else None
    return rules.Care(
        danger=version.danger if version else "",
        protected=order.protected,
        for_child=_is_minor(year, local_date(now)) or bool(version and CHILDREN in version.audience),
        alone=order.alone,
        visited_before=order.person_id in visited,
        mode=version.mode if version else "",
        flagged=order.needs_second_look,
    )


def _is_minor(year: int | None, day: date) -> bool:
    """Only the year is kept: in the doubtful year somebody counts as young."""
    return year is not None and day.year - year <= ADULT


def asked_teams(occasion_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Occasion → teams that were silent, declined or handed it back."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Offer.objects.filter(occasion_id__in=list(occasion_ids), state__in=NO_ANSWER)
    for occasion_id, team_id in rows.values_list("occasion_id", "team_id"):
        found[occasion_id].add(team_id)
    return {occasion: frozenset(teams) for occasion, teams in found.items()}


def needs_of(
    orders: Sequence[Order], now: datetime, *, asked: Mapping[int, frozenset[int]] | None = None
) -> list[Need]:
    """Each order as a Need, in a fixed number of queries. `asked`: order → teams that need not be asked again."""
    known = histories(orders)
    barred = barred_for(order.person_id for order in orders)
    centres = area_centres([order.area_path for order in orders if order.lon is None])
    stops = stops_from(local_date(now))
    found = []
    for order in orders:
        version = order.item_version
        care = care_of(order, known, now)
        first_alone = "first_visit_alone" in rules.second_look_codes(care)
        two = bool(version and version.two_people)
        helpers = rules.helpers_needed(two_people=two, first_visit_alone=first_alone)
        place = _place_of(order, centres)
        rests = rests_at(stops, order.area_path, version.mode if version else "")
        found.append(
            Need(
                id=order.pk,
                kind=version.team_kind if version else "",
                area_path=order.area_path,
                slots=working(slots_of(order, now), rests),
                rests=rests,
                lon=place[0] if place else None,
                lat=place[1] if place else None,
                qualification=tuple(version.qualification) if version else (),
                insured=bool(version and version.insured),
                helpers=helpers,
                adults_only=bool(version and version.adults_only) or care.for_child or helpers > 1,
                barred=barred.get(order.person_id or 0, frozenset()),
                asked=(asked or {}).get(order.pk, frozenset()),
                knows=known.get(order.person_id or 0, frozenset()),
                wants=order.wants_team_id,
                urgent=order.urgent,
            )
        )
    return found


def slots_of(order: Order, now: datetime) -> tuple[Slot, ...]:
    """The times still possible for the order, best first."""
    version = order.item_version
    item_slots = version.slots if version else {}
    lead = version.lead_working_days if version and not order.urgent else 0
    return rules.wished_slots(order.times, item_slots, lead, now, calendar())


def rests_at(stops: Sequence[Stop], area_path: str, mode: str) -> tuple[Span, ...]:
    """The days on which work of this mode rests there (snow, an emergency)."""
    kind = KIND_OF_MODE.get(mode, "")
    return tuple(
        Span(stop.first, _after(stop.last)) for stop in stops if stop.covers(area_path, kind, stop.first)
    )


def working(slots: Sequence[Slot], rests: Sequence[Span]) -> tuple[Slot, ...]:
    """The times that lie outside every rest."""
    return tuple(slot for slot in slots if not any(rest.holds(slot[0]) for rest in rests))


def need_of_trip(needs: Sequence[Need]) -> Need:
    """Several orders for one trip: what holds for all of them. The first one's place stands for the neighbourhood."""
    first = needs[0]
    return Need(
        id=first.id,
        kind=first.kind,
        area_path=first.area_path,
        slots=rules.common_slots([one.slots for one in needs]),
        rests=tuple(dict.fromkeys(rest for one in needs for rest in one.rests)),
        lon=first.lon,
        lat=first.lat,
        qualification=first.qualification,
        insured=any(one.insured for one in needs),
        helpers=max(one.helpers for one in needs),
        adults_only=any(one.adults_only for one in needs),
        barred=frozenset().union(*(one.barred for one in needs)),
        asked=frozenset().union(*(one.asked for one in needs)),
        knows=frozenset.intersection(*(one.knows for one in needs)),
        wants=first.wants if len({one.wants for one in needs}) == 1 else None,
        urgent=any(one.urgent for one in needs),
    )


def need_of_occasion(occasion: Occasion, now: datetime, *, asked: frozenset[int] = frozenset()) -> Need:
    """An occasion a station opened, with no order yet: the team goes to the public place at the fixed time."""
    version = occasion.item_version
    slot = (occasion.date, occasion.half or "morning") if occasion.date else None
    slots = (slot,) if slot else rules.next_slots(version.slots, version.lead_working_days, now, calendar())
    rests = rests_at(stops_from(local_date(now)), occasion.area_path, version.mode)
    place = (occasion.lon, occasion.lat) if occasion.lon is not None and occasion.lat is not None else None
    place = place or area_centres([occasion.area_path]).get(occasion.area_path)
    return Need(
        id=occasion.pk,
        kind=version.team_kind,
        area_path=occasion.area_path,
        slots=working(slots, rests),
        rests=rests,
        lon=place[0] if place else None,
        lat=place[1] if place else None,
        qualification=tuple(version.qualification),
        insured=version.insured,
        helpers=rules.helpers_needed(two_people=version.two_people, first_visit_alone=False),
        adults_only=version.adults_only or version.two_people,
        asked=asked,
    )


def _place_of(order: Order, centres: Mapping[str, Place]) -> Place | None:
    if order.lon is not None and order.lat is not None:
        return to_wgs84(order.lon, order.lat, order.position_system or "wgs84")
    return centres.get(order.area_path)


def area_centres(paths: Iterable[str]) -> dict[str, Place]:
    """Area path → centre of the finest outline on its line below the county (WGS-84), where there is one."""
    wanted = set(paths)
    lines = {path: [int(part) for part in path.strip("/").split("/")][1:] for path in wanted}
    ids = {one for line in lines.values() for one in line}
    if not ids:
        return {}
    columns = ("id", "path", "level", "outline", "outline_system", "schematic")
    rows = list(Area.objects.filter(pk__in=ids).exclude(outline="").values_list(*columns))
    shapes = shapes_of([OutlineRow(*row[1:]) for row in rows])
    centres = {row[0]: (shape.centroid.x, shape.centroid.y) for row, shape in zip(rows, shapes, strict=True)}
    found: dict[str, Place] = {}
    for path, line in lines.items():
        known = [centres[one] for one in line if one in centres]
        if known:
            found[path] = known[-1]
    return found


# --- teams ---------------------------------------------------------------------------------------------------------------


def teams_of_kind(kinds: Collection[str], now: datetime) -> QuerySet[Team]:
    """Teams of these kinds that have not ended."""
    rows = Team.objects.filter(Q(ended_on=None) | Q(ended_on__gt=local_date(now)))
    return rows.filter(kind__in=kinds).order_by("name")


def crews_of(teams: Sequence[Team], needs: Sequence[Need], now: datetime) -> list[Crew]:
    """Each team as a Crew, in a fixed number of queries; certificates and policies only where they are asked for."""
    ids = [team.pk for team in teams]
    if not ids:
        return []
    today = local_date(now)
    members = _members(ids, today)
    everyone = {person for people in members.values() for person in people}
    kinds = {kind for need in needs for kind in need.qualification}
    certificates = _certificates(members, kinds) if kinds else {}
    insurances = _insurances(ids, members) if any(need.insured for need in needs) else {}
    young = _minors(everyone, today) if any(need.adults_only for need in needs) else set()
    lately = _lately(ids, now)
    centres = area_centres([team.area_path for team in teams if team.lon is None])
    return [
        Crew(
            id=team.pk,
            kind=team.kind,
            home_path=team.area_path,
            serves=tuple(team.serves),
            lon=team.lon if team.lon is not None else centres.get(team.area_path, (None, None))[0],
            lat=team.lat if team.lon is not None else centres.get(team.area_path, (None, None))[1],
            resting_until=team.resting_until,
            ended_on=team.ended_on,
            call_first=team.reach == "call_first",
            people=len(members[team.pk]),
            adults=len(members[team.pk] - young),
            certificates=certificates.get(team.pk, {}),
            insurances=insurances.get(team.pk, ()),
            lately=lately[team.pk],
        )
        for team in teams
    ]


def _members(team_ids: Collection[int], day: date) -> dict[int, set[int]]:
    posts = Post.objects.filter(
        team_id__in=team_ids, role__in=(Role.VOLUNTEER, Role.TEAM_LEADER), valid_from__lte=day
    ).filter(Q(valid_to=None) | Q(valid_to__gt=day))
    found: dict[int, set[int]] = defaultdict(set)
    for team_id, person_id in posts.values_list("team_id", "person_id"):
        if team_id is not None:
            found[team_id].add(person_id)
    return found


def _after(day: date | None) -> date | None:
    """A certificate or policy is good on its last day too."""
    return day + timedelta(days=1) if day is not None else None


def _certificates(
    members: Mapping[int, set[int]], kinds: Collection[str]
) -> dict[int, dict[str, tuple[Span, ...]]]:
    people = {person for ids in members.values() for person in ids}
    held: dict[int, list[tuple[str, Span]]] = defaultdict(list)
    rows = Certificate.objects.filter(person_id__in=people, kind__in=kinds)
    for person_id, kind, since, until in rows.values_list("person_id", "kind", "valid_from", "valid_to"):
        held[person_id].append((kind, Span(since, _after(until))))
    found: dict[int, dict[str, tuple[Span, ...]]] = {}
    for team_id, ids in members.items():
        spans: dict[str, tuple[Span, ...]] = {}
        for kind, span in (pair for person in ids for pair in held.get(person, [])):
            spans[kind] = (*spans.get(kind, ()), span)
        found[team_id] = spans
    return found


def _insurances(team_ids: Collection[int], members: Mapping[int, set[int]]) -> dict[int, tuple[Span, ...]]:
    found: dict[int, tuple[Span, ...]] = {}
    rows = Insurance.objects.filter(team_id__in=team_ids).annotate(heads=Count("insured"))
    for team_id, since, until, everybody, heads in rows.values_list(
        "team_id", "valid_from", "valid_to", "covers_all", "heads"
    ):
        covered = len(members.get(team_id, ())) if everybody else heads
        found[team_id] = (*found.get(team_id, ()), Span(since, _after(until), covered))
    return found


def _minors(people: Collection[int], day: date) -> set[int]:
    young = Person.objects.filter(pk__in=people, birth_year__gte=day.year - ADULT)
    return set(young.values_list("pk", flat=True))


def _lately(team_ids: Collection[int], now: datetime) -> Counter[int]:
    """How often each team was asked of late: whoever was asked less is asked first. Shown to nobody as a figure."""
    rows = Offer.objects.filter(team_id__in=team_ids, made_at__gte=now - rules.LATELY).exclude(
        state="withdrawn"
    )
    return Counter(rows.values_list("team_id", flat=True))


def free_places(team_ids: Collection[int], slots: Collection[Slot]) -> dict[tuple[int, Slot], int]:
    """(team, slot) → free places: what the leader said for the weekday, less what is taken on that date."""
    if not team_ids or not slots:
        return {}
    week = TeamWeek.objects.filter(team_id__in=team_ids, weekday__in={day.weekday() for day, _half in slots})
    usual = {(row.team_id, row.weekday, row.half): row.capacity for row in week}
    rows = TeamSlot.objects.filter(team_id__in=team_ids, date__in={day for day, _half in slots})
    left = {(row.team_id, (row.date, row.half)): row.capacity - row.taken for row in rows}
    return {
        (team, slot): left.get((team, slot), usual.get((team, slot[0].weekday(), slot[1]), 0))
        for team in team_ids
        for slot in slots
    }
