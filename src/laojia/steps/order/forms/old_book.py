"""Open orders of the old book: what people had asked for before, with the true day, looked for from now on.

Each becomes an order of its own by the verbs of the page, told on paper by whoever reads the book in. Its clocks begin
on the day of entry (nobody can be late before he knew), and the day it was said stands beside it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries.naming import Gazetteer
from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.jobs import take_each, touched_since
from laojia.foundation.lists.rules import (
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
from laojia.foundation.people.actions import add_person
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import speaking_for
from laojia.foundation.people.rules import same_name
from laojia.kernel import crypto
from laojia.kernel.clock import CHINA
from laojia.policy.facts import Subject, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Channel
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import actions
from laojia.steps.order.models import Order

_BOOK = uuid.UUID("5d3c1f4e-2a76-4f0b-9a53-6f1f0c6a1024")  # names of this book's rows begin here
_HALVES = {"morning": ("上午",), "afternoon": ("下午",), "evening": ("晚上", "傍晚")}
_EASY = ("home_visit", "by_appointment")


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    areas, items = Gazetteer(), _items()
    keys = {line.number: _key(line) for line in lines}
    rows = Order.objects.filter(key__in=keys.values())
    known = dict(rows.values_list("key", "pk"))
    return [_judge(line, keys[line.number], known, areas, items, asked) for line in lines]


def _items() -> dict[str, ItemVersion]:
    """What is on the menu, by name and by code."""
    rows = list(ItemVersion.objects.filter(state="published").select_related("item"))
    return {row.name: row for row in rows} | {row.item.code: row for row in rows}


def _key(line: Line) -> uuid.UUID:
    """The same row of the book, whenever it is read: its own number, else who said what on which day."""
    number = line.text("number")
    parts = [number] if number else [line.text("phone"), line.text("name"), line.text("wish")]
    day = "" if number else str(line["said_on"])  # as 2026-11-23
    return uuid.uuid5(_BOOK, crypto.keyed_hash(" ".join([*parts, day])))


def _judge(
    line: Line,
    key: uuid.UUID,
    known: Mapping[uuid.UUID, int],
    areas: Gazetteer,
    items: Mapping[str, ItemVersion],
    asked: Asked,
) -> Verdict:
    handles = (key.hex,)
    if key in known:
        return Verdict(SAME, handles=handles, row_id=known[key])
    flaws: list[Flaw] = []
    area: Area | None = None
    try:
        area = areas.find(line.text("area"))
    except BadCell as wrong:
        flaws.append(Flaw("area", wrong.code, wrong.other))
    item = items.get(line.text("wish"))
    if item is not None and (item.protected or item.mode not in _EASY or item.questions):
        flaws.append(Flaw("wish", "by_hand"))
    if item is not None and line["wanted_on"] is None:
        flaws.append(Flaw("wanted_on", "when"))
    if line["wanted_on"] is not None and line["wanted_on"] <= asked.today:
        flaws.append(Flaw("wanted_on", "wanted_over"))
    if area is not None and not may(asked.actor, "person.add", Subject("person", area_path=area.path)):
        flaws.append(Flaw("area", "not_yours"))
    return bad(*flaws, handles=handles) if flaws else Verdict(NEW, handles=handles)


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each row by the verbs of the desk, spoken for the person, told on paper."""
    columns = {"times": "wanted_on", "words": "wish", "phone": "phone", "place": "place", "name": "name"}
    return take_each(lines, asked, look, _write, columns)


def _write(line: Line, _verdict: Verdict, asked: Asked) -> int:
    area = Gazetteer().find(line.text("area"))
    person = _known(line) or add_person(
        actor=asked.actor, now=asked.now, name=line.text("name"), phone=line.text("phone"), area=area,
        address=line.text("place"), because="list.take",
    )  # fmt: skip
    actor = speaking_for(asked.actor, person.pk, asked.today, channel=Channel.PAPER)
    item = _items().get(line.text("wish"))
    given: dict[str, Any] = {
        "actor": actor, "now": asked.now, "key": _key(line), "person": person, "area": area, "place": line.text("place"),
        "consent_spoken": True, "sure": True, "said_at": datetime.combine(line["said_on"], time(12), tzinfo=CHINA),
    }  # fmt: skip
    if item is None:
        said = " ".join(filter(None, (line.text("wish"), line.text("note"))))
        return int(actions.describe(words=said, **given).pk)
    order = actions.place(item_version=item, times=_times(line), words=line.text("note"), **given)
    if order.state == "received":
        actions.triage(order=order, actor=asked.actor, now=asked.now)
    return int(order.pk)


def _known(line: Line) -> Person | None:
    people = Person.objects.filter(phone_hash=crypto.keyed_hash(line.text("phone")), erased_at=None)
    return next((one for one in people.order_by("pk") if same_name(one.name, line.text("name"))), None)


def _times(line: Line) -> list[dict[str, str]]:
    if line["wanted_on"] is None:
        return []
    return [{"date": line["wanted_on"].isoformat(), "half": line["half"] or "morning"}]


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """An order is never deleted: one nobody has moved yet is cancelled in the person's name, the others stay."""
    rows = Order.objects.in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(rows), "gone")
    moved = touched_since("order", rows, asked.after)
    for pk, order in rows.items():
        if pk in moved or order.state not in ("received", "waiting"):
            stays[pk] = "works"
        elif not may(asked.actor, "order.cancel", subject_of(order)):
            stays[pk] = "forbidden"
        else:
            actions.cancel(order=order, reason="wrong_order", actor=asked.actor, now=asked.now)
    return stays


def past(text: str, on: date) -> date:
    """The day it was said: it has come."""
    return cells.past_day(text, on)


ORDERS = ListKind(
    name="orders",
    title=_("Open orders of the old book"),
    about=_("What people had asked for before and nobody has done yet, with the day they asked."),
    columns=(
        Column(
            "number",
            "原编号",
            cells.words(40),
            _("Its number in your book, if it has one."),
            ("编号", "序号", "单号"),
            examples=("2026-118", ""),
        ),
        Column(
            "name",
            "姓名",
            cells.name,
            _("Who asked."),
            ("点单人", "群众姓名", "申请人"),
            needed=True,
            examples=("王秀英", "李大山"),
        ),
        Column(
            "phone",
            "手机号",
            cells.phone,
            _("Mobile number, 11 digits."),
            ("手机", "联系电话", "电话"),
            needed=True,
            examples=("13900000041", "13900000042"),
        ),
        Column(
            "area",
            "所在村",
            cells.words(60),
            _("Village or community; the town before it where names repeat."),
            ("村", "村社区", "居住区域", "地点"),
            needed=True,
            examples=("甘亭镇天井村", "天井村"),
        ),
        Column(
            "place",
            "住址",
            cells.words(120),
            _("Lane and door."),
            ("详细地址", "地址"),
            examples=("一巷3号", ""),
        ),
        Column(
            "wish",
            "要什么",
            cells.words(200, 2),
            _("Name or code of a menu item, or the person's own words."),
            ("服务项目", "诉求", "需求", "点单内容"),
            needed=True,
            examples=("上门理发", "窗户关不上，想请人看看"),
        ),
        Column(
            "said_on",
            "点单日期",
            past,
            _("The day the person asked."),
            ("登记日期", "日期", "来电日期"),
            needed=True,
            examples=("2026-11-10", "2026-11-12"),
        ),
        Column(
            "wanted_on",
            "希望日期",
            cells.day,
            _("When it suits; a day to come."),
            ("希望时间",),
            examples=("", ""),
        ),
        Column(
            "half", "上午下午", cells.choice(_HALVES), _("上午, 下午 or 晚上."), ("时段",), examples=("", "")
        ),
        Column("note", "备注", cells.words(200), _("What else was said."), ("说明",), examples=("", "")),
    ),
    look=look,
    take=take,
    remove=remove,
    handful=20,
    words={
        "by_hand": (
            _("“%(value)s” needs questions answered or is not for a list."),
            _("Enter it at the desk, or write what is wanted in own words."),
        ),
        "when": (_("an item of the menu needs a day that suits."), _("Ask the person, and write the day.")),
        "wanted_over": (_("the wished day is over."), _("Ask when it suits now, or leave the cell empty.")),
    },
)
