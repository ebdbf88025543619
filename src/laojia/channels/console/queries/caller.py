"""Somebody on the telephone: who it is, and what is open for the person in every role he has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import person_seen, speaking_for
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.policy.facts import Actor, Subject, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Channel, Role
from laojia.policy.transitions import is_open
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import STILL_OPEN, Attendance, Order, StandingHelp
from laojia.steps.review.models import Complaint
from laojia.steps.serve import queries as serving
from laojia.steps.serve.models import RosterLine

MOST_SHOWN = 12
_AHEAD = timedelta(days=14)
SPOKEN = (Channel.PHONE, Channel.COUNTER, Channel.PAPER)


@dataclass(frozen=True, slots=True)
class Call:
    """Who telephones, who answers for the desk, how it was said and when."""

    person: Person
    desk: Actor
    voice: Actor
    now: datetime

    @property
    def channel(self) -> Channel:
        return self.voice.channel

    @property
    def himself(self) -> Actor:
        """The caller as he would act himself."""
        return self.voice.on_behalf_of or self.voice

    @property
    def at_desk(self) -> Actor:
        """The desk in its own right, by what was said on this channel."""
        return replace(self.desk, channel=self.voice.channel)

    @property
    def leads(self) -> frozenset[int]:
        grants = self.himself.grants
        return frozenset(team for g in grants if g.role is Role.TEAM_LEADER for team in g.team_ids)


def begin_call(desk: Actor, person_id: int, *, channel: Channel, now: datetime) -> Call:
    """The caller, when the desk may see him. Raises OutOfScope."""
    person = person_seen(desk, person_id)
    voice = speaking_for(desk, person.pk, local_date(now), channel=channel)
    return Call(person, desk, voice, now)


def channel_choices() -> list[tuple[str, Any]]:
    """How somebody speaks to the desk."""
    return [(str(one), labels.CHANNELS[str(one)]) for one in SPOKEN]


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that can be done now. `direct`: by the button itself; else its form opens in place."""

    do: str
    word: Any
    sign: str
    key: str = ""
    direct: bool = False


BUTTONS: dict[str, tuple[Button, ...]] = {
    "order": (
        Button("order.answer", _("Answer what we asked"), "talk", "a"),
        Button("order.nudge", _("Remind them"), "bell", "n", direct=True),
        Button("order.change", _("Another time or place"), "calendar", "t"),
        Button("order.agree", _("Another time (ask the team first)"), "calendar", "t"),
        Button("order.suspend", _("Not now, later"), "pause"),
        Button("order.resume", _("Go on with it"), "clock", direct=True),
        Button("review.give", _("How was it?"), "star", "r"),
        Button("order.cancel", _("Not needed any more"), "cross", "c"),
        Button("complaint.file", _("Complain"), "alarm"),
        Button("incident.report", _("Something happened"), "alarm"),
    ),
    "offer": (
        Button("offer.accept", _("Accept"), "check", "y"),
        Button("offer.decline", _("Not this time"), "signpost", "x"),
    ),
    "pool": (Button("offer.claim", _("Take it on"), "check", "y", direct=True),),
    "occasion": (
        Button("occasion.record", _("Done"), "check", "d"),
        Button("roster.ask", _("Name people"), "team", "g"),
        Button("occasion.agree_time", _("Agree the time"), "calendar", "t"),
        Button("occasion.reconfirm", _("Fix the new time"), "calendar", "t"),
        Button("roster.stand_in", _("Name a stand-in"), "person"),
        Button("not_home.step", _("Nobody opens"), "question"),
        Button("occasion.postpone", _("Postpone"), "pause"),
        Button("offer.return", _("We cannot come after all"), "signpost", "x"),
        Button("offer.hand_over", _("Hand over"), "signpost"),
        Button("incident.there", _("Something happened"), "alarm"),
    ),
    "line": (
        Button("roster.yes", _("Can come"), "check", "y", direct=True),
        Button("roster.no", _("Cannot come"), "cross", "x", direct=True),
        Button("roster.leave", _("Cannot come after all"), "cross", "x", direct=True),
        Button("incident.going", _("Something happened"), "alarm"),
    ),
    "join": (Button("roster.join", _("Sign up"), "hands", "y", direct=True),),
    "standing": (
        Button("standing.pause", _("Pause"), "pause"),
        Button("standing.resume", _("Go on with it"), "clock", direct=True),
        Button("standing.end", _("End it"), "cross"),
    ),
    "caller": (Button("complaint.other", _("Complain about something else"), "alarm"),),
}  # fmt: skip
_POLICY = {
    "roster.yes": "roster.answer",
    "roster.no": "roster.answer",
    "order.agree": "occasion.agree_time",
    "complaint.other": "complaint.file",
    "incident.there": "incident.report",
    "incident.going": "incident.report",
}


@dataclass(slots=True)
class Entry:
    """One thing of the caller as the screen shows it."""

    kind: str
    row: Any
    buttons: list[Button] = field(default_factory=list)
    occasion: Occasion | None = None
    visit: Attendance | None = None

    @property
    def anchor(self) -> str:
        return f"{self.kind}-{self.row.pk}"


@dataclass(slots=True)
class Screen:
    """Everything of one caller."""

    orders: list[Entry]
    offers: list[Entry]
    pool: list[Entry]
    occasions: list[Entry]
    lines: list[Entry]
    joins: list[Entry]
    standing: list[Entry]
    caller: Entry
    complaints: list[Complaint]
    teams: list[Team]
    alone: bool

    @property
    def is_empty(self) -> bool:
        return not any((self.orders, self.offers, self.pool, self.occasions, self.lines, self.standing))

    def entries(self) -> list[Entry]:
        return [
            *self.offers, *self.occasions, *self.orders, *self.lines, *self.pool, *self.standing, *self.joins,
            self.caller,
        ]  # fmt: skip


def screen(call: Call) -> Screen:
    """What is open for the caller, as far as the desk may see it."""
    volunteers = call.himself.has(Role.VOLUNTEER)
    orders = [_order_entry(call, row) for row in my_orders(call)]
    return Screen(
        orders=orders,
        offers=[_entry(call, "offer", row, row.occasion) for row in my_offers(call)] if call.leads else [],
        pool=[_entry(call, "pool", row, row.occasion) for row in my_pool(call)] if call.leads else [],
        occasions=[_entry(call, "occasion", row, row) for row in my_occasions(call)] if call.leads else [],
        lines=[_entry(call, "line", row, row.occasion) for row in my_lines(call)],
        joins=[
            _entry(call, "join", row, row)
            for row in (serving.calls_i_can_join(call.himself, call.now, 3) if volunteers else ())
        ],
        standing=[_entry(call, "standing", row) for row in my_standing(call)],
        caller=_entry(call, "caller", call.person),
        complaints=my_complaints(call),
        teams=list(Team.objects.filter(pk__in=call.himself.team_ids).order_by("name")) if call.himself.team_ids else [],
        alone=any(entry.row.alone and entry.row.person_id == call.person.pk for entry in orders),
    )  # fmt: skip


def my_orders(call: Call) -> list[Order]:
    """Open ones, and those one may still say something about; a sealed case is not among them."""
    whose = Q(person_id=call.person.pk) | Q(asker_id=call.person.pk)
    open_still = Q(state__in=STILL_OPEN) | Q(state__in=("served", "closed"), review_until__gte=call.now)
    visits = Attendance.objects.exclude(state="released").select_related(
        "occasion__team", "occasion__item_version", "review"
    )
    rows = scoped(Order.objects.filter(whose & open_still, sealed=False), call.desk, "order.see")
    rows = rows.select_related("item_version", "area__parent", "team", "person", "unit").prefetch_related(
        Prefetch("attendances", visits.order_by("occasion__starts_at", "id"), to_attr="places")
    )
    return list(rows.order_by("-id")[:MOST_SHOWN])


def visit_of(order: Any) -> Attendance | None:
    """The next visit, or the last one."""
    expected = [one for one in order.places if one.state == "expected"]
    return expected[0] if expected else (order.places[-1] if order.places else None)


def my_offers(call: Call) -> list[Offer]:
    rows = scoped(Offer.objects.filter(state="open", team_id__in=call.leads), call.desk, "offer.see")
    rows = rows.select_related("occasion__item_version", "occasion__area", "occasion__team", "team")
    return list(rows.order_by("answer_due_at", "id")[:MOST_SHOWN])


def my_pool(call: Call) -> list[PoolEntry]:
    return [
        row
        for row in serving.pool_for(call.himself)[:3]
        if may(call.desk, "occasion.see", subject_of(row.occasion))
    ]


def my_occasions(call: Call) -> list[Occasion]:
    """What the caller's teams have fixed for the next two weeks, and what still wants its record."""
    rows = scoped(Occasion.objects.filter(team_id__in=call.leads), call.desk, "occasion.see")
    rows = rows.filter(
        Q(state="held") | Q(state="postponed") | Q(state="confirmed", starts_at__lt=call.now + _AHEAD)
    )
    lines = RosterLine.objects.select_related("person").order_by("id")
    accepted = Offer.objects.filter(state="accepted")
    visits = Attendance.objects.exclude(state="released").select_related("order__person", "order__unit")
    rows = rows.select_related("item_version", "area", "team", "law_record").prefetch_related(
        Prefetch("roster", lines, to_attr="lines"),
        Prefetch("offers", accepted, to_attr="taken_offers"),
        Prefetch("attendances", visits.order_by("id"), to_attr="visits"),
    )
    return list(rows.order_by("starts_at", "id")[:MOST_SHOWN])


def my_lines(call: Call) -> list[RosterLine]:
    rows = RosterLine.objects.filter(
        person_id=call.person.pk, state__in=("asked", "yes"), occasion__state__in=("confirmed", "postponed")
    )
    rows = scoped(rows, call.desk, "roster.see").select_related(
        "occasion__item_version", "occasion__area", "occasion__team"
    )
    return list(rows.order_by("occasion__starts_at", "id")[:MOST_SHOWN])


def my_standing(call: Call) -> list[StandingHelp]:
    whose = Q(person_id=call.person.pk) | Q(asker_id=call.person.pk)
    rows = scoped(StandingHelp.objects.filter(whose).exclude(state="ended"), call.desk, "standing.see")
    return list(rows.select_related("item_version", "area", "team").order_by("id")[:MOST_SHOWN])


def my_complaints(call: Call) -> list[Complaint]:
    """Only where the desk itself may read complaints."""
    if not call.desk.has(Role.COMPLAINT_HOLDER):
        return []
    rows = scoped(Complaint.objects.filter(person_id=call.person.pk), call.desk, "complaint.see")
    return list(rows.exclude(state="closed").order_by("-id")[:MOST_SHOWN])


# --- what can be done with each ---------------------------------------------------------------------------------------


def _entry(call: Call, kind: str, row: Any, occasion: Occasion | None = None) -> Entry:
    entry = Entry(kind, row, occasion=occasion)
    entry.buttons = [button for button in BUTTONS[kind] if is_possible(call, entry, button.do)]
    return entry


def _order_entry(call: Call, row: Order) -> Entry:
    visit = visit_of(row)
    entry = Entry("order", row, visit=visit, occasion=visit.occasion if visit else None)
    entry.buttons = [button for button in BUTTONS["order"] if is_possible(call, entry, button.do)]
    return entry


def is_possible(call: Call, entry: Entry, do: str) -> bool:
    """The verb is open in this state, the desk may speak for the caller, and the caller may do it."""
    verb = _POLICY.get(do, do)
    subject = _subject(call, entry, do)
    if subject is None:
        return False
    # Signing up makes a row that is not there yet: no state says whether it is open.
    if do != "roster.join" and not is_open(subject.kind, verb, subject.state):
        return False
    actor = call.at_desk if do == "order.agree" else call.voice
    return may(actor, verb, subject) and _is_now(call, entry, do)


def _subject(call: Call, entry: Entry, do: str) -> Subject | None:
    """What the verb is about."""
    row = entry.row
    if do == "order.agree":
        return _visited(entry)
    if do == "review.give":
        return subject_of(entry.visit) if entry.visit is not None else None
    if _POLICY.get(do, do) in ("complaint.file", "incident.report"):
        return _wrong(call, entry, do)
    if do == "offer.claim":
        return Subject("offer", area_path=row.occasion.area_path, team_ids=call.leads)
    if do in ("offer.return", "offer.hand_over"):
        return subject_of(row.taken_offers[0]) if row.taken_offers else None
    if do == "not_home.step":
        return _door(call, entry)
    if do == "roster.join":
        return Subject("roster", area_path=row.area_path, own_ids=frozenset({call.person.pk}))
    return subject_of(row)


def _wrong(call: Call, entry: Entry, do: str) -> Subject | None:
    """A complaint, or the caller's own sheet about an order or an occasion; a sealed case has none."""
    if _POLICY.get(do, do) == "complaint.file":
        return Subject("complaint", area_path=entry.row.area_path)
    about: Any = entry.row if do == "incident.report" else entry.occasion
    told = subject_of(about)
    own = frozenset({call.person.pk})
    return None if told.sealed else replace(told, kind="incident", state="reported", own_ids=own)


def _visited(entry: Entry) -> Subject | None:
    """The visit's occasion, where its hour belongs to this one person."""
    there = entry.visit is not None and entry.visit.state == "expected" and entry.occasion is not None
    if not there or entry.occasion is None or entry.occasion.kind not in Occasion.FOR_ITS_ORDERS:
        return None
    return subject_of(entry.occasion)


def _door(call: Call, entry: Entry) -> Subject | None:
    """The first door of the occasion that was not opened, or may turn out so."""
    row = entry.row
    begun = row.starts_at is not None and row.starts_at <= call.now
    for visit in row.visits if begun else ():
        if visit.not_home_since is not None or visit.state == "expected":
            return replace(subject_of(visit), state="not_home")
    return None


def _is_now(call: Call, entry: Entry, do: str) -> bool:
    """What the state alone does not say."""
    row = entry.row
    if do == "occasion.record":
        return row.starts_at is not None and row.starts_at <= call.now
    if do == "occasion.agree_time":
        return str(row.state) == "confirmed"
    if do == "roster.stand_in":
        return row.state == "confirmed" and any(line.state in ("asked", "yes") for line in row.lines)
    if do == "roster.ask":
        return str(row.state) == "confirmed"
    if do == "review.give":
        return entry.visit is not None and not hasattr(entry.visit, "review")
    begun = ("arranged", "served", "closed")
    return not (do in ("complaint.file", "incident.report") and row.state not in begun)
