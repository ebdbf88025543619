"""Turns refusals raised by pages into answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from laojia.conf import errors
from laojia.kernel.errors import Refused


class Refusals:
    """A `Refused` raised below becomes a page or problem+json with its own HTTP code; all else is a bug."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.refused(request, exception) if isinstance(exception, Refused) else None
