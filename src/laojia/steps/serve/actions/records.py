"""「做完了」: outcome, minutes for all in one go, the record of law within ten working days; the walk-in tally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import advance, check, happened_before
from laojia.foundation.journal.actions import record as journal
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.foundation.people.models import Person
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput
from laojia.policy.deadlines import by_when, halfway
from laojia.policy.facts import CLOCK, Actor
from laojia.steps.menu.models import MenuItem, Occasion, Point
from laojia.steps.order.models import Attendance
from laojia.steps.serve.actions.roster import ask
from laojia.steps.serve.actions.visits import mark
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally
from laojia.steps.serve.rules import may_record, minutes_given, wrong_minutes

MOST_HEADS = 2000
_REMINDERS = 3


@dataclass(frozen=True)
class Visited:
    """How one attendance went, in the team's word."""

    word: str
    outcome: str = "done"
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Report:
    """What the leader says in one go. `minutes` for all, `exceptions` by person id; `own_work`: no volunteering."""

    minutes: int
    came: Sequence[Person]
    exceptions: Mapping[int, int] = field(default_factory=dict)
    own_work: frozenset[int] = frozenset()
    visits: Mapping[int, Visited] = field(default_factory=dict)  # by attendance id; missing: came, done
    content: str = ""
    helped: int | None = None
    in_charge: Person | None = None
    filled_at: datetime | None = None  # when it was over and the paper was filled in; None: just now


@transaction.atomic
def record(*, occasion: Occasion, report: Report, actor: Actor, now: datetime) -> LawRecord:
    """做完了: attendance, roster and the record of law in one transaction; nothing half-written.

    Raises BadInput: not begun yet, minutes out of range, nobody came.
    """
    check(occasion, "occasion.record", actor=actor)
    _check_report(occasion, report, now)
    filled = happened_before(report.filled_at, now)
    for attendance in occasion.attendances.filter(state="expected").select_related("order", "occasion"):
        went = report.visits.get(attendance.pk, Visited("came"))
        mark(
            attendance=attendance,
            word=went.word,
            outcome=went.outcome if went.word == "came" else "",
            outcome_reason=went.reason,
            note=went.note,
            actor=actor,
            now=now,
            because="occasion.record",
        )
    _attest(occasion, report, actor, now)
    law = open_record(occasion=occasion, now=now)
    law.content = report.content or str(occasion.item_version.short)
    law.organising_unit = occasion.team.name if occasion.team else ""
    law.in_charge = report.in_charge or _leader_of(actor)
    law.helped = report.helped if report.helped is not None else _helped(occasion)
    law.recorded_by_id, law.recorded_at, law.filled_at = actor.person_id, now, filled
    law.save()
    advance(
        occasion,
        "occasion.record",
        actor=actor,
        now=now,
        recorded_at=now,
        held_at=filled or occasion.held_at or occasion.ends_at or now,
    )
    cancel_clocks(("record", law.pk))
    return law


def open_record(*, occasion: Occasion, now: datetime) -> LawRecord:
    """The record row with its ten-working-day clock (令67 art. 11); made when the occasion's time has passed."""
    ended = occasion.ends_at or now
    due = by_when("record.complete", ended, calendar())
    law, made = LawRecord.objects.get_or_create(
        occasion=occasion,
        defaults={
            "team_id": occasion.team_id,
            "area_path": occasion.area_path,
            "due_at": due.at,
            "provisional": due.provisional,
        },
    )
    if made:
        set_clock("record.remind", about=("record", law.pk), due=halfway(ended, due.at), now=now, round=1)
        set_clock("record.overdue", about=("record", law.pk), due=due, now=now)
    return law


@transaction.atomic
def remind_of_record(*, law: LawRecord, now: datetime) -> None:
    """Clock: the team is reminded at half time and then once more each time half of the rest has passed."""
    if law.recorded_at is not None or law.team_id is None or law.reminded >= _REMINDERS:
        return
    LawRecord.objects.filter(pk=law.pk).update(reminded=law.reminded + 1)
    law.reminded += 1
    journal(law, "record.remind", actor=CLOCK, now=now, fields=("reminded",))
    post(
        "record.reminder",
        to_team_id=law.team_id,
        about=("occasion", law.occasion_id),
        key=f"record.reminder:{law.pk}:{law.reminded}",
        now=now,
        variables={"by": law.due_at.isoformat(), "link": f"team/occasions/{law.occasion_id}/"},
    )
    if law.reminded < _REMINDERS and law.due_at > now:
        again = halfway(now, law.due_at)
        set_clock("record.remind", about=("record", law.pk), due=again, now=now, round=law.reminded + 1)


@transaction.atomic
def tally_walk_ins(
    *,
    point: Point,
    item: MenuItem,
    heads: int,
    day: date,
    actor: Actor,
    now: datetime,
    corrects: WalkInTally | None = None,
) -> WalkInTally:
    """来访登记: one line, heads only. A wrong line is corrected by a new one, never changed."""
    if not 0 <= heads <= MOST_HEADS or (heads == 0 and corrects is None):
        raise BadInput(
            "heads",
            _("How many people came?"),
            _("A number from 1 to %(most)s.") % {"most": MOST_HEADS},
            {"heads": _("A number from 1 to %(most)s.") % {"most": MOST_HEADS}},
        )
    if day > local_date(now):
        raise BadInput("day", _("That day is still to come."), _("Choose today or a day that has passed."))
    tally = WalkInTally(
        point=point,
        item=item,
        area_path=point.area_path,
        date=day,
        heads=heads,
        entered_by_id=actor.person_id,
        entered_at=now,
        corrects=corrects,
    )
    tally.save()
    journal(tally, "walk_in.tally", actor=actor, now=now, fields=("heads",))
    return tally


def _check_report(occasion: Occasion, report: Report, now: datetime) -> None:
    if not may_record(now, occasion.starts_at):
        raise BadInput(
            "not_begun",
            _("That has not begun yet."),
            _("Record it when it is over; to move it, use “agree the time”."),
        )
    if not report.came:
        raise BadInput(
            "nobody_came", _("Please tick who went."), _("If nobody went, say that the team did not come.")
        )
    for minutes in (report.minutes, *report.exceptions.values()):
        if wrong_minutes(minutes):
            raise BadInput(
                "minutes",
                _("Minutes are a number from 1 to 720."),
                _("Give the time that was really spent."),
                {"minutes": _("A number from 1 to 720.")},
            )


def _attest(occasion: Occasion, report: Report, actor: Actor, now: datetime) -> None:
    """Roster lines of those who came get their minutes; own work is noted as such and gets none (令67 art. 19)."""
    lines = {line.person_id: line for line in occasion.roster.all()}
    late_named = [p for p in report.came if p.pk not in lines]
    for line in ask(occasion=occasion, people=late_named, actor=actor, now=now, because="occasion.record"):
        lines[line.person_id] = line
    given = minutes_given(report.minutes, report.exceptions, (p.pk for p in report.came))
    for person_id, line in lines.items():
        if line.state not in ("asked", "yes"):
            continue
        came = person_id in given
        advance(
            line, "roster.mark", actor=actor, now=now, to="came" if came else "absent", because="occasion.record",
            own_work=came and person_id in report.own_work,
        )  # fmt: skip
        if came and person_id not in report.own_work:
            RosterLine.objects.filter(pk=line.pk).update(
                minutes=given[person_id], attested_by_id=actor.person_id, attested_at=now
            )
            journal(
                line, "roster.attest", actor=actor, now=now, fields=("minutes",), because="occasion.record"
            )


def _helped(occasion: Occasion) -> int:
    came = Attendance.objects.filter(occasion=occasion, state="came")
    return sum(came.values_list("seats", flat=True))


def _leader_of(actor: Actor) -> Person | None:
    person_id = actor.on_behalf_of.person_id if actor.on_behalf_of else actor.person_id
    return Person.objects.filter(pk=person_id or 0).first()
