"""After the code: who are you? And for colleagues: what is still missing before their desk opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.limits import actions as limits
from laojia.foundation.people import actions, queries
from laojia.foundation.people.forms import WhoForm
from laojia.foundation.people.pages import actor_of, tried
from laojia.kernel import clock
from laojia.kernel.errors import TooMany


@require_safe
@never_cache
@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """What a colleague still has to do: password, own password, second factor."""
    account: Any = request.user
    ways = {record["method"] for record in get_authentication_records(request, request.user)}
    context = {
        "has_password": account.has_usable_password(),
        "by_password": "password" in ways,
        "initial": account.password_is_initial,
        "enrolled": Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists(),
        "done": {"password", "mfa"} <= ways and not account.password_is_initial,
    }
    return render(request, "people/second_step.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def who(request: HttpRequest) -> HttpResponse:
    """The people of this number; claim another by name or village, or go on as somebody new."""
    account: Any = request.user
    if "new" in request.POST:
        request.session[queries.NEWCOMER] = True
        return redirect(_next(request))
    form = WhoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":

        def claim(entry: dict[str, Any]) -> None:
            area = entry["area"]
            _limit_claims(request)
            person = actions.claim_person(
                actor=actor_of(request), now=clock.now(), account=account,
                name=entry["name"], area_id=area.pk if area else None, order_number=entry["order_number"],
            )  # fmt: skip
            request.session[queries.CHOSEN] = person.pk

        if tried(form, claim):
            return redirect(_next(request))
    people = queries.claimed_people(account)
    context = {"form": form, "people": people, "acting": actor_of(request).person_id, "next": _next(request)}
    return render(request, "people/who.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """This phone acts for another of the family."""
    account: Any = request.user
    chosen = next(
        (p for p in queries.claimed_people(account) if str(p.pk) == request.POST.get("person")), None
    )
    if chosen is not None:
        request.session[queries.CHOSEN] = chosen.pk
    return redirect(_next(request))


TRIES_OF_A_NUMBER, TRIES_OF_A_PLACE = 5, 30  # a day; a station's own line serves many


def _limit_claims(request: HttpRequest) -> None:
    """So many tries a day, by number and by line: what was somebody else's must not be opened by guessing."""
    day, now = timedelta(days=1), clock.now()
    address = request.META.get("REMOTE_ADDR", "")
    tries = (("claim", str(request.user.pk), TRIES_OF_A_NUMBER), ("claim_from", address, TRIES_OF_A_PLACE))
    if limits.take_each([limits.Limit(name, key, most, day) for name, key, most in tries if key], now=now):
        raise TooMany(
            "claims",
            _("That was a bit often for today."),
            _("The station or the centre can do it for you by telephone."),
        )


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, None) else "/"
