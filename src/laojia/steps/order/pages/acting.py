"""What one can do with an order: remind, change, answer, rest, cancel; each with one page that asks once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.journal.actions import check
from laojia.kernel import clock
from laojia.kernel.errors import BadInput
from laojia.shown import said_area
from laojia.steps.menu.rules.seats import SPOKEN_CHANNELS
from laojia.steps.order import actions, queries
from laojia.steps.order.forms import AnswerForm, CancelForm, ChangeForm, LaterForm
from laojia.steps.order.pages.common import put
from laojia.steps.order.pages.opening import Opened, opened

_PAGES = (
    ("order.answer", "answer", "talk", gettext_noop("Answer")),
    ("order.nudge", "nudge", "bell", gettext_noop("Remind them")),
    ("order.change", "change", "calendar", gettext_noop("Another time or place")),
    ("order.suspend", "later", "pause", gettext_noop("Not now, later")),
    ("order.resume", "resume", "clock", gettext_noop("Go on with it")),
    ("order.cancel", "cancel", "cross", gettext_noop("Not needed any more")),
)
_VERBS = tuple(page[0] for page in _PAGES)


class Button(NamedTuple):
    """One thing that is possible now, on a page below the order's own. `direct`: done by the button itself, nothing is asked."""

    path: str
    word: str
    sign: str
    direct: bool


def buttons(it: Opened) -> tuple[Button, ...]:
    """Only what is possible now, for the one who looks; colleagues work on their desks."""
    if it.actor.person_id not in (it.order.person_id, it.order.asker_id):
        return ()
    possible = it.verbs(_VERBS)
    if it.order.standing_id is not None:  # regular help rests and ends on its own page
        possible -= {"order.cancel", "order.suspend"}
    if it.order.state == "waitlisted":  # the occasion has its own time and place, and nobody to be reminded
        possible -= {"order.change", "order.nudge"}
    return tuple(
        Button(f"{path}/", _(word), sign, path in ("nudge", "resume"))
        for verb, path, sign, word in _PAGES
        if verb in possible
    )


@require_POST
def nudge(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """催一下."""
    it = opened(request, number, token)
    counted = actions.nudge(order=it.order, actor=it.actor, now=clock.now())
    if counted:
        messages.success(request, _("We have passed it on. You hear from us by the time that stands below."))
    else:
        messages.info(request, _("You reminded us already this half-day; it is not forgotten."))
    return redirect(it.home)


@require_POST
def resume(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """接着办."""
    it = opened(request, number, token)
    actions.resume(order=it.order, actor=it.actor, now=clock.now())
    messages.success(request, _("Good, we go on with it."))
    return redirect(it.home)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """不用了."""
    it = opened(request, number, token)
    check(it.order, "order.cancel", actor=it.actor)
    late = it.order.state == "arranged"
    text = (
        _("The team that has taken it on hears of it at once.")
        if late
        else _("Nobody is on the way yet, so it is simple.")
    )

    def act(form: Form) -> str:
        actions.cancel(order=it.order, reason=form.cleaned_data["reason"], actor=it.actor, now=clock.now())
        return _("Cancelled. If you need it again, order any time.")

    return _ask(
        request,
        it,
        CancelForm(request.POST or None),
        act,
        _("Not needed any more?"),
        text,
        _("Yes, cancel it"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """What we asked."""
    it = opened(request, number, token)
    check(it.order, "order.answer", actor=it.actor)

    def act(form: Form) -> str:
        actions.answer(order=it.order, words=form.cleaned_data["words"], actor=it.actor, now=clock.now())
        return _("Thank you, we go on with it.")

    form = AnswerForm(request.POST or None)
    return _ask(
        request, it, form, act, _("One thing we need to know"), it.order.question_back, _("Send the answer")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def later(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """先记着,到某天再办."""
    it = opened(request, number, token)
    check(it.order, "order.suspend", actor=it.actor)

    def act(form: Form) -> str:
        actions.suspend(order=it.order, until=form.cleaned_data["until"], actor=it.actor, now=clock.now())
        return _("Noted. On that day we take it up again by ourselves.")

    form = LaterForm(request.POST or None)
    text = _("We note it and take it up again on the day you say; you need not order again.")
    return _ask(request, it, form, act, _("Not now, later"), text, _("Note it"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
    """换时间、换地方."""
    it = opened(request, number, token)
    check(it.order, "order.change", actor=it.actor)
    order, now = it.order, clock.now()
    timed = order.item_version is not None and bool(order.times)
    form = ChangeForm(
        request.POST or None,
        times=queries.all_wishes(order.item_version, now) if timed and order.item_version else (),
        initial={
            "village": queries.village_line(order.area),
            "place": order.place if it.is_own else "",  # colleagues read the door for a reason only
            "words": order.words,
            "times": [f"{wish['date']}/{wish['half']}" for wish in order.times],
        },
    )

    def act(form: Form) -> str:
        given: dict[str, Any] = form.cleaned_data
        assert isinstance(form, ChangeForm)
        actions.change(
            order=order, actor=it.actor, now=now, times=form.wishes(), area=given["village"],
            place=given["place"] or ("" if it.is_own else order.place), words=given["words"],
        )  # fmt: skip
        return _("Changed.")

    text = _("What you do not touch stays as it is.")
    return _ask(request, it, form, act, _("Another time or place"), text, _("Change it"))


def _ask(
    request: HttpRequest,
    it: Opened,
    form: Form,
    act: Callable[[Form], str],
    title: str,
    text: str,
    button: str,
) -> HttpResponse:
    """Show the form, or do it and go back to the order. What was typed stays when something is missing."""
    http = 200
    if request.method == "POST":
        http = 422
        if form.is_valid():
            try:
                said = act(form)
            except BadInput as refused:
                put(form, refused)
            else:
                messages.success(request, said)
                return redirect(it.home)
    context = {
        "title": title,
        "text": text,
        "form": form,
        "button": button,
        "back": it.home,
        "order": it.order,
    }
    return render(request, "order/confirm.html", context, status=http)


@require_safe
@never_cache
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The order on one printed page."""
    it = opened(request, number)
    now = clock.now()
    here = queries.coming(it.order)
    context = {
        "order": it.order,
        "title": queries.title_of(it.order),
        "here": here if it.is_own else None,
        "steps": queries.timeline(it.order, now, here),
        "place": queries.place_line(it.order) if it.is_own else said_area(it.order.area, it.order.placed_at),
        "wishes": queries.said_wishes(it.order.times, now),
        "now": now,
        "spoken": it.order.channel in SPOKEN_CHANNELS,
    }
    return render(request, "order/sheet.html", context)
