"""Who acts in this request: the signed-in account's person with the posts valid today, or nobody.

Colleagues who see other people's rows act through their posts only after a password and a second factor; until
then they are residents like everybody, and only the pages that set the second factor up are open.
"""

from collections.abc import Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from laojia.conf.errors import problem
from laojia.foundation.people import queries
from laojia.kernel import clock
from laojia.kernel.errors import NotPermitted
from laojia.policy.facts import NOBODY, Actor
from laojia.policy.roles import SECOND_FACTOR_ROLES, Channel

IDLE = timedelta(minutes=30)  # level protection (GB/T 22239)
_STAMP_EVERY = timedelta(minutes=1)  # a write per minute of work, not per page
_SEEN = "seen_at"
_ACCOUNT = "account_authentication_methods_user"
# Open to a colleague who has not done the second factor yet.
OPEN = ("/accounts/", "/i18n/", "/static/", "/view/", "/privacy/", "/inbox/")
FULL = ("password", "mfa")


def needs_second_factor(actor: Actor) -> bool:
    """Does a post of the actor see other people's rows?"""
    return bool(actor.roles & SECOND_FACTOR_ROLES)


def mark_second_factor(kept: MutableMapping[str, Any], account: Any, now: datetime) -> None:
    """Write into a browser's memory what signing in with password and second factor leaves there."""
    kept[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": m, "at": now.timestamp()} for m in FULL]
    kept[_ACCOUNT] = str(account.pk)


def ways_used(request: HttpRequest) -> set[str]:
    """The ways this browser has proved who it is: code, password, mfa."""
    return {record["method"] for record in get_authentication_records(request, request.user)}


class Acting:
    """Sets `request.actor`, keeps colleagues without a second factor out, ends their visit after 30 idle minutes."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = NOBODY  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            closed = self._enter(request, clock.now())
            if closed is not None:
                return closed
        return self.get_response(request)

    def _enter(self, request: HttpRequest, now: datetime) -> HttpResponse | None:
        account: Any = request.user
        person_id = self._person_of(request, account)
        channel = Channel.API if request.path.startswith("/api/") else Channel.PAGE
        actor = queries.resident(person_id, channel=channel)
        if person_id is not None:
            today = clock.local_date(now)
            posts = account.posts
            if account.stands_for is not None and person_id == account.stands_for:
                posts = queries.posts_on(person_id, today)  # held on the row this one was joined to
            elif person_id != account.person_id:  # one's own second factor opens no relative's desk
                posts = [p for p in queries.posts_on(person_id, today) if p.role not in SECOND_FACTOR_ROLES]
            if {post.role for post in posts} & SECOND_FACTOR_ROLES:
                return self._enter_colleague(request, posts, actor, now)
            actor = Actor(person_id, queries.grants_of(posts, today, account.areas), channel)
        request.actor = actor  # type: ignore[attr-defined]
        return None

    def _enter_colleague(
        self, request: HttpRequest, posts: list[Any], as_resident: Actor, now: datetime
    ) -> HttpResponse | None:
        if self._was_idle(request, now):
            logout(request)
            messages.info(request, _("You were away for half an hour, so we closed the door. Sign in again."))
            return redirect(settings.LOGIN_URL)
        account: Any = request.user
        if account.password_is_initial or not ways_used(request) >= set(FULL):
            request.actor = as_resident  # type: ignore[attr-defined]
            return None if request.path.startswith(OPEN) else _to_second_step(request)
        grants = queries.grants_of(posts, clock.local_date(now), account.areas)
        request.actor = Actor(as_resident.person_id, grants, as_resident.channel)  # type: ignore[attr-defined]
        return None

    @staticmethod
    def _was_idle(request: HttpRequest, now: datetime) -> bool:
        seen = request.session.get(_SEEN)
        last = datetime.fromisoformat(seen) if seen else now
        if now - last > IDLE:
            return True
        if not seen or now - last >= _STAMP_EVERY:
            request.session[_SEEN] = now.isoformat()
        return False

    @staticmethod
    def _person_of(request: HttpRequest, account: Any) -> int | None:
        chosen = request.session.get(queries.CHOSEN)
        own: int | None = account.stands_for or account.person_id
        if chosen is not None and chosen not in {own, account.person_id}:
            return queries.claimed_as(account.pk, chosen) or own
        return own


def _to_second_step(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return HttpResponseRedirect("/accounts/second-step/")
    return problem(
        NotPermitted(
            "second_factor",
            _("Your post sees other people's data. That takes a password and a second step."),
            _("Sign in on the page first."),
        )
    )


__all__ = ["IDLE", "Acting", "mark_second_factor", "needs_second_factor", "ways_used"]
