"""Verb × role → scope, and the one rule that reads the table. The SQL filter reads the same table."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from laojia.policy.facts import Actor, Grant, Subject
from laojia.policy.roles import Role, Scope
from laojia.policy.transitions import verbs_from

_R = Role
_OWN, _TEAM, _AREA, _KEPT, _ALL = Scope.OWN, Scope.TEAM, Scope.AREA, Scope.KEPT, Scope.ALL
_ENTERED = Scope.ENTERED

_SEE_AREA = {_R.DISPATCHER: _AREA, _R.STATION_STAFF: _AREA}
_DESK = {_R.DISPATCHER: _AREA}
_DESK_OR_STATION = {_R.DISPATCHER: _AREA, _R.STATION_STAFF: _AREA}
_CLOCK = {_R.SYSTEM: _ALL}
_ASKER = {_R.RESIDENT: _OWN}
_LEADER = {_R.TEAM_LEADER: _TEAM}
_LEADING_POSTS = {_R.COUNTY_LEADER: _AREA, _R.ZONE_LEADER: _AREA, **_SEE_AREA}
# Who reads lists in; which kinds stands in LISTS below.
_LISTS = {
    _R.DISPATCHER: _AREA, _R.SYSTEM_ADMIN: _ALL, _R.SECURITY_ADMIN: _ALL, _R.MENU_EDITOR: _ALL,
}  # fmt: skip

PERMISSIONS: Mapping[str, Mapping[Role, Scope]] = {
    # 制单 the menu, occasions, service points
    "menu.see_draft": {_R.MENU_EDITOR: _ALL, _R.DISPATCHER: _ALL},
    "menu.draft": {_R.MENU_EDITOR: _ALL},
    "menu.publish": {_R.MENU_EDITOR: _ALL},
    "menu.pause": {_R.MENU_EDITOR: _ALL, _R.DISPATCHER: _ALL},
    "menu.resume": {_R.MENU_EDITOR: _ALL},
    "menu.retire": {_R.MENU_EDITOR: _ALL},
    "point.save": {_R.MENU_EDITOR: _ALL, **_DESK_OR_STATION},
    "occasion.see": {**_SEE_AREA, **_LEADER, _R.VOLUNTEER: _TEAM, _R.KEEPER: _KEPT, _R.GRID_WORKER: _AREA},
    "occasion.open": {**_DESK_OR_STATION, **_LEADER, **_CLOCK},
    "occasion.change": {**_DESK_OR_STATION, **_LEADER},
    "occasion.offer": {**_DESK_OR_STATION, **_CLOCK},
    "occasion.unoffer": {**_DESK_OR_STATION, **_LEADER, **_CLOCK},
    "occasion.confirm": {**_LEADER, **_CLOCK},
    "occasion.release": {**_LEADER, **_DESK_OR_STATION, **_CLOCK},
    "occasion.agree_time": {**_LEADER, **_DESK_OR_STATION},
    "occasion.pass": {**_CLOCK, **_LEADER},
    "occasion.record": {**_LEADER},
    "occasion.postpone": {**_DESK_OR_STATION, **_LEADER},
    "occasion.reconfirm": {**_LEADER},
    "occasion.call_off": {**_DESK_OR_STATION, **_CLOCK},
    "occasion.bundle": _DESK,
    "standstill.see": _DESK_OR_STATION,
    "standstill.declare": _DESK_OR_STATION,
    "standstill.lift": _DESK_OR_STATION,
    "occasion.mark_practice": _DESK,
    "occasion.print": {**_DESK_OR_STATION, **_LEADER},
    # 点单 orders
    "order.see": {
        **_ASKER,
        **_SEE_AREA,
        **_LEADER,
        _R.KEEPER: _KEPT,
        _R.NUMBER_READER: _OWN,
        _R.GRID_WORKER: _ENTERED,
    },
    "order.list": {**_SEE_AREA, _R.COUNTY_LEADER: _AREA, _R.ZONE_LEADER: _AREA, _R.GRID_WORKER: _ENTERED},
    "order.reveal": {**_SEE_AREA, _R.KEEPER: _KEPT},
    "order.place": {**_ASKER},
    "order.describe": {**_ASKER},
    "order.nudge": {**_ASKER, _R.NUMBER_READER: _OWN},
    "order.change": {**_ASKER, **_DESK},
    "order.answer": {**_ASKER},
    "order.cancel": {**_ASKER, **_DESK, _R.KEEPER: _KEPT},
    "order.map": _DESK,
    "order.triage": {**_DESK, **_CLOCK},
    "order.ask_back": _DESK,
    "order.refuse": {**_DESK, _R.KEEPER: _KEPT},
    "order.merge": _DESK,
    "order.unmerge": _DESK,
    "order.suspend": {**_ASKER, **_DESK},
    "order.resume": {**_ASKER, **_DESK, **_CLOCK},
    "order.pass_down": {**_DESK_OR_STATION, **_CLOCK},
    "order.second_look": _DESK,
    "order.mark_practice": _DESK,
    "order.keep": {_R.KEEPER: _KEPT},
    "order.arrange": {**_LEADER, **_ASKER, **_CLOCK, _R.KEEPER: _KEPT},
    "order.promote": {**_CLOCK, **_DESK_OR_STATION},
    "order.unarrange": {**_LEADER, **_DESK, **_CLOCK},
    "order.serve": {**_LEADER, **_CLOCK, **_DESK, _R.KEEPER: _KEPT},
    "order.close": {**_ASKER, **_CLOCK, _R.KEEPER: _KEPT},
    "order.reopen": {**_ASKER},
    "order.end": {**_DESK, **_CLOCK},
    # 结对 standing help
    "standing.see": {**_ASKER, **_SEE_AREA, **_LEADER},
    "standing.start": {**_DESK_OR_STATION, **_CLOCK},
    "standing.plan": _CLOCK,
    "standing.pause": {**_ASKER, **_DESK_OR_STATION},
    "standing.resume": {**_ASKER, **_DESK_OR_STATION, **_CLOCK},
    "standing.end": {**_ASKER, **_DESK_OR_STATION},
    "standing.prolong": {**_ASKER, **_DESK_OR_STATION},
    "standing.change": _DESK_OR_STATION,
    "standing.other_team": _DESK_OR_STATION,
    "standing.usual": {**_LEADER, **_DESK_OR_STATION},
    "standing.ask": _CLOCK,
    "standing.silent": _CLOCK,
    "standing.say": {**_ASKER},
    "standing.team_say": _LEADER,
    "standing.heard": _DESK_OR_STATION,
    # 派单 offers
    "offer.see": {**_SEE_AREA, **_LEADER},
    "offer.make": {**_DESK_OR_STATION, **_LEADER, **_CLOCK},
    "offer.withdraw": {**_DESK_OR_STATION, **_CLOCK},
    "offer.remind": _CLOCK,
    "offer.call": _DESK_OR_STATION,
    "offer.accept": _LEADER,
    "offer.decline": _LEADER,
    "offer.return": _LEADER,
    "offer.hand_over": _LEADER,
    "offer.claim": _LEADER,
    "offer.expire": _CLOCK,
    "pool.open": {**_DESK, **_CLOCK},
    "call_up.open": _DESK,
    "invite.see": {**_SEE_AREA, **_LEADER},
    "invite.make": _DESK_OR_STATION,
    "invite.accept": _LEADER,
    "invite.decline": _LEADER,
    "invite.name": _LEADER,
    "invite.withdraw": {**_DESK_OR_STATION, **_CLOCK},
    # 接单 roster, attendance, record
    "roster.see": {_R.VOLUNTEER: _OWN, **_LEADER, **_SEE_AREA},
    "roster.ask": _LEADER,
    "roster.join": {_R.VOLUNTEER: _OWN},
    "roster.answer": {_R.VOLUNTEER: _OWN},
    "roster.leave": {_R.VOLUNTEER: _OWN},
    "roster.stand_in": _LEADER,
    "roster.turn_up": _LEADER,
    "roster.promote": _CLOCK,
    "roster.mark": _LEADER,
    "roster.attest": _LEADER,
    "attendance.see": {**_ASKER, **_LEADER, **_SEE_AREA},
    "attendance.mark": {**_LEADER},
    "attendance.say": {**_ASKER},
    "attendance.settle": _DESK_OR_STATION,
    "attendance.release": {**_LEADER, **_DESK, **_CLOCK},
    "not_home.step": {**_LEADER, **_DESK_OR_STATION, _R.GRID_WORKER: _AREA},
    "record.remind": _CLOCK,
    "walk_in.tally": {**_DESK_OR_STATION, **_LEADER},
    # 评单 review, complaint, incident
    "review.see": {**_ASKER, **_SEE_AREA, _R.COMPLAINT_HOLDER: _AREA},
    "review.see_shared": _LEADER,
    "review.give": {**_ASKER},
    "follow_up.record": _DESK_OR_STATION,
    "complaint.see": {**_ASKER, _R.COMPLAINT_HOLDER: _AREA},
    "complaint.file": {_R.RESIDENT: _ALL},  # anybody, signed in or not
    "complaint.contact": {_R.COMPLAINT_HOLDER: _AREA},
    "complaint.answer": {_R.COMPLAINT_HOLDER: _AREA},
    "complaint.close": {_R.COMPLAINT_HOLDER: _AREA, **_CLOCK},
    "incident.see": {_R.COMPLAINT_HOLDER: _AREA, **_SEE_AREA},
    "incident.report": {**_LEADER, **_DESK_OR_STATION, **_ASKER, _R.VOLUNTEER: _OWN},
    "incident.close": {_R.COMPLAINT_HOLDER: _AREA, **_DESK},
    "figures.see": {_R.COUNTY_LEADER: _AREA, _R.ZONE_LEADER: _AREA, **_SEE_AREA},
    # people, posts, teams
    "person.see": {**_ASKER, **_SEE_AREA, _R.GRID_WORKER: _AREA},
    "person.add": {**_ASKER, **_DESK_OR_STATION, _R.GRID_WORKER: _AREA, **_LEADER, **_CLOCK},
    "person.correct": {**_ASKER, **_DESK_OR_STATION, **_CLOCK},  # the clock: lists read in by command
    "person.reveal": _DESK_OR_STATION,
    "person.wrong_number": _DESK_OR_STATION,
    "person.export": {**_ASKER},
    "person.erase": {**_ASKER},
    "person.consent": {**_ASKER},
    "person.claim": {**_ASKER, **_DESK_OR_STATION},
    "person.unclaim": _DESK_OR_STATION,
    "person.untie": _DESK_OR_STATION,
    "person.propose_merge": _DESK_OR_STATION,
    "person.confirm_merge": _DESK_OR_STATION,
    "person.keep_apart": _DESK_OR_STATION,
    "person.undo_merge": _DESK_OR_STATION,
    "post.see": {_R.SECURITY_ADMIN: _ALL, _R.AUDIT_ADMIN: _ALL},
    "post.grant": {_R.SECURITY_ADMIN: _ALL, **_CLOCK},
    "post.end": {_R.SECURITY_ADMIN: _ALL},
    "account.open": {_R.SECURITY_ADMIN: _ALL, **_CLOCK},
    "account.sign_in": _CLOCK,
    "account.lock": _CLOCK,
    "account.unlock": {_R.SECURITY_ADMIN: _ALL},
    "team.see": {**_LEADER, **_SEE_AREA, _R.VOLUNTEER: _TEAM},
    "team.save": {_R.DISPATCHER: _ALL, **_CLOCK},
    "team.capacity": {**_LEADER, **_DESK, **_CLOCK},
    "team.rest": {**_LEADER, **_DESK},
    "team.reach": {**_DESK, **_CLOCK},
    "team.member": {**_LEADER, **_DESK, **_CLOCK},
    "team.quit": {_R.VOLUNTEER: _TEAM, **_DESK},
    "team.introduce": {**_LEADER, **_DESK},
    "team.certificate": {**_LEADER, **_DESK, **_CLOCK},
    "team.insurance": {**_LEADER, **_DESK, **_CLOCK},
    # desks: the month, demanded tables, the exchange file
    "month.see": {**_LEADING_POSTS, **_LEADER},
    "month.note": _LEADING_POSTS,
    "table.see": _LEADING_POSTS,
    "table.save": _LEADING_POSTS,
    "table.drop": _LEADING_POSTS,
    "table.run": _LEADING_POSTS,
    "table.reveal": _DESK_OR_STATION,
    "exchange.see": _DESK,
    "exchange.make": _DESK,
    "exchange.take": _DESK,
    "exchange.mark": _DESK,
    "exchange.correct": _DESK,
    "data.expire": _CLOCK,
    # areas, calendar, messages, journal
    "area.see": dict.fromkeys((_R.SYSTEM_ADMIN, _R.DISPATCHER, _R.STATION_STAFF, _R.COUNTY_LEADER), _ALL),
    "area.create": {_R.SYSTEM_ADMIN: _ALL, **_CLOCK},
    "area.import": {_R.SYSTEM_ADMIN: _ALL, **_CLOCK},
    "area.rename": {_R.SYSTEM_ADMIN: _ALL},
    "area.close": {_R.SYSTEM_ADMIN: _ALL},
    "area.merge": {_R.SYSTEM_ADMIN: _ALL},
    "area.split": {_R.SYSTEM_ADMIN: _ALL},
    "area.unplan": {_R.SYSTEM_ADMIN: _ALL},
    "area.take_effect": _CLOCK,
    "station.save": {_R.SYSTEM_ADMIN: _ALL, _R.DISPATCHER: _ALL, **_CLOCK},
    "zone.save": {_R.SYSTEM_ADMIN: _ALL, **_CLOCK},
    "calendar.see": dict.fromkeys((_R.SYSTEM_ADMIN, _R.DISPATCHER, _R.STATION_STAFF), _ALL),
    "calendar.edit_day": {_R.SYSTEM_ADMIN: _ALL},
    "calendar.enter_year": {_R.SYSTEM_ADMIN: _ALL, **_CLOCK},
    "message.call_list": _DESK_OR_STATION,
    "message.called": _DESK_OR_STATION,
    "journal.see": {_R.AUDIT_ADMIN: _ALL},
    # lists of people, teams, areas … read in; the worker checks and ends
    "list.see": _LISTS,
    "list.read": {**_LISTS, **_CLOCK},
    "list.check": _CLOCK,
    "list.take": {**_LISTS, **_CLOCK},
    "list.drop": {**_LISTS, **_CLOCK},
    "list.remove": {**_LISTS, **_CLOCK},
    "list.done": _CLOCK,
    "list.give_up": _CLOCK,
}

# Which kinds of lists a post reads in, sees and takes back. Within a list each row is asked for by its own verb.
LISTS: Mapping[Role, frozenset[str]] = {
    _R.DISPATCHER: frozenset("teams volunteers insurance orders stations points".split()),
    _R.SYSTEM_ADMIN: frozenset("areas stations".split()),
    _R.SECURITY_ADMIN: frozenset("posts".split()),
    _R.MENU_EDITOR: frozenset("menu points".split()),
}


def lists_of(actor: Actor) -> frozenset[str]:
    """The kinds of lists the actor's posts of today allow."""
    return frozenset(kind for role in actor.roles for kind in LISTS.get(role, ()))


# Speaking for somebody: the post that allows it, within its area. The person spoken for must be permitted himself.
_ASKING = frozenset(
    "order.place order.describe order.nudge order.change order.answer order.cancel order.suspend order.resume order.reopen"
    " order.close order.arrange order.see standing.pause standing.resume standing.prolong standing.say standing.end"
    " attendance.say review.give complaint.file incident.report person.consent person.correct person.add".split()
)
_LEADING = frozenset(
    "offer.accept offer.decline offer.return offer.hand_over offer.claim occasion.confirm occasion.agree_time"
    " occasion.release occasion.unoffer occasion.record occasion.pass occasion.postpone occasion.reconfirm roster.ask roster.stand_in"
    " roster.turn_up roster.mark roster.attest invite.accept invite.decline invite.name attendance.mark not_home.step"
    " order.arrange order.unarrange order.serve team.capacity team.rest"
    " standing.team_say standing.usual team.member team.introduce walk_in.tally offer.make occasion.offer".split()
)
_VOLUNTEERING = frozenset("roster.join roster.answer roster.leave".split())

BEHALF: Mapping[Role, frozenset[str]] = {
    Role.GRID_WORKER: _ASKING,
    Role.STATION_STAFF: _ASKING | _LEADING | _VOLUNTEERING,
    Role.DISPATCHER: _ASKING | _LEADING | _VOLUNTEERING,
    Role.TEAM_LEADER: _VOLUNTEERING,
}


# Protected rows (mediation, home safety) stay out of every list but the centre's own.
PROTECTED_ROLES: frozenset[Role] = frozenset({Role.DISPATCHER, Role.COMPLAINT_HOLDER})


def _people_of(scope: Scope, subject: Subject) -> frozenset[int]:
    """Whom a personal scope names on this subject."""
    if scope is Scope.OWN:
        return subject.own_ids
    if scope is Scope.KEPT:
        return frozenset({subject.keeper_id} - {None})  # type: ignore[arg-type]
    return frozenset() if subject.sealed else frozenset({subject.entered_id} - {None})  # type: ignore[arg-type]


def reaches(grant: Grant, scope: Scope, person_id: int | None, subject: Subject) -> bool:
    """Does this one grant, with this scope, reach the subject? Sealed rows: only the person and the named keeper."""
    if scope in (Scope.OWN, Scope.ENTERED, Scope.KEPT):
        return person_id in _people_of(scope, subject)
    if grant.role is Role.SYSTEM:
        return True
    if subject.sealed:
        return False
    if scope is Scope.TEAM:
        return bool(grant.team_ids & subject.team_ids) and subject.closed_team_id not in grant.team_ids
    if scope is Scope.AREA:
        open_to = not subject.protected or grant.role in PROTECTED_ROLES
        return open_to and grant.covers(subject.area_path)
    return scope is Scope.ALL


def _directly(actor: Actor, verb: str, subject: Subject) -> bool:
    if actor.only is not None and actor.only not in subject.links:
        return False
    table = PERMISSIONS.get(verb, {})
    return any(
        grant.role in table and reaches(grant, table[grant.role], actor.person_id, subject)
        for grant in actor.grants
    )


def may_speak(actor: Actor, verb: str, subject: Subject) -> bool:
    """May the actor's own posts speak for somebody else here? Leaders speak for their team, others for their area."""
    if subject.sealed:
        return False
    for grant in actor.grants:
        if verb not in BEHALF.get(grant.role, frozenset()):
            continue
        if grant.role is Role.TEAM_LEADER:
            if grant.team_ids & subject.team_ids:
                return True
        elif grant.covers(subject.area_path):
            return True
    return False


def may(actor: Actor, verb: str, subject: Subject) -> bool:
    """The one permission rule. Speaking for somebody needs both: a post that may, and a person who could."""
    if actor.on_behalf_of is not None:
        return may_speak(actor, verb, subject) and _directly(actor.on_behalf_of, verb, subject)
    return _directly(actor, verb, subject)


def open_verbs(actor: Actor, subject: Subject, among: Collection[str] | None = None) -> tuple[str, ...]:
    """Buttons on a page: verbs open in this state that this actor may do; of those in `among` when it is given."""
    open_now = verbs_from(subject.kind, subject.state)
    asked = open_now if among is None else [verb for verb in open_now if verb in among]
    return tuple(v for v in asked if may(actor, v, subject))
