"""Answers when something was refused, is not there, or broke: page, part of a page (htmx) or problem+json.

A breakdown gets four signs to tell on the telephone; the log holds the same signs, the route and the
places in the code, but never the message of the exception, which may quote what somebody typed.
"""

import logging
import secrets
import sys
import traceback
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from laojia.kernel.errors import Refused

log = logging.getLogger("laojia.breakdown")
API = "/api/"
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that sound or look alike on the telephone


def default_words(http: int) -> tuple[str, str]:
    """What was refused and what to do next, for a refusal that brought no words of its own."""
    return {
        400: (_("What was sent cannot be read."), _("Send it as the description of the interface says.")),
        405: (_("That is not done this way here."), _("The description of the interface says how.")),
        403: (_("This is not open to you."), _("Somebody else looks after it; the centre can tell you who.")),
        404: (_("There is nothing here."), _("Look at the address again, or begin on the start page.")),
        409: (_("This has moved on meanwhile."), _("Open it again to see where it stands now.")),
        422: (_("Something is not right yet."), _("Go back; what you typed is still there.")),
        429: (_("That was a bit too often."), _("Wait a few minutes, then try again, or call the centre.")),
    }.get(http, (_("This did not work."), _("Go back and try once more, or call the centre.")))


def problem(exc: Refused) -> JsonResponse:
    """The refusal after RFC 9457: title says what was refused, detail what to do next."""
    message, hint = default_words(exc.http)
    errors = {name: str(sentence) for name, sentence in exc.fields.items()}
    return _problem(exc.http, exc.code, str(exc.message or message), str(exc.hint or hint), errors)


def plain_problem(http: int, code: str) -> HttpResponse:
    """A refusal made by the framework, in the shape of all others."""
    return _problem(http, code, *default_words(http))


def _problem(
    http: int, code: str, title: str, detail: str, errors: dict[str, str] | None = None
) -> JsonResponse:
    body: dict[str, object] = {
        "type": f"urn:laojia:problem:{code}",
        "title": title,
        "status": http,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return JsonResponse(
        body, status=http, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )


def refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    """The refusal in the form the asker can use."""
    if request.path.startswith(API):
        return problem(exc)
    message, hint = default_words(exc.http)
    context = {
        "message": str(exc.message or message),
        "hint": str(exc.hint or hint),
        "fields": [
            str(sentence)
            for name, sentence in exc.fields.items()
            if name != "state" and str(sentence) != str(exc.message)  # a state's own name is for programs
        ],
        "code": exc.code,
        "sign_in": _sign_in(request, exc.http),
        "back": _came_from(request),
    }
    if getattr(request, "htmx", False):
        return _as_part(render(request, "errors/_refused.html", context, status=exc.http))
    return render(request, "errors/refused.html", context, status=exc.http)


def _sign_in(request: HttpRequest, http: int) -> str:
    """Where a link from a message leads who is not signed in: what he may not see now may be his own."""
    if http not in {403, 404} or request.method != "GET" or request.user.is_authenticated:
        return ""
    if request.resolver_match and "token" in request.resolver_match.kwargs:
        return ""  # a spoiled link stays spoiled
    return f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}"


def _came_from(request: HttpRequest) -> str:
    """The page whose button was pressed."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, request.get_host(), require_https=request.is_secure())
    path = urlsplit(page).path if ours else ""
    return path if request.method == "POST" and path != request.path else ""


def _as_part(response: HttpResponse) -> HttpResponse:
    """Show it above the content and leave the rest of the page as it is."""
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML show:top"
    return response


def _simple(request: HttpRequest, page: str, code: str, http: int) -> HttpResponse:
    if request.path.startswith(API):
        return _problem(http, code, *default_words(http))
    return render(request, page, status=http)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    return _simple(request, "errors/400.html", "bad_request", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return _simple(request, "errors/403.html", "not_permitted", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return _simple(request, "errors/404.html", "not_found", 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler429, called by allauth's rate limits."""
    return _simple(request, "errors/429.html", "too_many", 429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page lay open too long, or the browser keeps no cookies."""
    return _simple(request, "errors/csrf.html", "page_too_old", 403)


def breakdown(request: HttpRequest) -> HttpResponse:
    """handler500. Needs neither database nor session: those may be what broke."""
    signs = "".join(secrets.choice(SIGNS) for _place in range(4))
    _write_down(request, signs)
    if request.path.startswith(API):
        return _problem(500, signs, *default_words(500))
    context = {"signs": signs}
    if getattr(request, "htmx", False):
        return _as_part(HttpResponse(render_to_string("errors/_500.html", context), status=500))
    return HttpResponse(render_to_string("errors/500.html", context), status=500)


def _write_down(request: HttpRequest, signs: str) -> None:
    kind, _exc, trace = sys.exc_info()
    match = request.resolver_match
    log.error(
        "%s %s %s %s\n%s",
        signs,
        request.method,
        match.route if match else "?",
        kind.__name__ if kind else "?",
        "".join(traceback.format_tb(trace)) if trace else "",
    )
