"""Who acts on a leader's page, and on what: by sign-in, by the link in a message, or the desk for a leader on the telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from laojia.foundation.journal.actions import require
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import actor_by_link, contacts_of, speaking_for
from laojia.kernel import clock
from laojia.kernel.db import row_id
from laojia.kernel.errors import BadInput, OutOfScope, put_on
from laojia.kernel.links import make_link, read_link
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.roles import Channel, Role
from laojia.steps.dispatch.models import Invite, Offer
from laojia.steps.menu.models import Occasion


@dataclass(frozen=True)
class Opened:
    """A row, who acts on it, and how its pages are addressed."""

    row: Any
    actor: Actor
    token: str = ""

    @property
    def ours(self) -> bool:
        """Does the actor lead the team himself (not the desk for him)?"""
        return self.actor.on_behalf_of is None and self.row.team_id in _led(self.actor)


def _led(actor: Actor) -> frozenset[int]:
    """Teams the actor leads; those he only belongs to are not among them."""
    return frozenset(
        team for grant in actor.grants if grant.role is Role.TEAM_LEADER for team in grant.team_ids
    )


def open_offer(request: HttpRequest, pk: int | None, token: str) -> Opened:
    """The offer a leader may answer. Raises OutOfScope."""
    rows = Offer.objects.select_related("occasion__item_version__item", "occasion__area", "team")
    return _open(request, rows, "offer", "offer.see", pk, token)


def open_invite(request: HttpRequest, pk: int | None, token: str) -> Opened:
    """A question to come along. Raises OutOfScope."""
    rows = Invite.objects.select_related(
        "occasion__item_version__item", "occasion__area", "occasion__team", "team"
    )
    return _open(request, rows, "invite", "invite.see", pk, token)


def open_occasion(request: HttpRequest, pk: int | None, token: str) -> Opened:
    """The occasion of a leader's team. Raises OutOfScope."""
    rows = Occasion.objects.select_related("item_version__item", "area", "team")
    return _open(request, rows, "occasion", "occasion.see", pk, token)


def _open(request: HttpRequest, rows: Any, kind: str, verb: str, pk: int | None, token: str) -> Opened:
    if token:
        link = read_link(token)
        if link is None or link[0] != kind or link[2] != "offer":
            raise _not_here()
        pk = link[1]
    row = rows.filter(pk=pk).first()
    if row is None:
        raise _not_here()
    today = clock.local_date(clock.now())
    if token:
        actor = actor_by_link(token, on=today, purpose="offer", team_id=row.team_id)
        if actor is None:
            raise _not_here()
    else:
        actor = actor_of(request)
    require(actor, verb, subject_of(row))
    return Opened(row, _spoken_for(request, actor, row.team_id), token)


def _spoken_for(request: HttpRequest, actor: Actor, team_id: int | None) -> Actor:
    """The desk chose whom it speaks for: one of the team's contacts, and how he told it."""
    named = row_id(request.POST.get("speaks_for", ""))
    if team_id is None or team_id in _led(actor) or not named:
        return actor
    today = clock.local_date(clock.now())
    if named not in contacts_of(team_id, today):
        raise _not_here()
    channel = request.POST.get("channel", Channel.PHONE)
    allowed = {Channel.PHONE.value, Channel.COUNTER.value, Channel.PAPER.value}
    return speaking_for(
        actor, named, today, channel=Channel(channel) if channel in allowed else Channel.PHONE
    )


def contact_choices(team_id: int | None) -> list[Person]:
    """Whom the desk may speak for: the team's contacts."""
    if team_id is None:
        return []
    return list(Person.objects.filter(pk__in=contacts_of(team_id, clock.local_date(clock.now()))))


def address(opened: Opened, name: str, **more: int) -> str:
    """Address of a page about the opened occasion, by link or signed in."""
    from django.urls import reverse

    if opened.token:
        return reverse(f"serve:{name}_by_link", kwargs={"token": opened.token, **more})
    return reverse(f"serve:{name}", kwargs={"pk": opened.row.pk, **more})


def occasion_token(occasion_id: int, actor: Actor) -> str:
    """The link by which the leader who answered by link goes on with the occasion."""
    return make_link("occasion", occasion_id, "offer", to=actor.person_id)


def _not_here() -> OutOfScope:
    return OutOfScope(
        "link_unknown",
        _("This link does not open anything any more."),
        _("Sign in with your telephone number, or call the practice centre."),
    )


def put(form: Any, refused: BadInput) -> None:
    """Say the refusal beside its fields, and above the form what to do next."""
    if put_on(form, refused) and refused.hint:
        form.add_error(None, str(refused.hint))
