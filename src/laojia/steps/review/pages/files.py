"""Complaints and incidents: the public form, one's own file, and the holder's desk."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from laojia.foundation.journal.actions import require
from laojia.foundation.limits import actions as limits
from laojia.foundation.people.models import Person
from laojia.kernel import clock, links
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, OutOfScope, TooMany, put_on
from laojia.policy.facts import VISITOR, Actor, actor_of, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import DESK_ROLES, Role
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Order
from laojia.steps.review import actions, queries
from laojia.steps.review.forms import AnswerForm, ComplaintForm, EndingForm, IncidentForm
from laojia.steps.review.models import Complaint, Incident

_AN_HOUR = 20  # complaints from one address
R = TypeVar("R", Order, Occasion)


@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """Anybody may complain; no name, no sign-in."""
    actor = actor_of(request)
    number = request.GET.get("number", "")
    form = ComplaintForm(request.POST or None, initial={"number": number}, known=actor.person_id is not None)
    if request.method == "POST" and form.is_valid():
        entry = form.cleaned_data
        _limit(request)
        order, words = _about(actor, entry["number"], entry["words"])
        try:
            complaint_ = actions.file_complaint(
                key=_key(request),
                kind=entry["kind"],
                words=words,
                order=order,
                person=Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None,
                anonymous=entry["anonymous"],
                phone=entry["phone"],
                actor=actor if actor.person_id else VISITOR,
                now=clock.now(),
            )
        except BadInput as refused:
            put_on(form, refused)
        else:
            token = links.make_link("complaint", complaint_.pk, "complaint")
            return redirect("review:my_complaint", token=token)
    return render(request, "review/complain.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def my_complaint(request: HttpRequest, token: str) -> HttpResponse:
    """Where one's complaint stands: by its link only."""
    link = links.read_link(token)
    row = (
        Complaint.objects.filter(pk=link[1]).first()
        if link and link[::2] == ("complaint", "complaint")
        else None
    )
    holder = links.link_holder(token)
    if row is None or (holder is not None and holder != row.person_id):
        raise _not_here()
    here = request.build_absolute_uri(request.path)
    return render(request, "review/my_complaint.html", {"complaint": row, "here": here})


@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """The holder's files."""
    actor = _holder(request)
    closed = request.GET.get("closed") == "1"
    return render(
        request,
        "review/complaints.html",
        {"rows": list(queries.complaints(actor, closed=closed)[:100]), "closed": closed},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: call, answer, close."""
    actor = _holder(request)
    row = (
        Complaint.objects.select_related("order__item_version", "about_team", "person").filter(pk=pk).first()
    )
    if row is None:
        raise _not_here()
    require(actor, "complaint.see", subject_of(row))
    form = AnswerForm(request.POST if request.POST.get("do") == "answer" else None)
    if request.method == "POST":
        done = _complaint_verb(row, request.POST.get("do", ""), form, actor)
        if done:
            messages.success(request, _("Noted."))
            return redirect("review:complaint", pk=pk)
    context = {"complaint": row, "form": form, "stops": row.stops.select_related("team")}
    return render(request, "review/complaint.html", context, status=422 if form.errors else 200)


def _complaint_verb(row: Complaint, verb: str, form: AnswerForm, actor: Actor) -> bool:
    now = clock.now()
    if verb == "contact":
        actions.contact(complaint=row, actor=actor, now=now)
    elif verb == "close":
        actions.close_complaint(complaint=row, actor=actor, now=now)
    elif verb == "answer" and form.is_valid():
        actions.answer_complaint(complaint=row, actor=actor, now=now, **form.cleaned_data)
    else:
        return False
    return True


@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """Incident sheets in scope."""
    actor = _sees_incidents(request)
    closed = request.GET.get("closed") == "1"
    return render(
        request,
        "review/incidents.html",
        {"rows": list(queries.incidents(actor, closed=closed)[:100]), "closed": closed},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_incident(request: HttpRequest) -> HttpResponse:
    """Report from an order or an occasion one may see."""
    actor = actor_of(request)
    order = _seen(Order, request.GET.get("order", ""), actor, "order.see")
    occasion = _seen(Occasion, request.GET.get("occasion", ""), actor, "occasion.see")
    if order is None and occasion is None:
        raise _not_here()
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.report_incident(
                key=_key(request),
                order=order,
                occasion=occasion,
                actor=actor,
                now=clock.now(),
                **form.cleaned_data,
            )
        except BadInput as refused:
            put_on(form, refused)
        else:
            messages.success(request, _("The centre has it and calls you. Look after the people first."))
            return redirect("review:incident", pk=row.pk)
    context = {"form": form, "order": order, "occasion": occasion}
    return render(request, "review/new_incident.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet; closed with how it ended."""
    actor = actor_of(request)
    row = Incident.objects.select_related("order__item_version").filter(pk=pk).first()
    if row is None or not (
        may(actor, "incident.see", subject_of(row)) or may(actor, "incident.report", subject_of(row))
    ):
        raise _not_here()
    form = EndingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.close_incident(incident=row, actor=actor, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("Noted."))
        return redirect("review:incident", pk=pk)
    context = {"incident": row, "form": form, "may_close": may(actor, "incident.close", subject_of(row))}
    return render(request, "review/incident.html", context, status=422 if form.errors else 200)


def _seen(model: type[R], text: str, actor: Actor, verb: str) -> R | None:
    row = model._default_manager.filter(pk=row_id(text)).first()
    if row is not None:
        require(actor, verb, subject_of(row))
    return row


def _about(actor: Actor, number: str, words: str) -> tuple[Order | None, str]:
    """The order named, if this person may see it: a number alone opens nothing, it stands among the words then."""
    row = Order.objects.filter(number=number).select_related("team").first() if number else None
    if not number or (row is not None and row.sealed):
        return None, words  # a sealed case stands beside no complaint: its readers must not learn of it
    if row is not None and may(actor, "order.see", subject_of(row)):
        return row, words
    return None, f"{words}\n{_('Number named, not checked:')} {number}"


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _limit(request: HttpRequest) -> None:
    """Nobody needs to sign in to complain, so a flood is stopped by address; a village may share one."""
    address = request.META.get("REMOTE_ADDR", "")
    if limits.take("complaint", address, most=_AN_HOUR, within=timedelta(hours=1), now=clock.now()):
        raise TooMany(
            "complaints",
            _("Many complaints have come from here within this hour."),
            _("Try again in an hour, or call the centre; a complaint by telephone counts the same."),
        )


def _holder(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(Role.COMPLAINT_HOLDER):
        raise _not_here()
    return actor


def _sees_incidents(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(Role.COMPLAINT_HOLDER, *DESK_ROLES):
        raise _not_here()
    return actor


def _not_here() -> OutOfScope:
    return OutOfScope(
        "not_here",
        _("We do not find that here."),
        _("Check the number, or ask the practice centre by telephone."),
    )
