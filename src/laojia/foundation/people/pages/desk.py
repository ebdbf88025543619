"""People at the station and the centre: found by name or number, masked, shown in full for a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.people import actions, queries
from laojia.foundation.people.forms import NumberForm, PersonForm, ReasonForm, RegisterForm
from laojia.foundation.people.pages import actor_of, initial_of, tried
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import subject_of
from laojia.policy.permissions import PERMISSIONS, may


def _enter(request: HttpRequest) -> None:
    """For those who see others than themselves."""
    if not actor_of(request).roles & (set(PERMISSIONS["person.see"]) - {"resident"}):
        raise OutOfScope("not_here")


def _joins(request: HttpRequest) -> bool:
    return bool(actor_of(request).roles & set(PERMISSIONS["person.propose_merge"]))


@require_safe
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Search by name or number in one's own area."""
    _enter(request)
    text = request.GET.get("q", "")
    found = queries.people_seen(actor_of(request), text)
    return render(request, "people/search.html", {"q": text, "people": found, "may_join": _joins(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Add a person of the area."""
    _enter(request)
    form = PersonForm(request.POST if request.method == "POST" else None)
    made: list[Any] = []
    if request.method == "POST" and form.is_valid() and "new" not in request.POST:
        entry = form.cleaned_data
        alike = queries.looks_like(
            actor_of(request), name=entry["name"], phone=entry["phone"], birth_year=entry["birth_year"],
            area_id=entry["area"].pk if entry["area"] else None,
        )  # fmt: skip
        if alike:
            return render(request, "people/add.html", {"form": form, "alike": alike})
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


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """One volunteer's entry in the register: what is there already is told masked, what is typed is added."""
    _enter(request)
    actor = actor_of(request)
    person = queries.person_seen(actor, pk)
    entry = queries.register_entry(person, clock.local_date(clock.now()))
    if entry is None or not may(actor, "person.correct", subject_of(person)):
        raise OutOfScope("not_here")
    form = RegisterForm(request.POST if request.method == "POST" else None)

    def save(given: dict[str, Any]) -> None:
        actions.enter_register(actor=actor, now=clock.now(), person=person, **given)

    if request.method == "POST" and tried(form, save):
        messages.success(request, _("Saved in the register."))
        return redirect("people:one", pk=person.pk)
    context = {"person": person, "entry": entry, "form": form}
    return render(request, "people/register.html", context, status=422 if form.errors else 200)


def _correcting(request: HttpRequest, pk: int, reason: ReasonForm) -> PersonForm | None:
    """The form with what is held: only after saying that one looks in order to correct."""
    if reason.cleaned_data["reason"] != "correct_entry":
        return None
    return PersonForm(initial=initial_of(queries.person_seen(actor_of(request), pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unclaim(request: HttpRequest, pk: int) -> HttpResponse:
    """Which phones act for this person and what they did; a wrong one is undone."""
    _enter(request)
    if request.method == "POST":
        actions.unclaim_person(actor=actor_of(request), now=clock.now(), person_id=pk)
        messages.success(request, _("Undone: that phone does not act for this person any more."))
        return redirect("people:one", pk=pk)
    return _show_claims(request, pk)


@require_POST
@never_cache
def untie(request: HttpRequest, pk: int) -> HttpResponse:
    """The number was given out anew: it leaves this person."""
    _enter(request)
    actions.untie_number(actor=actor_of(request), now=clock.now(), person_id=pk)
    messages.success(request, _("The number is no longer this person's. Ask for the new one when you talk."))
    return redirect("people:one", pk=pk)


@require_POST
@never_cache
def claim_here(request: HttpRequest, pk: int) -> HttpResponse:
    """The person stands at the station with his phone."""
    _enter(request)
    form = NumberForm(request.POST)

    def claim(entry: dict[str, Any]) -> None:
        actions.claim_at_station(actor=actor_of(request), now=clock.now(), person_id=pk, phone=entry["phone"])

    if tried(form, claim):
        messages.success(request, _("Noted. With the code sent to this number he is signed in as himself."))
        return redirect("people:unclaim", pk=pk)
    return _show_claims(request, pk, form=form, status=422)


PROOFS = {
    "name": gettext_lazy("claimed with the name"),
    "village": gettext_lazy("claimed with the village"),
    "first_order": gettext_lazy("claimed with an order"),
    "station": gettext_lazy("set up at the station"),
    "post": gettext_lazy("opened for a post"),
}


def _show_claims(
    request: HttpRequest, pk: int, *, form: NumberForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    person = queries.person_seen(actor, pk)
    subject = subject_of(person)
    if not may(actor, "person.unclaim", subject):
        raise OutOfScope("not_here")
    claims = queries.claims_of(actor, person.pk)
    context = {
        "person": person,
        "claims": [
            {"account": one.account, "at": one.at, "done": one.done, "proof_word": PROOFS[one.proof]}
            for one in claims
        ],
        "may_unclaim": True,
        "may_untie": may(actor, "person.untie", subject),
        "may_claim": may(actor, "person.claim", subject),
        "claim_form": form or (None if claims else NumberForm()),
    }
    return render(request, "people/unclaim.html", context, status=status)


def _show(request: HttpRequest, pk: int, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    person = queries.person_seen(actor, pk)
    if person.pk != pk:
        return redirect("people:one", pk=person.pk)
    subject = subject_of(person)
    context = {
        "person": person,
        "may_join": may(actor, "person.propose_merge", subject),
        "may_unclaim": may(actor, "person.unclaim", subject),
        "may_reveal": may(actor, "person.reveal", subject),
        "entry": may(actor, "person.correct", subject)
        and queries.register_entry(person, clock.local_date(clock.now())),
        "claimed": may(actor, "person.unclaim", subject) and queries.has_account(person.pk),
        **more,
    }
    return render(request, "people/one.html", context, status=status)
