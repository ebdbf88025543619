"""Pages of leaders, volunteers and stations: the right one, the wrong one, without script, few queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.foundation.outbox.models import Message
from laojia.kernel.links import make_link
from laojia.steps.dispatch.models import PoolEntry
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, MenuItem, Point
from laojia.steps.serve import actions
from laojia.steps.serve.models import LawRecord, WalkInTally
from tests.acting import signed_in
from tests.apps.serve.test_visits import wanted
from tests.cast import NOW, Cast
from tests.chain import AFTER, VISIT, Chain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def at(moment: Any) -> Any:
    return time_machine.travel(moment, tick=False)


def test_the_leader_sees_today_and_answers(
    offered: Chain, client: Client, django_assert_max_num_queries: Any
) -> None:
    cast = offered.cast
    signed_in(client, cast.leader)
    with django_assert_max_num_queries(22):
        page = client.get("/team/")
    assert page.status_code == 200
    assert offered.order.item_version.name in page.content.decode()
    page = client.get(f"/team/offers/{offered.offer_id}/").content.decode()
    assert cast.village.name in page
    assert "一巷3号" not in page  # the door only once accepted
    assert cast.resident.name not in page
    done = client.post(f"/team/offers/{offered.offer_id}/accept/", follow=True)
    assert done.redirect_chain[-1][0] == f"/team/occasions/{offered.occasion.pk}/"
    text = done.content.decode()
    assert "一巷3号" in text
    assert offered.visit.door_word in text
    assert offered.order.state == "arranged"


def test_a_time_that_is_over_is_refused_and_the_offer_stays_open(offered: Chain, client: Client) -> None:
    """Once the page said that the offer was accepted, and nothing was."""
    signed_in(client, offered.cast.leader)
    page = client.post(
        f"/team/offers/{offered.offer.pk}/accept/", {"starts_at_0": "2026-11-20", "starts_at_1": "09:00"}
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "您回过话了" not in text
    assert f"/team/offers/{offered.offer.pk}/accept/" in text
    assert "2026-11-20" in text


@pytest.mark.parametrize("who", ["resident", "volunteer", "other_leader", "county_leader", "system_admin"])
def test_others_do_not_find_the_offer(offered: Chain, client: Client, who: str) -> None:
    signed_in(client, getattr(offered.cast, who))
    assert client.get(f"/team/offers/{offered.offer_id}/").status_code == 404
    assert client.post(f"/team/offers/{offered.offer_id}/accept/").status_code == 404
    assert client.get(f"/team/occasions/{offered.occasion.pk}/").status_code == 404
    assert offered.offer.state == "open"


def test_the_link_of_the_message_needs_no_sign_in(offered: Chain, client: Client) -> None:
    token = make_link("offer", offered.offer_id, "offer", to=offered.cast.leader.pk)
    assert client.get(f"/offer/{token}/").status_code == 200
    answer = client.post(f"/offer/{token}/accept/", follow=True)
    assert answer.status_code == 200
    assert "一巷3号" in answer.content.decode()
    assert offered.order.state == "arranged"
    address = answer.redirect_chain[-1][0]
    assert client.get("/team/").status_code == 404  # nothing else is open
    with at(AFTER):
        done = client.post(f"{address}visit/done/", done_form(offered), follow=True)
    assert done.status_code == 200, done.content.decode()[:2000]
    assert offered.order.state == "served"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1] + ("b" if t.endswith("a") else "a"),
        lambda t: "x" + t,
        lambda t: t.replace("f", "o", 1),
    ],
)
def test_a_spoiled_link_opens_nothing(offered: Chain, client: Client, spoil: Any) -> None:
    token = make_link("offer", offered.offer_id, "offer", to=offered.cast.leader.pk)
    assert client.get(f"/offer/{spoil(token)}/").status_code == 404
    other = make_link("offer", offered.offer_id, "offer", to=offered.cast.other_leader.pk)
    assert client.get(f"/offer/{other}/").status_code == 404


def test_declining_without_a_reason_keeps_what_was_typed(offered: Chain, client: Client) -> None:
    signed_in(client, offered.cast.leader)
    again = client.post(f"/team/offers/{offered.offer_id}/decline/", {"words": "都在地里收玉米"})
    assert again.status_code == 422
    assert "都在地里收玉米" in again.content.decode()
    gone = client.post(f"/team/offers/{offered.offer_id}/decline/", {"reason": "no_one_free"}, follow=True)
    assert gone.status_code == 200
    assert offered.offer.state == "declined"


def test_the_desk_answers_for_the_leader(offered: Chain, client: Client) -> None:
    cast = offered.cast
    signed_in(client, cast.dispatcher)
    page = client.get(f"/team/offers/{offered.offer_id}/").content.decode()
    assert "speaks_for" in page
    assert cast.leader.name not in page  # masked
    assert client.post(f"/team/offers/{offered.offer_id}/accept/").status_code == 403
    client.post(
        f"/team/offers/{offered.offer_id}/accept/", {"speaks_for": cast.stranger.pk, "channel": "phone"}
    )
    assert offered.offer.state == "open"
    client.post(
        f"/team/offers/{offered.offer_id}/accept/", {"speaks_for": cast.leader.pk, "channel": "phone"}
    )
    assert offered.offer.state == "accepted"


def done_form(chain: Chain, **more: str) -> dict[str, str]:
    return {
        "minutes": "40",
        f"came_{chain.cast.volunteer.pk}": "on",
        f"visit_{chain.visit.pk}": "came:done",
        f"why_{chain.visit.pk}": "",
        "content": "给王奶奶理了发",
    } | more


def test_done_takes_one_page(accepted: Chain, client: Client) -> None:
    signed_in(client, accepted.cast.leader)
    address = f"/team/occasions/{accepted.occasion.pk}/done/"
    early = client.post(address, done_form(accepted))
    assert early.status_code == 422
    with at(AFTER):
        wrong = client.post(address, done_form(accepted, minutes="0"))
        assert wrong.status_code == 422
        assert "给王奶奶理了发" in wrong.content.decode()
        assert client.post(address, done_form(accepted)).status_code == 302
        assert accepted.order.state == "served"
        sheet = client.get(f"/team/occasions/{accepted.occasion.pk}/record/")
        assert accepted.cast.volunteer.name in sheet.content.decode()
    assert LawRecord.objects.get().content == "给王奶奶理了发"


def test_who_was_named_stands_first_and_the_rest_of_the_team_folded(accepted: Chain, client: Client) -> None:
    cast = accepted.cast
    address = f"/team/occasions/{accepted.occasion.pk}/done/"
    signed_in(client, cast.leader)
    assert "还有别人也去了" not in client.get(address).content.decode()  # nobody was named: all are asked for
    actions.ask(
        occasion=accepted.occasion, people=[cast.second_volunteer], actor=cast.as_(cast.leader), now=NOW
    )
    page = client.get(address).content.decode()
    named, folded, others = (
        page.index(word)
        for word in (f"came_{cast.second_volunteer.pk}", "还有别人也去了", f"came_{cast.volunteer.pk}")
    )
    assert named < folded < others


def test_nobody_opens_step_by_step(accepted: Chain, client: Client) -> None:
    signed_in(client, accepted.cast.leader)
    address = f"/team/occasions/{accepted.occasion.pk}/door/{accepted.visit.pk}/"
    with at(VISIT + timedelta(minutes=10)):
        assert client.get(address).status_code == 200
        assert client.post(address, follow=True).status_code == 200
        assert accepted.visit.state == "not_home"
        client.post(address, {"step": "phoned"})
        client.post(address, {"step": "found_well", "note": "下地去了"})
    assert accepted.visit.not_home_step == "found_well"
    assert accepted.order.state == "waiting"


def test_the_volunteer_sees_his_own_and_no_totals_of_others(accepted: Chain, client: Client) -> None:
    cast = accepted.cast
    actions.ask(occasion=accepted.occasion, people=[cast.volunteer], actor=cast.as_(cast.leader), now=NOW)
    call = wanted(cast)
    signed_in(client, cast.volunteer)
    page = client.get("/volunteer/")
    assert page.status_code == 200
    line = accepted.occasion.roster.get()
    client.post(f"/volunteer/lines/{line.pk}/", {"coming": "yes"})
    assert accepted.occasion.roster.get().state == "yes"
    client.post(f"/volunteer/lines/{line.pk}/", {"coming": "no"})
    assert accepted.occasion.roster.get().state == "no"
    assert client.post(f"/volunteer/join/{call.pk}/", follow=True).status_code == 200
    other = signed_in(Client(), cast.second_volunteer)
    assert other.post(f"/volunteer/lines/{line.pk}/", {"coming": "yes"}).status_code == 404
    assert signed_in(Client(), cast.resident).get("/volunteer/").status_code == 404


def test_the_public_page_of_a_call_leads_to_where_one_joins(cast: Cast, client: Client) -> None:
    """Once the link went to a form's address and whoever followed it read that the page takes no visitors."""
    call = wanted(cast)
    target = f"/volunteer/#call-{call.pk}"
    assert target in client.get(f"/on/{call.pk}/").content.decode()
    page = signed_in(client, cast.volunteer).get(target)
    assert page.status_code == 200
    assert f'id="call-{call.pk}"' in page.content.decode()


def test_a_call_with_enough_people_offers_its_waiting_list(cast: Cast, client: Client) -> None:
    call = wanted(cast)
    assert "招志愿者" in client.get("/").content.decode()
    actions.join(occasion=call, person=cast.volunteer, actor=cast.as_(cast.volunteer), now=NOW)
    assert "志愿者够了" in client.get("/").content.decode()
    page = client.get(f"/on/{call.pk}/").content.decode()
    assert "排候补" in page
    assert "我也去" not in page


def test_only_who_is_not_on_the_roster_can_be_ticked(accepted: Chain, client: Client) -> None:
    """Also on the page that comes back because nobody was ticked, and after somebody said no."""
    cast = accepted.cast
    actions.ask(occasion=accepted.occasion, people=[cast.volunteer], actor=cast.as_(cast.leader), now=NOW)
    ticked = f'name="people" value="{cast.volunteer.pk}"'
    signed_in(client, cast.leader)
    page = client.post(f"/team/occasions/{accepted.occasion.pk}/roster/", {})
    assert page.status_code == 422
    assert ticked not in page.content.decode()
    actions.answer(line=accepted.occasion.roster.get(), coming=False, actor=cast.as_(cast.volunteer), now=NOW)
    assert ticked not in client.get(f"/team/occasions/{accepted.occasion.pk}/").content.decode()


def test_the_station_counts_heads_and_ticks_calls(cast: Cast, client: Client) -> None:
    point = Point.objects.create(name="健康小屋", area=cast.village, area_path=cast.village.path)
    item = MenuItem.objects.create(code="W1", tile="看病健康")
    ItemVersion.objects.create(
        item=item,
        number=1,
        state="published",
        name="量血压",
        about="量。",
        category="卫生健康",
        mode="walk_in",
    )
    point.items.add(item)
    message = Message.objects.create(
        key="k", template="order.arranged", to_person_id=cast.resident.pk, about_kind="order", about_id=1, due_at=NOW,
        created_at=NOW, state="to_call", area_path=cast.village.path, text="队伍明天九点到。",
    )  # fmt: skip
    signed_in(client, cast.station_staff)
    page = client.get("/station/")
    assert page.status_code == 200
    assert "队伍明天九点到。" in page.content.decode()
    assert cast.resident.phone not in page.content.decode()
    entry = {"place": f"{point.pk}:{item.pk}", "heads": "12", "day": "2026-11-25"}
    assert client.post("/station/tally/", entry | {"heads": "0"}).status_code == 422
    assert client.post("/station/tally/", entry).status_code == 302
    assert WalkInTally.objects.get().heads == 12
    assert client.post(f"/station/called/{message.pk}/").status_code == 302
    assert Message.objects.get().state == "called"
    for who in (cast.resident, cast.leader, cast.county_leader):
        assert signed_in(Client(), who).get("/station/").status_code == 404


def test_claiming_twice_is_told_kindly(offered: Chain, client: Client) -> None:
    cast = offered.cast
    actions.decline(offer=offered.offer, reason="too_far", actor=cast.as_(cast.leader), now=NOW)
    second = offered.occasion.offers.get(state="open")
    actions.decline(offer=second, reason="too_far", actor=cast.as_(cast.other_leader), now=NOW)
    entry = PoolEntry.objects.get()
    signed_in(client, cast.leader)
    assert "认领" in client.get("/team/").content.decode()
    assert client.post(f"/team/pool/{entry.pk}/claim/", follow=True).status_code == 200
    assert offered.order.state == "arranged"
    late = signed_in(Client(), cast.other_leader).post(f"/team/pool/{entry.pk}/claim/", follow=True)
    assert late.status_code == 200


def test_a_stand_in_is_named_on_the_page(accepted: Chain, client: Client) -> None:
    cast = accepted.cast
    actions.ask(occasion=accepted.occasion, people=[cast.volunteer], actor=cast.as_(cast.leader), now=NOW)
    signed_in(client, cast.leader)
    line = accepted.occasion.roster.get()
    page = client.get(f"/team/occasions/{accepted.occasion.pk}/").content.decode()
    address = f"/team/occasions/{accepted.occasion.pk}/roster/{line.pk}/stand-in/"
    assert address in page
    assert client.post(address, {"people": cast.second_volunteer.pk}).status_code == 302
    assert accepted.occasion.roster.get(person=cast.second_volunteer).replaces_id == line.pk


def test_a_wrong_tally_line_is_struck_out(cast: Cast, client: Client) -> None:
    point = Point.objects.create(name="健康小屋", area=cast.village, area_path=cast.village.path)
    item = MenuItem.objects.create(code="W1", tile="看病健康")
    line = actions.tally_walk_ins(
        point=point, item=item, heads=120, day=NOW.date(), actor=cast.as_(cast.station_staff), now=NOW
    )
    signed_in(client, cast.station_staff)
    assert client.post(f"/station/tally/{line.pk}/strike/", follow=True).status_code == 200
    assert WalkInTally.objects.get(corrects=line).heads == 0
    assert client.post(f"/station/tally/{line.pk + 1}/strike/").status_code == 404


def test_after_a_postponement_the_leader_fixes_the_new_time(accepted: Chain, client: Client) -> None:
    cast = accepted.cast
    menu.postpone(occasion=accepted.occasion, reason="snow", actor=cast.as_(cast.dispatcher), now=NOW)
    signed_in(client, cast.leader)
    address = f"/team/occasions/{accepted.occasion.pk}/time/"
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"starts_at_0": "2026-11-20", "starts_at_1": "09:00"}).status_code == 422
    assert client.post(address, {"starts_at_0": "2026-11-30", "starts_at_1": "09:00"}).status_code == 302
    assert accepted.occasion.state == "confirmed"
    assert accepted.occasion.starts_at.isoformat() == "2026-11-30T01:00:00+00:00"


def test_the_door_is_shown_to_those_who_go_there_only(accepted: Chain, client: Client) -> None:
    """Other members of the team, grid worker and station see that somebody is visited: no name, no door, no word."""
    cast, address = accepted.cast, f"/team/occasions/{accepted.occasion.pk}/"
    door = f"{address}door/{accepted.visit.pk}/"
    secrets = (cast.resident.name, "一巷3号", accepted.visit.door_word)
    for who in ("second_volunteer", "grid_worker", "station_staff", "dispatcher"):
        page = signed_in(Client(), getattr(cast, who)).get(address)
        assert page.status_code == 200
        assert not [word for word in secrets if word in page.content.decode()], who
        page = signed_in(Client(), getattr(cast, who)).get(door)
        assert not [word for word in secrets if word in page.content.decode()], who
        assert page.status_code == (404 if who == "second_volunteer" else 200), who
    actions.ask(
        occasion=accepted.occasion, people=[cast.second_volunteer], actor=cast.as_(cast.leader), now=NOW
    )
    text = signed_in(client, cast.second_volunteer).get(address).content.decode()
    assert all(word in text for word in secrets)


def test_when_it_is_over_the_link_shows_no_door(accepted: Chain, client: Client) -> None:
    """The link in the leader's message still opens the record, not the home."""
    token = make_link("occasion", accepted.occasion.pk, "offer", to=accepted.cast.leader.pk)
    address = f"/offer/{token}/"
    assert "一巷3号" in client.get(address).content.decode()
    with at(AFTER):
        signed_in(client, accepted.cast.leader)
        client.post(f"/team/occasions/{accepted.occasion.pk}/done/", done_form(accepted))
        assert accepted.occasion.state == "recorded"
        text = Client().get(address).content.decode()
    assert "一巷3号" not in text
    assert accepted.cast.resident.name not in text


def test_a_volunteer_of_the_team_sees_no_button_of_the_leader(accepted: Chain, client: Client) -> None:
    """Where to and who goes, yes; naming people, fixing the time and handing back are not his."""
    cast, address = accepted.cast, f"/team/occasions/{accepted.occasion.pk}/"
    actions.ask(occasion=accepted.occasion, people=[cast.volunteer], actor=cast.as_(cast.leader), now=NOW)
    buttons = ("定谁去", "约时间", "我们去不了了")
    for who, shown in ((cast.leader, True), (cast.dispatcher, True), (cast.volunteer, False)):
        signed_in(client, who)
        page = client.get(address).content.decode()
        assert "一巷3号" in page or who == cast.dispatcher
        assert all((word in page) is shown for word in buttons), who


def test_a_refusal_shows_no_name_of_a_state(accepted: Chain, client: Client) -> None:
    signed_in(client, accepted.cast.resident)
    page = client.get(f"/o/{accepted.order.number}/change/")
    assert page.status_code == 409
    assert accepted.order.state not in page.content.decode().split("<main")[1].split("</main")[0]
