"""Clock handlers of dispatch, registered in wiring.CLOCKS. Each looks first whether there is anything left to do."""

from __future__ import annotations

from datetime import datetime

from laojia.policy.facts import CLOCK
from laojia.steps.dispatch import actions
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import Occasion


def _offer(offer_id: int) -> Offer:
    return Offer.objects.select_related("team", "occasion__item_version").get(pk=offer_id)


def remind_due(offer_id: int, now: datetime) -> None:
    """offer.remind"""
    actions.remind(offer=_offer(offer_id), actor=CLOCK, now=now)


def call_due(offer_id: int, now: datetime) -> None:
    """offer.call"""
    actions.ask_for_call(offer=_offer(offer_id), actor=CLOCK, now=now)


def answer_due(offer_id: int, now: datetime) -> None:
    """offer.answer"""
    actions.expire(offer=_offer(offer_id), actor=CLOCK, now=now)


def _climb(occasion_id: int, step: str, now: datetime) -> None:
    occasion = Occasion.objects.select_related("item_version", "area").get(pk=occasion_id)
    actions.climb(occasion=occasion, step=step, actor=CLOCK, now=now)


def pool_due(occasion_id: int, now: datetime) -> None:
    """pool.claim"""
    _climb(occasion_id, "pool", now)


def station_due(occasion_id: int, now: datetime) -> None:
    """station.claim"""
    _climb(occasion_id, "station", now)


def centre_due(occasion_id: int, now: datetime) -> None:
    """centre.end"""
    _climb(occasion_id, "centre", now)
