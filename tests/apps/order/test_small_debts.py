"""What people tripped over: an hour that is over, ordering in a loop, regular help without an hour."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from laojia.foundation.people.models import Account
from laojia.kernel.errors import BadInput
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch import queries as dispatching
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions, queries
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.apps.order.conftest import Place, make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_regular_help_without_an_hour_is_not_offered(cast: Cast, place: Place) -> None:
    company = make_item("T30", name="每周去看看老人", mode="standing", trusted=True)
    order = place(item_version=company, times=[])
    desk = cast.as_(cast.dispatcher)
    with pytest.raises(BadInput) as refused:
        dispatch.make_offer(
            orders=[order], team=cast.team, date=date(2026, 11, 26), half="morning", actor=desk, now=NOW
        )
    assert refused.value.code == "no_rhythm"
    assert not Occasion.objects.exists()
    plan = dispatching.suggest([Order.objects.get(pk=order.pk)], NOW)
    assert plan.lines == []
    assert [(one.pk, why) for one, why in plan.left] == [(order.pk, "no_rhythm")]
    assert "先定" in dispatching.say_why_not("no_rhythm")


def _arranged(cast: Cast, order: Order) -> Occasion:
    begins = NOW + timedelta(days=1)
    occasion = menu.open_occasion(
        actor=cast.as_(cast.leader), now=NOW, item_version=order.item_version, kind="visit", area=order.area,
        team=cast.team, state="confirmed", starts_at=begins, ends_at=begins + timedelta(hours=1), because="offer.make",
    )  # fmt: skip
    actions.arrange(
        order=order, occasion=occasion, actor=cast.as_(cast.leader), now=NOW, because="offer.accept"
    )
    return occasion


def test_after_the_hour_nobody_says_that_they_come(cast: Cast, place: Place) -> None:
    order = place()
    _arranged(cast, order)
    order.refresh_from_db()
    here = queries.coming(order)
    before, after = NOW + timedelta(hours=1), NOW + timedelta(days=1, hours=2)
    assert "按约好的时间" in queries.holding(order, before, here).sentence
    assert "等队伍说说" in queries.holding(order, after, here).sentence
    assert any("对口令" in step["text"] for step in queries.ahead(order, before, here))
    assert not any("对口令" in step["text"] for step in queries.ahead(order, after, here))


def test_ordering_and_cancelling_in_a_loop(
    cast: Cast, haircut: ItemVersion, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAOJIA_MOST_ORDERS_AN_HOUR", "5")
    signed_in(client, cast.resident)
    village = f"{cast.town.name} · {cast.village.name}"
    answers = []
    with time_machine.travel(NOW, tick=False):
        for _turn in range(6):
            typed = {
                "key": str(uuid.uuid4()),
                "village": village,
                "place": "一巷3号",
                "times": "2026-11-27/morning",
            }
            answers.append(client.post(f"/order/new/{haircut.item.code}/", typed | {"sure": "on"}))
            for order in Order.objects.filter(state__in=("received", "waiting")):
                actions.cancel(order=order, reason="wrong_order", actor=cast.as_(cast.resident), now=NOW)
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    said = answers[-1].content.decode()
    assert "一个小时里约了很多次" in said
    assert "一巷3号" in said  # what was typed is kept
    assert Order.objects.count() == 5


def test_a_clinic_full_on_the_page_names_the_telephone(cast: Cast, client: Client) -> None:
    clinic = make_item("T31", name="义诊", mode="seats", places=5, held_back=2)
    begins = NOW + timedelta(days=5)
    occasion = menu.open_occasion(
        item_version=clinic, kind="seats", area=cast.village, place="村委会", starts_at=begins,
        ends_at=begins + timedelta(hours=3), places=5, held_back=2, public=True, sponsor="县人民医院",
        filing_number="YZ-1", station=cast.station, actor=cast.as_(cast.station_staff), now=NOW,
    )  # fmt: skip
    Occasion.objects.filter(pk=occasion.pk).update(state="confirmed", team=cast.medical_team, taken=3)
    with time_machine.travel(NOW, tick=False):
        page = client.get(f"/on/{occasion.pk}/").content.decode()
        assert "网上约满了，打电话还有名额" in page
        assert "tel:" in page
        Occasion.objects.filter(pk=occasion.pk).update(taken=5, held_taken=2)
        page = client.get(f"/on/{occasion.pk}/").content.decode()
        assert "打电话还有名额" not in page


def test_nobody_without_a_password_is_led_to_a_dead_page(cast: Cast, client: Client) -> None:
    signed_in(client, cast.resident)
    account = Account.objects.get(person=cast.resident)
    account.set_unusable_password()
    account.save()
    client.force_login(account)
    page = client.get("/accounts/password/change/")
    assert page.status_code == 200
    assert "不用密码" in page.content.decode()
