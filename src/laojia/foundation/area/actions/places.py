"""Stations (中心/所/站) and zones (片区)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.actions.book import open_places
from laojia.foundation.area.models import Area, Station, StationVillage, Zone, ZoneVillage
from laojia.foundation.area.queries import locate
from laojia.foundation.area.rules import inside
from laojia.foundation.journal.actions import check, record, require
from laojia.kernel.codes import clean_phone
from laojia.kernel.errors import BadInput, Conflict, WrongState
from laojia.kernel.geo import System
from laojia.policy.facts import Actor, Subject
from laojia.policy.roles import AreaLevel, StationLevel

_STANDS_AT = {
    StationLevel.CENTRE: (AreaLevel.COUNTY,),
    StationLevel.INSTITUTE: (AreaLevel.TOWN,),
    StationLevel.STATION: (AreaLevel.VILLAGE, AreaLevel.TOWN),
}


@dataclass(frozen=True, slots=True)
class Position:
    """A place as received, its system named."""

    lon: float
    lat: float
    system: str = System.WGS84


@transaction.atomic
def save_station(
    *,
    level: str,
    name: str,
    area: Area,
    actor: Actor,
    now: datetime,
    villages: Iterable[Area] = (),
    phone: str = "",
    address: str = "",
    position: Position | None = None,
    station: Station | None = None,
) -> Station:
    """A new station, or `station` with these facts. It stands at the area and serves the villages.

    The position must lie inside the county where the county has a map. Raises BadInput, Conflict, WrongState.
    """
    require(actor, "station.save", Subject(kind="station", area_path=area.path))
    open_places()
    name, villages = name.strip(), list(villages)
    _check_station(level, name, area, villages)
    if position is not None and _has_map():
        locate(position.lon, position.lat, position.system)
    row = station or Station()
    if row.closed_on is not None:
        raise WrongState("station_closed", _("This station has been closed."), _("Make a new one instead."))
    row.level, row.name, row.area, row.area_path = level, name, area, area.path
    row.phone = clean_phone(phone, landline=True) if phone else ""
    row.address = address.strip()
    row.lon, row.lat = (position.lon, position.lat) if position else (None, None)
    row.position_system = position.system if position else ""
    same_name = Station.objects.filter(area=area, level=level, name=name).exclude(pk=row.pk)
    if same_name.exists():
        words = _("There is a station of this name here already.")
        raise Conflict("station_there", words, _("Change that one, or give another name."), {"name": words})
    row.save()
    _set_links(StationVillage, "station", row.pk, villages)
    record(row, "station.save", actor=actor, now=now, fields=("area", "name", "phone", "villages"))
    return row


@transaction.atomic
def close_station(*, station: Station, on: date, actor: Actor, now: datetime) -> Station:
    """The station serves nobody from that day on; the row stays."""
    check(station, "station.save", actor=actor)
    if station.closed_on is not None:
        raise WrongState(
            "station_closed", _("This station has been closed."), _("There is nothing left to do.")
        )
    station.closed_on = on
    station.save(update_fields=("closed_on",))
    record(station, "station.save", actor=actor, now=now, fields=("closed_on",))
    return station


@transaction.atomic
def save_zone(
    *, name: str, villages: Iterable[Area], actor: Actor, now: datetime, zone: Zone | None = None
) -> Zone:
    """A new zone, or `zone` with this name and these villages, of any towns. Raises BadInput, Conflict."""
    require(actor, "zone.save", Subject(kind="zone"))
    open_places()
    name, villages = name.strip(), list(villages)
    if not 0 < len(name) <= 60:
        raise _bad("name", "name_length", _("Please give a name of 1 to 60 characters."))
    if not villages:
        raise _bad("villages", "villages_needed", _("Please choose the villages of this zone."))
    _check_villages(villages)
    row = zone or Zone()
    row.name = name
    if Zone.objects.filter(name=name).exclude(pk=row.pk).exists():
        words = _("There is a zone of this name already.")
        raise Conflict("zone_there", words, _("Change that one, or give another name."), {"name": words})
    row.save()
    _set_links(ZoneVillage, "zone", row.pk, villages)
    record(row, "zone.save", actor=actor, now=now, fields=("name", "villages"))
    return row


def _set_links(
    link: type[StationVillage] | type[ZoneVillage], owner: str, owner_id: int, villages: Iterable[Area]
) -> None:
    wanted = {village.pk for village in villages}
    rows = link._default_manager.filter(**{owner: owner_id})
    held = set(rows.values_list("village_id", flat=True))
    rows.filter(village__in=held - wanted).delete()
    for village_id in sorted(wanted - held):
        link._default_manager.create(**{f"{owner}_id": owner_id}, village_id=village_id)


def _check_station(level: str, name: str, area: Area, villages: Iterable[Area]) -> None:
    if not 0 < len(name) <= 60:
        raise _bad("name", "name_length", _("Please give a name of 1 to 60 characters."))
    if level not in set(StationLevel):
        raise _bad("level", "level_unknown", _("Please choose centre, institute or station."))
    if area.valid_to is not None or area.level not in _STANDS_AT[StationLevel(level)]:
        raise _bad(
            "area",
            "station_area",
            _("A centre stands at the county, an institute at a town, a station at a village."),
        )
    _check_villages(villages)
    if level in (StationLevel.CENTRE, StationLevel.INSTITUTE) and any(
        not inside(village.path, (area.path,)) for village in villages
    ):
        raise _bad(
            "villages",
            "village_elsewhere",
            _("One of these villages lies in another area. Please look again."),
        )


def _check_villages(villages: Iterable[Area]) -> None:
    for village in villages:
        if village.level != AreaLevel.VILLAGE or village.valid_to is not None:
            raise _bad(
                "villages", "village_needed", _("Please choose villages and communities that are not closed.")
            )


def _has_map() -> bool:
    return Area.objects.filter(valid_to__isnull=True).exclude(outline="").exists()


def _bad(field: str, code: str, sentence: object) -> BadInput:
    return BadInput(code, sentence, fields={field: sentence})
