"""What every page of a call shares: how it is said, the form's own key, refusals beside their fields."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from laojia.kernel.errors import BadInput, Refused, put_on
from laojia.policy.roles import Channel


def channel_of(request: HttpRequest) -> Channel:
    asked = request.POST.get("channel") or request.GET.get("channel") or ""
    return Channel(asked) if asked in (Channel.COUNTER, Channel.PAPER) else Channel.PHONE


def how_of(request: HttpRequest) -> dict[str, str]:
    """How it is said, for the address: by telephone unless chosen otherwise."""
    channel = channel_of(request)
    return {"channel": str(channel)} if channel is not Channel.PHONE else {}


def order_key(request: HttpRequest) -> Any:
    """The page's own key: what makes a repeated submission one order."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise BadInput(
            "key", _("This page is too old."), _("Open it again and fill it in once more.")
        ) from None


def put(form: Any, refused: Refused) -> None:
    """Say the refusal beside its fields; a form without a place has the village."""
    put_on(form, refused, too={} if "place" in form.fields else {"place": "village"})
