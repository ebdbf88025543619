"""An accepted occasion, for the leader: address, call, time, roster, nobody at home, 「做完了」."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.journal.actions import require
from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may_speak
from laojia.policy.transitions import is_open
from laojia.steps.dispatch.actions.opening import TRIPS
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu import actions as menu
from laojia.steps.order.models import Attendance
from laojia.steps.serve import actions, queries
from laojia.steps.serve.forms import (
    DeclineForm,
    DoneForm,
    HourForm,
    PeopleForm,
    TurnUpForm,
    said_by_choices,
)
from laojia.steps.serve.models import LawRecord, RosterLine
from laojia.steps.serve.pages.opening import Opened, address, contact_choices, open_occasion, put
from laojia.steps.serve.rules import NOT_HOME_ENDINGS, next_not_home_step, window_end

_TO_COME = ("confirmed", "postponed", "held")


@require_safe
def occasion(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """An accepted occasion: address, call, time, roster, 「做完了」."""
    return _show_occasion(request, open_occasion(request, pk, token))


def _show_occasion(request: HttpRequest, opened: Opened, *, code: int = 200, **forms: Any) -> HttpResponse:
    row = opened.row
    leads = opened.ours or bool(opened.token)
    roster = queries.roster_of(row)
    day = row.date or clock.local_date(row.starts_at or clock.now())
    there = {line.person_id for line in roster if line.state in ("asked", "yes", "came")}
    goes = leads or opened.actor.person_id in there
    named = {line.person_id for line in roster}  # who said no is not asked a second time
    free = [p for p in queries.members(row.team_id, day) if p.pk not in named] if row.team_id else []
    hour: HourForm = forms.setdefault("hour", HourForm())
    hour.fields["starts_at"].unmarked = row.state != "postponed"  # type: ignore[attr-defined]
    if "people" in forms:
        forms["people"].offer(free)
    speaks = not leads and may_speak(request.actor, "occasion.agree_time", subject_of(row))  # type: ignore[attr-defined]
    context = {
        "occasion": row,
        "token": opened.token,
        "leads": leads,
        # Names, doors and the word at the door: only for who goes there, and only until it is over.
        "in_full": goes and row.state in _TO_COME,
        # A volunteer of the team sees where to and who goes; the buttons are the leader's, and the desk's for him.
        "contacts": contact_choices(row.team_id) if speaks else [],
        "channels": said_by_choices(),
        "attendances": queries.attendances_of(row),
        "roster": roster,
        "missing": queries.missing_on_roster(row) if row.state in ("confirmed", "postponed") else (),
        "begun": row.starts_at is not None and row.starts_at <= clock.now(),
        "people": PeopleForm(members=free),
        "free": free,
        "turn_up": TurnUpForm(),
        "may_turn_up": is_open("occasion", "roster.turn_up", row.state) and row.kind not in TRIPS,
        "back": DeclineForm(verb="offer.return", prefix="back"),
        "law_record": LawRecord.objects.filter(occasion=row).first(),
        "addresses": {
            n: address(opened, n)
            for n in ("occasion", "agree_time", "ask", "give_back", "hand_over", "done", "turn_up")
        },
    }
    return render(request, "serve/occasion.html", context | forms, status=code)


@require_POST
def agree_time(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """约时间: the hour agreed with the person."""
    opened = open_occasion(request, pk, token)
    form = HourForm(request.POST)
    row = opened.row
    begins = form.hour() if form.is_valid() else None
    if begins is None and not (form.is_valid() and row.state == "postponed" and row.starts_at):
        form.add_error("starts_at", _("Choose a day and an hour."))
        return _show_occasion(request, opened, hour=form, code=422)
    ends = window_end(begins, row.item_version.minutes) if begins else None
    words: dict[str, Any] = {"occasion": row, "starts_at": begins, "ends_at": ends}
    try:
        # After a postponement the new time is what brings the occasion back.
        verb = menu.reconfirm if row.state == "postponed" else menu.agree_time
        verb(**words, actor=opened.actor, now=clock.now())
    except BadInput as refused:
        put(form, refused)
        row.refresh_from_db()  # it was taken back
        return _show_occasion(request, opened, hour=form, code=422)
    messages.success(request, _("The time is set and the person is told."))
    return redirect(address(opened, "occasion"))


@require_POST
def ask_people(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """Name who goes."""
    opened = open_occasion(request, pk, token)
    row = opened.row
    day = row.date or clock.local_date(row.starts_at or clock.now())
    form = PeopleForm(request.POST, members=queries.members(row.team_id, day) if row.team_id else [])
    if not form.is_valid():
        return _show_occasion(request, opened, people=form, code=422)
    try:
        actions.ask(occasion=row, people=form.chosen(), actor=opened.actor, now=clock.now())
    except BadInput as refused:
        put(form, refused)
        return _show_occasion(request, opened, people=form, code=422)
    messages.success(request, _("They are asked and will answer you."))
    return redirect(address(opened, "occasion"))


@require_POST
def turn_up(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """当场来的: a name on the spot."""
    opened = open_occasion(request, pk, token)
    form = TurnUpForm(request.POST)
    if not form.is_valid():
        return _show_occasion(request, opened, turn_up=form, code=422)
    try:
        actions.turn_up(occasion=opened.row, actor=opened.actor, now=clock.now(), **form.cleaned_data)
    except BadInput as refused:
        put(form, refused)
        return _show_occasion(request, opened, turn_up=form, code=422)
    messages.success(request, _("Added. It stands on the roster."))
    return redirect(address(opened, "occasion"))


@require_POST
def stand_in(request: HttpRequest, line: int, pk: int | None = None, token: str = "") -> HttpResponse:
    """找人替."""
    opened = open_occasion(request, pk, token)
    row = opened.row
    old = RosterLine.objects.select_related("occasion__item_version").filter(pk=line, occasion=row).first()
    if old is None:
        raise OutOfScope("no_line", _("That person is not on this roster."), _("Look at the roster again."))
    day = row.date or clock.local_date(row.starts_at or clock.now())
    form = PeopleForm(request.POST, members=queries.members(row.team_id, day) if row.team_id else [])
    if not form.is_valid():
        return _show_occasion(request, opened, people=form, code=422)
    for person in form.chosen()[:1]:
        actions.stand_in(line=old, person=person, actor=opened.actor, now=clock.now())
    messages.success(request, _("The stand-in is asked."))
    return redirect(address(opened, "occasion"))


@require_POST
def give_back(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """退回."""
    opened = open_occasion(request, pk, token)
    form = DeclineForm(request.POST, verb="offer.return", prefix="back")
    if not form.is_valid():
        return _show_occasion(request, opened, back=form, code=422)
    actions.give_back(
        offer=_accepted(opened),
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
        actor=opened.actor,
        now=clock.now(),
    )
    messages.success(request, _("We look for another team. Nobody is blamed."))
    return redirect("home:home") if token else redirect("serve:today")


@require_POST
def hand_over(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """转给别的队."""
    opened = open_occasion(request, pk, token)
    name = request.POST.get("team", "").strip()
    team = Team.objects.filter(name=name, ended_on=None).first() if name else None
    if team is None:
        messages.error(
            request, _("There is no team of that name. Write the name as it stands in the list of teams.")
        )
        return redirect(address(opened, "occasion"))
    actions.hand_over(offer=_accepted(opened), to_team=team, actor=opened.actor, now=clock.now())
    messages.success(request, _("The other team is asked."))
    return redirect("home:home") if token else redirect("serve:today")


@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """「做完了」: outcome, minutes for all with exceptions, a note, in under a minute."""
    opened = open_occasion(request, pk, token)
    row = opened.row
    if request.method == "POST" or not may_speak(opened.actor, "occasion.record", subject_of(row)):
        require(opened.actor, "occasion.record", subject_of(row))
    day = row.date or clock.local_date(row.starts_at or clock.now())
    members = _those_who_may_have_come(row, day)
    named = set(row.roster.filter(state__in=("asked", "yes")).values_list("person_id", flat=True))
    visits = [a for a in queries.attendances_of(row) if a.state == "expected"]
    form = DoneForm(
        request.POST or None,
        members=members,
        named=named,
        visits=visits if row.kind in ("visit", "appointment", "standing", "seats") else [],
        initial={"minutes": row.item_version.minutes or 60},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.record(occasion=row, report=form.report(), actor=opened.actor, now=clock.now())
        except BadInput as refused:
            put(form, refused)
        else:
            messages.success(request, _("Thank you. The record is complete and the hours are attested."))
            return redirect(address(opened, "occasion"))
    leads = opened.ours or bool(opened.token)
    context = {
        "occasion": row,
        "form": form,
        "leads": leads,
        "token": opened.token,
        "contacts": [] if leads else contact_choices(row.team_id),
        "channels": said_by_choices(),
        "back": address(opened, "occasion"),
    }
    return render(request, "serve/done.html", context, status=422 if form.errors else 200)


def _those_who_may_have_come(row: Any, day: Any) -> list[Any]:
    people = queries.members(row.team_id, day) if row.team_id else []
    known = {p.pk for p in people}
    signed_up = [line.person for line in row.roster.select_related("person") if line.person_id not in known]
    return people + signed_up


@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, attendance: int, pk: int | None = None, token: str = "") -> HttpResponse:
    """Nobody answers: note it, then one step after the other within two hours."""
    opened = open_occasion(request, pk, token)
    row = Attendance.objects.select_related("order__person", "occasion__item_version").filter(
        pk=attendance, occasion=opened.row
    ).first()  # fmt: skip
    if row is None:
        raise OutOfScope("no_visit", _("That visit is not here."), _("Look at the list again."))
    require(opened.actor, "not_home.step", subject_of(row))
    if request.method == "POST":
        step = request.POST.get("step", "")
        words: dict[str, Any] = {
            "attendance": row,
            "actor": opened.actor,
            "now": clock.now(),
            "note": request.POST.get("note", "")[:200],
        }
        if row.state == "expected":
            actions.mark(word="not_home", **words)
        else:
            actions.not_home_next(step=step, **words)
        return redirect(address(opened, "door", attendance=row.pk))
    context = {
        "visit": row,
        "occasion": opened.row,
        "next_step": next_not_home_step(row.not_home_step) if row.not_home_since else "",
        "endings": NOT_HOME_ENDINGS,
        # While nobody has opened, whoever looks for the person may know where; before that, who goes there.
        "in_full": opened.ours or bool(token) or row.not_home_since is not None,
        "back": address(opened, "occasion"),
        "contacts": [] if opened.ours or token else contact_choices(opened.row.team_id),
        "channels": said_by_choices(),
    }
    return render(request, "serve/door.html", context)


@require_safe
def record_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of law on one sheet."""
    opened = open_occasion(request, pk, "")
    require(opened.actor, "occasion.print", subject_of(opened.row))
    context = {
        "occasion": opened.row,
        "record": LawRecord.objects.select_related("in_charge").filter(occasion=opened.row).first(),
        "lines": [line for line in queries.roster_of(opened.row) if line.state == "came"],
    }
    return render(request, "serve/record_sheet.html", context)


def _accepted(opened: Opened) -> Offer:
    found = opened.row.offers.filter(state="accepted").select_related("occasion", "team").first()
    if found is None:
        raise OutOfScope(
            "not_accepted", _("This is not with your team any more."), _("Look at today's list.")
        )
    return found  # type: ignore[no-any-return]
