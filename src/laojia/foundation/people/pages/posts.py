"""Posts, for the security administrator: find a person, give, end, history, sign-in, unlock. The auditor looks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.people import actions, queries
from laojia.foundation.people.forms import AccountForm, PostForm
from laojia.foundation.people.pages import actor_of, tried
from laojia.kernel import clock
from laojia.policy.facts import Subject
from laojia.policy.permissions import may
from laojia.policy.roles import Role


@require_safe
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """By the whole name or number; below, who is locked out."""
    actor, text = actor_of(request), request.GET.get("q", "")
    context = {
        "q": text,
        "people": queries.people_for_posts(actor, text),
        "locked": [
            a for a in queries.locked_accounts(actor) if a.locked_until and a.locked_until > clock.now()
        ],
        "may_grant": may(actor, "post.grant", Subject("post")),
    }
    return render(request, "people/posts.html", context)


@require_safe
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's posts."""
    return _show(request, pk)


@require_POST
@never_cache
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a post."""
    form = PostForm(request.POST)

    def give(entry: dict[str, Any]) -> None:
        actions.grant_post(
            actor=actor_of(request),
            now=clock.now(),
            person_id=pk,
            role=Role(entry["role"]),
            team=entry["team"],
            valid_from=entry["valid_from"],
            valid_to=entry["valid_to"],
            **form.place_of(),
        )

    if tried(form, give):
        messages.success(request, _("The post is given."))
        return redirect("people:posts_of", pk=pk)
    return _show(request, pk, post_form=form, status=422)


@require_POST
@never_cache
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post today."""
    post = actions.end_post(actor=actor_of(request), now=clock.now(), post_id=pk)
    messages.success(request, _("The post is ended."))
    return redirect("people:posts_of", pk=post.person_id)


@require_POST
@never_cache
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Open or renew the sign-in; the first password is shown once."""
    form = AccountForm(request.POST)
    given: list[str] = []

    def opened(entry: dict[str, Any]) -> None:
        _account, password = actions.open_account(
            actor=actor_of(request), now=clock.now(), person_id=pk, username=entry["username"]
        )
        given.append(password)

    if tried(form, opened):
        return _show(request, pk, first_password=given[0])
    return _show(request, pk, account_form=form, status=422)


@require_POST
@never_cache
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a locked sign-in after checking that it is the person."""
    row = actions.unlock_account(actor=actor_of(request), now=clock.now(), account_id=pk)
    messages.success(request, _("Unlocked."))
    return redirect("people:posts_of", pk=row.person_id) if row.person_id else redirect("people:posts")


def _show(request: HttpRequest, pk: int, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    person = queries.person_for_posts(actor, pk)
    entry = queries.account_for_posts(actor, pk)
    today = clock.local_date(now)
    context: dict[str, Any] = {
        "person": person,
        "account": entry,
        "locked": bool(entry and entry.locked_until and entry.locked_until > now),
        "posts": [
            {"row": post, "holds": post.valid_to is None or post.valid_to > today}
            for post in queries.posts_of(actor, pk)
        ],
        "may_grant": may(actor, "post.grant", Subject("post")) and pk != actor.person_id,
    }
    if context["may_grant"]:
        context["post_form"] = PostForm()
        context["account_form"] = AccountForm(
            initial={"username": entry.username if entry and entry.has_usable_password() else ""}
        )
    return render(request, "people/posts_of.html", context | more, status=status)
