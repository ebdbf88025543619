"""Compare-and-swap, keyset paging and sealed columns, on rows of the outbox."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laojia.foundation.outbox.models import Clock, InboxEntry
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput
from laojia.kernel.paging import page

pytestmark = [pytest.mark.django_db, pytest.mark.both]
NOW = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)


def clocks(*minutes):
    return Clock.objects.bulk_create(
        Clock(kind="k", about_kind="order", about_id=n, due_at=NOW + timedelta(microseconds=m), set_at=NOW)
        for n, m in enumerate(minutes)
    )


def test_swap_moves_a_row_that_looks_as_expected_and_no_other():
    clocks(1, 2)
    first = Clock.objects.earliest("id")
    assert swap(
        Clock, first.pk, {"state": "pending", "attempts": 0}, state="done", attempts=F("attempts") + 1
    )
    assert not swap(Clock, first.pk, {"state": "pending"}, state="cancelled")
    assert not swap(Clock, 0, {"state": "pending"}, state="done")
    assert list(Clock.objects.order_by("id").values_list("state", "attempts")) == [
        ("done", 1),
        ("pending", 0),
    ]


def walk(queryset, order, size):
    seen, after = [], None
    while True:
        found = page(queryset, order, after, size)
        assert len(found.rows) <= size
        seen += [row.pk for row in found.rows]
        after = found.next_cursor
        if after is None:
            return seen


@given(minutes=st.lists(st.integers(0, 6), max_size=25), size=st.integers(1, 9), down=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_show_every_row_once_in_order(minutes, size, down, db):
    Clock.objects.all().delete()
    clocks(*minutes)
    order = ("-due_at", "-id") if down else ("due_at", "id")
    wanted = list(Clock.objects.order_by(*order).values_list("pk", flat=True))
    assert walk(Clock.objects.all(), order, size) == wanted


def test_a_row_that_arrives_meanwhile_shifts_nothing():
    clocks(10, 20, 30, 40)
    first = page(Clock.objects.all(), size=2)
    clocks_before = Clock(kind="k", about_kind="order", about_id=99, due_at=NOW, set_at=NOW)
    clocks_before.save()
    second = page(Clock.objects.all(), after=first.next_cursor, size=2)
    assert [row.about_id for row in first.rows + second.rows] == [0, 1, 2, 3]
    assert second.next_cursor is None


def test_one_statement_per_page(django_assert_num_queries):
    clocks(*range(9))
    cursor = page(Clock.objects.all(), size=3).next_cursor
    with django_assert_num_queries(1):
        page(Clock.objects.all(), after=cursor, size=3)


@pytest.mark.parametrize(
    "cursor", ["x", "e30", "WzFd", "WzEsMl0", "W251bGwsbnVsbF0", "WyJ4IiwieCJd", "a" * 5000, "é"]
)
def test_a_foreign_cursor_is_refused(cursor):
    with pytest.raises(BadInput) as refused:
        page(Clock.objects.all(), after=cursor)
    assert refused.value.code == "bad_cursor"


def forged(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("moment", ["2026-11-23T01:00:00", "2026-13-40T01:00:00Z", {}, True])
def test_a_forged_moment_is_refused(moment):
    with pytest.raises(BadInput):
        page(Clock.objects.all(), after=forged(moment, 1))


@pytest.mark.parametrize("number", [10**30, -(10**30)])
def test_a_forged_number_out_of_bounds_finds_the_edges(number):
    clocks(1, 2)
    found = page(Clock.objects.all(), after=forged("2020-01-01T00:00:00+00:00", number))
    assert len(found.rows) == 2


def test_mixed_directions_want_a_rank_column():
    with pytest.raises(ValueError, match="rank"):
        page(Clock.objects.all(), order=("due_at", "-id"))


def test_sealed_columns_rest_sealed():
    InboxEntry.objects.create(key="k", shown_to="张三", text="", at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT shown_to, text FROM outbox_inboxentry")
        raw, blank = cursor.fetchone()
    assert "张" not in raw
    assert raw.startswith("aes.")
    assert blank == ""
    assert InboxEntry.objects.get().shown_to == "张三"
    InboxEntry.objects.update(shown_to="李四")
    assert InboxEntry.objects.values_list("shown_to", flat=True).get() == "李四"


@pytest.mark.parametrize("lookup", ["shown_to", "shown_to__contains", "shown_to__in"])
def test_sealed_columns_cannot_be_compared(lookup):
    with pytest.raises(FieldError, match="keyed hash"):
        InboxEntry.objects.filter(**{lookup: ["x"]}).exists()
    assert not InboxEntry.objects.filter(shown_to__isnull=True).exists()
