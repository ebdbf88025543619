"""The desk's queue: order, paging, scope, and that it reads an index of open orders only."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from laojia.kernel.errors import BadInput
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import queries
from laojia.steps.order.models import Order
from laojia.steps.order.queries.desk import _ORDER, _open_orders
from tests.apps.order.conftest import Place
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def fill(cast: Cast, item: ItemVersion, count: int, **facts: Any) -> None:
    """Many orders at once; the table's own constraints still hold."""
    first = (Order.objects.order_by("-id").values_list("id", flat=True).first() or 0) + 1
    Order.objects.bulk_create(
        Order(
            number=f"X{uuid.uuid4().hex[:20]}", item_version=item, person=cast.resident, asker=cast.resident,
            channel="page", area=cast.village, area_path=cast.village.path, holder_since=NOW, placed_at=NOW,
            promise_due_at=NOW + timedelta(minutes=(n * 37) % 50), urgent=n % 5 == 0,
            **({"state": "waiting"} | facts),
        )
        for n in range(first, first + count)
    )  # fmt: skip


def test_urgent_first_then_the_nearest_promise_page_by_page(cast: Cast, haircut: ItemVersion) -> None:
    fill(cast, haircut, 60)
    actor = cast.as_(cast.dispatcher)
    wanted = list(Order.objects.order_by("-urgent", "promise_due_at", "id").values_list("id", flat=True))
    seen: list[int] = []
    after: str | None = None
    for _turn in range(20):
        page = queries.queue(actor, after=after, size=7)
        seen += [row.pk for row in page.rows]
        after = page.next_cursor
        if after is None:
            break
    assert seen == wanted


def test_one_query_a_page_two_where_the_urgent_end(
    cast: Cast, haircut: ItemVersion, django_assert_max_num_queries: Any
) -> None:
    fill(cast, haircut, 30)
    actor = cast.as_(cast.dispatcher)
    with django_assert_max_num_queries(1):
        page = queries.queue(actor, size=5)
        [(row.item_version.name, row.person.name, row.area.parent.name) for row in page.rows]
    with django_assert_max_num_queries(2):
        queries.queue(actor, after=page.next_cursor, size=20)


def test_the_queue_reads_its_own_index(cast: Cast, haircut: ItemVersion) -> None:
    """Among many closed orders the open ones are found without looking at the others."""
    fill(cast, haircut, 3000, state="closed")
    fill(cast, haircut, 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE order_order")
    rows = _open_orders(cast.as_(cast.dispatcher)).order_by(*_ORDER)[:51]
    assert "order_queue" in rows.explain()
    later = _open_orders(cast.as_(cast.dispatcher)).filter(urgent=False, promise_due_at__gte=NOW)
    assert "order_queue" in later.order_by("promise_due_at", "id")[:51].explain()


def test_everybody_sees_his_own_area(cast: Cast, haircut: ItemVersion, place: Place) -> None:
    here = place()
    there = place(actor=cast.as_(cast.stranger), area=cast.far_village)
    assert {o.pk for o in queries.queue(cast.as_(cast.dispatcher)).rows} == {here.pk, there.pk}
    assert {o.pk for o in queries.queue(cast.as_(cast.station_staff)).rows} == {here.pk}
    for who in (
        cast.resident,
        cast.leader,
        cast.volunteer,
        cast.grid_worker,
        cast.menu_editor,
        cast.system_admin,
    ):
        assert queries.queue(cast.as_(who)).rows == []


def test_filters(cast: Cast, place: Place, repair: ItemVersion) -> None:
    plain = place()
    wires = place(item_version=repair, urgent=True)
    far = place(actor=cast.as_(cast.stranger), area=cast.far_village)
    actor = cast.as_(cast.dispatcher)

    def found(**facts: Any) -> set[int]:
        return {o.pk for o in queries.queue(actor, queries.QueueFilter(**facts)).rows}

    assert found(area_path=cast.town.path) == {plain.pk, wires.pk}
    assert found(item_id=repair.item_id) == {wires.pk}
    assert found(state="waiting") == {plain.pk, far.pk}
    assert found(text=plain.number) == {plain.pk}
    assert found(text="修电") == {wires.pk}
    assert found(second_look=True) == {wires.pk}
    assert found(late_at=NOW) == set()
    assert found(late_at=NOW + timedelta(days=1)) == {wires.pk}
    assert found(unmapped=True) == set()


def test_a_strange_cursor_is_refused(cast: Cast) -> None:
    for cursor in ("abc", "W10", "WzEsICJ4IiwgMV0"):
        with pytest.raises(BadInput):
            queries.queue(cast.as_(cast.dispatcher), after=cursor)
