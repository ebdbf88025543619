"""Snow, an emergency: postpone or call off by area × day × kind, and let the work rest there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from laojia.foundation.area.models import Area
from laojia.kernel import clock
from laojia.kernel.errors import Refused
from laojia.policy.facts import Actor
from laojia.steps.menu import actions, queries
from laojia.steps.menu.forms.occasions import ManyForm, put_refusal
from laojia.steps.menu.models import Occasion, Standstill
from laojia.steps.menu.pages.occasions import at_desk

_EVERY_DAY = ["visit", "appointment", "seats", "whole_village", "volunteers", "standing"]


@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """Choose, look at what it will move, then do it."""
    actor = at_desk(request)
    today = clock.local_date(clock.now())
    sent = request.POST if request.method == "POST" else request.GET
    bound = "verb" in sent
    first = {
        "verb": "occasion.postpone", "day": today, "kinds": _EVERY_DAY, "rests": True, "key": uuid.uuid4(),
    }  # fmt: skip
    areas = queries.movable_areas(actor)
    form = ManyForm(sent, areas=areas) if bound else ManyForm(initial=first, areas=areas)
    preview: list[Occasion] | None = None
    if bound and form.is_valid():
        given = form.cleaned_data | {"last_day": form.cleaned_data["last_day"] or form.cleaned_data["day"]}
        area = Area.objects.get(pk=given["area"])
        if request.method == "POST":
            try:
                return _done(request, actor, area, given)
            except Refused as refused:
                put_refusal(form, refused)
        preview = queries.preview_many(
            actor,
            given["verb"],
            area=area,
            first=given["day"],
            last=given["last_day"],
            kinds=given["kinds"],
            now=clock.now(),
        )
    context = {
        "form": form,
        "preview": preview,
        "heads": sum(row.taken for row in preview or ()),
        "rests": bound and form.is_valid() and form.cleaned_data["rests"],
        "verb": form.cleaned_data.get("verb", "") if bound and form.is_valid() else "",
        "standing": queries.standstills(actor, today),
    }
    return render(request, "menu/many.html", context, status=422 if bound and form.errors else 200)


def _done(request: HttpRequest, actor: Actor, area: Area, given: dict[str, Any]) -> HttpResponse:
    words = {
        "verb": given["verb"], "area": area, "first_day": given["day"], "last_day": given["last_day"],
        "kinds": given["kinds"], "reason": given["reason"], "words": given["words"], "actor": actor,
        "to_date": given["to_date"] if given["verb"] == "occasion.postpone" else None, "now": clock.now(),
    }  # fmt: skip
    if given["rests"]:
        _row, moved = actions.declare_standstill(**words, key=given["key"])
        messages.success(request, _("Work rests there. Clocks stand still; nobody is late because of it."))
    else:
        moved = actions.move_days(**words)
    count = len(moved.done)
    messages.success(
        request, ngettext("%(count)s occasion moved.", "%(count)s occasions moved.", count) % {"count": count}
    )
    if moved.left:
        left = len(moved.left)
        messages.warning(
            request,
            ngettext(
                "%(count)s was changed by somebody else; look at it.",
                "%(count)s were changed by somebody else; look at them.",
                left,
            )
            % {"count": left},
        )
    return redirect("menu:many" if given["rests"] else "menu:occasions")


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """It has cleared up before the last day."""
    actor = at_desk(request)
    row = get_object_or_404(Standstill, pk=pk)
    actions.lift(standstill=row, actor=actor, now=clock.now())
    messages.success(request, _("Work goes on there. The teams are asked for new times."))
    return redirect("menu:many")
