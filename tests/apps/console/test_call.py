"""The caller screen: found or entered, ordered in one line, every role's verbs; the desk acts, the caller is named."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.models import Consent, Person
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review.models import Complaint, Review
from laojia.steps.serve import actions as serving
from laojia.steps.serve.models import RosterLine
from tests.acting import signed_in
from tests.cast import NOW, Cast
from tests.chain import Chain

pytestmark = pytest.mark.django_db


def say(desk: Client, who: Person, do: str, row: int | str = "", **given: Any) -> str:
    """What is pressed on the screen of this caller; the page that follows."""
    data = {"do": do, "row": row, "channel": "phone", "key": str(uuid.uuid4()), **given}
    answer = desk.post(f"/call/{who.pk}/say/", data, follow=True)
    assert answer.status_code == 200, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:3000]
    return answer.content.decode()


def by_desk_for(cast: Cast, verb: str, who: Person, channel: str = "phone") -> JournalRow:
    """The journal names both and the channel."""
    row = JournalRow.objects.filter(verb=verb).latest("id")
    assert (row.actor_id, row.behalf_id, row.channel) == (cast.dispatcher.pk, who.pk, channel)
    return row


def order_by_line(desk: Client, who: Person, line: str, **given: Any) -> str:
    """As the desk does it: one line, Enter, the tick for the spoken yes, Enter."""
    page = desk.get(f"/call/{who.pk}/", {"line": line, "go": "1"}).content.decode()
    part = page[page.index('id="order"') :]
    data: dict[str, Any] = {"consent_spoken": "on", "whom": "me"}
    for tag in re.findall(r"<input[^>]+>", part[: part.index("</form>")]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or name[1] in data or name[1] == "csrfmiddlewaretoken":
            continue
        if 'type="checkbox"' in tag or 'type="radio"' in tag:
            if "checked" in tag:
                data.setdefault(name[1], []).append(value[1] if value else "on")
        elif value is not None:
            data[name[1]] = value[1]
    answer = desk.post(f"/call/{who.pk}/say/", data | given, follow=True)
    assert answer.status_code == 200, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:2000]
    return answer.content.decode()


# --- finding and entering ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("dispatcher", 200), ("station_staff", 200), ("resident", 404), ("leader", 404), ("grid_worker", 404),
     ("county_leader", 404), ("keeper", 404), ("menu_editor", 404), ("complaint_holder", 404)],
)  # fmt: skip
def test_only_the_desks_take_calls(client: Client, cast: Cast, who: str, status: int) -> None:
    browser = signed_in(client, getattr(cast, who))
    for path in ("/call/", f"/call/{cast.resident.pk}/"):
        assert browser.get(path).status_code in ({200} if status == 200 else {403, 404}), path
    answer = browser.post(f"/call/{cast.resident.pk}/say/", {"do": "order.nudge", "row": 1})
    assert answer.status_code in ({302} if status == 200 else {403, 404})


def test_one_that_fits_is_chosen_at_once_and_stays_masked(desk: Client, cast: Cast) -> None:
    found = desk.get("/call/", {"q": cast.resident.name, "go": "1"})
    assert found["Location"] == f"/call/{cast.resident.pk}/"
    page = desk.get(found["Location"]).content.decode()
    assert cast.resident.name not in page
    assert cast.resident.phone not in page
    assert "王*" in page
    several = desk.get("/call/", {"q": "王", "go": "1"})
    assert several.status_code in {200, 302}


def test_somebody_of_another_town_is_not_found_by_the_station(client: Client, cast: Cast) -> None:
    station = signed_in(client, cast.station_staff)
    assert station.get(f"/call/{cast.stranger.pk}/").status_code == 404
    assert station.post(f"/call/{cast.stranger.pk}/say/", {"do": "order.nudge"}).status_code == 404


def test_a_new_caller_is_entered_in_the_same_screen(desk: Client, cast: Cast) -> None:
    page = desk.get("/call/", {"q": "甘亭 贾新来"}).content.decode()
    assert "贾新来" in page
    given = {"name": "贾新来", "phone": "13912345678", "area": f"{cast.town.name} · {cast.village.name}", "alone": "on",
             "needs_call": "on", "key": str(uuid.uuid4()), "channel": "counter"}  # fmt: skip
    refused = desk.post("/call/", given)
    assert refused.status_code == 422  # nobody asked whether we may keep it
    assert not Person.objects.filter(name="贾新来").exists()
    made = desk.post("/call/", given | {"consent": "on"})
    person = Person.objects.get(name="贾新来")
    assert made["Location"] == f"/call/{person.pk}/?channel=counter&alone=1"
    assert not person.reads_messages
    consent = Consent.objects.get(person=person)
    assert (consent.purpose, consent.spoken, consent.heard_by_id) == (
        "keep_my_data",
        True,
        cast.dispatcher.pk,
    )
    by_desk_for(cast, "person.consent", person, "counter")
    desk.post("/call/", given | {"consent": "on"})
    assert Person.objects.filter(name="贾新来").count() == 1


def test_showing_in_full_is_journalled(desk: Client, cast: Cast) -> None:
    page = desk.post(f"/call/{cast.resident.pk}/say/", {"do": "person.reveal"}).content.decode()
    assert cast.resident.phone in page
    row = JournalRow.objects.get(verb="person.reveal")
    assert (row.reason, row.actor_id, row.channel) == ("call_the_person", cast.dispatcher.pk, "phone")


# --- the one who asked ------------------------------------------------------------------------------------------------


def test_an_order_in_one_line(cast_with_menu: Cast, client: Client) -> None:
    cast = cast_with_menu
    desk = signed_in(client, cast.dispatcher)
    page = order_by_line(desk, cast.resident, "理发 下周一上午行, 家里有台阶")
    order = Order.objects.get()
    assert order.item_version is not None
    assert "理发" in order.item_version.name
    assert order.times == [{"date": "2026-11-30", "half": "morning"}]
    assert order.words == "家里有台阶"
    assert (order.person_id, order.asker_id) == (cast.resident.pk, cast.resident.pk)
    assert (order.entered_by_id, order.channel, order.consent_spoken) == (cast.dispatcher.pk, "phone", True)
    by_desk_for(cast, "order.place", cast.resident)
    assert order.number in page  # to be read out
    assert "说一遍给他听" in page or "Say it once more" in page


def test_without_the_spoken_yes_nothing_is_ordered(cast_with_menu: Cast, client: Client) -> None:
    cast = cast_with_menu
    desk = signed_in(client, cast.dispatcher)
    given = {"do": "order.place", "item": "LN01", "key": str(uuid.uuid4()), "channel": "phone", "whom": "me"}
    answer = desk.post(f"/call/{cast.resident.pk}/say/", given)
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_the_same_need_twice_is_shown_first(desk: Client, cast: Cast, place: Any) -> None:
    first = place()
    given = {
        "do": "order.place", "item": "D01", "key": str(uuid.uuid4()), "channel": "phone", "whom": "me",
        "consent_spoken": "on", "times": "2026-11-27/morning", "village": f"{cast.town.name} · {cast.village.name}",
    }  # fmt: skip
    answer = desk.post(f"/call/{cast.resident.pk}/say/", given)
    assert answer.status_code == 409
    assert first.number in answer.content.decode()
    assert desk.post(f"/call/{cast.resident.pk}/say/", given | {"sure": "on"}).status_code == 302
    assert Order.objects.count() == 2


def test_own_words_and_somebody_of_the_family(desk: Client, cast: Cast) -> None:
    village = f"{cast.town.name} · {cast.village.name}"
    say(desk, cast.daughter, "order.place", own_words="", words="屋后的树歪了", consent_spoken="on", whom="new",
        whom_name="李大娘", village=village, place="二巷4号")  # fmt: skip
    order = Order.objects.get()
    assert order.person is not None
    assert (order.person.name, order.asker_id, order.words) == ("李大娘", cast.daughter.pk, "屋后的树歪了")
    by_desk_for(cast, "order.describe", cast.daughter)


def test_an_order_just_typed_is_taken_back_unsaid(desk: Client, cast: Cast, haircut: Any) -> None:
    village = f"{cast.town.name} · {cast.village.name}"
    page = say(desk, cast.resident, "order.place", item="D01", consent_spoken="on", whom="me", village=village,
               times="2026-11-26/morning")  # fmt: skip
    assert "data-undo-seconds" in page
    order = Order.objects.get()
    say(desk, cast.resident, "order.undo", order.pk)
    order.refresh_from_db()
    assert (order.state, order.reason) == ("cancelled", "wrong_order")
    assert not Message.objects.filter(about_kind="order", about_id=order.pk, state="queued").exists()


def test_what_one_says_about_an_order(desk: Client, cast: Cast, place: Any) -> None:
    order = place()
    say(desk, cast.resident, "order.nudge", order.pk)
    by_desk_for(cast, "order.nudge", cast.resident)
    village = f"{cast.town.name} · {cast.village.name}"
    say(
        desk,
        cast.resident,
        "order.change",
        order.pk,
        times="2026-11-27/morning",
        village=village,
        words="带梯子",
    )
    order.refresh_from_db()
    assert (order.words, order.times[0]["date"], order.place) == ("带梯子", "2026-11-27", "一巷3号")
    say(desk, cast.resident, "order.suspend", order.pk, until="2026-12-10")
    say(desk, cast.resident, "order.resume", order.pk)
    say(desk, cast.resident, "order.cancel", order.pk, reason="found_otherwise")
    order.refresh_from_db()
    assert (order.state, order.reason, order.cancelled_by) == ("cancelled", "found_otherwise", "resident")
    by_desk_for(cast, "order.cancel", cast.resident)


def test_a_row_of_somebody_else_cannot_be_reached_through_a_caller(
    desk: Client, cast: Cast, place: Any
) -> None:
    order = place()
    say(desk, cast.neighbour, "order.cancel", order.pk, reason="not_needed")
    order.refresh_from_db()
    assert order.state != "cancelled"


def test_a_wrong_entry_keeps_what_was_typed(desk: Client, cast: Cast, place: Any) -> None:
    order = place()
    given = {"do": "order.suspend", "row": order.pk, "until": "gestern", "key": str(uuid.uuid4())}
    answer = desk.post(f"/call/{cast.resident.pk}/say/", given)
    assert answer.status_code == 422
    assert 'value="gestern"' in answer.content.decode()


# --- the leader, the volunteer ----------------------------------------------------------------------------------------


def test_a_leader_accepts_with_the_hour(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    page = desk.get(f"/call/{cast.leader.pk}/?open=offer.accept:{offered.offer_id}").content.decode()
    assert 'name="at"' in page
    page = say(desk, cast.leader, "offer.accept", offered.offer_id, at="09:30")
    assert offered.offer.state == "accepted"
    assert offered.occasion.starts_at is not None
    assert offered.occasion.starts_at.hour == 1  # 09:30 in China
    by_desk_for(cast, "offer.accept", cast.leader)
    arranged = JournalRow.objects.get(verb="order.arrange")
    assert arranged.behalf_id == cast.leader.pk
    resident = desk.get(f"/call/{cast.resident.pk}/").content.decode()
    assert cast.team.name in resident


def test_a_leader_declines_without_blame(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    page = say(desk, cast.leader, "offer.decline", offered.offer_id, reason="no_one_free")
    assert offered.offer.state == "declined"
    assert offered.offer.answered_by_id == cast.leader.pk
    by_desk_for(cast, "offer.decline", cast.leader)
    assert "不要紧" in page or "all right" in page


def test_a_volunteer_of_the_team_cannot_answer_for_it(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    page = say(desk, cast.volunteer, "offer.accept", offered.offer_id, at="09:30")
    assert offered.offer.state == "open"
    assert f"offer-{offered.offer_id}" not in page


def test_roster_record_and_review_by_telephone(desk: Client, offered: Chain, time_machine_at: Any) -> None:
    cast = offered.cast
    say(desk, cast.leader, "offer.accept", offered.offer_id, at="09:30")
    occasion = offered.occasion
    say(desk, cast.leader, "roster.ask", occasion.pk, people=[cast.volunteer.pk, cast.second_volunteer.pk])
    by_desk_for(cast, "roster.ask", cast.leader)
    line = RosterLine.objects.get(person=cast.volunteer)
    say(desk, cast.volunteer, "roster.yes", line.pk)
    by_desk_for(cast, "roster.answer", cast.volunteer)
    say(desk, cast.volunteer, "roster.leave", line.pk)
    line.refresh_from_db()
    assert line.state == "no"
    other = RosterLine.objects.get(person=cast.second_volunteer)
    say(desk, cast.leader, "roster.stand_in", occasion.pk, line=other.pk, person=cast.leader.pk)
    by_desk_for(cast, "roster.stand_in", cast.leader)
    with time_machine_at(26, 4):
        visit = offered.visit
        desk = signed_in(Client(), cast.dispatcher)
        say(desk, cast.leader, "occasion.record", occasion.pk, minutes=120, content="理发",
            **{f"came_{cast.second_volunteer.pk}": "on", f"visit_{visit.pk}": "came:done"})  # fmt: skip
        by_desk_for(cast, "occasion.record", cast.leader)
        occasion.refresh_from_db()
        assert (occasion.state, occasion.law_record.in_charge_id) == ("recorded", cast.leader.pk)
        say(desk, cast.resident, "review.give", offered.order_id, solved="yes", satisfaction="5", words="挺好",
            they_came="yes", again="same")  # fmt: skip
        review = Review.objects.get()
        assert (review.solved, review.recorder_id, review.given_by_id, review.channel) == (
            "yes", cast.dispatcher.pk, cast.resident.pk, "phone",
        )  # fmt: skip
        say(
            desk, cast.resident, "complaint.file", offered.order_id, kind="late", words="说好九点, 十一点才来"
        )
        assert Complaint.objects.get().person_id == cast.resident.pk


def test_a_leader_hands_back_and_another_time(desk: Client, offered: Chain) -> None:
    cast = offered.cast
    serving.accept(offer=offered.offer, actor=cast.as_(cast.leader), now=NOW)
    occasion = offered.occasion
    say(desk, cast.leader, "occasion.agree_time", occasion.pk, day="2026-11-26", at="10:15")
    by_desk_for(cast, "occasion.agree_time", cast.leader)
    say(desk, cast.resident, "order.agree", offered.order_id, day="2026-11-27", at="15:00")
    row = JournalRow.objects.filter(verb="occasion.agree_time").latest("id")
    assert (row.actor_id, row.behalf_id, row.channel) == (cast.dispatcher.pk, None, "phone")
    assert str(Occasion.objects.get(pk=occasion.pk).date) == "2026-11-27"
    say(desk, cast.leader, "offer.return", occasion.pk, reason="illness")
    assert Offer.objects.get(pk=offered.offer_id).state == "returned"
    by_desk_for(cast, "offer.return", cast.leader)
    assert not Attendance.objects.filter(order=offered.order_id, occasion=occasion, state="came").exists()


# --- what the policy keeps --------------------------------------------------------------------------------------------


def test_sealed_and_protected_rows_stay_where_the_policy_has_them(
    client: Client, desk: Client, cast: Cast, place: Any, haircut: Any
) -> None:
    protected = place()
    Order.objects.filter(pk=protected.pk).update(protected=True)
    sealed = place(sure=True)
    Order.objects.filter(pk=sealed.pk).update(sealed=True, keeper=cast.keeper)
    centre = desk.get(f"/call/{cast.resident.pk}/").content.decode()
    assert protected.number in centre
    assert sealed.number not in centre
    station = signed_in(Client(), cast.station_staff).get(f"/call/{cast.resident.pk}/").content.decode()
    assert protected.number not in station
    assert sealed.number not in station
    say(desk, cast.resident, "order.cancel", sealed.pk, reason="not_needed")
    sealed.refresh_from_db()
    assert sealed.state != "cancelled"


def test_the_number_of_questions_does_not_grow(desk: Client, cast: Cast, place: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    place()
    desk.get(f"/call/{cast.resident.pk}/")
    with CaptureQueriesContext(connection) as few:
        desk.get(f"/call/{cast.resident.pk}/")
    for _n in range(8):
        place()
    with CaptureQueriesContext(connection) as many:
        desk.get(f"/call/{cast.resident.pk}/")
    assert len(many) <= len(few) + 1
    assert len(many) <= 30, [q["sql"][:120] for q in many]


def test_a_time_that_cannot_be_had_is_said_and_not_silently_another(
    cast_with_menu: Cast, client: Client
) -> None:
    cast = cast_with_menu
    desk = signed_in(client, cast.dispatcher)
    page = desk.get(f"/call/{cast.resident.pk}/", {"line": "理发 周四上午", "go": "1"}).content.decode()
    assert "说的那个时间排不上" in page
    form = page[page.index('id="order"') :]
    assert not re.search(r'name="times"[^>]*checked', form)
    page = desk.get(f"/call/{cast.resident.pk}/", {"line": "理发 下周一上午", "go": "1"}).content.decode()
    assert "说的那个时间排不上" not in page
    assert re.search(r'value="2026-11-30/morning"[^>]*checked', page)


def test_what_nobody_has_to_order_and_what_it_may_be(cast_with_menu: Cast, client: Client) -> None:
    cast = cast_with_menu
    desk = signed_in(client, cast.dispatcher)
    page = desk.get(f"/call/{cast.resident.pk}/", {"line": "量血压", "go": "1"}).content.decode()
    assert "不用约，开门时去就行" in page
    page = desk.get(f"/call/{cast.resident.pk}/", {"line": "陪去县医院看眼睛", "go": "1"}).content.decode()
    assert "陪您去看病" in page  # a guess beside the own words
    assert 'name="own_words"' in page
    assert "陪去县医院看眼睛" in page[page.index('id="order"') :]
