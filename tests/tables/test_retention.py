"""What the privacy page promises is done: data is blanked when its time is over, and nothing else is touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from laojia.conf import retention
from laojia.conf.crew import gather
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.policy.personal import Keep
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review.models import Complaint
from laojia.steps.serve.models import LawRecord, RosterLine
from tests.cast import Cast
from tests.world import DOOR, NOON, make_world

YEAR = timedelta(days=367)


@pytest.mark.parametrize("model", sorted({model._meta.label for model, _group in retention.timed()}))
def test_every_timed_field_says_from_when(model: str) -> None:
    assert model in retention.SINCE


def test_what_is_kept_ten_years_is_not_timed() -> None:
    assert Keep.RECORD_TEN_YEARS not in retention.PERIODS
    assert Keep.WHILE_NEEDED not in retention.PERIODS


@pytest.fixture
def served(cast: Cast) -> Order:
    """A whole visit, closed; beside it others that still run."""
    ids = make_world(cast).ids
    order = Order.objects.get(pk=ids["served"])
    Order.objects.filter(pk=order.pk).update(closed_at=NOON, state="closed", words="门口有狗", place=DOOR)
    return order


def _law() -> list[Any]:
    return [
        *RosterLine.objects.order_by("id").values_list("person_id", "minutes"),
        *LawRecord.objects.order_by("id").values_list("in_charge_id", "content"),
    ]


@pytest.mark.django_db
def test_a_year_after_it_is_closed(served: Order) -> None:
    law, others = _law(), Order.objects.exclude(pk=served.pk).order_by("pk")
    before = list(others.values_list("pk", "person_id", "place", "words"))
    retention.expire(NOON + timedelta(days=300))
    assert Order.objects.get(pk=served.pk).place == DOOR
    later: datetime = NOON + YEAR
    would = retention.expire(later, dry_run=True)
    assert "order.Order" in {one.table for one in would}
    assert Order.objects.get(pk=served.pk).place == DOOR  # a dry run changes nothing
    done = retention.expire(later)
    assert {(one.table, one.rows) for one in done} == {(one.table, one.rows) for one in would}
    row = Order.objects.get(pk=served.pk)
    assert (row.person_id, row.asker_id, row.contact_phone, row.place, row.words) == (None, None, "", "", "—")
    assert (row.number, row.outcome) == (served.number, served.outcome)  # figures keep counting it
    visit = Attendance.objects.get(order=row)
    assert (visit.person_id, visit.door_word) == (None, "")
    assert list(others.values_list("pk", "person_id", "place", "words")) == before
    assert _law() == law
    told = JournalRow.objects.filter(kind="order", subject_id=row.pk, verb="data.expire")
    assert {"contact_phone", "place", "words"} <= {name for line in told for name in line.fields}
    assert {line.actor_id for line in told} == {None}
    assert retention.expire(later) == []  # once is enough


@pytest.mark.django_db
def test_messages_half_a_year_and_complaints_three(served: Order) -> None:
    Message.objects.update(text="收到了", created_at=NOON)
    complaint = Complaint.objects.exclude(order=None).get()
    Complaint.objects.filter(pk=complaint.pk).update(closed_at=NOON, state="closed")
    retention.expire(NOON + timedelta(days=184))
    assert not Message.objects.filter(text__isnull=False).exists()
    assert Complaint.objects.get(pk=complaint.pk).words == complaint.words
    retention.expire(NOON + timedelta(days=1100))
    assert Complaint.objects.get(pk=complaint.pk).words == "—"


@pytest.mark.django_db
def test_the_worker_does_it_every_night(cast: Cast) -> None:
    retention.arm_once(NOON)
    retention.arm_once(NOON + timedelta(hours=1))
    row = Clock.objects.get(kind=retention.KIND)
    assert (row.state, row.due_at > NOON) == ("pending", True)
    gather().handlers[retention.KIND](1, row.due_at)
    again = Clock.objects.get(kind=retention.KIND)
    assert again.due_at == row.due_at + timedelta(days=1)


@pytest.mark.django_db
def test_the_command_only_says_it(served: Order) -> None:
    Order.objects.filter(pk=served.pk).update(closed_at=NOON - 3 * YEAR)
    assert any(line.startswith("would blank order.Order: 1") for line in retention.told(dry_run=True))
    assert Order.objects.get(pk=served.pk).place == DOOR
