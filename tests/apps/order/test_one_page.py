"""The page of one order is kept as text under its shape: whatever it says is this order's, for this reader, as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.urls import reverse

from laojia.foundation.people.models import Person
from laojia.kernel import clock
from laojia.kernel.links import make_link
from laojia.steps.order import actions
from laojia.steps.order.models import Order
from laojia.steps.order.pages import showing
from laojia.steps.order.pages.opening import Opened
from laojia.templatetags import frame
from tests.acting import signed_in
from tests.apps.order.conftest import Place, make_item
from tests.cast import NOW, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(who: Person, order: Order, **head: str) -> str:
    """The order's page in a new browser of this person."""
    answer = signed_in(Client(), who).get(f"/o/{order.number}/", headers=head)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_change_shows_at_once(cast: Cast, place: Place, repair: Any) -> None:
    order = place(item_version=repair)
    before = page_of(cast.resident, order)
    assert "已收到" in before
    actions.triage(order=order, actor=cast.as_(cast.dispatcher), now=NOW)
    after = page_of(cast.resident, order)
    assert "已收到" not in re.findall(r'class="bar mb-1">(.*?)</div>', after, re.DOTALL)[0]
    actions.suspend(order=order, until=NOW.date().replace(month=12), actor=cast.as_(cast.resident), now=NOW)
    rests = page_of(cast.resident, order)
    assert f'action="/o/{order.number}/resume/"' in rests
    assert f'action="/o/{order.number}/resume/"' not in after


def test_two_orders_of_one_shape_say_each_its_own(cast: Cast, place: Place) -> None:
    other_item = make_item("T09", name="读信写信")
    one = place(words="门口有狗", place="一巷3号")
    other = place(
        actor=cast.as_(cast.neighbour), item_version=other_item, words="按两下铃", place="二巷<8>号"
    )
    for _ in range(2):  # the second time both are drawn from what was kept
        first, second = page_of(cast.resident, one), page_of(cast.neighbour, other)
        for said in (one.number, "门口有狗", "一巷3号"):
            assert said in first
            assert said not in second
        for said in (other.number, "读信写信", "按两下铃", "二巷&lt;8&gt;号", f"l/{_link(other)}"):
            assert said in second
            assert said not in first


def _link(order: Order) -> str:
    return make_link("order", order.pk, "order", to=order.asker_id)


def test_what_was_typed_is_text_and_nothing_else(cast: Cast, place: Place) -> None:
    order = place(words='<script>x</script>\n"&amp;" {{ put.name }}')
    page = page_of(cast.resident, order)
    assert "&lt;script&gt;x&lt;/script&gt;<br>&quot;&amp;amp;&quot; {{ put.name }}" in page


def test_who_looks_sees_what_is_theirs(cast: Cast, place: Place) -> None:
    order = place(words="门口有狗", place="一巷3号")
    own = page_of(cast.resident, order)
    colleague = page_of(cast.dispatcher, order)
    by_link = Client().get(f"/l/{_link(order)}/").content.decode()
    again = page_of(cast.resident, order)
    for said in (cast.resident.name, "门口有狗", "一巷3号", "share-link", f"/o/{order.number}/cancel/"):
        assert said in own
        assert said in again
        assert said not in colleague
    assert f"/l/{_link(order)}/cancel/" in by_link
    assert f"/o/{order.number}/cancel/" not in by_link


def test_each_in_his_language_and_size(cast: Cast, place: Place) -> None:
    order = place()
    chinese, english, traditional = (
        page_of(cast.resident, order, accept_language=language) for language in ("zh-cn", "en", "zh-tw")
    )
    assert "How it goes" in english
    assert "How it goes" not in chinese
    assert len({chinese.partition("facts-list")[2], english.partition("facts-list")[2]}) == 2
    assert re.findall(r"<h2>.*?</h2>", chinese) != re.findall(r"<h2>.*?</h2>", traditional)
    large = signed_in(Client(), cast.resident)
    large.post(reverse("home:elder"), {"view": "elder", "next": "/"})
    assert 'data-view="elder"' in large.get(f"/o/{order.number}/").content.decode()
    assert 'data-view="standard"' in page_of(cast.resident, order)


def test_the_token_is_the_visitors_own(cast: Cast, place: Place) -> None:
    order, other = place(), place(actor=cast.as_(cast.neighbour))
    browsers = [Client(enforce_csrf_checks=True) for _ in range(2)]
    tokens = []
    for browser, who, row in zip(browsers, (cast.resident, cast.neighbour), (order, other), strict=True):
        page = signed_in(browser, who).get(f"/o/{row.number}/").content.decode()
        form = re.search(r'action="(/o/\w[^"]+/nudge/)".*?value="(\w+)"', page, re.DOTALL)
        assert form is not None
        assert form[1] == f"/o/{row.number}/nudge/"
        tokens.append((browser, form[1], form[2]))
    (first, nudge, token), (second, other_nudge, other_token) = tokens
    assert second.post(other_nudge, {"csrfmiddlewaretoken": token}).status_code == 403
    assert first.post(nudge, {"csrfmiddlewaretoken": token}).status_code == 302
    assert second.post(other_nudge, {"csrfmiddlewaretoken": other_token}).status_code == 302


def test_guests_see_nobody_though_the_page_was_kept_before(cast: Cast, place: Place) -> None:
    order = place(words="门口有狗", place="一巷3号")
    colleague = signed_in(Client(), cast.dispatcher)
    plain = colleague.get(f"/o/{order.number}/").content.decode()
    assert cast.resident.name[0] in plain
    assert colleague.post(reverse("home:visit_begins"), {"next": "/overview/"}).status_code == 302
    shown = colleague.get(f"/o/{order.number}/").content.decode()
    assert reverse("home:visit_ends") in shown
    for said in (cast.resident.name, f"{cast.resident.name[0]}*", "门口有狗", "一巷3号"):
        assert said not in shown
    assert colleague.post(reverse("home:visit_ends"), {"next": "/desk/"}).status_code == 302
    assert reverse("home:visit_ends") not in colleague.get(f"/o/{order.number}/").content.decode()


@pytest.mark.parametrize("state", ["waiting", "need_info", "closed"])
def test_nothing_of_an_order_is_kept(cast: Cast, place: Place, state: str) -> None:
    """The kept text of a shape, drawn as the page draws it: open places only, none of what is said in them."""
    order = place(words="门口有狗", place="一巷3号")
    order.state, order.question_back, order.where_else = state, "几楼?", "问镇上"
    whole = RequestFactory().get("/").build_absolute_uri
    shown = showing.shown(Opened(order, cast.as_(cast.resident)), clock.now(), whole)
    under = (("shape", showing.Shape, shown.shape),)
    names = tuple(name for name, text in shown.texts.items() if text)
    pieces = frame._drawn("order/_one.html", "zh-hans", True, under, names)
    places = {place.removeprefix("put_") for place in pieces[1::2]}
    assert places <= {*names, "csrf_token"}
    assert ("csrf_token" in places) == any(button.direct for button in shown.shape.buttons)
    assert {"title", "number", "name", "place", "words", "steps", "sentence"} <= places
    kept = "".join(pieces[::2])
    for name in names:
        assert str(shown.texts[name]) not in kept, name
