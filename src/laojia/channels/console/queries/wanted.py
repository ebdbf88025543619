"""What a caller wants: the menu as he says it, the form with what is remembered of him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laojia.channels.console.queries.caller import Call
from laojia.channels.console.rules import Line, best_split, fitting, read_line
from laojia.foundation.people.queries import resident
from laojia.kernel.clock import local_date
from laojia.steps.menu import queries as menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import queries as orders
from laojia.steps.order.models import Order

TIMED = ("home_visit", "by_appointment", "whole_village")
_NOT_HERE = ("walk_in", "describe", "volunteers", "seats")
MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a typed line may mean: items, occasions with seats, and what is left over for the order."""

    line: Line
    items: list[ItemVersion]
    seats: list[Occasion]
    words: str

    @property
    def best(self) -> ItemVersion | None:
        return self.items[0] if self.items else None


def find_wanted(call: Call, text: str) -> Found:
    """The item one word of the line names; its other words go to the free line."""
    line = read_line(text, local_date(call.now))
    everything = menu.items()
    known = {term for row in everything for term in (*row.search, row.name)}
    place = best_split(line.words, known)
    asked = line.words[place] if line.words else ""
    rest = "，".join((*line.words[:place], *line.words[place + 1 :])).replace("，", ", ")
    rows = [row for row in menu.items(text=asked) if _to_be_had(row)] if asked else []
    on = menu.whats_on(call.person.area_path, 30, ("seats",), now=call.now) if asked else []
    named = {row.item_id for row in menu.items(text=asked)} if asked and on else set()
    seats = [row for row in on if row.item_version.item_id in named]
    return Found(line, rows[:MOST_FOUND], seats[:4], rest)


def _to_be_had(row: ItemVersion) -> bool:
    """By somebody on the telephone, for one person; a sealed one is never typed in by others."""
    return row.mode not in _NOT_HERE and not row.sealed


@dataclass(frozen=True, slots=True)
class Wanted:
    """One order being taken: an item, a place in an occasion, or (neither) own words."""

    item: ItemVersion | None = None
    occasion: Occasion | None = None
    words: str = ""
    line: Line | None = None


def form_facts(call: Call, wanted: Wanted, *, alone: bool = False) -> dict[str, Any]:
    """What WantedForm needs: times, remembered place, who belongs to the caller."""
    item, now = wanted.item, call.now
    remembered = orders.choices(resident(call.person.pk))
    timed = item is not None and wanted.occasion is None and item.mode in TIMED
    times = orders.wish_buttons(item, now) if timed and item else []
    others = orders.all_wishes(item, now) if timed and item else []
    initial = _initial(call, remembered.last, alone) | {"words": wanted.words}
    chosen = fitting(wanted.line.wishes, [value for value, _word in others]) if wanted.line else []
    shown = {value for value, _word in times}
    words = dict(others)
    times = [(value, words[value]) for value in chosen if value not in shown] + list(times)
    if chosen:
        initial["times"] = chosen
    return {
        "item": item,
        "family": remembered.people,
        "seat": wanted.occasion is not None,
        "times": times,
        "other_times": others,
        "initial": initial,
    }


def _initial(call: Call, last: Order | None, alone: bool) -> dict[str, Any]:
    start: dict[str, Any] = {"whom": "me", "alone": alone, "head_count": 1}
    area = last.area if last is not None else call.person.area
    if area is not None:
        start["village"] = orders.village_line(area)
    if last is not None and last.person_id == call.person.pk:
        start["alone"] = alone or last.alone
    return start


def seats_line(occasion: Occasion, call: Call) -> tuple[int, int]:
    """(seats free, of them kept for people who telephone)."""
    seats, _released = menu.seats_of(occasion, call.now)
    return seats.free, max(0, seats.held_free)
