"""Columns of the list of volunteers, and the sentences of its own mistakes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.rules import Column
from laojia.foundation.people.rules import CATEGORIES

_GENDERS = {"m": ("男", "男性", "m"), "f": ("女", "女性", "f")}
_CATEGORY = cells.choice({name: (name,) for name in CATEGORIES})

COLUMNS: tuple[Column, ...] = (
    Column(
        "name",
        "姓名",
        cells.name,
        _("Full name as on the card."),
        ("志愿者姓名", "名字", "name"),
        True,
        ("张志愿", "李帮手"),
    ),
    Column(
        "gender",
        "性别",
        cells.choice(_GENDERS),
        _("男 or 女; may stay empty beside an ID number."),
        ("gender",),
        examples=("男", "女"),
    ),
    Column(
        "born_on",
        "出生日期",
        cells.past_day,
        _("Date of birth; may stay empty beside an ID number."),
        ("出生年月日", "生日"),
        examples=("1968-05-12", ""),
    ),
    Column(
        "id_number",
        "身份证号",
        cells.id_number,
        _("18 signs. Kept sealed; needed for the national register, not for helping."),
        ("身份证件号码", "身份证号码", "身份证", "证件号码", "公民身份号码"),
        examples=("149999196805120016", ""),
    ),
    Column(
        "phone",
        "手机号",
        cells.phone,
        _("Mobile number, 11 digits."),
        ("手机", "手机号码", "联系电话", "联系方式", "电话", "phone"),
        examples=("13900000001", "13900000002"),
    ),
    Column(
        "area",
        "居住区域",
        cells.words(60),
        _("Village or community where the person lives; write the town before it where names repeat."),
        ("村", "社区", "村社区", "所在村", "居住地", "现住村社区", "所属村社区"),
        True,
        ("天井村", "甘亭镇天井村"),
    ),
    Column(
        "address",
        "详细住址",
        cells.words(120),
        _("Lane and door, if you have it."),
        ("住址", "地址", "家庭住址"),
        examples=("一巷3号", ""),
    ),
    Column(
        "skills",
        "专业技能",
        cells.words(200),
        _("What the person can do, in own words."),
        ("技能", "特长", "专长"),
        examples=("量血压；理发", ""),
    ),
    Column(
        "categories",
        "服务类别",
        cells.several(_CATEGORY, 22),
        _("Categories of the national system, with 、 between them."),
        ("志愿服务类别", "服务领域", "意向服务类别"),
        examples=("卫生健康、社区服务", "社区服务"),
    ),
    Column(
        "volunteer_number",
        "志愿者编号",
        cells.volunteer_number,
        _("Number in the national volunteer system, if there is one."),
        ("全国志愿者编号", "志愿者注册号", "注册号", "志愿者号"),
        examples=("141024000012345", ""),
    ),
    Column(
        "teams",
        "所属队伍",
        cells.several(cells.words(60), 8),
        _("Names of the teams as in the list of teams, with 、 between them."),
        ("志愿服务队", "队伍", "所在队伍", "团队", "所属团队"),
        examples=("甘亭助老志愿队", ""),
    ),
    Column(
        "certificate",
        "证书名称",
        cells.words(40),
        _("A qualification for professional work, e.g. 执业医师."),
        ("资格证书", "证书", "职业资格"),
        examples=("执业医师", ""),
    ),
    Column(
        "certificate_number",
        "证书编号",
        cells.words(60),
        _("Its number. Kept sealed."),
        ("证书号", "证号"),
        examples=("110141024000001", ""),
    ),
    Column(
        "certified_from",
        "发证日期",
        cells.past_day,
        _("Since when it is valid."),
        ("证书日期", "取证日期"),
        examples=("2015-03-01", ""),
    ),
    Column(
        "certified_to",
        "证书有效期至",
        cells.day,
        _("Until when; empty if for good."),
        ("有效期至", "有效期", "证书到期日"),
        examples=("", ""),
    ),
    Column(
        "consent",
        "本人同意录入",
        cells.yes_no,
        _("是, when the person agreed to be entered. Without it nobody may enter him."),
        ("同意录入", "是否同意录入", "是否同意"),
        True,
        ("是", "是"),
    ),
    Column(
        "consented_on",
        "同意日期",
        cells.past_day,
        _("The day the person agreed."),
        ("同意录入日期", "签字日期"),
        True,
        ("2026-11-02", "2026-11-02"),
    ),
)
WORDS: Mapping[str, tuple[object, object]] = {
    "other_name": (
        _("this number belongs to somebody named %(other)s."),
        _("Look at name and number again; one of the two is another person's."),
    ),
    "two_people": (
        _("volunteer number and ID number belong to two different people."),
        _("Look at both numbers again."),
    ),
    "no_consent": (
        _("the person has not agreed to be entered."),
        _("Ask the person, or leave the row out (民政部令67号 art. 6)."),
    ),
    "not_as_id": (_("it differs from what the ID number says."), _("Keep the right one of the two.")),
    "too_young": (
        _("children under %(other)s are not registered."),
        _("Leave the row out; they come along with their parents."),
    ),
}
