"""The programming interface, version 1: routers of the apps under one roof, refusals as problem+json.

The pages for trying it out are off in production; the description itself (openapi.json) is public.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import ValidationError

from laojia.conf import errors
from laojia.kernel.errors import BadInput, Refused
from laojia.steps.dispatch.api import router as dispatch
from laojia.steps.menu.api import router as menu
from laojia.steps.order.api import router as order

api = NinjaAPI(
    title="Laojia", version="1", urls_namespace="api", docs_url=None if settings.PRODUCTION else "/docs"
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
