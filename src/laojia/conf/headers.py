"""Response headers that hold for every page: a strict content policy and no device rights."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
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
        return response

    return answer
