"""My data: see, correct, agree or not, take along, erase."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.people import actions, queries
from laojia.foundation.people.forms import PersonForm
from laojia.foundation.people.models import Consent, Person
from laojia.foundation.people.pages import actor_of, initial_of, tried
from laojia.kernel import clock

PURPOSES = {
    "keep_my_data": _lazy("Keep my data so that I need not tell them again"),
    "order_for_me": _lazy("The station or the grid worker may order for me"),
    "show_my_name": _lazy("Residents I visit may see my full name"),
    "show_my_words": _lazy("The team may read what I write about a visit"),
    "volunteer_register": _lazy("Pass my record on to the national volunteer register"),
}


# Shown words of tables and columns on the sheet; a name without one is shown as it is and found by a test.
TABLES = {
    "people.Person": _lazy("You"),
    "people.NamePiece": _lazy("Parts of your name, to find you by"),
    "people.Likeness": _lazy("Entries that may be you as well"),
    "people.Merging": _lazy("Entries joined with yours"),
    "people.Account": _lazy("Signing in"),
    "people.Claim": _lazy("Which phone acts for you"),
    "people.Post": _lazy("Posts"),
    "people.Certificate": _lazy("Certificates"),
    "people.Insurance": _lazy("Insurance"),
    "people.Consent": _lazy("What you have agreed to"),
    "outbox.Message": _lazy("Messages to you"),
    "outbox.InboxEntry": _lazy("Messages to you (demonstration)"),
    "order.Order": _lazy("What you asked for"),
    "order.StandingHelp": _lazy("Standing help"),
    "order.Attendance": _lazy("Visits"),
    "serve.RosterLine": _lazy("Where you helped"),
    "serve.LawRecord": _lazy("Records you answered for"),
    "review.Review": _lazy("What you said about visits"),
    "review.Complaint": _lazy("Complaints"),
    "review.Incident": _lazy("Incidents you reported"),
}
COLUMNS = {
    "name": _lazy("Full name"),
    "piece": _lazy("Part of the name"),
    "reasons": _lazy("In what they are alike"),
    "phone": _lazy("Mobile number"),
    "area": _lazy("Village or community"),
    "area_path": _lazy("Place in the tree of areas"),
    "address": _lazy("Lane and door"),
    "contact_name": _lazy("Whom to call when nobody opens"),
    "contact_phone": _lazy("Number to call"),
    "birth_year": _lazy("Year of birth"),
    "volunteer_number": _lazy("Volunteer number"),
    "id_number": _lazy("ID number"),
    "own_work": _lazy("Own work"),
    "username": _lazy("Sign-in name"),
    "account": _lazy("Account"),
    "role": _lazy("Post"),
    "kind": _lazy("What for"),
    "number": _lazy("Number"),
    "valid_to": _lazy("Until (without this day)"),
    "purpose": _lazy("Purpose"),
    "to_phone": _lazy("Sent to"),
    "shown_to": _lazy("Sent to"),
    "text": _lazy("Text"),
    "place": _lazy("Place"),
    "lon": _lazy("Longitude"),
    "lat": _lazy("Latitude"),
    "alone": _lazy("Lives alone"),
    "words": _lazy("In your words"),
    "answers": _lazy("Your answers"),
    "door_word": _lazy("Words at the door"),
    "not_home_note": _lazy("Note when nobody opened"),
    "minutes": _lazy("Minutes"),
    "answer": _lazy("Answer"),
}
KEPT = {
    "while_needed": _lazy("kept until you ask us to erase it"),
    "order_year": _lazy("kept for one year after it is closed"),
    "record_ten_years": _lazy("kept for ten years, as the law asks"),
    "message_half_year": _lazy("kept for half a year"),
    "shared_three_years": _lazy("kept for three years, as the law asks"),
}


def _worded(table: dict[str, Any]) -> dict[str, Any]:
    """A table of the export in the words of people."""
    return {
        "word": TABLES.get(table["table"], table["table"]),
        "held": [{"word": _(one["purpose"]), "kept": KEPT[one["keep"]]} for one in table["held"]],
        "rows": [
            {str(COLUMNS.get(name, name)): _plain(value) for name, value in row.items() if name != "id"}
            for row in table["rows"]
        ],
    }


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {answer}" for name, answer in value.items())
    return "" if value is None else str(value)


def _myself(request: HttpRequest) -> Person | None:
    actor = actor_of(request)
    return queries.person_seen(actor, actor.person_id) if actor.person_id is not None else None


def _away(request: HttpRequest) -> HttpResponse:
    """Nobody yet: sign in, or say who you are; of who is new here nothing is kept."""
    if request.session.get(queries.NEWCOMER):
        return redirect("/mine/")
    if request.user.is_authenticated:
        return redirect(f"/accounts/who/?next={request.path}")
    return redirect(f"{settings.LOGIN_URL}?next={request.path}")


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """Everything in one page, with a form to correct it."""
    me = _myself(request)
    return _show(request, me) if me is not None else _away(request)


@require_POST
@never_cache
def correct(request: HttpRequest) -> HttpResponse:
    """Save what was corrected."""
    me = _myself(request)
    if me is None:
        return _away(request)
    form = PersonForm(request.POST)

    def save(entry: dict[str, Any]) -> None:
        actions.correct_person(actor=actor_of(request), now=clock.now(), person_id=me.pk, changes=entry)

    if tried(form, save):
        messages.success(request, _("Saved. What is on its way already is not changed by it."))
        return redirect("people:me")
    return _show(request, me, form)


@require_POST
@never_cache
def consent(request: HttpRequest) -> HttpResponse:
    """Agree, or take it back."""
    me = _myself(request)
    if me is None:
        return _away(request)
    actions.consent(
        actor=actor_of(request),
        now=clock.now(),
        person_id=me.pk,
        purpose=request.POST.get("purpose", ""),
        given=request.POST.get("given") == "yes",
    )
    messages.success(request, _("Noted. It counts from now on."))
    return redirect("people:me")


@require_POST
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """Everything held, as a file for a computer."""
    me = _myself(request)
    if me is None:
        return _away(request)
    data = actions.export_person(actor=actor_of(request), now=clock.now(), person_id=me.pk)
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_POST
@never_cache
def sheet(request: HttpRequest) -> HttpResponse:
    """Everything held, as a sheet to print."""
    me = _myself(request)
    if me is None:
        return _away(request)
    data = actions.export_person(actor=actor_of(request), now=clock.now(), person_id=me.pk)
    return render(request, "people/sheet.html", {"tables": [_worded(table) for table in data["tables"]]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def erase(request: HttpRequest) -> HttpResponse:
    """Asked twice, then done."""
    me = _myself(request)
    if me is None:
        return _away(request)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        actions.erase_person(actor=actor_of(request), now=clock.now(), person_id=me.pk)
        logout(request)
        return render(request, "people/erased.html")
    return render(request, "people/erase.html", {"me": me})


def _show(request: HttpRequest, me: Person, form: PersonForm | None = None) -> HttpResponse:
    said = queries.consents_of(me.pk)
    account: Any = request.user
    context = {
        "me": me,
        "form": form or PersonForm(initial=initial_of(me)),
        "consents": [
            {"purpose": purpose, "word": PURPOSES[purpose], "said": said.get(purpose)}
            for purpose in Consent.PURPOSES
        ],
        "family": queries.claimed_people(account) if account.is_authenticated else [],
    }
    return render(request, "people/me.html", context, status=422 if form is not None else 200)
