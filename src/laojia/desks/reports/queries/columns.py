"""Columns a demanded table may have: per subject a code, the usual heading, and how the cell is made from the row.

Personal cells are masked unless the table is run in full. The official categories and audiences stand here for
exports only: they never appear on a page of residents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.desks.reports.queries.words import KINDS
from laojia.desks.reports.rules import in_hours
from laojia.foundation.people.models import Person, Post
from laojia.kernel.clock import local
from laojia.kernel.codes import mask_name, mask_phone
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from laojia.steps.serve.models import LawRecord

Cell = str | int | float | None
# The 22 categories and 13 audiences of the volunteer system, by their official numbers.
CATEGORIES = (
    "社区服务 扶贫减贫 支教助学 卫生健康 法律服务 环境保护 科技科普 文化艺术 平安综治 文明风尚 交通引导 志愿消防 应急救援 "
    "禁毒宣传 体育健身 旅游服务 关爱特殊群体 大型活动 海外志愿服务 税收服务 疫情防控 其他"
).split()
AUDIENCES = (
    "儿童 妇女 老年人 残障人士 优抚对象 贫困家庭 特殊群体 病患者 农村居民 城镇居民 社会公众 纳税人缴费人 其他"
).split()


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `full` makes the unmasked cell of a personal one; the masked cell is `cell`."""

    code: str
    heading: Any
    cell: Callable[[Any], Cell]
    full: Callable[[Any], Cell] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a table may be about: its rows, their moment ("" none), area and columns."""

    word: Any
    model: Any
    moment: str
    area: str
    item: str  # path to the item's code, empty when there is none
    team_kind: str
    related: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[QuerySet[Any]], QuerySet[Any]]


def official(names: list[str], known: list[str]) -> str:
    """Official numbers and labels, 其他 for what the list does not know: 3 老年人、9 农村居民."""
    numbers = {known.index(name) if name in known else len(known) - 1 for name in names}
    return "、".join(f"{n + 1} {known[n]}" for n in sorted(numbers))


def mask_tail(text: str) -> str:
    """****5678."""
    return f"****{text[-4:]}" if len(text) > 8 else "****" if text else ""


def _day(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d}" if moment else ""


def _minute(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _version(row: Any) -> Any:
    return row.item_version


def _category(row: Any) -> str:
    version = row.item_version
    return official([version.category], CATEGORIES) if version else ""


def _audience(row: Any) -> str:
    version = row.item_version
    return official(list(version.audience), AUDIENCES) if version and version.audience else ""


def _item_name(row: Any) -> str:
    return row.item_version.name if row.item_version else str(_("described in own words"))


def _village(row: Any) -> str:
    return row.area.name if row.area_id else ""


def _town(row: Any) -> str:
    """The town above a village; a town or county stays empty above itself."""
    area = row.area if row.area_id else None
    while area is not None and area.level != "town":
        area = area.parent
    return area.name if area is not None else ""


def _reason(row: Any) -> str:
    code = row.outcome_reason or row.reason
    return str(labels.reason_word(code)) if code else ""


def _team(row: Any) -> str:
    return row.team.name if row.team else ""


def _public_place(row: Any) -> str:
    """Where it was, a home by its village only."""
    at_home = row.kind in row.FOR_ITS_ORDERS
    return row.area.name if at_home else f"{row.area.name}{row.place}"


def _of(path: str, make: Callable[[Any], Cell]) -> Callable[[Any], Cell]:
    """The cell of what the row hangs on; empty when it hangs on nothing."""

    def cell(row: Any) -> Cell:
        for name in path.split("."):
            row = getattr(row, name)
            if row is None:
                return ""
        return make(row)

    return cell


def _people(path: str = "") -> tuple[Column, ...]:
    """Columns about a person, masked; `path` leads to him."""
    at = (lambda make: _of(path, make)) if path else (lambda make: make)
    return (
        Column("name", _("Name"), at(lambda p: mask_name(p.name)), at(lambda p: p.name)),
        Column("phone", _("Telephone"), at(lambda p: mask_phone(p.phone)), at(lambda p: p.phone)),
    )


_REGISTER = (
    Column(
        "volunteer_number", _("National volunteer number"), lambda p: mask_tail(p.volunteer_number),
        lambda p: p.volunteer_number,
    ),
    Column("id_number", _("ID number"), lambda p: mask_tail(p.id_number), lambda p: p.id_number),
    Column("birth_year", _("Year of birth"), lambda p: None if not p.birth_year else p.birth_year // 10 * 10, lambda p: p.birth_year),
)  # fmt: skip
_ITEM = (
    Column("item", _("Menu item"), _item_name),
    Column("category", _("Official category"), _category),
    Column("audience", _("Official audience"), _audience),
)
_WHERE = (Column("town", _("Town"), _town), Column("village", _("Village"), _village))

SUBJECTS: Mapping[str, Subject] = {
    "volunteers": Subject(
        _("Volunteers"), Person, "", "area_path", "", "posts__team__kind", ("area__parent",),
        (
            *_people(), *_REGISTER, *_WHERE,
            Column("teams", _("Teams"), lambda p: "、".join(sorted({post.team.name for post in p.posts.all() if post.team}))),
            Column("hours", _("Hours given"), lambda p: in_hours(p.given or 0)),
            Column("times", _("Times there"), lambda p: p.times or 0),
        ),
        lambda rows: rows.filter(erased_at=None),
    ),
    "members": Subject(
        _("Members of teams"), Post, "", "team__area_path", "", "team__kind", ("person", "team"),
        (
            Column("team", _("Team"), _team), Column("team_kind", _("Kind of team"), lambda r: r.team.kind),
            Column("role", _("Role"), lambda r: str(labels.ROLES.get(r.role, r.role))), *_people("person"),
            Column("from", _("From"), lambda r: r.valid_from.isoformat()),
            Column("to", _("Until"), lambda r: r.valid_to.isoformat() if r.valid_to else ""),
        ),
        lambda rows: rows.filter(team__isnull=False, person__erased_at=None),
    ),
    "occasions": Subject(
        _("Occasions"), Occasion, "starts_at", "area_path", "item_version__item__code", "team__kind",
        ("item_version", "team", "area__parent__parent", "law_record"),
        (
            Column("date", _("Date"), lambda r: _day(r.starts_at)), Column("begins", _("Begins"), lambda r: _minute(r.starts_at)),
            Column("ends", _("Ends"), lambda r: _minute(r.ends_at)), *_ITEM,
            Column("kind", _("How"), lambda r: str(KINDS.get(r.kind, r.kind))), *_WHERE,
            Column("place", _("Where"), _public_place), Column("team", _("Team"), _team),
            Column("team_kind", _("Kind of team"), lambda r: r.team.kind if r.team else ""),
            Column("state", _("State"), lambda r: str(labels.state_word("occasion", r.state))),
            Column("places", _("Places"), lambda r: r.places), Column("taken", _("Places taken"), lambda r: r.taken),
            Column("helped", _("People helped"), lambda r: r.law_record.helped if hasattr(r, "law_record") else None),
            Column("sponsor", _("Sponsor"), lambda r: r.sponsor),
            Column("filing", _("Filing number"), lambda r: r.filing_number),
        ),
        lambda rows: rows.filter(practice=False, protected=False, sealed=False),
    ),
    "records": Subject(
        _("Records of law"), LawRecord, "occasion__starts_at", "area_path", "occasion__item_version__item__code",
        "occasion__team__kind",
        ("occasion__item_version", "occasion__area__parent__parent", "occasion__team", "in_charge"),
        (
            Column("date", _("Date"), lambda r: _day(r.occasion.starts_at)),
            *(Column(c.code, c.heading, _of("occasion", c.cell)) for c in (*_ITEM, *_WHERE)),
            Column("place", _("Where"), _of("occasion", _public_place)), Column("content", _("What was done"), lambda r: r.content),
            Column("hours", _("Hours given"), lambda r: in_hours(r.given or 0)),
            Column("people", _("Volunteers there"), lambda r: r.people),
            Column("helped", _("People helped"), lambda r: r.helped),
            Column("unit", _("Organising unit"), lambda r: r.organising_unit),
            Column(
                "in_charge", _("Person in charge"), _of("in_charge", lambda p: mask_name(p.name)), _of("in_charge", lambda p: p.name)
            ),
            Column("due", _("Due"), lambda r: _day(r.due_at)), Column("entered", _("Entered"), lambda r: _day(r.recorded_at)),
        ),
        lambda rows: rows.filter(
            occasion__practice=False, occasion__protected=False, occasion__sealed=False, recorded_at__isnull=False
        ),
    ),
    "orders": Subject(
        _("Orders"), Order, "placed_at", "area_path", "item_version__item__code", "team__kind",
        ("item_version", "team", "area__parent__parent", "person"),
        (
            Column("number", _("Number"), lambda r: r.number), Column("placed", _("Placed"), lambda r: _minute(r.placed_at)),
            *_ITEM, *_WHERE, Column("channel", _("How it came"), lambda r: str(labels.CHANNELS.get(r.channel, r.channel))),
            Column("state", _("State"), lambda r: str(labels.state_word("order", r.state))),
            Column("outcome", _("Outcome"), lambda r: str(labels.OUTCOMES.get(r.outcome, ""))),
            Column("reason", _("Reason"), _reason),
            Column("team", _("Team"), _team), Column("served", _("Served"), lambda r: _minute(r.served_at)),
            Column("late", _("Later than promised"), lambda r: "是" if r.late_since else "否"), *_people("person"),
        ),
        lambda rows: rows.filter(practice=False, protected=False, sealed=False).exclude(state="merged"),
    ),
}  # fmt: skip
