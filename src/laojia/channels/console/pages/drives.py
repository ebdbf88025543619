"""Several teams, several orders: trips proposed on list and map, teams asked along to a drive, emergency call-ups."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.channels.console import queries
from laojia.channels.console.forms.drives import CallUpForm
from laojia.channels.console.pages.shared import actor_of, moment, says_refusals
from laojia.channels.console.queries.drives import (
    call_up_items,
    callable_teams,
    contacts_by_team,
    teams_named,
    trips_map,
)
from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import require
from laojia.foundation.teams import queries as teams
from laojia.kernel.clock import local_date
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.policy.facts import Actor, Subject, subject_of
from laojia.policy.permissions import may, open_verbs
from laojia.steps.dispatch import actions
from laojia.steps.dispatch import queries as dispatch
from laojia.steps.dispatch.models import Invite
from laojia.steps.menu.forms.occasions import put_refusal
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.menu.queries import movable_areas
from laojia.steps.order import queries as orders


@require_safe
def trips(request: HttpRequest) -> HttpResponse:
    """凑一趟: what could go together, as list and on the schematic map."""
    actor, now = actor_of(request), moment()
    found = dispatch.trips_waiting(actor, now)
    shown = [(trip, [queries.row_of(order, now) for order in trip.orders]) for trip in found]
    context = {"trips": shown, "map": trips_map(found)}
    return render(request, "console/trips.html", context)


@require_POST
@says_refusals
def make_trip(request: HttpRequest) -> HttpResponse:
    """One of the proposals, as ticked."""
    actor = actor_of(request)
    picked = [row_id(text) for text in request.POST.getlist("order")]
    rows = [orders.order_on_desk(pk, actor) for pk in picked if pk]
    actions.bundle(orders=rows, actor=actor, now=moment())
    messages.success(request, _("%(count)s go in one trip now.") % {"count": len(rows)})
    return redirect("console:trips") if len(rows) == 0 else redirect("console:order", pk=rows[0].pk)


@require_safe
def call_ups(request: HttpRequest) -> HttpResponse:
    """Emergency call-ups, apart from the queue."""
    actor = actor_of(request)
    rows = dispatch.call_ups(actor)
    may_open = any(may(actor, "call_up.open", Subject("occasion", area_path=p)) for p in _prefixes(actor))
    return render(request, "console/call_ups.html", {"rows": rows, "may_open": may_open})


def _prefixes(actor: Actor) -> set[str]:
    return {prefix for grant in actor.grants for prefix in grant.scopes}


@require_http_methods(["GET", "HEAD", "POST"])
def new_call_up(request: HttpRequest) -> HttpResponse:
    """Which teams (by kind, town, name), then what, where and when; all on one page."""
    actor, now = actor_of(request), moment()
    prefixes = _prefixes(actor)
    if not any(may(actor, "call_up.open", Subject("occasion", area_path=prefix)) for prefix in prefixes):
        require(actor, "call_up.open", Subject("occasion", area_path=next(iter(prefixes), "/0/")))
    sent = request.POST if request.method == "POST" else request.GET
    kind, text = sent.get("kind", ""), sent.get("q", "").strip()[:40]
    found, more = callable_teams(kind=kind, text=text)
    looking = request.method != "POST" or "filter" in request.POST
    ticked, shown = _ids(sent, "teams"), _ids(sent, "shown")
    kept = teams_named(ticked - {team.pk for team in found})  # ticked earlier, under another filter
    if looking and (kind or text):
        ticked |= {team.pk for team in found} - shown  # who is found now is meant, who was unticked is not
    words = {"items": call_up_items(), "areas": movable_areas(actor)}
    form = CallUpForm(
        request.POST or None, initial={"key": uuid.uuid4(), "hours": 4, "starts_at": _soon(now)}, **words
    )
    if "filter" in request.POST:
        form.errors.clear()  # teams are being looked for; nothing is sent yet, so nothing is missing yet
    elif request.method == "POST" and form.is_valid():
        try:
            occasion = _opened(form.cleaned_data, ticked, actor, now)
        except BadInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("The teams are being told. Watch here who comes."))
            return redirect("console:drive", pk=occasion.pk)
    context = {
        "form": form, "teams": [*kept, *found], "more": more, "kinds": teams.kinds(), "kind": kind, "text": text,
        "ticked": ticked, "today": local_date(now),
    }  # fmt: skip
    return render(request, "console/call_up_new.html", context, status=422 if form.errors else 200)


def _soon(now: datetime) -> datetime:
    """The half hour after the next: what is called up now begins today, and nobody should have to type it."""
    later = now + timedelta(minutes=60)
    return later.replace(minute=later.minute // 30 * 30, second=0, microsecond=0)


def _ids(sent: QueryDict, name: str) -> set[int]:
    return {pk for pk in map(row_id, sent.getlist(name)) if pk}


def _opened(given: dict[str, Any], ticked: set[int], actor: Actor, now: Any) -> Occasion:
    version = ItemVersion.objects.get(pk=given.pop("item"))
    area = Area.objects.get(pk=given.pop("area"))
    chosen = teams_named(ticked)
    return actions.call_up(item_version=version, area=area, teams=chosen, actor=actor, now=now, **given)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def drive(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was asked along, who comes with how many, whom to telephone; asking more teams."""
    actor, now = actor_of(request), moment()
    row = dispatch.occasion_for_teams(actor, pk)
    if request.method == "POST":
        chosen = teams_named(_ids(request.POST, "teams"))
        asked = actions.invite(occasion=row, teams=chosen, actor=actor, now=now)
        said = ngettext("%(count)s team is asked.", "%(count)s teams are asked.", len(asked))
        messages.success(request, said % {"count": len(asked)})
        return redirect("console:drive", pk=pk)
    invites = dispatch.invites_of(row)
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:40]
    asked_ids = {one.team_id for one in invites} | {row.team_id}
    found, more = callable_teams(kind=kind, text=text) if kind or text else ([], False)
    states = Counter(one.state for one in invites)
    context = {
        "row": row, "invites": [(one, contacts) for one, contacts in contacts_by_team(invites, now)],
        "coming": sum(one.heads for one in invites if one.state == "accepted"), "states": states,
        "kinds": teams.kinds(), "kind": kind, "text": text,
        "teams": [team for team in found if team.pk not in asked_ids], "more": more, "today": local_date(now),
        "may_ask": may(actor, "invite.make", Subject("invite", area_path=row.area_path))
        and row.state in ("draft", "offered", "confirmed", "postponed"),
        "verbs": open_verbs(actor, subject_of(row)),
    }  # fmt: skip
    return render(request, "console/drive.html", context)


@require_POST
@says_refusals
def uninvite(request: HttpRequest, pk: int) -> HttpResponse:
    """This team is not needed after all."""
    actor = actor_of(request)
    row = Invite.objects.select_related("occasion", "team").filter(pk=pk).first()
    if row is None:
        raise OutOfScope("no_invite")
    require(actor, "invite.see", subject_of(row))
    actions.withdraw_invite(row=row, actor=actor, now=moment())
    messages.success(request, _("The team is told that it is not needed."))
    return redirect("console:drive", pk=row.occasion_id)
