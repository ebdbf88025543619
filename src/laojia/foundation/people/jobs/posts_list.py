"""The list of posts: who holds which role where, from–to. Given by the security administrator, as on the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station, Zone
from laojia.foundation.area.queries.naming import Gazetteer
from laojia.foundation.journal.actions import record_many
from laojia.foundation.journal.models import JournalRow
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
from laojia.foundation.people.actions import add_person, grant_post
from laojia.foundation.people.jobs.taking_back import companions_go
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.rules import same_name
from laojia.kernel import crypto
from laojia.policy.facts import Subject
from laojia.policy.permissions import may
from laojia.policy.roles import Role

_ROLES = {
    Role.GRID_WORKER.value: ("网格员", "微网格员"),
    Role.STATION_STAFF.value: ("站工作人员", "站长", "实践站工作人员", "站务"),
    Role.DISPATCHER.value: ("派单员", "中心派单员"),
    Role.MENU_EDITOR.value: ("菜单编辑", "菜单管理员"),
    Role.COMPLAINT_HOLDER.value: ("投诉受理人", "投诉受理"),
    Role.KEEPER.value: ("专人", "保护专员"),
    Role.ZONE_LEADER.value: ("片区长",),
    Role.COUNTY_LEADER.value: ("县领导",),
    Role.SYSTEM_ADMIN.value: ("系统管理员",),
    Role.AUDIT_ADMIN.value: ("审计管理员",),
}


class _Place:
    """Where a post is: a station or zone by its name, else an area."""

    def __init__(self, text: str, areas: Gazetteer) -> None:
        self.area: Area | None = None
        self.station = Station.objects.filter(name=text, closed_on=None).first()
        zone = None if self.station else Zone.objects.filter(name=text).first()
        self.zone_id = zone.pk if zone else None
        if self.station is None and zone is None:
            self.area = areas.find(text)

    def facts(self) -> dict[str, Any]:
        return {"area": self.area, "station": self.station, "zone_id": self.zone_id}

    def home(self, areas: Gazetteer) -> Area | None:
        """Where somebody unknown is entered: the post's own area, else the station's."""
        return self.area or (self.station.area if self.station else areas.find("全县"))


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    areas = Gazetteer()
    return [_judge(line, areas, asked) for line in lines]


def _judge(line: Line, areas: Gazetteer, asked: Asked) -> Verdict:
    flaws: list[Flaw] = []
    handles = (
        crypto.keyed_hash(f"{line.text('phone')} {line.text('name')} {line['role']} {line.text('place')}"),
    )
    place = None
    try:
        place = _Place(line.text("place"), areas)
    except BadCell as wrong:
        flaws.append(
            Flaw("place", "place_unknown" if wrong.code == "area_unknown" else wrong.code, wrong.other)
        )
    start, end = line["valid_from"], line["valid_to"]
    if end is not None and end <= (start or asked.today):
        flaws.append(Flaw("valid_to", "days_order"))
    if not may(asked.actor, "post.grant", Subject("post")):
        flaws.append(Flaw("role", "not_yours"))
    if flaws or place is None:
        return bad(*flaws, handles=handles)
    person = _known(line)
    held = _held(person, line["role"], place, asked) if person else None
    if held is not None:
        return Verdict(SAME, handles=handles, row_id=held.pk)
    return Verdict(NEW, handles=handles)


def _known(line: Line) -> Person | None:
    people = Person.objects.filter(phone_hash=crypto.keyed_hash(line.text("phone")), erased_at=None)
    return next((one for one in people.order_by("pk") if same_name(one.name, line.text("name"))), None)


def _held(person: Person, role: str, place: _Place, asked: Asked) -> Post | None:
    rows = Post.objects.filter(person=person, role=role, **place.facts()).exclude(valid_to__lte=asked.today)
    return rows.first()


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each post by the verb its own page uses; somebody unknown is entered first."""
    columns = {"area": "place", "role": "role", "phone": "phone", "name": "name", "valid_to": "valid_to"}
    return take_each(lines, asked, look, _write, columns)


def _write(line: Line, _verdict: Verdict, asked: Asked) -> int:
    areas = Gazetteer()
    place = _Place(line.text("place"), areas)
    person = _known(line) or add_person(
        actor=asked.actor, now=asked.now, name=line.text("name"), phone=line.text("phone"), area=place.home(areas),
        because="list.take",
    )  # fmt: skip
    post = grant_post(
        actor=asked.actor, now=asked.now, person_id=person.pk, role=Role(line["role"]),
        valid_from=line["valid_from"], valid_to=line["valid_to"], **place.facts(),
    )  # fmt: skip
    return int(post.pk)


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take posts back whose holders have not acted since; who has, keeps a post that is ended on the page of posts."""
    posts = Post.objects.in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(posts), "gone")
    stays |= dict.fromkeys(touched_since("post", posts, asked.after), "changed")
    people = {post.person_id for post in posts.values()}
    acted = JournalRow.objects.filter(actor_id__in=people, at__gte=asked.since or asked.now)
    busy = set(acted.values_list("actor_id", flat=True))
    stays |= {pk: "works" for pk, post in posts.items() if post.person_id in busy}
    if not may(asked.actor, "post.end", Subject("post")):
        stays |= dict.fromkeys(posts, "forbidden")
    going = [post for pk, post in posts.items() if pk not in stays]
    record_many(going, "list.remove", actor=asked.actor, now=asked.now, because="")
    Post.objects.filter(pk__in=[post.pk for post in going]).delete()
    companions_go({post.person_id for post in going}, asked)
    return stays


POSTS = ListKind(
    name="posts",
    title=_("Posts"),
    about=_("Who works where for the platform: grid workers, station staff, dispatchers and others."),
    columns=(
        Column(
            "name",
            "姓名",
            cells.name,
            _("Full name."),
            ("名字", "人员姓名"),
            needed=True,
            examples=("朱网格", "韩站长"),
        ),
        Column(
            "phone",
            "手机号",
            cells.phone,
            _("Mobile number, 11 digits."),
            ("手机", "手机号码", "联系电话", "电话"),
            needed=True,
            examples=("13900000021", "13900000022"),
        ),
        Column(
            "role",
            "岗位",
            cells.choice(_ROLES),
            _(
                "One of the posts: 网格员, 站工作人员, 派单员, 菜单编辑, 投诉受理人, 专人, 片区长, 县领导, 系统管理员, 审计管理员."
            ),
            ("职务", "角色", "岗位名称"),
            needed=True,
            examples=("网格员", "站工作人员"),
        ),
        Column(
            "place",
            "负责范围",
            cells.words(100),
            _("County, town, village, station or zone the post is for."),
            ("地点", "所在地", "负责区域", "片区", "站点"),
            needed=True,
            examples=("甘亭镇天井村", "甘亭一站"),
        ),
        Column(
            "valid_from",
            "起始日期",
            cells.day,
            _("From this day; empty for today."),
            ("任职日期", "从"),
            examples=("", ""),
        ),
        Column(
            "valid_to",
            "截止日期",
            cells.day,
            _("Until this day, without it; empty if open."),
            ("到期日期", "至"),
            examples=("", ""),
        ),
    ),
    look=look,
    take=take,
    remove=remove,
    handful=25,
    words={
        "place_unknown": (
            _("there is no area, station or zone named “%(value)s”."),
            _("Write it as in the list of areas and stations."),
        ),
    },
)
