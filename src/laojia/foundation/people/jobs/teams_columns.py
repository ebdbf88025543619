"""Columns of the list of teams, and the sentences of its own mistakes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.rules import Column

COLUMNS: tuple[Column, ...] = (
    Column(
        "name",
        "队伍名称",
        cells.words(60, 2),
        _("The team's name; it is known by it."),
        ("志愿服务队名称", "团队名称", "服务队名称", "名称", "team"),
        True,
        ("甘亭镇天井村助老志愿队", "县医院医疗志愿队"),
    ),
    Column(
        "kind",
        "队伍类别",
        cells.words(30),
        _("What the team is for, in the words of the menu, e.g. 助老志愿队, 医疗志愿队."),
        ("类别", "队伍类型", "类型", "服务类型"),
        True,
        ("助老志愿队", "医疗志愿队"),
    ),
    Column(
        "area",
        "所在地",
        cells.words(60),
        _("Village, town or the county where the team is at home."),
        ("所在地区", "所在村", "所属乡镇", "所在乡镇村", "地址"),
        True,
        ("甘亭镇天井村", "全县"),
    ),
    Column(
        "serves",
        "服务范围",
        cells.several(cells.words(60), 40),
        _("Where it goes: towns or villages with 、 between them; empty for the whole county."),
        ("服务区域", "服务地区"),
        examples=("甘亭镇", ""),
    ),
    Column(
        "leader",
        "队长姓名",
        cells.name,
        _("Who answers for the team."),
        ("队长", "负责人", "负责人姓名", "联系人", "联系人姓名"),
        True,
        ("冯队长", "卫主任"),
    ),
    Column(
        "leader_phone",
        "队长手机",
        cells.phone,
        _("Mobile number, 11 digits."),
        ("队长电话", "负责人电话", "负责人手机", "联系电话", "联系人电话", "队长手机号"),
        True,
        ("13900000011", "13900000013"),
    ),
    Column(
        "second",
        "第二联系人",
        cells.name,
        _("Somebody else, for the day the leader is ill."),
        ("副队长", "副队长姓名", "第二联系人姓名", "备用联系人"),
        True,
        ("陈副队", "褚护士长"),
    ),
    Column(
        "second_phone",
        "第二联系人手机",
        cells.phone,
        _("Mobile number, 11 digits."),
        ("副队长电话", "副队长手机", "第二联系人电话", "备用联系人电话", "第二联系人手机号"),
        True,
        ("13900000012", "13900000014"),
    ),
    Column(
        "weekly",
        "每周能接几次",
        cells.number(0, 500),
        _("Visits a week, as the leader says it; half-days are set on the team's page."),
        ("每周次数", "周服务能力", "每周服务次数", "每周可接单数"),
        examples=("6", "3"),
    ),
    Column(
        "about",
        "队伍简介",
        cells.words(400),
        _("What it can do, in a few words."),
        ("简介", "能做什么", "服务内容"),
        examples=("陪老人说话、打扫屋子", ""),
    ),
)
WORDS: Mapping[str, tuple[object, object]] = {
    "two_contacts": (_("both contacts are the same person."), _("Name somebody else as the second one.")),
    "team_ended": (
        _("a team of this name has ended."),
        _("Open it again on its page, or give the new one another name."),
    ),
}
