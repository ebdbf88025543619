"""People at the station and the centre: found by name or number, masked, shown in full for a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.people import actions, queries
from laojia.foundation.people.forms import PersonForm, ReasonForm
from laojia.foundation.people.pages import actor_of, initial_of, tried
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import subject_of
from laojia.policy.permissions import PERMISSIONS, may


def _enter(request: HttpRequest) -> None:
    """For those who see others than themselves."""
    if not actor_of(request).roles & (set(PERMISSIONS["person.see"]) - {"resident"}):
        raise OutOfScope("not_here")


@require_safe
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Search by name or number in one's own area."""
    _enter(request)
    text = request.GET.get("q", "")
    found = queries.people_seen(actor_of(request), text)
    return render(request, "people/search.html", {"q": text, "people": found})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Add a person of the area."""
    _enter(request)
    form = PersonForm(request.POST if request.method == "POST" else None)
    made: list[Any] = []
    if request.method == "POST" and tried(
        form,
        lambda entry: made.append(actions.add_person(actor=actor_of(request), now=clock.now(), **entry)),
    ):
        return redirect("people:one", pk=made[0].pk)
    return render(request, "people/add.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, masked."""
    _enter(request)
    return _show(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Why, then once in full."""
    _enter(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    shown: list[Any] = []

    def look(entry: dict[str, Any]) -> None:
        shown.append(
            actions.reveal_person(
                actor=actor_of(request), now=clock.now(), person_id=pk, reason=entry["reason"]
            )
        )

    if request.method == "POST" and tried(form, look):
        return _show(request, pk, full=shown[0], correct_form=_correcting(request, pk, form))
    return _show(request, pk, reason_form=form, status=422 if form.errors else 200)


@require_POST
@never_cache
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what the person told the station."""
    _enter(request)
    form = PersonForm(request.POST)

    def save(entry: dict[str, Any]) -> None:
        actions.correct_person(actor=actor_of(request), now=clock.now(), person_id=pk, changes=entry)

    if tried(form, save):
        messages.success(request, _("Saved. What is on its way already is not changed by it."))
        return redirect("people:one", pk=pk)
    return _show(request, pk, correct_form=form, status=422)


def _correcting(request: HttpRequest, pk: int, reason: ReasonForm) -> PersonForm | None:
    """The form with what is held: only after saying that one looks in order to correct."""
    if reason.cleaned_data["reason"] != "correct_entry":
        return None
    return PersonForm(initial=initial_of(queries.person_seen(actor_of(request), pk)))


@require_POST
@never_cache
def unclaim(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else's phone had claimed this person."""
    actions.unclaim_person(actor=actor_of(request), now=clock.now(), person_id=pk)
    messages.success(request, _("Undone: that phone does not act for this person any more."))
    return redirect("people:one", pk=pk)


def _show(request: HttpRequest, pk: int, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    person = queries.person_seen(actor, pk)
    subject = subject_of(person)
    context = {
        "person": person,
        "may_reveal": may(actor, "person.reveal", subject),
        "claimed": may(actor, "person.unclaim", subject) and queries.has_account(person.pk),
        **more,
    }
    return render(request, "people/one.html", context, status=status)
