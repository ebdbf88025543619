"""Response headers that hold for every page: a strict content policy and no device rights."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import sync_only_middleware

# No inline script or style and no eval anywhere: a text somebody typed can never run.
POLICY = "; ".join(  # noqa: FLY002  (one rule a line)
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
RIGHTS = "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()"


@sync_only_middleware
def strict_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set the headers on every answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", RIGHTS)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)  # what one person saw stays in no shared phone and no proxy
        return response

    return answer


@sync_only_middleware
def asked_from(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Behind our reverse proxy the address it added last is the one that asks: limits count people, not the proxy."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
            told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            request.META["REMOTE_ADDR"] = told or request.META.get("REMOTE_ADDR", "")
        return get_response(request)

    return answer
