"""Clocks of orders and standing help: what happens when one runs out. Called by the worker through wiring.py."""

from __future__ import annotations

from datetime import datetime

from laojia.policy.facts import CLOCK
from laojia.steps.menu.queries import rests_until
from laojia.steps.menu.rules.items import KIND_OF_MODE
from laojia.steps.order import actions
from laojia.steps.order.models import Order, StandingCheck, StandingHelp


def promise_ran_out(order_id: int, now: datetime) -> None:
    """The outer clock: nobody is left in silence. In snow it waits for the end of the rest."""
    order = Order.objects.select_related("item_version").get(pk=order_id)
    kind = KIND_OF_MODE.get(order.item_version.mode, "") if order.item_version else ""
    if until := rests_until(order.area_path, kind, now):
        actions.promise_rests(order=order, until=until)
    else:
        actions.promise_passed(order=order, now=now)


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


def missed_visit_unheard(order_id: int, now: datetime) -> None:
    """A visit was missed and nobody has telephoned in time."""
    actions.nobody_telephoned(order=Order.objects.select_related("area").get(pk=order_id), now=now)


def plan_standing(standing_id: int, now: datetime) -> None:
    """Every morning: the visits of the next two weeks."""
    standing = StandingHelp.objects.select_related("team", "item_version", "area").get(pk=standing_id)
    if standing.state == "active":
        actions.plan_standing(standing=standing, actor=CLOCK, now=now)


def ask_person(standing_id: int, now: datetime) -> None:
    """Monthly: is it still right for the person?"""
    _ask(standing_id, "person", now)


def ask_team(standing_id: int, now: datetime) -> None:
    """Each quarter: does the team still come?"""
    _ask(standing_id, "team", now)


def _ask(standing_id: int, kind: str, now: datetime) -> None:
    standing = StandingHelp.objects.select_related("area", "team").get(pk=standing_id)
    actions.ask_standing(standing=standing, kind=kind, actor=CLOCK, now=now)


def check_unanswered(check_id: int, now: datetime) -> None:
    """Nobody has answered in time: it moves up, and goes on."""
    actions.nobody_answered(check=StandingCheck.objects.get(pk=check_id), now=now)


def pause_ends_soon(standing_id: int, now: datetime) -> None:
    """In two days they come again: both sides are told."""
    actions.going_on_soon(standing=StandingHelp.objects.get(pk=standing_id), now=now)
