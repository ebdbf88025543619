"""The pages of doubles, claims and finding: the right roles, masked, every button, twice, with the keyboard's plain forms."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from laojia.foundation.people import actions
from laojia.foundation.people.jobs import compare
from laojia.foundation.people.models import Account, Claim, Likeness, Merging, Person
from laojia.kernel.codes import public_number
from laojia.policy.facts import CLOCK
from tests.acting import BACKEND, account_of, signed_in
from tests.cast import NOW, PEOPLE, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everybody(cast):
    for name in PEOPLE:
        getattr(cast, name)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def double(cast):
    other = person("王秀英", cast.resident.phone, cast.second_village, birth_year=1950)
    compare(NOW, 1000)
    return other


@pytest.fixture
def staff(cast):
    return signed_in(Client(), cast.station_staff)


@pytest.fixture
def desk(cast):
    return signed_in(Client(), cast.dispatcher)


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def test_the_whole_way_from_the_list_to_the_undoing(cast, double, staff, desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        page = text(staff.get("/people/alike/"))
    assert "电话一样" in page
    assert "王*" in page
    assert "王秀英" not in page
    where = f"/people/alike/{cast.resident.pk}/{double.pk}/"
    assert where in page
    page = text(staff.get(where))
    assert "王秀英" not in page
    assert "差不多" in page or "一样" in page
    done = staff.post(f"{where}propose/", {"kept": cast.resident.pk, "reasons": ["phone"]})
    merging = Merging.objects.get()
    assert done.headers["Location"] == f"/people/joined/{merging.pk}/"
    assert (merging.gone_id, merging.kept_id, merging.reasons) == (double.pk, cast.resident.pk, ["phone"])
    page = text(staff.get(done.headers["Location"]))
    assert "另一位同事" in page
    assert "confirm/" not in page
    assert "你自己提的" in text(staff.post(f"/people/joined/{merging.pk}/confirm/"), 409)
    assert "等第二个人确认" in text(desk.get("/people/alike/"))
    assert "confirm/" in text(desk.get(f"/people/joined/{merging.pk}/"))
    confirmed = desk.post(f"/people/joined/{merging.pk}/confirm/", follow=True)
    assert "30 天内可以在这里分开" in text(confirmed)
    assert f"/people/joined/{merging.pk}/undo/" in text(confirmed), "here it can be undone"
    assert desk.post(f"/people/joined/{merging.pk}/confirm/").status_code == 409
    old = desk.get(f"/people/{double.pk}/")
    assert old.headers["Location"] == f"/people/{cast.resident.pk}/"
    assert "最近合并的" in text(desk.get("/people/alike/"))
    assert "可以分开" in text(desk.get(f"/people/joined/{merging.pk}/"))
    assert desk.post(f"/people/joined/{merging.pk}/undo/").status_code == 302
    assert Person.objects.get(pk=double.pk).merged_into_id is None
    assert desk.post(f"/people/joined/{merging.pk}/undo/").status_code == 409
    assert "又分开了" in text(desk.get(f"/people/joined/{merging.pk}/"))


def test_two_people_and_by_hand(cast, double, staff, desk):
    where = f"/people/alike/{cast.resident.pk}/{double.pk}/"
    assert staff.post(f"{where}apart/").status_code == 302
    assert Likeness.objects.get().apart_at == NOW
    assert "没有看着像同一个人的" in text(staff.get("/people/alike/"))
    found = text(staff.get(f"/people/{cast.neighbour.pk}/same/", {"q": "秀英"}))
    assert f"/people/alike/{cast.neighbour.pk}/{double.pk}/" in found
    assert (
        staff.post(f"/people/alike/{cast.neighbour.pk}/{double.pk}/propose/", {"kept": "9"}).status_code
        == 422
    )
    refused = staff.post(
        f"/people/alike/{cast.child.pk}/{cast.daughter.pk}/propose/", {"kept": cast.daughter.pk}
    )
    assert "监护人" in text(refused, 409)


@pytest.mark.parametrize(
    "who", ["resident", "leader", "volunteer", "grid_worker", "county_leader", "security_admin"]
)
def test_not_for_everybody(cast, double, who):
    browser = signed_in(Client(), getattr(cast, who))
    merging = actions.propose_merge(
        actor=cast.as_(cast.station_staff), now=NOW, gone_id=double.pk, kept_id=cast.resident.pk
    )
    for path in (
        "/people/alike/", f"/people/alike/{cast.resident.pk}/{double.pk}/", f"/people/joined/{merging.pk}/",
        f"/people/{cast.resident.pk}/same/", f"/people/{cast.resident.pk}/unclaim/",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404, path
    for path in (f"/people/joined/{merging.pk}/confirm/", f"/people/{cast.resident.pk}/untie/"):
        assert browser.post(path).status_code in {403, 404}, path


def test_before_adding_the_like_are_shown_and_one_may_go_on(cast, staff):
    entry = {
        "name": "王秀英",
        "phone": cast.resident.phone,
        "area": cast.village.name,
        "reads_messages": "on",
    }
    page = text(staff.post("/people/add/", entry))
    assert "是不是这几位" in page
    assert f"/people/{cast.resident.pk}/" in page
    assert Person.objects.filter(name="王秀英").count() == 1
    assert staff.post("/people/add/", entry | {"new": "yes"}).status_code == 302
    assert Person.objects.filter(name="王秀英").count() == 2


# --- claims ---------------------------------------------------------------------------------------------------------------


def account(phone):
    mine = actions.account_for_phone(phone=phone, actor=CLOCK, now=NOW)
    Account.objects.filter(pk=mine.pk).update(phone_verified=True)
    return mine


def test_the_station_sets_up_a_phone_and_undoes_it(cast, staff):
    where = f"/people/{cast.neighbour.pk}/"
    assert "没有手机" in text(staff.get(f"{where}unclaim/"))
    assert text(staff.post(f"{where}claim/", {"phone": "139"}), 422)
    assert staff.post(f"{where}claim/", {"phone": "13977770000"}).status_code == 302
    claim = Claim.objects.get(person=cast.neighbour)
    assert (claim.proof, claim.account.person_id) == ("station", cast.neighbour.pk)
    page = text(staff.get(f"{where}unclaim/"))
    assert "在站上登记的" in page
    assert "139****0000" in page
    assert "13977770000" not in page
    assert "已经有手机" in text(staff.post(f"{where}claim/", {"phone": "13977770001"}), 422)
    assert staff.post(f"{where}unclaim/").status_code == 302
    assert Account.objects.get(pk=claim.account_id).person_id is None
    assert text(staff.post(f"{where}unclaim/"), 409)


def test_what_was_done_under_a_wrong_claim_is_shown(cast, staff):
    actions.consent(
        actor=cast.as_(cast.neighbour),
        now=NOW,
        person_id=cast.neighbour.pk,
        purpose="order_for_me",
        given=True,
    )
    Claim.objects.create(account=account_of(cast.neighbour), person=cast.neighbour, proof="name", at=NOW)
    page = text(staff.get(f"/people/{cast.neighbour.pk}/unclaim/"))
    assert "凭姓名认领" in page
    assert "登录后办过的" in page
    assert page.count("<li>") >= 1


def test_a_number_given_out_anew_opens_nothing_any_more(cast, staff):
    mine = account_of(cast.neighbour)
    mine.set_unusable_password()
    mine.save()
    Claim.objects.create(account=mine, person=cast.neighbour, proof="name", at=NOW)
    phone = Client()
    phone.force_login(mine, backend=BACKEND)
    assert text(phone.get("/me/"))
    assert staff.post(f"/people/{cast.neighbour.pk}/untie/").status_code == 302
    assert phone.get("/me/").status_code == 302  # signed out
    row = Person.objects.get(pk=cast.neighbour.pk)
    assert (row.phone, row.phone_hash, row.phone_end_hash) == ("", "", "")
    mine.refresh_from_db()
    assert mine.person_id is None
    assert not Claim.objects.filter(person=cast.neighbour, ended_at=None).exists()
    assert text(staff.post(f"/people/{cast.neighbour.pk}/untie/"), 409)


def test_one_number_one_line_so_many_guesses_and_no_word_about_who(cast):
    answers = set()
    for name, most in (("13977770000", 5), ("13977770001", 5)):
        mine = account(name)
        browser = Client()
        browser.force_login(mine, backend=BACKEND)
        for guess in ("王秀英", "李小梅", "没有这人", "钱远方", "孙小宝")[:most]:
            page = text(browser.post("/accounts/who/", {"name": guess}), 422)
            answers.add(page.split('name="name"')[0].split("<main")[1].count("alert"))
        assert browser.post("/accounts/who/", {"name": "王秀英"}).status_code == 429
    assert len(answers) == 1


def test_an_orders_number_is_a_fact_of_its_own(cast, monkeypatch):
    from laojia.foundation.people.queries import claims

    mine = account(cast.resident.phone)
    monkeypatch.setattr(claims, "_person_of", lambda _number: cast.neighbour.pk)
    browser = Client()
    browser.force_login(mine, backend=BACKEND)
    number = {"order_number": public_number("D", "141024", 2026, 123)}
    wrong = text(browser.post("/accounts/who/", number), 422)
    nonsense = text(browser.post("/accounts/who/", {"order_number": "D1"}), 422)
    assert ("没找到" in wrong) == ("没找到" in nonsense)
    monkeypatch.setattr(claims, "_person_of", lambda _number: cast.resident.pk)
    assert browser.post("/accounts/who/", number).status_code == 302
    assert Claim.objects.get(person=cast.resident).proof == "first_order"
