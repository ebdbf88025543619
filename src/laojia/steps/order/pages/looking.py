"""Where it stands: find an order, the order's page, all of mine."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia.foundation.limits import actions as limits
from laojia.foundation.people.queries import NEWCOMER
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope, TooMany
from laojia.policy.facts import actor_of
from laojia.steps.order import queries
from laojia.steps.order.forms import LookUpForm
from laojia.steps.order.pages import showing
from laojia.steps.order.pages.common import put
from laojia.steps.order.pages.opening import Opened, opened, remember

# Four digits are ten thousand tries: few per number, some per address (a village may share one).
_PER_NUMBER = (5, timedelta(hours=1))
_PER_ADDRESS = (30, timedelta(hours=1))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def look_up(request: HttpRequest) -> HttpResponse:
    """The number and the last four digits of the phone."""
    form = LookUpForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    http = 200
    if request.method == "POST":
        http = 422
        if form.is_valid():
            _limit(request, form.cleaned_data["number"])
            try:
                order, reader = queries.by_number(form.cleaned_data["number"], form.cleaned_data["phone_end"])
            except OutOfScope as refused:
                put(form, refused)
                http = 404
            else:
                remember(request, order, reader, clock.now())
                return redirect("order:one", order.number)
    return render(request, "order/look_up.html", {"form": form}, status=http)


def _limit(request: HttpRequest, number: str) -> None:
    now = clock.now()
    address = request.META.get("REMOTE_ADDR", "")
    counted = (
        limits.Limit("look_up", number.strip().upper(), *_PER_NUMBER),
        limits.Limit("look_up_address", address, *_PER_ADDRESS),
    )
    if limits.take_each(counted, now=now):
        raise TooMany(
            "look_ups",
            gettext_lazy("That was a bit often."),
            gettext_lazy("Wait an hour, or call the centre; they find it by your name."),
        )


@require_safe
@never_cache
def one(request: HttpRequest, number: str) -> HttpResponse:
    """An order: who holds it, why, by when; who comes; what happened; only the buttons that are possible."""
    try:
        return _page(request, opened(request, number=number))
    except OutOfScope:
        if request.user.is_authenticated:
            raise
        return redirect(f"/o/?number={number}")


@require_safe
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same page, opened by the link in a message."""
    return _page(request, opened(request, token=token))


def _page(request: HttpRequest, it: Opened) -> HttpResponse:
    shown = showing.shown(it, clock.now(), request.build_absolute_uri)
    context = {"title": shown.texts["title"], "shape": shown.shape, "texts": shown.texts}
    return render(request, "order/one.html", context)


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """All of mine, as cards; regular help below."""
    actor = actor_of(request)
    newcomer = request.user.is_authenticated and bool(request.session.get(NEWCOMER))
    if actor.person_id is None and not newcomer:
        return redirect(
            "/accounts/who/?next=/mine/" if request.user.is_authenticated else "/accounts/login/?next=/mine/"
        )
    now = clock.now()
    standing = [
        (row, queries.said_rhythm(row), queries.usual_names(row), row.orders.order_by("id").first())
        for row in (queries.my_standing(actor) if actor.person_id is not None else ())
    ]
    context = {
        "cards": queries.my_cards(actor, now),
        "standing": standing,
        "now": now,
        "nobody": actor.person_id is None,
    }
    return render(request, "order/mine.html", context)
