"""person.add, correct, consent, reveal, claim by the station; export and erase over every table that says PERSONAL."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import InboxEntry, Message
from laojia.foundation.people import actions
from laojia.foundation.people.actions.data import BLANK, KEPT_BY_LAW
from laojia.foundation.people.models import Account, Claim, Consent, Person, Post
from laojia.kernel import crypto
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope, TooMany, WrongState
from laojia.policy.facts import NOBODY
from laojia.policy.roles import Channel, Role
from tests.acting import account_of, signed_in
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def add(cast, who, **facts):
    given = {"name": "梁小花", "phone": "13912345678", "area": cast.village} | facts
    return actions.add_person(actor=cast.as_(who), now=NOW, **given)


# --- add ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["station_staff", "dispatcher", "grid_worker"])
def test_colleagues_add_people_of_their_area(cast, who):
    person = add(cast, getattr(cast, who))
    assert person.phone_hash == crypto.keyed_hash("13912345678")
    assert person.area_path == cast.village.path
    row = JournalRow.objects.get(verb="person.add", subject_id=person.pk)
    assert row.actor_id == getattr(cast, who).pk
    assert "phone" in row.fields
    assert "梁" not in str(vars(row))


@pytest.mark.parametrize(
    "who",
    [
        "resident",
        "volunteer",
        "leader",
        "other_station_staff",
        "county_leader",
        "security_admin",
        "audit_admin",
    ],
)
def test_others_add_nobody(cast, who):
    before = Person.objects.count()
    with pytest.raises((NotPermitted, OutOfScope)):
        add(cast, getattr(cast, who))
    assert Person.objects.count() == before
    assert not JournalRow.objects.filter(verb="person.add").exists()


def test_the_same_key_adds_once(cast):
    key = uuid.uuid4()
    assert add(cast, cast.station_staff, key=key).pk == add(cast, cast.station_staff, key=key).pk
    assert JournalRow.objects.filter(verb="person.add").count() == 1


def test_who_signed_in_for_the_first_time_adds_himself(cast):
    account = Account.objects.create_user(
        phone="13912345678", phone_hash=crypto.keyed_hash("13912345678"), phone_verified=True
    )
    person = actions.add_person(
        actor=NOBODY, now=NOW, name="梁小花", phone="13912345678", area=cast.village, account=account
    )
    account.refresh_from_db()
    assert account.person == person
    assert Claim.objects.get(person=person).proof == "first_order"
    assert {(r.verb, r.actor_id) for r in JournalRow.objects.filter(actor_id=person.pk)} == {
        ("person.add", person.pk),
        ("person.claim", person.pk),
    }


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": "  "}, "name"),
        ({"phone": "1391234"}, "phone"),
        ({"birth_year": 1800}, "birth_year"),
        ({"birth_year": 2030}, "birth_year"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(cast, facts, field):
    with pytest.raises(BadInput) as refused:
        add(cast, cast.station_staff, **facts)
    assert field in refused.value.fields


def test_a_guardian_is_for_minors_and_grown_up(cast):
    assert add(cast, cast.station_staff, birth_year=2016, guardian=cast.daughter).guardian == cast.daughter
    for facts in (
        {"birth_year": 1990, "guardian": cast.daughter},
        {"birth_year": 2016, "guardian": cast.child},
    ):
        with pytest.raises(BadInput):
            add(cast, cast.station_staff, **facts)


def test_a_minor_without_a_guardian_is_no_mistake(cast):
    assert add(cast, cast.station_staff, birth_year=2016).guardian is None


# --- correct, consent ----------------------------------------------------------------------------------------------------


def test_the_person_corrects_himself(cast):
    me = cast.resident
    actions.correct_person(
        actor=cast.as_(me),
        now=NOW,
        person_id=me.pk,
        changes={"phone": "+86 139 1234 5678", "address": "二巷1号"},
    )
    me.refresh_from_db()
    assert (me.phone, me.address) == ("13912345678", "二巷1号")
    assert me.phone_hash == crypto.keyed_hash("13912345678")
    assert me.phone_end_hash == crypto.keyed_hash("5678")
    row = JournalRow.objects.get(verb="person.correct")
    assert row.fields == ["address", "phone"]


def test_the_guardian_corrects_the_child(cast):
    actions.correct_person(
        actor=cast.as_(cast.daughter), now=NOW, person_id=cast.child.pk, changes={"address": "二巷1号"}
    )


def test_nothing_changed_is_nothing_written(cast):
    actions.correct_person(
        actor=cast.as_(cast.resident), now=NOW, person_id=cast.resident.pk, changes={"name": "王秀英"}
    )
    assert not JournalRow.objects.filter(verb="person.correct").exists()


@pytest.mark.parametrize(
    "who", ["neighbour", "leader", "other_station_staff", "audit_admin", "security_admin"]
)
def test_nobody_else_corrects(cast, who):
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.correct_person(
            actor=cast.as_(getattr(cast, who)), now=NOW, person_id=cast.resident.pk, changes={"name": "某"}
        )
    assert Person.objects.filter(name="王秀英").exists()


def test_a_station_moves_nobody_out_of_its_area(cast):
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.correct_person(
            actor=cast.as_(cast.station_staff),
            now=NOW,
            person_id=cast.resident.pk,
            changes={"area": cast.far_village},
        )
    assert Person.objects.get(pk=cast.resident.pk).area == cast.village


def test_spoken_consent_says_who_heard_it(cast):
    actor = cast.as_(cast.grid_worker, Channel.COUNTER, for_=cast.resident)
    row = actions.consent(
        actor=actor, now=NOW, person_id=cast.resident.pk, purpose="order_for_me", given=True, spoken=True
    )
    assert (row.heard_by_id, row.channel, row.spoken) == (cast.grid_worker.pk, "counter", True)
    written = JournalRow.objects.get(verb="person.consent")
    assert (written.actor_id, written.behalf_id) == (cast.grid_worker.pk, cast.resident.pk)


def test_consent_to_the_name_shows_and_hides_it(cast):
    for given in (True, False):
        actions.consent(
            actor=cast.as_(cast.second_volunteer), now=NOW, person_id=cast.second_volunteer.pk,
            purpose="show_my_name", given=given,
        )  # fmt: skip
        cast.second_volunteer.refresh_from_db()
        assert cast.second_volunteer.shows_name is given
    assert Consent.objects.count() == 2


def test_nobody_consents_for_another_without_a_post(cast):
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.consent(
            actor=cast.as_(cast.neighbour),
            now=NOW,
            person_id=cast.resident.pk,
            purpose="show_my_name",
            given=True,
        )


# --- reveal ------------------------------------------------------------------------------------------------------------------


def test_revealing_needs_a_reason_and_is_written_down(cast):
    actor = cast.as_(cast.station_staff)
    with pytest.raises(BadInput):
        actions.reveal_person(actor=actor, now=NOW, person_id=cast.resident.pk, reason="")
    shown = actions.reveal_person(actor=actor, now=NOW, person_id=cast.resident.pk, reason="call_the_person")
    assert (shown.name, shown.phone) == ("王秀英", cast.resident.phone)
    row = JournalRow.objects.get(verb="person.reveal")
    assert (row.actor_id, row.reason) == (cast.station_staff.pk, "call_the_person")


@pytest.mark.parametrize(
    "who", ["resident", "neighbour", "leader", "grid_worker", "other_station_staff", "audit_admin"]
)
def test_others_reveal_nobody(cast, who):
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.reveal_person(
            actor=cast.as_(getattr(cast, who)), now=NOW, person_id=cast.resident.pk, reason="emergency"
        )
    assert not JournalRow.objects.filter(verb="person.reveal").exists()


def test_nobody_leafs_through_the_village(cast, moment):
    def look():
        actions.reveal_person(
            actor=cast.as_(cast.station_staff),
            now=moment_now(),
            person_id=cast.resident.pk,
            reason="emergency",
        )

    def moment_now():
        from laojia.kernel import clock

        return clock.now()

    for _one in range(30):
        look()
    with pytest.raises(TooMany):
        look()
    moment.shift(timedelta(hours=1, seconds=5))
    look()


# --- pages -------------------------------------------------------------------------------------------------------------------


def test_the_station_sees_people_masked_and_one_in_full_for_a_reason(cast, django_assert_max_num_queries):
    client = signed_in(Client(), cast.station_staff)
    with django_assert_max_num_queries(14):
        page = client.get("/people/", {"q": "王"}).content.decode()
    assert "王*" in page
    assert "王秀英" not in page
    assert cast.resident.phone not in page
    assert cast.resident.phone not in client.get(f"/people/{cast.resident.pk}/").content.decode()
    asked = client.post(f"/people/{cast.resident.pk}/reveal/", {})
    assert asked.status_code == 422
    full = client.post(f"/people/{cast.resident.pk}/reveal/", {"reason": "call_the_person"}).content.decode()
    assert "王秀英" in full
    assert cast.resident.phone in full
    assert client.get("/people/", {"q": cast.stranger.phone}).content.decode().count("钱*") == 0


def test_the_station_adds_a_person(cast):
    client = signed_in(Client(), cast.station_staff)
    done = client.post("/people/add/", {"name": "梁小花", "phone": "13912345678", "area": cast.village.name})
    assert done.status_code == 302
    wrong = client.post("/people/add/", {"name": "梁小花", "phone": "1391234", "area": cast.village.name})
    assert wrong.status_code == 422
    assert "7" in wrong.content.decode()
    assert "梁小花" in wrong.content.decode()


def test_the_station_corrects_after_saying_so(cast):
    client, path = signed_in(Client(), cast.station_staff), f"/people/{cast.resident.pk}/"
    assert "/correct/" not in client.post(f"{path}reveal/", {"reason": "emergency"}).content.decode()
    assert "/correct/" in client.post(f"{path}reveal/", {"reason": "correct_entry"}).content.decode()
    facts = {"name": "王秀英", "phone": "13912345678", "area": cast.village.name, "reads_messages": "on"}
    assert client.post(f"{path}correct/", facts).status_code == 302
    cast.resident.refresh_from_db()
    assert cast.resident.phone == "13912345678"
    assert client.post(f"{path}correct/", facts | {"area": "没有这个村"}).status_code == 422
    assert signed_in(Client(), cast.grid_worker).post(f"{path}correct/", facts).status_code in {302, 403}


@pytest.mark.parametrize("who", ["resident", "leader", "security_admin", "audit_admin", "county_leader"])
def test_the_list_of_people_is_not_for_everybody(cast, who):
    client = signed_in(Client(), getattr(cast, who))
    assert client.get("/people/", {"q": "王"}).status_code == 404
    assert client.get(f"/people/{cast.neighbour.pk}/").status_code == 404


def test_my_data_page(cast, django_assert_max_num_queries):
    client = signed_in(Client(), cast.resident)
    with django_assert_max_num_queries(10):
        page = client.get("/me/").content.decode()
    assert 'value="王秀英"' in page
    form = {"name": "王秀英", "phone": cast.resident.phone, "area": cast.village.name, "address": "三巷"}
    assert client.post("/me/correct/", form).status_code == 302
    cast.resident.refresh_from_db()
    assert (cast.resident.address, cast.resident.reads_messages) == ("三巷", False)
    assert client.post("/me/correct/", form | {"phone": "12"}).status_code == 422
    assert client.post("/me/consent/", {"purpose": "order_for_me", "given": "yes"}).status_code == 302
    assert Consent.objects.get().given
    assert Client().get("/me/")["Location"].startswith("/accounts/login/")


# --- export and erase over every table ------------------------------------------------------------------------------------------


def tables_with_personal_data():
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("laojia.") and getattr(model, "PERSONAL", ())
    ]


def test_every_model_says_what_it_holds():
    """Of the model itself (or its base for rows with a state): forgetting is not saying NONE."""
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("laojia.")
        and not any("PERSONAL" in vars(base) for base in model.__mro__)
    ]
    assert not silent, f"say in PERSONAL what personal data these hold, or NONE: {silent}"


def test_personal_data_is_declared_by_columns_that_exist_and_can_be_found_by_person():
    from laojia.foundation.people.actions.data import _columns

    for model in tables_with_personal_data():
        for group in model.PERSONAL:
            for name in group.fields:
                assert model._meta.get_field(name), (model, name)
        assert _columns(model) or model._meta.label in IN_PASSING, (
            f"{model._meta.label}: SCOPE.own must say whose row it is"
        )


def test_columns_that_look_personal_are_declared():
    """A new name, phone, address or free text must be declared before it is stored."""
    marks = ("phone", "address", "words", "birth", "password")
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("laojia.")
        for field in model._meta.concrete_fields
        if any(mark in field.name for mark in marks)
        and field.get_internal_type() in {"CharField", "TextField", "PositiveSmallIntegerField"}
        and not field.name.endswith(("_hash", "_is_initial"))
        and field.name not in {name for group in getattr(model, "PERSONAL", ()) for name in group.fields}
        and model._meta.label not in PUBLIC
    ]
    assert not loose


# A list being read in: whose the cells are is not known before they are taken in, and then they are blanked.
IN_PASSING = {"lists.SheetPart", "lists.StagedRow"}
# Telephones of stations and centres, questions of the menu, why a day of snow.
PUBLIC = {
    "area.Station",
    "area.AreaBook",
    "menu.Point",
    "menu.ItemVersion",
    "menu.MenuItem",
    "menu.Occasion",
    "menu.Standstill",
}


@pytest.fixture
def known(cast):
    """A resident with something in many tables."""
    me = cast.resident
    account = account_of(me)
    Claim.objects.create(account=account, person=me, proof="name", at=NOW)
    actions.consent(actor=cast.as_(me), now=NOW, person_id=me.pk, purpose="order_for_me", given=True)
    Person.objects.filter(pk=me.pk).update(
        contact_name="李小梅", contact_phone="13800009999", birth_year=1950
    )
    Message.objects.create(
        key="m1", template="order.received", to_person_id=me.pk, about_kind="order", about_id=1, due_at=NOW,
        created_at=NOW, state="sent", text="王秀英您好",
    )  # fmt: skip
    InboxEntry.objects.create(key="i1", person_id=me.pk, shown_to="王*", text="王秀英您好", at=NOW)
    me.refresh_from_db()
    return me


def test_the_export_holds_every_declared_field_of_every_own_row(cast, known):
    data = actions.export_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    found = {table["table"]: table for table in data["tables"]}
    assert {"people.Person", "people.Account", "people.Claim", "people.Consent", "outbox.Message"} <= set(
        found
    )
    row = found["people.Person"]["rows"][0]
    assert (row["name"], row["phone"], row["contact_phone"]) == ("王秀英", known.phone, "13800009999")
    assert found["outbox.Message"]["rows"][0]["text"] == "王秀英您好"
    text = json.dumps(data, ensure_ascii=False)
    assert "hash" not in text
    assert "password" not in text
    assert "赵大山" not in text
    assert JournalRow.objects.get(verb="person.export").subject_id == known.pk


def test_the_export_as_file_and_sheet(cast, known):
    client = signed_in(Client(), known)
    answer = client.post("/me/export/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["person"] == known.pk
    sheet = client.post("/me/print/").content.decode()
    assert "王秀英" in sheet
    assert "birth_year" not in sheet
    assert client.get("/me/export/").status_code == 405


@pytest.mark.parametrize("verb", ["export_person", "erase_person"])
@pytest.mark.parametrize("who", ["neighbour", "dispatcher", "station_staff", "security_admin", "audit_admin"])
def test_nobody_else_exports_or_erases(cast, verb, who):
    with pytest.raises((NotPermitted, OutOfScope)):
        getattr(actions, verb)(actor=cast.as_(getattr(cast, who)), now=NOW, person_id=cast.resident.pk)


def test_erasing_leaves_nothing_that_is_not_kept_by_law(cast, known):
    phone, rows = known.phone, JournalRow.objects.count()
    actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    for model in tables_with_personal_data():
        for row in model.objects.all():
            for group in model.PERSONAL:
                if group.keep in KEPT_BY_LAW:
                    continue
                for name in group.fields:
                    field = model._meta.get_field(name)
                    if field.is_relation:
                        continue
                    value = str(getattr(row, name))
                    assert "王秀英" not in value
                    assert phone not in value
                    assert crypto.keyed_hash(phone) not in value
                    assert "13800009999" not in value
    known.refresh_from_db()
    assert (known.name, known.area, known.area_path, known.birth_year) == ("", None, "", None)
    assert known.erased_at == NOW
    account = Account.objects.get(pk=account_of_id(known))
    assert (account.is_active, account.phone_hash, account.person) == (False, None, None)
    assert JournalRow.objects.count() == rows + 1
    assert Consent.objects.filter(person=known).exists()
    assert BLANK == "—"


def account_of_id(person: Person) -> int:
    return int(Claim.objects.get(person=person).account_id)


def test_nobody_telephones_or_writes_to_who_was_erased(cast, known):
    facts = {"template": "order.arranged", "to_person_id": known.pk, "about_kind": "order", "about_id": 2}
    for state in ("queued", "to_call", "sent"):
        Message.objects.create(key=state, state=state, due_at=NOW, created_at=NOW, text="明天来", **facts)
    actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    states = dict(Message.objects.filter(about_id=2).values_list("key", "state"))
    assert states == {"queued": "failed", "to_call": "failed", "sent": "sent"}


def test_the_sign_in_of_the_family_stays(cast, known):
    account = Account.objects.get(person=known)
    Claim.objects.create(account=account, person=cast.daughter, proof="name", at=NOW)
    actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    account.refresh_from_db()
    assert (account.is_active, account.person, account.phone) == (True, cast.daughter, known.phone)


def test_a_second_erasing_finds_nobody(cast, known):
    actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    with pytest.raises(OutOfScope):
        actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)


def test_a_post_is_handed_back_first_but_volunteering_simply_ends(cast):
    with pytest.raises(WrongState):
        actions.erase_person(actor=cast.as_(cast.leader), now=NOW, person_id=cast.leader.pk)
    me = cast.second_volunteer
    actions.erase_person(actor=cast.as_(me), now=NOW, person_id=me.pk)
    assert Post.objects.get(person=me, role=Role.VOLUNTEER).valid_to == TODAY


def test_not_while_an_order_is_open(cast, known):
    from laojia.steps.order.models import Order

    order = Order(
        number="D141024-26-000001-0", state="waiting", words="请人理发", person=known, asker=cast.daughter,
        channel="page", area=cast.village, area_path=cast.village.path, place="甘亭村一巷3号",
        contact_phone=cast.daughter.phone, holder_since=NOW, promise_due_at=NOW, placed_at=NOW,
    )  # fmt: skip
    order.save()
    with pytest.raises(WrongState) as refused:
        actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    assert order.number in str(refused.value.hint)
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    actions.erase_person(actor=cast.as_(known), now=NOW, person_id=known.pk)
    order.refresh_from_db()
    assert (order.place, order.words) == ("", BLANK)
    assert order.contact_phone == cast.daughter.phone  # it is hers who asked
    actions.erase_person(actor=cast.as_(cast.daughter), now=NOW, person_id=cast.daughter.pk)
    order.refresh_from_db()
    assert order.contact_phone == ""


def test_erasing_on_the_page_asks_first_and_signs_out(cast):
    client = signed_in(Client(), cast.neighbour)
    assert client.get("/me/erase/").status_code == 200
    client.post("/me/erase/", {})
    cast.neighbour.refresh_from_db()
    assert cast.neighbour.name
    assert client.post("/me/erase/", {"sure": "yes"}).status_code == 200
    assert client.get("/me/").status_code == 302
    cast.neighbour.refresh_from_db()
    assert cast.neighbour.name == ""
