"""All routes: each app brings its own urls.py, the prefix stands here."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# Order matters only where a prefix is empty: those apps name their full paths themselves.
APPS = (
    "laojia.channels.console",
    "laojia.steps.review",
    "laojia.steps.serve",
    "laojia.steps.dispatch",
    "laojia.steps.order",
    "laojia.steps.menu",
    "laojia.foundation.outbox",
    "laojia.foundation.calendar",
    "laojia.foundation.teams",
    "laojia.foundation.area",
    "laojia.foundation.journal",
    "laojia.foundation.files",
    "laojia.foundation.people",
    "laojia.channels.home",
)

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "laojia.conf.errors.bad_request"
handler403 = "laojia.conf.errors.forbidden"
handler404 = "laojia.conf.errors.not_found"
handler429 = "laojia.conf.errors.too_many"
handler500 = "laojia.conf.errors.breakdown"
