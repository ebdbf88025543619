"""The station's day: whom to call, doors nobody opened, two voices that differ, records due, the walk-in tally."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.journal.actions import require
from laojia.foundation.outbox import actions as outbox
from laojia.foundation.outbox import queries as messages_kept
from laojia.foundation.people.models import Person
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.roles import DESK_ROLES
from laojia.steps.menu.models import Point
from laojia.steps.order import queries as orders
from laojia.steps.order.models import Attendance
from laojia.steps.serve import actions, queries
from laojia.steps.serve.forms import SettleForm, TallyForm
from laojia.steps.serve.models import WalkInTally


@require_safe
def station(request: HttpRequest) -> HttpResponse:
    """What the station has to do today."""
    actor = _at_desk(request)
    form = TallyForm(places=_places(_points(actor)), initial={"day": clock.local_date(clock.now())})
    return _show(request, actor, form)


def _show(request: HttpRequest, actor: Actor, form: TallyForm, code: int = 200) -> HttpResponse:
    points = [p.pk for p in _points(actor)]
    tally_ = queries.tally_of(points, clock.local_date(clock.now()))
    context = {
        "calls": _calls(actor),
        "missed": orders.to_telephone(actor),
        "to_ask": len(orders.checks_to_telephone(actor)),
        "doors": list(queries.unanswered_doors(actor)[:20]),
        "disputed": list(queries.disputed(actor)[:20]),
        "records": list(queries.open_records(actor)[:20]),
        "form": form,
        "tally": tally_,
        "struck": {line.corrects_id for line in tally_},
    }
    return render(request, "serve/station.html", context, status=code)


@require_POST
def tally(request: HttpRequest) -> HttpResponse:
    """来访登记: one line."""
    actor = _at_desk(request)
    points = _points(actor)
    form = TallyForm(request.POST, places=_places(points))
    if not form.is_valid():
        return _show(request, actor, form, code=422)
    point_id, _sign, item_id = form.cleaned_data["place"].partition(":")
    point = next(p for p in points if p.pk == int(point_id))
    item = point.items.get(pk=int(item_id))
    actions.tally_walk_ins(
        point=point,
        item=item,
        heads=form.cleaned_data["heads"],
        day=form.cleaned_data["day"],
        actor=actor,
        now=clock.now(),
    )
    messages.success(request, _("Noted."))
    return redirect("serve:station")


@require_POST
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    """A wrong line of the tally is struck out by a further one; both stay."""
    actor = _at_desk(request)
    line = WalkInTally.objects.select_related("point", "item").filter(pk=pk, corrects=None).first()
    if line is None:
        raise OutOfScope("no_line", _("That line is not here."), _("Look at the list again."))
    actions.tally_walk_ins(
        point=line.point, item=line.item, heads=0, day=line.date, actor=actor, now=clock.now(), corrects=line
    )
    messages.success(request, _("Struck out. Enter the right number now."))
    return redirect("serve:station")


@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Two voices differ: after asking both, note what happened."""
    actor = _at_desk(request)
    row = (
        Attendance.objects.select_related("order__person", "order__item_version", "occasion__team")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise OutOfScope("no_visit", _("That visit is not here."), _("Look at the list again."))
    require(actor, "attendance.see", subject_of(row))
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.settle(attendance=row, actor=actor, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("Noted. Both words stay on the record."))
        return redirect("serve:station")
    return render(
        request, "serve/settle.html", {"visit": row, "form": form}, status=422 if form.errors else 200
    )


@require_POST
def called(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a call."""
    actor = _at_desk(request)
    outbox.called(
        message_id=pk, actor=actor, now=clock.now(), reached=request.POST.get("reached", "yes") == "yes"
    )
    return redirect("serve:station")


def _at_desk(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(*DESK_ROLES):
        raise OutOfScope(
            "no_desk",
            _("This is the stations' desk."),
            _("Sign in with your station's account and second factor."),
        )
    return actor


def _calls(actor: Actor) -> list[tuple[Any, Person | None]]:
    """Who has to be told by telephone, with the sentence to say."""
    rows = list(messages_kept.calls_due(actor, clock.now())[:50])
    people = Person.objects.in_bulk([row.to_person_id for row in rows if row.to_person_id])
    return [(row, people.get(row.to_person_id or 0)) for row in rows]


def _points(actor: Actor) -> list[Point]:
    prefixes = actor.prefixes(*DESK_ROLES)
    rows = Point.objects.filter(closed_on=None).prefetch_related("items__versions").order_by("name")
    return [p for p in rows if p.area_path.startswith(prefixes)]


def _places(points: list[Point]) -> list[tuple[str, str]]:
    """Point and item together, so that one choice is enough."""
    out = []
    for point in points:
        for item in point.items.all():
            names = [v.name for v in item.versions.all() if v.state in ("published", "paused")]
            out.append((f"{point.pk}:{item.pk}", f"{point.name} · {names[0] if names else item.code}"))
    return out
