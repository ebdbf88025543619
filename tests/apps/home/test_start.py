"""The start page: tiles of the menu, what is on near home, one's own orders, the way to one's work."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.steps.menu.jobs import load_menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions as orders
from tests.acting import signed_in
from tests.cast import NOW, Cast, morning

DAY = date(2026, 11, 28)


@pytest.fixture
def town_with_clinic(cast: Cast) -> Any:
    """The menu is out and a clinic with 40 seats, 10 held back, is fixed in the village for Saturday."""
    load_menu(NOW)
    version = ItemVersion.objects.get(item__code="YL01", state="published")
    Occasion.objects.create(
        item_version=version,
        kind="seats",
        state="confirmed",
        public=True,
        area=cast.village,
        area_path=cast.village.path,
        place="村委会大院",
        date=DAY,
        starts_at=morning(DAY),
        ends_at=morning(DAY) + timedelta(hours=3),
        places=40,
        held_back=10,
        taken=5,
        created_at=NOW,
    )
    with time_machine.travel(NOW, tick=False):
        yield cast


def text_for(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_eight_tiles_lead_to_the_menu(town_with_clinic: Cast, client: Client) -> None:
    text = text_for(client)
    assert text.count("/menu/?tile=") == 8
    assert "看病健康" in text


def test_what_is_on_with_the_seats_that_are_left(town_with_clinic: Cast, client: Client) -> None:
    text = text_for(client)
    assert "医生到村义诊" in text
    assert "周六 09:00–12:00" in text
    assert "还有 25 个名额" in text
    Occasion.objects.update(taken=40, held_taken=10)
    assert "约满了" in text_for(client)


def test_near_home_is_the_own_town(town_with_clinic: Cast, client: Client) -> None:
    cast = town_with_clinic
    text = text_for(signed_in(client, cast.resident))
    assert f"{cast.town.name}这几天有什么" in text
    assert "医生到村义诊" in text
    elsewhere = text_for(signed_in(Client(), cast.stranger))
    assert f"{cast.other_town.name}这几天有什么" in elsewhere
    assert "医生到村义诊" not in elsewhere


def test_own_orders_are_seen_by_nobody_else(town_with_clinic: Cast, client: Client) -> None:
    cast = town_with_clinic
    order = orders.describe(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), words="想找人帮忙贴春联", area=cast.village
    )
    assert order.number in text_for(signed_in(client, cast.resident))
    for client_of in (Client(), signed_in(Client(), cast.neighbour)):
        text = text_for(client_of)
        assert order.number not in text
        assert "春联" not in text


def test_colleagues_find_their_work(town_with_clinic: Cast, client: Client) -> None:
    cast = town_with_clinic
    assert 'href="/team/"' in text_for(signed_in(client, cast.leader))
    text = text_for(signed_in(Client(), cast.menu_editor))
    assert 'href="/menu-desk/"' in text
    assert 'href="/people/"' not in text
    assert 'href="/team/"' not in text_for(signed_in(Client(), cast.resident))


def test_statements(town_with_clinic: Cast, client: Client, django_assert_num_queries: Any) -> None:
    """Nobody signed in: tiles, what is on, the county. Seats and cards cost nothing more."""
    client.get("/")
    with django_assert_num_queries(3):
        client.get("/")
