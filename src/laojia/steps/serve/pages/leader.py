"""The leader's pages: today, an offer, an occasion, done. The desk uses the same ones for a leader on the telephone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.kernel.links import read_link
from laojia.policy.facts import actor_of
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.serve import actions, queries
from laojia.steps.serve.forms import DeclineForm, HourForm, said_by_choices
from laojia.steps.serve.pages.inviting import invite
from laojia.steps.serve.pages.opening import (
    Opened,
    contact_choices,
    occasion_token,
    open_offer,
    put,
)
from laojia.steps.serve.pages.visits import occasion


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """今天就这几件事."""
    actor = actor_of(request)
    if not actor.has(Role.TEAM_LEADER):
        raise OutOfScope(
            "no_team",
            _("You do not lead a team here."),
            _("If you do, ask the practice centre to enter you as the team's contact."),
        )
    now = clock.now()
    occasions = queries.team_day(actor, now)
    shown = {row.pk for row in occasions}
    context = {
        "offers": list(queries.open_offers(actor)[: queries.TODAY_AT_MOST]),
        "occasions": occasions,
        "invites": queries.open_invites(actor, now),
        "pool": list(queries.pool_for(actor)[: queries.TODAY_AT_MOST]),
        "records": [law for law in queries.open_records(actor)[:20] if law.occasion_id not in shown],
        "teams": list(Team.objects.filter(pk__in=actor.team_ids)),
    }
    return render(request, "serve/today.html", context)


@require_safe
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a message: exactly that offer, or the occasion it became."""
    link = read_link(token)
    if link and link[0] == "occasion":
        return occasion(request, token=token)
    if link and link[0] == "invite":
        return invite(request, token=token)
    return offer(request, token=token)


@require_safe
def offer(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """One offer: what, where (the village until accepted), when, how far, one verb."""
    opened = open_offer(request, pk, token)
    if opened.row.state == "accepted":
        return redirect(_occasion_address(opened))
    return _show_offer(request, opened)


def _show_offer(
    request: HttpRequest,
    opened: Opened,
    *,
    hour: HourForm | None = None,
    no: DeclineForm | None = None,
    code: int = 200,
) -> HttpResponse:
    row: Offer = opened.row
    people = [] if opened.ours else contact_choices(row.team_id)
    context = {
        "offer": row,
        "occasion": row.occasion,
        "token": opened.token,
        "open": row.state == "open",
        "hour": hour or HourForm(),
        "decline": no or DeclineForm(),
        "contacts": people,
        "channels": said_by_choices(),
        "heads": row.occasion.attendances.exclude(state="released").count(),
    }
    return render(request, "serve/offer.html", context, status=code)


@require_POST
def accept(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """接."""
    opened = open_offer(request, pk, token)
    if opened.row.state == "accepted":
        return redirect(_occasion_address(opened))
    form = HourForm(request.POST)
    if not form.is_valid():
        return _show_offer(request, opened, hour=form, code=422)
    try:
        occasion_ = actions.accept(
            offer=opened.row, actor=opened.actor, now=clock.now(), starts_at=form.hour()
        )
    except BadInput as refused:
        put(form, refused)
        opened.row.refresh_from_db()  # it was taken back: the page must not say that it is accepted
        return _show_offer(request, opened, hour=form, code=422)
    messages.success(request, _("Thank you. The person is told who comes and when."))
    del occasion_
    return redirect(_occasion_address(opened))


@require_POST
def decline(request: HttpRequest, pk: int | None = None, token: str = "") -> HttpResponse:
    """这次接不了."""
    opened = open_offer(request, pk, token)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show_offer(request, opened, no=form, code=422)
    actions.decline(
        offer=opened.row,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
        actor=opened.actor,
        now=clock.now(),
    )
    messages.success(request, _("All right. We ask another team; thank you for telling us."))
    return redirect("serve:by_link", token=token) if token else redirect("serve:offer", pk=opened.row.pk)


@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """认领."""
    actor = actor_of(request)
    entry = PoolEntry.objects.select_related("occasion__item_version").filter(pk=pk, closed_at=None).first()
    if entry is None:
        messages.info(request, _("Another team was a little faster. Thank you all the same."))
        return redirect("serve:today")
    team = Team.objects.filter(pk__in=actor.team_ids, kind=entry.team_kind).first()
    if team is None:
        raise OutOfScope(
            "no_fitting_team", _("Your team does not do this kind of thing."), _("Look at what else waits.")
        )
    done_ = actions.claim(entry=entry, team=team, actor=actor, now=clock.now())
    messages.success(request, _("It is yours now. The person is told who comes and when."))
    return redirect("serve:occasion", pk=done_.pk)


def _occasion_address(opened: Opened) -> str:
    occasion_id = opened.row.occasion_id
    if opened.token:
        return reverse("serve:by_link", kwargs={"token": occasion_token(occasion_id, opened.actor)})
    return reverse("serve:occasion", kwargs={"pk": occasion_id})
