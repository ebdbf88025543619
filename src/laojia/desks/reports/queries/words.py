"""Words of the parts a figure is told apart by, and the cells of the rows behind it: masked, no address, no free text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from laojia import labels
from laojia.kernel.clock import local_date
from laojia.kernel.codes import mask_name
from laojia.shown import said_exactly

KINDS = {
    "visit": gettext_lazy("visits at home"),
    "appointment": gettext_lazy("by appointment"),
    "seats": gettext_lazy("occasions with places"),
    "whole_village": gettext_lazy("occasions for a whole village"),
    "volunteers": gettext_lazy("volunteers working together"),
    "standing": gettext_lazy("standing help"),
}
# Where an order is that is later than promised, in the desk's words.
WHY = {
    "found_since": gettext_lazy("found since, but later than promised"),
    "promise_passed": gettext_lazy("nobody found yet"),
    "triage_late": gettext_lazy("not read in time"),
    "asking_team": gettext_lazy("a team is being asked"),
    "no_answer": gettext_lazy("a team did not answer"),
    "declined": gettext_lazy("a team could not come"),
    "pool": gettext_lazy("open to every team"),
    "passed_down": gettext_lazy("with the station"),
    "passed_back": gettext_lazy("back with the centre"),
    "returned": gettext_lazy("a team handed it back"),
    "not_home": gettext_lazy("nobody opened, a new time is sought"),
    "team_absent": gettext_lazy("the team did not come"),
    "asked_back": gettext_lazy("a question is with the person"),
    "no_reply": gettext_lazy("the person did not reply"),
    "reopened": gettext_lazy("not solved, looked for again"),
    "called_off": gettext_lazy("what was arranged fell through"),
}
_WITH_CENTRE = gettext_lazy("with the centre")
FATES = {
    "helped": gettext_lazy("helped with"),
    "cannot": gettext_lazy("could not be done"),
    "cancelled": gettext_lazy("not needed any more"),
    "mapped": gettext_lazy("matched to an item, on its way"),
    "unread": gettext_lazy("nobody has matched it yet"),
}
SOLVED = {
    "yes": gettext_lazy("solved"),
    "partly": gettext_lazy("partly solved"),
    "no": gettext_lazy("not solved"),
}
OWED = {
    "not_due": gettext_lazy("the time is not over"),
    "overdue": gettext_lazy("the time is over"),
    "provisional": gettext_lazy("the time is over on a provisional date"),
}
ANSWERED = {
    "answered": gettext_lazy("somebody answered"),
    "no_answer": gettext_lazy("nobody answered"),
    "later": gettext_lazy("to be called later"),
}
_OPEN = gettext_lazy("no answer yet")
_UNSAID = gettext_lazy("no reason said")
_WORDS: Mapping[str, Callable[[str], Any]] = {
    "kind": lambda p: KINDS.get(p, p),
    "channel": lambda p: labels.CHANNELS.get(p, p),
    "outcome": lambda p: labels.OUTCOMES.get(p, _("done")),
    "state": lambda p: labels.state_word("order", p),
    "visit": lambda p: labels.state_word("attendance", p),
    "standing": lambda p: labels.state_word("standing", p),
    "reason": lambda p: labels.reason_word(p) if p else _UNSAID,
    "why": lambda p: WHY.get(p, _WITH_CENTRE),
    "fate": lambda p: FATES.get(p, p),
    "solved": lambda p: SOLVED.get(p, p),
    "complaint": lambda p: labels.COMPLAINT_KINDS.get(p, p),
    "ending": lambda p: _OPEN if p == "open" else labels.reason_word(p),
    "incident": lambda p: labels.INCIDENT_KINDS.get(p, p),
    "owed": lambda p: OWED.get(p, p),
    "answered": lambda p: ANSWERED.get(p, p),
}


def part_word(split: str, part: str) -> str:
    """How one part of a figure is called."""
    return str(_WORDS[split](part)) if split else ""


# --- the rows behind a figure --------------------------------------------------------------------------------------


def _item(row: Any) -> str:
    version = row.item_version
    return str(version.name) if version is not None else _("described in own words")


def _guarded(row: Any, *cells: str) -> list[str]:
    """A protected row shows that it is there and nothing of what it is about."""
    return (
        [_("protected"), *("—" for _cell in cells[1:])] if getattr(row, "protected", False) else list(cells)
    )


def _team(row: Any) -> str:
    return row.team.name if row.team is not None else "—"


def _hours(row: Any) -> str:
    if row.arranged_at is None:
        return "—"
    return f"{(row.arranged_at - row.placed_at).total_seconds() / 3600:.1f}"


def _order(row: Any) -> list[str]:
    state = str(labels.state_word("order", row.state))
    reason = row.outcome_reason or (row.reason if row.state in ("refused", "cancelled", "closed") else "")
    return [
        row.number, *_guarded(row, _item(row), row.area.name), said_exactly(row.placed_at), state,
        str(labels.reason_word(reason)) if reason else "—", _hours(row),
    ]  # fmt: skip


def _occasion(row: Any) -> list[str]:
    return [
        said_exactly(row.starts_at), *_guarded(row, _item(row), row.area.name), str(KINDS.get(row.kind, row.kind)),
        _team(row), str(labels.state_word("occasion", row.state)),
    ]  # fmt: skip


def _attendance(row: Any) -> list[str]:
    guarded = _guarded(row, row.occasion.item_version.name, row.order.area.name)
    word = str(labels.state_word("attendance", row.state))
    return [said_exactly(row.occasion.starts_at), row.order.number, *guarded, word, str(row.seats)]


def _record(row: Any) -> list[str]:
    o = row.occasion
    return [
        said_exactly(o.starts_at), *_guarded(o, _item(o), o.area.name), _team(o), said_exactly(row.due_at),
        said_exactly(row.recorded_at) if row.recorded_at else "—", str(row.helped),
    ]  # fmt: skip


def _line(row: Any) -> list[str]:
    o = row.occasion
    return [
        said_exactly(o.starts_at), *_guarded(o, _item(o), o.area.name), _team(o), mask_name(row.person.name),
        str(row.minutes),
    ]  # fmt: skip


def _tally(row: Any) -> list[str]:
    return [f"{row.date:%Y-%m-%d}", row.point.name, row.item.code, str(row.heads)]


def _standing(row: Any) -> list[str]:
    return [
        f"{row.valid_from:%Y-%m-%d}", *_guarded(row, _item(row), row.area.name), _team(row),
        str(labels.state_word("standing", row.state)),
    ]  # fmt: skip


def _review(row: Any) -> list[str]:
    order = row.order
    return [
        said_exactly(row.at),
        order.number,
        *_guarded(row, _item(order), order.area.name),
        part_word("solved", row.solved),
    ]


def _complaint(row: Any) -> list[str]:
    ended = row.state in ("answered", "closed") and row.reason
    return [
        row.number, part_word("complaint", row.kind), said_exactly(row.filed_at), str(labels.state_word("complaint", row.state)),
        str(labels.reason_word(row.reason)) if ended else "—",
    ]  # fmt: skip


def _incident(row: Any) -> list[str]:
    word = str(labels.state_word("incident", row.state))
    return [said_exactly(row.happened_at), *_guarded(row, part_word("incident", row.kind)), word]


def _follow_up(row: Any) -> list[str]:
    return [said_exactly(row.at), row.order.number, part_word("answered", row.result)]


def _message(row: Any) -> list[str]:
    return [said_exactly(row.sent_at), f"{local_date(row.created_at):%Y-%m-%d}"]


_WHEN, _NUMBER, _WHAT, _WHERE = (
    gettext_lazy("When"), gettext_lazy("Number"), gettext_lazy("What"), gettext_lazy("Where"),
)  # fmt: skip
_TEAM, _STATE = gettext_lazy("Team"), gettext_lazy("State")

CELLS: Mapping[str, tuple[tuple[Any, ...], Callable[[Any], list[str]]]] = {
    "order": (
        (_NUMBER, _WHAT, _WHERE, gettext_lazy("Placed"), _STATE, gettext_lazy("Reason"), gettext_lazy("Hours until found")),
        _order,
    ),
    "occasion": ((_WHEN, _WHAT, _WHERE, gettext_lazy("How"), _TEAM, _STATE), _occasion),
    "attendance": ((_WHEN, _NUMBER, _WHAT, _WHERE, _STATE, gettext_lazy("Seats")), _attendance),
    "record": (
        (_WHEN, _WHAT, _WHERE, _TEAM, gettext_lazy("Due"), gettext_lazy("Entered"), gettext_lazy("People helped")),
        _record,
    ),
    "line": ((_WHEN, _WHAT, _WHERE, _TEAM, gettext_lazy("Name"), gettext_lazy("Minutes")), _line),
    "tally": ((_WHEN, gettext_lazy("Service point"), gettext_lazy("Item"), gettext_lazy("Heads")), _tally),
    "standing": ((gettext_lazy("From"), _WHAT, _WHERE, _TEAM, _STATE), _standing),
    "review": ((_WHEN, _NUMBER, _WHAT, _WHERE, gettext_lazy("Solved")), _review),
    "complaint": (
        (_NUMBER, gettext_lazy("About"), gettext_lazy("Received"), _STATE, gettext_lazy("How it ended")), _complaint
    ),
    "incident": ((_WHEN, _WHAT, _STATE), _incident),
    "follow_up": ((_WHEN, _NUMBER, gettext_lazy("Result")), _follow_up),
    "message": ((gettext_lazy("Told"), gettext_lazy("Written")), _message),
}  # fmt: skip


def headings(source: str) -> list[str]:
    """Headings of the rows of one table."""
    return [str(word) for word in CELLS[source][0]]


def cells(source: str, row: Any) -> list[str]:
    """One row, masked."""
    return CELLS[source][1](row)
