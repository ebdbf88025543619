"""A small world in which every page has something to show: orders in several states, an occasion, a complaint and so on.

Made by real actions on the fixed cast; the moment is Thursday noon, an hour after the first visit. `addresses` says where
every page of the application is found in it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from laojia.desks.reports.models import ExchangeFile, ExchangeLine, SavedTable
from laojia.foundation.area.actions import plan_rename, save_zone
from laojia.foundation.lists.jobs import put_down
from laojia.foundation.outbox.models import Message
from laojia.foundation.people import actions as people
from laojia.foundation.people.models import Person, Post
from laojia.kernel.links import make_link
from laojia.policy.facts import CLOCK, VISITOR
from laojia.policy.roles import Channel
from laojia.shown import sheet_number
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review import actions as review
from laojia.steps.serve import actions as serve
from laojia.steps.serve.actions.records import Report
from laojia.steps.serve.models import RosterLine
from tests.acting import account_of
from tests.apps.dispatch.conftest import THURSDAY, make_item
from tests.cast import NOW, Cast
from tests.chain import AFTER

DOOR = "槐树巷9号"  # the resident's own, so that a page that shows it can be told
NOON = AFTER + timedelta(hours=1)
FRIDAY = THURSDAY + timedelta(days=1)
MONDAY = THURSDAY + timedelta(days=4)


@dataclass
class World:
    """The cast and the number of each thing; `ids` also holds public numbers and link tokens."""

    cast: Cast
    ids: dict[str, Any] = field(default_factory=dict)

    def place(self, who: str = "resident", now: datetime = NOW, **facts: Any) -> Order:
        """An order of this resident for Friday afternoon, unless told otherwise."""
        given: dict[str, Any] = {
            "item_version": self.ids["item"], "area": self.cast.village, "place": DOOR, "times": [wish(FRIDAY)],
            "actor": self.cast.as_(getattr(self.cast, who)), "sure": True,
        } | facts  # fmt: skip
        return orders.place(now=now, key=uuid.uuid4(), **given)

    def offer(self, order: Order, day: date, half: str = "afternoon") -> Offer:
        return dispatch.make_offer(
            actor=self.cast.as_(self.cast.dispatcher),
            now=NOW,
            orders=[order],
            team=self.cast.team,
            date=day,
            half=half,
        )


def wish(day: date, half: str = "afternoon") -> dict[str, str]:
    return {"date": day.isoformat(), "half": half}


def make_world(cast: Cast) -> World:
    """Everything, in the order in which it would happen. The menu must be published."""
    world = World(cast)
    Person.objects.filter(pk=cast.resident.pk).update(address=f"{cast.village.name}{DOOR}")
    cast.resident.refresh_from_db()
    world.ids["item"] = make_item("W01", name="上门理发")
    _asked(world)
    _answered(world)
    _said(world)
    _kept_apart(world)
    _planned(world)
    _listed(world)
    for name in WITH_ACCOUNT:
        account_of(getattr(cast, name))
    world.ids["account"] = account_of(cast.stranger).pk
    world.ids["post"] = Post.objects.get(person=cast.volunteer).pk
    del world.ids["item"]
    told = Message.objects.filter(to_person_id=cast.neighbour.pk).earliest("id")
    Message.objects.filter(pk=told.pk).update(
        state="to_call", area_path=cast.village.path
    )  # as the worker leaves it for people without SMS
    world.ids |= {
        "period": "2026-11", "metric": "occasions_held",
        "item_code": "W01", "village_code": cast.village.code, "year": NOON.year, "neighbour": cast.neighbour.pk,
        "station": cast.station.pk, "team": cast.team.pk, "message": told.pk,
    }  # fmt: skip
    return world


WITH_ACCOUNT = ("resident", "daughter", "stranger", "volunteer", "leader", "dispatcher")


def _asked(world: World) -> None:
    cast, ids = world.cast, world.ids
    waiting = world.place()
    ids["waiting"], ids["waiting_number"] = waiting.pk, waiting.number
    described = orders.describe(
        actor=cast.as_(cast.daughter),
        now=NOW,
        key=uuid.uuid4(),
        words="想学做月饼",
        area=cast.village,
        sure=True,
    )
    ids["described"] = described.pk
    ids["order_link"] = make_link("order", waiting.pk, "order", to=cast.resident.pk)
    asked = world.place(times=[wish(MONDAY)])
    orders.ask_back(
        order=asked,
        question="门口停得下车吗？",
        reason="which_place",
        actor=cast.as_(cast.dispatcher),
        now=NOW,
    )
    ids["asked_number"] = asked.number
    ids["asked_link"] = make_link("order", asked.pk, "order", to=cast.resident.pk)
    pooled = world.place(times=[wish(MONDAY)])
    ids["pool"] = dispatch.open_pool(orders=[pooled], actor=cast.as_(cast.dispatcher), now=NOW).pk
    entered = world.place(
        actor=cast.as_(cast.grid_worker, Channel.PAPER, cast.neighbour),
        person=cast.neighbour,
        consent_spoken=True,
        place="枣树巷2号",
    )
    ids["entered_number"] = entered.number


def _listed(world: World) -> None:
    """A list of two teams, checked, one row of it to be mended."""
    rows = (
        "队伍名称,队伍类别,所在地,队长姓名,队长手机,第二联系人,第二联系人手机",
        f"清单助学队,助学志愿队,{world.cast.town.name},丁一,13500000001,丁二,13500000002",
        "清单修缮队,修缮志愿队,没有这个村,丁三,13500000003,丁四,13500000004",
    )
    batch = put_down("teams", "\n".join(rows).encode(), actor=world.cast.as_(world.cast.dispatcher), now=NOW)
    world.ids["list"], world.ids["list_kind"] = batch.pk, batch.kind


def _answered(world: World) -> None:
    cast, ids = world.cast, world.ids
    leader = cast.as_(cast.leader)
    done = world.place(times=[wish(THURSDAY, "morning")])
    serve.accept(offer=world.offer(done, THURSDAY, "morning"), actor=leader, now=NOW)
    visit = Attendance.objects.get(order=done)
    serve.record(
        occasion=visit.occasion, report=Report(minutes=40, came=[cast.volunteer]), actor=leader, now=AFTER
    )
    ids["served"], ids["served_number"], ids["served_visit"] = done.pk, done.number, visit.pk
    ids["served_occasion"] = visit.occasion_id
    ids["review_link"] = make_link("attendance", visit.pk, "review", to=cast.resident.pk)
    ahead = world.place()
    offer = world.offer(ahead, FRIDAY)
    serve.accept(offer=offer, actor=leader, now=NOW)
    visit = Attendance.objects.get(order=ahead)
    serve.ask(occasion=visit.occasion, people=[cast.volunteer], actor=leader, now=NOW)
    ids["arranged"], ids["arranged_number"] = ahead.pk, ahead.number
    ids["occasion"], ids["visit"] = visit.occasion_id, visit.pk
    ids["line"] = RosterLine.objects.get(occasion=visit.occasion).pk
    ids["sheet_number"] = sheet_number(visit.occasion)
    ids["occasion_link"] = make_link("occasion", visit.occasion_id, "offer", to=cast.leader.pk)
    open_ = world.offer(world.place(times=[wish(MONDAY, "morning")]), MONDAY, "morning")
    ids["offer"], ids["offered_occasion"] = open_.pk, open_.occasion_id
    ids["offer_link"] = make_link("offer", open_.pk, "offer", to=cast.leader.pk)


def _said(world: World) -> None:
    cast, ids = world.cast, world.ids
    served = Order.objects.get(pk=ids["served"])
    complaint = review.file_complaint(
        key=uuid.uuid4(),
        kind="late",
        words="来得太晚",
        order=served,
        person=cast.resident,
        actor=cast.as_(cast.resident),
        now=NOON,
    )
    ids["complaint"] = complaint.pk
    ids["complaint_link"] = make_link("complaint", complaint.pk, "complaint", to=cast.resident.pk)
    review.file_complaint(
        key=uuid.uuid4(), kind="other", words="路灯不亮", anonymous=True, actor=VISITOR, now=NOON
    )
    ids["incident"] = review.report_incident(
        key=uuid.uuid4(), kind="damage", words="碰倒了花盆", happened_at=AFTER, order=served,
        actor=cast.as_(cast.leader), now=NOON,
    ).pk  # fmt: skip


def _kept_apart(world: World) -> None:
    cast, ids = world.cast, world.ids
    talk = make_item(
        "W02", name="有心事找人聊聊", mode="keeper", asked_by=["self", "guardian"], protected=True, sealed=True,
        keeper=cast.keeper, trusted=False,
    )  # fmt: skip
    sealed = world.place("daughter", item_version=talk, person=cast.child, words="不想上学")
    ids["sealed"], ids["sealed_number"] = sealed.pk, sealed.number


def _planned(world: World) -> None:
    cast, ids = world.cast, world.ids
    company = make_item("W03", name="每周去看看老人", mode="standing", trusted=False)
    wished = world.place(item_version=company, times=[], words="周三上午来最好")
    ids["wished_number"] = wished.number
    regular = world.place(item_version=company, times=[])
    standing = orders.start_standing(
        order=regular, weekdays=[2], starts=time(9, 30), minutes=60, valid_from=date(2026, 12, 2),
        actor=cast.as_(cast.dispatcher), now=NOW,
    )  # fmt: skip
    visit, leader = Occasion.objects.get(standing_id=standing.pk), cast.as_(cast.leader)
    menu.confirm(occasion=visit, team=cast.team, actor=leader, now=NOW, because="offer.accept")
    orders.arrange(order=regular, occasion=visit, actor=leader, now=NOW, because="offer.accept")
    ids["standing"], ids["standing_number"] = standing.pk, regular.number
    ids["standing_link"] = make_link("standing", standing.pk, "offer", to=cast.leader.pk)
    ids["standing_order_link"] = make_link("order", regular.pk, "order", to=cast.resident.pk)
    clinic = make_item(
        "W04", name="义诊", mode="seats", asked_by=["person", "village"], places=40, held_back=10
    )
    begins = NOW + timedelta(days=5)
    staff = cast.as_(cast.station_staff)
    seats = menu.open_occasion(
        item_version=clinic, kind="seats", area=cast.village, place="村委会大院", starts_at=begins,
        ends_at=begins + timedelta(hours=3), places=40, held_back=10, public=True, station=cast.station,
        sponsor="县人民医院", filing_number="YZ-2026-17", actor=staff, now=NOW,
    )  # fmt: skip
    menu.confirm(occasion=seats, team=cast.medical_team, actor=CLOCK, now=NOW)
    ids["seats"] = seats.pk
    orders.place(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=clinic, area=cast.village,
        occasion=Occasion.objects.get(pk=seats.pk), place="村委会大院",
    )  # fmt: skip
    call = menu.open_occasion(
        item_version=make_item("W05", name="清洁河道", mode="volunteers"), kind="volunteers", area=cast.village,
        place="河边", starts_at=begins, ends_at=begins + timedelta(hours=2), volunteer_places=10, public=True,
        station=cast.station, actor=staff, now=NOW,
    )  # fmt: skip
    menu.confirm(occasion=call, team=cast.team, actor=CLOCK, now=NOW)
    ids["call"] = call.pk
    invite = dispatch.invite(occasion=call, teams=[cast.other_team], actor=staff, now=NOW)[0]
    ids["invite"] = invite.pk
    ids["invite_link"] = make_link("invite", invite.pk, "offer", to=cast.other_leader.pk)
    ids["standstill"] = menu.declare_standstill(
        area=cast.village, first_day=NOON.date() + timedelta(days=40), last_day=NOON.date() + timedelta(days=40),
        kinds=["volunteers"], reason="snow", actor=staff, now=NOW,
    )[0].pk  # fmt: skip
    ids["draft_occasion"] = menu.open_occasion(
        item_version=clinic, kind="seats", area=cast.village, place="村委会大院", starts_at=begins + timedelta(days=7),
        ends_at=begins + timedelta(days=7, hours=3), places=40, station=cast.station, actor=staff, now=NOW,
    ).pk  # fmt: skip
    point = menu.save_point(
        name="甘亭服务点", area=cast.village, station=cast.station, hours=[(0, time(9), time(11))], items=[clinic.item],
        address="村委会东屋", actor=staff, now=NOW,
    )  # fmt: skip
    ids["point"] = point.pk
    ids["tally"] = serve.tally_walk_ins(
        point=point, item=clinic.item, heads=7, day=NOON.date(), actor=staff, now=NOON
    ).pk
    _reported(world)
    draft = menu.draft_new(
        code="W06",
        tile="照应老人",
        facts={"name": "磨剪子", "mode": "home_visit", "category": "社区服务", "audience": ["老年人"]},
        actor=cast.as_(cast.menu_editor),
        now=NOW,
    )
    ids["draft"], ids["published"] = draft.pk, clinic.pk
    ids["held_kind"] = "orders"
    ids["double"] = cast.second_volunteer.pk
    ids["merging"] = people.propose_merge(
        gone_id=cast.second_leader.pk, kept_id=cast.neighbour.pk, actor=staff, now=NOW
    ).pk
    ids["area_change"] = plan_rename(
        area=cast.far_village, name="远景村", on=date(2027, 1, 1), actor=cast.as_(cast.system_admin), now=NOW
    ).pk
    ids["zone"] = save_zone(
        name="甘亭片", villages=[cast.village], actor=cast.as_(cast.system_admin), now=NOW
    ).pk


def _reported(world: World) -> None:
    """A file for the national system with a row that came back, and a demanded table."""
    cast, ids = world.cast, world.ids
    county = cast.county.path
    file = ExchangeFile.objects.create(
        key=uuid.uuid4(), area_path=county, made_by_id=cast.dispatcher.pk, made_at=NOON, rows=1
    )
    line = RosterLine.objects.get(state="came")
    sent = ExchangeLine.objects.create(
        state="returned",
        file=file,
        row=1,
        line=line,
        person_id=line.person_id,
        area_path=line.area_path,
        words="编号不对",
    )
    ids["exchange_file"], ids["exchange_line"] = file.pk, sent.pk
    ids["table"] = SavedTable.objects.create(
        key=uuid.uuid4(), name="民政局月表", subject="occasions", columns=[["date", "日期"], ["item", "活动名称"]],
        area_path=county, owner_id=cast.dispatcher.pk, changed_at=NOON,
    ).pk  # fmt: skip
