"""演练: who may mark it, what follows, that it counts in no figure, and that no message leaves without saying so."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from laojia.conf.crew import recipients, words_about
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.jobs.gateways import Access, SmsGateway
from laojia.foundation.outbox.jobs.messages import Carrier, send_due
from laojia.foundation.outbox.models import Message
from laojia.foundation.outbox.rules import Outgoing, Sent, Undelivered
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.review import queries as review
from tests.acting import signed_in
from tests.cast import NOW
from tests.databases import Replay
from tests.world import NOON, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world_maker() -> Replay:
    def make() -> World:
        from laojia.steps.menu.jobs import load_menu
        from tests.cast import make_cast

        made = make_cast()
        load_menu(NOW)
        return make_world(made)

    return Replay(make)


@pytest.fixture
def world(db: None, world_maker: Replay) -> World:
    return world_maker()


def mark(
    world: World, order: Order, who: str = "dispatcher", *, practice: bool = True, reason: str = "exercise"
) -> Order:
    actor = world.cast.as_(getattr(world.cast, who))
    return orders.mark_practice(order=order, practice=practice, reason=reason, actor=actor, now=NOON)


def test_an_order_and_its_visit_are_marked_together_and_back(world: World) -> None:
    order = Order.objects.get(pk=world.ids["arranged"])
    mark(world, order)
    order.refresh_from_db()
    assert order.practice
    assert Occasion.objects.get(pk=world.ids["occasion"]).practice
    rows = JournalRow.objects.filter(verb__endswith=".mark_practice").order_by("id")
    assert [(row.verb, row.reason, row.cause, row.practice) for row in rows] == [
        ("order.mark_practice", "exercise", "", True),
        ("occasion.mark_practice", "exercise", "order.mark_practice", True),
    ]
    mark(world, order)  # twice is once
    assert JournalRow.objects.filter(verb__endswith=".mark_practice").count() == 2
    mark(world, order, practice=False, reason="by_mistake")
    assert not Occasion.objects.get(pk=world.ids["occasion"]).practice


def test_marking_an_occasion_marks_everybody_who_comes(world: World) -> None:
    occasion = Occasion.objects.get(pk=world.ids["seats"])
    actor = world.cast.as_(world.cast.dispatcher)
    menu.mark_practice(occasion=occasion, practice=True, reason="staged_visit", actor=actor, now=NOON)
    coming = Order.objects.filter(attendances__occasion=occasion)
    assert coming
    assert all(coming.values_list("practice", flat=True))


def test_an_order_alone_does_not_mark_what_others_come_to(world: World) -> None:
    order = Order.objects.filter(attendances__occasion=world.ids["seats"]).first()
    assert order is not None
    mark(world, order)
    assert not Occasion.objects.get(pk=world.ids["seats"]).practice


@pytest.mark.parametrize(
    ("who", "error"), [("resident", NotPermitted), ("leader", (NotPermitted, OutOfScope)), ("stranger", OutOfScope),
                       ("station_staff", NotPermitted), ("county_leader", (NotPermitted, OutOfScope))],
)  # fmt: skip
def test_who_may_not(world: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        mark(world, Order.objects.get(pk=world.ids["waiting"]), who)


def test_without_a_reason_or_overtaken(world: World) -> None:
    order = Order.objects.get(pk=world.ids["waiting"])
    with pytest.raises(BadInput):
        mark(world, order, reason="")
    order = Order.objects.get(pk=world.ids["waiting"])
    Order.objects.filter(pk=order.pk).update(version=order.version + 1)
    with pytest.raises(Conflict):
        mark(world, order)


def test_it_counts_in_no_figure(world: World) -> None:
    """Every figure of the overview and the public page, and every metric of the catalogue, before and after."""
    from laojia.steps.order.models import Attendance

    county = world.cast.as_(world.cast.county_leader)
    before = review.overview(county, NOON)
    assert before.waiting
    assert before.served
    assert review.served_in(NOON.date()).exists()
    Order.objects.update(practice=True)
    Occasion.objects.update(practice=True)
    assert Attendance.objects.exists()
    after = review.overview(county, NOON)
    assert (after.waiting, after.late, after.nobody_answers, after.served, after.short_of) == (0, 0, 0, 0, [])
    for which in ("waiting", "late", "pool", "served"):
        assert not review.rows_behind(county, which, NOON).exists()
    assert not review.served_in(NOON.date()).exists()
    review.cache.clear()
    figures = review.public_figures(NOON.date().replace(day=1))
    assert not figures.total
    assert figures.reviewed == 0


class Kept:
    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def send(self, message: Outgoing) -> Sent:
        self.taken.append(message)
        return Sent("1")


def send_all(gateway: object) -> None:
    Message.objects.filter(state="queued").update(due_at=NOON - timedelta(minutes=1))
    send_due(Carrier(recipients, words_about, gateway), lambda: NOON, 500)


def test_no_message_leaves_without_saying_so(world: World) -> None:
    Order.objects.update(practice=True)
    Occasion.objects.update(practice=True)
    Message.objects.exclude(about_kind__in=("order", "occasion", "offer", "attendance", "roster")).delete()
    Message.objects.update(state="queued", lease="", lease_until=None)
    kept = Kept()
    with translation.override("zh-hans"), time_machine.travel(NOON, tick=False):
        send_all(kept)
    assert kept.taken
    for one in kept.taken:
        assert one.text.startswith("演练："), one.text
        assert one.template == "practice.notice"
        assert dict(one.values) == {"text": one.text}
    said = Message.objects.filter(text__isnull=False).values_list("text", flat=True)
    assert all(text.startswith("演练：") for text in said if text)


def test_without_the_operators_template_the_desk_says_it() -> None:
    gateway = SmsGateway(Access("https://x", "k", "s", "老家", {}), demonstration=False)
    with pytest.raises(Undelivered):
        gateway.send(Outgoing("k", "13800000000", "practice.notice", {"text": "演练：…"}, "演练：…", 1, ""))


def test_the_desk_marks_it_and_every_page_says_so(world: World) -> None:
    with time_machine.travel(NOON, tick=False):
        client = signed_in(Client(), world.cast.dispatcher)
        pk = world.ids["waiting"]
        page = client.post(f"/desk/o/{pk}/practice/", {"reason": "exercise"}, follow=True)
        assert page.status_code == 200
        assert "演练" in page.content.decode()
        assert Order.objects.get(pk=pk).practice
        client.post(f"/desk/o/{pk}/practice/", {"practice": "0"})
        assert not Order.objects.get(pk=pk).practice
        seats = world.ids["seats"]
        assert client.post(f"/occasions/{seats}/practice/", {"reason": "staged_visit"}).status_code == 302
        assert "演练" in client.get(f"/occasions/{seats}/").content.decode()
