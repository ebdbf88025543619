"""Verbs of items: draft, publish, pause, resume, retire; an order keeps its version."""

from __future__ import annotations

from typing import Any

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, OutOfScope, WrongState
from laojia.policy.facts import CLOCK
from laojia.steps.menu import actions, queries
from laojia.steps.menu.models import ItemVersion
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db


def draft(cast: Cast, code: str = "LN01") -> ItemVersion:
    return actions.draft_from(version=queries.item(code), actor=cast.as_(cast.menu_editor), now=NOW)


def test_a_draft_is_a_copy_and_there_is_one(menu: Cast) -> None:
    out = queries.item("LN01")
    out.areas.add(menu.town)
    row = draft(menu)
    assert (row.number, row.state, list(row.areas.all())) == (2, "draft", [menu.town])
    assert queries.version_diff(row) == []
    assert draft(menu).pk == row.pk
    assert queries.item("LN01").pk == out.pk, "what is out stays out"


def test_a_new_item(menu: Cast) -> None:
    editor = menu.as_(menu.menu_editor)
    facts = {"name": "陪着散步", "mode": "home_visit", "category": "社区服务"}
    row = actions.draft_new(code="LN07", tile="照应老人", facts=facts, actor=editor, now=NOW)
    assert (row.item.position, row.number) == (420, 1)
    with pytest.raises(BadInput):
        actions.draft_new(code="LN07", tile="照应老人", facts=facts, actor=editor, now=NOW)
    with pytest.raises(BadInput) as refused:
        actions.publish(version=row, actor=editor, now=NOW)
    assert {"about", "risks", "slots", "asked_by"} <= set(refused.value.fields)


@pytest.mark.parametrize(
    "who", ["resident", "stranger", "leader", "station_staff", "dispatcher", "system_admin"]
)
def test_only_an_editor_writes_the_menu(menu: Cast, who: str) -> None:
    row, actor = draft(menu), menu.as_(getattr(menu, who))
    deeds: list[tuple[Any, dict[str, Any]]] = [
        (actions.save_draft, {"version": row, "facts": {"name": "别的"}}),
        (actions.publish, {"version": row}),
        (actions.retire, {"version": row, "reason": "other"}),
        (actions.draft_from, {"version": queries.item("LN02")}),
        (
            actions.draft_new,
            {"code": "ZZ09", "tile": "孩子", "facts": {"name": "甲", "mode": "walk_in", "category": "其他"}},
        ),
    ]
    for deed, words in deeds:
        with pytest.raises((NotPermitted, OutOfScope)):
            deed(actor=actor, now=NOW, **words)
    row.refresh_from_db()
    assert (row.name, row.state) == ("上门理发", "draft")


def test_publishing_retires_the_version_that_was_out_and_orders_keep_theirs(menu: Cast) -> None:
    editor, out, row = menu.as_(menu.menu_editor), queries.item("LN01"), draft(menu)
    occasion = actions.open_occasion(
        actor=CLOCK, now=NOW, item_version=out, kind="visit", area=menu.village, date=TODAY, half="morning"
    )
    actions.save_draft(version=row, facts={"minutes": 45, "how_long": "三刻钟左右。"}, actor=editor, now=NOW)
    actions.publish(version=row, actor=editor, now=NOW)
    out.refresh_from_db()
    occasion.refresh_from_db()
    assert (out.state, row.state, row.published_at) == ("retired", "published", NOW)
    assert occasion.item_version_id == out.pk
    retired = JournalRow.objects.get(verb="menu.retire", subject_id=out.pk)
    assert (retired.reason, retired.cause) == ("replaced", "menu.publish")
    saved = JournalRow.objects.get(verb="menu.draft", subject_id=row.pk, from_state="draft")
    assert saved.fields == ["how_long", "minutes"]


def test_publishing_twice_and_changing_what_is_out(menu: Cast) -> None:
    editor, row = menu.as_(menu.menu_editor), draft(menu)
    actions.publish(version=row, actor=editor, now=NOW)
    with pytest.raises(WrongState):
        actions.publish(version=row, actor=editor, now=NOW)
    with pytest.raises(WrongState):
        actions.save_draft(version=row, facts={"name": "别的"}, actor=editor, now=NOW)


def test_pause_resume_retire(menu: Cast) -> None:
    editor, desk, row = menu.as_(menu.menu_editor), menu.as_(menu.dispatcher), queries.item("LN01")
    with pytest.raises(BadInput):
        actions.pause(version=row, reason="", actor=desk, now=NOW)
    actions.pause(version=row, reason="safety", actor=desk, now=NOW)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.resume(version=row, actor=desk, now=NOW)
    actions.resume(version=row, actor=editor, now=NOW)
    assert queries.item("LN01").pk == row.pk
    with pytest.raises(BadInput):
        actions.retire(version=row, reason="", actor=editor, now=NOW)
    actions.retire(version=row, reason="not_offered_any_more", actor=editor, now=NOW)
    with pytest.raises(WrongState):
        actions.resume(version=row, actor=editor, now=NOW)
    verbs = (
        JournalRow.objects.filter(kind="item", subject_id=row.pk)
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert list(verbs)[-3:] == ["menu.pause", "menu.resume", "menu.retire"]


def test_saving_over_somebody_is_a_conflict(menu: Cast) -> None:
    editor, row = menu.as_(menu.menu_editor), draft(menu)
    stale = ItemVersion.objects.get(pk=row.pk)
    actions.save_draft(version=row, facts={"name": "第一个"}, actor=editor, now=NOW)
    with pytest.raises(Conflict):
        actions.save_draft(version=stale, facts={"name": "第二个"}, actor=editor, now=NOW)


@pytest.mark.parametrize(
    ("facts", "field"), [({"danger": "water"}, "insured"), ({"sealed": True}, "protected")]
)
def test_what_the_tables_forbid_is_said_first(menu: Cast, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        actions.save_draft(version=draft(menu), facts=facts, actor=menu.as_(menu.menu_editor), now=NOW)
    assert field in refused.value.fields


def test_a_risk_of_another_item_is_not_copied(menu: Cast) -> None:
    other, row = queries.item("LN03"), draft(menu)
    actions.save_draft(
        version=row, facts={"risks": [*row.risks, other.risks[0]]}, actor=menu.as_(menu.menu_editor), now=NOW
    )
    assert other.risks[0] in queries.publish_refusals(row)["risks"]


def test_answers_are_refused_in_the_persons_words(menu: Cast) -> None:
    version = queries.item("ET01")
    with pytest.raises(BadInput) as refused:
        queries.answers_or_refuse(version, {"consent": "no"})
    assert refused.value.fields["consent"] == "监护人点了头才能约。"
    required = [q["key"] for q in version.questions if q["required"]]
    with pytest.raises(BadInput) as refused:
        queries.answers_or_refuse(version, {})
    assert set(refused.value.fields) == set(required)


def test_a_wish_is_refused_with_what_is_possible(menu: Cast) -> None:
    version = queries.item("YL02")  # Sundays, three working days ahead
    assert "周日" in queries.wish_refusal(version, TODAY.replace(month=12, day=1), "morning", NOW)
    assert "最早是" in queries.wish_refusal(version, TODAY, "morning", NOW)
    day, halves = queries.wish_days(version, NOW, 1)[0]
    assert day.weekday() == 6
    assert queries.wish_refusal(version, day, halves[0], NOW) == ""


def test_quota_by_week(menu: Cast) -> None:
    version = queries.item("YL01")
    assert queries.quota_left(version, TODAY) == version.quota_per_week == 6
    taken = [actions.take_quota(item_version=version, on=TODAY, actor=CLOCK, now=NOW) for _ in range(7)]
    assert (taken.count(True), taken[-1]) == (6, False)
    assert queries.quota_left(version, TODAY) == 0
    assert actions.take_quota(item_version=version, on=TODAY.replace(day=30), actor=CLOCK, now=NOW), (
        "the next week"
    )
    free = queries.item("LN01")
    assert queries.quota_left(free, TODAY) is None or free.quota_per_week


def test_a_new_quota_counts_at_once_but_takes_nothing_back(menu: Cast) -> None:
    editor, version = menu.as_(menu.menu_editor), queries.item("YL01")
    for _ in range(4):
        actions.take_quota(item_version=version, on=TODAY, actor=CLOCK, now=NOW)
    for quota, more in ((3, False), (5, True)):
        row = actions.draft_from(version=queries.item("YL01"), actor=editor, now=NOW)
        actions.save_draft(version=row, facts={"quota_per_week": quota}, actor=editor, now=NOW)
        actions.publish(version=row, actor=editor, now=NOW)
        assert actions.take_quota(item_version=row, on=TODAY, actor=CLOCK, now=NOW) is more
    assert queries.quota_left(queries.item("YL01"), TODAY) == 0
