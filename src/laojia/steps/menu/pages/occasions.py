"""The occasions desk of station and centre: list, open, one occasion, moves, printed roster, area × day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia import labels
from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import check
from laojia.foundation.people.models import Unit
from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.kernel.errors import NotPermitted, Refused
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.permissions import open_verbs
from laojia.policy.roles import DESK_ROLES
from laojia.steps.menu import actions, queries
from laojia.steps.menu.forms.occasions import (
    ChangeForm,
    OpenForm,
    Period,
    PostponeForm,
    WhyForm,
    put_refusal,
)
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.queries.occasions import areas_of, bodies_of
from laojia.steps.menu.rules.items import KIND_OF_MODE, PUBLIC_KINDS

_STATES = ("draft", "offered", "confirmed", "held", "recorded", "postponed", "called_off")


def at_desk(request: HttpRequest) -> Actor:
    """Centre and station only; a leader has pages of his own."""
    actor = actor_of(request)
    if not actor.has(*DESK_ROLES):
        raise NotPermitted(
            "not_at_desk",
            _("This page is for the desks of centre and stations."),
            _("What is on for everybody stands on the public page."),
        )
    return actor


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


@require_safe
def occasions(request: HttpRequest) -> HttpResponse:
    """A week, day by day; what has no date yet stands first."""
    actor = at_desk(request)
    today = clock.local_date(clock.now())
    first = _day(request.GET.get("from", ""), today)
    state = request.GET.get("state", "")
    rows = queries.list_occasions(actor, first=first, state=state if state in _STATES else "")
    days: dict[date | None, list[Occasion]] = {}
    for row in rows:
        days.setdefault(row.date, []).append(row)
    context = {
        "days": list(days.items()),
        "first": first,
        "last": first + timedelta(days=6),
        "before": first - timedelta(days=7),
        "after": first + timedelta(days=7),
        "states": [(s, labels.state_word("occasion", s)) for s in _STATES],
        "state": state,
    }
    return render(request, "menu/occasions.html", context)


# --- open ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def open_one(request: HttpRequest) -> HttpResponse:
    """First the item, then place, time, team and seats."""
    actor = at_desk(request)
    code = request.POST.get("item") or request.GET.get("item", "")
    stations = queries.openable_stations(actor)
    wanted = request.POST.get("station") or request.GET.get("station", "")
    station = next((s for s in stations if str(s.pk) == wanted), stations[0] if len(stations) == 1 else None)
    items = [row for row in queries.items() if KIND_OF_MODE.get(row.mode) in PUBLIC_KINDS]
    if not code or station is None:
        context = {"items": items, "stations": stations, "code": code}
        return render(request, "menu/open_choose.html", context)
    version = queries.item(code)
    teams = [(t.pk, t.name) for t in queries.fitting_teams(version)]
    words: dict[str, Any] = {
        "version": version, "areas": areas_of(station), "teams": teams, "units": bodies_of(station),
    }  # fmt: skip
    now = clock.now()
    soonest = queries.wish_days(version, now, 1)
    first = OpenForm.first(version, soonest[0][0] if soonest else clock.local_date(now))
    form = OpenForm(request.POST, **words) if request.method == "POST" else OpenForm(initial=first, **words)
    if request.method == "POST" and form.is_valid():
        try:
            row = _open(form, version, station, actor)
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("The occasion is opened. Seats open when the team has said yes."))
            return redirect("menu:desk_occasion", pk=row.pk)
    context = {"form": form, "version": version, "station": station}
    return render(request, "menu/open.html", context, status=422 if form.is_bound else 200)


def _open(form: OpenForm, version: Any, station: Any, actor: Actor) -> Occasion:
    given = form.cleaned_data
    kind = KIND_OF_MODE[version.mode]
    team = Team.objects.get(pk=given["team"]) if given["team"] else None
    return actions.open_occasion(
        item_version=version,
        kind=kind,
        area=Area.objects.get(pk=given["area"]),
        place=given["place"],
        places=given.get("places") or (1 if kind == "whole_village" else 0),
        held_back=given.get("held_back") or 0,
        volunteer_places=given.get("volunteer_places") or 0,
        team=team,
        station=station,
        unit=Unit.objects.get(pk=given["unit"]) if given["unit"] else None,
        sponsor=given.get("sponsor", ""),
        filing_number=given.get("filing_number", ""),
        note=given["note"],
        key=given["key"],
        public=True,
        actor=actor,
        now=clock.now(),
        **form.moments(),  # type: ignore[arg-type]
    )


# --- one occasion -------------------------------------------------------------------------------------------------


@require_safe
def desk_occasion(request: HttpRequest, pk: int) -> HttpResponse:
    """Seats, who waits, what can be done."""
    return _one(request, _found(request, pk))


def _found(request: HttpRequest, pk: int) -> Occasion:
    actor = at_desk(request)
    row = queries.occasion(pk, actor)
    check(row, "occasion.see", actor=actor)
    return row


def _one(request: HttpRequest, row: Occasion, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    actor, now = at_desk(request), clock.now()
    verbs = open_verbs(actor, subject_of(row))
    made: dict[str, Callable[[], forms.Form]] = {
        "occasion.change": lambda: ChangeForm(row=row, initial=ChangeForm.first(row), prefix="change"),
        "occasion.postpone": lambda: PostponeForm(prefix="postpone"),
        "occasion.reconfirm": lambda: Period(initial=Period.of(row), prefix="reconfirm"),
        "occasion.release": lambda: WhyForm(verb="occasion.release", prefix="release"),
        "occasion.call_off": lambda: WhyForm(verb="occasion.call_off", prefix="call_off"),
    }
    given = bound or {}
    shown = [
        (verb, f"menu:{verb.removeprefix('occasion.')}", given.get(verb) or make(), verb in given)
        for verb, make in made.items()
        if verb in verbs
    ]
    seats, released = queries.seats_of(row, now)
    # Reverse relations of the order step: numbers and masked names, by the permission to see this occasion.
    waiting = row.waiting_list.filter(state="waitlisted")
    context = {
        "row": row,
        "seats": seats,
        "released": released,
        "waiting": waiting.count(),
        "waiting_first": waiting.select_related("person", "unit", "area").order_by("waitlisted_at", "id")[
            :20
        ],
        "expected": _coming(row).count(),
        "forms": shown,
        "ask_url": _ask_url(row),
        "drive_url": _drive_url(row),
        "verbs": verbs,
    }
    return render(request, "menu/occasion.html", context, status=422 if bound else 200)


def _coming(row: Occasion) -> Any:
    """Who has a place; the village that asked for a clinic sits on nobody's seat."""
    rows = row.attendances.exclude(state="released")
    return rows.filter(order__wants_occasion=row) if row.kind == "seats" else rows


def _drive_url(row: Occasion) -> str:
    """Where other teams are asked along; the console's page, a later step named by its route."""
    for_many = row.kind in ("seats", "whole_village", "volunteers")
    if not row.emergency and not (for_many and row.state in ("confirmed", "postponed")):
        return ""
    try:
        return reverse("console:drive", args=[row.pk])
    except NoReverseMatch:
        return ""


def _ask_url(row: Occasion) -> str:
    """Where a team is asked: the console's page of the occasion, a later step named by its route."""
    if row.state not in ("draft", "offered") or row.emergency:
        return ""
    try:
        return reverse("console:occasion", args=[row.pk])
    except NoReverseMatch:
        return ""


def _move(
    request: HttpRequest, pk: int, verb: str, form: forms.Form, act: Callable[[], Any], said: str
) -> HttpResponse:
    row = _found(request, pk)
    if form.is_valid():
        try:
            act()
        except Refused as refused:
            if refused.http != BAD_INPUT:
                raise
            put_refusal(form, refused)
        else:
            messages.success(request, said)
            return redirect("menu:desk_occasion", pk=pk)
    row.refresh_from_db()
    return _one(request, row, {verb: form})


BAD_INPUT = 422


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another place, time or number of seats."""
    row, actor = _found(request, pk), at_desk(request)
    form = ChangeForm(request.POST, row=row, prefix="change")
    return _move(
        request, pk, "occasion.change", form,
        lambda: actions.change(occasion=row, changes=form.changes(), actor=actor, now=clock.now()),
        _("Saved. Those who have signed up are told when place or time changed."),
    )  # fmt: skip


@require_POST
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """To another day, or until somebody knows."""
    row, actor = _found(request, pk), at_desk(request)
    form = PostponeForm(request.POST, prefix="postpone")
    return _move(
        request, pk, "occasion.postpone", form,
        lambda: actions.postpone(
            occasion=row, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"], actor=actor,
            now=clock.now(), **form.moments(),  # type: ignore[arg-type]
        ),
        _("Postponed. Those who have signed up keep their seats and are told."),
    )  # fmt: skip


@require_POST
def reconfirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The team's leader has said when."""
    row, actor = _found(request, pk), at_desk(request)
    form = Period(request.POST, prefix="reconfirm")
    return _move(
        request, pk, "occasion.reconfirm", form,
        lambda: actions.reconfirm(occasion=row, actor=actor, now=clock.now(), **form.moments()),  # type: ignore[arg-type]
        _("The new time is fixed."),
    )  # fmt: skip


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The team cannot come; another one is looked for."""
    row, actor = _found(request, pk), at_desk(request)
    form = WhyForm(request.POST, verb="occasion.release", prefix="release")
    return _move(
        request, pk, "occasion.release", form,
        lambda: actions.release(
            occasion=row, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"], actor=actor,
            now=clock.now(),
        ),
        _("The team is free of it. Ask another one."),
    )  # fmt: skip


@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not take place."""
    row, actor = _found(request, pk), at_desk(request)
    form = WhyForm(request.POST, verb="occasion.call_off", prefix="call_off")
    return _move(
        request, pk, "occasion.call_off", form,
        lambda: actions.call_off(
            occasion=row, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"], actor=actor,
            now=clock.now(),
        ),
        _("Called off. Those who had signed up are told."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet for the team: masked to look at, with names for paper; that is journalled. The leader prints his own."""
    actor = actor_of(request)
    row = queries.occasion(pk, actor)
    check(row, "occasion.print", actor=actor)
    names = request.method == "POST"
    if names:
        actions.print_roster(occasion=row, actor=actor, now=clock.now())
    coming = _coming(row).select_related("order__person", "order__unit", "order__area")
    waiting = row.waiting_list.filter(state="waitlisted").count()
    back = reverse("menu:desk_occasion" if actor.has(*DESK_ROLES) else "serve:occasion", args=[row.pk])
    context = {"row": row, "names": names, "coming": coming.order_by("id"), "waiting": waiting, "back": back}
    return render(request, "menu/roster.html", context)
