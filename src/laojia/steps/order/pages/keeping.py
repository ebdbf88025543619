"""The keeper's own desk, and turning an order into regular help. A sealed case is shown here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia import labels
from laojia.foundation.journal.actions import require
from laojia.kernel import clock
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope
from laojia.policy.facts import actor_of, subject_of
from laojia.policy.roles import Role
from laojia.steps.order import actions, queries
from laojia.steps.order.forms import KeepForm, KeptEndForm, ReasonForm, RhythmForm
from laojia.steps.order.models import Order
from laojia.steps.order.pages.common import put


@require_safe
@never_cache
def kept(request: HttpRequest) -> HttpResponse:
    """Cases given to me; numbers and days only."""
    actor = actor_of(request)
    if not actor.has(Role.KEEPER):
        raise NotPermitted(
            "not_keeper",
            gettext_lazy("This page is for the one person who keeps such cases."),
            gettext_lazy("Ask the practice centre by telephone, they can do it or tell you who can."),
        )
    return render(request, "order/kept.html", {"rows": queries.kept_by(actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def kept_one(request: HttpRequest, number: str) -> HttpResponse:
    """One case: whom to call (with a reason), when and where to meet, how it ended."""
    order = _mine(request, number)
    forms: dict[str, Form] = {
        "reveal": ReasonForm(
            None, verb="order.reveal", prefix="reveal", initial={"reason": "call_the_person"}
        ),
        "keep": KeepForm(None, prefix="keep"),
        "end": KeptEndForm(None, prefix="end"),
    }
    seen, http = None, 200
    if request.method == "POST":
        which = request.POST.get("do", "")
        forms |= _bound(request, which)
        form = forms.get(which)
        try:
            if form is not None and form.is_valid():
                seen = _act(request, order, which, form)
                if seen is None:
                    return redirect("order:kept_one", order.number)
            else:
                http = 422
        except BadInput as refused:
            http = 422
            if form is not None:
                put(form, refused)
    now = clock.now()
    here = queries.coming(order)
    context = {
        "order": order, "title": queries.title_of(order), "forms": forms, "seen": seen, "here": here,
        "steps": queries.timeline(order, now, here), "wishes": queries.said_wishes(order.times, now),
    }  # fmt: skip
    return render(request, "order/kept_one.html", context, status=http)


def _mine(request: HttpRequest, number: str) -> Order:
    actor = actor_of(request)
    order = queries.order(number, actor)
    if order.keeper_id is None or order.keeper_id != actor.person_id:
        raise OutOfScope(
            "not_kept", gettext_lazy("We do not find that here."), gettext_lazy("Open the list again.")
        )
    return order


def _bound(request: HttpRequest, which: str) -> dict[str, Form]:
    makers: dict[str, Callable[[], Form]] = {
        "reveal": lambda: ReasonForm(request.POST, verb="order.reveal", prefix="reveal"),
        "keep": lambda: KeepForm(request.POST, prefix="keep"),
        "end": lambda: KeptEndForm(request.POST, prefix="end"),
    }
    return {which: makers[which]()} if which in makers else {}


def _act(request: HttpRequest, order: Order, which: str, form: Form) -> actions.Revealed | None:
    """What the keeper asked for; the revealed facts when that was it."""
    actor, now, given = actor_of(request), clock.now(), form.cleaned_data
    if which == "reveal":
        return actions.reveal(order=order, reason=given["reason"], actor=actor, now=now)
    if which == "keep":
        begins = datetime.combine(given["day"], given["at"], tzinfo=CHINA)
        minutes = order.item_version.minutes if order.item_version is not None else 60
        actions.keep(
            order=order, starts_at=begins, ends_at=begins + timedelta(minutes=max(minutes, 10)), place=given["place"],
            actor=actor, now=now,
        )  # fmt: skip
        messages.success(request, _("Fixed. Nobody else sees it; tell the child yourself."))
        return None
    actions.serve(order=order, outcome=given["outcome"], outcome_reason=given["reason"], actor=actor, now=now)
    messages.success(request, _("Noted."))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rhythm(request: HttpRequest, number: str) -> HttpResponse:
    """结对: days, hour and length; the first visit is then offered to a team."""
    actor = actor_of(request)
    order = queries.order(number, actor)
    require(actor, "standing.start", subject_of(order))
    back = f"/o/{order.number}/"
    asked = request.GET.get("back", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        back = asked
    form = RhythmForm(
        request.POST or None, initial={"valid_from": clock.local_date(clock.now()), "every_weeks": 1}
    )
    http = 200
    if request.method == "POST":
        http = 422
        if form.is_valid():
            try:
                actions.start_standing(order=order, actor=actor, now=clock.now(), **form.facts())
            except BadInput as refused:
                put(form, refused)
            else:
                messages.success(
                    request,
                    _("The first visit is open; offer it to a team. Whoever says yes comes from then on."),
                )
                return redirect(back)
    context = {
        "title": _("Make it regular help"),
        "text": order.words,
        "form": form,
        "button": _("Begin"),
        "back": back,
        "labels": labels,
    }
    return render(request, "order/confirm.html", context, status=http)
