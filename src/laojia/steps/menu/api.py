"""The open interface of the menu: what can be had, one item, what is on. Public facts, no person in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from laojia.kernel import clock
from laojia.steps.menu import queries
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.menu.queries.words import TILE_WORDS
from laojia.steps.menu.rules.items import tile_of

router = Router(tags=["menu"])


class ItemShort(Schema):
    """An item in a list."""

    code: str
    name: str
    short: str
    tile: str
    mode: str


class QuestionOut(Schema):
    """An item's own question, answered with the order."""

    key: str
    text: str
    kind: str
    choices: list[str]
    required: bool
    help: str


class ItemOut(ItemShort):
    """All that a resident is told about an item."""

    version: int
    about: str
    who_comes: str
    how_long: str
    risks: list[str]
    asked_by: list[str]
    minutes: int
    lead_working_days: int
    slots: dict[str, list[str]]
    requires: list[str]
    area_codes: list[str]
    questions: list[QuestionOut]


class OccasionOut(Schema):
    """An announced occasion. `seats_left` is what anybody may take now; None where no seat is needed."""

    id: int
    item_code: str
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    area_code: str
    area: str
    place: str
    team: str
    sponsor: str
    seats_left: int | None
    volunteers_wanted: int


class OnFilter(Schema):
    """Narrow what is on: kind (seats, whole_village, volunteers), item code, days ahead."""

    kind: str = ""
    item: str = ""
    days: int = 14


def _short(row: ItemVersion) -> dict[str, Any]:
    tile = tile_of(row.item.tile)
    return {
        "code": row.item.code,
        "name": row.name,
        "short": row.short,
        "tile": str(TILE_WORDS[tile.key]) if tile else "",
        "mode": row.mode,
    }


@router.get("/items", response=list[ItemShort])
def list_items(request: HttpRequest, q: str = "", tile: str = "") -> list[dict[str, Any]]:
    """What can be had now; `q` searches as the page does, `tile` is one of the eight keys."""
    return [_short(row) for row in queries.items(tile=tile[:30], text=q[:40])]


@router.get("/items/{code}", response=ItemOut)
def one_item(request: HttpRequest, code: str) -> dict[str, Any]:
    """One item as it can be ordered now. 404 when it is not on the menu, 409 while it is paused or after its end."""
    row = queries.item(code)
    return _short(row) | {
        "version": row.number,
        "about": row.about,
        "who_comes": row.who_comes,
        "how_long": row.how_long,
        "risks": row.risks,
        "asked_by": row.asked_by,
        "minutes": row.minutes,
        "lead_working_days": row.lead_working_days,
        "slots": row.slots,
        "requires": row.requires,
        "area_codes": [area.code for area in row.areas.all()],
        "questions": row.questions,
    }


@router.get("/on", response=list[OccasionOut])
def what_is_on(request: HttpRequest, wanted: Query[OnFilter]) -> list[dict[str, Any]]:
    """Announced occasions, earliest first, at most 60 days ahead."""
    now = clock.now()
    item_id = queries.item(wanted.item).item_id if wanted.item else None
    rows = queries.whats_on(
        days=max(1, min(wanted.days, 60)),
        kinds=[wanted.kind] if wanted.kind else None,
        now=now,
        item_id=item_id,
    )
    return [_on(row, now) for row in rows]


def _on(row: Occasion, now: datetime) -> dict[str, Any]:
    seats, released = queries.seats_of(row, now)
    return {
        "id": row.pk,
        "item_code": row.item_version.item.code,
        "name": row.item_version.name,
        "kind": row.kind,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "area_code": row.area.code,
        "area": row.area.name,
        "place": row.place,
        "team": row.team.name if row.team else "",
        "sponsor": row.sponsor,
        "seats_left": seats.for_everybody(released=released) if row.kind == "seats" else None,
        "volunteers_wanted": max(0, row.volunteer_places - row.volunteers_taken),
    }
