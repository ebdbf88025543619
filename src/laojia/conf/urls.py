"""All routes: each app brings its own urls.py, the prefix stands here."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.urls.resolvers import RoutePattern

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


class Begins(RoutePattern):
    """An empty prefix for an app whose routes all begin with one of some words: asked only where the path does.

    Without it a path is compared with the routes of every app that stands before its own.
    """

    def __init__(self, words: frozenset[str]) -> None:
        super().__init__("")
        self.words = words

    def match(self, path: str) -> Any:
        """The whole path is left to the app's routes."""
        return (path, (), {}) if path.partition("/")[0] in self.words else None


def routes_of(app: str) -> URLResolver:
    """The app's urls.py, behind the first words of its routes."""
    module = import_module(f"{app}.urls")
    words = frozenset(str(route.pattern).partition("/")[0] for route in module.urlpatterns)
    if any("<" in word or "^" in word for word in words):
        raise ValueError(f"a route of {app} begins with no plain word: {sorted(words)}")
    urls, name, namespace = include(f"{app}.urls")
    return URLResolver(Begins(words), urls, {}, app_name=name, namespace=namespace)


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Switched off on purpose."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "api/v1/", api.urls
    ),  # first: a program asks often, and a path is compared with one route after another
    *(routes_of(app) for app in APPS if find_spec(f"{app}.urls")),
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
