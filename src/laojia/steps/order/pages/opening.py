"""Which order a page is about and who acts on it: signed in, by number and phone, or by the link in a message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse

from laojia.foundation.people.queries import number_reader
from laojia.kernel import clock
from laojia.kernel.codes import check_number
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.permissions import open_verbs
from laojia.policy.roles import Role
from laojia.steps.order import queries
from laojia.steps.order.models import Order

_LOOKED_UP = "looked_up"
_READABLE_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Opened:
    """An order, who acts, and how its pages are addressed."""

    order: Order
    actor: Actor
    token: str = ""

    @property
    def is_own(self) -> bool:
        """The person herself or who asked, proved by sign-in or link: sees place, names and the word at the door."""
        mine = self.actor.person_id in (self.order.person_id, self.order.asker_id)
        return mine and self.actor.person_id is not None and not self.actor.has(Role.NUMBER_READER)

    @property
    def home(self) -> str:
        if self.token:
            return reverse("order:by_link", args=[self.token])
        return reverse("order:one", args=[self.order.number])

    def verbs(self, among: Collection[str]) -> frozenset[str]:
        """What of this is possible now and permitted to this actor."""
        return frozenset(open_verbs(self.actor, subject_of(self.order), among))


def opened(request: HttpRequest, number: str = "", token: str = "") -> Opened:
    """The order of a page. Raises OutOfScope."""
    now = clock.now()
    if token:
        order, actor = queries.by_link(token, clock.local_date(now))
        return Opened(order, actor, token)
    actor = actor_of(request)
    try:
        return Opened(queries.order(number, actor), actor)
    except OutOfScope:
        reader = _looked_up(request, number, now)
        if reader is None:
            raise
        return Opened(queries.order(number, reader), reader)


def remember(request: HttpRequest, order: Order, reader: Actor, now: datetime) -> None:
    """This browser knew the number and the phone: it may look for half an hour."""
    request.session[_LOOKED_UP] = {
        "number": order.number,
        "id": order.pk,
        "who": reader.person_id,
        "at": now.isoformat(),
    }


def _looked_up(request: HttpRequest, number: str, now: datetime) -> Actor | None:
    kept = request.session.get(_LOOKED_UP)
    if not kept or kept["number"] != check_number(number):
        return None
    if now - datetime.fromisoformat(kept["at"]) > _READABLE_FOR:
        return None
    return number_reader(kept["id"], kept["who"])
