"""Filters and tags for all templates; each is one line over laojia.shown, which is where the rules are.

Being an edge, this is where the clock is read for "today" and "late".
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import segno
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from laojia import labels, shown
from laojia.kernel import clock, codes

register = template.Library()


@register.filter
def said(moment: datetime | date | None) -> str:
    """今天 18:00; a plain date gives 周四; nothing for nothing."""
    if moment is None or moment == "":
        return ""
    now = clock.now()
    if isinstance(moment, datetime):
        return shown.said(moment, now)
    return shown.said_day(moment, clock.local_date(now))


@register.filter
def said_or_text(moment: datetime | date | str | None) -> str:
    """A time as people say it; a text as it is."""
    return moment if isinstance(moment, str) else said(moment)


@register.filter
def said_part(moment: datetime | None) -> str:
    """周四上午."""
    return shown.said_part(moment, clock.now()) if moment else ""


@register.filter
def said_day(moment: datetime | date | None) -> str:
    """周四, whatever the hour."""
    if not moment:
        return ""
    day = clock.local_date(moment) if isinstance(moment, datetime) else moment
    return shown.said_day(day, clock.local_date(clock.now()))


@register.filter
def said_exactly(moment: datetime | None) -> str:
    """2026-11-23 18:00."""
    return shown.said_exactly(moment) if moment else ""


@register.filter
def until(start: datetime | None, end: datetime | None) -> str:
    """周四 09:00–11:00: {{ row.starts_at|until:row.ends_at }}."""
    if not start or not end:
        return said(start)
    return shown.said_span(start, end, clock.now())


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago: 3 小时."""
    return shown.said_length(clock.now() - moment) if moment else ""


@register.filter
def masked_name(name: str | None) -> str:
    """张*."""
    return codes.mask_name(name or "")


@register.filter
def masked_phone(phone: str | None) -> str:
    """138****0000."""
    return codes.mask_phone(phone or "")


@register.filter
def state_word(state: str, kind: str = "order") -> str:
    """The shown word of a state of a kind of thing: {{ row.state|state_word:"occasion" }}."""
    return str(labels.state_word(kind, state))


@register.filter
def tone(state: str, kind: str = "order") -> str:
    """go, soon, over or calm."""
    return shown.state_look(kind, state)[0]


@register.filter
def only_text(value: object) -> str:
    """The value when it is text, else nothing: a part's parameter must not catch a page's variable of that name."""
    return value if isinstance(value, str) else ""


@register.filter
def verb_word(verb: str) -> str:
    """The shown word of a verb, for buttons."""
    return str(labels.verb_word(verb))


@register.filter
def reason_word(code: str) -> str:
    """The shown word of a reason code."""
    return str(labels.reason_word(code))


@register.filter
def complaint_kind(kind: str) -> str:
    """What a complaint is about."""
    return str(labels.COMPLAINT_KINDS.get(kind, kind))


@register.filter
def incident_kind(kind: str) -> str:
    """What happened."""
    return str(labels.INCIDENT_KINDS.get(kind, kind))


@register.filter
def role_word(role: str) -> str:
    """The shown word of a role."""
    return str(labels.ROLES.get(role, role))


@register.filter
def channel_word(channel: str) -> str:
    """The shown word of a channel."""
    return str(labels.CHANNELS.get(channel, channel))


@register.filter
def spoken(text: str | None) -> str:
    """A message as one says it on the telephone."""
    return shown.spoken(text or "")


@register.filter
def said_phone(number: str | None) -> str:
    """0357-6220000."""
    return shown.said_phone(number or "")


@register.filter
def sheet_number(occasion: Any) -> str:
    """R141024-26-000012-7: what stands on the sheets of an occasion."""
    return shown.sheet_number(occasion)


@register.simple_tag(takes_context=True)
def qr(context: template.Context, number: str) -> SafeString:
    """{% qr order.number %}: the code of a sheet. It holds the address of the page for that number and nothing else."""
    request: Any = context.get("request")
    path = f"/paper/{number}/"
    address = request.build_absolute_uri(path) if request is not None else path
    picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)
    return format_html(
        '<img class="qr" src="{}" alt="{}">', picture, gettext("Code for typing this sheet in")
    )


@register.filter
def half_day(half: str) -> str:
    """上午, 下午, 晚上."""
    return str(labels.HALF_DAYS.get(half, half))


@register.simple_tag(takes_context=True)
def submit_key(context: template.Context) -> SafeString:
    """The hidden field `key`: one UUID per form shown, kept when the form comes back with errors."""
    request: Any = context.get("request")
    sent = request.POST.get("key", "") if request is not None else ""
    try:
        key = str(uuid.UUID(sent))
    except ValueError:
        key = str(uuid.uuid4())
    return format_html('<input type="hidden" name="key" value="{}">', key)


@register.simple_tag
def icon(name: str, said_as: str = "") -> SafeString:
    """{% icon "clock" %}: one of the signs in static/icons.svg; silent unless `said_as` is given."""
    if said_as:
        shape = '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>'
        return format_html(shape, said_as, static("icons.svg"), name)
    return _silent_icon(name)


@cache
def _silent_icon(name: str) -> SafeString:
    """Made once per process: a desk page shows a hundred of them."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


@register.simple_tag
def state_chip(state: str, kind: str = "order", word: object = "") -> SafeString:
    """{% state_chip order.state "order" %}: colour, sign and word of a state; `word` instead of the label."""
    tone_, sign = shown.state_look(kind, state)
    said_ = word or labels.state_word(kind, state)
    return format_html('<span class="state tone-{}">{}{}</span>', tone_, icon(sign), str(said_))


@register.simple_tag
def clock_chip(due: datetime | None, provisional: bool = False) -> SafeString:
    """{% clock_chip order.due_at provisional %}: a deadline; amber within two hours, red when late, never while provisional."""
    return chip_of(due, clock.now(), provisional=bool(provisional)) if due else SafeString("")


def chip_of(due: datetime, now: datetime, *, provisional: bool = False) -> SafeString:
    """The chip of a deadline as it stands at `now`."""
    c = shown.clock(due, now, provisional=provisional)
    exact = clock.local(due).isoformat() if c.tone != "calm" else ""
    return _chip(get_language(), c, exact)


@lru_cache(maxsize=4096)
def _chip(_language: str | None, c: shown.Clock, exact: str) -> SafeString:
    """Drawn once for the same words in the same language."""
    parts = [format_html('<span class="clock tone-{}">{}<span>{}</span>', c.tone, icon(c.icon), c.word)]
    if exact:
        shape = '<time class="numeric standard-only" datetime="{}">{}</time>'
        parts.append(format_html(shape, exact, c.when))
    if c.provisional:
        parts.append(format_html('<span class="provisional">{}</span>', gettext("provisional")))
    return SafeString("".join([*parts, "</span>"]))


@register.simple_tag(takes_context=True)
def here(context: template.Context, prefix: str) -> SafeString:
    """aria-current on a link whose page (or a page under it) is shown."""
    request: Any = context.get("request")
    path = request.path if request is not None else ""
    return SafeString('aria-current="page"' if is_inside(path, prefix) else "")


def is_inside(path: str, prefix: str) -> bool:
    """Is the page shown, or a page under it?"""
    return path == prefix or (prefix != "/" and path.startswith(prefix))


@register.filter
def said_area(area: Any, on: datetime | date | None = None) -> str:
    """{{ order.area|said_area:order.placed_at }}: the name of that day, and what the place is called today."""
    return shown.said_area(area, on)


@register.filter
def level_word(level: str) -> object:
    """The word for a level of the tree of areas."""
    return labels.AREA_LEVELS.get(level, level)


@register.simple_tag
def timeline(steps: Iterable[Mapping[str, Any]], label: str = "") -> SafeString:
    """{% timeline steps %}: see parts/timeline.html; drawn here because every order's page has a dozen lines of it."""
    language = get_language()
    lines = "".join(
        _step(
            language, bool(step.get("done")), bool(step.get("now")), bool(step.get("due")), step["text"],
            said_or_text(step.get("when")), step.get("who") or "",
        )
        for step in steps
    )  # fmt: skip
    shape = '<ol class="timeline" aria-label="{}">{}</ol>'
    return format_html(shape, label or gettext("How it goes on"), SafeString(lines))


@lru_cache(maxsize=2048)
def _step(
    _language: str | None, done: bool, now: bool, due: bool, text: str, when: str, who: str
) -> SafeString:
    """A line with colour, sign and word of where the step stands; kept under all that it says."""
    tone, word = (
        ("done", gettext("Done:")) if done else ("now", gettext("Now:")) if now else ("", gettext("Next:"))
    )
    said_when = gettext("by %(when)s") % {"when": when} if due else when
    return format_html(
        '<li class="{}"{}><span class="dot" aria-hidden="true">{}</span> <span class="visually-hidden">{}</span> '
        '<span class="what">{}</span>{}{}</li>',
        tone,
        SafeString(' aria-current="step"') if tone == "now" else "",
        icon("check") if done else "",
        word,
        text,
        format_html('<div class="when numeric">{}</div>', said_when) if when else "",
        format_html('<div class="who">{}</div>', who) if who else "",
    )
