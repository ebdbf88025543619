"""The list of service points (服务点) with their hours and what can be had there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, time

from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
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
from laojia.steps.menu.actions import save_point
from laojia.steps.menu.models import ItemVersion, MenuItem, Point

_DAYS = "一二三四五六日"
_EVERY = ("每天", "每日", "天天", "周一至周日")
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-—~至到]+\s*(\d{1,2})[:：](\d{2})")
_DAY = r"(?:周|星期)?([一二三四五六日天])"
_RANGE = re.compile(rf"{_DAY}\s*[至到\-—~]\s*{_DAY}")


def hours(text: str, _on: date) -> tuple[tuple[int, time, time], ...]:
    """周一至周五 8:30-11:30、14:30-17:30;周六 9:00-12:00, or 每天 8:00-18:00."""
    found: list[tuple[int, time, time]] = []
    days: list[int] = []
    for part in re.split(r"[;；。\n]+", cells.narrow(text)):
        spans = list(_SPAN.finditer(part))
        days = _days(_SPAN.sub("", part)) or days
        if not part.strip():
            continue
        if not spans or not days:
            raise BadCell("hours")
        try:
            found += [
                (day, time(int(one[1]), int(one[2])), time(int(one[3]), int(one[4])))
                for one in spans
                for day in days
            ]
        except ValueError:
            raise BadCell("hours") from None
    if not found or any(closes <= opens for _day, opens, closes in found):
        raise BadCell("hours")
    return tuple(sorted(set(found)))


def _days(text: str) -> list[int]:
    if any(word in text for word in _EVERY):
        return list(range(7))
    if "工作日" in text:
        return list(range(5))
    days: list[int] = []
    for span in _RANGE.finditer(text):
        first, last = (_DAYS.index(sign.replace("天", "日")) for sign in span.groups())
        days += range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
    for one in re.findall(r"(?:周|星期|[、,])([一二三四五六日天])", _RANGE.sub("", text)):
        days.append(_DAYS.index(one.replace("天", "日")))
    return sorted(set(days))


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    areas, items = Gazetteer(), _items()
    return [_judge(line, areas, items, asked) for line in lines]


def _items() -> dict[str, MenuItem]:
    """Items by code, and by the name of what is on the menu."""
    found = {item.code: item for item in MenuItem.objects.all()}
    rows = ItemVersion.objects.filter(state__in=("published", "paused", "draft")).select_related("item")
    return {row.name: row.item for row in rows.order_by("id")} | found


def _judge(line: Line, areas: Gazetteer, items: Mapping[str, MenuItem], asked: Asked) -> Verdict:
    flaws: list[Flaw] = []
    area: Area | None = None
    try:
        area = areas.find(line.text("area"))
    except BadCell as wrong:
        flaws.append(Flaw("area", wrong.code, wrong.other))
    wanted = line["items"] or ()
    flaws += [Flaw("items", "item_unknown", name) for name in wanted if name not in items]
    path = area.path if area else ""
    if area is not None and not may(asked.actor, "point.save", Subject("point", area_path=path)):
        flaws.append(Flaw("area", "not_yours"))
    handles = (crypto.keyed_hash(f"{line.text('name')} {path}"),)
    if flaws or area is None:
        return bad(*flaws, handles=handles)
    point = _known(line, area)
    if point is None:
        return Verdict(NEW, handles=handles)
    fields = [
        name for name in ("phone", "address") if line.text(name) and getattr(point, name) != line.text(name)
    ]
    if set(line["hours"] or ()) != {(h.weekday, h.opens, h.closes) for h in point.hours.all()}:
        fields.append("hours")
    if wanted and set(point.items.values_list("pk", flat=True)) != {items[name].pk for name in wanted}:
        fields.append("items")
    return Verdict(CHANGE if fields else SAME, fields=tuple(fields), handles=handles, row_id=point.pk)


def _known(line: Line, area: Area) -> Point | None:
    return Point.objects.filter(name=line.text("name"), area=area).first()


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each point by the verb its own page uses."""
    return take_each(lines, asked, look, _write, {"name": "name", "hours": "hours"})


def _write(line: Line, _verdict: Verdict, asked: Asked) -> int:
    area, items = Gazetteer().find(line.text("area")), _items()
    point = _known(line, area)
    wanted = [items[name] for name in line["items"] or ()] or (list(point.items.all()) if point else [])
    position = (line["lon"], line["lat"]) if line["lon"] is not None and line["lat"] is not None else None
    saved = save_point(
        name=line.text("name"), area=area, hours=line["hours"], items=wanted, actor=asked.actor, now=asked.now,
        point=point, station=point.station if point else None, position=position,
        address=line.text("address") or (point.address if point else ""),
        phone=line.text("phone") or (point.phone if point else ""),
    )  # fmt: skip
    return int(saved.pk)


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take points back where nobody was counted and nothing was changed since."""
    return take_back(Point, ids, asked, spare={"menu.PointHours"})


POINTS = ListKind(
    name="points",
    title=_("Service points"),
    about=_("Places with opening hours where things can be had without an order."),
    columns=(
        Column(
            "name",
            "服务点名称",
            cells.words(60, 2),
            _("How the place is called."),
            ("名称", "点位名称", "驿站名称"),
            needed=True,
            examples=("天井村健康小屋", "暖新驿站（赵城）"),
        ),
        Column(
            "area",
            "所在地",
            cells.words(60),
            _("Village, community or town."),
            ("所在村", "所属村社区", "所在乡镇"),
            needed=True,
            examples=("甘亭镇天井村", "赵城镇"),
        ),
        Column(
            "hours",
            "开放时间",
            hours,
            _("Days and hours, like 周一至周五 8:30-11:30、14:30-17:30;周六 9:00-12:00."),
            ("开门时间", "服务时间"),
            needed=True,
            examples=("周一至周五 8:30-11:30、14:30-17:30", "每天 8:00-20:00"),
        ),
        Column(
            "items",
            "服务项目",
            cells.several(cells.words(40)),
            _("Codes or names of menu items, with 、 between them."),
            ("项目", "提供项目"),
            examples=("", ""),
        ),
        Column(
            "address",
            "地址",
            cells.words(120),
            _("Street and door."),
            ("详细地址",),
            examples=("村委会一楼", ""),
        ),
        Column(
            "phone",
            "电话",
            cells.any_phone,
            _("A public number."),
            ("联系电话",),
            examples=("0357-6220000", ""),
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
    address="/points/desk/%s/",
    words={
        "hours": (
            _("“%(value)s”: days or hours in it cannot be read."),
            _("Write like 周一至周五 8:30-11:30、14:30-17:30;周六 9:00-12:00."),
        ),
        "item_unknown": (
            _("there is no item “%(other)s” on the menu."),
            _("Write its code or its name as on the menu."),
        ),
    },
)
