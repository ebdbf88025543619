"""The pages of trips, drives, call-ups and of a team that is asked along, as the people who use them get them."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.steps.dispatch.models import Invite
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance
from laojia.steps.serve.models import RosterLine
from tests.acting import signed_in
from tests.apps.dispatch.conftest import make_item
from tests.apps.dispatch.test_drives import drive
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now():
    with time_machine.travel(NOW, tick=False):
        yield


def seen_by(person) -> Client:
    client = Client()
    signed_in(client, person)
    return client


def test_the_desk_asks_along_and_the_leader_answers_by_the_link(
    cast: Cast, django_assert_max_num_queries
) -> None:
    row = drive(cast)
    desk = seen_by(cast.dispatcher)
    address = f"/desk/drives/{row.pk}/"
    found = desk.get(address, {"q": cast.other_team.name})
    assert cast.other_team.name in found.content.decode()
    desk.post(address, {"teams": [cast.other_team.pk]})
    invite = Invite.objects.get()
    leader = seen_by(cast.other_leader)
    with django_assert_max_num_queries(24):
        page = leader.get(f"/team/invites/{invite.pk}/")
    assert "村口" in page.content.decode()
    assert leader.post(f"/team/invites/{invite.pk}/come/", {"heads": ""}).status_code == 422
    leader.post(f"/team/invites/{invite.pk}/come/", {"heads": "3"})
    leader.post(f"/team/invites/{invite.pk}/names/", {"people": [cast.other_leader.pk]})
    assert RosterLine.objects.get().team_id == cast.other_team.pk
    with django_assert_max_num_queries(26):
        shown = desk.get(address).content.decode()
    assert "一共去 3 人" in shown
    assert seen_by(cast.leader).get(f"/team/invites/{invite.pk}/").status_code == 404
    assert seen_by(cast.other_leader).get("/team/").content.decode().count("一起扫雪") == 1


def test_the_desk_answers_for_a_leader_on_the_telephone(cast: Cast) -> None:
    row = drive(cast)
    desk = seen_by(cast.dispatcher)
    desk.post(f"/desk/drives/{row.pk}/", {"teams": [cast.other_team.pk]})
    invite = Invite.objects.get()
    told = {"heads": "2", "speaks_for": cast.other_leader.pk, "channel": "phone"}
    assert desk.post(f"/team/invites/{invite.pk}/come/", {"heads": "2"}).status_code in (403, 404)
    desk.post(f"/team/invites/{invite.pk}/come/", told)
    invite.refresh_from_db()
    assert (invite.state, invite.heads, invite.answered_by_id) == ("accepted", 2, cast.other_leader.pk)
    desk.post(f"/desk/invites/{invite.pk}/withdraw/")
    invite.refresh_from_db()
    assert invite.state == "withdrawn"


def test_a_call_up_is_opened_with_chosen_teams(cast: Cast) -> None:
    item = make_item("YJ9", name="应急集结", mode="volunteers")
    desk = seen_by(cast.dispatcher)
    begins = NOW + timedelta(hours=9)  # the form speaks of China's clock
    form = {
        "item": item.pk, "what": "大雪封路，清路", "area": cast.village.pk, "place": "村委会", "hours": "4",
        "starts_at_0": begins.date().isoformat(), "starts_at_1": begins.strftime("%H:%M"), "key": str(uuid.uuid4()),
    }  # fmt: skip
    wrong = desk.post("/call-ups/new/", form)
    assert wrong.status_code == 422
    assert "请选要请的队伍" in wrong.content.decode()
    assert not Occasion.objects.filter(emergency=True).exists()
    filtered = desk.post("/call-ups/new/", form | {"filter": "1", "q": cast.team.name})
    assert filtered.status_code == 200
    done = desk.post("/call-ups/new/", form | {"teams": [cast.team.pk, cast.other_team.pk]})
    row = Occasion.objects.get(emergency=True)
    assert done.headers["Location"] == f"/desk/drives/{row.pk}/"
    listed = desk.get("/call-ups/").content.decode()
    assert "清路" in listed
    assert "草稿" not in listed + desk.get(f"/desk/drives/{row.pk}/").content.decode()
    assert f"/desk/drives/{row.pk}/" in desk.get(f"/occasions/{row.pk}/").content.decode()
    station = seen_by(cast.station_staff)
    assert station.get("/call-ups/new/").status_code == 403
    assert "/call-ups/new/" not in station.get("/call-ups/").content.decode()


def _boxes(page: str) -> dict[int, bool]:
    """Team → ticked, as the page lists them."""
    found = re.findall(r'name="teams" value="(\d+)"( checked)?', page)
    return {int(pk): bool(ticked) for pk, ticked in found}


def test_ticks_of_one_search_are_kept_by_the_next(cast: Cast) -> None:
    desk = seen_by(cast.dispatcher)
    one, other = cast.team, cast.other_team
    unasked = desk.get("/call-ups/new/").content.decode()
    assert not any(_boxes(unasked).values())
    assert 'name="shown"' not in unasked, "who was listed before anybody searched was not unticked by anybody"
    first = desk.post("/call-ups/new/", {"filter": "1", "q": one.name, "what": "清路"}).content.decode()
    assert _boxes(first) == {one.pk: True}
    asked = {"filter": "1", "shown": [one.pk], "q": other.name}
    assert _boxes(desk.post("/call-ups/new/", asked | {"teams": [one.pk]}).content.decode()) == {
        one.pk: True,
        other.pk: True,
    }
    assert _boxes(desk.post("/call-ups/new/", asked).content.decode()) == {other.pk: True}
    # Who was unticked is not ticked again, neither by another search nor by a refusal.
    again = {"shown": [one.pk], "q": one.name}
    assert _boxes(desk.post("/call-ups/new/", again | {"filter": "1"}).content.decode()) == {one.pk: False}
    assert _boxes(desk.post("/call-ups/new/", again).content.decode()) == {one.pk: False}


def test_a_call_up_begins_today_unless_told_otherwise(cast: Cast) -> None:
    page = seen_by(cast.dispatcher).get("/call-ups/new/").content.decode()
    begins = (NOW + timedelta(hours=9)).replace(minute=0)  # NOW is eight hours behind China's clock
    assert f'name="starts_at_0" value="{begins.date().isoformat()}"' in page.replace(
        ' class="form-control"', ""
    )
    assert f'value="{begins:%H:%M}"' in page


def test_enter_in_the_search_of_teams_never_calls_them_up(cast: Cast) -> None:
    page = seen_by(cast.dispatcher).get("/call-ups/new/").content.decode()
    form = page[page.index('action="/call-ups/new/"') :]
    assert 'name="filter"' in re.findall(r"<button[^>]*>", form)[0]  # Enter presses the first


def test_a_rest_that_is_over_is_not_said_and_a_cut_list_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Team.objects.filter(pk=cast.team.pk).update(resting_until=local_date(NOW))
    Team.objects.filter(pk=cast.other_team.pk).update(resting_until=local_date(NOW) + timedelta(days=3))
    desk = seen_by(cast.dispatcher)
    assert "休整中" not in desk.get("/call-ups/new/", {"q": cast.team.name}).content.decode()
    page = desk.get("/call-ups/new/", {"q": cast.other_team.name}).content.decode()
    assert "休整中" in page
    assert "还有别的" not in page
    monkeypatch.setattr("laojia.channels.console.queries.drives.MOST_SHOWN", 1)
    assert "先列出 1 支，还有别的" in desk.get("/call-ups/new/").content.decode()


def test_trips_are_proposed_and_made_in_one_go(cast: Cast) -> None:
    from laojia.steps.order import actions as orders
    from tests.apps.dispatch.conftest import THURSDAY

    item = make_item("TR2")
    placed = [
        orders.place(
            actor=cast.as_(who), now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village, place="一巷3号",
            times=[{"date": THURSDAY.isoformat(), "half": "morning"}],
        )
        for who in (cast.resident, cast.neighbour)
    ]  # fmt: skip
    desk = seen_by(cast.dispatcher)
    page = desk.get("/desk/trips/").content.decode()
    assert all(order.number in page for order in placed)
    assert not re.search(r"·\s*<span class=.clock", page), "who waits since just now has no dot without words"
    assert cast.resident.name not in page
    desk.post("/desk/trips/make/", {"order": [order.pk for order in placed]})
    assert Attendance.objects.filter(state="expected").values("occasion").distinct().count() == 1
    assert placed[0].number not in desk.get("/desk/trips/").content.decode()
    alone = desk.post("/desk/trips/make/", {"order": [placed[0].pk]}, follow=True).content.decode()
    assert "凑一趟至少要两件" in alone


def test_somebody_on_the_spot_by_the_leaders_page(cast: Cast) -> None:
    row = drive(cast)
    leader = seen_by(cast.leader)
    assert "当场来了" in leader.get(f"/team/occasions/{row.pk}/").content.decode()
    assert (
        leader.post(f"/team/occasions/{row.pk}/turn-up/", {"name": "老李", "phone": "12"}).status_code == 422
    )
    leader.post(f"/team/occasions/{row.pk}/turn-up/", {"name": "过路的老李", "phone": "13900001234"})
    assert RosterLine.objects.get().person.name == "过路的老李"
