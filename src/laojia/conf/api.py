"""The programming interface, version 1: routers of the apps under one roof, refusals as problem+json.

The pages for trying it out are off in production; the description itself (openapi.json) is public.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from laojia.conf import errors
from laojia.kernel.errors import BadInput, NotPermitted, Refused
from laojia.steps.dispatch.api import router as dispatch
from laojia.steps.menu.api import router as menu
from laojia.steps.order.api import router as order


class StrictJson(Parser):
    """JSON as every reader of it agrees: no NaN, and no text that a database cannot keep (NUL, half a sign)."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = json.loads(request.body, parse_constant=_no_number)
        for text in _texts(body):
            if b"\x00" in text.encode():  # half a sign cannot be encoded: a ValueError too
                raise ValueError("NUL")
        return body


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


api = NinjaAPI(
    title="Laojia",
    version="1",
    urls_namespace="api",
    docs_url=None if settings.PRODUCTION else "/docs",
    parser=StrictJson(),
)
api.add_router("/menu", menu)
api.add_router("", order)
api.add_router("", dispatch)


@api.exception_handler(Refused)
def refused(_request: HttpRequest, exc: Refused) -> HttpResponse:
    """Every refusal says what was refused and what to do next (RFC 9457)."""
    return errors.problem(exc)


@api.exception_handler(ValidationError)
def unreadable(_request: HttpRequest, exc: ValidationError) -> HttpResponse:
    """Values of the wrong shape: which ones."""
    fields = {".".join(str(part) for part in one["loc"]): str(one["msg"]) for one in exc.errors}
    said = _("Something sent is not of the right kind.")
    return errors.problem(
        BadInput("bad_input", said, _("The description of the interface says what each value is."), fields)
    )


@api.exception_handler(HttpError)
def not_read(_request: HttpRequest, exc: HttpError) -> HttpResponse:
    """A body that is no JSON, or a change sent without the token against forged forms."""
    if exc.status_code == HTTPStatus.FORBIDDEN:
        said = _("The token against forged forms is missing.")
        return errors.problem(NotPermitted("csrf", said, _("Send the X-CSRFToken header.")))
    return errors.plain_problem(exc.status_code, "bad_request")


@api.exception_handler(Http404)
def not_there(_request: HttpRequest, _exc: Http404) -> HttpResponse:
    """An address under which there is nothing."""
    return errors.plain_problem(404, "not_found")
