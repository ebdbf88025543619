"""Regular help as the desks, the team and the person see it: lists, one help with its timeline, who must be telephoned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from laojia.foundation.journal.queries import rows_about, scoped
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.queries import actor_by_link
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.codes import mask_name
from laojia.kernel.errors import OutOfScope
from laojia.kernel.links import link_holder, read_link
from laojia.labels import reason_word
from laojia.policy.facts import Actor
from laojia.policy.roles import Role
from laojia.shown import said_day
from laojia.steps.order.models import Attendance, Order, StandingCheck, StandingHelp

_MOST = 200
_WAITING = 60
_VISITS = 30
DAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


def _rows() -> QuerySet[StandingHelp]:
    return StandingHelp.objects.select_related("item_version", "team", "area", "person", "unit")


def regular_help(actor: Actor, *, text: str = "", show: str = "open") -> list[StandingHelp]:
    """Regular help in the area of a desk, missed visits first. `show` is one of SHOWN."""
    rows = scoped(_rows(), actor, "standing.see")
    open_check = StandingCheck.objects.filter(
        standing=OuterRef("pk"), answered_at=None, holder__in=("station", "centre")
    )
    rows = rows.annotate(to_ask=Exists(open_check))
    if text:
        named = (
            Q(person__name__icontains=text) | Q(unit__name__icontains=text) | Q(area__name__icontains=text)
        )
        rows = rows.filter(named | Q(item_version__name__icontains=text) | Q(team__name__icontains=text))
    chosen: dict[str, Q] = {
        "active": Q(state="active"), "paused": Q(state="paused"), "ended": Q(state="ended"),
        "no_team": Q(state="active", team=None), "missed": Q(missed__gt=0), "to_ask": Q(to_ask=True),
    }  # fmt: skip
    if show != "ended":
        rows = rows.exclude(state="ended")
    if show in chosen:
        rows = rows.filter(chosen[show])
    return list(rows.order_by("-missed", "-to_ask", "id")[:_MOST])


def standing(pk: int, actor: Actor) -> StandingHelp:
    """One regular help. Raises OutOfScope."""
    row = scoped(_rows(), actor, "standing.see").filter(pk=pk).first()
    if row is None:
        raise _not_here()
    return row


def _not_here() -> OutOfScope:
    return OutOfScope(
        "standing_not_here",
        gettext_lazy("We do not find that here."),
        gettext_lazy("Ask the practice centre by telephone."),
    )


def standing_of(order: Order) -> StandingHelp:
    """The regular help an order has become; the caller may see the order. Raises OutOfScope."""
    row = _rows().filter(pk=order.standing_id or 0).first()
    if row is None:
        raise _not_here()
    return row


def my_standing(actor: Actor) -> list[StandingHelp]:
    """Regular help for the actor himself or whom he asked for."""
    mine = Q(person_id=actor.person_id) | Q(asker_id=actor.person_id)
    rows = scoped(_rows().exclude(state="ended"), actor, "standing.see").filter(mine)
    return list(rows.order_by("id"))


def team_standing(actor: Actor) -> list[StandingHelp]:
    """我们常去的: of the teams the actor leads; who waits for an answer first."""
    asked = StandingCheck.objects.filter(standing=OuterRef("pk"), answered_at=None, kind="team")
    rows = scoped(_rows().exclude(state="ended"), actor, "standing.see")
    rows = rows.filter(team_id__in=actor.team_ids).annotate(asked=Exists(asked))
    return list(rows.order_by("-asked", "id"))


def team_standing_one(pk: int, actor: Actor) -> StandingHelp:
    """One of them. Raises OutOfScope."""
    row = standing(pk, actor)
    if row.team_id is None or row.team_id not in actor.team_ids:
        raise _not_here()
    return row


def standing_by_link(token: str, on: date) -> tuple[StandingHelp, Actor]:
    """What the question to a team opens, and which contact holds it. Raises OutOfScope."""
    link = read_link(token)
    row = _rows().filter(pk=link[1]).first() if link and link[0] == "standing" else None
    actor = (
        actor_by_link(token, on=on, purpose="offer", person_id=link_holder(token), team_id=row.team_id)
        if row is not None
        else None
    )
    if row is None or actor is None:
        raise _not_here()
    return row, actor


def checks_to_telephone(actor: Actor) -> list[StandingCheck]:
    """Questions about regular help nobody has answered: whose turn it is telephones or goes there."""
    helps = scoped(StandingHelp.objects.all(), actor, "standing.see").values("pk")
    rows = StandingCheck.objects.filter(answered_at=None, standing__in=helps)
    holders = ("station", "centre") if actor.has(Role.DISPATCHER) else ("station",)
    rows = rows.filter(holder__in=holders).select_related(
        "standing__item_version", "standing__person", "standing__unit", "standing__area", "standing__team"
    )
    return list(rows.order_by("holder_until", "id")[:_WAITING])


CHECK_WORDS = {
    "person": gettext_lazy("Is it still right for them? They were asked and have not answered."),
    "team": gettext_lazy("Does the team go on coming? It was asked and has not answered."),
    "wish": gettext_lazy("They want something changed, or need it no longer: speak with them."),
    "end": gettext_lazy("The agreed last day is near: speak with them whether it goes on."),
}


def open_checks(row: StandingHelp) -> list[tuple[StandingCheck, object]]:
    """Questions still open, with their words."""
    rows = row.checks.filter(answered_at=None).order_by("holder_until", "id")
    return [(one, CHECK_WORDS[one.kind]) for one in rows]


# --- in words ---------------------------------------------------------------------------------------------------------


def said_rhythm(row: StandingHelp) -> str:
    """每周二、周四 9:30,每次 60 分钟."""
    days = str(_(", ")).join(str(DAYS[day]) for day in row.weekdays)
    facts = {"days": days, "at": f"{row.starts:%H:%M}", "minutes": row.minutes, "weeks": row.every_weeks}
    if row.every_weeks == 1:
        return _("every week on %(days)s at %(at)s, %(minutes)s minutes") % facts
    return _("every %(weeks)s weeks on %(days)s at %(at)s, %(minutes)s minutes") % facts


def usual_names(row: StandingHelp, *, inside: bool = False) -> list[str]:
    """The volunteers he is used to, as far as they let their names be shown; `inside`: for their own team and the desk."""
    people = row.usual.order_by("id")
    return [p.name if inside or p.shows_name else mask_name(p.name) for p in people]


def may_be_usual(row: StandingHelp, on: date) -> list[Person]:
    """Members of the team that comes."""
    if row.team_id is None:
        return []
    held = Post.objects.filter(
        team_id=row.team_id, role__in=(Role.TEAM_LEADER, Role.VOLUNTEER), valid_from__lte=on
    ).exclude(valid_to__lte=on)
    return list(Person.objects.filter(pk__in=held.values("person"), erased_at=None).order_by("name", "id"))


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: when, how it stands, who went."""

    at: datetime
    state: str
    names: tuple[str, ...]
    pk: int = 0


def visits_of(row: StandingHelp, *, inside: bool = True, most: int = _VISITS) -> list[Visit]:
    """Visits that were and those planned, in order of time, with who came or will come."""
    rows = Attendance.objects.filter(occasion__standing_id=row.pk, occasion__starts_at__isnull=False)
    rows = rows.exclude(state="released").select_related("occasion").order_by("-occasion__starts_at")[:most]
    visits = list(rows)[::-1]
    went: dict[int, list[str]] = {}
    lines = Person.objects.filter(
        roster_lines__occasion__in=[v.occasion_id for v in visits], roster_lines__state__in=("asked", "yes", "came")
    ).values_list("roster_lines__occasion_id", "name", "shows_name")  # fmt: skip
    for occasion_id, name, shown in lines.order_by("roster_lines__id"):
        went.setdefault(occasion_id, []).append(name if inside or shown else mask_name(name))
    return [
        Visit(v.occasion.starts_at, v.state, tuple(went.get(v.occasion_id, ())), v.occasion_id)
        for v in visits
        if v.occasion.starts_at is not None
    ]


_TOLD = {
    "standing.start": gettext_lazy("Began."),
    "standing.change": gettext_lazy("The rhythm was changed."),
    "standing.other_team": gettext_lazy("Another team is asked."),
    "standing.usual": gettext_lazy("The usual volunteers are others."),
    "standing.resume": gettext_lazy("It went on."),
    "standing.end": gettext_lazy("Ended by a word that was spoken."),
}
_ANSWERS = {
    "right": gettext_lazy("It is still right."),
    "change": gettext_lazy("They want something changed."),
    "no_more": gettext_lazy("They say it is not needed any more."),
    "yes": gettext_lazy("The team goes on coming."),
    "no": gettext_lazy("The team cannot come any more."),
    "settled": gettext_lazy("The desk has spoken with them."),
}
_VISIT_WORDS = {
    "expected": gettext_lazy("A visit is planned."),
    "came": gettext_lazy("They came."),
    "not_home": gettext_lazy("Nobody opened the door."),
    "refused": gettext_lazy("Not wanted that time."),
    "team_absent": gettext_lazy("Nobody came."),
}


def standing_timeline(row: StandingHelp, now: datetime, *, inside: bool = True) -> list[dict[str, Any]]:
    """What was and what comes, in order of time, as parts/timeline.html takes it."""
    steps = [*_journalled(row), *_asked(row), *_rests(row, now)]
    for visit in visits_of(row, inside=inside):
        who = str(_(", ")).join(visit.names)
        steps.append(
            {"when": visit.at, "text": _VISIT_WORDS[visit.state], "who": who, "done": visit.at <= now}
        )
    return sorted(steps, key=lambda step: step["when"])


def _journalled(row: StandingHelp) -> Iterable[dict[str, Any]]:
    for one in rows_about("standing", row.pk):
        if one.verb in _TOLD:
            why = f" · {reason_word(one.reason)}" if one.reason else ""
            yield {"when": one.at, "text": f"{_TOLD[one.verb]}{why}", "done": True}


def _asked(row: StandingHelp) -> Iterable[dict[str, Any]]:
    for one in row.checks.filter(answered_at__isnull=False, answer__in=list(_ANSWERS)):
        yield {"when": one.answered_at, "text": _ANSWERS[one.answer], "done": True}


def _rests(row: StandingHelp, now: datetime) -> Iterable[dict[str, Any]]:
    for gap in row.gaps.order_by("from_day"):
        when = datetime.combine(gap.from_day, time(), tzinfo=CHINA)
        if gap.kind == "pause" and gap.until is not None:
            until = said_day(gap.until, local_date(now))
            words = _("Rests until %(day)s.") % {"day": until} + f" {reason_word(gap.reason)}"
        elif gap.moved_to is not None:
            words = _("Holiday: moved to %(day)s.") % {"day": said_day(gap.moved_to, local_date(now))}
        else:
            words = _("Holiday: left out.")
        yield {"when": when, "text": words, "done": when <= now}
