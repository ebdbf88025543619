"""What every page of the desk needs: who acts, the filters of the address, the undo bar, refusals said in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from laojia.channels.console import queries
from laojia.channels.console.queries import Wanted
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, WrongState
from laojia.policy.facts import Actor
from laojia.steps.dispatch import queries as dispatch


def actor_of(request: HttpRequest) -> Actor:
    """Who acts. Raises NotPermitted or OutOfScope for everybody but the desk and the stations."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    queries.let_in(actor)
    return actor


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters as they stand in the address; what cannot be read is left out."""
    given = request.GET
    return Wanted(
        state=given.get("state", "")[:16],
        item=_number(given.get("item", "")),
        town=_number(given.get("town", "")),
        late=given.get("late") == "1",
        mine=given.get("mine") == "1",
        text=given.get("q", "").strip()[:40],
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def undo_of(actor: Actor, now: datetime) -> dict[str, Any] | None:
    """「刚派出,10 秒内可撤回」 while it is true."""
    offer = dispatch.last_undo(actor, now)
    if offer is None or offer.undo_until is None:
        return None
    seconds = max(1, int((offer.undo_until - now).total_seconds()))
    return {
        "text": _("Just sent to %(team)s; it can be taken back for %(seconds)s seconds.")
        % {"team": offer.team.name, "seconds": seconds},
        "action": reverse("console:withdraw", args=[offer.pk]),
        "seconds": seconds,
    }


def back(request: HttpRequest, default: str = "console:queue", *args: int) -> HttpResponseRedirect:
    """To where the person came from on the desk, else to the queue."""
    return HttpResponseRedirect(inside(request.POST.get("back", "")) or reverse(default, args=args))


def inside(target: str) -> str:
    """The address when it is one of the desk's own pages, else nothing."""
    return target if target.startswith("/desk/") and url_has_allowed_host_and_scheme(target, None) else ""


def address(name: str, *args: int, **words: str) -> str:
    """A page with what stands behind the question mark."""
    tail = urlencode({key: value for key, value in words.items() if value})
    return reverse(name, args=args) + (f"?{tail}" if tail else "")


Page = Callable[..., HttpResponse]


def says_refusals(page: Page) -> Page:
    """What was refused is said above the page one came from; what one may not see stays hidden (404, 403)."""

    @wraps(page)
    def shown(request: HttpRequest, *args: Any, **words: Any) -> HttpResponse:
        try:
            return page(request, *args, **words)
        except OutOfScope:
            raise
        except (BadInput, Conflict, WrongState) as refused:
            messages.error(request, str(refused))
            return back(request)

    return shown


def moment() -> datetime:
    return clock.now()
