"""Which verbs follow from which: a consequence is journalled under the same actor but needs no permission of its own."""

from __future__ import annotations

from collections.abc import Mapping


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NO_TEAM = _of(
    "occasion.unoffer pool.open order.pass_down offer.make occasion.offer order.end order.unarrange"
)
_FREED = _of("attendance.release order.promote order.unarrange order.arrange")

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    "menu.publish": _of("menu.retire"),
    "order.place": _of("order.triage order.arrange standing.start person.add"),
    "order.describe": _of("person.add"),
    "order.map": _of("order.triage"),
    "order.cancel": _FREED
    | _of("offer.withdraw occasion.call_off occasion.unoffer roster.leave standing.end"),
    "order.refuse": _of("attendance.release offer.withdraw occasion.call_off occasion.unoffer"),
    "order.ask_back": _of("attendance.release offer.withdraw occasion.call_off occasion.unoffer"),
    "order.suspend": _of("attendance.release offer.withdraw occasion.call_off occasion.unoffer"),
    "order.merge": _of("attendance.release offer.withdraw occasion.call_off occasion.unoffer"),
    "order.mark_practice": _of("occasion.mark_practice"),
    "occasion.mark_practice": _of("order.mark_practice"),
    "order.keep": _of("order.arrange occasion.open occasion.confirm"),
    "order.end": _of("attendance.release offer.withdraw occasion.call_off occasion.unoffer"),
    "occasion.open": _of("offer.make occasion.offer occasion.confirm order.triage roster.ask"),
    "occasion.bundle": _of("attendance.release occasion.call_off occasion.open order.triage"),
    "occasion.call_off": _FREED | _of("offer.withdraw order.cancel roster.leave invite.withdraw"),
    "occasion.postpone": _of("offer.withdraw"),
    "occasion.record": _of(
        "attendance.mark order.serve order.unarrange roster.ask roster.mark roster.attest roster.stand_in occasion.pass standing.usual"
    ),
    "occasion.pass": _of(""),
    "offer.make": _of(
        "occasion.open occasion.offer occasion.unoffer offer.withdraw order.triage attendance.release occasion.call_off"
    ),
    "offer.accept": _of("occasion.confirm order.arrange order.triage roster.ask offer.withdraw"),
    "offer.claim": _of(
        "occasion.open occasion.confirm occasion.offer order.arrange order.triage offer.withdraw"
    ),
    "offer.decline": _NO_TEAM,
    "offer.expire": _NO_TEAM | _of("team.reach"),
    "offer.withdraw": _NO_TEAM | _of("occasion.release order.unarrange attendance.release occasion.call_off"),
    "offer.return": _NO_TEAM | _of("occasion.release attendance.release roster.leave"),
    "offer.hand_over": _NO_TEAM | _of("occasion.release roster.leave offer.withdraw"),
    "attendance.mark": _of("order.serve order.unarrange standing.end"),
    "attendance.say": _of("attendance.mark attendance.settle order.serve order.unarrange"),
    "attendance.settle": _of("order.serve order.unarrange order.close"),
    "not_home.step": _of("order.unarrange order.serve attendance.settle"),
    "roster.leave": _of("roster.ask"),
    "roster.turn_up": _of("person.add roster.ask"),
    "call_up.open": _of("occasion.open"),
    "invite.accept": _of("occasion.confirm"),
    "invite.decline": _of("occasion.release occasion.confirm roster.leave"),
    "invite.withdraw": _of("occasion.release roster.leave"),
    "invite.name": _of("roster.ask"),
    "roster.stand_in": _of("roster.leave"),
    "standing.start": _of("order.arrange occasion.open offer.make occasion.offer order.triage"),
    "standing.plan": _of(
        "occasion.open occasion.confirm offer.make occasion.offer occasion.call_off attendance.release order.arrange"
    ),
    "standing.pause": _of("occasion.call_off attendance.release"),
    "standing.change": _of("occasion.call_off attendance.release"),
    "standing.other_team": _of("occasion.call_off attendance.release order.unarrange"),
    "standing.team_say": _of("standing.other_team occasion.call_off attendance.release order.unarrange"),
    "standing.usual": _of("roster.ask roster.leave roster.answer"),
    "occasion.confirm": _of("roster.ask"),
    "standing.end": _of("occasion.call_off attendance.release order.serve order.close order.cancel"),
    "review.give": _of("order.serve order.close order.reopen attendance.say"),
    "order.reopen": _of("attendance.settle"),
    "complaint.file": _of(
        "offer.withdraw occasion.unoffer occasion.release order.unarrange standing.other_team occasion.call_off"
        " attendance.release"
    ),
    "pool.open": _of("occasion.unoffer occasion.open order.triage attendance.release occasion.call_off"),
    "area.import": _of("person.add post.grant"),
    "area.take_effect": _of("area.merge area.split area.rename"),
    "person.add": _of("person.claim"),
    "list.take": _of(
        "person.add person.correct person.consent post.grant team.save team.capacity team.member team.certificate"
        " team.insurance station.save point.save menu.draft menu.publish order.place order.describe order.triage"
    ),
    "person.erase": _of("team.member"),
    "team.member": _of("person.add"),
}


def follows_from(cause: str, verb: str) -> bool:
    """May `verb` happen because `cause` was permitted?"""
    return verb in CONSEQUENCES.get(cause, frozenset())
