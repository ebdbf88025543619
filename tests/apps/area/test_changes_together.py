"""Several at once: the later of two changes over a village is refused, a change takes effect once, undo and effect exclude one another."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from laojia.foundation.area import actions, jobs
from laojia.foundation.area.models import Area, AreaChange, AreaSuccessor
from laojia.foundation.outbox.jobs.clocks import ring_due
from laojia.foundation.outbox.models import Clock
from laojia.kernel.errors import Refused
from laojia.policy.facts import CLOCK
from tests.apps.area.conftest import ADMIN, NOW
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 12, 1)
THEN = NOW + timedelta(days=6)


@pytest.fixture
def villages() -> SimpleNamespace:
    jobs.create_county("141024", now=NOW)
    first, second, third = Area.objects.filter(level="village").order_by("code")[:3]
    return SimpleNamespace(first=first, second=second, third=third)


def plan(sources, name):
    return actions.plan_merge(sources=sources, name=name, on=DAY, actor=ADMIN, now=NOW)


def test_the_later_change_over_the_same_village_is_refused(villages):
    done = at_once(
        lambda: plan([villages.first, villages.second], "甲村"),
        lambda: plan([villages.second, villages.third], "乙村"),
        lambda: actions.plan_rename(area=villages.second, name="丙村", on=DAY, actor=ADMIN, now=NOW),
    )
    assert sorted(isinstance(one, AreaChange) for one in done) == [False, False, True]
    assert AreaChange.objects.count() == 1
    refused = [one for one in done if isinstance(one, Refused)]
    assert {one.code for one in refused} == {"change_planned"}


def test_two_workers_carry_it_out_once(villages):
    change = plan([villages.first, villages.second], "甲村")

    def ring():
        return ring_due({"area.take_effect": jobs.change_due}, lambda: THEN, 5)

    at_once(ring, ring, lambda: jobs.change_due(change.pk, THEN))
    ring()
    change.refresh_from_db()
    assert change.state == "done"
    assert Area.objects.filter(name="甲村").count() == 1
    assert AreaSuccessor.objects.count() == 2
    assert Clock.objects.get(about_kind="area_change").state == "done"


def test_undone_or_done_but_not_both(villages):
    change = plan([villages.first, villages.second], "甲村")
    at_once(
        lambda: actions.undo_change(change=AreaChange.objects.get(pk=change.pk), actor=ADMIN, now=THEN),
        lambda: actions.take_effect(change=AreaChange.objects.get(pk=change.pk), actor=CLOCK, now=THEN),
    )
    change.refresh_from_db()
    assert (change.state == "done") == Area.objects.filter(name="甲村").exists()
    assert change.state in ("done", "undone")


def test_killed_half_way_nothing_has_happened(villages, monkeypatch):
    """The process ends after areas began and before the rest: the next worker finds everything as it was."""
    change = plan([villages.first, villages.second], "甲村")
    from laojia.foundation.area.actions import effect

    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(effect, "_follow", killed)
        with pytest.raises(KeyboardInterrupt):
            ring_due({"area.take_effect": jobs.change_due}, lambda: THEN, 5)
    change.refresh_from_db()
    assert change.state == "planned"
    assert not Area.objects.filter(name="甲村").exists()
    assert not Area.objects.filter(level="village").exclude(valid_to=None).exists()
    ring_due({"area.take_effect": jobs.change_due}, lambda: THEN + timedelta(minutes=2), 5)
    change.refresh_from_db()
    assert change.state == "done"
