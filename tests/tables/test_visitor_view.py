"""While guests look, no page says who anybody is, where he lives, his number or anybody's words; and nothing is written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
import time_machine
from django.conf import settings
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from laojia.channels.home.rules import VISITING
from laojia.conf.visiting import hidden_fields
from laojia.foundation.area.models import Zone
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.actions import set_clock
from laojia.foundation.outbox.models import InboxEntry
from laojia.foundation.people.models import NamePiece, Person
from laojia.kernel import veil
from laojia.kernel.errors import NotPermitted
from laojia.kernel.kept import KeptInsert, together
from laojia.steps.order.models import Order
from tests.acting import signed_in
from tests.cast import NOW, Cast, make_cast
from tests.databases import Replay
from tests.routes import Asker, address, all_routes
from tests.world import NOON, World, make_world

pytestmark = pytest.mark.django_db
GUIDES = ("county_leader", "dispatcher", "station_staff", "zone_leader")
# Signing in and one's own second factor: not pages one shows to guests, and they belong to the colleague alone.
NOT_SHOWN = ("accounts/", "__debug__/")


def hidden_texts() -> set[str]:
    """All that stands in hidden text columns now, in whole and, for names, as people would read them."""
    found: set[str] = set()
    for field in hidden_fields():
        if isinstance(field, models.JSONField | models.FloatField) or field.model is NamePiece:
            continue  # the end of a name may be any word; the whole name is looked for
        for value in field.model._default_manager.values_list(field.name, flat=True).distinct():
            if value and len(str(value)) > 1:
                found.add(str(value))
    return found


def public_words() -> str:
    """What may be shown everywhere: names of items, teams, offices and places, and what templates say themselves."""
    from laojia.foundation.area.models import Area, Station
    from laojia.foundation.teams.models import Team
    from laojia.steps.menu.models import ItemVersion, Point

    rows: list[str] = []
    for model in (Area, Station, Team, ItemVersion, Point, Zone):
        rows += map(str, model._default_manager.values_list("name", flat=True))
    rows += [f"{row.about} {row.search} {row.questions}" for row in ItemVersion.objects.all()]
    return " ".join(rows)


def pages(world: World) -> Iterator[tuple[str, str]]:
    for route in all_routes():
        if not route.startswith(NOT_SHOWN):
            with suppress(KeyError):  # a route nobody has placed fails tests/tables/test_routes.py
                yield route, address(world, route)


@pytest.fixture(scope="module")
def world_maker() -> Replay:
    return Replay(lambda: make_world(_cast()))


def _cast() -> Cast:
    from laojia.steps.menu.jobs import load_menu

    made = make_cast()
    load_menu(NOW)
    return made


@pytest.fixture
def world(db: None, world_maker: Replay) -> World:
    return world_maker()


def visiting_browser(cast: Cast, role: str) -> Client:
    client = signed_in(Client(), getattr(cast, role))
    answer = client.post(reverse("home:visit_begins"), {"next": "/overview/"})
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize("role", GUIDES)
def test_no_page_tells_a_guest_who_anybody_is(world: World, role: str) -> None:
    with time_machine.travel(NOON, tick=False):
        texts = hidden_texts()
        plain = public_words()
        secret = {
            text for text in texts if text not in plain and not re.fullmatch(r"[a-z_.:/0-9-]{1,12}", text)
        }
        assert world.cast.resident.name in secret
        plain_ask = Asker(signed_in(Client(), getattr(world.cast, role)).cookies)
        for _route, path in pages(
            world
        ):  # whatever a process keeps of pages is kept unveiled before the guests come
            with transaction.atomic():
                plain_ask("GET", path)
                transaction.set_rollback(True)
        ask = Asker(visiting_browser(world.cast, role).cookies)
        seen = 0
        for route, path in pages(world):
            with transaction.atomic():
                answer = ask("GET", path)
                transaction.set_rollback(True)
            if answer.streaming or answer.status_code >= 400 or "css" in answer.get("Content-Type", ""):
                assert not answer.streaming, f"{route} streams: the veil would be gone when it is read"
                continue
            words = html.unescape(answer.content.decode("utf-8", "ignore"))
            told = [text for text in secret if text in words]
            assert not told, f"{role} {route} shows {told[:3]}"
            seen += 1
        assert seen > 15


def test_the_mark_is_on_every_page_and_goes_again(world: World) -> None:
    with time_machine.travel(NOON, tick=False):
        client = visiting_browser(world.cast, "dispatcher")
        words = client.get("/desk/").content.decode()
        assert "参观" in words
        assert reverse("home:visit_ends") in words
        assert world.cast.resident.name not in words
        assert client.post(reverse("home:visit_ends"), {"next": "/desk/"}).status_code == 302
        after = client.get("/desk/").content.decode()
        assert reverse("home:visit_ends") not in after
        assert world.cast.resident.name[0] in after


def test_nothing_is_written_while_guests_look(world: World) -> None:
    with time_machine.travel(NOON, tick=False):
        client = visiting_browser(world.cast, "dispatcher")
        rows, order = JournalRow.objects.count(), Order.objects.get(pk=world.ids["waiting"])
        for route in all_routes():
            if route.startswith((*NOT_SHOWN, "visit/", "i18n/", "elder/", "view/")):
                continue
            with suppress(KeyError), transaction.atomic():
                refused = client.post(address(world, route))
                assert refused.status_code == 403, route
                # It says that the button stands at the top of every page: so it stands on this one too.
                words = refused.content.decode()
                assert "html" not in refused["Content-Type"] or reverse("home:visit_ends") in words, route
        assert JournalRow.objects.count() == rows, "looking is not counted either"
        again = Order.objects.get(pk=order.pk)
        assert (again.state, again.version) == (order.state, order.version)


def write_two() -> None:
    """Several inserts as one statement."""
    with transaction.atomic(), together():
        set_clock("k", about=("order", 1), due=NOW, now=NOW)
        KeptInsert(InboxEntry)(InboxEntry(key="k", shown_to="x", text="y", at=NOW))


def test_even_code_that_writes_on_a_get_is_stopped(cast: Cast) -> None:
    def refuse() -> NotPermitted:
        return NotPermitted("visitor_view", "x")

    name, pk = cast.resident.name, cast.resident.pk
    with veil.visiting(refuse):
        held = Person.objects.get(pk=pk)
        assert (held.name, held.phone) == ("某某", "")
        assert list(Person.objects.filter(pk=pk).values_list("name", flat=True)) == ["某某"]
        assert Order.objects.filter(person=held).values_list("person__name", flat=True).count() == 0
        with pytest.raises(NotPermitted), transaction.atomic():
            held.save()
        with pytest.raises(NotPermitted):
            write_two()
    assert Person.objects.get(pk=pk).name == name
    assert not InboxEntry.objects.exists()


@pytest.mark.parametrize("role", ["resident", "leader", "volunteer", "system_admin"])
def test_who_shows_nobody_round(cast: Cast, role: str) -> None:
    client = signed_in(Client(), getattr(cast, role))
    assert client.post(reverse("home:visit_begins")).status_code == 404
    assert VISITING not in client.session


def test_it_ends_with_signing_out(cast: Cast) -> None:
    client = visiting_browser(cast, "dispatcher")
    client.logout()
    assert settings.SESSION_COOKIE_NAME not in client.cookies or VISITING not in client.session
