"""Who is calling: one field, and entering somebody nobody knows yet in the same screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from laojia.channels.console.forms.calling import NewCallerForm
from laojia.channels.console.pages.shared import actor_of, address, moment
from laojia.channels.console.pages.spoken import channel_of, how_of, order_key, put
from laojia.foundation.people import actions as people_actions
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import people_seen, speaking_for
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor
from laojia.policy.roles import Channel


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """One field on top: part of a name, the end of the number, the village. Not found: entered right here."""
    actor = actor_of(request)
    text = request.GET.get("q", "").strip()[:60]
    found = people_seen(actor, text) if text else []
    if request.method == "POST":
        return _add(request, actor)
    if len(found) == 1 and request.GET.get("go"):
        return redirect(address("console:caller", found[0].pk, **how_of(request)))
    form = NewCallerForm(initial=_guessed(text))
    context = {"text": text, "people": found, "form": form, "how": how_of(request)}
    if getattr(request, "htmx", False):
        return render(request, "console/_found.html", context)
    return render(request, "console/call.html", context)


def _guessed(text: str) -> dict[str, str]:
    """What was typed goes where it belongs, so that nothing is typed twice."""
    if text.isdigit():
        return {"phone": text} if len(text) > 4 else {}
    parts = text.split()
    return {"name": parts[-1], "area": parts[0]} if len(parts) > 1 else {"name": text}


def _add(request: HttpRequest, actor: Actor) -> HttpResponse:
    form, now = NewCallerForm(request.POST), moment()
    if form.is_valid():
        given = form.cleaned_data
        try:
            person = _enter(given, actor, channel_of(request), now, order_key(request))
        except (BadInput, Conflict) as refused:
            put(form, refused)
        else:
            more = {"alone": "1"} if given["alone"] else {}
            return redirect(address("console:caller", person.pk, **how_of(request), **more))
    context = {"text": form.data.get("name", ""), "people": [], "form": form, "how": how_of(request)}
    return render(request, "console/call.html", context, status=422)


def _enter(given: dict[str, Any], actor: Actor, channel: Channel, now: datetime, key: Any) -> Person:
    """The person with what the call needs, and the spoken word that we may keep it."""
    person = people_actions.add_person(
        actor=replace(actor, channel=channel), now=now, name=given["name"], phone=given["phone"], area=given["area"],
        address=given["address"], reads_messages=not given["needs_call"], key=key,
    )  # fmt: skip
    voice = speaking_for(actor, person.pk, local_date(now), channel=channel)
    people_actions.consent(
        actor=voice, now=now, person_id=person.pk, purpose="keep_my_data", given=True, spoken=True
    )
    return person
