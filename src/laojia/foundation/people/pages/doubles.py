"""One person, held twice: the list of likely ones, both side by side, proposed by one and confirmed by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.people import actions, queries
from laojia.foundation.people.models import Merging, Person
from laojia.foundation.people.pages import actor_of
from laojia.foundation.people.rules import UNDONE_WITHIN, like_name
from laojia.kernel import clock
from laojia.kernel.codes import mask_id_number
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, Refused
from laojia.kernel.paging import page
from laojia.policy.permissions import PERMISSIONS

REASONS = {
    "phone": gettext_lazy("the same number and a like name"),
    "id_number": gettext_lazy("the same ID number"),
    "name_village_year": gettext_lazy("the same name, village and year of birth"),
    "by_hand": gettext_lazy("found by a colleague"),
}
FACTS = {
    "name": gettext_lazy("Full name"),
    "phone": gettext_lazy("Mobile number"),
    "phone_hash": gettext_lazy("Mobile number"),
    "area_id": gettext_lazy("Village or community"),
    "address": gettext_lazy("Lane and door"),
    "birth_year": gettext_lazy("Year of birth"),
    "guardian": gettext_lazy("Guardian"),
    "contact_phone": gettext_lazy("Whom to call when nobody opens"),
    "volunteer_number": gettext_lazy("Volunteer number"),
    "own_work": gettext_lazy("Own work"),
    "id_number": gettext_lazy("ID number"),
}


def _enter(request: HttpRequest) -> None:
    if not actor_of(request).roles & set(PERMISSIONS["person.propose_merge"]):
        raise OutOfScope("not_here")


@require_safe
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Who may be in the book twice, what waits for a second person, what was joined lately."""
    _enter(request)
    actor, now = actor_of(request), clock.now()
    found = page(queries.likenesses(actor), order=("-id",), after=request.GET.get("after", ""), size=50)
    waiting, joined = queries.mergings(actor, now)
    context = {
        "pairs": [{"row": pair, "reasons": _words(pair.reasons)} for pair in found.rows],
        "next": found.next_cursor,
        "waiting": [
            {"row": one, "reasons": _words(one.reasons), "mine": one.proposed_by_id == actor.person_id}
            for one in waiting
        ],
        "joined": [{"row": one, "until": one.merged_at + UNDONE_WITHIN} for one in joined if one.merged_at],
    }
    return render(request, "people/doubles.html", context)


@require_safe
@never_cache
def pair(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """Both side by side, what each holds, what would become of it."""
    _enter(request)
    return _show_pair(request, one, other)


@require_POST
@never_cache
def propose(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """They are one person; this row stays."""
    _enter(request)
    kept = row_id(request.POST.get("kept", ""))
    if kept not in {one, other}:
        unsaid = BadInput("kept", _("Say which entry stays."))
        return _show_pair(request, one, other, refused=unsaid, status=unsaid.http)
    gone = other if kept == one else one
    reasons = [word for word in request.POST.getlist("reasons") if word in REASONS] or ["by_hand"]
    try:
        merging = actions.propose_merge(
            actor=actor_of(request), now=clock.now(), gone_id=gone, kept_id=kept, reasons=reasons
        )
    except Conflict as refused:
        return _show_pair(request, one, other, refused=refused, status=refused.http)
    messages.success(request, _("Proposed. A second person looks at it now; until then nothing changes."))
    return redirect("people:merging", pk=merging.pk)


@require_POST
@never_cache
def apart(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """They are two people and are not proposed again."""
    _enter(request)
    actions.keep_apart(actor=actor_of(request), now=clock.now(), one_id=one, other_id=other)
    messages.success(request, _("Noted: two people. They are not proposed again."))
    return redirect("people:doubles")


@require_safe
@never_cache
def same(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody found by hand: search for the other row of this person."""
    _enter(request)
    actor, text = actor_of(request), request.GET.get("q", "")
    person = queries.person_seen(actor, pk)
    found = queries.people_seen(actor, text, beyond=(person.pk,))
    return render(request, "people/same.html", {"person": person, "q": text, "people": found})


@require_safe
@never_cache
def merging(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal with what would become of it, or what was joined and can be undone."""
    _enter(request)
    return _show_merging(request, pk)


@require_POST
@never_cache
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person agrees."""
    _enter(request)
    try:
        done = actions.confirm_merge(actor=actor_of(request), now=clock.now(), merging_id=pk)
    except Conflict as refused:
        return _show_merging(request, pk, refused=refused, status=refused.http)
    messages.success(request, _("Joined. Within thirty days it can be undone here."))
    return redirect("people:merging", pk=done.pk)


@require_POST
@never_cache
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Separate the two again."""
    _enter(request)
    done, left = actions.undo_merge(actor=actor_of(request), now=clock.now(), merging_id=pk)
    messages.success(request, _("Separated again: everything that was moved is back where it was."))
    if left:
        messages.warning(
            request, _("%(count)s rows have changed hands since and stay where they are.") % {"count": left}
        )
    return redirect("people:merging", pk=done.pk)


def _words(codes: Any) -> list[object]:
    return [REASONS[code] for code in codes if code in REASONS]


def _show_pair(
    request: HttpRequest, one: int, other: int, *, status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    actor = actor_of(request)
    left, right = queries.person_seen(actor, one), queries.person_seen(actor, other)
    if left.pk == right.pk:  # one of the two was joined to the other meanwhile
        return redirect("people:one", pk=left.pk)
    likeness = queries.likenesses(actor).filter(low_id=min(one, other), high_id=max(one, other)).first()
    codes = likeness.reasons if likeness is not None else []
    context = {
        "left": left,
        "right": right,
        "codes": codes,
        "reasons": _words(codes),
        "facts": _facts(left, right),
        "preview": queries.preview(actor, left, right),
        "refused": refused,
    }
    return render(request, "people/pair.html", context, status=status)


def _show_merging(
    request: HttpRequest, pk: int, *, status: int = 200, refused: Conflict | None = None
) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    row: Merging | None = queries.merging_seen(actor, pk)
    if row is None:
        raise OutOfScope("not_here", _("We do not find that here."), _("Open the list again."))
    waiting = row.state == "proposed"
    preview = queries.preview(actor, row.gone, row.kept) if waiting else None
    until = row.merged_at + UNDONE_WITHIN if row.merged_at is not None else None
    context = {
        "row": row,
        "reasons": _words(row.reasons),
        "mine": row.proposed_by_id == actor.person_id,
        "facts": _facts(row.gone, row.kept),
        "preview": preview,
        "filled": [FACTS[name] for name in (preview.filled if preview else row.filled)],
        "moved": sum(len(ids) for ids in row.moved.values()),
        "aside": len(row.aside),
        "since": queries.done_since(row) if row.state == "merged" else 0,
        "until": until,
        "may_undo": row.state == "merged" and until is not None and now <= until,
        "refused": refused,
    }
    return render(request, "people/merging.html", context, status=status)


def _facts(left: Person, right: Person) -> list[dict[str, Any]]:
    """Masked facts side by side, and whether they agree: nobody has to be shown in full to compare them."""
    rows = [
        ("name", left.name, right.name, like_name(left.name, right.name)),
        ("phone", left.phone, right.phone, None),
        ("area_id", left.area, right.area, None),
        ("birth_year", left.birth_year, right.birth_year, None),
        ("volunteer_number", left.volunteer_number, right.volunteer_number, None),
        ("id_number", mask_id_number(left.id_number), mask_id_number(right.id_number), None),
    ]
    return [
        {
            "fact": fact,
            "word": FACTS[fact],
            "one": one,
            "other": other,
            "state": "blank"
            if not (one and other)
            else "same"
            if one == other
            else "like"
            if like
            else "different",
        }
        for fact, one, other, like in rows
        if one or other
    ]
