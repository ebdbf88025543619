"""Pages of reviewing: by link, at the desk, complaints, incidents, figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.kernel.links import make_link
from laojia.policy.facts import VISITOR
from laojia.steps.review.models import Complaint, Incident, Review
from tests.acting import signed_in
from tests.apps.review.test_reviews import file, give, served
from tests.cast import Cast
from tests.chain import AFTER, Chain

pytestmark = pytest.mark.django_db
__all__ = ["served"]


@pytest.fixture(autouse=True)
def after_the_visit() -> Any:
    with time_machine.travel(AFTER + timedelta(hours=1), tick=False):
        yield


def test_the_link_is_enough(served: Chain, client: Client) -> None:
    token = make_link("attendance", served.visit.pk, "review", to=served.cast.resident.pk)
    page = client.get(f"/review/{token}/")
    assert page.status_code == 200
    assert client.post(f"/review/{token}/", {"words": "好"}).status_code == 422
    thanks = client.post(
        f"/review/{token}/", {"solved": "no", "satisfaction": "2", "again": "another", "they_came": "yes"}
    )
    assert thanks.status_code == 200
    assert served.order.number in thanks.content.decode()
    assert served.order.state == "waiting"
    again = client.post(f"/review/{token}/", {"solved": "yes"})
    assert again.status_code == 409
    assert Review.objects.count() == 1


@pytest.mark.parametrize("to", ["stranger", "leader"])
def test_somebody_elses_link_opens_nothing(served: Chain, client: Client, to: str) -> None:
    token = make_link("attendance", served.visit.pk, "review", to=getattr(served.cast, to).pk)
    assert client.get(f"/review/{token}/").status_code == 404
    assert client.get(f"/review/{make_link('order', served.order_id, 'review')}/").status_code == 404


def test_the_desk_writes_it_down(served: Chain, client: Client) -> None:
    signed_in(client, served.cast.station_staff)
    address = f"/reviews/{served.visit.pk}/"
    page = client.get(address)
    assert "channel" in page.content.decode()
    form = {"solved": "yes", "satisfaction": "4", "channel": "phone", "they_came": "yes"}
    assert client.post(address, form).status_code == 200
    assert Review.objects.get().recorder_id == served.cast.station_staff.pk
    assert signed_in(Client(), served.cast.other_station_staff).get(address).status_code == 404


def test_the_team_reads_what_it_was_let_read_and_not_who_said_it(served: Chain, client: Client) -> None:
    cast = served.cast
    signed_in(client, cast.leader)
    assert 'href="/team/words/"' in client.get("/team/").content.decode()
    assert "还没有人给队里留话" in client.get("/team/words/").content.decode()
    give(served, words="理得真好", share_words=True)
    page = client.get("/team/words/").content.decode()
    assert "理得真好" in page
    assert cast.resident.name not in page
    assert "理得真好" not in signed_in(Client(), cast.other_leader).get("/team/words/").content.decode()
    Review.objects.update(share_words=False, shared_team_id=None)
    assert "理得真好" not in client.get("/team/words/").content.decode()


def test_follow_ups(served: Chain, client: Client) -> None:
    signed_in(client, served.cast.dispatcher)
    with time_machine.travel(AFTER + timedelta(days=4), tick=False):
        signed_in(client, served.cast.dispatcher)
        page = client.get("/follow-ups/").content.decode()
        assert served.order.number in page
        assert served.cast.resident.name not in page
        assert f"/call/{served.cast.resident.pk}/" in page
        client.post(f"/follow-ups/{served.order_id}/", {"result": "no_answer"})
        assert served.order.number not in client.get("/follow-ups/").content.decode()
    with time_machine.travel(AFTER + timedelta(days=5), tick=False):
        client = signed_in(Client(), served.cast.dispatcher)
        assert "打过 1 次" in client.get("/follow-ups/").content.decode()
        gone = client.post(f"/follow-ups/{served.order_id}/", {"result": "answered"})
        assert gone["Location"] == f"/reviews/{served.visit.pk}/"
    assert signed_in(Client(), served.cast.leader).get("/follow-ups/").status_code == 404


def test_anybody_complains(cast: Cast, client: Client) -> None:
    assert client.post("/complain/", {"kind": "conduct"}).status_code == 422
    key = "0b6e0c0e-7c6b-4a53-9f39-0d8f1f0f2a11"
    form = {"kind": "conduct", "words": "上门的人说话难听", "anonymous": "on", "key": key}
    for _again in range(2):
        page = client.post("/complain/", form, follow=True)
        assert page.status_code == 200
    complaint = Complaint.objects.get()
    assert complaint.person_id is None
    assert complaint.number in page.content.decode()
    assert "说话难听" not in page.redirect_chain[-1][0]


def test_a_call_is_promised_only_where_there_is_a_number(cast: Cast, client: Client) -> None:
    said = {"kind": "late", "words": "说好上午来"}
    page = client.post("/complain/", said)
    assert page.status_code == 422
    assert "不留名字" in page.content.decode()
    assert "说好上午来" in page.content.decode()
    assert client.post("/complain/", said | {"phone": "13800139003"}).status_code == 302
    assert signed_in(Client(), cast.resident).post("/complain/", said).status_code == 302


def test_without_a_name_the_link_is_there_to_keep(cast: Cast, client: Client) -> None:
    page = client.post("/complain/", {"kind": "late", "words": "说好上午来", "anonymous": "on"}, follow=True)
    assert f"http://testserver{page.redirect_chain[-1][0]}" in page.content.decode()


def test_the_number_of_an_order_is_not_lost(served: Chain, client: Client) -> None:
    """Mistyped it is said at once; another's opens nothing, but who looks into it reads it among the words."""
    said = {"kind": "late", "words": "说好上午来", "phone": "13800139003"}
    wrong = client.post("/complain/", said | {"number": served.order.number[:-1] + "x"})
    assert wrong.status_code == 422
    assert "没有这个编号" in wrong.content.decode()
    assert client.post("/complain/", said | {"number": served.order.number.lower()}).status_code == 302
    complaint = Complaint.objects.get()
    assert complaint.order_id is None
    assert served.order.number in complaint.words


def test_the_holders_desk(served: Chain, client: Client) -> None:
    complaint = file(served)
    address = f"/complaints/{complaint.pk}/"
    for who in ("leader", "dispatcher", "station_staff", "stranger", "audit_admin"):
        other = signed_in(Client(), getattr(served.cast, who))
        assert other.get(address).status_code == 404
        assert other.get("/complaints/").status_code == 404
    signed_in(client, served.cast.complaint_holder)
    assert complaint.number in client.get("/complaints/").content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"do": "contact"}).status_code == 302
    assert client.post(address, {"do": "answer", "reason": "founded"}).status_code == 422
    answered = client.post(address, {"do": "answer", "reason": "founded", "answer": "属实，已经批评了。"})
    assert answered.status_code == 302
    token = make_link("complaint", complaint.pk, "complaint", to=served.cast.resident.pk)
    assert "已经批评了" in Client().get(f"/complaint/{token}/").content.decode()
    assert VISITOR.person_id is None


def test_incidents(served: Chain, client: Client) -> None:
    signed_in(client, served.cast.leader)
    address = f"/incidents/new/?occasion={served.occasion.pk}"
    assert client.get(address).status_code == 200
    form = {"kind": "damage", "words": "碰翻了暖瓶", "happened_at_0": "2026-11-26", "happened_at_1": "09:30"}
    assert client.post(address, form | {"happened_at_0": "2026-11-30"}).status_code == 422
    assert client.post(address, form).status_code == 302
    incident = Incident.objects.get()
    assert signed_in(Client(), served.cast.stranger).get(f"/incidents/{incident.pk}/").status_code == 404
    assert signed_in(Client(), served.cast.stranger).get(address).status_code == 404
    desk = signed_in(Client(), served.cast.dispatcher)
    assert desk.get("/incidents/").status_code == 200
    closed = desk.post(f"/incidents/{incident.pk}/", {"reason": "settled", "ending": "赔了新暖瓶"})
    assert closed.status_code == 302
    assert Incident.objects.get().state == "closed"


def test_figures_are_for_everybody(served: Chain, client: Client, django_assert_max_num_queries: Any) -> None:
    give(served)
    with django_assert_max_num_queries(16):
        page = client.get("/figures/?month=2026-11")
    assert page.status_code == 200
    assert client.get("/figures.csv?month=2026-11").status_code == 200
    assert client.get("/figures/?month=2030-01").status_code == 422
    assert client.get("/figures/?month=x").status_code == 422


def test_the_leaders_page_has_rows_behind_each_figure_and_no_names(
    served: Chain, client: Client, django_assert_max_num_queries: Any
) -> None:
    signed_in(client, served.cast.county_leader)
    with django_assert_max_num_queries(24):
        page = client.get("/overview/")
    assert page.status_code == 200
    for which in ("waiting", "late", "pool", "served", "nonsense"):
        rows = client.get(f"/overview/rows/?which={which}")
        assert rows.status_code == 200
        assert served.cast.resident.name not in rows.content.decode()
    assert served.order.number in client.get("/overview/rows/?which=served").content.decode()
    assert signed_in(Client(), served.cast.leader).get("/overview/").status_code == 404
