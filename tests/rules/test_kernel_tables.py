"""Compare-and-swap, keyset paging and sealed columns, on rows of the outbox."""

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import BigIntegerField, CharField, F, Value
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laojia.foundation.outbox.models import Clock, InboxEntry
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput
from laojia.kernel.kept import Given, KeptInsert, KeptRead, together
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


# --- statements built once ---------------------------------------------------------------------------------------


@pytest.fixture
def clock():
    return Clock.objects.create(kind="k", about_kind="order", about_id=7, due_at=NOW, set_at=NOW)


def test_a_swap_of_plain_values_and_one_with_lookups_do_the_same(clock):
    assert swap(Clock, clock.pk, {"state": "pending"}, state="done", lease_until=None)
    assert not swap(Clock, clock.pk, {"state": "pending"}, state="cancelled")
    assert not swap(Clock, clock.pk, {"state__in": ("pending",)}, state="cancelled")
    assert swap(Clock, clock.pk, {"state": "done"}, attempts=F("attempts") + 1)
    assert swap(Clock, clock.pk, {"state": "done", "attempts": 1}, note="twice", lease_until=NOW)
    clock.refresh_from_db()
    assert (clock.state, clock.attempts, clock.note, clock.lease_until) == ("done", 1, "twice", NOW)


def test_a_kept_read_gives_what_the_queryset_gives_each_time_anew(clock):
    def rows(place):
        return Clock.objects.filter(pk=place, state="pending").annotate(twice=F("round") + F("round"))

    read = KeptRead(lambda: rows(Given("pk", BigIntegerField())))
    for _ in range(4):  # the server plans it once in a while: the answer must not depend on that
        (found,) = read.rows(pk=clock.pk)
        (plain,) = rows(clock.pk)
        assert {n: v for n, v in vars(found).items() if n != "_state"} == {
            n: v for n, v in vars(plain).items() if n != "_state"
        }
    assert read.rows(pk=clock.pk + 1) == []
    assert read.first(pk=2**63) is None  # no column holds it
    Clock.objects.filter(pk=clock.pk).update(state="done")
    assert read.first(pk=clock.pk) is None


def test_a_kept_read_reads_no_more_than_was_asked_for(clock, django_assert_num_queries):
    read = KeptRead(lambda: Clock.objects.only("kind").filter(kind=Given("kind", CharField())))
    with django_assert_num_queries(1):
        found = read.first(kind=clock.kind)
    assert found.get_deferred_fields() >= {"state", "due_at"}
    with pytest.raises(ValueError):
        KeptRead(lambda: Clock.objects.prefetch_related("pk")).rows()


def test_a_kept_insert_leaves_out_or_writes_over_what_is_there(clock):
    again = {
        "kind": clock.kind,
        "about_kind": clock.about_kind,
        "about_id": clock.about_id,
        "round": clock.round,
    }
    later = NOW + timedelta(days=1)
    once = KeptInsert(Clock, ignore=True)
    once(Clock(**again, due_at=later, set_at=NOW))
    assert Clock.objects.get().due_at == clock.due_at
    over = KeptInsert(Clock, unique=tuple(again), update=("due_at", "since"))
    over(Clock(**again, due_at=later, set_at=NOW, since=NOW))
    assert (Clock.objects.get().due_at, Clock.objects.get().since) == (later, NOW)
    over(
        Clock(**again, due_at=NOW, set_at=NOW)
    )  # without a value: written over with nothing, not left as it was
    assert (Clock.objects.get().due_at, Clock.objects.get().since) == (NOW, None)


def test_a_kept_read_gives_moments_of_utc(clock):
    for _ in range(2):
        assert KeptRead(Clock.objects.all).first().due_at.tzinfo is UTC


def test_a_kept_insert_writes_what_the_framework_writes():
    given = {"person_id": 7, "shown_to": "13800000000", "text": "句%s", "at": NOW}
    InboxEntry(key=mark_safe("plain"), **given).save()
    KeptInsert(InboxEntry)(InboxEntry(key=mark_safe("kept"), **given))
    rows = [vars(row) for row in InboxEntry.objects.order_by("key")]
    for row in rows:
        del row["_state"], row["id"]
    kept, plain = rows
    assert kept == {**plain, "key": "kept"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM outbox_inboxentry")
        assert all("句" not in text for (text,) in cursor.fetchall())  # sealed on either way


def test_a_text_with_percent_signs_is_sent_as_it_is(clock):
    read = KeptRead(
        lambda: (
            Clock.objects.filter(kind=Given("kind", CharField()))
            .exclude(note="%s 5%")
            .annotate(x=Value("%%s %d"))
        )
    )
    for _ in range(2):
        assert read.first(kind="k").x == "%%s %d"
    Clock.objects.update(note="%s 5%")
    assert read.first(kind="k") is None


def test_inserts_sent_together_are_all_there_or_none(clock, django_assert_num_queries):
    def rows(*numbers):
        with transaction.atomic(), together():
            for number in numbers:
                KeptInsert(Clock)(
                    Clock(kind="t", about_kind="order", about_id=number, due_at=NOW, set_at=NOW)
                )
                inbox(InboxEntry(key=f"k{number}", person_id=None, shown_to="x", text="y", at=NOW))

    inbox = KeptInsert(InboxEntry)
    with django_assert_num_queries(
        (1 if connection.vendor == "postgresql" else 2) + 2
    ):  # and the marks around them
        rows(1)
    with pytest.raises(IntegrityError):
        rows(2, 1)
    rows(3, 4)
    assert list(Clock.objects.filter(kind="t").order_by("id").values_list("about_id", flat=True)) == [1, 3, 4]
    assert list(InboxEntry.objects.order_by("id").values_list("key", flat=True)) == ["k1", "k3", "k4"]
    with contextlib.suppress(ZeroDivisionError), together():
        inbox(InboxEntry(key="k9", person_id=None, shown_to="x", text="y", at=NOW))
        1 / 0  # noqa: B018
    inbox(InboxEntry(key="k10", person_id=None, shown_to="x", text="y", at=NOW))
    if connection.vendor == "postgresql":  # what was gathered before the fault was never sent
        assert not InboxEntry.objects.filter(key="k9").exists()
    assert InboxEntry.objects.filter(key="k10").exists()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_meanwhile_is_opened_anew_for_a_first_read(clock):
    if connection.vendor == "sqlite":
        return  # nothing there that could go away by itself
    read = KeptRead(lambda: Clock.objects.filter(kind=Given("kind", CharField())))
    write = KeptInsert(Clock)
    assert read.rows(kind="k") == [clock]
    connection.close_if_unusable_or_obsolete()  # as each request begins
    _kill_connection()
    assert read.rows(kind="k") == [clock]
    _kill_connection()  # what stood before in this request may have counted on it
    with pytest.raises(OperationalError):
        read.rows(kind="k")
    connection.close_if_unusable_or_obsolete()
    assert read.rows(kind="k") == [clock]
    connection.close_if_unusable_or_obsolete()
    _kill_connection()  # nobody knows whether it was written
    with pytest.raises(OperationalError):
        write(Clock(kind="k", about_kind="order", about_id=9, due_at=NOW, set_at=NOW))
    connection.close()
    assert read.rows(kind="k") == [clock]


def _kill_connection():
    own = connection.connection.info
    with psycopg.connect(own.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [own.backend_pid])
