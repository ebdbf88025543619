"""Fills the databases: people who can sign in by real actions, then many orders by set-based SQL from one real order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ITEMS = 40
PEOPLE = 500
OWNERS = 100  # the first of them
# Of a hundred orders in a thousand two wait for a team and one waits to be read; the rest is history.
WAITING, RECEIVED = 10, 10  # per mille

# What differs from the order that all others are copies of; everything else is taken over.
_ORDERS = """
INSERT INTO order_order ({columns})
SELECT {values}
FROM order_order AS o, generate_series(%(first)s, %(last)s) AS n
WHERE o.id = %(model)s
"""
_OWN = {
    "id": "n",
    "number": "'D141024-26-' || lpad(n::text, 7, '0') || '-X'",
    "key": "gen_random_uuid()",
    "state": "CASE WHEN n %% 1000 < %(waiting)s THEN 'waiting' WHEN n %% 1000 < %(open)s THEN 'received' ELSE 'closed' END",
    "person_id": "(%(people)s::bigint[])[1 + n %% array_length(%(people)s::bigint[], 1)]",
    "asker_id": "(%(people)s::bigint[])[1 + n %% array_length(%(people)s::bigint[], 1)]",
    "area_id": "(%(areas)s::bigint[])[1 + n %% array_length(%(areas)s::bigint[], 1)]",
    "area_path": "(%(paths)s::text[])[1 + n %% array_length(%(paths)s::text[], 1)]",
    "item_version_id": "(%(items)s::bigint[])[1 + n %% array_length(%(items)s::bigint[], 1)]",
    "contact_hash": "md5(n::text)",
    "contact_end_hash": "md5((n %% 10000)::text)",
    "placed_at": "%(now)s::timestamptz - (n %% 1000000) * interval '30 seconds'",
    "holder_since": "%(now)s::timestamptz - (n %% 1000000) * interval '30 seconds'",
    "promise_due_at": "%(now)s::timestamptz + (n %% 2880) * interval '1 minute'",
}
_HOPS = """
INSERT INTO order_hop (order_id, at, holder, holder_id, until, why)
SELECT n, %(now)s, h.holder, h.holder_id, h.until, h.why
FROM order_hop AS h, generate_series(%(first)s, %(last)s) AS n WHERE h.order_id = %(model)s
"""
_JOURNAL = """
INSERT INTO journal_journalrow (at, verb, kind, subject_id, actor_id, behalf_id, channel, from_state, to_state,
                                reason, fields, cause, practice)
SELECT j.at, j.verb, j.kind, n, j.actor_id, j.behalf_id, j.channel, j.from_state, j.to_state, j.reason, j.fields,
       j.cause, j.practice
FROM journal_journalrow AS j, generate_series(%(first)s, %(last)s) AS n, generate_series(1, 3)
WHERE j.kind = 'order' AND j.subject_id = %(model)s
"""
_CLOCKS = """
INSERT INTO outbox_clock (kind, about_kind, about_id, round, due_at, provisional, since, span, state, set_at, lease,
                          lease_until, attempts, note)
SELECT c.kind, c.about_kind, n, c.round, c.due_at, c.provisional, c.since, c.span,
       CASE WHEN n %% 1000 < %(open)s THEN 'pending' ELSE 'cancelled' END, c.set_at, '', NULL, 0, ''
FROM outbox_clock AS c, generate_series(%(first)s, %(last)s) AS n
WHERE c.about_kind = 'order' AND c.about_id = %(model)s
"""


@dataclass
class Filled:
    """Who can ask for what: cookies of residents and of the dispatcher, item codes, an area, and the model order."""

    residents: list[tuple[int, str]]  # person, session: who will order
    owners: list[tuple[int, str]]  # whose the orders are that are there already
    dispatcher: str
    items: list[str]
    area: str
    model: int
    wish: tuple[str, str]
    floor: str = ""  # session of the signed-in floor's account


def make_people(now: datetime) -> Filled:
    """The cast and four hundred residents, forty items, one order by the real action."""
    from laojia.foundation.calendar.queries import calendar
    from laojia.foundation.people.models import Account, Person
    from laojia.kernel import crypto
    from laojia.steps.menu.models import ItemVersion
    from laojia.steps.menu.rules.times import wish_days
    from laojia.steps.order import actions
    from tests.acting import account_of
    from tests.apps.dispatch.conftest import make_item
    from tests.cast import make_cast
    from tests.conftest import session_cookie

    cast = make_cast()
    village = cast.village
    phones = [f"137{number:08d}" for number in range(PEOPLE)]
    people = Person.objects.bulk_create(
        Person(
            name="住户", phone=phone, phone_hash=crypto.keyed_hash(phone), phone_end_hash=crypto.keyed_hash(phone[-4:]),
            area=village, area_path=village.path, created_at=now,
        )
        for phone in phones
    )  # fmt: skip
    accounts = Account.objects.bulk_create(
        Account(username=f"person{p.pk}", person=p, phone=p.phone, phone_hash=p.phone_hash, phone_verified=True, password="!")
        for p in people
    )  # fmt: skip
    items = [make_item(f"B{number:02d}", trusted=number % 2 == 0) for number in range(ITEMS)]
    first: ItemVersion = items[1]
    day, halves = wish_days(first.slots, first.lead_working_days, now, calendar(), count=2)[1]
    wish = (day.isoformat(), halves[0])
    order = actions.place(
        actor=cast.as_(cast.resident), now=now, key=uuid.uuid4(), item_version=first, area=village, place="一巷3号",
        times=[{"date": wish[0], "half": wish[1]}],
    )  # fmt: skip
    sessions = [(a.person_id or 0, str(session_cookie("http://127.0.0.1", a)["value"])) for a in accounts]
    dispatcher = str(session_cookie("http://127.0.0.1", account_of(cast.dispatcher))["value"])
    return Filled(
        sessions[OWNERS:],
        sessions[:OWNERS],
        dispatcher,
        [item.item.code for item in items],
        village.code,
        order.pk,
        wish,
    )


def add_orders(filled: Filled, first: int, last: int, now: datetime) -> None:
    """Orders `first` to `last` with their hops, journal and clocks; then the statistics the planner needs."""
    from django.db import connection

    from laojia.foundation.area.models import Area
    from laojia.steps.menu.models import ItemVersion
    from laojia.steps.order.models import Order

    villages = list(Area.objects.filter(level="village").order_by("code").values_list("pk", "path"))
    columns = [f.column for f in Order._meta.local_concrete_fields if not f.generated]
    given: dict[str, Any] = {
        "first": first, "last": last, "model": filled.model, "now": now, "waiting": WAITING, "open": WAITING + RECEIVED,
        "people": [person for person, _session in filled.owners], "areas": [pk for pk, _path in villages],
        "paths": [path for _pk, path in villages], "items": list(ItemVersion.objects.values_list("pk", flat=True)),
    }  # fmt: skip
    orders = _ORDERS.format(
        columns=", ".join(f'"{name}"' for name in columns),
        values=", ".join(_OWN.get(name, f'o."{name}"') for name in columns),
    )
    with connection.cursor() as cursor:
        for statement in (orders, _HOPS, _JOURNAL, _CLOCKS):
            cursor.execute(statement, given)
        for table in ("order_order", "journal_journalrow"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
        _true_numbers(cursor, first, last)
        cursor.execute("VACUUM ANALYZE")


def _true_numbers(cursor: Any, first: int, last: int) -> None:
    """Open orders get numbers with their check digit, so that their pages can be asked for."""
    from laojia.kernel.codes import public_number

    ids = [pk for pk in range(first, last + 1) if pk % 1000 < WAITING + RECEIVED]
    numbers = [public_number("D", "141024", 26, pk) for pk in ids]
    cursor.execute(
        "UPDATE order_order AS o SET number = t.number FROM unnest(%s::bigint[], %s::text[]) AS t(id, number)"
        " WHERE o.id = t.id",
        [ids, numbers],
    )


def fill_floor(count: int, now: datetime) -> None:
    """As many rows on the floor, as many of them waiting."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor_order (key, number, state, title, person, place, version, due_at, placed_at)"
            " SELECT gen_random_uuid(), 'D141024-26-' || n, CASE WHEN n %% 1000 < %s THEN 'waiting' ELSE 'closed' END,"
            " '上门理发', '王秀英', '一巷3号', 0, %s::timestamptz + n * interval '1 second', %s"
            " FROM generate_series(1, %s) AS n",
            [WAITING + RECEIVED, now, now, count],
        )
        cursor.execute("VACUUM ANALYZE")
