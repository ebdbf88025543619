"""The queue: three panes for the desk, nothing for others, the same number of questions for any number of orders."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from laojia.steps.dispatch import actions
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.apps.dispatch.conftest import make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


def test_the_desk_sees_what_waits_with_masked_names(desk: Client, place, cast: Cast) -> None:
    place()
    page = text_of(desk.get("/desk/"))
    assert "上门理发" in page
    assert "王*" in page
    assert cast.resident.name not in page
    assert "一巷3号" not in page
    assert 'data-key="/"' in page
    assert "data-row" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("dispatcher", 200), ("station_staff", 200), ("other_station_staff", 200), ("resident", 404), ("leader", 404),
     ("volunteer", 404), ("grid_worker", 404), ("county_leader", 404), ("keeper", 404), ("system_admin", 404),
     ("menu_editor", 404), ("complaint_holder", 404)],
)  # fmt: skip
def test_only_desk_and_stations_get_in(client: Client, cast: Cast, place, who: str, status: int) -> None:
    order = place()
    browser = signed_in(client, getattr(cast, who))
    for path in ("/desk/", "/desk/offers/", "/desk/suggest/", "/desk/queue.csv"):
        assert browser.get(path).status_code in ({status} if status == 200 else {403, 404}), path
    inside = 200 if who in ("dispatcher", "station_staff") else 404
    assert browser.get(f"/desk/o/{order.pk}/").status_code in ({inside} if inside == 200 else {403, 404})


def test_strangers_and_dispatchers_without_their_second_factor_stay_out(client: Client, cast: Cast) -> None:
    assert client.get("/desk/").status_code == 404
    half = signed_in(Client(), cast.dispatcher, second_factor=False)
    assert half.get("/desk/").status_code == 302


def test_the_number_of_questions_does_not_grow(
    desk: Client, place, cast: Cast, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _n in range(2):
        place()
    desk.get("/desk/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get("/desk/")
    for n in range(30):
        order = place()
        if n < 4:
            team = (cast.team, cast.other_team)[n % 2]
            actions.make_offer(
                actor=cast.as_(cast.dispatcher), now=NOW - timedelta(minutes=1), orders=[order], team=team,
                date=order.placed_at.date() + timedelta(days=1), half="morning",
            )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        desk.get("/desk/")
    assert len(many) == len(few)
    assert len(many) <= 7
    order = place()
    with django_assert_max_num_queries(36):
        text_of(desk.get(f"/desk/o/{order.pk}/"))


def test_the_filters_narrow(desk: Client, place, cast: Cast) -> None:
    place()
    other = make_item("D11", trusted=False)
    far = place(item_version=other, area=cast.far_village, actor=cast.as_(cast.neighbour))
    assert "D11" in text_of(desk.get("/desk/"))
    rows = text_of(desk.get(f"/desk/?town={cast.other_town.pk}"))
    assert rows.count("data-row") == 1
    assert f"/desk/o/{far.pk}/" in rows
    assert text_of(desk.get("/desk/?state=received")).count("data-row") == 1
    assert text_of(desk.get(f"/desk/?item={other.item_id}")).count("data-row") == 1
    assert "没有" in text_of(desk.get("/desk/?state=need_info"))
    assert text_of(desk.get("/desk/?town=abc&item=0x1&state=zz")).count("data-row") == 2
    assert desk.get("/desk/?after=%21").status_code == 422


@pytest.mark.parametrize(
    ("ask", "found"),
    [("number", 1), ("王秀", 1), ("0002", 1), ("9999", 0), ("village", 2), ("没有这个", 0)],
)
def test_search_by_number_name_village_and_end_of_the_phone(desk, place, cast, ask, found) -> None:
    order = place()
    place(actor=cast.as_(cast.neighbour))
    words = {"number": order.number, "village": cast.village.name}.get(ask, ask)
    words = cast.resident.phone[-4:] if ask == "0002" else words
    assert text_of(desk.get("/desk/", {"q": words})).count("data-row") == found


def test_late_and_mine(desk: Client, place, cast: Cast) -> None:
    order = place()
    place(actor=cast.as_(cast.neighbour))
    assert text_of(desk.get("/desk/?late=1")).count("data-row") == 0
    assert text_of(desk.get("/desk/?mine=1")).count("data-row") == 0
    actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, date=NOW.date() + timedelta(days=1), half="morning"
    )  # fmt: skip
    assert text_of(desk.get("/desk/?mine=1")).count("data-row") == 1
    Order.objects.filter(pk=order.pk).update(late_since=NOW - timedelta(hours=1))
    page = text_of(desk.get("/desk/?late=1"))
    assert page.count("data-row") == 1


def test_one_order_with_fitting_teams_in_words_and_keys(desk: Client, place, cast: Cast) -> None:
    order = place()
    page = text_of(desk.get(f"/desk/o/{order.pk}/"))
    assert cast.team.name in page
    assert 'data-key="Enter"' in page
    assert 'data-key="1"' in page
    assert 'data-key="x"' in page
    assert 'data-key="a"' in page
    assert "同一个镇" in page or "本镇" in page
    assert "头发屑落地" in page
    assert cast.medical_team.name not in page


def test_htmx_gets_the_pane_alone(desk: Client, place) -> None:
    order = place()
    part = text_of(desk.get(f"/desk/o/{order.pk}/", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert 'id="order-title"' in part


def test_what_needs_a_second_look_is_guarded_against_keys(desk: Client, place) -> None:
    order = place(alone=True)
    page = text_of(desk.get(f"/desk/o/{order.pk}/"))
    assert page.count("data-guard=") == page.count('name="team"')
    assert 'data-key="Enter" data-guard=' in page


def test_sealed_orders_are_in_no_list_search_map_or_table(desk: Client, place, cast: Cast) -> None:
    talk = make_item(
        "D12", name="孩子有心事", mode="keeper", asked_by=["self"], protected=True, sealed=True, keeper=cast.keeper, trusted=False
    )  # fmt: skip
    order = place(item_version=talk, actor=cast.as_(cast.child))
    for path in ("/desk/", f"/desk/?q={order.number}", "/desk/?view=map", "/desk/suggest/", "/desk/offers/"):
        page = text_of(desk.get(path))
        assert f"/desk/o/{order.pk}/" not in page
        assert "孩子有心事" not in page
    assert order.number not in desk.get("/desk/queue.csv").content.decode()
    assert desk.get(f"/desk/o/{order.pk}/").status_code == 404


def test_the_map_counts_by_town(desk: Client, place, cast: Cast) -> None:
    place()
    place(area=cast.far_village, actor=cast.as_(cast.neighbour))
    page = text_of(desk.get("/desk/?view=map"))
    assert cast.town.name in page
    assert f"?town={cast.town.pk}" in page


def test_the_table_has_no_names_and_no_formulas(desk: Client, place, cast: Cast) -> None:
    order = place()
    protected = place(item_version=make_item("D13", protected=True, trusted=False))
    orders.describe(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), words="=1+1", area=cast.village, sure=True
    )
    response = desk.get("/desk/queue.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert order.number in {row[0] for row in rows}
    joined = str(rows)
    assert protected.number not in joined
    assert cast.resident.name not in joined
    assert "一巷" not in joined
    assert "=1+1" not in joined
    assert cast.resident.phone not in joined
    sheet = desk.get("/desk/queue.xlsx")
    assert sheet.content[:2] == b"PK"
    assert sheet["Content-Disposition"].endswith('.xlsx"')


def test_nobody_waits(desk: Client) -> None:
    assert "现在没有等着的" in text_of(desk.get("/desk/"))


def test_the_undo_bar_stands_ten_seconds(desk: Client, place, cast: Cast) -> None:
    actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[place()], team=cast.team, date=NOW.date() + timedelta(days=1), half="morning"
    )  # fmt: skip
    page = text_of(desk.get("/desk/"))
    assert 'data-undo-seconds="10"' in page
    assert 'data-key="u"' in page
    with time_machine.travel(NOW + timedelta(seconds=11), tick=False):
        assert "data-undo-seconds" not in text_of(desk.get("/desk/"))
