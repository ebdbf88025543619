"""Turns refusals raised by pages into answers, and odd input away before a page sees it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from laojia.conf import errors
from laojia.kernel.errors import Refused


class Refusals:
    """A `Refused` raised below becomes a page or problem+json with its own HTTP code; all else is a bug.

    NUL in addresses and forms is refused as well: no keyboard has it and PostgreSQL keeps none, so it would break pages.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if isinstance(answer, HttpResponseNotAllowed) and request.path.startswith(errors.API):
            refused = errors.plain_problem(405, "method")
            refused.headers["Allow"] = answer.headers["Allow"]
            return refused
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.refused(request, exception) if isinstance(exception, Refused) else None

    def process_view(self, request: HttpRequest, _page: Any, _args: Any, _words: Any) -> HttpResponse | None:
        odd = any("\x00" in text for text in self._texts(request))
        return errors.bad_request(request, ValueError("NUL")) if odd else None

    @staticmethod
    def _texts(request: HttpRequest) -> Iterator[str]:
        yield request.path_info
        # What programs send is read by the interface itself; a form's files would be used up by looking here.
        program = request.path.startswith((errors.API, "/gateway/"))
        for given in (request.GET,) if program else (request.GET, request.POST):
            for name, values in given.lists():
                yield name
                yield from map(str, values)
