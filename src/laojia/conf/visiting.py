"""Hangs the visitor view's veil over all tables, and keeps the view on for the browser that switched it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from laojia.channels.home.rules import VISITING
from laojia.conf import errors
from laojia.kernel import veil
from laojia.kernel.errors import NotPermitted
from laojia.policy import visiting

_TEXTS = (models.CharField, models.TextField, models.JSONField)
# What a visitor's guide may still press: end the visit, go out, another language or size of letters.
OPEN = ("/visit/", "/accounts/logout/", "/i18n/", "/view/", "/elder/")


def hidden_fields() -> Iterator[models.Field[Any, Any]]:
    """Every column the visitor view hides, in all our tables; places on the map of a person too."""
    for model in apps.get_models():
        if not model.__module__.startswith("laojia."):
            continue
        personal = {name for held in getattr(model, "PERSONAL", ()) for name in held.fields}
        for field in model._meta.local_fields:
            if isinstance(field, _TEXTS):
                short = (
                    isinstance(field, models.CharField) and (field.max_length or 999) <= visiting.LONGEST_CODE
                )
                if visiting.hides(
                    model._meta.label, field.name, personal=field.name in personal, coded=short
                ):
                    yield field
            elif isinstance(field, models.FloatField) and field.name in personal:
                yield field


def hang_veils() -> None:
    """Once, when the application is ready."""
    for field in hidden_fields():
        if isinstance(field, models.JSONField):
            veil.hang_veil(field, list if field.default is list else dict)
        else:
            veil.hang_veil(field, None if isinstance(field, models.FloatField) else visiting.veil(field.name))


def refused() -> NotPermitted:
    """Said when something would be written while visitors look."""
    return NotPermitted(
        "visitor_view",
        _("The visitor view is on: nothing is changed while guests look."),
        _("End the visitor view first; the button stands at the top of every page."),
    )


class Visiting:
    """While the view is on: veiled rows, no writing, and nothing streamed after the veil has been lifted."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.get(VISITING)
        if not kept or request.path.startswith(OPEN):
            return self.get_response(request)
        with veil.visiting(refused):
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                return errors.refused(request, refused())  # with the button that ends the visit
            answer = self.get_response(request)
            if answer.streaming:  # read here, while the veil hangs
                parts: Any = answer
                whole = HttpResponse(b"".join(parts.streaming_content), headers=dict(answer.headers))
                whole.status_code = answer.status_code
                return whole
            return answer
