"""A team is asked to come along: the question, the answer, and who comes by name. The desk answers for a leader too."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.kernel import clock
from laojia.kernel.errors import BadInput
from laojia.steps.dispatch import actions as dispatch
from laojia.steps.dispatch.models import Invite
from laojia.steps.serve import actions, queries
from laojia.steps.serve.forms import DeclineForm, HeadsForm, PeopleForm, said_by_choices
from laojia.steps.serve.pages.opening import Opened, contact_choices, open_invite, put


@require_safe
def invite(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """What, where, when, which team leads, how many are wanted; one verb."""
    return _show(request, open_invite(request, pk, token))


def _show(request: HttpRequest, opened: Opened, *, code: int = 200, **forms: Any) -> HttpResponse:
    row: Invite = opened.row
    occasion = row.occasion
    day = occasion.date or clock.local_date(clock.now())
    named = set(occasion.roster.exclude(state="no").values_list("person_id", flat=True))
    members = queries.members(row.team_id, day)
    context = {
        "invite": row,
        "occasion": occasion,
        "token": opened.token,
        "on": occasion.state in ("draft", "offered", "confirmed", "postponed"),
        "heads": HeadsForm(initial={"heads": row.heads or None, "words": row.words}),
        "decline": DeclineForm(verb="invite.decline"),
        "people": PeopleForm(members=[one for one in members if one.pk not in named]),
        "ours": [line for line in queries.roster_of(occasion) if line.team_id == row.team_id],
        "contacts": [] if opened.ours or opened.token else contact_choices(row.team_id),
        "channels": said_by_choices(),
        "addresses": {name: _address(opened, name) for name in ("come", "not_come", "name_helpers")},
    }
    return render(request, "serve/invite.html", context | forms, status=code)


def _address(opened: Opened, name: str) -> str:
    if opened.token:
        return reverse(f"serve:{name}_by_link", kwargs={"token": opened.token})
    return reverse(f"serve:{name}", kwargs={"pk": opened.row.pk})


def _back(opened: Opened) -> HttpResponse:
    if opened.token:
        return redirect("serve:by_link", token=opened.token)
    return redirect("serve:invite", pk=opened.row.pk)


@require_POST
def come(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """我们去."""
    opened = open_invite(request, pk, token)
    form = HeadsForm(request.POST)
    if not form.is_valid():
        return _show(request, opened, heads=form, code=422)
    try:
        dispatch.accept_invite(row=opened.row, actor=opened.actor, now=clock.now(), **form.cleaned_data)
    except BadInput as refused:
        put(form, refused)
        return _show(request, opened, heads=form, code=422)
    messages.success(request, _("Thank you. Everything you need stands here."))
    return _back(opened)


@require_POST
def not_come(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """这次去不了."""
    opened = open_invite(request, pk, token)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, opened, decline=form, code=422)
    dispatch.decline_invite(row=opened.row, actor=opened.actor, now=clock.now(), **form.cleaned_data)
    messages.success(request, _("All right, thank you for telling us."))
    return _back(opened)


@require_POST
def name_helpers(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """Who comes along, by name."""
    opened = open_invite(request, pk, token)
    occasion = opened.row.occasion
    members = queries.members(opened.row.team_id, occasion.date or clock.local_date(clock.now()))
    form = PeopleForm(request.POST, members=members)
    if not form.is_valid():
        return _show(request, opened, people=form, code=422)
    try:
        actions.name_helpers(invite=opened.row, people=form.chosen(), actor=opened.actor, now=clock.now())
    except BadInput as refused:
        put(form, refused)
        return _show(request, opened, people=form, code=422)
    messages.success(request, _("They are asked and will answer you."))
    return _back(opened)
