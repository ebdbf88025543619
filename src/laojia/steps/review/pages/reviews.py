"""「说说怎么样」 by link or signed in, and the desk writing it down for somebody on the telephone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.journal.actions import require
from laojia.foundation.people.queries import actor_by_link, speaking_for
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.kernel.links import read_link
from laojia.kernel.paging import page
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import DESK_ROLES, SPEAKER_ROLES, Channel
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review import actions, queries
from laojia.steps.review.forms import ReviewForm, SpokenForm


@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the message: no sign-in needed."""
    link = read_link(token)
    row = _attendance(link[1]) if link and link[0] == "attendance" else None
    if row is None:
        raise _not_here()
    today = clock.local_date(clock.now())
    actor = None
    for person_id in (row.person_id, row.asker_id):
        actor = actor or actor_by_link(token, on=today, purpose="review", person_id=person_id)
    if actor is None:
        raise _not_here()
    return _show(request, row, actor, spoken=None)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Signed in: my own visit, or the desk for the person on the telephone."""
    row = _attendance(pk)
    if row is None:
        raise _not_here()
    actor = actor_of(request)
    require(actor, "attendance.see", subject_of(row))
    if not actor.has(*SPEAKER_ROLES):
        require(actor, "review.give", subject_of(row))  # the team that came does not say how it was
    if actor.person_id in (row.person_id, row.asker_id) or not actor.has(*SPEAKER_ROLES):
        return _show(request, row, actor, spoken=None)
    return _show(request, row, actor, spoken=SpokenForm(request.POST or None))


def _show(request: HttpRequest, row: Attendance, actor: Actor, spoken: SpokenForm | None) -> HttpResponse:
    form = ReviewForm(request.POST or None)
    ready = request.method == "POST" and form.is_valid() and (spoken is None or spoken.is_valid())
    if ready:
        if spoken is not None:
            channel = Channel(spoken.cleaned_data["channel"])
            person_id = row.person_id or row.asker_id
            if person_id is None:
                raise _not_here()
            actor = speaking_for(actor, person_id, clock.local_date(clock.now()), channel=channel)
        return _save(request, row, actor, form)
    context = {
        "visit": row,
        "order": row.order,
        "form": form,
        "spoken": spoken,
        "already": hasattr(row, "review"),
        "ask_came": row.state == "expected",
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "review/give.html", context, status=code)


def _save(request: HttpRequest, row: Attendance, actor: Actor, form: ReviewForm) -> HttpResponse:
    entry = form.cleaned_data
    review = actions.give(
        attendance=row,
        solved=entry["solved"],
        satisfaction=entry["satisfaction"],
        words=entry["words"],
        share_words=entry["share_words"],
        they_came=entry["they_came"] != "no",
        wants_again=entry["again"] in ("same", "another"),
        another_team=entry["again"] == "another",
        actor=actor,
        now=clock.now(),
    )
    row.order.refresh_from_db()
    return render(request, "review/thanks.html", {"review": review, "order": row.order})


@require_safe
def team_words(request: HttpRequest) -> HttpResponse:
    """What people said and let the team read."""
    actor = actor_of(request)
    if not actor.roles & PERMISSIONS["review.see_shared"].keys():
        raise OutOfScope(
            "no_team",
            _("This page is for those who lead a team."),
            _("What you said yourself stands with your orders."),
        )
    found = page(
        queries.words_for_team(actor), order=("-at", "-id"), after=request.GET.get("after") or None, size=30
    )
    return render(request, "review/team_words.html", {"page": found})


@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    """回访: whom to call because nothing was heard."""
    actor = _at_desk(request)
    rows = queries.to_call(actor, clock.now())
    found = page(rows, order=("served_at", "id"), after=request.GET.get("after") or None)
    return render(request, "review/follow_ups.html", {"page": found})


@require_POST
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the call; when the person answered, go on to write the review down."""
    actor = _at_desk(request)
    order = Order.objects.filter(pk=pk).first()
    if order is None:
        raise _not_here()
    require(actor, "order.see", subject_of(order))
    result = request.POST.get("result", "")
    missed = order.holder_why in ("visit_missed", "visits_missed")
    actions.follow_up(order=order, result=result, actor=actor, now=clock.now())
    if missed:
        messages.success(request, _("Noted."))
        return redirect("serve:station")
    visit = queries.last_attendance(order)
    if result == "answered" and visit is not None:
        return redirect("review:give", pk=visit.pk)
    messages.success(request, _("Noted."))
    return redirect("review:follow_ups")


def _attendance(pk: int) -> Attendance | None:
    return (
        Attendance.objects.select_related("order__item_version", "order__person", "occasion__team", "review")
        .filter(pk=pk)
        .exclude(state="released")
        .first()
    )


def _at_desk(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(*DESK_ROLES):
        raise OutOfScope(
            "no_desk",
            _("This is the stations' desk."),
            _("Sign in with your station's account and second factor."),
        )
    return actor


def _not_here() -> OutOfScope:
    return OutOfScope(
        "link_unknown",
        _("This link does not open anything any more."),
        _("Look the order up by its number, or call the practice centre."),
    )
