"""Areas, stations, posts, policies, menu, points, the old book: a good row, bad rows, twice is once, taken back."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import combinations

import pytest

from laojia.foundation.area.models import Area, Station
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.lists.queries import all_kinds, kind_named
from laojia.foundation.lists.rules import Asked, Line, read_cells
from laojia.foundation.people.models import Insurance, Person, Post
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import CHINA
from laojia.policy.facts import Actor
from laojia.steps.menu.forms.points_list import hours
from laojia.steps.menu.models import ItemVersion, MenuItem, Point
from laojia.steps.order.models import Order
from tests.apps.lists.conftest import Desk, Row
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db

# kind → (who reads it, a good row, the model it makes, (column, text, code) of bad cells)
CASES: dict[str, tuple[str, Row, type, list[tuple[str, str, str]]]] = {
    "areas": (
        "system_admin",
        {"village": "{village}", "grid": "第九网格", "micro_grid": "第一微网格", "households": "41户"},
        Area,
        [
            ("village", "没有这个村", "village_unknown"),
            ("grid", "", "empty"),
            ("households", "很多", "households_number"),
        ],
    ),
    "stations": (
        "system_admin",
        {
            "level": "站",
            "name": "清单站",
            "area": "{town}{village}",
            "villages": "{town}{second}",
            "phone": "0357-6221111",
        },
        Station,
        [
            ("level", "省", "choice"),
            ("area", "没有这个村", "area_unknown"),
            ("villages", "没有", "area_unknown"),
            ("phone", "12", "phone_length"),
            ("lon", "111.6", "position_half"),
        ],
    ),
    "posts": (
        "security_admin",
        {"name": "新网格", "phone": "13511110031", "role": "网格员", "place": "{town}{village}"},
        Post,
        [
            ("role", "皇帝", "choice"),
            ("place", "没有", "place_unknown"),
            ("phone", "1", "phone_length"),
            ("valid_to", "2020-01-01", "days_order"),
        ],
    ),
    "insurance": (
        "dispatcher",
        {
            "team": "{team}",
            "policy_number": "PN-1",
            "insurer": "示例保险",
            "valid_from": "2026-01-01",
            "valid_to": "2027-01-01",
            "insured": "周志愿、吴帮手",
        },
        Insurance,
        [
            ("team", "没有这支队", "team_unknown"),
            ("insured", "不认识的人", "not_member"),
            ("insured", "12", "insured"),
            ("valid_to", "2025-01-01", "days_order"),
        ],
    ),
    "menu": (
        "menu_editor",
        {
            "code": "QD01",
            "name": "上门磨刀",
            "tile": "修修补补、跑腿",
            "category": "社区服务",
            "mode": "上门",
            "about": "志愿者到家里磨刀。",
            "minutes": "30",
            "asked_by": "个人、村社区",
            "risks": "刀口锋利",
        },
        MenuItem,
        [
            ("code", "太 长", "code"),
            ("tile", "没有", "choice"),
            ("mode", "空降", "choice"),
            ("minutes", "一会儿", "number"),
            ("category", "喝茶", "choice"),
        ],
    ),
    "points": (
        "menu_editor",
        {
            "name": "清单小屋",
            "area": "{town}{village}",
            "hours": "周一至周五 8:30-11:30、14:30-17:30；周六 9:00-12:00",
        },
        Point,
        [
            ("hours", "白天", "hours"),
            ("hours", "周一 12:00-9:00", "hours"),
            ("area", "没有", "area_unknown"),
            ("items", "没有的项目", "item_unknown"),
        ],
    ),
    "orders": (
        "dispatcher",
        {
            "number": "2026-118",
            "name": "老账人",
            "phone": "13511110041",
            "area": "{town}{village}",
            "place": "一巷1号",
            "wish": "窗户关不上，想请人看看",
            "said_on": "2026-11-10",
        },
        Order,
        [
            ("said_on", "2030-01-01", "day_ahead"),
            ("area", "没有", "area_unknown"),
            ("wanted_on", "2026-11-01", "wanted_over"),
            ("wish", "", "empty"),
        ],
    ),
}


def who(cast: Cast, kind: str) -> Actor:
    return cast.as_(getattr(cast, CASES[kind][0]))


def good(cast: Cast, kind: str, **more: str) -> Row:
    names = {
        "village": cast.village.name, "second": cast.second_village.name, "town": cast.town.name, "team": cast.team.name,
    }  # fmt: skip
    return {column: text.format(**names) for column, text in CASES[kind][1].items()} | more


def test_every_kind_is_tried_here_or_in_a_file_of_its_own() -> None:
    assert set(all_kinds()) == {*CASES, "teams", "volunteers"}


@pytest.mark.parametrize("kind", CASES)
def test_a_good_row_goes_in_once(desk: Desk, kind: str) -> None:
    cast, model = desk.cast, CASES[kind][2]
    before = model.objects.count()  # type: ignore[attr-defined]
    batch = desk.take(kind, [good(cast, kind)], who(cast, kind))
    assert (batch.state, batch.bad, batch.made) == ("taken", 0, 1), list(batch.lines.values("flaws"))
    made = model.objects.count() - before  # type: ignore[attr-defined]
    assert made == (2 if kind == "areas" else 1)
    again = desk.check(kind, [good(cast, kind)], who(cast, kind))
    assert (again.fresh, again.changed, again.same, again.bad) == (0, 0, 1, 0)


BAD = [(kind, *bad) for kind, case in CASES.items() for bad in case[3]]


@pytest.mark.parametrize(("kind", "column", "text", "code"), BAD)
def test_a_bad_cell_is_named(desk: Desk, kind: str, column: str, text: str, code: str) -> None:
    before = CASES[kind][2].objects.count()  # type: ignore[attr-defined]
    flaws = desk.flaws(kind, good(desk.cast, kind, **{column: text}), who(desk.cast, kind))
    place = "lat" if code == "position_half" else column
    assert [place, code] in flaws
    assert CASES[kind][2].objects.count() == before  # type: ignore[attr-defined]


FULL = {
    "stations": {"lon": "111.6", "lat": "36.2"},
    "teams": {"weekly": "7", "about": "陪老人说话", "serves": "全县"},
    "volunteers": {"certificate": "执业医师", "certified_from": "2015-03-01", "certified_to": "2030-01-01", "gender": "男"},
}  # fmt: skip


@pytest.mark.parametrize("there", [False, True], ids=["new", "known"])
@pytest.mark.parametrize("name", [name for name, kind in all_kinds().items() if not kind.whole])
def test_what_cannot_be_read_leads_to_no_other_fault(desk: Desk, name: str, there: bool) -> None:
    """A row with bad cells is looked up all the same: only what is really wrong beside them may be said."""
    kind, actor = kind_named(name), who(desk.cast, name) if name in CASES else desk.actor
    own = {"teams": desk.team, "volunteers": desk.volunteer}.get(name) or good(desk.cast, name)
    row = own | FULL.get(name, {})
    if there:
        assert desk.take(name, [row], actor).made == 1
    values, flaws = read_cells(kind, row, TODAY)
    assert not flaws
    asked = Asked(actor, NOW, TODAY)
    for unread in [*combinations(values, 1), *combinations(values, 2), tuple(values)]:
        line = Line(2, row, {column: value for column, value in values.items() if column not in unread})
        [verdict] = kind.look([line], asked)
        assert {flaw.column for flaw in verdict.flaws} <= set(unread), (unread, verdict.flaws)


def test_one_reading_tells_what_the_cells_say_and_what_looking_up_says(desk: Desk) -> None:
    row = desk.volunteer | {"phone": "1351111", "area": "没有这个村", "consent": "否"}
    assert sorted(desk.flaws("volunteers", row)) == [
        ["area", "area_unknown"], ["consent", "no_consent"], ["phone", "phone_length"],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in CASES if kind != "orders"])
def test_taken_back_it_is_as_before(desk: Desk, kind: str) -> None:
    cast, model = desk.cast, CASES[kind][2]
    before = model.objects.count(), Person.objects.count()  # type: ignore[attr-defined]
    batch = desk.take(kind, [good(cast, kind)], who(cast, kind))
    removed = desk.remove(batch, who(cast, kind))
    assert (removed.state, removed.stayed) == ("removed", 0), list(removed.lines.values("stays"))
    assert (model.objects.count(), Person.objects.count()) == before  # type: ignore[attr-defined]
    assert JournalRow.objects.filter(verb="list.remove").count() >= 2


def test_an_order_taken_back_is_cancelled_never_deleted(desk: Desk) -> None:
    batch = desk.take("orders", [good(desk.cast, "orders")])
    removed = desk.remove(batch)
    assert removed.stayed == 0
    assert Order.objects.get().state == "cancelled"


# --- each kind's own ----------------------------------------------------------------------------------------------------


def test_an_order_of_the_old_book_keeps_its_day_and_its_clock_begins_today(cast_with_menu: Cast) -> None:
    desk = Desk(cast_with_menu)
    item = ItemVersion.objects.filter(
        state="published", mode="home_visit", protected=False, questions=[]
    ).first()
    assert item is not None
    rows = [
        good(desk.cast, "orders"),
        good(desk.cast, "orders", number="2", wish=item.name, wanted_on="2026-12-02", half="上午"),
    ]
    batch = desk.take("orders", rows)
    assert (batch.made, batch.bad) == (2, 0), list(batch.lines.values("flaws"))
    told, placed = Order.objects.order_by("pk")
    person = Person.objects.get(name="老账人")
    for order in (told, placed):
        assert order.said_at == datetime.combine(date(2026, 11, 10), time(12), tzinfo=CHINA)
        assert order.placed_at == NOW
        assert order.promise_due_at > NOW
        assert (order.person, order.channel, order.entered_by_id) == (person, "paper", desk.actor.person_id)
    assert (told.state, told.item_version) == ("received", None)
    assert (placed.state, placed.item_version) == ("waiting", item)


def test_an_item_of_the_menu_wants_a_day(cast_with_menu: Cast) -> None:
    desk = Desk(cast_with_menu)
    item = ItemVersion.objects.filter(
        state="published", mode="home_visit", protected=False, questions=[]
    ).first()
    assert item is not None
    assert desk.flaws("orders", good(desk.cast, "orders", wish=item.name)) == [["wanted_on", "when"]]


def test_bad_rows_of_areas_stay_outside_and_the_others_go_in(desk: Desk) -> None:
    cast = desk.cast
    rows = [good(cast, "areas", micro_grid=f"第{n}微网格") for n in (1, 2, 3)]
    rows[1]["village"] = "没有这个村"
    batch = desk.take("areas", rows, who(cast, "areas"))
    assert (batch.made, batch.bad) == (2, 1)
    grid = Area.objects.get(name="第九网格")
    assert list(grid.children.order_by("code").values_list("name", flat=True)) == ["第1微网格", "第3微网格"]


def test_the_worker_of_a_grid_gets_the_post_once(desk: Desk) -> None:
    cast = desk.cast
    row = good(cast, "areas", worker="新网格", phone="13511110051")
    desk.take("areas", [row], who(cast, "areas"))
    assert Post.objects.filter(person__name="新网格", role="grid_worker").count() == 1
    again = desk.check("areas", [row], who(cast, "areas"))
    assert (again.same, again.changed) == (1, 0)
    other = desk.take("areas", [row | {"worker": "别的人", "phone": "13511110052"}], who(cast, "areas"))
    assert (other.changed, other.made) == (1, 0)
    assert Post.objects.filter(person__name="别的人", role="grid_worker").count() == 1


def test_an_area_in_use_stays(desk: Desk) -> None:
    cast = desk.cast
    batch = desk.take(
        "areas", [good(cast, "areas"), good(cast, "areas", micro_grid="第二微网格")], who(cast, "areas")
    )
    used = Area.objects.get(name="第一微网格")
    Person.objects.filter(pk=cast.resident.pk).update(area=used, area_path=used.path)
    removed = desk.remove(batch, who(cast, "areas"))
    assert (removed.stayed, removed.made) == (1, 1)
    assert set(Area.objects.filter(level__in=("grid", "micro_grid")).values_list("name", flat=True)) == {
        "第九网格",
        "第一微网格",
    }


def test_a_policy_for_everybody_and_more_insured_later(desk: Desk) -> None:
    row = good(desk.cast, "insurance")
    desk.take("insurance", [row | {"insured": "周志愿"}])
    policy = Insurance.objects.get(policy_number="PN-1")
    assert [one.name for one in policy.insured.all()] == ["周志愿"]
    more = desk.take("insurance", [row])
    assert (more.changed, policy.insured.count()) == (1, 2)
    desk.take("insurance", [row | {"policy_number": "PN-2", "insured": "全体"}])
    assert Insurance.objects.get(policy_number="PN-2").covers_all
    assert desk.flaws("insurance", row | {"insurer": "别家"}) == [["policy_number", "policy_differs"]]


def test_a_menu_item_comes_as_a_draft_and_a_correction_too(cast_with_menu: Cast) -> None:
    desk = Desk(cast_with_menu)
    actor = who(desk.cast, "menu")
    desk.take("menu", [good(desk.cast, "menu")], actor)
    version = ItemVersion.objects.get(item__code="QD01")
    assert (version.state, version.minutes, version.asked_by) == ("draft", 30, ["person", "village"])
    out = ItemVersion.objects.filter(state="published").select_related("item").first()
    assert out is not None
    row = good(desk.cast, "menu", code=out.item.code, name="换个名字")
    batch = desk.take("menu", [row], actor)
    assert (batch.changed, batch.bad) == (1, 0)
    out.refresh_from_db()
    assert out.state == "published"
    assert ItemVersion.objects.get(item=out.item, state="draft").name == "换个名字"


def test_hours_as_people_write_them() -> None:
    eight, noon = time(8), time(12)
    assert hours("每天 8:00-12:00", TODAY) == tuple((day, eight, noon) for day in range(7))
    assert hours("周六、周日 8:00~12:00", TODAY) == ((5, eight, noon), (6, eight, noon))
    assert hours("工作日 8:00至12:00", TODAY) == tuple((day, eight, noon) for day in range(5))
    assert hours("星期一至星期三 8:00-12:00", TODAY) == tuple((day, eight, noon) for day in range(3))


def test_a_dispatcher_reads_no_posts_and_an_administrator_no_people(desk: Desk) -> None:
    from laojia.kernel.errors import NotPermitted

    with pytest.raises(NotPermitted):
        desk.check("posts", [good(desk.cast, "posts")])
    with pytest.raises(NotPermitted):
        desk.check("teams", [desk.team], who(desk.cast, "posts"))
    assert not Team.objects.filter(name="清单助老队").exists()
