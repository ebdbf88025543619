"""What lies at merged and split villages: open things follow, the past stays under its name, people see both."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from laojia.foundation.area import actions
from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import find_villages, place_now
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person, Post, Unit
from laojia.foundation.teams.models import Team
from laojia.policy.facts import CLOCK, Actor, Grant
from laojia.policy.roles import Role
from laojia.shown import said_area
from laojia.steps.menu.models import Point
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.review import queries as review
from tests.acting import signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 1)
THEN = NOW + timedelta(days=6)


def order(cast: Cast, area: Area, number: str, state: str, **more: object) -> Order:
    return Order.objects.create(
        state=state, number=number, words="帮忙", person=cast.resident, asker=cast.resident, channel="page",
        holder_since=NOW, promise_due_at=NOW, placed_at=NOW, area=area, area_path=area.path, **more,
    )  # fmt: skip


def admin() -> Actor:
    return Actor(1, (Grant(Role.SYSTEM_ADMIN),))


@pytest.fixture
def merged(cast: Cast) -> Area:
    """The cast's two villages became one on 1 December."""
    order(cast, cast.village, "OPEN", "waiting")
    order(cast, cast.village, "OVER", "closed")
    order(cast, cast.second_village, "OVER2", "closed")
    Team.objects.filter(pk=cast.team.pk).update(serves=[cast.village.path])
    for village in (cast.village, cast.second_village):
        Point.objects.create(name="服务点", area=village, area_path=village.path)
    change = actions.plan_merge(
        sources=[cast.village, cast.second_village], name="合心村", on=DAY, actor=admin(), now=NOW
    )
    actions.take_effect(change=change, actor=CLOCK, now=THEN)
    assert change.moved["orders"] == 1
    return Area.objects.get(name="合心村")


def test_open_orders_follow_and_closed_ones_stay_under_the_old_name(cast: Cast, merged: Area) -> None:
    went, stayed = Order.objects.get(number="OPEN"), Order.objects.get(number="OVER")
    assert (went.area_id, went.area_path) == (merged.pk, merged.path)
    assert stayed.area_path == cast.village.path
    assert (
        said_area(Area.objects.get(pk=stayed.area_id), stayed.placed_at) == f"{cast.village.name}（现合心村）"
    )
    assert said_area(merged, THEN) == "合心村"


def test_the_new_people_see_both(cast: Cast, merged: Area) -> None:
    with time_machine.travel(THEN, tick=False):
        from laojia.foundation.people.queries import actor_of

        staff = actor_of(Person.objects.get(pk=cast.station_staff.pk), DAY)
        seen = set(scoped(Order.objects.all(), staff, "order.list").values_list("number", flat=True))
        assert {"OPEN", "OVER", "OVER2"} <= seen


def test_posts_end_and_begin_anew_on_the_day(cast: Cast, merged: Area) -> None:
    posts = list(Post.objects.filter(person=cast.grid_worker).order_by("pk"))
    assert [(post.area_id, post.valid_from, post.valid_to) for post in posts] == [
        (cast.village.pk, date(2026, 1, 1), DAY),
        (merged.pk, DAY, None),
    ]


def test_people_teams_points_and_units_follow(cast: Cast, merged: Area) -> None:
    assert Person.objects.get(pk=cast.resident.pk).area_path == merged.path
    team = Team.objects.get(pk=cast.team.pk)
    assert team.serves == [cast.village.path, merged.path], "a reopened order of the past still finds it"
    assert Unit.objects.get().area_id == merged.pk
    points = list(Point.objects.order_by("pk").values_list("name", "area_id"))
    assert points == [("服务点", merged.pk), (f"服务点（{cast.second_village.name}）", merged.pk)]
    cast.station.refresh_from_db()
    assert cast.station.area_id == merged.pk


def test_an_ended_village_is_found_by_its_old_name(cast: Cast, merged: Area) -> None:
    found = find_villages(cast.village.name)
    assert (found[0].id, found[0].formerly) == (merged.pk, cast.village.name)
    assert str(found[0]).endswith(f"合心村（原{cast.village.name}）")
    assert find_villages(str(found[0]))[0].id == merged.pk
    assert cast.village.pk not in {one.id for one in find_villages("", 1000)}


def test_a_new_order_of_the_old_village_goes_to_the_new_one(cast: Cast, merged: Area) -> None:
    old = Area.objects.get(pk=cast.village.pk)
    placed = orders.describe(
        actor=cast.as_(cast.resident),
        now=THEN,
        key=__import__("uuid").uuid4(),
        words="想学做月饼",
        area=old,
        sure=True,
    )
    assert placed.area_id == merged.pk


def test_an_order_opened_again_comes_home(cast: Cast, merged: Area) -> None:
    done = Order.objects.get(number="OVER")
    Order.objects.filter(pk=done.pk).update(
        served_at=NOW, closed_at=NOW, review_until=THEN + timedelta(days=9)
    )
    done.refresh_from_db()
    orders.reopen(order=done, reason="not_solved", actor=cast.as_(cast.resident), now=THEN)
    done.refresh_from_db()
    assert (done.state, done.area_id) == ("waiting", merged.pk)


def test_what_lay_on_a_split_village_goes_to_the_chosen_part(cast: Cast) -> None:
    order(cast, cast.village, "OPEN", "waiting")
    order(cast, cast.village, "OVER", "closed")
    change = actions.plan_split(
        area=cast.village,
        parts=[("东村", ""), ("西村", "")],
        where={},
        rest=1,
        on=DAY,
        actor=admin(),
        now=NOW,
    )
    actions.take_effect(change=change, actor=CLOCK, now=THEN)
    west = Area.objects.get(name="西村")
    assert set(Order.objects.values_list("area_id", flat=True)) == {west.pk}
    over = Order.objects.select_related("area").get(number="OVER")
    assert said_area(over.area, over.placed_at) == f"{cast.village.name}（现西村）"
    assert said_area(over.area, THEN) == "西村"
    assert place_now(Area.objects.get(pk=cast.village.pk)).pk == west.pk
    assert Post.objects.filter(person=cast.grid_worker, valid_to=None).count() == 2, (
        "she serves both until told otherwise"
    )


def test_figures_of_the_past_stay_under_the_towns_of_the_past(cast: Cast) -> None:
    order(cast, cast.village, "OVER", "closed", served_at=NOW, outcome="done")
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    review.cache.clear()
    before = review.public_figures(november).towns
    change = actions.plan_merge(
        sources=[cast.town, cast.other_town], into=cast.other_town, on=DAY, actor=admin(), now=NOW
    )
    actions.take_effect(change=change, actor=CLOCK, now=THEN)
    review.cache.clear()
    assert review.public_figures(november).towns == before
    assert cast.town.name not in review.public_figures(december).towns


def test_the_leaders_rows_say_both_names(cast: Cast, merged: Area) -> None:
    Order.objects.filter(number="OVER").update(state="waiting")
    with time_machine.travel(THEN, tick=False):
        page = signed_in(Client(), cast.county_leader).get("/overview/rows/?which=waiting")
        assert f"{cast.village.name}（现合心村）" in page.content.decode()
