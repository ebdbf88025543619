"""A complaint about conduct: filed from the order's page, the team is stopped for this person, looked into, answered."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from laojia.steps.dispatch import actions as dispatch
from laojia.steps.menu.queries import item
from laojia.steps.order import actions as orders
from laojia.steps.order.models import Order
from laojia.steps.review.models import Complaint, TeamStop
from laojia.steps.serve import actions as serving
from laojia.steps.serve.actions.records import Report
from tests.cast import NOW
from tests.journeys.stage import Stage
from tests.journeys.test_haircut import Axe

pytestmark = pytest.mark.journey


def _served(stage: Stage) -> Order:
    """Set-up in rows: a haircut that has been done."""
    cast = stage.cast
    day = (NOW + timedelta(days=5)).date()
    order = orders.place(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=item("LN01"), area=cast.village,
        place="一巷3号", times=[{"date": day.isoformat(), "half": "morning"}],
    )  # fmt: skip
    order = Order.objects.get(pk=order.pk)
    offer = dispatch.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.team, date=day, half="morning"
    )
    occasion = serving.accept(offer=offer, actor=cast.as_(cast.leader), now=NOW)
    assert occasion.starts_at is not None
    stage.pass_to(occasion.starts_at + timedelta(hours=1))
    occasion.refresh_from_db()
    serving.record(
        occasion=occasion, report=Report(30, [cast.volunteer]), actor=cast.as_(cast.leader), now=stage.now
    )
    return order


def test_a_complaint_about_conduct(stage: Stage, axe: Axe, shot: Any) -> None:
    cast = stage.cast
    order = _served(stage)
    page = stage.phone(cast.resident, f"/o/{order.number}/")
    page.get_by_role("link", name="有不对的地方，投诉").click()
    axe(page)
    page.get_by_label("态度、行为").check()
    page.locator("#id_words").fill("说话难听，还摔东西。")
    shot(page, "complaining", full=True)
    page.get_by_role("button", name="送出去").click()
    page.wait_for_url("**/complaint/**")
    axe(page)
    shot(page, "complaint filed")
    complaint = Complaint.objects.get()
    assert complaint.order_id == order.pk
    assert complaint.about_team_id == cast.team.pk
    assert TeamStop.objects.filter(person=cast.resident, team=cast.team, lifted_at=None).exists()

    desk = stage.desk(cast.complaint_holder, "/complaints/")
    axe(desk)
    desk.get_by_role("link", name=complaint.number).click()
    axe(desk)
    shot(desk, "complaint desk", full=True)
    desk.get_by_role("button", name="已经打过电话").click()
    desk.get_by_label("情况属实").check()
    desk.locator("#id_answer").fill("查过了，是我们不对。已经和队里说了，以后不再派他们来。")
    desk.get_by_role("button", name="就这样回").click()
    desk.get_by_text("记下了").first.wait_for()
    answered = stage.phone(None, stage.link(cast.resident, "complaint.answered"))
    axe(answered)
    shot(answered, "complaint answered")
    assert "是我们不对" in answered.content()

    again = orders.place(
        actor=cast.as_(cast.resident), now=stage.now, key=uuid.uuid4(), item_version=item("LN01"), area=cast.village,
        place="一巷3号", times=[{"date": (stage.now + timedelta(days=7)).date().isoformat(), "half": "morning"}], sure=True,
    )  # fmt: skip
    console = stage.desk(cast.dispatcher, f"/desk/o/{again.pk}/")
    fitting = console.locator("#pane-order form.order-card").all_inner_texts()
    assert fitting
    assert not any(cast.team.name in text for text in fitting)
