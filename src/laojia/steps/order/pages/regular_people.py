"""Regular help for the people in it: the person's own page, and what a team goes to regularly."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia.kernel import clock
from laojia.kernel.errors import BadInput, NotPermitted
from laojia.policy.facts import Actor, actor_of
from laojia.policy.roles import Role
from laojia.steps.order import actions, forms, queries
from laojia.steps.order.models import StandingHelp
from laojia.steps.order.pages.common import put
from laojia.steps.order.pages.opening import Opened, opened
from laojia.steps.order.pages.regular import sheet_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def regular_mine(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """Who comes when, whether it is still right, and a pause; signed in or by the link of a message."""
    it = _own(request, number, token)
    row, now = queries.standing_of(it.order), clock.now()
    # A link opens one order; here it speaks for that order's regular help.
    actor = it.actor if it.actor.only is None else replace(it.actor, only=("standing", row.pk))
    pause = forms.OwnPauseForm(None, verb="standing.pause", prefix="pause")
    http = 200
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer:
            actions.person_says(standing=row, answer=answer, actor=actor, now=now)
            messages.success(request, _said(answer))
            return redirect(request.path)
        if request.POST.get("do") == "resume":
            actions.resume_standing(standing=row, actor=actor, now=now)
            messages.success(request, _("Good, they come again."))
            return redirect(request.path)
        pause, http = forms.OwnPauseForm(request.POST, verb="standing.pause", prefix="pause"), 422
        if pause.is_valid():
            try:
                actions.pause_standing(standing=row, actor=actor, now=now, **pause.cleaned_data)
            except BadInput as refused:
                put(pause, refused)
            else:
                messages.success(
                    request, _("Good. Until then nobody comes; after that they come by themselves.")
                )
                return redirect(request.path)
    context = {
        "row": row, "it": it, "rhythm": queries.said_rhythm(row), "usual": queries.usual_names(row), "pause": pause,
        "asked": row.checks.filter(kind="person", answered_at=None).exists(), "says": forms.PERSON_SAYS,
        "steps": queries.standing_timeline(row, now, inside=False), "sheet": f"{it.home}regular/sheet/",
    }  # fmt: skip
    return render(request, "order/regular_mine.html", context, status=http)


def _own(request: HttpRequest, number: str, token: str) -> Opened:
    it = opened(request, number, token)
    if not it.is_own:
        raise NotPermitted(
            "not_own",
            gettext_lazy("This page is for the person who is visited."),
            gettext_lazy("Open it by the link in the message, or sign in."),
        )
    return it


def _said(answer: str) -> str:
    if answer == "right":
        return _("Good to hear. They come as always.")
    return _("Thank you. Your station telephones you; until it has been spoken they come as always.")


@require_safe
@never_cache
def regular_mine_sheet(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """The sheet for the fridge door, printed by the family."""
    it = _own(request, number, token)
    return sheet_of(request, queries.standing_of(it.order), own=True)


def _leader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(Role.TEAM_LEADER):
        raise NotPermitted(
            "not_leader",
            gettext_lazy("This page is for the leaders of teams."),
            gettext_lazy("Ask the practice centre by telephone, they can do it or tell you who can."),
        )
    return actor


@require_safe
@never_cache
def team_regular(request: HttpRequest) -> HttpResponse:
    """我们常去的: where the team goes regularly; who waits for its answer first."""
    rows = [(row, queries.said_rhythm(row)) for row in queries.team_standing(_leader(request))]
    return render(request, "order/team_regular.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def team_regular_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, signed in."""
    actor = _leader(request)
    return _team_page(request, queries.team_standing_one(pk, actor), actor)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def team_regular_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same by the link of the quarterly question."""
    row, actor = queries.standing_by_link(token, clock.local_date(clock.now()))
    return _team_page(request, row, actor)


def _team_page(request: HttpRequest, row: StandingHelp, actor: Actor) -> HttpResponse:
    now = clock.now()
    members = queries.may_be_usual(row, clock.local_date(now))
    chosen = list(row.usual.values_list("pk", flat=True))
    form = forms.UsualForm(None, members=members, prefix="usual", initial={"people": chosen})
    http = 200
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer:
            actions.team_says(standing=row, answer=answer, actor=actor, now=now)
            if answer == "yes":
                messages.success(request, _("Thank you! We ask again in a quarter."))
                return redirect(request.path)
            messages.success(
                request, _("Thank you for saying so. Another team is asked; you need not go any more.")
            )
            return redirect(reverse("order:team_regular") if actor.only is None else reverse("home:start"))
        form, http = forms.UsualForm(request.POST, members=members, prefix="usual"), 422
        if form.is_valid():
            actions.set_usual(standing=row, people=form.chosen(), actor=actor, now=now)
            messages.success(request, _("Noted. They are asked first for each visit."))
            return redirect(request.path)
    context = {
        "row": row, "rhythm": queries.said_rhythm(row), "usual": queries.usual_names(row, inside=True), "form": form,
        "asked": row.checks.filter(kind="team", answered_at=None).first(), "says": forms.TEAM_SAYS,
        "by_link": actor.only is not None,
        "steps": queries.standing_timeline(row, now),
    }  # fmt: skip
    return render(request, "order/team_regular_one.html", context, status=http)
