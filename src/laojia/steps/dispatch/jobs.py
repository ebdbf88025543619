"""Clock handlers of dispatch, registered in wiring.CLOCKS. Each looks first whether there is anything left to do."""

from __future__ import annotations

from datetime import datetime

from laojia.policy.facts import CLOCK
from laojia.steps.dispatch import actions
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.queries import rests_until


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
    offer = _offer(offer_id)
    if until := rests_until(offer.area_path, offer.occasion.kind, now):
        actions.wait_with_offer(offer=offer, until=until, now=now)
    else:
        actions.expire(offer=offer, actor=CLOCK, now=now)


def _climb(occasion_id: int, step: str, now: datetime) -> None:
    occasion = Occasion.objects.select_related("item_version", "area").get(pk=occasion_id)
    if until := rests_until(occasion.area_path, occasion.kind, now):
        actions.wait_with_pool(occasion=occasion, step=step, until=until, now=now)
        return
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
