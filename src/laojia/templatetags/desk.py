"""Lines of the dispatcher's queue: fifty on a page, so each is drawn by one function and kept under what it shows."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from laojia.kernel import clock
from laojia.templatetags.shown import chip_of, icon, state_chip

register = template.Library()

_KEPT = 4096  # lines of each process: as many as several desks look at within the hour


class Line(Protocol):
    """What a line shows, frozen: two lines are the same when they show the same. The name is masked already."""

    def __hash__(self) -> int: ...
    @property
    def pk(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def waits(self) -> str: ...
    @property
    def urgent(self) -> bool: ...
    @property
    def needs_look(self) -> bool: ...
    @property
    def late(self) -> bool: ...
    @property
    def due(self) -> datetime: ...
    @property
    def provisional(self) -> bool: ...
    @property
    def holder(self) -> str: ...
    @property
    def state(self) -> str: ...


@register.simple_tag
def queue_lines(lines: Iterable[Line], chosen: object = None, tail: str = "") -> SafeString:
    """{% queue_lines page.rows chosen.order.pk tail %}: the list; `tail` stood behind the question mark."""
    drawn = "".join(f"<li>{queue_line(line, chosen, tail)}</li>" for line in lines)
    return format_html('<ul class="rows">{}</ul>', SafeString(drawn))


@register.simple_tag
def queue_line(line: Line, chosen: object = None, tail: str = "") -> SafeString:
    """{% queue_line row %}: one line."""
    chip = chip_of(line.due, clock.now(), provisional=line.provisional)
    return _drawn(get_language(), line, chip, chosen == line.pk, str(tail))


@lru_cache(maxsize=_KEPT)
def _drawn(_language: str | None, line: Line, chip: SafeString, chosen: bool, tail: str) -> SafeString:
    """The line in this language. Every word on it is among the arguments: none of it can be out of date."""
    return format_html(
        '<a class="row-link" data-row href="{0}{1}" hx-get="{0}" hx-target="#pane-order" {2}>\n'
        "  <span>{3}{4}{5}</span>\n  {6}\n"
        '  <span class="quiet">{7} · {8} · {9}</span>\n  <span class="quiet">{10}{11}</span>\n</a>',
        reverse("console:order", args=[line.pk]),
        tail,
        SafeString('aria-current="true"' if chosen else ""),
        _sign("strong", "over", "alarm", _("urgent"), after=" ") if line.urgent else "",
        line.title,
        _sign("span", "soon", "shield", _("second look"), before=" ") if line.needs_look else "",
        chip,
        line.place,
        line.who,
        line.waits,
        _held(line.holder, line.state),
        _sign("span", "over", "alarm", _("late"), before=" ") if line.late else "",
    )


def _sign(tag: str, tone: str, sign: str, word: str, before: str = "", after: str = "") -> SafeString:
    shape = '{}<{} class="state tone-{}">{}{}</{}>{}'
    return format_html(shape, before, tag, tone, icon(sign), word, tag, after)


def _held(holder: str, state: str) -> SafeString:
    """Who has it, as far as it matters at the desk."""
    if holder == "team":
        return state_chip("open", "offer")
    words = {"pool": _("open to every fitting team"), "station": _("the station looks")}
    return state_chip(state, "order", words.get(holder, ""))
