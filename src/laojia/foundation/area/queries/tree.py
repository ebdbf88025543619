"""Areas by name, level and place in the tree; stations and the villages they serve."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from laojia.foundation.area.models import Area, AreaBook, AreaSuccessor, Station, Zone
from laojia.foundation.area.queries.locating import OutlineRow, shapes_of
from laojia.foundation.area.rules import KnownArea, inside, short_name
from laojia.foundation.journal.queries import scoped
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.kernel.kept import Given, KeptRead
from laojia.policy.facts import Actor
from laojia.policy.roles import AreaLevel

LIVE = Q(valid_to__isnull=True)
_NUMBER = re.compile(r"(\d+)")
_FORMERLY = re.compile(r"[(（]原[^)）]*[)）]")

_by_code = KeptRead(lambda: Area.objects.defer("outline").filter(code=Given("code", CharField())))


@dataclass(frozen=True, slots=True)
class VillageChoice:
    """A village as offered for choosing: with its town, because names repeat."""

    id: int
    code: str
    name: str
    town: str
    path: str
    formerly: str = ""  # found by the name of an area that ended, or by a name it no longer has

    def __str__(self) -> str:
        said = f"{self.town} · {self.name}"
        return f"{said}（原{self.formerly}）" if self.formerly else said


def is_demonstration() -> bool:
    """Is this a database of made-up people? Then no message may leave."""
    return AreaBook.objects.filter(demonstration=True).exists()


def is_practice() -> bool:
    """Is this a training copy?"""
    return AreaBook.objects.filter(practice=True).exists()


def sends_nothing() -> bool:
    """A demonstration or a training copy: no message leaves this machine, whatever is set."""
    return AreaBook.objects.filter(Q(demonstration=True) | Q(practice=True)).exists()


def only_county() -> Area:
    """The county of this installation. Raises BadInput when none has been created yet."""
    county = Area.objects.filter(LIVE, level=AreaLevel.COUNTY).order_by("id").first()
    if county is None:
        raise BadInput(
            "no_county",
            _("There is no county here yet."),
            _("Make it first: laojia county create --code followed by its six digits."),
        )
    return county


def area_by_code(code: str) -> Area | None:
    """An area by its code, closed ones too; a county's six digits are enough."""
    return _by_code.first(code=code.ljust(12, "0") if len(code) < 12 else code)


def find_villages(text: str, limit: int = 20, *, within: Iterable[str] = ()) -> list[VillageChoice]:
    """Villages whose name (or whose town's name) contains every word of `text`; best first.

    `within` narrows to scope prefixes. An empty text gives the first ones in code order. A village that ended is
    not offered; by its old name one finds what took its place, said so in `formerly`.
    """
    text = _FORMERLY.sub("", text)
    rows = Area.objects.filter(LIVE, level=AreaLevel.VILLAGE)
    prefixes = list(within)
    if prefixes:
        inside = Q()
        for prefix in prefixes:
            inside |= Q(path__startswith=prefix)
        rows = rows.filter(inside)
    words = [short_name(word) for word in text.replace("·", " ").split()]
    for word in words:
        rows = rows.filter(
            Q(name__contains=word) | Q(official_name__contains=word) | Q(parent__name__contains=word)
        )
    values = (
        rows.annotate(town=F("parent__name"))
        .values_list("id", "code", "name", "town", "path")
        .order_by("code")
    )
    # Sorting needs all hits: a county has some hundred villages, a search a handful.
    found = [VillageChoice(*row) for row in values]
    joined = "".join(words)
    if words:
        known = {choice.id for choice in found}
        found += [one for one in _by_old_names(words, prefixes) if one.id not in known]
    found.sort(key=lambda v: (v.name != joined, not v.name.startswith(joined), joined not in v.name, v.code))
    return found[:limit]


def paths_named(text: str, limit: int = 40) -> list[str]:
    """Paths of towns and villages, ended ones too, whose name has this word in it; none inside another of them."""
    word = short_name(text)
    rows = Area.objects.filter(level__in=(AreaLevel.TOWN, AreaLevel.VILLAGE))
    rows = rows.filter(Q(name__contains=word) | Q(official_name__contains=word))
    found: list[str] = []
    for path in rows.order_by("path").values_list("path", flat=True)[:limit]:
        if not any(path.startswith(other) for other in found):
            found.append(path)
    return found


def _by_old_names(words: list[str], prefixes: list[str]) -> list[VillageChoice]:
    """Villages of today that take the place of one called so, or were called so themselves."""
    villages = Area.objects.filter(level=AreaLevel.VILLAGE).annotate(town=F("parent__name"))
    old = Q()
    for word in words:
        old &= Q(name__contains=word) | Q(official_name__contains=word) | Q(parent__name__contains=word)
    rows = villages.filter((old & Q(valid_to__isnull=False)) | (LIVE & ~Q(former=[])))
    found: dict[int, VillageChoice] = {}
    for area in rows.defer("outline").order_by("code"):
        if area.valid_to is None:
            said = next((n for n, _until in area.former if all(w in n or w in area.town for w in words)), "")
            places: list[Area] = [area] if said else []
        else:
            said, places = area.name, places_now(area)
        for place in places:
            above = place.parent.name if place.parent is not None else ""
            choice = VillageChoice(place.pk, place.code, place.name, above, place.path, said)
            if not prefixes or inside(place.path, prefixes):
                found.setdefault(place.pk, choice)
    return list(found.values())


def places_now(area: Area) -> list[Area]:
    """What takes the place of an area today: itself while it is valid, else where it went, the heir first."""
    found: dict[int, Area] = {}
    waiting, seen = [area.pk], {area.pk}
    while waiting:
        rows = Area.objects.select_related("parent").defer("outline", "parent__outline").in_bulk(waiting)
        ended = [pk for pk in waiting if rows[pk].valid_to is not None]
        found |= {pk: rows[pk] for pk in waiting if rows[pk].valid_to is None}
        links = AreaSuccessor.objects.filter(old__in=ended).order_by("old_id", "-heir", "id")
        waiting = [pk for pk in dict.fromkeys(links.values_list("new_id", flat=True)) if pk not in seen]
        seen.update(waiting)
    return list(found.values())


def place_now(area: Area) -> Area:
    """The area itself, or the heir of what lay on it; an area that ended with no successor stays itself."""
    return area if area.valid_to is None else next(iter(places_now(area)), area)


def village_names(ids: Iterable[int]) -> dict[int, VillageChoice]:
    """Villages by id, for lists that show where things happen (one query)."""
    rows = Area.objects.filter(pk__in=set(ids), level=AreaLevel.VILLAGE).annotate(town=F("parent__name"))
    return {row[0]: VillageChoice(*row) for row in rows.values_list("id", "code", "name", "town", "path")}


def villages_of(station: Station | int) -> list[VillageChoice]:
    """The villages a station serves, in code order, closed ones left out."""
    station_id = station if isinstance(station, int) else station.pk
    rows = Area.objects.filter(LIVE, served_by=station_id).annotate(town=F("parent__name")).order_by("code")
    return [VillageChoice(*row) for row in rows.values_list("id", "code", "name", "town", "path")]


def stations_of(area: Area) -> QuerySet[Station]:
    """Open stations, institutes and the centre that serve this area: nearest level first."""
    ids = [int(part) for part in area.path.strip("/").split("/")]
    serving = Q(villages__in=ids) | (Q(area__in=ids) & ~Q(level="station"))
    return Station.objects.filter(serving, closed_on__isnull=True).order_by("-area_path", "id").distinct()


def stations_at(area: Area) -> QuerySet[Station]:
    """Open stations standing in this area or below it, with the number of villages they serve."""
    rows = Station.objects.filter(area_path__startswith=area.path, closed_on__isnull=True)
    return rows.annotate(serves=Count("villages")).order_by("level", "area_path", "id")


def ancestors_of(area: Area) -> list[Area]:
    """The area's line from the county down, itself last."""
    ids = [int(part) for part in area.path.strip("/").split("/")]
    found = Area.objects.in_bulk(ids)
    return [found[i] for i in ids if i in found]


def children_of(area: Area) -> QuerySet[Area]:
    """The valid areas directly below."""
    return Area.objects.filter(LIVE, parent=area).order_by("code")


def same_level(area: Area) -> list[tuple[int, str]]:
    """Valid areas it could merge with: towns; villages of all towns; grids of its village; micro-grids of its grid."""
    rows = Area.objects.filter(LIVE, level=area.level).exclude(pk=area.pk)
    if area.level in (AreaLevel.GRID, AreaLevel.MICRO_GRID):
        rows = rows.filter(parent=area.parent_id)
    values = rows.order_by("code").values_list("id", "name", "parent__name")
    wide = area.level == AreaLevel.VILLAGE
    return [(pk, f"{above} · {name}" if wide else name) for pk, name, above in values]


def households_of(areas: Iterable[Area]) -> dict[int, int]:
    """Households by area id, summed from the finest level that has figures; areas without any are left out.

    One statement; all areas must lie in one county.
    """
    wanted = {area.pk: area.path for area in areas}
    if not wanted:
        return {}
    county = "/".join(next(iter(wanted.values())).split("/")[:2]) + "/"
    sums: dict[tuple[int, str], int] = {}
    rows = Area.objects.filter(LIVE, path__startswith=county, households__isnull=False)
    for path, level, count in rows.values_list("path", "level", "households"):
        for area_id in map(int, path.strip("/").split("/")):
            if area_id in wanted:
                sums[area_id, level] = sums.get((area_id, level), 0) + (count or 0)
    found: dict[int, int] = {}
    for level in AreaLevel:  # widest first: a finer figure takes the place of a wider one
        found |= {area_id: total for (area_id, at), total in sums.items() if at == level}
    return found


def households_below(area: Area) -> int | None:
    """Households of the valid areas below, or the area's own figure; None when nobody has entered any.

    Figures are entered at the finest level; where a level has its own figure and finer ones too, the finer count.
    """
    return households_of([area]).get(area.pk)


def known_below(county: Area) -> list[KnownArea]:
    """Villages and all below, closed ones too, in the shape the county's own list is checked against."""
    towns = dict(Area.objects.filter(parent=county).values_list("id", "name"))
    columns = (
        "id",
        "code",
        "name",
        "official_name",
        "level",
        "parent__code",
        "path",
        "valid_to",
        "households",
    )
    rows = Area.objects.filter(path__startswith=county.path).exclude(
        level__in=(AreaLevel.COUNTY, AreaLevel.TOWN)
    )
    known = []
    for area_id, code, name, official, level, above, path, valid_to, households in rows.values_list(*columns):
        town = towns.get(int(path.split("/")[2]), "")
        known.append(
            KnownArea(area_id, code, name, official, level, above, town, valid_to is None, households)
        )
    return known


def find_areas(actor: Actor) -> QuerySet[Area]:
    """The areas the actor may see on the administration pages."""
    return scoped(Area.objects.all(), actor, "area.see")


def list_areas(actor: Actor, *, level: str, text: str = "", closed: bool = False) -> QuerySet[Area]:
    """Areas of one level whose name or code contains `text`, in code order, with the name of the area above."""
    rows = find_areas(actor).filter(level=level)
    if not closed:
        rows = rows.filter(LIVE)
    if text:
        rows = rows.filter(
            Q(name__contains=text) | Q(official_name__contains=text) | Q(code__contains=text)
            | Q(parent__name__contains=text)
        )  # fmt: skip
    return rows.select_related("parent").defer("outline", "parent__outline").order_by("code")


def shapes_below(area: Area) -> list[tuple[str, str, BaseGeometry]]:
    """(code, name, WGS-84 shape) of the valid areas directly below that have an outline; else the area's own."""
    rows = list(children_of(area).exclude(outline="")) or ([area] if area.outline else [])
    facts = [OutlineRow(row.path, row.level, row.outline, row.outline_system, row.schematic) for row in rows]
    return [(row.code, row.name, shape) for row, shape in zip(rows, shapes_of(facts), strict=True)]


def areas_by_id(ids: Iterable[int]) -> dict[int, Area]:
    """Areas by id, without their outlines."""
    return Area.objects.defer("outline").in_bulk(list(ids))


def no_such_area() -> OutOfScope:
    """The refusal for a code that is none."""
    return OutOfScope(
        "no_such_area",
        _("There is no area with this code."),
        _("Look it up by its name in the list of areas."),
    )


def station_by_id(pk: int) -> Station:
    """One station with its area. Raises OutOfScope."""
    station = Station.objects.select_related("area").filter(pk=pk).first()
    if station is None:
        raise OutOfScope(
            "no_such_station", _("There is no such station."), _("Look it up at its town or village.")
        )
    return station


def zone_by_id(pk: int) -> Zone:
    """One zone. Raises OutOfScope."""
    zone = Zone.objects.filter(pk=pk).first()
    if zone is None:
        raise OutOfScope("no_such_zone", _("There is no such zone."), _("Look it up in the list of zones."))
    return zone


def all_zones() -> list[Zone]:
    """Zones by name with the number of their villages; the tenth comes after the ninth."""
    rows = Zone.objects.annotate(count=Count("villages"))
    return sorted(
        rows, key=lambda zone: [int(part) if part.isdigit() else part for part in _NUMBER.split(zone.name)]
    )


def village_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """All valid villages grouped by town, for a select box."""
    groups: dict[str, list[tuple[int, str]]] = {}
    rows = Area.objects.filter(LIVE, level=AreaLevel.VILLAGE).order_by("code")
    for area_id, name, town in rows.values_list("id", "name", "parent__name"):
        groups.setdefault(town, []).append((area_id, name))
    return list(groups.items())


def standing_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """Where an office may stand: the county and towns first, then the villages of each town."""
    wide = Area.objects.filter(LIVE, level__in=(AreaLevel.COUNTY, AreaLevel.TOWN)).order_by("code")
    top = [(area_id, name) for area_id, name in wide.values_list("id", "name")]
    return [(top[0][1] if top else "", top), *village_choices()]
