"""What the pages of orders share: who acts, refusals beside their fields, what was typed before signing in."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from laojia.kernel import clock
from laojia.kernel.crypto import seal, unseal
from laojia.kernel.errors import BadInput, Refused, put_on

_TYPED = "typed_order"
_TYPED_FOR = timedelta(hours=1)
_MOST_TYPED = 4000  # characters; a form is some hundred


def put(form: Form, refused: Refused) -> None:
    """Say the refusal beside its fields; what is wrong with the place may be the village."""
    put_on(form, refused, too={"place": "village"})


def key_of(request: HttpRequest) -> uuid.UUID:
    """The page's own key: what makes a repeated submission one order. Raises BadInput."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise BadInput(
            "key", _("This page is too old."), _("Open it again and fill it in once more.")
        ) from None


def said_line(place: int) -> str:
    """Where one stands on a waiting list."""
    return _("You are number %(place)s on the waiting list.") % {"place": place}


def keep_typed(request: HttpRequest) -> None:
    """What was typed waits in the browser's memory until the code has been typed too."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode()
    if len(text) <= _MOST_TYPED:  # sealed like the columns it will stand in: it holds a name and a phone
        request.session[_TYPED] = {"path": request.path, "text": seal(text), "at": clock.now().timestamp()}


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before signing in."""
    kept: Any = request.session.get(_TYPED)
    if not kept or kept.get("path") != request.path:
        return None
    if clock.now().timestamp() - kept["at"] > _TYPED_FOR.total_seconds():
        forget_typed(request)
        return None
    return QueryDict(unseal(kept["text"]))


def forget_typed(request: HttpRequest) -> None:
    """It has become an order."""
    request.session.pop(_TYPED, None)
