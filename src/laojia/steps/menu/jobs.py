"""The county's first menu from its data file, and the clock that ends occasions."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from laojia.foundation.people.models import Person, Post
from laojia.kernel import clock
from laojia.policy.facts import CLOCK, Actor, Grant
from laojia.policy.roles import Channel, Role
from laojia.steps.menu import actions
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion, Standstill
from laojia.steps.menu.queries import publish_refusals
from laojia.steps.menu.rules.items import EDITABLE, is_harmless

MENU_FILE = Path(__file__).parent / "data" / "menu.toml"
# The set-up lays the first menu out in an editor's place; the journal shows no person and the clock's channel.
_SETTING_UP = Actor(None, (Grant(Role.MENU_EDITOR),), Channel.CLOCK)


def load_menu(now: datetime | None = None) -> list[str]:
    """Read the first menu and publish it; items that are there stay as the county made them.

    Repeating it publishes what could not be published before (a sealed item waits until the county has a keeper).
    Returns lines that say what was done.
    """
    moment = now or clock.now()
    menu = tomllib.loads(MENU_FILE.read_text(encoding="utf-8"))
    known = set(MenuItem.objects.values_list("code", flat=True))
    keeper = _keeper(moment)
    made = 0
    with transaction.atomic():
        for number, entry in enumerate([*menu["items"], *menu["apart"]], start=1):
            if entry["code"] not in known:
                _draft(entry, number * 10, keeper, moment)
                made += 1
        published = _publish_first(keeper, moment)
    waiting = ItemVersion.objects.filter(state="draft", number=1).select_related("item")
    lines = [f"menu: {made} items read, {published} published"] if made or published else []
    return lines + [
        f"menu: {row.item.code} waits: {'; '.join(publish_refusals(row).values())}" for row in waiting
    ]


def _keeper(now: datetime) -> Person | None:
    """The person who holds the keeper's post, when the county has one."""
    day = clock.local_date(now)
    post = (
        Post.objects.filter(role=Role.KEEPER.value, valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .select_related("person")
        .order_by("id")
        .first()
    )
    return post.person if post else None


def _draft(entry: dict[str, Any], position: int, keeper: Person | None, now: datetime) -> None:
    facts = {name: entry[name] for name in EDITABLE if name in entry}
    facts["trusted"] = is_harmless(facts)
    actions.draft_new(
        code=entry["code"],
        tile=entry["tile"],
        facts=facts,
        position=position,
        keeper=keeper if entry["sealed"] else None,
        actor=_SETTING_UP,
        now=now,
    )


def _publish_first(keeper: Person | None, now: datetime) -> int:
    """First drafts of the set-up that nobody has touched and that are ready."""
    count = 0
    rows = ItemVersion.objects.filter(state="draft", number=1, version=0)
    for row in rows.select_related("item").order_by("item__position"):
        if row.sealed and row.keeper_id is None and keeper is not None:
            actions.save_draft(version=row, facts={}, keeper=keeper, actor=_SETTING_UP, now=now)
        if not publish_refusals(row):
            actions.publish(version=row, actor=_SETTING_UP, now=now)
            count += 1
    return count


def pass_due(about_id: int, now: datetime) -> None:
    """Clock `occasion.pass`: the occasion's time is over. Moved or called-off ones are left alone."""
    row = Occasion.objects.filter(pk=about_id, state="confirmed", ends_at__lte=now).first()
    if row is not None:
        actions.pass_occasion(occasion=row, actor=CLOCK, now=now)


def standstill_over(about_id: int, now: datetime) -> None:
    """Clock `standstill.over`: the morning after. Who waits for a new time is asked for one."""
    row = Standstill.objects.filter(pk=about_id, state="standing").first()
    if row is not None:
        actions.ask_for_times(standstill=row, now=now)
