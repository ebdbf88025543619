"""The list of menu items: read in as drafts, which the menu desk completes and publishes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import record_many
from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.jobs import take_each, touched_since, used_among
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
from laojia.steps.menu.actions import draft_from, draft_new, save_draft
from laojia.steps.menu.models import ItemVersion, MenuItem
from laojia.steps.menu.rules.items import ASKERS, AUDIENCES, CATEGORIES, LONGEST_RISK, TILES

_MODES = {
    "home_visit": ("上门",),
    "by_appointment": ("预约到点", "预约"),
    "seats": ("场次(名额)", "名额", "场次"),
    "whole_village": ("整村", "场次(整村)"),
    "volunteers": ("招募",),
    "walk_in": ("日常", "服务点日常"),
    "standing": ("结对",),
}
_SAID = ("个人", "村社区", "学校", "单位", "站", "监护人", "本人", "谁都可以")
_ASKERS = {asker: (word,) for asker, word in zip(ASKERS, _SAID, strict=True)}
_TILES = {tile.name: (tile.name,) for tile in TILES}
_PLAIN = (
    "name",
    "about",
    "category",
    "mode",
    "short",
    "team_kind",
    "minutes",
    "lead_working_days",
    "quota_per_week",
)
_SEVERAL = ("audience", "asked_by", "qualification", "risks")


def code(text: str, _on: date) -> str:
    """Capital letters and digits."""
    plain = cells.narrow(text).upper()
    if not plain.isalnum() or not plain.isascii() or not 2 <= len(plain) <= 12:
        raise BadCell("code")
    return plain


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    return [_judge(line, asked) for line in lines]


def _judge(line: Line, asked: Asked) -> Verdict:
    handles = (crypto.keyed_hash(line.text("code")),)
    if not may(asked.actor, "menu.draft", Subject("item", state="draft")):
        return bad(Flaw("code", "not_yours"), handles=handles)
    newest = _newest(line)
    if newest is None:
        return Verdict(NEW, handles=handles)
    if newest.state == "retired":
        return bad(Flaw("code", "retired"), handles=handles)
    facts = _facts(line)
    fields = [name for name, value in facts.items() if getattr(newest, name) != value]
    if newest.item.tile != line["tile"]:
        fields.append("tile")
    return Verdict(CHANGE if fields else SAME, fields=tuple(fields), handles=handles, row_id=newest.item_id)


def _newest(line: Line) -> ItemVersion | None:
    rows = ItemVersion.objects.filter(item__code=line.text("code")).select_related("item")
    return rows.order_by("-number").first()


def _facts(line: Line) -> dict[str, Any]:
    """What the list says; an empty cell says nothing."""
    found = {name: line[name] for name in _PLAIN if line[name] not in (None, "")}
    return found | {name: list(line[name]) for name in _SEVERAL if line[name]}


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each item as a draft, by the verbs of the menu desk."""
    return take_each(lines, asked, look, _write, {"code": "code"})


def _write(line: Line, _verdict: Verdict, asked: Asked) -> int:
    newest, facts = _newest(line), _facts(line)
    if newest is None:
        made = draft_new(
            code=line.text("code"), tile=line["tile"], facts=facts, actor=asked.actor, now=asked.now
        )
        return int(made.item_id)
    draft = draft_from(version=newest, actor=asked.actor, now=asked.now)
    save_draft(version=draft, facts=facts, tile=line["tile"], actor=asked.actor, now=asked.now)
    return int(draft.item_id)


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take items back that are still the list's own drafts; what was ever on the menu stays."""
    items = MenuItem.objects.in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(items), "gone")
    versions = list(ItemVersion.objects.filter(item_id__in=items))
    moved = touched_since("item", [row.pk for row in versions], asked.after)
    stays |= {row.item_id: "changed" for row in versions if row.pk in moved}
    used = used_among(ItemVersion, [row.pk for row in versions])
    stays |= {row.item_id: "used" for row in versions if row.pk in used or row.state != "draft"}
    stays |= dict.fromkeys(used_among(MenuItem, list(items), spare={"menu.ItemVersion"}), "used")
    going = [row for row in versions if row.item_id not in stays]
    record_many(going, "list.remove", actor=asked.actor, now=asked.now)
    ItemVersion.objects.filter(pk__in=[row.pk for row in going]).delete()
    MenuItem.objects.filter(pk__in=[row.item_id for row in going]).delete()
    return stays


MENU = ListKind(
    name="menu",
    title=_("Menu items"),
    about=_("What the county offers, as drafts: the menu desk completes and publishes them."),
    columns=(
        Column(
            "code",
            "编码",
            code,
            _("Letters and digits, e.g. YL01."),
            ("项目编码", "编号"),
            needed=True,
            examples=("ZZ01", "ZZ02"),
        ),
        Column(
            "name",
            "项目名称",
            cells.words(40, 2),
            _("What it is called on the menu."),
            ("名称", "服务项目", "服务名称"),
            needed=True,
            examples=("上门理发", "村里放电影"),
        ),
        Column(
            "tile",
            "板块",
            cells.choice(_TILES),
            _("One of the eight tiles of the start page."),
            ("首页板块", "分区"),
            needed=True,
            examples=("照应老人", "看戏、读书、锻炼"),
        ),
        Column(
            "category",
            "服务类别",
            cells.choice({name: (name,) for name in CATEGORIES}),
            _("One of the 22 categories of the national system."),
            ("类别", "官方类别"),
            needed=True,
            examples=("社区服务", "文化艺术"),
        ),
        Column(
            "mode",
            "供给方式",
            cells.choice(_MODES),
            _("上门, 预约到点, 名额, 整村, 招募, 日常 or 结对."),
            ("方式", "服务方式"),
            needed=True,
            examples=("上门", "整村"),
        ),
        Column(
            "about",
            "说明",
            cells.words(2000, 4),
            _("What it is, in whole sentences for a neighbour."),
            ("服务内容", "简介", "内容"),
            needed=True,
            examples=("志愿者到家里给行动不便的老人理发。", "放映队到村里放一场电影。"),
        ),
        Column(
            "short",
            "一句话",
            cells.words(40),
            _("One line for the list."),
            ("短说明",),
            examples=("到家里理发", ""),
        ),
        Column(
            "team_kind",
            "队伍类别",
            cells.words(30),
            _("Which kind of team does it."),
            ("由谁服务", "服务队伍"),
            examples=("助老志愿队", "文艺志愿队"),
        ),
        Column(
            "minutes",
            "时长（分钟）",
            cells.number(5, 1440),
            _("How long it takes."),
            ("时长", "分钟"),
            examples=("40", "120"),
        ),
        Column(
            "lead_working_days",
            "提前几个工作日",
            cells.number(0, 60),
            _("How many working days before."),
            ("提前天数",),
            examples=("1", "5"),
        ),
        Column(
            "quota_per_week",
            "每周限量",
            cells.number(0, 5000),
            _("Orders a week in the whole county; 0 for no limit."),
            ("每周名额",),
            examples=("0", "6"),
        ),
        Column(
            "audience",
            "服务对象",
            cells.several(cells.choice({name: (name,) for name in AUDIENCES})),
            _("Audiences of the national list, with 、 between them."),
            ("对象",),
            examples=("老年人", "农村居民"),
        ),
        Column(
            "asked_by",
            "谁能点",
            cells.several(cells.choice(_ASKERS)),
            _("个人, 村社区, 学校, 单位, 站, 监护人, 本人, 谁都可以."),
            ("点单人",),
            examples=("个人", "村社区、站"),
        ),
        Column(
            "qualification",
            "资格要求",
            cells.several(cells.words(40)),
            _("Certificates of which one is needed, with 、 between them."),
            ("资格", "证书要求"),
            examples=("", ""),
        ),
        Column(
            "risks",
            "风险提示",
            cells.several(cells.words(LONGEST_RISK), 6),
            _("Things that may happen, short, with 、 between them."),
            ("风险",),
            examples=("碰伤皮肤", ""),
        ),
    ),
    look=look,
    take=take,
    remove=remove,
    handful=25,
    words={
        "code": (_("“%(value)s” is no code."), _("Write 2 to 12 letters and digits.")),
        "retired": (
            _("an item of this code was retired."),
            _("Take another code: codes are never given twice."),
        ),
    },
)
