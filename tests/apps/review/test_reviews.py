"""review.give, follow_up, complaint.*, incident.*: worked, refused, twice, and what follows."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, Refused, WrongState
from laojia.policy.facts import VISITOR
from laojia.policy.roles import Channel
from laojia.steps.order.models import Order
from laojia.steps.review import actions, queries
from laojia.steps.review.models import Complaint, Incident, Review, TeamStop
from laojia.steps.serve import actions as serving
from laojia.steps.serve.actions.records import Report
from tests.apps.dispatch.conftest import ring
from tests.cast import NOW, Cast
from tests.chain import AFTER, Begin, Chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(begin: Begin) -> Chain:
    chain = begin()
    leader = chain.cast.as_(chain.cast.leader)
    serving.accept(offer=chain.offer, actor=leader, now=NOW)
    serving.record(
        occasion=chain.occasion,
        report=Report(minutes=40, came=[chain.cast.volunteer]),
        actor=leader,
        now=AFTER,
    )
    return chain


def give(chain: Chain, **facts: object) -> Review:
    given = {
        "attendance": chain.visit, "solved": "yes", "satisfaction": 5, "actor": chain.cast.as_(chain.cast.resident),
        "now": AFTER,
    } | facts  # fmt: skip
    return actions.give(**given)  # type: ignore[arg-type]


def test_solved_closes(served: Chain) -> None:
    review = give(served, words="理得真好", share_words=True)
    assert (served.order.state, served.order.close_kind) == ("closed", "solved")
    assert review.counts
    assert list(queries.words_for_team(served.cast.as_(served.cast.leader))) == [review]
    assert JournalRow.objects.filter(verb="review.give").count() == 1
    assert "理得" not in str(list(JournalRow.objects.values()))
    with pytest.raises((Conflict, WrongState)):
        give(served)
    assert Review.objects.count() == 1


def test_words_stay_with_the_centre_unless_shared(served: Chain) -> None:
    give(served, words="有点慢")
    assert not queries.words_for_team(served.cast.as_(served.cast.leader)).exists()
    assert not queries.words_for_team(served.cast.as_(served.cast.other_leader)).exists()


def test_not_solved_waits_again_under_the_same_number(served: Chain) -> None:
    number = served.order.number
    give(served, solved="no", satisfaction=2)
    order = served.order
    assert (order.state, order.round, order.number) == ("waiting", 2, number)
    assert order.wants_team_id == served.cast.team.pk
    assert order.promise_due_at > AFTER


def test_not_solved_and_please_another_team(served: Chain) -> None:
    give(served, solved="no", another_team=True)
    assert served.order.state == "waiting"
    assert served.order.wants_team_id is None


def test_partly_solved_opens_only_when_wanted(served: Chain) -> None:
    give(served, solved="partly")
    assert served.order.state == "closed"


@pytest.mark.parametrize(
    "who", ["stranger", "leader", "volunteer", "station_staff", "dispatcher", "county_leader"]
)
def test_nobody_reviews_for_himself_what_is_anothers(served: Chain, who: str) -> None:
    with pytest.raises((NotPermitted, OutOfScope)):
        give(served, actor=served.cast.as_(getattr(served.cast, who)))
    assert not Review.objects.exists()


def test_the_serving_team_never_writes_the_review_down(served: Chain) -> None:
    cast = served.cast
    with pytest.raises(NotPermitted) as refused:
        give(served, actor=cast.as_(cast.leader, Channel.PHONE, cast.resident))
    assert refused.value.code == "own_team"


def test_written_down_by_the_dispatcher_of_that_order_is_marked(served: Chain) -> None:
    cast = served.cast
    review = give(served, actor=cast.as_(cast.dispatcher, Channel.PHONE, cast.resident))
    assert (review.recorder_id, review.given_by_id, review.recorder_dispatched) == (
        cast.dispatcher.pk,
        cast.resident.pk,
        True,
    )


def test_written_down_at_the_station_is_not_marked(served: Chain) -> None:
    cast = served.cast
    review = give(served, actor=cast.as_(cast.station_staff, Channel.PHONE, cast.resident))
    assert (review.recorder_id, review.recorder_dispatched) == (cast.station_staff.pk, False)


def test_no_answer_is_not_reviewed_and_a_late_word_counts_until_the_window_ends(served: Chain) -> None:
    until = served.order.review_until
    assert until is not None
    ring(until + timedelta(minutes=1))
    assert (served.order.state, served.order.close_kind) == ("closed", "not_reviewed")
    review = give(served, solved="no", now=until + timedelta(days=1))
    assert not review.counts
    assert served.order.state == "closed"


def test_within_the_window_a_closed_order_opens_again(served: Chain) -> None:
    give(served, solved="yes")
    from laojia.steps.order import actions as orders

    orders.reopen(
        order=served.order, reason="happened_again", actor=served.cast.as_(served.cast.resident), now=AFTER
    )
    assert (served.order.state, served.order.round) == ("waiting", 2)


@pytest.mark.parametrize("wrong", [{"solved": "maybe"}, {"satisfaction": 0}, {"satisfaction": 6}])
def test_bad_reviews_are_refused_beside_the_field(served: Chain, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        give(served, **wrong)
    assert set(refused.value.fields) == set(wrong)


def test_nobody_came_says_the_person(begin: Begin) -> None:
    chain = begin()
    serving.accept(offer=chain.offer, actor=chain.cast.as_(chain.cast.leader), now=NOW)
    give(chain, solved="no", they_came=False, satisfaction=None)
    assert chain.visit.state == "team_absent"
    assert chain.order.state == "waiting"


def test_follow_up_calls_are_for_those_who_said_nothing(served: Chain) -> None:
    cast = served.cast
    desk = cast.as_(cast.dispatcher)
    later = AFTER + timedelta(days=4)
    assert list(queries.to_call(desk, later)) == [served.order]
    assert not queries.to_call(cast.as_(cast.other_station_staff), later).exists()
    actions.follow_up(order=served.order, result="no_answer", actor=desk, now=later)
    assert not queries.to_call(desk, later).exists()  # tried today: the next one is called
    later += timedelta(days=1)
    assert [order.tries for order in queries.to_call(desk, later)] == [1]
    actions.follow_up(order=served.order, result="answered", actor=desk, now=later)
    assert not queries.to_call(desk, later).exists()
    with pytest.raises(BadInput):
        actions.follow_up(order=served.order, result="whatever", actor=desk, now=later)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.follow_up(order=served.order, result="later", actor=cast.as_(cast.leader), now=later)


def file(chain: Chain, **facts: object) -> Complaint:
    given = {
        "key": uuid.uuid4(), "kind": "conduct", "words": "说话难听", "order": chain.order, "person": chain.cast.resident,
        "actor": chain.cast.as_(chain.cast.resident), "now": AFTER,
    } | facts  # fmt: skip
    return actions.file_complaint(**given)  # type: ignore[arg-type]


def test_a_complaint_about_conduct_stops_that_team_for_that_person_at_once(served: Chain) -> None:
    cast = served.cast
    complaint = file(served)
    assert complaint.state == "filed"
    assert complaint.holder_id == cast.complaint_holder.pk
    assert queries.barred_teams([cast.resident.pk]) == {cast.resident.pk: frozenset({cast.team.pk})}
    kinds = set(Clock.objects.filter(about_kind="complaint", state="pending").values_list("kind", flat=True))
    assert kinds == {"complaint.contact", "complaint.answer"}
    assert Message.objects.filter(template="complaint.received", to_person_id=cast.resident.pk).exists()
    for who in (cast.leader, cast.stranger, cast.dispatcher, cast.audit_admin):
        assert not queries.complaints(cast.as_(who)).exists()
    holder = cast.as_(cast.complaint_holder)
    assert list(queries.complaints(holder)) == [complaint]
    actions.contact(complaint=complaint, actor=holder, now=AFTER)
    with pytest.raises(BadInput):
        actions.answer_complaint(
            complaint=complaint, reason="", answer="查过了，属实。", actor=holder, now=AFTER
        )
    actions.answer_complaint(
        complaint=complaint, reason="founded", answer="查过了，属实，已批评。", actor=holder, now=AFTER
    )
    assert TeamStop.objects.filter(lifted_at=None).exists()
    actions.close_complaint(complaint=complaint, actor=holder, now=AFTER)
    assert Complaint.objects.get().state == "closed"
    with pytest.raises(WrongState):
        actions.contact(complaint=complaint, actor=holder, now=AFTER)


def test_an_unfounded_complaint_lifts_the_stop(served: Chain) -> None:
    holder = served.cast.as_(served.cast.complaint_holder)
    actions.answer_complaint(
        complaint=file(served, kind="money"),
        reason="unfounded",
        answer="查过了，没有收钱。",
        actor=holder,
        now=AFTER,
    )
    assert not queries.barred_teams([served.cast.resident.pk])


def test_the_barred_team_is_not_offered_to_that_person_again(served: Chain) -> None:
    from laojia.steps.dispatch import actions as dispatch
    from tests.apps.dispatch.conftest import THURSDAY

    cast = served.cast
    file(served)
    give(served, solved="no", another_team=True)
    with pytest.raises(Refused):
        dispatch.make_offer(
            actor=cast.as_(cast.dispatcher), now=AFTER, orders=[served.order], team=cast.team,
            date=THURSDAY + timedelta(days=1), half="morning",
        )  # fmt: skip


def test_about_lateness_nothing_is_stopped(served: Chain) -> None:
    file(served, kind="late")
    assert not queries.barred_teams([served.cast.resident.pk])


def test_anybody_complains_without_a_name_and_once(served: Chain) -> None:
    key = uuid.uuid4()
    words = {
        "key": key,
        "anonymous": True,
        "person": None,
        "order": None,
        "actor": VISITOR,
        "phone": "13800000000",
    }
    first = file(served, **words)
    assert file(served, **words).pk == first.pk
    assert (first.person_id, first.phone, Complaint.objects.count()) == (None, "", 1)
    for wrong in ({"kind": "gossip"}, {"words": " "}):
        with pytest.raises(BadInput):
            file(served, **wrong)


def test_the_journal_does_not_name_who_wished_not_to_be_named(served: Chain) -> None:
    complaint = file(served, anonymous=True)
    line = JournalRow.objects.get(verb="complaint.file")
    assert (complaint.person_id, line.actor_id, line.behalf_id) == (None, None, None)


def test_an_overdue_complaint_reaches_its_holder(served: Chain) -> None:
    complaint = file(served)
    ring(complaint.answer_due_at + timedelta(minutes=1))
    told = Message.objects.filter(template="desk.overdue", to_person_id=served.cast.complaint_holder.pk)
    assert told.exists()


def test_an_incident_has_its_own_sheet(served: Chain) -> None:
    cast = served.cast
    leader = cast.as_(cast.leader)
    facts = {
        "key": uuid.uuid4(), "kind": "damage", "words": "碰翻了暖瓶", "happened_at": AFTER - timedelta(hours=1),
        "order": served.order, "now": AFTER,
    }  # fmt: skip
    row = actions.report_incident(actor=leader, **facts)  # type: ignore[arg-type]
    assert actions.report_incident(actor=leader, **facts).pk == row.pk  # type: ignore[arg-type]
    told = Message.objects.filter(template="incident.reported")
    assert told.exists()
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.report_incident(actor=cast.as_(cast.stranger), **facts | {"key": uuid.uuid4()})  # type: ignore[arg-type]
    late = {"key": uuid.uuid4(), "happened_at": AFTER + timedelta(hours=1)}
    with pytest.raises(BadInput):
        actions.report_incident(actor=leader, **facts | late)  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        actions.close_incident(
            incident=row, reason="settled", ending="", actor=cast.as_(cast.dispatcher), now=AFTER
        )
    actions.close_incident(
        incident=row, reason="settled", ending="赔了一个新暖瓶", actor=cast.as_(cast.dispatcher), now=AFTER
    )
    assert Incident.objects.get().state == "closed"


def test_the_sheet_of_a_protected_order_stays_with_the_centre(served: Chain) -> None:
    cast = served.cast
    Order.objects.filter(pk=served.order_id).update(protected=True)
    row = actions.report_incident(
        key=uuid.uuid4(), kind="fall", words="下台阶绊了一下", happened_at=AFTER - timedelta(hours=1),
        order=served.order, actor=cast.as_(cast.leader), now=AFTER,
    )  # fmt: skip
    assert row.protected
    assert list(queries.incidents(cast.as_(cast.dispatcher))) == [row]
    assert list(queries.incidents(cast.as_(cast.complaint_holder))) == [row]
    assert not queries.incidents(cast.as_(cast.station_staff)).exists()


def test_public_figures_count_only_what_is_open_and_hide_small_ones(served: Chain, cast: Cast) -> None:
    figures = queries.public_figures(NOW.date().replace(day=1))
    assert [row.total for row in figures.rows] == [None]  # one single person is never shown
    assert figures.total is None
