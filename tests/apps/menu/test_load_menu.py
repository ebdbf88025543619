"""The first menu: read once, published, left alone afterwards."""

from __future__ import annotations

import pytest

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Post
from laojia.steps.menu import actions, jobs, queries
from laojia.steps.menu.models import ItemVersion, MenuItem
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_forty_items_are_published_and_one_apart(cast: Cast) -> None:
    lines = jobs.load_menu(NOW)
    assert lines == ["menu: 41 items read, 41 published"]
    assert ItemVersion.objects.filter(state="published", number=1).count() == MenuItem.objects.count() == 41
    rows = JournalRow.objects.filter(kind="item")
    assert len(queries.items()) == 39  # the unlisted need stands beside every tile, the call-up on none
    assert rows.filter(verb="menu.draft", actor_id=None, channel="clock").count() == 41
    assert rows.filter(verb="menu.publish", to_state="published").count() == 41


def test_reading_it_again_changes_nothing_the_county_wrote(cast: Cast) -> None:
    jobs.load_menu(NOW)
    editor = cast.as_(cast.menu_editor)
    draft = actions.draft_from(version=queries.item("LN01"), actor=editor, now=NOW)
    actions.save_draft(version=draft, facts={"name": "上门剃头"}, actor=editor, now=NOW)
    actions.publish(version=draft, actor=editor, now=NOW)
    before = JournalRow.objects.count()
    assert jobs.load_menu(NOW) == []
    assert queries.item("LN01").name == "上门剃头"
    assert JournalRow.objects.count() == before


def test_a_sealed_item_waits_for_a_keeper(cast: Cast) -> None:
    Post.objects.filter(role="keeper").delete()
    first = jobs.load_menu(NOW)
    assert first[0] == "menu: 41 items read, 40 published"
    assert "ET02" in first[1]
    Post.objects.create(person=cast.keeper, role="keeper", area=cast.county, valid_from=NOW.date())
    assert jobs.load_menu(NOW) == ["menu: 0 items read, 1 published"]
    assert queries.item("ET02").keeper == cast.keeper


def test_only_harmless_items_skip_triage(cast: Cast) -> None:
    jobs.load_menu(NOW)
    trusted = set(ItemVersion.objects.filter(trusted=True).values_list("item__code", flat=True))
    assert {"LN01", "WX02", "LN06"} <= trusted
    assert not trusted & {
        "YL01",
        "YL02",
        "WX01",
        "KP02",
        "HJ03",
        "JT01",
        "TJ01",
        "ET01",
        "ET02",
        "ET03",
        "QT00",
    }
