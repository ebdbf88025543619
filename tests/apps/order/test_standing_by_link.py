"""Regular help by the link of a message, nobody signed in: the answer, a pause and its end are heard."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from laojia.steps.order.models import StandingCheck, StandingHelp
from tests.databases import Replay
from tests.world import NOON, World, make_world


@pytest.fixture(scope="module")
def world_maker() -> Replay:
    def make() -> World:
        from laojia.steps.menu.jobs import load_menu
        from tests.cast import NOW, make_cast

        made = make_cast()
        load_menu(now=NOW)
        return make_world(made)

    return Replay(make)


def test_answer_pause_and_again(db: None, world_maker: Replay) -> None:
    with time_machine.travel(NOON, tick=False):
        world = world_maker()
        page = f"/l/{world.ids['standing_order_link']}/regular/"
        client = Client()
        assert client.post(page, {"answer": "right"}).status_code == 302
        assert client.post(page, {"answer": "change"}).status_code == 302
        assert StandingCheck.objects.filter(standing=world.ids["standing"], kind="wish").exists()
        sent = client.post(page, {"pause-reason": "in_hospital", "pause-until": "2026-12-20"})
        assert sent.status_code == 302, sent.content.decode()
        help_ = StandingHelp.objects.get(pk=world.ids["standing"])
        assert help_.state == "paused"
        assert client.post(page, {"do": "resume"}).status_code == 302
        help_.refresh_from_db()
        assert help_.state == "active"


def test_the_link_of_another_order_says_nothing_about_it(db: None, world_maker: Replay) -> None:
    with time_machine.travel(NOON, tick=False):
        world = world_maker()
        page = f"/l/{world.ids['order_link']}/regular/"
        assert Client().post(page, {"answer": "change"}).status_code == 404
        assert not StandingCheck.objects.filter(kind="wish").exists()
