"""What is kept as text: never out of date, never in another language, never of another visitor."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bench.cost import counting
from laojia.channels.console import queries
from laojia.channels.console.queries import Wanted
from laojia.channels.home.queries import county
from laojia.foundation.area.models import Station
from laojia.foundation.journal.queries import scoped, sees
from laojia.kernel import veil
from laojia.policy.facts import Actor, Grant
from laojia.policy.roles import Role
from laojia.steps.order import queries as orders
from laojia.steps.order.models import Order
from laojia.templatetags import desk as lines
from laojia.templatetags import frame
from tests.acting import signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def page_of(client: Client, path: str, **words: Any) -> str:
    answer = client.get(path, **words)
    assert answer.status_code == 200, answer.content.decode()[:300]
    return str(answer.content.decode())


def line_in(page: str) -> str:
    return page.split("data-row")[1].split("</a>", maxsplit=1)[0]


def test_a_line_changes_with_its_order(desk: Client, place: Any) -> None:
    order = place()
    before = page_of(desk, "/desk/")
    assert "加急" not in line_in(before)
    Order.objects.filter(pk=order.pk).update(urgent=True, holder="station", late_since=NOW)
    line = line_in(page_of(desk, "/desk/"))
    assert "tone-over" in line
    assert "站" in line
    Order.objects.filter(pk=order.pk).update(urgent=False, holder="centre", late_since=None)
    assert line_in(page_of(desk, "/desk/")) == line_in(before)


def test_a_line_goes_with_the_clock(desk: Client, place: Any) -> None:
    order = place()
    with time_machine.travel(order.promise_due_at - timedelta(minutes=90), tick=False):
        soon = queries.queue(_dispatcher(order), Wanted(), order.promise_due_at - timedelta(minutes=90)).rows[
            0
        ]
        drawn = lines.queue_line(soon)
        assert "tone-soon" in drawn
    with time_machine.travel(order.promise_due_at + timedelta(minutes=5), tick=False):
        assert "tone-over" in lines.queue_line(soon)


def _dispatcher(order: Order) -> Actor:
    return Actor(1, (Grant(Role.DISPATCHER, scopes=(order.area_path,)),))


def test_the_same_line_in_another_language(desk: Client, place: Any) -> None:
    place()
    chinese = page_of(desk, "/desk/")
    desk.cookies["django_language"] = "en"
    english = page_of(desk, "/desk/")
    del desk.cookies["django_language"]
    assert "等了" in chinese
    assert "等了" not in english
    assert "waits" in english
    assert "waits" not in page_of(desk, "/desk/")


def test_names_are_masked_before_they_are_kept(desk: Client, place: Any, cast: Cast) -> None:
    order = place()
    found = queries.queue(cast.as_(cast.dispatcher), Wanted(), NOW).rows
    assert [line.who for line in found] == ["王*"]
    assert cast.resident.name not in repr(found)
    assert cast.resident.name not in page_of(desk, "/desk/")
    assert order.number not in page_of(desk, "/desk/").split("</ul>")[0]


def test_a_visitors_veil_is_no_part_of_what_others_see(place: Any, cast: Cast) -> None:
    place()
    actor = cast.as_(cast.dispatcher)
    before = queries.queue(actor, Wanted(), NOW).rows
    with veil.visiting(lambda: PermissionError("reads only")):
        visited = queries.queue(actor, Wanted(), NOW).rows
    assert visited[0].who != before[0].who
    assert queries.queue(actor, Wanted(), NOW).rows == before


def test_lines_tell_what_the_orders_themselves_tell(place: Any, cast: Cast) -> None:
    for _ in range(3):
        place()
    place(actor=cast.as_(cast.neighbour))
    actor = cast.as_(cast.dispatcher)
    later = NOW + timedelta(hours=3)
    told = queries.queue(actor, Wanted(), later).rows
    assert told == [queries.row_of(order, later).line for order in orders.queue(actor).rows]
    assert told == [
        queries.row_of(order, later).line for order in orders.queue(actor, after=None, size=50).rows
    ]


def test_pages_of_the_queue_go_on_where_the_last_one_ended(place: Any, cast: Cast) -> None:
    for _ in range(7):
        place()
    actor, seen, after = cast.as_(cast.dispatcher), [], None
    for _ in range(4):
        page = orders.queue_lines(actor, after=after, size=2)
        seen += [row.pk for row in page.rows]
        after = page.next_cursor
    assert after is None
    assert seen == [order.pk for order in orders.queue(actor).rows]


def test_whoever_may_see_nothing_is_told_nothing(place: Any, cast: Cast) -> None:
    place()
    for who in (cast.resident, cast.leader, cast.volunteer):
        assert orders.queue_lines(cast.as_(who)).rows == []


def test_a_row_that_is_read_is_seen_by_those_whom_the_lists_show_it(place: Any, cast: Cast) -> None:
    place()
    place(actor=cast.as_(cast.neighbour))
    people = (
        cast.resident, cast.neighbour, cast.dispatcher, cast.station_staff, cast.other_station_staff, cast.leader,
        cast.volunteer, cast.grid_worker, cast.keeper, cast.county_leader,
    )  # fmt: skip
    for who in people:
        actor = cast.as_(who)
        shown = set(scoped(Order.objects.all(), actor, "order.see").values_list("pk", flat=True))
        assert shown == {row.pk for row in Order.objects.all() if sees(row, actor, "order.see")}


def test_nobody_sees_anothers_frame(cast: Cast, place: Any) -> None:
    """Two people and one without an account, in turns: own token and own address, nothing of the one before."""
    paths = {"resident": "/mine/?from=resident", "neighbour": "/mine/?from=neighbour"}
    pages = {who: page_of(signed_in(Client(), getattr(cast, who)), path) for who, path in paths.items()}
    again = page_of(signed_in(Client(), cast.resident), "/mine/?from=again")
    stranger = page_of(Client(), "/menu/?from=stranger")
    tokens = [set(TOKEN.findall(page)) for page in (*pages.values(), again, stranger)]
    assert all(tokens)
    assert len(set.union(*tokens)) == sum(map(len, tokens))
    assert "from=resident" in pages["resident"]
    for page in (pages["neighbour"], again, stranger):
        assert "from=resident" not in page
    assert "/accounts/login/?next=/menu/%3Ffrom%3Dstranger" in stranger
    assert "/accounts/login/" not in again


def test_what_is_kept_of_the_frame_holds_open_places_instead_of_the_visitor() -> None:
    under = (
        ("our_county", type(county()), county()),
        ("text_size", str, "standard"),
        ("signed_in", bool, False),
    )
    pieces = frame._drawn("parts/header.html", "zh-hans", True, under)
    assert set(pieces[1::2]) == {"csrf_token", "full_path", "full_path_quoted"}
    assert not TOKEN.search("".join(pieces[::2]))


def test_the_frame_says_what_the_county_is_now(client: Client, cast: Cast) -> None:
    Station.objects.filter(level="centre").update(phone="03576220000")
    assert "0357-6220000" in page_of(client, "/menu/")
    Station.objects.filter(level="centre").update(phone="03576221111")
    page = page_of(client, "/menu/")
    assert "0357-6221111" in page
    assert "0357-6220000" not in page


def test_the_desks_bar_marks_where_one_is(desk: Client, place: Any) -> None:
    def marked(path: str) -> list[str]:
        return re.findall(r'class="nav-link" href="([^"]+)" aria-current="page"', page_of(desk, path))

    assert marked("/desk/") == ["/desk/"]
    assert marked("/occasions/") == ["/occasions/"]
    assert marked("/desk/offers/") == ["/desk/"]


def test_the_search_stays_in_its_own_field(desk: Client) -> None:
    """What one types is part of what is kept under it, and drawn as text."""
    assert 'value="&lt;b&gt;1"' in page_of(desk, "/desk/", data={"q": "<b>1"})
    assert "&lt;b&gt;1" not in page_of(desk, "/desk/", data={"q": "2"})


def test_the_queue_asks_five_things_of_its_own(desk: Client, place: Any) -> None:
    place()
    desk.get("/desk/")
    with counting() as asked:  # the texts as they are sent: values bound in the server do not stand in them
        desk.get("/desk/")
    tables = [text for text in asked if "django_session" not in text and "people_account" not in text]
    assert len(tables) == 5, tables
