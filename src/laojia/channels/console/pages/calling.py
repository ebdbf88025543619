"""Somebody telephones: everything of the caller in one screen, done without leaving it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from laojia.channels.console.forms.calling import HappenedForm, WantedForm
from laojia.channels.console.pages.deeds import DEEDS, Told
from laojia.channels.console.pages.shared import actor_of, address, moment
from laojia.channels.console.pages.spoken import channel_of, how_of, order_key, put
from laojia.channels.console.queries.caller import Call, Entry, Screen, begin_call, channel_choices, screen
from laojia.channels.console.queries.saying import sentences
from laojia.channels.console.queries.wanted import Wanted, find_wanted, form_facts, seats_line
from laojia.foundation.people import actions as people_actions
from laojia.foundation.people.models import Person
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, WrongState
from laojia.policy.roles import Channel
from laojia.steps.menu import queries as menu
from laojia.steps.order import actions as orders
from laojia.steps.order import queries as order_queries
from laojia.steps.order.forms import ME, NEW
from laojia.steps.order.models import Order

_CALL = "call"  # what was done in this call, kept in the browser's memory: verbs and ids only
_MOST_NOTED = 12
UNDO_SECONDS = 10


# --- one caller -------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def caller(request: HttpRequest, pk: int) -> HttpResponse:
    """The screen of one call. `open=verb:id` opens a form in place, `line`, `item`, `seat`, `words` an order."""
    it = _begin(request, pk)
    wanted = _wanted(request, it)
    opened = _opened(request)
    if getattr(request, "htmx", False) and request.headers.get("HX-Target") == "wanted":
        return render(request, "console/_wanted.html", _wanting(request, it, wanted))
    return _show(request, it, opened=opened, wanted=wanted)


@never_cache
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """What the caller says is done: for him, by the desk, by this channel."""
    it = _begin(request, pk)
    do = request.POST.get("do", "")
    if do == "order.place":
        return _place(request, it)
    if do == "order.undo":
        return _undo(request, it)
    if do == "person.reveal":
        return _reveal(request, it)
    deed = DEEDS.get(do)
    shown = screen(it)
    entry = _entry_of(shown, do, request.POST.get("row", ""))
    if deed is None or entry is None:
        messages.info(request, _("That has moved on meanwhile. Here is how it stands now."))
        return _again(request, it)
    form = deed.form(it, entry, request.POST) if deed.form else None
    if form is not None and not form.is_valid():
        return _show(request, it, shown=shown, opened=(entry, do, form), http=422)
    try:
        made = deed.act(Told(it, entry, form, _said_at(request, it), order_key(request)))
    except (BadInput, Conflict, WrongState) as refused:
        if form is None:
            messages.error(request, str(refused))
            return _again(request, it)
        put(form, refused)
        return _show(request, it, opened=(entry, do, form), http=refused.http)
    kind, row = made if isinstance(made, tuple) else (entry.kind, entry.row.pk)
    _note(request, it, do, kind, row)
    return _again(request, it)


def _place(request: HttpRequest, it: Call) -> HttpResponse:
    """An order from the menu, a seat, or a need in own words."""
    wanted = _wanted(request, it, request.POST)
    if wanted is None:
        messages.info(request, _("Choose what it is once more."))
        return _again(request, it)
    form = WantedForm(request.POST, **form_facts(it, wanted))
    if not form.is_valid():
        return _show(request, it, wanted=wanted, want_form=form, http=422)
    try:
        order = place_from(form, wanted, it, order_key(request), _said_at(request, it))
    except (BadInput, Conflict, WrongState) as refused:
        more: dict[str, Any] = {}
        if refused.code == "likely_duplicate":
            number = str(refused.fields.get("earlier", ""))
            more = {
                "duplicate": refused,
                "earlier": order_queries.duplicate_of(number, it.desk) if number else None,
            }
        else:
            put(form, refused)
        return _show(request, it, wanted=wanted, want_form=form, http=refused.http, **more)
    _note(request, it, "order.place", "order", order.pk, undo=True)
    return _again(request, it)


def place_from(form: WantedForm, wanted: Wanted, it: Call, key: Any, said_at: datetime | None) -> Order:
    """The one action, from what was typed."""
    given = form.cleaned_data
    facts: dict[str, Any] = {
        "actor": it.voice,
        "now": it.now,
        "key": key,
        "alone": given.get("alone", False),
        "urgent": given.get("urgent", False),
        "words": given.get("words", ""),
        "consent_spoken": given.get("consent_spoken", False),
        "sure": given.get("sure", False),
        "said_at": said_at,
        **_for_whom(given, it),
    }
    if wanted.occasion is not None:
        facts |= {"area": wanted.occasion.area, "place": wanted.occasion.place}
    else:
        facts |= {"area": given.get("village"), "place": given.get("place", "")}
    if wanted.item is None:
        return orders.describe(**facts)
    facts |= {"item_version": wanted.item, "times": form.wishes(), "answers": form.answers()}
    heads = given.get("head_count") or 1
    if wanted.occasion is not None:
        return orders.place(**facts, occasion=wanted.occasion, seats=heads)
    return orders.place(**facts, head_count=heads)


def _for_whom(given: dict[str, Any], it: Call) -> dict[str, Any]:
    chosen = given.get("whom") or ME
    if chosen == NEW:
        return {"relative": orders.Relative(name=given["whom_name"], phone=given.get("whom_phone", ""))}
    if chosen.startswith("p"):
        return {"person": Person.objects.get(pk=int(chosen[1:]))}
    return {"person": it.person}


def _undo(request: HttpRequest, it: Call) -> HttpResponse:
    """Within ten seconds an order just taken is as if it had not been said."""
    row = Order.objects.filter(pk=row_id(request.POST.get("row", "")) or 0, asker_id=it.person.pk).first()
    if row is None:
        raise OutOfScope(
            "order_not_here", _("We do not find an order like that."), _("Look at the list again.")
        )
    try:
        orders.take_back(order=row, actor=it.voice, now=it.now, seconds=UNDO_SECONDS)
    except WrongState as refused:
        messages.error(request, str(refused))
        return _again(request, it)
    kept = request.session.get(_CALL, {})
    kept["done"] = [one for one in kept.get("done", []) if one[1:3] != ["order", row.pk]]
    request.session[_CALL] = kept
    messages.success(request, _("Taken back, as if it had not been said."))
    return _again(request, it)


def _reveal(request: HttpRequest, it: Call) -> HttpResponse:
    """Name, number and door in full, once; who looked and why is written down."""
    full = people_actions.reveal_person(
        actor=it.at_desk, now=it.now, person_id=it.person.pk, reason="call_the_person"
    )
    return _show(request, it, full=full)


# --- what the page is about -------------------------------------------------------------------------------------------


def _begin(request: HttpRequest, pk: int) -> Call:
    return begin_call(actor_of(request), pk, channel=channel_of(request), now=moment())


def _said_at(request: HttpRequest, it: Call) -> datetime | None:
    """When the paper was filled in; spoken things are said now. Raises BadInput."""
    if it.channel is not Channel.PAPER:
        return None
    form = HappenedForm(request.POST)
    if not form.is_valid():
        sentence = _("Choose a day and an hour.")
        raise BadInput("happened", sentence, "", {"happened": sentence})
    moment_: datetime | None = form.cleaned_data["happened"]
    return moment_


def _wanted(request: HttpRequest, it: Call, given: Any = None) -> Wanted | None:
    """The order that is being taken, from the address or the form."""
    given = given if given is not None else request.GET
    if code := given.get("item", ""):
        line = find_wanted(it, given.get("line", "")) if given.get("line") else None
        words = line.words if line else ""
        return Wanted(menu.item(code), words=words, line=line.line if line else None)
    if seat := row_id(given.get("seat", "")):
        occasion = menu.occasion(seat, it.desk)
        return Wanted(occasion.item_version, occasion)
    if "own_words" in given:
        return Wanted(words=given.get("own_words", ""))
    if (text := given.get("line", "").strip()) and request.GET.get("go"):
        found = find_wanted(it, text)
        if found.best is not None:
            return Wanted(found.best, words=found.words, line=found.line)
        if not found.seats:
            return Wanted(words=text)
    return None


def _opened(request: HttpRequest) -> tuple[str, str]:
    do, _sign, row = request.GET.get("open", "").partition(":")
    return (do, row) if do in DEEDS else ("", "")


def _entry_of(shown: Screen, do: str, row: str) -> Entry | None:
    """The thing on the screen that this button belongs to; None when it cannot be done (any more)."""
    for entry in shown.entries():
        if str(entry.row.pk) == row and any(button.do == do for button in entry.buttons):
            return entry
    return None


def _note(request: HttpRequest, it: Call, do: str, kind: str, row: int, *, undo: bool = False) -> None:
    """What was done in this call, for reading it back; another caller begins anew."""
    kept = request.session.get(_CALL) or {}
    done = kept.get("done", []) if kept.get("who") == it.person.pk else []
    done = [one for one in done if one[1:3] != [kind, row]]
    until = it.now.timestamp() + UNDO_SECONDS if undo else 0
    request.session[_CALL] = {"who": it.person.pk, "done": [*done, [do, kind, row, until]][-_MOST_NOTED:]}


def _again(request: HttpRequest, it: Call) -> HttpResponse:
    """The same screen, as it stands now."""
    if getattr(request, "htmx", False):
        return _show(request, _begin(request, it.person.pk), fresh=True)
    return redirect(address("console:caller", it.person.pk, **how_of(request)))


def _noted(request: HttpRequest, it: Call) -> dict[str, Any]:
    kept = request.session.get(_CALL) or {}
    done = [tuple(one) for one in kept.get("done", [])] if kept.get("who") == it.person.pk else []
    told = sentences([one[:3] for one in done], it.now)
    last = done[-1] if done else None
    left = int(last[3] - it.now.timestamp()) if last and last[3] else 0
    return {"told": told, "undo": {"row": last[2], "seconds": left} if last and left > 0 else None}


def _wanting(request: HttpRequest, it: Call, wanted: Wanted | None, **more: Any) -> dict[str, Any]:
    """The part of the screen where an order is taken."""
    text = (request.POST.get("line") or request.GET.get("line") or "").strip()[:200]
    context: dict[str, Any] = {
        "it": it,
        "person": it.person,
        "here": reverse("console:caller", args=[it.person.pk]),
        "channel": str(it.channel),
        "on_paper": HappenedForm(request.POST or None) if it.channel is Channel.PAPER else None,
        "wanted": wanted,
        "line": text,
        "how": how_of(request),
    }
    if wanted is not None:
        facts = form_facts(it, wanted, alone=request.GET.get("alone") == "1")
        context["want_form"] = WantedForm(None, **facts)
        if wanted.occasion is not None:
            context["seats_free"], context["seats_kept"] = seats_line(wanted.occasion, it)
    if text:
        context["found"] = find_wanted(it, text)
    return context | more


def _show(
    request: HttpRequest,
    it: Call,
    *,
    shown: Screen | None = None,
    opened: Any = ("", ""),
    wanted: Wanted | None = None,
    http: int = 200,
    **more: Any,
) -> HttpResponse:
    """The whole screen; for htmx only what changes."""
    shown = shown or screen(it)
    open_form: dict[str, Any] = {}
    if isinstance(opened[0], Entry):
        open_form = {"open_at": opened[0].anchor, "open_do": opened[1], "open_form": opened[2]}
    elif opened[0] and (entry := _entry_of(shown, *opened)) is not None:
        form = DEEDS[opened[0]].form
        if form is not None:
            made = form(it, entry, None)
            open_form = {"open_at": entry.anchor, "open_do": opened[0], "open_form": made}
    context = {
        "screen": shown,
        "channels": channel_choices(),
        **_noted(request, it),
        **_wanting(request, it, wanted),
        **open_form,
        **more,
    }
    part = "console/_caller.html" if getattr(request, "htmx", False) else "console/caller.html"
    return render(request, part, context, status=http)
