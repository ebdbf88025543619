"""Clocks of orders and standing help: what happens when one runs out. Called by the worker through wiring.py."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from laojia.kernel.errors import Refused
from laojia.policy.facts import CLOCK
from laojia.steps.order import actions
from laojia.steps.order.models import Order, StandingHelp


def promise_ran_out(order_id: int, now: datetime) -> None:
    """The outer clock: nobody is left in silence."""
    actions.promise_passed(order=Order.objects.get(pk=order_id), now=now)


def triage_ran_out(order_id: int, now: datetime) -> None:
    """Not read in time: it comes first at the desk now."""
    actions.triage_passed(order=Order.objects.get(pk=order_id), now=now)


def answer_ran_out(order_id: int, now: datetime) -> None:
    """Our question was not answered: the desk telephones."""
    actions.answer_passed(order=Order.objects.get(pk=order_id), now=now)


def resume_order(order_id: int, now: datetime) -> None:
    """The day until which it rested has come."""
    order = Order.objects.get(pk=order_id)
    if order.state == "suspended":
        actions.resume(order=order, actor=CLOCK, now=now)


def resume_standing(standing_id: int, now: datetime) -> None:
    """The pause of regular help is over."""
    standing = StandingHelp.objects.get(pk=standing_id)
    if standing.state == "paused":
        actions.resume_standing(standing=standing, actor=CLOCK, now=now)


def plan_standing(now: datetime) -> int:
    """Every night: visits of the next two weeks of all regular help. Returns how many were opened."""
    opened = 0
    ids = StandingHelp.objects.filter(state="active").order_by("id").values_list("pk", flat=True)
    for pk in ids.iterator():
        with transaction.atomic():
            standing = StandingHelp.objects.select_related("team", "item_version", "area").get(pk=pk)
            try:
                opened += len(actions.plan_standing(standing=standing, actor=CLOCK, now=now))
            except (
                Refused
            ):  # one help that cannot be planned must not stop the others; the desk sees it unplanned
                continue
    return opened
