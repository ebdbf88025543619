"""Public pages. Everybody may see them; only "my own things" on the start page looks at who asks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.channels.home import queries, rules
from laojia.foundation.teams.queries import kinds
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import NOBODY


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """您想请人帮什么忙?"""
    return render(
        request, "home/start.html", {"front": queries.front(getattr(request, "actor", NOBODY), clock.now())}
    )


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """The five steps in plain words, with the clocks of the table."""
    return render(request, "home/how.html", {"clocks": queries.promises()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, what for, how long: read from the tables themselves."""
    return render(request, "home/privacy.html", {"kept": queries.kept()})


@require_safe
def never(request: HttpRequest) -> HttpResponse:
    """What this platform never does, and how that is made sure."""
    return render(request, "home/never.html", {"never": queries.never()})


@require_safe
def our_teams(request: HttpRequest) -> HttpResponse:
    """Who our volunteers are: featured teams first, then by name; no figures, nothing compares them."""
    text, kind = request.GET.get("q", "").strip()[:40], request.GET.get("kind", "")[:30]
    context = {"teams": queries.our_teams(text, kind), "q": text, "kind": kind, "kinds": kinds()}
    return render(request, "home/our_teams.html", context)


@require_safe
def our_team(request: HttpRequest, pk: int) -> HttpResponse:
    """A team's own page."""
    return render(request, "home/our_team.html", queries.our_team(pk, clock.now()))


@require_safe
def view(request: HttpRequest) -> HttpResponse:
    """Choose text size and language."""
    return render(request, "home/view.html", {"next": _back(request), "languages": settings.LANGUAGES})


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Remember the text size on this phone (a cookie, nothing else)."""
    response = HttpResponseRedirect(_back(request))
    response.set_cookie(
        rules.VIEW_COOKIE,
        rules.view_of(request.POST.get("view", "")),
        max_age=rules.VIEW_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _back(request: HttpRequest) -> str:
    """Where the person came from, when that is one of our own pages."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"


@require_POST
def visit_begins(request: HttpRequest) -> HttpResponse:
    """Guests look: from now on this browser shows no person and changes nothing. One click."""
    if not rules.may_guide(getattr(request, "actor", NOBODY)):
        raise OutOfScope(
            "not_here", _("We do not find that here."), _("Whoever reads the overview can show it.")
        )
    request.session[rules.VISITING] = True
    return HttpResponseRedirect(_back(request))


@require_POST
def visit_ends(request: HttpRequest) -> HttpResponse:
    """The guests are gone. The memory it is kept in belongs to whoever switched it on."""
    request.session.pop(rules.VISITING, None)
    return HttpResponseRedirect(_back(request))
