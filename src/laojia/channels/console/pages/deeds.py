"""What can be done for a caller: for each thing its form and the one action, always for the caller and by the desk."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.channels.console.forms.calling import (
    AcceptForm,
    DoorForm,
    SaidComplaintForm,
    SaidIncidentForm,
    SaidReviewForm,
    StandInForm,
    TeamNameForm,
    WhenForm,
)
from laojia.channels.console.queries.caller import Call, Entry
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.codes import mask_name
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.steps.menu import actions as menu
from laojia.steps.order import actions as orders
from laojia.steps.order import queries as order_queries
from laojia.steps.order.forms import AnswerForm, CancelForm, ChangeForm, LaterForm, PauseForm
from laojia.steps.order.forms import CallForm as StandingForm
from laojia.steps.review import actions as review
from laojia.steps.serve import actions as serving
from laojia.steps.serve import queries as serve_queries
from laojia.steps.serve.forms import DeclineForm, DoneForm, PeopleForm
from laojia.steps.serve.rules import NOT_HOME_ENDINGS, next_not_home_step, window_end

Made = tuple[str, int]


@dataclass(frozen=True)
class Told:
    """One thing said in the call: who, about what, with what."""

    call: Call
    entry: Entry
    form: Any = None
    said_at: datetime | None = None  # what a paper says; None: just now
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def row(self) -> Any:
        return self.entry.row

    @property
    def given(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.form is not None else {}

    @property
    def who(self) -> dict[str, Any]:
        """The desk for the caller, now."""
        return {"actor": self.call.voice, "now": self.call.now}


FormOf = Callable[[Call, Entry, QueryDict | None], Form]
Act = Callable[[Told], object]  # a (kind, id) names the row the sentence is about, when it is another one


@dataclass(frozen=True)
class Deed:
    """Its form (None: nothing to ask) and what is done."""

    act: Act
    form: FormOf | None = None


def _plain(make: Callable[..., Form], **words: Any) -> FormOf:
    """A form that needs to know nothing of the row."""

    def form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
        return make(data, **words)

    return form


# --- the caller as the one who asked ----------------------------------------------------------------------------------


def _change_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    order = entry.row
    timed = order.item_version is not None and bool(order.times)
    return ChangeForm(
        data,
        times=order_queries.all_wishes(order.item_version, call.now) if timed else (),
        initial={
            "village": order_queries.village_line(order.area),
            "words": order.words,
            "times": [f"{wish['date']}/{wish['half']}" for wish in order.times],
        },
    )


def _change(told: Told) -> None:
    given = told.given
    orders.change(
        order=told.row, times=told.form.wishes(), area=given["village"], place=given["place"] or told.row.place,
        words=given["words"], **told.who,
    )  # fmt: skip


def _agree_for_order(told: Told) -> None:
    """The desk's own verb: it has asked the team and the person on the telephone."""
    row, begins = told.entry.occasion, told.form.moment()
    assert row is not None
    ends = window_end(begins, row.item_version.minutes)
    menu.agree_time(occasion=row, starts_at=begins, ends_at=ends, actor=told.call.at_desk, now=told.call.now)


def _review(told: Told) -> None:
    given, visit = told.given, told.entry.visit
    assert visit is not None  # the button stands there only beside a visit
    review.give(
        attendance=visit, solved=given["solved"], satisfaction=given["satisfaction"],
        words=given["words"], share_words=given["share_words"], they_came=given["they_came"] != "no",
        wants_again=given["again"] in ("same", "another"), another_team=given["again"] == "another", **told.who,
    )  # fmt: skip


def _complain(told: Told) -> Made:
    given = told.given
    made = review.file_complaint(
        key=told.key, kind=given["kind"], words=given["words"], anonymous=given["anonymous"],
        order=told.row if told.entry.kind == "order" else None,
        person=told.call.person, phone="" if given["anonymous"] else told.call.person.phone, **told.who,
    )  # fmt: skip
    return "complaint", made.pk


def _incident_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    return SaidIncidentForm(data, initial={"happened_at": call.now.replace(second=0, microsecond=0)})


def _incident(told: Told) -> Made:
    about = {"order": told.row} if told.entry.kind == "order" else {"occasion": told.entry.occasion}
    made = review.report_incident(key=told.key, **about, **told.given, **told.who)
    return "incident", made.pk


# --- the caller as a leader -------------------------------------------------------------------------------------------


def _accept_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    return AcceptForm(data, offered=entry.row.date)


def _accept(told: Told) -> Made:
    made = serving.accept(offer=told.row, starts_at=told.form.moment(), **told.who)
    return "occasion", made.pk


def _claim(told: Told) -> Made:
    entry = told.row
    team = Team.objects.filter(pk__in=told.call.leads, kind=entry.team_kind).first()
    if team is None:
        raise OutOfScope(
            "no_fitting_team", _("Your team does not do this kind of thing."), _("Look at what else waits.")
        )
    return "occasion", serving.claim(entry=entry, team=team, **told.who).pk


def _agree(told: Told) -> None:
    row, begins = told.row, told.form.moment()
    menu.agree_time(
        occasion=row, starts_at=begins, ends_at=window_end(begins, row.item_version.minutes), **told.who
    )


def _reconfirm(told: Told) -> None:
    row, begins = told.row, told.form.moment()
    ends = window_end(begins, row.item_version.minutes) if begins else None
    menu.reconfirm(occasion=row, starts_at=begins, ends_at=ends, **told.who)


def _postpone(told: Told) -> None:
    row, begins = told.row, told.form.moment()
    ends = window_end(begins, row.item_version.minutes) if begins else None
    menu.postpone(occasion=row, reason=told.given["reason"], starts_at=begins, ends_at=ends, **told.who)


def _members(call: Call, entry: Entry) -> list[Any]:
    row = entry.row
    day = row.date or local_date(row.starts_at or call.now)
    return serve_queries.members(row.team_id, day) if row.team_id else []


def _free(call: Call, entry: Entry) -> list[Any]:
    there = {line.person_id for line in entry.row.lines if line.state in ("asked", "yes", "came")}
    return [one for one in _members(call, entry) if one.pk not in there]


def _people_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    return PeopleForm(data, members=_free(call, entry))


def _stand_in_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    lines = [line for line in entry.row.lines if line.state in ("asked", "yes")]
    return StandInForm(data, lines=lines, free=_free(call, entry))


def _stand_in(told: Told) -> None:
    line = next(one for one in told.row.lines if str(one.pk) == told.given["line"])
    line.occasion = told.row
    free = _free(told.call, told.entry)
    person = next(one for one in free if str(one.pk) == told.given["person"])
    serving.stand_in(line=line, person=person, **told.who)


def _hand_over(told: Told) -> Made:
    team = Team.objects.filter(name=told.given["team"].strip(), ended_on=None).first()
    if team is None:
        said = _("There is no team of that name. Write the name as it stands in the list of teams.")
        raise BadInput("team", said, "", {"team": said})
    offer = told.row.taken_offers[0]
    serving.hand_over(offer=offer, to_team=team, **told.who)
    return "offer", offer.pk


def _give_back(told: Told) -> Made:
    offer = told.row.taken_offers[0]
    serving.give_back(offer=offer, reason=told.given["reason"], words=told.given["words"], **told.who)
    return "offer", offer.pk


def _done_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    row = entry.row
    people = _members(call, entry)
    known = {one.pk for one in people}
    people += [line.person for line in row.lines if line.person_id not in known]
    visits = [one for one in row.visits if one.state == "expected"]
    by_name = row.kind in ("visit", "appointment", "standing", "seats")
    return DoneForm(
        data,
        members=people,
        named={line.person_id for line in row.lines if line.state in ("asked", "yes")},
        visits=visits if by_name else [],
        initial={"minutes": row.item_version.minutes or 60},
    )


def _record(told: Told) -> None:
    serving.record(occasion=told.row, report=told.form.report(filled_at=told.said_at), **told.who)


_STEPS = {
    "phoned": _("Telephoned, nobody answers"),
    "contact": _("Emergency contact does not know"),
    "grid_worker": _("Grid worker has gone to look"),
    "emergency": _("110 or 120 called"),
    "found_well": _("All is well"),
    "moved_date": _("Another day is agreed"),
    "found_unwell": _("The person needed help"),
}


def _doors(entry: Entry) -> list[Any]:
    return [v for v in entry.row.visits if v.not_home_since is not None or v.state == "expected"]


def _door_form(call: Call, entry: Entry, data: QueryDict | None) -> Form:
    doors = _doors(entry)
    steps = [("not_home", labels.state_word("attendance", "not_home"))]
    for visit in doors:
        if visit.not_home_since is not None:
            codes = (next_not_home_step(visit.not_home_step), *NOT_HOME_ENDINGS)
            steps = [(code, _STEPS[code]) for code in codes if code]
            break
    names = [
        (str(v.pk), mask_name(v.order.person.name) if v.order.person else v.order.unit.name) for v in doors
    ]
    return DoorForm(data, doors=names, steps=steps)


def _door(told: Told) -> None:
    visit = next(v for v in _doors(told.entry) if str(v.pk) == told.given["visit"])
    visit.occasion = told.row
    words = {"attendance": visit, "note": told.given["note"], **told.who}
    if visit.state == "expected":
        serving.mark(word="not_home", **words)
    else:
        serving.not_home_next(step=told.given["step"], **words)


# --- the caller as a volunteer ----------------------------------------------------------------------------------------


def _join(told: Told) -> Made:
    line = serving.join(occasion=told.row, person=told.call.person, **told.who)
    return "line", line.pk


# --- regular help -----------------------------------------------------------------------------------------------------


def _pause_form(data: QueryDict | None) -> Form:
    form = PauseForm(data, verb="standing.pause")
    del form.fields["channel"]  # how it was said stands on top of the screen
    return form


def _end_form(data: QueryDict | None) -> Form:
    form = StandingForm(data, verb="standing.end")
    del form.fields["channel"]
    return form


DEEDS: dict[str, Deed] = {
    "order.nudge": Deed(lambda told: orders.nudge(order=told.row, **told.who)),
    "order.resume": Deed(lambda told: orders.resume(order=told.row, **told.who)),
    "order.answer": Deed(
        lambda told: orders.answer(order=told.row, words=told.given["words"], **told.who),
        _plain(AnswerForm),
    ),
    "order.change": Deed(_change, _change_form),
    "order.agree": Deed(_agree_for_order, _plain(WhenForm)),
    "order.suspend": Deed(
        lambda told: orders.suspend(order=told.row, until=told.given["until"], **told.who),
        _plain(LaterForm),
    ),
    "order.cancel": Deed(
        lambda told: orders.cancel(order=told.row, reason=told.given["reason"], **told.who),
        _plain(CancelForm),
    ),
    "review.give": Deed(_review, _plain(SaidReviewForm)),
    "complaint.file": Deed(_complain, _plain(SaidComplaintForm)),
    "complaint.other": Deed(_complain, _plain(SaidComplaintForm)),
    "incident.report": Deed(_incident, _incident_form),
    "incident.there": Deed(_incident, _incident_form),
    "incident.going": Deed(_incident, _incident_form),
    "offer.accept": Deed(_accept, _accept_form),
    "offer.decline": Deed(
        lambda told: serving.decline(offer=told.row, reason=told.given["reason"], words=told.given["words"], **told.who),
        _plain(DeclineForm),
    ),
    "offer.claim": Deed(_claim),
    "occasion.record": Deed(_record, _done_form),
    "occasion.agree_time": Deed(_agree, _plain(WhenForm)),
    "occasion.reconfirm": Deed(_reconfirm, _plain(WhenForm, optional=True)),
    "occasion.postpone": Deed(
        _postpone, _plain(WhenForm, optional=True, reasons="occasion.postpone")
    ),
    "roster.ask": Deed(
        lambda told: serving.ask(occasion=told.row, people=told.form.chosen(), **told.who),
        _people_form,
    ),
    "roster.stand_in": Deed(_stand_in, _stand_in_form),
    "not_home.step": Deed(_door, _door_form),
    "offer.return": Deed(_give_back, _plain(DeclineForm, verb="offer.return")),
    "offer.hand_over": Deed(_hand_over, _plain(TeamNameForm)),
    "roster.yes": Deed(lambda told: serving.answer(line=told.row, coming=True, **told.who)),
    "roster.no": Deed(lambda told: serving.answer(line=told.row, coming=False, **told.who)),
    "roster.leave": Deed(lambda told: serving.leave(line=told.row, **told.who)),
    "roster.join": Deed(_join),
    "standing.pause": Deed(
        lambda told: orders.pause_standing(standing=told.row, reason=told.given["reason"], until=told.given["until"], **told.who),
        _plain(_pause_form),
    ),
    "standing.resume": Deed(lambda told: orders.resume_standing(standing=told.row, **told.who)),
    "standing.end": Deed(
        lambda told: orders.end_standing(
            standing=told.row, reason=told.given["reason"], how="call", spoke_with="person", **told.who
        ),
        _plain(_end_form),
    ),
}  # fmt: skip
