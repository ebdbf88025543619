"""What a caller wants: the menu as he says it, the form with what is remembered of him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laojia.channels.console.queries.caller import Call
from laojia.channels.console.rules import Line, best_split, fitting, nearness, read_line
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
    near: list[ItemVersion]  # a guess, when nothing on the menu says it in these words
    just_go: list[ItemVersion]  # nothing to order: one goes there when it is open

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
    # A bare 理发 says no more than the item's name; 水管漏水 is told to those who come.
    kept = [word for number, word in enumerate(line.words) if number != place or word not in known]
    rest = "，".join(kept)
    fitting_rows = menu.items(text=asked) if asked else []
    rows = [row for row in fitting_rows if _to_be_had(row)]
    on = menu.whats_on(call.person.area_path, 30, ("seats",), now=call.now) if asked else []
    named = {row.item_id for row in fitting_rows}
    seats = [row for row in on if row.item_version.item_id in named]
    near = [] if rows or seats else _near(everything, text)
    just_go = [row for row in fitting_rows if row.mode == "walk_in"][:2]
    return Found(line, rows[:MOST_FOUND], seats[:4], rest, near, just_go)


def _near(rows: list[ItemVersion], text: str) -> list[ItemVersion]:
    """Up to three items that share pairs of signs with what was typed, the nearest first."""
    scored = [(nearness(text, f"{row.name} {' '.join(row.search)}"), row) for row in rows if _to_be_had(row)]
    best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [row for _score, row in best[:3]]


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
    missed = bool(wanted.line and wanted.line.wishes and not chosen and times)
    if chosen or missed:  # a time that was named and cannot be had is not silently another one
        initial["times"] = chosen
    return {
        "item": item,
        "missed": missed,
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
