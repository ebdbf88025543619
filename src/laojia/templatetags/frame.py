"""Parts of a page that are the same for everybody under the same few values: drawn once, then kept as text.

A kept part is drawn in a context that holds nothing but the values named in its tag: no request, no person, no
token. So there is nothing of one visitor in it that another could see. What belongs to the request (the form's
token, the address) stands in the kept text as an open place and is put in at the very end.
"""

import re
import secrets
from collections.abc import Hashable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from laojia.templatetags.shown import is_inside

register = template.Library()

_KEPT = 1024  # drawn parts of each process; the seldom used ones go first
_SIGN = secrets.token_hex(12)  # nobody can type an open place
_PLACES = {name: f"{_SIGN}{name}{_SIGN}" for name in ("csrf_token", "full_path", "full_path_quoted")}
_PLACE = re.compile(f"{_SIGN}([a-z_]+){_SIGN}")
Values = tuple[tuple[str, type, Hashable], ...]


@register.simple_tag(takes_context=True)
def kept(context: template.Context, part: str, **values: Hashable) -> SafeString:
    """{% kept "parts/x.html" our_county=our_county %}: the part under exactly these values, drawn once per language.

    The part sees these values, and as open places `csrf_token`, `full_path` and `full_path_quoted` of the request.
    """
    asked = context.get("request") is not None
    # The type belongs to the key: a text that is safe and the same text that is not are drawn differently.
    under = tuple((name, type(value), value) for name, value in values.items())
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn  # a template being written is read again
    pieces = draw(part, get_language(), asked, under)
    if len(pieces) == 1:
        return SafeString(pieces[0])
    fill = [piece if n % 2 == 0 else _of_request(context, piece) for n, piece in enumerate(pieces)]
    return SafeString("".join(fill))


@lru_cache(maxsize=_KEPT)
def _drawn(part: str, _language: str | None, asked: bool, under: Values) -> tuple[str, ...]:
    """Text, name of a place, text, …"""
    values: dict[str, Any] = {name: value for name, _type, value in under}
    if asked:
        values |= _PLACES
    return tuple(_PLACE.split(get_template(part).render(values)))


def _of_request(context: template.Context, place: str) -> str:
    request: Any = context["request"]
    if place == "csrf_token":
        return str(escape(str(context["csrf_token"])))
    path = request.get_full_path()
    return str(escape(quote(path, safe="/") if place == "full_path_quoted" else path))


@register.simple_tag(takes_context=True)
def desk_nav(context: template.Context) -> SafeString:
    """{% desk_nav %}: the links of the desk's bar, the one whose page (or a page under it) is shown marked."""
    request: Any = context.get("request")
    path = request.path if request is not None else ""
    links = tuple((url, str(word), is_inside(path, url)) for url, word in context.get("desk_links") or ())
    return kept(context, "parts/desk_links.html", links=links)
