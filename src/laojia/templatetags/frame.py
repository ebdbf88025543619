"""Parts of a page that are the same for everybody under the same few values: drawn once, then kept as text.

A kept part is drawn in a context that holds nothing but the values named in its tag: no request, no person, no
token. So there is nothing of one visitor in it that another could see. What belongs to the request (the form's
token, the address) stands in the kept text as an open place and is put in at the very end, and so are the texts
that differ from row to row: of them the kept text holds no more than which ones there are.
"""

import html
import re
import secrets
from collections.abc import Hashable, Mapping
from functools import lru_cache
from types import MappingProxyType
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
_PUT = "put_"  # before the name of a text given by the page
_NOTHING: Mapping[str, str] = MappingProxyType({})
Values = tuple[tuple[str, type, Hashable], ...]


@register.simple_tag(takes_context=True)
def kept(
    context: template.Context, part: str, put: Mapping[str, str] = _NOTHING, **values: Hashable
) -> SafeString:
    """{% kept "parts/x.html" our_county=our_county %}: the part under exactly these values, drawn once per language.

    The part sees these values, and as open places `csrf_token`, `full_path` and `full_path_quoted` of the request.
    The texts of `put` are open places too, `put.name` where the text is not empty: the part may ask whether there is
    one and say it as it is, nothing else. What is not safe is escaped when it is put in.
    """
    asked = context.get("request") is not None
    # The type belongs to the key: a text that is safe and the same text that is not are drawn differently.
    under = tuple((name, type(value), value) for name, value in values.items())
    there = tuple(name for name, text in put.items() if text)
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn  # a template being written is read again
    pieces = draw(part, get_language(), asked, under, there)
    if len(pieces) == 1:
        return SafeString(pieces[0])
    filled = [*pieces]
    for n, place in enumerate(pieces[1::2]):
        name = place.removeprefix(_PUT)
        filled[2 * n + 1] = _escaped(put[name]) if name != place else _of_request(context, place)
    return SafeString("".join(filled))


@lru_cache(maxsize=_KEPT)
def _drawn(
    part: str, _language: str | None, asked: bool, under: Values, there: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Text, name of a place, text, …"""
    values: dict[str, Any] = {name: value for name, _type, value in under}
    values["put"] = {name: SafeString(f"{_SIGN}{_PUT}{name}{_SIGN}") for name in there}
    if asked:
        values |= _PLACES
    return tuple(_PLACE.split(get_template(part).render(values)))


def _escaped(text: str) -> str:
    """As the framework escapes, without its way around for texts that are translated later: these are said now."""
    return text if isinstance(text, SafeString) else html.escape(text)


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
