"""The demonstration: complete, synthetic, marked; every state stands somewhere; nothing leaves; who is listed can sign in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Count
from django.test import Client

from laojia.conf import demonstration
from laojia.conf.crew import gather
from laojia.conf.demonstration.entrance import PASSWORD, STAFF
from laojia.foundation.area.models import Area, Station, StationVillage, Zone
from laojia.foundation.area.queries import is_demonstration
from laojia.foundation.journal.jobs import verify
from laojia.foundation.outbox.jobs.gateways import Inbox
from laojia.foundation.outbox.models import Clock, InboxEntry, Message
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.queries import contacts_of
from laojia.foundation.teams.models import Team, TeamSlot
from laojia.kernel.clock import local_date
from laojia.kernel.codes import check_number
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import Role
from laojia.policy.transitions import MACHINES
from laojia.steps.dispatch.models import Invite, Offer, PoolEntry
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion, Point, Standstill
from laojia.steps.order.models import OPEN_AT_DESK, Attendance, Order, StandingHelp
from laojia.steps.review.models import Complaint, FollowUp, Incident, Review
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally
from tests.acting import signed_in
from tests.cast import NOW
from tests.databases import Replay

pytestmark = pytest.mark.django_db

MOVING: dict[str, Any] = {
    "item": ItemVersion, "occasion": Occasion, "order": Order, "offer": Offer, "attendance": Attendance,
    "roster": RosterLine, "standing": StandingHelp, "complaint": Complaint, "incident": Incident,
}  # fmt: skip


def fill_small() -> list[str]:
    said: list[str] = []
    demonstration.fill(NOW, said.append, scale="small")
    return said


@pytest.fixture(scope="session")
def maker() -> Replay:
    """Lived through once a run, put back as rows for every later test."""
    return Replay(fill_small)


@pytest.fixture
def said(db: None, maker: Replay) -> Iterator[list[str]]:
    with time_machine.travel(NOW, tick=False):
        yield maker()


@pytest.mark.parametrize("kind", sorted(MOVING))
def test_every_state_of_every_machine_stands_somewhere(said, kind):
    there = set(MOVING[kind].objects.values_list("state", flat=True))
    assert there == set(MACHINES[kind].states)


def test_the_county_is_whole(said):
    assert dict(Area.objects.values_list("level").annotate(Count("pk"))) | {"grid": 0} == {
        "county": 1, "town": 15, "village": 343, "grid": 0, "micro_grid": 400,
    }  # fmt: skip
    served = list(StationVillage.objects.values_list("village_id", flat=True))
    assert len(served) == len(set(served)) == 343
    assert dict(Station.objects.values_list("level").annotate(Count("pk"))) == {
        "centre": 1, "institute": 15, "station": 20,
    }  # fmt: skip
    assert MenuItem.objects.count() == 41
    assert Zone.objects.count() == 4
    assert Point.objects.filter(hours__isnull=False).exists()
    assert all(line.endswith(" s)") for line in said)


def test_every_team_has_two_contacts_and_no_half_day_is_overbooked(said):
    today = local_date(NOW)
    assert all(len(contacts_of(team.pk, today)) == 2 for team in Team.objects.all())
    assert not [slot for slot in TeamSlot.objects.all() if slot.taken > slot.capacity]
    kinds = set(ItemVersion.objects.exclude(team_kind="").values_list("team_kind", flat=True))
    assert kinds <= set(Team.objects.values_list("kind", flat=True))


def test_every_village_has_a_grid_worker_and_every_role_somebody(said):
    villages = set(
        Post.objects.filter(role=Role.GRID_WORKER, area__level="village").values_list("area_id", flat=True)
    )
    assert len(villages) == 343
    roles = set(Post.objects.values_list("role", flat=True))
    assert roles == set(Role) - {Role.RESIDENT, Role.SYSTEM, Role.NUMBER_READER}


def test_people_are_made_up(said):
    people = list(Person.objects.all())
    assert all((one.phone or "").startswith("1380000") for one in people)
    assert len({one.phone_hash for one in people}) == len(people)
    assert not Person.objects.exclude(contact_name__in=("", "家里人")).exists()


def test_it_is_marked_and_nothing_leaves(said, settings):
    assert is_demonstration()
    assert isinstance(gather().gateway, Inbox)
    assert InboxEntry.objects.exists()
    assert not Message.objects.filter(state="delivered", receipt_at=None).exists()


def test_clocks_lie_ahead_and_none_is_stuck(said):
    pending = Clock.objects.filter(state="pending")
    assert pending.filter(due_at__gt=NOW).count() > 20
    assert not pending.filter(due_at__lte=NOW).exclude(kind__endswith=".overdue").exists()
    assert not Clock.objects.filter(attempts__gt=0).exists()
    assert Order.objects.filter(placed_at__gt=NOW).count() == 0


def test_the_journal_holds(said):
    found = verify()
    assert found.ok, found.lines
    assert "0 not sealed" in found.lines[0]


def test_orders_wait_for_the_dispatcher(said):
    waiting = Order.objects.filter(state__in=OPEN_AT_DESK, holder="centre")
    assert 8 <= waiting.count() <= 20
    assert waiting.filter(item_version=None).exists()
    assert Offer.objects.filter(state="open", answer_due_at__gt=NOW).exists()
    assert PoolEntry.objects.filter(closed_at=None).exists()


def test_beside_the_machines_there_is_the_rest(said):
    for model in (Review, FollowUp, WalkInTally, LawRecord):
        assert model.objects.exists()
    assert LawRecord.objects.filter(recorded_at=None).exists()
    assert Attendance.objects.filter(occasion__kind="standing", state="not_home").exists()
    assert Order.objects.filter(sealed=True, state="received").exists()
    assert set(Order.objects.values_list("channel", flat=True)) >= {"page", "phone", "counter", "paper"}


def test_several_teams_at_one_work_stand_there(said: list[str]) -> None:
    """A drive with every answer, an exercise of a call-up written down, a day of snow that is over."""
    drive = Invite.objects.filter(occasion__emergency=False, occasion__state="confirmed")
    assert set(drive.values_list("state", flat=True)) == {"accepted", "declined", "open"}
    exercise = Occasion.objects.get(emergency=True)
    assert (exercise.practice, exercise.state) == (True, "recorded")
    assert Standstill.objects.get().state == "lifted"


def test_the_same_moment_gives_the_same_county(said):
    """Only secrets differ: numbers, names and states come from the seed. (Compared with what the seed gave before.)"""
    # The serial goes on from whatever this database has counted before; its shape does not change.
    first_number = Order.objects.order_by("pk").values_list("number", flat=True).first()
    assert first_number is not None
    assert first_number.startswith("D141024-26-")
    assert check_number(first_number) == first_number
    first = Person.objects.order_by("pk").values_list("name", "phone").first()
    assert first == ("苗琳", "13800000001")


def test_a_database_with_something_in_it_is_left_alone(cast):
    before = Area.objects.count()
    with pytest.raises(Conflict):
        demonstration.fill(NOW, print, scale="small")
    assert Area.objects.count() == before
    assert not is_demonstration()


def test_production_gets_no_demonstration(db, monkeypatch):
    monkeypatch.setenv("LAOJIA_MODE", "production")
    with pytest.raises(Conflict):
        demonstration.demo(say=print)
    assert demonstration.is_empty()


# --- signing in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["paidan", "zhanzhang", "anquan"])
def test_colleagues_sign_in_with_the_printed_words(said, name):
    client = Client()
    answer = client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    assert answer.status_code == 302
    assert "2fa" in answer["Location"] or "second" in answer["Location"]
    done = client.post(answer["Location"], {"code": demonstration.code_of(name)})
    assert done.status_code == 302
    assert client.get("/me/").status_code == 200


def test_every_role_is_listed_with_a_way_in(said):
    text = "\n".join(demonstration.who_can_sign_in())
    assert PASSWORD in text
    for name in STAFF:
        assert re.search(rf"{name}\s+\d{{6}}", text)
    assert len(re.findall(r"1380000\d{4}", text)) == 4
    for word in ("群众", "志愿者", "队长", "网格员"):
        assert word in text


def test_a_resident_signs_in_by_the_code_in_the_inbox(said):
    phone = re.findall(r"1380000\d{4}", "\n".join(demonstration.who_can_sign_in()))[0]
    client = Client()
    asked = client.post("/accounts/login/code/", {"phone": phone})
    assert asked.status_code == 302
    code = str(Message.objects.filter(template="account.code").latest("id").variables["code"])
    done = client.post("/accounts/login/code/confirm/", {"code": code})
    assert (done.status_code, done["Location"]) == (302, "/")


def test_codes_are_told_for_known_names_of_a_demonstration_only(said):
    with pytest.raises(BadInput):
        demonstration.code_of("nobody")


def test_a_real_county_tells_no_codes(cast):
    with pytest.raises(Conflict):
        demonstration.code_of("paidan")
    assert demonstration.who_can_sign_in() == []


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/menu/", "/on/", "/points/", "/figures/", "/inbox/"])
def test_public_pages_open_and_say_that_it_is_a_demonstration(said, path):
    answer = Client().get(path)
    assert answer.status_code == 200
    assert "演示" in answer.content.decode()


def test_the_dispatchers_desk_opens(said):
    person = Post.objects.filter(role=Role.DISPATCHER).order_by("id")[0].person
    answer = signed_in(Client(), person).get("/desk/")
    assert answer.status_code == 200


def test_leaders_page_opens(said):
    offer = Offer.objects.filter(state="open").order_by("-pk")[0]
    leader = Person.objects.get(pk=contacts_of(offer.team_id, local_date(NOW))[0])
    assert signed_in(Client(), leader).get("/team/").status_code == 200


def test_nothing_was_done_that_nobody_may(said):
    """Every verb of the journal is a verb of the table."""
    from laojia.foundation.journal.models import JournalRow

    assert set(JournalRow.objects.values_list("verb", flat=True)) <= set(PERMISSIONS) | {"occasion.pass"}
    assert not JournalRow.objects.filter(at__gt=NOW + timedelta(minutes=1)).exists()
