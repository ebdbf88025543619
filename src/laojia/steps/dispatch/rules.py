"""Pure decisions of dispatch: what needs two pairs of eyes, which times are left, who is asked next, how far the ladder goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from laojia.kernel.clock import CHINA
from laojia.policy.deadlines import Due, halfway, within
from laojia.steps.menu.rules.times import HALF_HOURS, WorkDays, wish_days
from laojia.steps.order.rules.placing import TO_THE_DOOR

Slot = tuple[date, str]

ASKED_BEFORE_POOL = 2  # after two silent or declined offers: the pool and the centre at once
SILENT_BEFORE_CALL = 2  # 先打电话再派
UNDO = timedelta(seconds=10)
LATELY = timedelta(days=14)
MOST_IN_ONE_TRIP = 8
MOST_AT_ONCE = 300  # orders one suggestion is made for
LADDER = ("pool", "station", "centre")
NEXT_DAYS = 5  # days looked at when none of the wished times is left

# Why a person holds it now, after which end of an offer: codes of the order's own words.
WHY_AFTER: Mapping[str, str] = {
    "offer.expire": "no_answer",
    "offer.decline": "declined",
    "offer.return": "returned",
    "offer.hand_over": "returned",
    "offer.withdraw": "looked_at",
}


@dataclass(frozen=True, slots=True)
class Care:
    """What decides whether an order may go out by one key."""

    danger: str = ""
    protected: bool = False
    for_child: bool = False
    alone: bool = False
    visited_before: bool = False
    mode: str = ""
    flagged: bool = False  # whoever took the order, or a colleague, asked for a second look


def second_look_codes(care: Care) -> tuple[str, ...]:
    """Why this must be looked at twice; empty for an ordinary order."""
    to_the_door = care.mode in TO_THE_DOOR or not care.mode
    found = {
        "danger": bool(care.danger),
        "protected": care.protected,
        "child": care.for_child,
        "first_visit_alone": care.alone and not care.visited_before and to_the_door,
    }
    codes = tuple(code for code, holds in found.items() if holds)
    return codes or (("asked_for",) if care.flagged else ())


def helpers_needed(*, two_people: bool, first_visit_alone: bool) -> int:
    """Two people where the item says so and on a first visit to a person alone."""
    return 2 if two_people or first_visit_alone else 1


def slot_end(slot: Slot) -> datetime:
    return datetime.combine(slot[0], HALF_HOURS[slot[1]][1], tzinfo=CHINA)


def wished_slots(
    times: Sequence[Mapping[str, str]],
    item_slots: Mapping[str, Sequence[str]],
    lead_working_days: int,
    now: datetime,
    calendar: WorkDays,
) -> tuple[Slot, ...]:
    """The wishes that lie ahead, best first; when none is left, the next days on which the item can be had."""
    wishes = [read_slot(one) for one in times]
    ahead = tuple(dict.fromkeys(one for one in wishes if one is not None and slot_end(one) > now))
    return ahead or next_slots(item_slots, lead_working_days, now, calendar)


def next_slots(
    item_slots: Mapping[str, Sequence[str]], lead_working_days: int, now: datetime, calendar: WorkDays
) -> tuple[Slot, ...]:
    """Half-days of the next days the item can be had on; what has no times of its own can be had on any day half."""
    slots = item_slots or dict.fromkeys(("weekday", "saturday", "sunday"), ("morning", "afternoon"))
    found = wish_days(slots, lead_working_days, now, calendar, count=NEXT_DAYS)
    return tuple((day, half) for day, halves in found for half in halves)


def read_slot(wish: Mapping[str, str]) -> Slot | None:
    """{"date": "2026-11-25", "half": "morning"}; None when it cannot be read."""
    try:
        day = date.fromisoformat(wish["date"])
    except (KeyError, TypeError, ValueError):
        return None
    return (day, wish["half"]) if wish.get("half") in HALF_HOURS else None


def common_slots(wishes: Iterable[Sequence[Slot]]) -> tuple[Slot, ...]:
    """Times that suit every order of one trip, in the order of the first one."""
    every = [list(one) for one in wishes]
    if not every:
        return ()
    return tuple(slot for slot in every[0] if all(slot in other for other in every[1:]))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What bundling looks at."""

    id: int
    item_version_id: int
    village: str  # area path of the village
    slots: tuple[Slot, ...]
    second_look: bool = False


def trips(orders: Sequence[Waiting]) -> list[list[int]]:
    """凑一趟: orders of one item version and one village with a time that suits all, two or more, none twice.

    What needs a second look goes alone. Oldest first, so the one who has waited longest sets the time.
    """
    left = [one for one in orders if not one.second_look and one.slots]
    found: list[list[int]] = []
    while left:
        first = left.pop(0)
        trip, slots = [first.id], first.slots
        for other in list(left):
            both = tuple(slot for slot in slots if slot in other.slots)
            same = (other.item_version_id, other.village) == (first.item_version_id, first.village)
            if same and both and len(trip) < MOST_IN_ONE_TRIP:
                trip.append(other.id)
                slots = both
                left.remove(other)
        if len(trip) > 1:
            found.append(trip)
    return found


def village_of(path: str) -> str:
    """`/1/4/17/301/` → `/1/4/17/`: the neighbourhood of one trip."""
    parts = path.strip("/").split("/")
    return "/" + "/".join(parts[:3]) + "/"


# --- one after the other, then everybody at once -----------------------------------------------------------------------


def asks_next_team(failed: int, *, promise_passed: bool) -> bool:
    """One team after the other until two were silent or declined; after the promised time nobody is asked alone."""
    return failed < ASKED_BEFORE_POOL and not promise_passed


def next_step(step: str) -> str | None:
    """pool → station → centre; None after the centre: a person decides."""
    place = LADDER.index(step)
    return LADDER[place + 1] if place + 1 < len(LADDER) else None


@dataclass(frozen=True, slots=True)
class OfferClocks:
    """Half of the time: a reminder. Half of the rest: the desk telephones. Then the next team."""

    remind_at: datetime
    call_at: datetime
    answer: Due


def offer_clocks(now: datetime, answer: Due, outer: datetime) -> OfferClocks:
    """The clocks of an offer made now, inside the outer clock."""
    due = within(answer, max(outer, now))
    remind = halfway(now, due.at)
    return OfferClocks(remind, halfway(remind, due.at), due)


def outer_of(promises: Iterable[datetime], again: datetime, now: datetime) -> tuple[datetime, bool]:
    """The moment until which no silence is allowed, and whether a promise has passed already.

    `again`: when the person is told anew, after the first promise could not be kept.
    """
    every = list(promises)
    ahead = [one for one in every if one > now]
    passed = len(ahead) < len(every)
    return (min([*ahead, again]) if passed else min(ahead, default=again)), passed


def reach_after(silent: int) -> str:
    """How a team is reached after so many silences in a row."""
    return "call_first" if silent >= SILENT_BEFORE_CALL else "answers"
