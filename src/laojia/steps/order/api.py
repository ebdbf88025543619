"""The open interface of orders: place, see, remind, cancel one's own. The `Idempotency-Key` makes a repeat harmless."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Header, Router, Status
from ninja.security import SessionAuth
from pydantic import BaseModel

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import area_by_code
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, NotPermitted
from laojia.policy.facts import Actor, actor_of
from laojia.steps.menu import queries as menu
from laojia.steps.order import actions, queries
from laojia.steps.order.actions.checking import limit_ordering
from laojia.steps.order.models import Order


class SignedIn(SessionAuth):
    """Whoever is signed in, with the token against forged forms."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        actor = actor_of(request)
        if actor.person_id is None:
            raise NotPermitted(
                "sign_in",
                _("Please leave your phone number first."),
                _("Then we can tell you who comes and when."),
            )
        return actor


router = Router(tags=["order"], auth=SignedIn())


# Plain models, not the framework's Schema: that one looks every value up as a template would, and here are none to find.


class Wish(BaseModel):
    """A half-day: morning, afternoon or evening."""

    date: str
    half: str


class OrderIn(BaseModel):
    """An order of a menu item, a seat in an occasion (`occasion_id`), or a need in own words (neither)."""

    item_code: str = ""
    occasion_id: int | None = None
    area_code: str = ""
    lon: float | None = None
    lat: float | None = None
    position_system: str = "wgs84"
    place: str = ""
    times: list[Wish] = []
    answers: dict[str, Any] = {}
    words: str = ""
    alone: bool = False
    head_count: int = 1
    contact_phone: str = ""
    sure: bool = False


class StepOut(BaseModel):
    """One step of the timeline; `by`: the moment is the latest one."""

    text: str
    when: datetime | None = None
    by: bool = False
    done: bool = False


class OrderOut(BaseModel):
    """How an order stands. Whom it is for is not said here."""

    number: str
    state: str
    item_code: str
    title: str
    area_code: str
    promise_due_at: datetime
    provisional: bool
    holder: str
    holder_sentence: str
    holder_until: datetime | None
    outcome: str
    nudges: int
    steps: list[StepOut]


class CancelIn(BaseModel):
    """Why it is not needed any more: not_needed, found_otherwise, wrong_order, other."""

    reason: str = "not_needed"


@router.post("/orders", response={201: OrderOut}, summary="Place an order")
def place(
    request: HttpRequest,
    body: OrderIn,
    idempotency_key: Annotated[uuid.UUID, Header(alias="Idempotency-Key")],
) -> Any:
    """The same key again gives the same order, however often it is sent."""
    now = clock.now()
    limit_ordering(actor=actor_of(request), now=now, asked_from=request.META)
    facts: dict[str, Any] = {
        "actor": actor_of(request), "now": now, "key": idempotency_key, "place": body.place, "words": body.words,
        "alone": body.alone, "contact_phone": body.contact_phone, "sure": body.sure, "lon": body.lon, "lat": body.lat,
        "position_system": body.position_system,
    }  # fmt: skip
    if body.occasion_id is not None:
        occasion = menu.occasion(body.occasion_id, facts["actor"])
        where = {"area": occasion.area, "place": occasion.place, "lon": None, "lat": None}
        order = actions.place(
            **facts | where, item_version=occasion.item_version, occasion=occasion, seats=body.head_count
        )
    elif body.item_code:
        order = actions.place(
            **facts, item_version=menu.item(body.item_code), area=_area(body), head_count=body.head_count,
            times=[dict(wish) for wish in body.times], answers=body.answers,
        )  # fmt: skip
    else:
        order = actions.describe(**facts, area=_area(body))
    made_now = order.placed_at == now and order.version == 0  # else the order of an earlier request
    return Status(201, _out(order, now, just_placed=made_now))


@router.get("/orders/{number}", response=OrderOut, summary="How one of my orders stands")
def see(request: HttpRequest, number: str) -> Any:
    """By its number, for the person, who asked, and colleagues whose area it is."""
    return _out(queries.order(number, actor_of(request)), clock.now())


@router.post("/orders/{number}/nudge", response=OrderOut, summary="Remind")
def nudge(request: HttpRequest, number: str) -> Any:
    """Counted once per half-day."""
    now, actor = clock.now(), actor_of(request)
    order = queries.order(number, actor)
    actions.nudge(order=order, actor=actor, now=now)
    return _out(order, now)


@router.post("/orders/{number}/cancel", response=OrderOut, summary="Cancel")
def cancel(request: HttpRequest, number: str, body: CancelIn) -> Any:
    """Not needed any more."""
    now, actor = clock.now(), actor_of(request)
    order = queries.order(number, actor)
    actions.cancel(order=order, reason=body.reason, actor=actor, now=now)
    return _out(order, now)


def _area(body: OrderIn) -> Area | None:
    """The area named by its code; none: found from the point."""
    if not body.area_code:
        return None
    area = area_by_code(body.area_code)
    if area is None or area.valid_to is not None:
        said = _("We do not know this village. Choose it by its name.")
        raise BadInput("area", said, "", {"area_code": said})
    return area


def _out(order: Order, now: datetime, *, just_placed: bool = False) -> OrderOut:
    here = queries.coming(order)
    held = queries.holding(order, now, here)
    return OrderOut(
        number=order.number,
        state=order.state,
        item_code=order.item_version.item.code if order.item_version is not None else "",
        title=queries.title_of(order),
        area_code=order.area.code,
        promise_due_at=order.promise_due_at,
        provisional=order.promise_provisional,
        holder=order.holder,
        holder_sentence=held.sentence,
        holder_until=held.until,
        outcome=order.outcome,
        nudges=order.nudges,
        steps=[
            StepOut(text=s["text"], when=s.get("when"), by=s.get("due", False), done=s.get("done", False))
            for s in queries.timeline(order, now, here, just_placed=just_placed)
        ],
    )
