"""Drafting, publishing, pausing, retiring items; quota per week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import advance, check, record, start
from laojia.foundation.people.models import Person
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor
from laojia.steps.menu.models import MODES, ItemVersion, MenuItem, WeekQuota
from laojia.steps.menu.queries.items import publish_refusals
from laojia.steps.menu.rules.items import EDITABLE
from laojia.steps.menu.rules.times import monday_of


@transaction.atomic
def draft_new(
    *, code: str, tile: str, facts: Mapping[str, Any], actor: Actor, now: datetime, position: int | None = None,
    keeper: Person | None = None,
) -> ItemVersion:  # fmt: skip
    """A new item with its first draft. Raises BadInput when the code is taken."""
    if MenuItem.objects.filter(code=code).exists():
        said = _("There is an item with this code already.")
        raise BadInput("code_taken", said, _("Choose another code, or edit that item."), {"code": said})
    if position is None:
        position = (MenuItem.objects.aggregate(last=Max("position"))["last"] or 0) + 10
    item = MenuItem.objects.create(code=code, tile=tile, position=position)
    row = ItemVersion(item=item, number=1, state="draft", keeper=keeper, **_plain(facts))
    return start(row, "menu.draft", actor=actor, now=now)


@transaction.atomic
def draft_from(*, version: ItemVersion, actor: Actor, now: datetime) -> ItemVersion:
    """The item's draft: the one that is there, or a copy of this version to be edited."""
    known = ItemVersion.objects.filter(item=version.item_id, state="draft").first()
    if known is not None:
        check(known, "menu.draft", actor=actor)
        return known
    last = ItemVersion.objects.filter(item=version.item_id).aggregate(last=Max("number"))["last"]
    facts = {name: getattr(version, name) for name in EDITABLE}
    row = ItemVersion(item=version.item, number=last + 1, state="draft", keeper_id=version.keeper_id, **facts)
    start(row, "menu.draft", actor=actor, now=now)
    row.areas.set(version.areas.all())
    return row


@transaction.atomic
def save_draft(
    *,
    version: ItemVersion,
    facts: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    tile: str | None = None,
    areas: Iterable[Area] | None = None,
    keeper: Person | bool | None = False,
) -> ItemVersion:
    """Write what the editor changed; nothing is checked for completeness until it is published.

    `keeper=False` leaves the keeper as he is. Raises Conflict when somebody else saved meanwhile.
    """
    check(version, "menu.draft", actor=actor)
    new = {name: value for name, value in _plain(facts).items() if getattr(version, name) != value}
    if not isinstance(keeper, bool) and version.keeper_id != (keeper.pk if keeper else None):
        new["keeper"] = keeper
    _fits(version, new)
    if not swap(
        ItemVersion,
        version.pk,
        {"version": version.version, "state": "draft"},
        version=version.version + 1,
        **new,
    ):
        raise Conflict(
            "changed_meanwhile",
            _("Somebody else has just changed this."),
            _("Look at it again and decide anew; nothing of yours was saved."),
        )
    for name, value in {**new, "version": version.version + 1}.items():
        setattr(version, name, value)
    fields = set(new)
    if areas is not None:
        version.areas.set(areas)
        fields.add("areas")
    if tile is not None and tile != version.item.tile:
        MenuItem.objects.filter(pk=version.item_id).update(tile=tile)
        version.item.tile = tile
        fields.add("tile")
    record(version, "menu.draft", actor=actor, now=now, fields=fields)
    return version


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(facts) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    if facts.get("mode", "describe") not in MODES:
        raise ValueError(facts["mode"])
    return dict(facts)


def _fits(version: ItemVersion, new: Mapping[str, Any]) -> None:
    """What the tables themselves forbid is said before they do."""
    wrong: dict[str, object] = {}
    danger, insured = new.get("danger", version.danger), new.get("insured", version.insured)
    if danger and not insured:
        wrong["insured"] = _("Dangerous work is insured before it starts.")
    if new.get("sealed", version.sealed) and not new.get("protected", version.protected):
        wrong["protected"] = _("What is sealed is protected too.")
    if wrong:
        raise BadInput("draft", _("Please look at the marked places again."), "", wrong)


@transaction.atomic
def publish(*, version: ItemVersion, actor: Actor, now: datetime) -> ItemVersion:
    """The draft becomes what can be ordered; the version that was out is retired. Orders keep theirs.

    Raises BadInput with a sentence for each field that is not ready.
    """
    check(version, "menu.publish", actor=actor)
    if wrong := publish_refusals(version):
        raise BadInput(
            "not_ready",
            _("This cannot go on the menu yet."),
            _("Mend the marked places, then publish it again."),
            dict(wrong),
        )
    out = ItemVersion.objects.filter(item=version.item_id, state__in=("published", "paused")).first()
    if out is not None:
        advance(out, "menu.retire", actor=actor, now=now, reason="replaced", because="menu.publish")
    return advance(version, "menu.publish", actor=actor, now=now, published_at=now)


@transaction.atomic
def pause(*, version: ItemVersion, reason: str, actor: Actor, now: datetime) -> ItemVersion:
    """Nobody can order it for now; orders that are there go on."""
    return advance(version, "menu.pause", actor=actor, now=now, reason=reason)


@transaction.atomic
def resume(*, version: ItemVersion, actor: Actor, now: datetime) -> ItemVersion:
    """It can be ordered again."""
    return advance(version, "menu.resume", actor=actor, now=now)


@transaction.atomic
def retire(*, version: ItemVersion, reason: str, actor: Actor, now: datetime) -> ItemVersion:
    """It is not offered any more; a draft is thrown away the same way."""
    if not reason:
        said = _("Please say why.")
        raise BadInput("reason", said, _("Choose one of the reasons."), {"reason": said})
    return advance(version, "menu.retire", actor=actor, now=now, reason=reason)


@transaction.atomic
def take_quota(*, item_version: ItemVersion, on: date, actor: Actor, now: datetime) -> bool:
    """Count one order of the item in the week of the day; False when the week is full. Part of order.place."""
    quota = item_version.quota_per_week
    if not quota:
        return True
    row, _made = WeekQuota.objects.get_or_create(
        item_id=item_version.item_id, monday=monday_of(on), defaults={"quota": quota}
    )
    if row.quota != quota:
        # A newer version has another quota: it holds from now on, never below what is taken.
        WeekQuota.objects.filter(pk=row.pk, taken__lte=quota).update(quota=quota)
    taken = WeekQuota.objects.filter(pk=row.pk, taken__lt=F("quota"), taken__lte=quota - 1)
    return taken.update(taken=F("taken") + 1) == 1


@transaction.atomic
def give_back_quota(*, item_version: ItemVersion, on: date, actor: Actor, now: datetime) -> None:
    """The order is gone again."""
    WeekQuota.objects.filter(item=item_version.item_id, monday=monday_of(on), taken__gte=1).update(
        taken=F("taken") - 1
    )
