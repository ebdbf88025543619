"""结对: is it still right? The person is asked monthly, the team each quarter. Silence moves up; it never ends anything."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.queries import stations_of
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import record
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.foundation.people.queries import contacts_of
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.errors import BadInput, Conflict
from laojia.kernel.links import make_link
from laojia.policy.deadlines import Due, by_when
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.order.actions.holding import link_of, whom
from laojia.steps.order.models import StandingCheck, StandingHelp

EVERY = {"person": timedelta(days=30), "team": timedelta(days=91)}
PERSON_SAYS = ("right", "change", "no_more")
TEAM_SAYS = ("yes", "no")
HOW = ("page", "call", "visit", "counter")
_SILENT = "standing.check"
_END_SEEN = timedelta(weeks=2)
_MORNING = time(9)


def start_asking(*, standing: StandingHelp, now: datetime) -> None:
    """A team comes from now on: both sides are asked from time to time."""
    for kind in EVERY:
        _ask_later(standing, kind, now)


def _ask_later(standing: StandingHelp, kind: str, now: datetime) -> None:
    """On a working morning, so that somebody can answer a call."""
    day = local_date(now) + EVERY[kind]
    days = calendar()
    if not days.works(day):
        day = days.next_working_day(day)
    due = datetime.combine(day, _MORNING, tzinfo=CHINA)
    set_clock(f"standing.ask_{kind}", about=("standing", standing.pk), due=due, now=now)


@transaction.atomic
def ask(*, standing: StandingHelp, kind: str, actor: Actor, now: datetime) -> StandingCheck | None:
    """Monthly the person, each quarter the team; one open question of a kind at a time."""
    if standing.state == "ended":
        return None
    _ask_later(standing, kind, now)
    if standing.state != "active" or (kind == "team" and standing.team_id is None):
        return None
    if standing.checks.filter(kind=kind, answered_at=None).exists():
        return None
    order = standing.orders.exclude(state__in=("closed", "cancelled")).order_by("id").first()
    asked = _opened(standing, kind, kind, now)
    record(standing, "standing.ask", actor=actor, now=now, fields=(kind,))
    if kind == "team":
        for person_id in contacts_of(standing.team_id or 0, local_date(now)):
            post(
                "standing.still_come", to_person_id=person_id, about=("standing", standing.pk),
                key=f"standing.still_come:{asked.pk}:{person_id}", now=now,
                variables={"link": team_link(standing, person_id), "by": asked.holder_until.isoformat()},
            )  # fmt: skip
    elif order is not None and not order.sealed:
        for person_id in whom(order, now, both=True):
            post(
                "standing.still_right", to_person_id=person_id, about=("standing", standing.pk),
                key=f"standing.still_right:{asked.pk}:{person_id}", now=now,
                variables={"link": f"{link_of(order, person_id)}regular/"},
            )  # fmt: skip
    return asked


def team_link(standing: StandingHelp, person_id: int) -> str:
    return f"regular/team/link/{make_link('standing', standing.pk, 'offer', to=person_id)}/"


def _opened(standing: StandingHelp, kind: str, holder: str, now: datetime) -> StandingCheck:
    due, holder, holder_id = _holder(standing, holder, now)
    try:
        with transaction.atomic():
            row = StandingCheck.objects.create(
                standing=standing,
                kind=kind,
                asked_at=now,
                holder=holder,
                holder_id=holder_id,
                holder_until=due.at,
            )
    except IntegrityError:  # somebody else has just asked the same
        row = StandingCheck.objects.get(standing=standing, kind=kind, answered_at=None)
    set_clock(_SILENT, about=("standing_check", row.pk), due=due, now=now)
    return row


def _holder(standing: StandingHelp, holder: str, now: datetime) -> tuple[Due, str, int | None]:
    """Whose turn it is and until when: no holder without a clock."""
    holder_id: int | None = standing.person_id if holder == "person" else standing.team_id
    if holder == "station":
        station = stations_of(standing.area).first()
        holder, holder_id = ("station", station.pk) if station is not None else ("centre", None)
    elif holder == "centre":
        holder_id = None
    return by_when(f"standing.{holder}", now, calendar()), holder, holder_id


@transaction.atomic
def nobody_answered(*, check: StandingCheck, now: datetime) -> StandingCheck:
    """Clock standing.check: the station visits or telephones; then the centre does and is reminded. Nothing ends by it."""
    standing = StandingHelp.objects.select_related("area").get(pk=check.standing_id)
    if check.answered_at is not None or standing.state == "ended":
        return check
    following = "station" if check.holder in ("person", "team") else "centre"
    due, holder, holder_id = _holder(standing, following, now)
    _note(check, holder=holder, holder_id=holder_id, holder_until=due.at)
    record(standing, "standing.silent", actor=CLOCK, now=now, fields=(check.kind, holder))
    set_clock(_SILENT, about=("standing_check", check.pk), due=due, now=now)
    return check


@transaction.atomic
def person_says(
    *, standing: StandingHelp, answer: str, actor: Actor, now: datetime, how: str = "page"
) -> StandingHelp:
    """还合适吗: as it is; something else, or no longer: then the station telephones and it goes on until it was spoken of."""
    if answer not in PERSON_SAYS or how not in HOW:
        raise _choose("answer")
    record(standing, "standing.say", actor=actor, now=now, fields=("answer",))
    _answer(standing, "person", answer, actor, now, how)
    if answer != "right":
        _opened(standing, "wish", "station", now)
    return standing


@transaction.atomic
def team_says(
    *, standing: StandingHelp, answer: str, actor: Actor, now: datetime, how: str = "page"
) -> StandingHelp:
    """The team comes on, or another one is asked: that never ends the help."""
    if answer not in TEAM_SAYS or how not in HOW:
        raise _choose("answer")
    if standing.team_id is None:
        raise Conflict(
            "no_team", _("Another team is being looked for already."), _("There is nothing to answer.")
        )
    record(standing, "standing.team_say", actor=actor, now=now, fields=("answer",))
    _answer(standing, "team", answer, actor, now, how)
    if answer == "no":
        from laojia.steps.order.actions.standing import other_team

        other_team(standing=standing, reason="team_cannot", actor=actor, now=now, because="standing.team_say")
    return standing


@transaction.atomic
def heard(
    *, standing: StandingHelp, kind: str, answer: str, how: str, actor: Actor, now: datetime
) -> StandingHelp:
    """The desk has telephoned or gone there about an open question: settled as it stands now."""
    if how not in ("call", "visit", "counter") or answer not in ("right", "settled", "yes"):
        raise _choose("how")
    record(standing, "standing.heard", actor=actor, now=now, fields=(kind,))
    _answer(standing, kind, answer, actor, now, how)
    return standing


def _choose(field: str) -> BadInput:
    said = _("Choose one of the answers.")
    return BadInput(field, said, "", {field: said})


def _answer(
    standing: StandingHelp, kind: str, answer: str, actor: Actor, now: datetime, how: str
) -> StandingCheck:
    """Close the open question; said without having been asked, it is noted all the same."""
    voice = actor.on_behalf_of or actor
    said: dict[str, Any] = {
        "answer": answer, "how": how, "answered_at": now, "answered_by_id": voice.person_id,
        "entered_by_id": actor.person_id if actor.on_behalf_of is not None else None,
    }  # fmt: skip
    row = standing.checks.filter(kind=kind, answered_at=None).first()
    if row is None:
        return StandingCheck.objects.create(
            standing=standing, kind=kind, asked_at=now, holder="nobody", holder_until=now, **said
        )
    _note(row, **said)
    cancel_clocks(("standing_check", row.pk))
    return row


def _note(row: StandingCheck, **changes: Any) -> None:
    StandingCheck.objects.filter(pk=row.pk, answered_at=None).update(**changes)
    for name, value in changes.items():
        setattr(row, name, value)


def stop_asking(*, standing: StandingHelp, answer: str, now: datetime, kinds: tuple[str, ...] = ()) -> None:
    """What was asked is answered by what was decided: an end, a change, another team."""
    rows = standing.checks.filter(answered_at=None)
    for row in rows.filter(kind__in=kinds) if kinds else rows:
        _note(row, answer=answer, answered_at=now)
        cancel_clocks(("standing_check", row.pk))


def end_comes_near(*, standing: StandingHelp, none_left: bool, now: datetime) -> None:
    """The last day is near or no visit is left before it: the station speaks with them; that word prolongs or ends it."""
    if standing.valid_to is None or not (none_left or standing.valid_to - local_date(now) <= _END_SEEN):
        return
    if not standing.checks.filter(kind="end", answered_at=None).exists():
        _opened(standing, "end", "station", now)
