"""The list of centre, institutes and stations (中心/所/站), with the villages they serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.actions import Position, save_station
from laojia.foundation.area.models import Area, Station
from laojia.foundation.area.queries.naming import Gazetteer
from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.jobs import take_back, take_each
from laojia.foundation.lists.rules import (
    CHANGE,
    NEW,
    SAME,
    Asked,
    BadCell,
    Column,
    Flaw,
    Line,
    ListKind,
    Verdict,
    bad,
)
from laojia.kernel import crypto
from laojia.policy.facts import Subject
from laojia.policy.permissions import may
from laojia.policy.roles import StationLevel

_LEVELS = {
    StationLevel.CENTRE.value: ("中心", "实践中心"),
    StationLevel.INSTITUTE.value: ("所", "实践所"),
    StationLevel.STATION.value: ("站", "实践站", "文明实践站"),
}


class _Places:
    """Areas of a line, with everything wrong about them."""

    def __init__(self, line: Line, areas: Gazetteer) -> None:
        self.flaws: list[Flaw] = []
        self.area = self._one("area", line.text("area"), areas)
        found = [self._one("villages", text, areas) for text in line["villages"] or ()]
        self.villages = [area for area in found if area is not None]

    def _one(self, column: str, text: str, areas: Gazetteer) -> Area | None:
        try:
            return areas.find(text)
        except BadCell as wrong:
            self.flaws.append(Flaw(column, wrong.code, wrong.other))
            return None


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    areas = Gazetteer()
    return [_judge(line, areas, asked) for line in lines]


def _judge(line: Line, areas: Gazetteer, asked: Asked) -> Verdict:
    places = _Places(line, areas)
    flaws = places.flaws
    handles = (crypto.keyed_hash(f"{line['level']} {line.text('name')}"),)
    if ("lon" in line.cells) != ("lat" in line.cells):
        flaws.append(Flaw("lat", "position_half"))
    path = places.area.path if places.area else ""
    if not may(asked.actor, "station.save", Subject("station", area_path=path)):
        flaws.append(Flaw("area", "not_yours"))
    if flaws:
        return bad(*flaws, handles=handles)
    station = _known(line, places)
    if station is None:
        return Verdict(NEW, handles=handles)
    fields = [
        name for name in ("phone", "address") if line.text(name) and getattr(station, name) != line.text(name)
    ]
    if line["lon"] is not None and (station.lon, station.lat) != (line["lon"], line["lat"]):
        fields.append("lon")
    held = set(station.villages.values_list("pk", flat=True))
    if places.villages and held != {area.pk for area in places.villages}:
        fields.append("villages")
    return Verdict(CHANGE if fields else SAME, fields=tuple(fields), handles=handles, row_id=station.pk)


def _known(line: Line, places: _Places) -> Station | None:
    rows = Station.objects.filter(
        level=line["level"], name=line.text("name"), area=places.area, closed_on=None
    )
    return rows.first()


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each station by the verb its own page uses."""
    columns = {name: name for name in ("name", "level", "area", "villages", "phone", "lat", "lon")}
    return take_each(lines, asked, look, _write, columns)


def _write(line: Line, _verdict: Verdict, asked: Asked) -> int:
    places = _Places(line, Gazetteer())
    station = _known(line, places)
    assert places.area is not None  # `look` has just found it
    position = Position(line["lon"], line["lat"]) if line["lon"] is not None else None
    if position is None and station is not None and station.lon is not None and station.lat is not None:
        position = Position(station.lon, station.lat, station.position_system)
    villages = places.villages or (list(station.villages.all()) if station else [])
    saved = save_station(
        level=line["level"], name=line.text("name"), area=places.area, villages=villages, station=station,
        phone=line.text("phone") or (station.phone if station else ""), position=position,
        address=line.text("address") or (station.address if station else ""), actor=asked.actor, now=asked.now,
    )  # fmt: skip
    return int(saved.pk)


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take stations back at which nobody works, no team stands and nothing was changed since."""
    return take_back(Station, ids, asked, spare={"area.StationVillage"})


STATIONS = ListKind(
    name="stations",
    title=_("Centre, institutes and stations"),
    about=_("Where the practice centre, its institutes and stations are, and which villages they serve."),
    columns=(
        Column(
            "level",
            "级别",
            cells.choice(_LEVELS),
            _("中心, 所 or 站."),
            ("类型", "层级"),
            needed=True,
            examples=("所", "站"),
        ),
        Column(
            "name",
            "名称",
            cells.words(60, 2),
            _("Its full name."),
            ("站点名称", "阵地名称", "实践站名称"),
            needed=True,
            examples=("甘亭镇新时代文明实践所", "天井村新时代文明实践站"),
        ),
        Column(
            "area",
            "所在地",
            cells.words(60),
            _("The county, town or village it stands in."),
            ("所在村", "所在乡镇", "所属村社区"),
            needed=True,
            examples=("甘亭镇", "甘亭镇天井村"),
        ),
        Column(
            "villages",
            "服务村",
            cells.several(cells.words(60), 40),
            _("Villages it serves, with 、 between them; leave it empty for centre and institutes."),
            ("服务范围", "覆盖村", "服务村社区"),
            examples=("", "天井村"),
        ),
        Column(
            "phone",
            "电话",
            cells.any_phone,
            _("The office's public number."),
            ("联系电话", "办公电话"),
            examples=("0357-6220000", ""),
        ),
        Column(
            "address",
            "地址",
            cells.words(120),
            _("Street and door."),
            ("详细地址",),
            examples=("镇政府院内", ""),
        ),
        Column(
            "lon",
            "经度",
            cells.decimal(-180, 180),
            _("From a GPS device, if you have it."),
            examples=("", ""),
        ),
        Column(
            "lat", "纬度", cells.decimal(-90, 90), _("From a GPS device, if you have it."), examples=("", "")
        ),
    ),
    look=look,
    take=take,
    remove=remove,
    handful=25,
    address="/areas/stations/%s/",
    words={"position_half": (_("longitude and latitude go together."), _("Give both or neither."))},
)
