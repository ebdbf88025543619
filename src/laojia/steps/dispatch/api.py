"""The interface of the desk: the queue without names, fitting teams, offers, and taking one back."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Header, Query, Router, Schema, Status
from ninja.security import SessionAuth

from laojia.foundation.journal.actions import require
from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor, Subject, actor_of, subject_of
from laojia.policy.roles import DESK_ROLES
from laojia.steps.dispatch import actions, queries
from laojia.steps.dispatch.models import Offer
from laojia.steps.order import queries as orders
from laojia.steps.order.models import Order


class AtDesk(SessionAuth):
    """Dispatchers and station staff, with the token against forged forms."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        actor = actor_of(request)
        prefixes = actor.prefixes(*DESK_ROLES)
        require(actor, "offer.make", Subject("offer", area_path=prefixes[0] if prefixes else ""))
        return actor


router = Router(tags=["dispatch"], auth=AtDesk())


class QueueRow(Schema):
    """An open order. Whom it is for, where exactly and in which words is not said here."""

    number: str
    state: str
    item_code: str
    area_code: str
    urgent: bool
    placed_at: datetime
    promise_due_at: datetime
    provisional: bool
    late_since: datetime | None
    holder: str
    holder_until: datetime | None
    needs_second_look: bool


class QueuePage(Schema):
    """`after` of the next page; nothing on the last one."""

    rows: list[QueueRow]
    next_cursor: str | None


class TeamOut(Schema):
    """A team that may be asked, its best half-day, and why: as codes and in words."""

    team: int
    name: str
    date: date
    half: str
    free: int
    call_first: bool
    why: list[str]
    words: list[str]


class FittingOut(Schema):
    """`second_look`: why it must be looked at twice; `nobody`: why no team can be asked."""

    teams: list[TeamOut]
    second_look: list[str]
    nobody: str


class OfferIn(Schema):
    """Which team and when. `looked`: looked at a second time, where that is needed."""

    team: int
    date: date
    half: Literal["morning", "afternoon", "evening"]
    looked: bool = False


class OfferOut(Schema):
    """An offer and its clock."""

    id: int
    team: int
    team_name: str
    state: str
    date: date | None
    half: str
    turn: int
    made_at: datetime
    undo_until: datetime | None
    answer_due_at: datetime
    provisional: bool
    reason: str
    why: list[str]


@router.get("/desk/queue", response=QueuePage, summary="What waits: urgent first, then the nearest promise")
def queue(
    request: HttpRequest,
    after: str | None = None,
    state: str = "",
    late: bool = False,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Read page by page; rows that arrive meanwhile shift nothing."""
    filters = orders.QueueFilter(state=state, late_at=clock.now() if late else None)
    page = orders.queue(actor_of(request), filters, after, size)
    return {"rows": [_row(one) for one in page.rows], "next_cursor": page.next_cursor}


@router.get("/desk/orders/{number}/teams", response=FittingOut, summary="Fitting teams with reasons")
def teams(request: HttpRequest, number: str) -> Any:
    """The best one first; looking changes nothing."""
    order = _order(request, number)
    found = queries.fitting_teams([order], clock.now())
    return {
        "teams": [
            {
                "team": fit.team.pk, "name": fit.team.name, "date": fit.slot[0], "half": fit.slot[1], "free": fit.free,
                "call_first": fit.team.reach == "call_first", "why": list(fit.why), "words": queries.say_why(fit.why),
            }
            for fit in found.fits
        ],
        "second_look": list(found.second_look),
        "nobody": found.nobody,
    }  # fmt: skip


@router.get("/desk/orders/{number}/offers", response=list[OfferOut], summary="Offers made for an order")
def offers(request: HttpRequest, number: str) -> Any:
    """The last one first."""
    return [_out(offer) for offer in queries.offers_of(actor_of(request), _order(request, number))]


@router.post("/desk/orders/{number}/offers", response={201: OfferOut}, summary="Ask a team")
def make_offer(
    request: HttpRequest,
    number: str,
    body: OfferIn,
    idempotency_key: Annotated[uuid.UUID, Header(alias="Idempotency-Key")],
) -> Any:
    """The same key again gives the same offer. What needs a second look is refused until `looked` says so."""
    order = _order(request, number)
    team = Team.objects.filter(pk=body.team).first()
    if team is None:
        raise OutOfScope("team_not_here", _("We do not find this team here."), _("Open the list of teams."))
    trip = queries.trip_of(order)
    what: dict[str, Any] = {"occasion": trip} if trip is not None else {"orders": [order]}
    made = actions.make_offer(
        actor=actor_of(request), now=clock.now(), team=team, date=body.date, half=body.half, key=idempotency_key,
        looked=body.looked, **what,
    )  # fmt: skip
    return Status(201, _out(made))


@router.post("/desk/offers/{int:pk}/withdraw", response=OfferOut, summary="Take an offer back")
def withdraw(request: HttpRequest, pk: int) -> Any:
    """Within ten seconds nobody was disturbed; later the team is told."""
    actor = actor_of(request)
    return _out(actions.withdraw(offer=queries.offer_seen(actor, pk), actor=actor, now=clock.now()))


def _order(request: HttpRequest, number: str) -> Order:
    """An order of the desk's area; a sealed one is not there."""
    order = orders.order(number, actor_of(request))
    about = subject_of(order)
    require(actor_of(request), "offer.make", Subject("offer", area_path=about.area_path, protected=about.protected,
                                                   sealed=about.sealed))  # fmt: skip
    return order


def _row(order: Order) -> dict[str, Any]:
    version = order.item_version
    return {
        "number": order.number, "state": order.state, "item_code": version.item.code if version else "",
        "area_code": order.area.code, "urgent": order.urgent, "placed_at": order.placed_at,
        "promise_due_at": order.promise_due_at, "provisional": order.promise_provisional,
        "late_since": order.late_since, "holder": order.holder, "holder_until": order.holder_until,
        "needs_second_look": order.needs_second_look and order.second_look_by_id is None,
    }  # fmt: skip


def _out(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.pk, "team": offer.team_id, "team_name": offer.team.name, "state": offer.state, "date": offer.date,
        "half": offer.half, "turn": offer.turn, "made_at": offer.made_at, "undo_until": offer.undo_until,
        "answer_due_at": offer.answer_due_at, "provisional": offer.answer_provisional, "reason": offer.reason,
        "why": list(offer.why),
    }  # fmt: skip
