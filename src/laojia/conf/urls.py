"""All routes: each app brings its own urls.py, the prefix stands here."""

from importlib.util import find_spec

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from laojia.conf import signing
from laojia.conf.api import api

# Order matters only where a prefix is empty: those apps name their full paths themselves.
APPS = (
    "laojia.channels.console",
    "laojia.desks.reports",
    "laojia.steps.review",
    "laojia.steps.serve",
    "laojia.steps.dispatch",
    "laojia.steps.order",
    "laojia.steps.menu",
    "laojia.foundation.outbox",
    "laojia.foundation.calendar",
    "laojia.foundation.lists",
    "laojia.foundation.teams",
    "laojia.foundation.area",
    "laojia.foundation.journal",
    "laojia.foundation.files",
    "laojia.foundation.people",
    "laojia.channels.home",
)


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Switched off on purpose."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "api/v1/", api.urls
    ),  # first: a program asks often, and a path is compared with one route after another
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
    # What allauth brings for e-mail addresses is not for a county where nobody is asked for one.
    # A colleague's first password comes from the administrator: a phone alone must never lead to one.
    re_path(r"^accounts/(?:email|confirm-email|password/reset|password/set|signup)/", no_such_page),
    path("accounts/2fa/totp/activate/", signing.set_up),
    path("accounts/password/change/", signing.change_password),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "laojia.conf.errors.bad_request"
handler403 = "laojia.conf.errors.forbidden"
handler404 = "laojia.conf.errors.not_found"
handler429 = "laojia.conf.errors.too_many"
handler500 = "laojia.conf.errors.breakdown"
