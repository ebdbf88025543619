"""The machines: verb, source states, targets, what the move needs. `advance()` is the only writer of a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Move:
    """One edge. Several targets mean the caller names which (`to`). `needs`: reason, time, roster, outcome …"""

    verb: str
    sources: frozenset[str]
    targets: tuple[str, ...]
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Machine:
    """States in the order a reader expects them, the ones a row may start in, and the moves."""

    states: tuple[str, ...]
    starts: frozenset[str]
    moves: tuple[Move, ...]
    # Verbs that change facts or speak without moving the state: verb → states in which they are open.
    stays: Mapping[str, frozenset[str]]


def _m(verb: str, sources: str, targets: str, needs: str = "") -> Move:
    return Move(verb, frozenset(sources.split()), tuple(targets.split()), frozenset(needs.split()))


def _in(**stays: str) -> dict[str, frozenset[str]]:
    return {verb.replace("__", "."): frozenset(states.split()) for verb, states in stays.items()}


ITEM = Machine(
    states=("draft", "published", "paused", "retired"),
    starts=frozenset({"draft"}),
    moves=(
        _m("menu.publish", "draft", "published"),
        _m("menu.pause", "published", "paused", "reason"),
        _m("menu.resume", "paused", "published"),
        _m("menu.retire", "published paused draft", "retired"),
    ),
    stays=_in(menu__draft="draft"),
)

ORDER = Machine(
    states=(
        "received", "waiting", "arranged", "served", "closed",
        "need_info", "waitlisted", "suspended", "merged", "refused", "cancelled",
    ),
    starts=frozenset({"received", "waiting", "arranged", "waitlisted"}),
    moves=(
        _m("order.triage", "received", "waiting"),
        _m("order.ask_back", "received waiting", "need_info", "reason"),
        _m("order.answer", "need_info", "received"),
        _m("order.refuse", "received waiting need_info", "refused", "reason"),
        _m("order.merge", "received waiting", "merged", "target"),
        _m("order.unmerge", "merged", "waiting"),
        _m("order.suspend", "received waiting", "suspended", "time"),
        _m("order.resume", "suspended", "waiting"),
        _m("order.arrange", "received waiting waitlisted", "arranged"),
        _m("order.promote", "waitlisted", "arranged"),
        _m("order.unarrange", "arranged", "waiting", "reason"),
        _m("order.serve", "arranged", "served", "outcome"),
        _m("order.close", "served", "closed"),
        _m("order.reopen", "served closed", "waiting", "reason"),
        _m("order.end", "waiting received waitlisted", "closed", "reason"),
        _m("order.cancel", "received waiting arranged need_info waitlisted suspended", "cancelled"),
    ),
    stays=_in(
        order__nudge="received waiting arranged waitlisted",
        order__change="received waiting need_info waitlisted",
        order__map="received waiting need_info",
        order__pass_down="received waiting",  # noqa: S106  a verb, not a password
        order__second_look="received waiting",
        order__keep="received waiting",
        order__mark_practice="received waiting arranged served closed need_info waitlisted suspended cancelled refused",
        pool__open="waiting",
        order__reveal="received waiting arranged served closed need_info waitlisted suspended",
    ),
)  # fmt: skip

OCCASION = Machine(
    states=("draft", "offered", "confirmed", "held", "recorded", "postponed", "called_off"),
    starts=frozenset({"draft", "confirmed"}),
    moves=(
        _m("occasion.offer", "draft", "offered"),
        _m("occasion.unoffer", "offered", "draft"),
        _m("occasion.confirm", "offered draft", "confirmed"),
        _m("occasion.release", "confirmed postponed", "draft", "reason"),
        _m("occasion.postpone", "draft offered confirmed", "postponed", "reason"),
        _m("occasion.reconfirm", "postponed", "confirmed", "time"),
        _m("occasion.pass", "confirmed", "held"),
        _m("occasion.record", "confirmed held", "recorded", "roster"),
        _m("occasion.call_off", "draft offered confirmed postponed", "called_off", "reason"),
    ),
    stays=_in(
        occasion__change="draft offered confirmed postponed",
        occasion__agree_time="confirmed postponed",
        occasion__print="draft offered confirmed held recorded postponed",
        occasion__bundle="draft",
        occasion__mark_practice="draft offered confirmed held recorded postponed called_off",
        roster__ask="confirmed postponed",
        roster__join="confirmed",
        roster__turn_up="confirmed held",
        roster__stand_in="confirmed held",
    ),
)

OFFER = Machine(
    states=("open", "accepted", "declined", "expired", "withdrawn", "returned"),
    starts=frozenset({"open", "accepted"}),
    moves=(
        _m("offer.accept", "open", "accepted"),
        _m("offer.decline", "open", "declined", "reason"),
        _m("offer.expire", "open", "expired"),
        _m("offer.withdraw", "open accepted", "withdrawn"),
        _m("offer.return", "accepted", "returned", "reason"),
        _m("offer.hand_over", "accepted", "returned", "target"),
    ),
    stays=_in(offer__remind="open", offer__call="open"),
)

ATTENDANCE = Machine(
    states=("expected", "came", "not_home", "refused", "team_absent", "released"),
    starts=frozenset({"expected"}),
    moves=(
        _m("attendance.mark", "expected", "came not_home refused team_absent"),
        _m(
            "attendance.settle",
            "expected came not_home refused team_absent",
            "came not_home refused team_absent",
        ),
        _m("attendance.release", "expected", "released"),
    ),
    stays=_in(
        attendance__say="expected came not_home refused team_absent",
        not_home__step="not_home",
        review__give="came refused team_absent not_home",
    ),
)

ROSTER = Machine(
    states=("asked", "waitlisted", "yes", "no", "came", "absent"),
    starts=frozenset({"asked", "yes", "waitlisted"}),
    moves=(
        _m("roster.answer", "asked", "yes no"),
        _m("roster.leave", "yes waitlisted", "no"),
        _m("roster.join", "no", "yes waitlisted"),
        _m("roster.promote", "waitlisted", "yes"),
        _m("roster.mark", "asked yes came absent", "came absent"),
    ),
    stays=_in(roster__attest="came"),
)

STANDING = Machine(
    states=("active", "paused", "ended"),
    starts=frozenset({"active"}),
    moves=(
        _m("standing.pause", "active", "paused", "reason"),
        _m("standing.resume", "paused", "active"),
        _m("standing.end", "active paused", "ended", "reason"),
    ),
    stays=_in(
        standing__plan="active",
        standing__ask="active",
        standing__change="active paused",
        standing__other_team="active paused",
        standing__usual="active paused",
        standing__prolong="paused",
        standing__say="active paused",
        standing__team_say="active paused",
        standing__heard="active paused",
        standing__silent="active paused",
    ),
)

COMPLAINT = Machine(
    states=("filed", "contacted", "answered", "closed"),
    starts=frozenset({"filed"}),
    moves=(
        _m("complaint.contact", "filed", "contacted"),
        _m("complaint.answer", "filed contacted", "answered", "reason"),
        _m("complaint.close", "answered", "closed"),
    ),
    stays={},
)

INCIDENT = Machine(
    states=("reported", "closed"),
    starts=frozenset({"reported"}),
    moves=(_m("incident.close", "reported", "closed", "reason"),),
    stays={},
)

INVITE = Machine(
    states=("open", "accepted", "declined", "withdrawn"),
    starts=frozenset({"open"}),
    moves=(
        _m("invite.accept", "open declined", "accepted"),
        _m("invite.decline", "open accepted", "declined", "reason"),
        _m("invite.withdraw", "open accepted", "withdrawn"),
    ),
    stays=_in(invite__name="accepted"),
)

STANDSTILL = Machine(
    states=("standing", "lifted"),
    starts=frozenset({"standing"}),
    moves=(_m("standstill.lift", "standing", "lifted"),),
    stays={},
)

# A list on its way in; `list.done` is the worker's word that the last row is handled.
LIST = Machine(
    states=("reading", "checked", "taking", "taken", "removing", "removed", "dropped"),
    starts=frozenset({"reading"}),
    moves=(
        _m("list.check", "reading", "checked"),
        _m("list.take", "checked", "taking"),
        _m("list.drop", "reading checked", "dropped"),
        _m("list.remove", "taken", "removing"),
        _m("list.done", "taking removing", "taken removed"),
        _m("list.give_up", "reading taking removing", "dropped taken"),
    ),
    stays={},
)

# A merge, split or rename of areas; the clock carries it out on its day.
AREA_CHANGE = Machine(
    states=("planned", "done", "undone"),
    starts=frozenset({"planned"}),
    moves=(
        _m("area.take_effect", "planned", "done"),
        _m("area.unplan", "planned", "undone"),
    ),
    stays={},
)

# Two rows taken for one person: proposed by one, confirmed by another, undone within thirty days.
MERGING = Machine(
    states=("proposed", "merged", "dropped", "undone"),
    starts=frozenset({"proposed"}),
    moves=(
        _m("person.confirm_merge", "proposed", "merged"),
        _m("person.keep_apart", "proposed", "dropped"),
        _m("person.undo_merge", "merged", "undone"),
    ),
    stays={},
)

EXCHANGE = Machine(
    states=("in_file", "entered", "returned", "corrected"),
    starts=frozenset({"in_file"}),
    moves=(
        # The reason of a returned row is the other office's own sentence: it stays on the row.
        _m("exchange.mark", "in_file returned", "entered returned"),
        _m("exchange.correct", "returned", "corrected"),
    ),
    stays={},
)

MACHINES: Mapping[str, Machine] = {
    "item": ITEM,
    "occasion": OCCASION,
    "order": ORDER,
    "offer": OFFER,
    "attendance": ATTENDANCE,
    "roster": ROSTER,
    "standing": STANDING,
    "complaint": COMPLAINT,
    "incident": INCIDENT,
    "exchange": EXCHANGE,
    "list": LIST,
    "standstill": STANDSTILL,
    "invite": INVITE,
    "area_change": AREA_CHANGE,
    "merging": MERGING,
}

_MOVES: dict[tuple[str, str], Move] = {
    (kind, move.verb): move for kind, machine in MACHINES.items() for move in machine.moves
}


def target_of(kind: str, verb: str, state: str, to: str = "") -> str | None:
    """The state that follows, or None when the verb is not open in this state or `to` is not one of its targets."""
    move = _MOVES[kind, verb]
    if state not in move.sources:
        return None
    if not to:
        return move.targets[0] if len(move.targets) == 1 else None
    return to if to in move.targets else None


def is_open(kind: str, verb: str, state: str) -> bool:
    """Is the verb open in this state, moving or staying? Kinds without a machine and unlisted verbs are always open."""
    machine = MACHINES.get(kind)
    if machine is None:
        return True
    if (kind, verb) in _MOVES:
        return state in _MOVES[kind, verb].sources
    return verb not in machine.stays or state in machine.stays[verb]


@cache
def verbs_from(kind: str, state: str) -> tuple[str, ...]:
    """Every verb open in a state, moves first, in table order."""
    machine = MACHINES.get(kind)
    if machine is None:
        return ()
    moves = tuple(m.verb for m in machine.moves if state in m.sources)
    return moves + tuple(v for v, states in machine.stays.items() if state in states)
