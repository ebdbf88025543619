"""The Order machine against a model written by hand: whatever comes in whatever order, the row is where the model says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock
from laojia.kernel.errors import WrongState
from laojia.policy.facts import CLOCK
from laojia.steps.menu import actions as menu
from laojia.steps.order import actions
from laojia.steps.order.models import Attendance, Hop, Order
from tests.apps.order.conftest import THURSDAY, make_item
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db

# The model: state × verb → state. What is not here is refused. Written from the domain, not from the code's own table.
MODEL: dict[str, dict[str, str]] = {
    "received": {
        "triage": "waiting", "ask_back": "need_info", "refuse": "refused", "merge": "merged", "suspend": "suspended",
        "arrange": "arranged", "end": "closed", "cancel": "cancelled", "nudge": "received", "change": "received",
    },
    "waiting": {
        "ask_back": "need_info", "refuse": "refused", "merge": "merged", "suspend": "suspended", "arrange": "arranged",
        "end": "closed", "cancel": "cancelled", "nudge": "waiting", "change": "waiting",
    },
    "need_info": {"answer": "received", "refuse": "refused", "cancel": "cancelled", "change": "need_info"},
    "suspended": {"resume": "waiting", "cancel": "cancelled"},
    "merged": {"unmerge": "waiting"},
    "arranged": {"unarrange": "waiting", "serve": "served", "cancel": "cancelled", "nudge": "arranged"},
    "served": {"close": "closed", "reopen": "waiting"},
    "closed": {"reopen": "waiting"},
    "refused": {},
    "cancelled": {},
}  # fmt: skip
VERBS = sorted({verb for row in MODEL.values() for verb in row})
ENDED = {"refused", "cancelled", "merged", "closed"}


def steps(cast: Cast, order: Order, other: Order) -> dict[str, Callable[[], Any]]:
    """Each verb by somebody who may."""
    me, desk = cast.as_(cast.resident), cast.as_(cast.dispatcher)
    common: dict[str, Any] = {"order": order, "now": NOW}

    def arrange() -> Any:
        assert order.item_version is not None
        occasion = menu.open_occasion(
            actor=CLOCK, now=NOW, item_version=order.item_version, kind="visit", area=order.area, team=cast.team,
            state="confirmed", starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1),
        )  # fmt: skip
        return actions.arrange(**common, occasion=occasion, actor=CLOCK)

    return {
        "triage": lambda: actions.triage(**common, actor=desk),
        "ask_back": lambda: actions.ask_back(**common, reason="other", question="哪儿？", actor=desk),
        "answer": lambda: actions.answer(**common, words="这儿", actor=me),
        "refuse": lambda: actions.refuse(**common, reason="unsafe", where_else="119", actor=desk),
        "merge": lambda: actions.merge(**common, into=other, actor=desk),
        "unmerge": lambda: actions.unmerge(**common, actor=desk),
        "suspend": lambda: actions.suspend(**common, until=date(2026, 12, 1), actor=me),
        "resume": lambda: actions.resume(**common, actor=me),
        "arrange": arrange,
        "unarrange": lambda: actions.unarrange(**common, reason="other", actor=desk),
        "serve": lambda: actions.serve(**common, outcome="partly", actor=desk),
        "close": lambda: actions.close(**common, actor=CLOCK),
        "reopen": lambda: actions.reopen(**common, reason="not_solved", actor=me),
        "end": lambda: actions.end(**common, reason="nobody_found", actor=desk),
        "cancel": lambda: actions.cancel(**common, reason="not_needed", actor=me),
        "nudge": lambda: actions.nudge(**common, actor=me),
        "change": lambda: actions.change(**common, place=uuid.uuid4().hex[:6], actor=me),
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(verbs=st.lists(st.sampled_from(VERBS), min_size=1, max_size=14), trusted=st.booleans())
def test_the_machine_follows_the_model(cast: Cast, verbs: list[str], trusted: bool) -> None:
    with transaction.atomic():
        _walk(cast, verbs, trusted=trusted)
        transaction.set_rollback(True)  # every example begins on the same ground


def _walk(cast: Cast, verbs: list[str], *, trusted: bool) -> None:
    item = make_item(trusted=trusted)
    order, other = _placed(cast, item), _placed(cast, item)
    state = "waiting" if trusted else "received"
    window = False  # a review window is open only after serving
    for verb in verbs:
        order = Order.objects.get(pk=order.pk)
        assert order.state == state
        wanted = MODEL[state].get(verb)
        if verb == "reopen" and not window:
            wanted = None
        rows, hops = _rows(order), Hop.objects.filter(order=order).count()
        if wanted is None:
            with pytest.raises(WrongState), transaction.atomic():
                steps(cast, order, other)[verb]()
            assert (_rows(order), Hop.objects.filter(order=order).count()) == (rows, hops)
        else:
            steps(cast, order, other)[verb]()
            window = (window or verb == "serve") and verb != "reopen"
            state = wanted
        _invariants(order)


def _placed(cast: Cast, item: Any) -> Order:
    return actions.place(
        actor=cast.as_(cast.resident), now=NOW, key=uuid.uuid4(), item_version=item, area=cast.village, place="一巷",
        times=[THURSDAY], sure=True,
    )  # fmt: skip


def _rows(order: Order) -> int:
    return JournalRow.objects.filter(kind="order", subject_id=order.pk).count()


def _invariants(order: Order) -> None:
    """Whatever happened: no holder without a clock while somebody waits, nobody holds what has ended, one promise only."""
    row = Order.objects.get(pk=order.pk)
    pending = list(
        Clock.objects.filter(about_kind="order", about_id=row.pk, state="pending").values_list(
            "kind", flat=True
        )
    )
    if row.state in ("received", "waiting"):
        assert pending.count("order.promise") == 1
        assert row.holder_until is not None
    if row.state in ENDED:
        assert row.holder == "nobody"
        assert not pending
    if row.state in ("need_info", "suspended"):
        assert len(pending) == 1
    if row.state == "arranged":
        assert row.team_id is not None
        assert "order.promise" not in pending
    last = Hop.objects.filter(order=row).latest("id")
    assert (last.holder, last.holder_id, last.why) == (row.holder, row.holder_id, row.holder_why)
    expected = Attendance.objects.filter(order=row, state="expected").count()
    assert expected == 0 or row.state in ("arranged", "waiting", "served", "closed")
