"""Signing in by code and by password: first code, resending, limits, the lock, the second factor, what is written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Message
from laojia.foundation.people import actions
from laojia.foundation.people.models import Account, Claim
from laojia.kernel import crypto
from laojia.policy.facts import CLOCK
from tests.acting import signed_in
from tests.cast import NOW

pytestmark = pytest.mark.django_db

PHONE = "13912340001"
PASSWORD = "Huaishu-2026"


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def colleague(cast):
    """The dispatcher with a name, a password of his own and a second factor."""
    account, _first = actions.open_account(
        actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.dispatcher.pk, username="jiang"
    )
    account.set_password(PASSWORD)
    account.password_is_initial = False
    account.save()
    return account


def ask(client: Client, phone: str = PHONE, **more: object):
    return client.post("/accounts/login/code/", {"phone": phone, **more})


def code_sent() -> str:
    return str(Message.objects.filter(template="account.code").latest("id").variables["code"])


def enter(client: Client, code: str):
    return client.post("/accounts/login/code/confirm/", {"code": code})


def try_password(client: Client, name: str, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": name, "password": password})


def digits(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


# --- by code --------------------------------------------------------------------------------------------------------


def test_the_first_code_opens_an_account_and_asks_who_one_is(cast, client):
    assert ask(client, "+86 139-1234-0001").status_code == 302
    code = code_sent()
    assert re.fullmatch(r"\d{6}", code)
    done = enter(client, code)
    assert (done.status_code, done["Location"]) == (302, "/accounts/who/")
    account = Account.objects.get(phone_hash=crypto.keyed_hash(PHONE))
    assert (account.phone, account.phone_verified, account.person) == (PHONE, True, None)
    assert not account.has_usable_password()
    assert client.get("/accounts/who/").status_code == 200
    assert client.session.get_expiry_age() == 30 * 24 * 3600


def test_the_second_time_it_is_the_same_account(cast, client, moment):
    ask(client)
    enter(client, code_sent())
    moment.shift(timedelta(hours=1))
    other = Client()
    ask(other)
    assert enter(other, code_sent()).status_code == 302
    assert Account.objects.count() == 1


def test_a_known_number_and_an_unknown_one_get_the_same_answer(cast, client):
    signed_in(Client(), cast.resident)
    answers = []
    for phone in (cast.resident.phone, "13700000000"):
        browser = Client()
        asked = ask(browser, phone)
        page = browser.get(asked["Location"]).content.decode()
        answers.append(
            (asked.status_code, asked["Location"], re.sub(r"\d{3}\*{4}\d{4}|value=\"[\w-]+\"", "", page))
        )
    assert answers[0] == answers[1]


def test_somebody_elses_phone_forgets_when_the_page_is_closed(cast, client):
    ask(client, shared="on")
    enter(client, code_sent())
    assert client.session.get_expire_at_browser_close()


def test_a_wrong_code_three_times_ends_the_try(cast, client):
    ask(client)
    good = code_sent()
    wrong = "000000" if good != "000000" else "111111"
    assert enter(client, wrong).status_code == 200
    assert enter(client, wrong).status_code == 200
    assert enter(client, wrong).status_code == 302
    enter(client, good)
    assert "_auth_user_id" not in client.session


def test_a_code_is_good_for_five_minutes(cast, client, moment):
    ask(client)
    moment.shift(timedelta(minutes=5, seconds=1))
    enter(client, code_sent())
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("typed", "said"), [("1381234", "7"), ("12345678901", "13"), ("电话", "数字")])
def test_a_mistyped_number_says_what_is_wrong(cast, client, typed, said):
    answer = ask(client, typed)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Account.objects.exists()


def test_one_code_a_minute_and_five_an_hour_for_a_number(cast, moment):
    assert ask(Client()).status_code == 302
    refused = ask(Client())
    assert refused.status_code == 429
    assert "10:01" in refused.content.decode()
    for _again in range(4):
        moment.shift(timedelta(minutes=2))
        assert ask(Client()).status_code == 302
    moment.shift(timedelta(minutes=2))
    refused = ask(Client())
    assert refused.status_code == 429
    assert "11:0" in refused.content.decode()
    assert Message.objects.filter(template="account.code").count() == 5
    assert ask(Client(), "13700000000").status_code == 302


def test_a_resent_code_counts_too(cast, client, moment):
    ask(client)
    assert client.post("/accounts/login/code/confirm/", {"action": "resend"}).status_code == 429
    moment.shift(timedelta(minutes=2))
    first = code_sent()
    assert client.post("/accounts/login/code/confirm/", {"action": "resend"}).status_code == 302
    assert Message.objects.filter(template="account.code").count() == 2
    if first != code_sent():
        assert enter(client, first).status_code == 200
    enter(client, code_sent())
    assert "_auth_user_id" in client.session


def test_one_address_cannot_try_the_whole_county(cast, moment):
    for number in range(60):
        assert ask(Client(), f"1370000{number:04d}").status_code == 302
    assert ask(Client(), "13700009999").status_code == 429


def test_neither_code_nor_number_is_written_down(cast, client, caplog):
    with caplog.at_level("DEBUG"):
        ask(client)
        code = code_sent()
        enter(client, code)
    row = JournalRow.objects.get(verb="account.sign_in")
    everything = " ".join(str(vars(r)) for r in JournalRow.objects.all()) + caplog.text
    assert row.kind == "account"
    assert PHONE not in everything
    assert not re.search(rf"(?<!\d){code}(?!\d)", everything)
    assert PHONE not in str(dict(client.session))
    message = Message.objects.get(template="account.code")
    assert code not in message.key


def test_an_account_never_used_is_swept_away(cast, moment):
    ask(Client(), "13700000001")
    Account.objects.update(date_joined=NOW - timedelta(days=2))
    ask(Client(), "13700000002")
    assert [a.phone for a in Account.objects.all()] == ["13700000002"]


# --- who are you ------------------------------------------------------------------------------------------------------


def coded(person_phone: str) -> Client:
    client = Client()
    ask(client, person_phone)
    enter(client, code_sent())
    return client


def test_a_person_is_claimed_by_number_and_name(cast):
    client = coded(cast.resident.phone)
    done = client.post("/accounts/who/", {"name": " 王 秀英", "next": "/me/"})
    assert (done.status_code, done["Location"]) == (302, "/me/")
    claim = Claim.objects.get(person=cast.resident)
    assert (claim.proof, claim.account.person_id) == ("name", cast.resident.pk)
    assert JournalRow.objects.get(verb="person.claim").actor_id == cast.resident.pk
    assert Message.objects.filter(template="person.claimed", to_person_id=cast.resident.pk).exists()
    assert "王秀英" in client.get("/me/").content.decode()


def test_who_is_new_here_goes_on_and_is_not_asked_again(cast):
    """Once the button led back to the same question, for ever."""
    client = coded("13800139012")
    asked = client.get("/mine/")
    assert asked["Location"] == "/accounts/who/?next=/mine/"
    gone_on = client.post("/accounts/who/", {"new": "yes", "next": "/mine/"}, follow=True)
    assert gone_on.redirect_chain == [("/mine/", 302)]
    assert "您还没约过。" in gone_on.content.decode()
    assert "/accounts/who/?next=/mine/" in gone_on.content.decode()  # should it come to mind after all
    assert client.get("/me/")["Location"] == "/mine/"
    assert not Claim.objects.exists()


def test_a_person_is_claimed_by_number_and_village(cast):
    client = coded(cast.resident.phone)
    client.post("/accounts/who/", {"area": cast.village.name})
    assert Claim.objects.get(person=cast.resident).proof == "village"


def test_wrong_facts_tell_nothing_and_are_limited(cast):
    client = coded(cast.resident.phone)
    stranger = coded("13700000003")
    answers = {
        re.sub(r"value=\"[\w-]+\"", "", c.post("/accounts/who/", {"name": "赵大山"}).content.decode())
        for c in (client, stranger)
    }
    assert len(answers) == 1
    for _again in range(4):
        assert client.post("/accounts/who/", {"name": "赵大山"}).status_code == 422
    assert client.post("/accounts/who/", {"name": "王秀英"}).status_code == 429
    assert not Claim.objects.exists()


def test_one_number_serves_a_family(cast):
    type(cast.daughter).objects.filter(pk=cast.daughter.pk).update(
        phone=cast.resident.phone, phone_hash=cast.resident.phone_hash
    )
    client = coded(cast.resident.phone)
    client.post("/accounts/who/", {"name": "王秀英"})
    client.post("/accounts/who/", {"name": "李小梅"})
    assert "李小梅" in client.get("/me/").content.decode()
    client.post("/accounts/who/choose/", {"person": cast.resident.pk, "next": "/me/"})
    assert 'value="王秀英"' in client.get("/me/").content.decode()
    client.post("/accounts/who/choose/", {"person": cast.stranger.pk})
    assert 'value="王秀英"' in client.get("/me/").content.decode()


def test_who_is_claimed_already_is_not_claimed_again(cast, moment):
    coded(cast.resident.phone).post("/accounts/who/", {"name": "王秀英"})
    Account.objects.filter(person=cast.resident).update(phone_hash="moved", phone="")
    moment.shift(timedelta(minutes=2))
    again = coded(cast.resident.phone)
    assert again.post("/accounts/who/", {"name": "王秀英"}).status_code == 422


def test_a_wrong_claim_is_undone_at_the_station(cast):
    client = coded(cast.resident.phone)
    client.post("/accounts/who/", {"name": "王秀英"})
    desk = signed_in(Client(), cast.station_staff)
    assert "王秀英" not in desk.get(f"/people/{cast.resident.pk}/").content.decode()
    assert desk.post(f"/people/{cast.resident.pk}/unclaim/").status_code == 302
    assert client.get("/me/").status_code == 302
    assert signed_in(Client(), cast.neighbour).post(f"/people/{cast.resident.pk}/unclaim/").status_code in {
        403,
        404,
    }


# --- by password and second factor --------------------------------------------------------------------------------------


def test_a_colleague_sets_everything_up_on_the_first_day(cast, moment):
    account, first = actions.open_account(
        actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.dispatcher.pk, username="jiang"
    )
    client = Client()
    assert try_password(client, "jiang", first).status_code == 302
    assert client.get("/teams/")["Location"] == "/accounts/second-step/"
    assert "/accounts/password/change/" in client.get("/accounts/second-step/").content.decode()
    changed = client.post(
        "/accounts/password/change/", {"oldpassword": first, "password1": PASSWORD, "password2": PASSWORD}
    )
    assert changed.status_code == 302, changed.content.decode()
    assert "/accounts/2fa/totp/activate/" in client.get("/accounts/second-step/").content.decode()
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200, page["Location"]
    secret = page.context["form"].secret
    done = client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    assert (done.status_code, done["Location"]) == (302, "/accounts/2fa/recovery-codes/")
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200
    assert client.get("/teams/").status_code == 200
    kept = Authenticator.objects.get(user=account, type="totp").data["secret"]
    assert secret not in kept
    assert crypto.unseal(kept) == secret


@pytest.mark.parametrize("weak", ["short1A", "alllowercaseletters", "onlylower123"])
def test_a_password_has_eight_signs_of_three_classes(cast, colleague, weak):
    client = Client()
    try_password(client, "jiang")
    answer = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    )
    assert answer.status_code == 200
    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD)


def test_then_password_and_digits_open_the_desk(cast, colleague):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(colleague, secret)
    client = Client()
    step = try_password(client, "jiang")
    assert step["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": digits(secret)}).status_code == 302
    assert client.get("/teams/").status_code == 200


def test_a_second_factor_needed_by_the_post_is_not_taken_off(cast, colleague):
    TOTP.activate(colleague, "JBSWY3DPEHPK3PXP")
    client = signed_in(Client(), cast.dispatcher)
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=colleague, type="totp").exists()


def test_a_colleague_with_a_code_only_is_a_resident(cast, colleague):
    Account.objects.filter(pk=colleague.pk).update(
        phone=cast.dispatcher.phone, phone_hash=cast.dispatcher.phone_hash, phone_verified=True
    )
    client = coded(cast.dispatcher.phone)
    assert client.get("/teams/")["Location"] == "/accounts/second-step/"
    assert "密码" in client.get("/accounts/second-step/").content.decode()


def test_five_failures_lock_the_person_whatever_name_was_typed(cast, colleague, moment):
    Account.objects.filter(pk=colleague.pk).update(
        phone=cast.dispatcher.phone, phone_hash=cast.dispatcher.phone_hash, phone_verified=True
    )
    for name in ("jiang", "JIANG", "Jiang", cast.dispatcher.phone, f"+86{cast.dispatcher.phone}"):
        assert try_password(Client(), name, "wrong").status_code == 200
    locked = try_password(Client(), "jiang")
    assert locked.status_code == 429
    assert "10:30" in locked.content.decode()
    assert JournalRow.objects.get(verb="account.lock").subject_id == colleague.pk
    moment.shift(timedelta(minutes=31))
    assert try_password(Client(), "jiang").status_code == 302


def test_a_name_nobody_has_is_locked_alike(cast, colleague):
    pages = {}
    for name in ("jiang", "nobody"):
        for _again in range(5):
            answer = try_password(Client(), name, "wrong")
            assert answer.status_code == 200
        pages[name] = try_password(Client(), name, "wrong")
    assert pages["jiang"].status_code == pages["nobody"].status_code == 429
    plain = [re.sub(r"value=\"[\w-]+\"", "", page.content.decode()) for page in pages.values()]
    assert plain[0] == plain[1]


def test_signing_in_forgets_earlier_failures(cast, colleague):
    for _again in range(4):
        try_password(Client(), "jiang", "wrong")
    try_password(Client(), "jiang")
    for _again in range(4):
        try_password(Client(), "jiang", "wrong")
    assert try_password(Client(), "jiang").status_code == 302


def test_the_security_administrator_unlocks(cast, colleague):
    for _again in range(5):
        try_password(Client(), "jiang", "wrong")
    office = signed_in(Client(), cast.security_admin)
    assert "蒋*" in office.get("/posts/").content.decode()
    assert office.post(f"/posts/account/{colleague.pk}/unlock/").status_code == 302
    assert try_password(Client(), "jiang").status_code == 302
    assert JournalRow.objects.filter(verb="account.unlock", subject_id=colleague.pk).count() == 1
    assert (
        signed_in(Client(), cast.second_dispatcher).post(f"/posts/account/{colleague.pk}/unlock/").status_code
        == 404
    )


def test_a_renewed_sign_in_ends_the_old_ones(cast, colleague):
    TOTP.activate(colleague, "JBSWY3DPEHPK3PXP")
    client = signed_in(Client(), cast.dispatcher)
    assert client.get("/teams/").status_code == 200
    actions.open_account(
        actor=cast.as_(cast.security_admin), now=NOW, person_id=cast.dispatcher.pk, username="jiang"
    )
    assert client.get("/teams/").status_code in {302, 404}
    assert not Authenticator.objects.filter(user=colleague).exists()


def test_a_colleague_with_the_first_password_still_changes_nothing(cast, colleague):
    Account.objects.filter(pk=colleague.pk).update(password_is_initial=True)
    client = signed_in(Client(), cast.dispatcher)
    assert client.get("/teams/")["Location"] == "/accounts/second-step/"
    refused = client.get("/api/orders/")
    assert refused.status_code == 403
    assert refused.json()["code"] == "second_factor"


def test_a_system_clock_verb_is_nobodys_button(cast, colleague):
    for verb in ("account.sign_in", "account.lock"):
        from laojia.policy.permissions import PERMISSIONS

        assert {role.value for role in PERMISSIONS[verb]} == {"system"}
    assert CLOCK.person_id is None


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "password/reset/", "signup/"])
def test_what_is_for_mail_addresses_is_switched_off(cast, client, path):
    assert client.get(f"/accounts/{path}").status_code == 404
