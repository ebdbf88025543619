"""Pages of ordering and of one order: who sees what, what is kept, what it costs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from laojia.foundation.area.models import Area
from laojia.foundation.people.models import Account, Person
from laojia.kernel.links import make_link
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import actions
from laojia.steps.order.models import Hop, Order
from laojia.steps.order.queries import place_line, timeline
from tests.acting import signed_in
from tests.apps.order.conftest import Place, behalf, make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def form_of(cast: Cast, **more: Any) -> dict[str, Any]:
    """What a browser sends from the confirm page."""
    return {
        "key": str(uuid.uuid4()), "for_whom": "me", "times": ["2026-11-26/morning"],
        "village": f"{cast.town.name} · {cast.village.name}", "place": "一巷3号",
    } | more  # fmt: skip


def test_a_repeat_takes_three_taps(cast: Cast, client: Client, haircut: ItemVersion, place: Place) -> None:
    """我的那件 → 再约一次 → 就这样约: nothing to type, the place and a time stand there already."""
    earlier = place()
    actions.cancel(order=earlier, reason="not_needed", actor=cast.as_(cast.resident), now=NOW)
    signed_in(client, cast.resident)
    mine = client.get("/mine/").content.decode()
    assert f"/o/{earlier.number}/" in mine
    page = client.get(f"/o/{earlier.number}/").content.decode()  # tap 1
    again = re.search(r'href="(/order/new/[^"]+)"', page)
    assert again is not None
    confirm = client.get(again[1]).content.decode()  # tap 2
    sent = dict(re.findall(r'<input type="(?:hidden|text)" name="(\w+)"[^>]*value="([^"]*)"', confirm))
    ticked = re.findall(r'name="(times|for_whom)" class="[^"]*" value="([^"]*)"[^>]*checked', confirm)
    assert sent["place"] == "一巷3号"
    done = client.post(again[1], {**sent, **dict(ticked)})  # tap 3
    assert done.status_code == 302
    order = Order.objects.latest("id")
    assert done.headers["Location"] == f"/order/done/{order.number}/"
    assert (order.place, order.area_id, len(order.times)) == ("一巷3号", cast.village.pk, 1)


def test_the_done_page_names_number_and_dates(cast: Cast, client: Client, haircut: ItemVersion) -> None:
    signed_in(client, cast.resident)
    client.post("/order/new/T01/", form_of(cast))
    order = Order.objects.get()
    page = client.get(f"/order/done/{order.number}/").content.decode()
    assert order.number in page
    assert "后天 18:00" in page
    assert "/l/" in page
    signed_in(client, cast.stranger)
    assert client.get(f"/order/done/{order.number}/").status_code == 404


def test_the_form_costs_few_queries(
    cast: Cast, client: Client, haircut: ItemVersion, django_assert_max_num_queries: Any
) -> None:
    signed_in(client, cast.resident)
    client.get("/order/new/T01/")
    with django_assert_max_num_queries(11):
        assert client.get("/order/new/T01/").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"village": "没这个村"}, "村"),
        ({"village": ""}, "村"),
        ({"times": []}, "什么时候方便"),
        ({"for_whom": "new"}, "名字"),
        ({"contact_phone": "138"}, "11"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    cast: Cast, client: Client, haircut: ItemVersion, wrong: dict[str, Any], says: str
) -> None:
    signed_in(client, cast.resident)
    answer = client.post("/order/new/T01/", form_of(cast, words="门口有棵槐树", **wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "门口有棵槐树" in page
    assert not Order.objects.exists()


def test_a_name_of_several_villages_is_chosen_with_one_tap(
    cast: Cast, client: Client, haircut: ItemVersion
) -> None:
    """Nobody has to type 甘亭镇 · 甘亭村: the villages of that name stand there to be tapped."""
    Area.objects.filter(pk=cast.far_village.pk).update(name=cast.village.name)
    line = f"{cast.other_town.name} · {cast.village.name}"
    signed_in(client, cast.resident)
    typed = form_of(cast, village=cast.village.name)
    page = client.post("/order/new/T01/", typed).content.decode()
    assert re.findall(r'name="village-which" value="([^"]+)"', page) == [
        f"{cast.town.name} · {cast.village.name}",
        line,
    ]
    chosen = typed | {"village-typed": cast.village.name, "village-which": line}
    assert client.post("/order/new/T01/", chosen).status_code == 302
    assert Order.objects.get().area_id == cast.far_village.pk


def test_what_is_typed_anew_counts_more_than_what_was_tapped(
    cast: Cast, client: Client, haircut: ItemVersion
) -> None:
    signed_in(client, cast.resident)
    typed = form_of(
        cast, village=f"{cast.town.name}{cast.village.name}"
    )  # as one says it, without a sign between
    stale = {"village-typed": "甘亭", "village-which": f"{cast.other_town.name} · {cast.far_village.name}"}
    assert client.post("/order/new/T01/", typed | stale).status_code == 302
    assert Order.objects.get().area_id == cast.village.pk


def test_a_wrong_number_is_said_together_with_all_the_rest(client: Client, haircut: ItemVersion) -> None:
    typed = {
        "key": str(uuid.uuid4()),
        "for_whom": "me",
        "village": "",
        "name": "王秀英",
        "phone": "1390000123",
    }
    page = client.post("/order/new/T01/", typed).content.decode()
    assert "现在是 10 位" in page
    assert "选一下是哪个村" in page


def test_after_the_code_it_is_said_that_one_tap_is_still_needed(
    cast: Cast, client: Client, haircut: ItemVersion
) -> None:
    """Whoever came back from the code with everything filled in might think that it is ordered already."""
    said = "按下面的按钮就约好了"
    first = client.post("/order/new/T01/", form_of(cast, name="王秀英", phone="13900001234")).content.decode()
    assert "只差一步" in first
    client.force_login(Account.objects.create(phone="13900001234", phone_verified=True))
    page = client.get("/order/new/T01/").content.decode()
    assert said in page
    assert 'value="王秀英"' in page
    assert 'name="phone"' not in page
    done = client.post("/order/new/T01/", form_of(cast, name="王秀英"))
    assert done.status_code == 302
    assert said not in client.get("/order/new/T01/").content.decode()


def test_a_duplicate_is_shown_first_and_ordered_all_the_same(
    cast: Cast, client: Client, place: Place
) -> None:
    earlier = place()
    signed_in(client, cast.resident)
    typed = form_of(cast)
    answer = client.post("/order/new/T01/", typed)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"/o/{earlier.number}/" in page
    assert 'name="sure"' in page
    assert client.post("/order/new/T01/", {**typed, "sure": "on"}).status_code == 302
    assert Order.objects.count() == 2


def test_twice_pressed_is_one_order(cast: Cast, client: Client, haircut: ItemVersion) -> None:
    signed_in(client, cast.resident)
    typed = form_of(cast)
    first = client.post("/order/new/T01/", typed)
    second = client.post("/order/new/T01/", typed)
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.count() == 1


def test_a_stranger_to_us_types_first_and_signs_in_last(
    cast: Cast, client: Client, haircut: ItemVersion
) -> None:
    assert client.get("/order/new/T01/").status_code == 200
    typed = form_of(cast, name="新来的", phone="139 1234 5678", words="慢点走，有狗")
    answer = client.post("/order/new/T01/", typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "139****5678" in page
    assert not Order.objects.exists()
    assert not Person.objects.filter(name="新来的").exists()
    account = Account.objects.create_user(phone="13912345678", phone_hash="x", phone_verified=True)
    before = dict(client.session)
    client.force_login(account, backend="laojia.conf.remembering.Accounts")
    kept = client.session
    kept.update({"typed_order": before["typed_order"]})
    kept.save()
    back = client.get("/order/new/T01/").content.decode()
    assert "慢点走，有狗" in back
    assert client.post("/order/new/T01/", typed).status_code == 302
    order = Order.objects.get()
    assert order.asker is not None
    assert (order.asker.name, order.person_id) == ("新来的", order.asker_id)
    assert "typed_order" not in client.session


def test_a_short_phone_is_counted(cast: Cast, client: Client, haircut: ItemVersion) -> None:
    answer = client.post("/order/new/T01/", form_of(cast, name="新来的", phone="1391234567"))
    assert answer.status_code == 422
    assert "10" in answer.content.decode()


def test_a_seat_by_page(cast: Cast, client: Client, seats: Occasion) -> None:
    signed_in(client, cast.resident)
    assert client.get(f"/order/seat/{seats.pk}/").status_code == 200
    done = client.post(
        f"/order/seat/{seats.pk}/", {"key": str(uuid.uuid4()), "for_whom": "me", "head_count": "1"}
    )
    assert done.status_code == 302
    order = Order.objects.get()
    assert order.state == "arranged"
    page = client.get(f"/order/done/{order.number}/").content.decode()
    assert "村委会" in page


def test_a_full_occasion_says_so_before_one_signs_up_and_how_many_come_first(
    cast: Cast, client: Client, seats: Occasion
) -> None:
    actions.place(
        actor=cast.as_(cast.neighbour), now=NOW, key=uuid.uuid4(), item_version=seats.item_version,
        area=cast.village, occasion=seats, seats=seats.places - seats.held_back,
    )  # fmt: skip
    signed_in(client, cast.resident)
    form = client.get(f"/order/seat/{seats.pk}/").content.decode()
    assert "名额满了" in form
    assert "排候补" in form
    assert "我要报名" not in form
    client.post(f"/order/seat/{seats.pk}/", {"key": str(uuid.uuid4()), "for_whom": "me", "head_count": "1"})
    order = Order.objects.get(asker=cast.resident)
    assert order.state == "waitlisted"
    assert "候补第 1 位" in client.get(f"/order/done/{order.number}/").content.decode()
    page = client.get(f"/o/{order.number}/").content.decode()
    assert "候补第 1 位" in page
    assert f"/o/{order.number}/cancel/" in page
    assert f"/o/{order.number}/nudge/" not in page
    assert f"/o/{order.number}/change/" not in page


def test_a_hall_called_after_its_village_is_said_once(cast: Cast, place: Place) -> None:
    assert place_line(place(place=f"{cast.village.name}戏台")).count(cast.village.name) == 1


def test_in_own_words_by_page(cast: Cast, client: Client) -> None:
    signed_in(client, cast.resident)
    assert client.get("/order/describe/").status_code == 200
    typed = form_of(cast, words="枣树歪了")
    assert client.post("/order/describe/", typed).status_code == 302
    assert Order.objects.get().words == "枣树歪了"


def test_a_village_orders_a_film(cast: Cast, client: Client) -> None:
    from laojia.foundation.people.models import Unit

    make_item("T05", name="放电影", mode="whole_village", asked_by=["village"])
    unit = Unit.objects.get(kind="village")
    signed_in(client, cast.grid_worker)
    page = client.get("/order/new/T05/").content.decode()
    assert unit.name in page
    sent = form_of(cast, for_whom=f"u{unit.pk}", head_count="80")
    assert client.post("/order/new/T05/", sent).status_code == 302
    order = Order.objects.get()
    assert (order.unit_id, order.head_count) == (unit.pk, 80)


def test_own_questions_by_page(cast: Cast, client: Client) -> None:
    asks = [
        {"key": "walk", "text": "能走路吗？", "kind": "yes_no", "required": False, "help": "", "choices": []}
    ]
    make_item("T06", questions=asks)
    signed_in(client, cast.resident)
    assert "能走路吗？" in client.get("/order/new/T06/").content.decode()
    client.post("/order/new/T06/", form_of(cast, answer_walk="no"))
    assert Order.objects.get().answers == {"walk": False}


# --- one order ----------------------------------------------------------------------------------------------------------


def test_the_order_page_says_who_has_it_and_by_when(
    cast: Cast, client: Client, place: Place, django_assert_max_num_queries: Any
) -> None:
    order = place()
    signed_in(client, cast.resident)
    client.get(f"/o/{order.number}/")
    with django_assert_max_num_queries(12):
        page = client.get(f"/o/{order.number}/").content.decode()
    assert "服务中心正在给您找队伍" in page
    assert "后天 18:00" in page
    assert "一巷3号" in page
    assert f"/o/{order.number}/nudge/" in page
    assert f"/o/{order.number}/cancel/" in page


@pytest.mark.parametrize(
    "who", ["stranger", "neighbour", "leader", "other_station_staff", "system_admin", "county_leader"]
)
def test_others_do_not_find_it(cast: Cast, client: Client, place: Place, who: str) -> None:
    order = place()
    signed_in(client, getattr(cast, who))
    assert client.get(f"/o/{order.number}/").status_code == 404


def test_colleagues_see_masked(cast: Cast, client: Client, place: Place) -> None:
    order = place()
    signed_in(client, cast.dispatcher)
    page = client.get(f"/o/{order.number}/").content.decode()
    assert "王*" in page
    assert "王秀英" not in page
    assert "一巷3号" not in page
    assert "/nudge/" not in page


def test_the_number_alone_opens_nothing(cast: Cast, client: Client, place: Place) -> None:
    order = place()
    assert client.get(f"/o/{order.number}/").headers["Location"] == f"/o/?number={order.number}"
    assert order.number in client.get(f"/o/?number={order.number}").content.decode()
    wrong = client.post("/o/", {"number": order.number, "phone_end": "9999"})
    assert wrong.status_code == 404
    right = client.post(
        "/o/", {"number": order.number.lower().replace("-", " "), "phone_end": cast.resident.phone[-4:]}
    )
    assert right.headers["Location"] == f"/o/{order.number}/"
    page = client.get(f"/o/{order.number}/").content.decode()
    assert "服务中心" in page
    assert "一巷3号" not in page
    assert "/cancel/" not in page
    assert client.post(f"/o/{order.number}/nudge/").status_code == 302
    order.refresh_from_db()
    assert order.nudges == 1
    assert client.get(f"/o/{order.number}/cancel/").status_code in (403, 404)


def test_guessing_the_four_digits_ends_soon(cast: Cast, client: Client, place: Place) -> None:
    order = place()
    answers = [
        client.post("/o/", {"number": order.number, "phone_end": f"00{n:02d}"}).status_code
        for n in range(50, 57)
    ]
    assert answers[:5] == [404] * 5
    assert answers[5] == 429


def test_the_link_opens_one_order(cast: Cast, client: Client, place: Place) -> None:
    order = place()
    other = place(actor=cast.as_(cast.neighbour))
    link = make_link("order", order.pk, "order", to=cast.resident.pk)
    page = client.get(f"/l/{link}/").content.decode()
    assert "一巷3号" in page
    assert f"/l/{link}/cancel/" in page
    assert client.post(f"/l/{link}/cancel/", {"reason": "not_needed"}).headers["Location"] == f"/l/{link}/"
    order.refresh_from_db()
    assert (order.state, order.cancelled_by) == ("cancelled", "resident")
    forged = link[:-1] + ("y" if link.endswith("x") else "x")
    assert client.get(f"/l/{forged}/").status_code == 404
    stranger = make_link("order", other.pk, "order", to=cast.stranger.pk)
    assert client.get(f"/l/{stranger}/").status_code == 404


def test_nudge_change_and_rest_by_page(cast: Cast, client: Client, place: Place) -> None:
    order = place()
    signed_in(client, cast.resident)
    for _turn in range(2):
        assert client.post(f"/o/{order.number}/nudge/").status_code == 302
    order.refresh_from_db()
    assert order.nudges == 1
    assert client.get(f"/o/{order.number}/change/").status_code == 200
    changed = {
        "village": cast.village.name,
        "place": "二巷8号",
        "times": ["2026-11-27/afternoon"],
        "words": "",
    }
    assert client.post(f"/o/{order.number}/change/", changed).status_code == 302
    order.refresh_from_db()
    assert (order.place, order.times) == ("二巷8号", [{"date": "2026-11-27", "half": "afternoon"}])
    assert client.get(f"/o/{order.number}/later/").status_code == 200
    assert client.post(f"/o/{order.number}/later/", {"until": "2026-11-01"}).status_code == 422
    assert client.post(f"/o/{order.number}/later/", {"until": "2026-12-01"}).status_code == 302
    page = client.get(f"/o/{order.number}/").content.decode()
    assert "/resume/" in page
    assert client.post(f"/o/{order.number}/resume/").status_code == 302
    order.refresh_from_db()
    assert order.state == "waiting"
    assert client.get(f"/o/{order.number}/sheet/").status_code == 200


def test_answering_by_page(cast: Cast, client: Client, place: Place, repair: ItemVersion) -> None:
    order = place(item_version=repair)
    actions.ask_back(
        order=order, reason="what_exactly", question="哪间屋的灯？", actor=cast.as_(cast.dispatcher), now=NOW
    )
    signed_in(client, cast.resident)
    assert "哪间屋的灯？" in client.get(f"/o/{order.number}/").content.decode()
    assert client.post(f"/o/{order.number}/answer/", {"words": "东屋"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.words) == ("received", "东屋")


# --- ordering for somebody ------------------------------------------------------------------------------------------------


def test_three_steps_for_a_neighbour(cast: Cast, client: Client, haircut: ItemVersion) -> None:
    signed_in(client, cast.grid_worker)
    found = client.get("/help/", {"q": "王秀"}).content.decode()
    assert f"/help/{cast.resident.pk}/" in found
    assert "王秀英" not in found
    chosen = client.get(f"/help/{cast.resident.pk}/").content.decode()
    assert f"/help/{cast.resident.pk}/T01/" in chosen
    page = f"/help/{cast.resident.pk}/T01/"
    assert client.get(page).status_code == 200
    typed = form_of(cast, channel="counter", words="大娘说头发长了")
    assert client.post(page, typed).status_code == 422  # nobody said that she agreed
    done = client.post(page, {**typed, "consent_spoken": "on"})
    order = Order.objects.get()
    assert done.headers["Location"] == f"/help/card/{order.number}/"
    assert (order.entered_by_id, order.person_id, order.channel) == (
        cast.grid_worker.pk,
        cast.resident.pk,
        "counter",
    )
    card = client.get(f"/help/card/{order.number}/").content.decode()
    assert order.number in card
    assert "王秀英" not in card
    assert "手机号后四位" in card
    Person.objects.filter(pk=cast.resident.pk).update(phone="", phone_hash="", phone_end_hash="")
    Order.objects.update(contact_phone="", contact_hash="", contact_end_hash="")
    assert "手机号后四位" not in client.get(f"/help/card/{order.number}/").content.decode()
    assert order.number in client.get("/help/").content.decode()
    assert client.get(f"/o/{order.number}/").status_code == 200


def test_a_new_person_is_entered_on_the_way(cast: Cast, client: Client) -> None:
    signed_in(client, cast.grid_worker)
    key = str(uuid.uuid4())
    entered = {
        "key": key,
        "name": "刘大爷",
        "phone": "",
        "area": cast.village.name,
        "address": "三巷",
        "reads_messages": "",
    }
    done = client.post("/help/", entered)
    person = Person.objects.get(name="刘大爷")
    assert done.headers["Location"] == f"/help/{person.pk}/"
    assert client.post("/help/", entered).headers["Location"] == f"/help/{person.pk}/"


@pytest.mark.parametrize("where", ["", "曲亭村"])
def test_a_new_person_without_a_village_of_mine_is_asked_for_it(
    cast: Cast, client: Client, where: str
) -> None:
    """Once what was typed was lost: nothing found here."""
    signed_in(client, cast.grid_worker)
    typed = {"key": str(uuid.uuid4()), "name": "李新来", "area": where}
    page = client.post("/help/", typed)
    assert page.status_code == 422
    assert "李新来" in page.content.decode()
    assert ("不归你这一片" if where else "住哪个村") in page.content.decode()


@pytest.mark.parametrize("who", ["resident", "leader", "volunteer", "menu_editor"])
def test_help_is_for_those_who_may(cast: Cast, client: Client, who: str) -> None:
    signed_in(client, getattr(cast, who))
    assert client.get("/help/").status_code == 403


def test_nobody_outside_the_area_is_found(cast: Cast, client: Client) -> None:
    signed_in(client, cast.grid_worker)
    assert client.get(f"/help/{cast.stranger.pk}/").status_code == 404


def test_a_caller_gets_a_place_kept_for_callers(cast: Cast, client: Client, seats: Occasion) -> None:
    Occasion.objects.filter(pk=seats.pk).update(taken=3)
    signed_in(client, cast.station_staff)
    assert (
        f"/help/{cast.resident.pk}/on/{seats.pk}/"
        in client.get(f"/help/{cast.resident.pk}/").content.decode()
    )
    typed = {"key": str(uuid.uuid4()), "channel": "phone", "consent_spoken": "on", "head_count": "1"}
    assert client.post(f"/help/{cast.resident.pk}/on/{seats.pk}/", typed).status_code == 302
    assert Order.objects.get().state == "arranged"


def test_mine_is_empty_for_nobody(cast: Cast, client: Client) -> None:
    assert client.get("/mine/").status_code == 302
    signed_in(client, cast.stranger)
    assert client.get("/mine/").status_code == 200


def test_a_sealed_case_stands_in_no_list(cast: Cast, client: Client, place: Place, talk: ItemVersion) -> None:
    order = place(actor=cast.as_(cast.child), person=cast.child, item_version=talk)
    for who, page in (("child", "/mine/"), ("daughter", "/mine/"), ("grid_worker", "/help/")):
        shown = signed_in(Client(), getattr(cast, who)).get(page)
        assert shown.status_code == 200
        assert order.number not in shown.content.decode()
    for who in ("daughter", "dispatcher", "station_staff", "grid_worker", "county_leader", "leader"):
        assert signed_in(Client(), getattr(cast, who)).get(f"/o/{order.number}/").status_code == 404
    assert signed_in(Client(), cast.keeper).get(f"/o/{order.number}/").status_code == 200
    own = signed_in(Client(), cast.child)
    assert own.get(f"/o/{order.number}/").status_code == 200
    assert behalf(cast, cast.grid_worker, cast.child).on_behalf_of is not None


def test_the_keeper_has_a_desk_of_his_own(
    cast: Cast, client: Client, place: Place, talk: ItemVersion
) -> None:
    order = place(
        actor=cast.as_(cast.child), person=cast.child, item_version=talk, contact_phone="13911112222"
    )
    for who in ("dispatcher", "resident"):
        assert signed_in(Client(), getattr(cast, who)).get("/kept/").status_code == 403
        assert signed_in(Client(), getattr(cast, who)).get(f"/kept/{order.number}/").status_code == 404
    signed_in(client, cast.keeper)
    listed = client.get("/kept/").content.decode()
    assert order.number in listed
    assert "孙小宝" not in listed
    page = f"/kept/{order.number}/"
    assert "13911112222" not in client.get(page).content.decode()
    shown = client.post(page, {"do": "reveal", "reveal-reason": "call_the_person"}).content.decode()
    assert "13911112222" in shown
    late = client.post(
        page, {"do": "keep", "keep-day": "2026-11-24", "keep-at": "15:00", "keep-place": "辅导中心"}
    )
    assert late.status_code == 422
    fixed = {"do": "keep", "keep-day": "2026-11-27", "keep-at": "15:00", "keep-place": "辅导中心"}
    assert client.post(page, fixed).status_code == 302
    assert client.post(page, {"do": "end", "end-outcome": "cannot"}).status_code == 422
    assert client.post(page, {"do": "end", "end-outcome": "done"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.outcome) == ("served", "done")


def test_regular_help_is_begun_from_the_order(cast: Cast, client: Client, place: Place) -> None:
    visits = make_item("T31", name="常来看看", mode="standing", trusted=False)
    order = place(item_version=visits, times=[])
    signed_in(client, cast.dispatcher)
    assert f"/o/{order.number}/rhythm/" in client.get(f"/o/{order.number}/").content.decode()
    page = f"/o/{order.number}/rhythm/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"weekdays": []}).status_code == 422
    typed = {
        "weekdays": ["1"],
        "starts": "09:30",
        "minutes": "60",
        "every_weeks": "2",
        "holidays": "skip",
        "valid_from": "2026-12-01",
    }
    assert client.post(page, typed).status_code == 302
    order.refresh_from_db()
    assert (order.standing.weekdays, order.standing.every_weeks) == ([1], 2)
    signed_in(client, cast.resident)
    assert client.get(page).status_code in (403, 404)


def test_a_served_order_asks_how_it_was(cast: Cast, client: Client, place: Place) -> None:
    from laojia.policy.facts import CLOCK
    from tests.apps.order.test_verbs import visit

    order = place()
    actions.arrange(order=order, occasion=visit(cast, order, state="confirmed"), actor=CLOCK, now=NOW)
    actions.serve(order=order, outcome="done", actor=CLOCK, now=NOW)
    signed_in(client, cast.resident)
    page = client.get(f"/o/{order.number}/").content.decode()
    link = re.search(r'href="(/review/[^"]+)"', page)
    assert link is not None
    assert client.get(link[1]).status_code == 200
    assert "/order/new/T01/" in page
    with time_machine.travel(order.review_until, tick=False):
        client.logout()
        signed_in(client, cast.resident)
        assert "/review/" in client.get(f"/o/{order.number}/").content.decode()


def test_a_home_visit_needs_a_door(cast: Cast, client: Client, haircut: ItemVersion) -> None:
    signed_in(client, cast.resident)
    answer = client.post("/order/new/T01/", form_of(cast, place=""))
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_what_goes_on_for_days_is_told_once(cast: Cast, place: Place) -> None:
    order = place()
    for day in (1, 2, 3):
        Hop.objects.create(order=order, holder="centre", why="visits_missed", at=NOW + timedelta(days=day))
    said = [
        step for step in timeline(order, NOW + timedelta(days=4)) if "连着两次没见上" in str(step["text"])
    ]
    assert [step["when"] for step in said] == [NOW + timedelta(days=1)]
