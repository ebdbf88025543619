"""Two rows of one person: proposed, confirmed by a second person, everything follows, undone exactly."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest
from django.utils.translation import gettext

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people import actions, queries
from laojia.foundation.people.models import Certificate, Claim, Consent, Likeness, Merging, Person, Post
from laojia.foundation.people.queries import actor_of, kept_id, person_columns, preview
from laojia.foundation.people.queries.merging import model_of
from laojia.foundation.people.rules import UNDONE_WITHIN, Fate
from laojia.kernel.errors import Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK
from laojia.policy.roles import SEPARATE_ROLES
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review.actions import file_complaint
from laojia.steps.serve.models import RosterLine
from tests.apps.people.test_id_numbers import NUMBER
from tests.cast import NOW, PEOPLE, TODAY, person
from tests.chain import begin  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everybody(cast):
    """The cast is looked up by name: once before a second 王秀英 comes."""
    for name in PEOPLE:
        getattr(cast, name)


@pytest.fixture
def double(cast):
    """王秀英 once more, as a list brought her in: another number, an address in other words."""
    return person("王秀英", "13955550001", cast.second_village, birth_year=1950, contact_name="李小梅")


def propose(cast, gone, kept, by=None):
    return actions.propose_merge(
        actor=cast.as_(by or cast.station_staff), now=NOW, gone_id=gone.pk, kept_id=kept.pk, reasons=["name"]
    )


def confirm(cast, merging, by=None):
    return actions.confirm_merge(actor=cast.as_(by or cast.dispatcher), now=NOW, merging_id=merging.pk)


def undo(cast, merging, now=NOW, by=None):
    return actions.undo_merge(actor=cast.as_(by or cast.dispatcher), now=now, merging_id=merging.pk)


def everything():
    """Every column of every row of every table that names a person; not the notes of the joining itself."""
    beside = {"people.Merging", "people.Likeness", "journal.JournalRow"}
    found = {}
    for column in person_columns():
        model = model_of(column)
        if column.table not in beside:
            names = [field.attname for field in model._meta.concrete_fields]
            found[column.table] = sorted(map(repr, model._base_manager.values_list(*names)))
    return found


# --- the verbs -----------------------------------------------------------------------------------------------------------


def test_two_people_join_two_rows_and_all_that_hangs_on_them_follows(cast, begin, double):  # noqa: F811
    chain = begin()
    consent = actions.consent(
        actor=cast.as_(cast.resident), now=NOW, person_id=cast.resident.pk, purpose="order_for_me", given=True
    )
    merging = propose(cast, cast.resident, double)
    assert merging.state == "proposed"
    assert chain.order.person_id == cast.resident.pk
    confirm(cast, merging)
    assert chain.order.person_id == chain.order.asker_id == double.pk
    assert Attendance.objects.get(order=chain.order_id).person_id == double.pk
    assert Consent.objects.get(pk=consent.pk).person_id == double.pk
    gone = Person.objects.get(pk=cast.resident.pk)
    assert gone.merged_into_id == double.pk == kept_id(gone.pk)
    assert gone.name == "王秀英"
    kept = Person.objects.get(pk=double.pk)
    assert (kept.phone, kept.birth_year, kept.contact_name) == ("13955550001", 1950, "李小梅")
    rows = JournalRow.objects.filter(kind="merging", subject_id=merging.pk).order_by("id")
    assert [(row.verb, row.actor_id) for row in rows] == [
        ("person.propose_merge", cast.station_staff.pk),
        ("person.confirm_merge", cast.dispatcher.pk),
    ]


def test_blank_facts_are_taken_over_and_given_back_unless_changed_since(cast, double):
    Person.objects.filter(pk=double.pk).update(phone="", phone_hash="", phone_end_hash="", address="")
    Person.objects.filter(pk=cast.resident.pk).update(birth_year=None)
    merging = confirm(cast, propose(cast, cast.resident, double))
    kept = Person.objects.get(pk=double.pk)
    assert (kept.phone, kept.phone_hash) == (cast.resident.phone, cast.resident.phone_hash)
    assert kept.address == cast.resident.address
    assert merging.filled == ["phone", "address"]
    assert cast.resident.phone not in str(merging.__dict__)
    actions.correct_person(
        actor=cast.as_(cast.dispatcher), now=NOW, person_id=double.pk, changes={"address": "新地址"}
    )
    undo(cast, merging)
    kept = Person.objects.get(pk=double.pk)
    assert (kept.phone, kept.phone_hash, kept.phone_end_hash, kept.address) == ("", "", "", "新地址")


@pytest.mark.parametrize(
    "who", ["resident", "volunteer", "leader", "grid_worker", "county_leader", "system_admin"]
)
def test_who_may_not_join_people(cast, double, who):
    for act in (
        lambda by: propose(cast, cast.neighbour, double, by),
        lambda by: actions.keep_apart(
            actor=cast.as_(by), now=NOW, one_id=cast.neighbour.pk, other_id=double.pk
        ),
    ):
        with pytest.raises((NotPermitted, OutOfScope)):
            act(getattr(cast, who))
    merging = propose(cast, cast.neighbour, double)
    with pytest.raises((NotPermitted, OutOfScope)):
        confirm(cast, merging, getattr(cast, who))
    merging = confirm(cast, merging)
    with pytest.raises((NotPermitted, OutOfScope)):
        undo(cast, merging, by=getattr(cast, who))


def test_nobody_outside_the_area_and_nobody_alone(cast, double):
    with pytest.raises(OutOfScope):
        propose(cast, cast.resident, double, cast.other_station_staff)
    with pytest.raises(OutOfScope):
        propose(cast, cast.resident, cast.stranger, cast.station_staff)
    merging = propose(cast, cast.resident, double, cast.dispatcher)
    with pytest.raises(Conflict) as refused:
        confirm(cast, merging, cast.dispatcher)
    assert refused.value.code == "same_hand"
    assert confirm(cast, merging, cast.second_dispatcher).state == "merged"


def test_not_twice_and_not_what_was_decided(cast, double):
    merging = propose(cast, cast.resident, double)
    with pytest.raises(Conflict):
        propose(cast, double, cast.resident, cast.dispatcher)
    confirm(cast, merging)
    with pytest.raises(WrongState):
        confirm(cast, merging, cast.second_dispatcher)
    with pytest.raises(Conflict) as refused:
        propose(cast, cast.resident, cast.neighbour)
    assert refused.value.code == "merged_already"
    undo(cast, merging)
    with pytest.raises(WrongState):
        undo(cast, merging)
    assert propose(cast, cast.resident, double).state == "proposed"


def test_what_forbids_it(cast, double):
    with pytest.raises(Conflict) as refused:
        propose(cast, cast.child, cast.daughter)
    assert refused.value.code == "guardian"
    with pytest.raises(Conflict) as refused:
        propose(cast, cast.station_staff, double)
    assert refused.value.code == "own_merge"
    with pytest.raises(Conflict) as refused:
        propose(cast, cast.security_admin, cast.second_dispatcher, cast.dispatcher)
    assert refused.value.code == "posts_clash"
    Person.objects.filter(pk=double.pk).update(id_number_hash="a", volunteer_number="1")
    Person.objects.filter(pk=cast.resident.pk).update(id_number_hash="b", id_number=NUMBER)
    with pytest.raises(Conflict) as refused:
        propose(cast, double, cast.resident)
    assert refused.value.code == "two_id_numbers"
    Person.objects.filter(pk=double.pk).update(erased_at=NOW)
    with pytest.raises(OutOfScope):
        propose(cast, double, cast.resident)


def test_they_are_two_people(cast, double):
    low, high = sorted((cast.resident, double), key=lambda one: one.pk)
    Likeness.objects.create(low=low, high=high, area_path=cast.town.path, found_at=NOW, reasons=["name"])
    merging = propose(cast, double, cast.resident)
    actions.keep_apart(actor=cast.as_(cast.dispatcher), now=NOW, one_id=double.pk, other_id=cast.resident.pk)
    assert Merging.objects.get(pk=merging.pk).state == "dropped"
    assert not queries.likenesses(cast.as_(cast.dispatcher)).exists()
    with pytest.raises(WrongState):
        actions.keep_apart(
            actor=cast.as_(cast.dispatcher), now=NOW, one_id=double.pk, other_id=cast.resident.pk
        )


def test_thirty_days_and_not_one_more(cast, double):
    merging = confirm(cast, propose(cast, cast.resident, double))
    with pytest.raises(WrongState) as refused:
        undo(cast, merging, NOW + UNDONE_WITHIN + timedelta(seconds=1))
    assert refused.value.code == "undone_within"
    assert undo(cast, merging, NOW + UNDONE_WITHIN)[0].state == "undone"


def test_the_same_post_twice_is_set_aside_and_comes_back(cast):
    other = person("吴帮手", "13955550002", cast.village)
    post = Post.objects.create(person=other, role="volunteer", team=cast.team, valid_from=TODAY)
    more = Post.objects.create(person=other, role="volunteer", team=cast.other_team, valid_from=TODAY)
    Certificate.objects.create(person=other, kind="理发", valid_from=TODAY)
    before = everything()
    seen = preview(cast.as_(cast.station_staff), other, cast.second_volunteer)
    posts = next(line for line in seen.lines if line.of_gone == 2)
    assert (posts.moves, posts.twice, posts.stays) == (1, 1, 0)
    merging = confirm(cast, propose(cast, other, cast.second_volunteer))
    assert not Post.objects.filter(pk=post.pk).exists()
    assert Post.objects.get(pk=more.pk).person_id == cast.second_volunteer.pk
    assert len(queries.member_ids(cast.team.pk, TODAY)) == 4
    undo(cast, merging)
    assert everything() == before


def test_what_is_kept_from_the_station_is_not_even_counted_before_it(cast, begin, double):  # noqa: F811
    """A protected order is the centre's, a sealed one its keeper's, a complaint that of whoever holds it."""
    order = Order.objects.get(pk=begin().order_id)
    Order.objects.filter(pk=order.pk).update(protected=True)
    file_complaint(
        actor=cast.as_(cast.resident),
        now=NOW,
        key=uuid.uuid4(),
        kind="other",
        words="站上不接电话",
        order=order,
        person=cast.resident,
    )

    def told(who):
        seen = preview(cast.as_(who), cast.resident, double)
        return {str(line.word): line.of_gone for line in seen.lines}

    orders, complaints = gettext("Orders"), gettext("Complaints")
    assert not {orders, complaints} & set(told(cast.station_staff))
    assert told(cast.dispatcher)[orders] == 1
    assert told(cast.complaint_holder)[complaints] == 1
    Order.objects.filter(pk=order.pk).update(sealed=True, keeper_id=cast.keeper.pk)
    assert not {orders, complaints} & set(told(cast.dispatcher))


def test_what_was_done_by_a_phone_is_told_only_of_things_the_desk_may_see(cast, begin):  # noqa: F811
    order = Order.objects.get(pk=begin().order_id)
    claim = Claim.objects.create(
        account=actions.account_for_phone(phone="13977770000", actor=CLOCK, now=NOW), person=cast.resident,
        proof="name", at=NOW - timedelta(days=1),
    )  # fmt: skip
    file_complaint(
        actor=cast.as_(cast.resident),
        now=NOW,
        key=uuid.uuid4(),
        kind="other",
        words="站上不接电话",
        order=order,
    )

    def told():
        (one,) = queries.claims_of(cast.as_(cast.station_staff), cast.resident.pk)
        assert one.account == claim.account
        return {done.verb for done in one.done}

    assert told() == {"order.place"}
    Order.objects.filter(pk=order.pk).update(protected=True)
    assert told() == set()


def test_both_on_one_roster_stays_and_is_said(cast, begin):  # noqa: F811
    chain = begin()
    other = person("吴帮手", "13955550002", cast.village)
    occasion = Occasion.objects.get(pk=chain.offer.occasion_id)
    lines = [
        RosterLine.objects.create(
            occasion=occasion,
            person=one,
            team_id=cast.team.pk,
            state="came",
            minutes=30,
            attested_by_id=cast.leader.pk,
            attested_at=NOW,
            area_path=cast.village.path,
            asked_at=NOW,
        )
        for one in (other, cast.second_volunteer)
    ]
    line = next(
        one
        for one in preview(cast.as_(cast.station_staff), other, cast.second_volunteer).lines
        if one.sum_of_gone
    )
    assert (line.moves, line.stays, line.sum_of_gone, line.sum_of_kept) == (0, 1, 30, 30)
    merging = confirm(cast, propose(cast, other, cast.second_volunteer))
    assert RosterLine.objects.get(pk=lines[0].pk).person_id == other.pk
    undo(cast, merging)


def test_what_happened_since_stays_with_the_kept_one(cast, begin, double):  # noqa: F811
    merging = confirm(cast, propose(cast, cast.resident, double))
    since = begin()
    assert Order.objects.get(pk=since.order_id).person_id in {double.pk, cast.resident.pk}
    Order.objects.filter(pk=since.order_id).update(person=double, asker=double)
    _merging, left = undo(cast, merging)
    assert left == 0
    assert Order.objects.get(pk=since.order_id).person_id == double.pk


def test_what_changed_hands_since_is_counted_as_left(cast, begin, double):  # noqa: F811
    chain = begin()
    merging = confirm(cast, propose(cast, cast.resident, double))
    Order.objects.filter(pk=chain.order_id).update(asker=cast.daughter)
    assert undo(cast, merging)[1] == 1
    assert Order.objects.get(pk=chain.order_id).asker_id == cast.daughter.pk


def test_what_was_being_written_meanwhile_is_swept_up(cast, begin, double):  # noqa: F811
    before = everything()
    merging = confirm(cast, propose(cast, cast.resident, double))
    chain = begin()  # somebody's page was open: written for the row that was let go
    Order.objects.filter(pk=chain.order_id).update(person=cast.resident, asker=cast.resident)
    assert actions.sweep_merged(merging.pk, NOW) >= 2
    assert Order.objects.get(pk=chain.order_id).person_id == double.pk
    assert actions.sweep_merged(merging.pk, NOW) == 0
    undo(cast, merging)
    assert Order.objects.get(pk=chain.order_id).person_id == cast.resident.pk
    assert everything()["people.Person"] == before["people.Person"]


def test_joined_further_undone_backwards(cast, double):
    first = confirm(cast, propose(cast, cast.resident, double))
    third = person("王秀英", "13955550003", cast.village)
    second = confirm(cast, propose(cast, double, third))
    assert kept_id(cast.resident.pk) == third.pk
    with pytest.raises(WrongState) as refused:
        undo(cast, first)
    assert refused.value.code == "joined_further"
    undo(cast, second)
    undo(cast, first)
    assert not Person.objects.exclude(merged_into=None).exists()


# --- the model -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_joining_and_undoing_in_any_order_leaves_all_as_it_was(cast, begin, seed):  # noqa: F811
    """Rows of every declared column, spread by chance; people joined one after another and separated backwards."""
    chance = random.Random(seed)
    begin()
    crowd = [
        person("王秀英", f"1395556{n:04d}", cast.village, birth_year=chance.choice([None, 1950]))
        for n in range(5)
    ]
    one, other = cast.as_(cast.dispatcher), cast.as_(cast.second_dispatcher)
    _spread(crowd, chance)
    states, stack = [everything()], []
    for _turn in range(14):
        if stack and chance.random() < 0.4:
            assert actions.undo_merge(actor=one, now=NOW, merging_id=stack.pop().pk)[1] == 0
            assert everything() == states.pop()
            continue
        left = list(Person.objects.filter(pk__in=[one.pk for one in crowd], merged_into=None))
        if len(left) < 2:
            continue
        gone, kept = chance.sample(left, 2)
        try:
            merging = actions.propose_merge(actor=one, now=NOW, gone_id=gone.pk, kept_id=kept.pk)
        except Conflict as refused:
            assert refused.code == "guardian"  # noqa: PT017  the machine goes on with another pair
            continue
        states.append(everything())
        stack.append(actions.confirm_merge(actor=other, now=NOW, merging_id=merging.pk))
        _nothing_names(gone)
    assert states[1:]
    while stack:
        assert actions.undo_merge(actor=one, now=NOW, merging_id=stack.pop().pk)[1] == 0
        assert everything() == states.pop()
    assert everything() == states[0]


def _spread(crowd, chance):
    """Put somebody of the crowd into every declared column of every row there is, where the database lets it stand."""
    from django.db import IntegrityError, transaction

    for column in person_columns():
        if column.fate is Fate.STAYS or column.column == "merged_into_id":
            continue
        model = model_of(column)
        for pk in model._base_manager.values_list("pk", flat=True)[:40]:
            try:
                with transaction.atomic():
                    rows = model._base_manager.filter(pk=pk)
                    if model is Post:
                        rows = rows.exclude(role__in=SEPARATE_ROLES)
                    if column.column == "guardian_id":  # a guardian and his ward are two people
                        rows = rows.exclude(pk__in=[one.pk for one in crowd])
                    rows.update(**{column.column: chance.choice(crowd).pk})
            except IntegrityError:
                continue


def _nothing_names(gone):
    for column in person_columns():
        if column.fate is Fate.MOVES:
            rows = model_of(column)._base_manager.filter(**{column.column: gone.pk}, **dict(column.where))
            twins = model_of(column).__name__ in {"Registration", "RosterLine", "Insurance_insured"}
            assert twins or not rows.exists(), column.key


def test_the_actor_of_a_joined_row_is_the_kept_one(cast, double):
    merging = confirm(cast, propose(cast, cast.resident, double))
    assert actor_of(Person.objects.get(pk=kept_id(cast.resident.pk)), TODAY).person_id == double.pk
    assert merging.state == "merged"
