"""Shown words of states, verbs, roles, reasons: English msgids, translated in the catalogues. Nothing decides by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from laojia.labels.reasons import REASONS
from laojia.labels.verbs import VERBS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Words = Mapping[str, "StrPromise"]
__all__ = [
    "AREA_LEVELS", "BUTTONS", "CHANNELS", "COMPLAINT_KINDS", "HALF_DAYS", "HOLDERS", "INCIDENT_KINDS", "MODES", "OUTCOMES",
    "REASONS", "ROLES", "STATES", "STATION_LEVELS", "VERBS", "reason_word", "state_word", "verb_word",
]  # fmt: skip

STATES: Mapping[str, Words] = {
    "merging": {
        "proposed": _("waits for a second person"),
        "merged": _("joined"),
        "dropped": _("two people"),
        "undone": _("separated again"),
    },
    "item": {
        "draft": _("draft (menu)"),
        "published": _("can be ordered"),
        "paused": _("paused for now"),
        "retired": _("no longer offered"),
    },
    "order": {
        "received": _("received"),
        "waiting": _("looking for somebody"),
        "arranged": _("arranged"),
        "served": _("served"),
        "closed": _("closed"),
        "need_info": _("one thing to ask"),
        "waitlisted": _("on the waiting list"),
        "suspended": _("noted for later"),
        "merged": _("joined to another order"),
        "refused": _("cannot be done here"),
        "cancelled": _("not needed any more"),
    },
    "occasion": {
        "draft": _("being prepared"),
        "offered": _("asking a team"),
        "confirmed": _("fixed"),
        "held": _("took place"),
        "recorded": _("recorded"),
        "postponed": _("postponed"),
        "called_off": _("called off"),
    },
    "offer": {
        "open": _("waiting for an answer"),
        "accepted": _("accepted"),
        "declined": _("not this time"),
        "expired": _("no answer"),
        "withdrawn": _("taken back"),
        "returned": _("handed back"),
    },
    "attendance": {
        "expected": _("expected"),
        "came": _("came"),
        "not_home": _("nobody opened"),
        "refused": _("was not let in"),
        "team_absent": _("the team did not come"),
        "released": _("released"),
    },
    "roster": {
        "asked": _("asked to come"),
        "waitlisted": _("next when somebody cannot"),
        "yes": _("is coming"),
        "no": _("cannot come"),
        "came": _("was there"),
        "absent": _("was not there"),
    },
    "standing": {
        "active": _("comes regularly"),
        "paused": _("resting for now"),
        "ended": _("ended"),
    },
    "complaint": {
        "filed": _("complaint received"),
        "contacted": _("called back"),
        "answered": _("answered"),
        "closed": _("complaint closed"),
    },
    "list": {
        "reading": _("being checked"),
        "checked": _("checked, nothing taken in yet"),
        "taking": _("being taken in"),
        "taken": _("taken in"),
        "removing": _("being taken back"),
        "removed": _("taken back"),
        "dropped": _("nothing taken in"),
    },
    "exchange": {
        "in_file": _("in a file"),
        "entered": _("entered there"),
        "returned": _("came back"),
        "corrected": _("corrected, to be sent again"),
    },
    "incident": {
        "reported": _("reported"),
        "closed": _("settled"),
    },
    "area_change": {
        "planned": _("planned (areas)"),
        "done": _("carried out (areas)"),
        "undone": _("undone (areas)"),
    },
    "invite": {
        "open": _("asked to help"),
        "accepted": _("comes along"),
        "declined": _("cannot this time"),
        "withdrawn": _("not needed after all"),
    },
    "standstill": {
        "standing": _("work rests"),
        "lifted": _("work goes on"),
    },
}

ROLES: Words = {
    "resident": _("Resident"),
    "volunteer": _("Volunteer"),
    "team_leader": _("Team leader"),
    "grid_worker": _("Grid worker"),
    "station_staff": _("Station staff"),
    "dispatcher": _("Dispatcher"),
    "menu_editor": _("Menu editor"),
    "complaint_holder": _("Complaint holder"),
    "keeper": _("Keeper"),
    "zone_leader": _("Zone leader"),
    "county_leader": _("County leader"),
    "system_admin": _("System administrator"),
    "security_admin": _("Security administrator"),
    "audit_admin": _("Audit administrator"),
    "number_reader": _("Holder of the number"),
    "system": _("The clock"),
}

CHANNELS: Words = {
    "page": _("on the page"),
    "phone": _("by telephone"),
    "counter": _("at the counter"),
    "paper": _("on paper"),
    "api": _("from another system"),
    "clock": _("by the clock"),
}

HOLDERS: Words = {
    "centre": _("the practice centre"),
    "station": _("the station"),
    "team": _("the team"),
    "pool": _("open to every fitting team"),
    "keeper": _("the keeper"),
    "resident": _("the person"),
    "nobody": _("nobody"),
}

HALF_DAYS: Words = {
    "morning": _("in the morning"),
    "afternoon": _("in the afternoon"),
    "evening": _("in the evening"),
}

OUTCOMES: Words = {
    "done": _("done"),
    "partly": _("partly done"),
    "cannot": _("could not be done"),
}

COMPLAINT_KINDS: Words = {
    "conduct": _("how somebody behaved"),
    "money": _("money was asked for"),
    "late": _("too late"),
    "not_done": _("not done"),
    "platform": _("this page or the centre"),
    "other": _("something else"),
}

INCIDENT_KINDS: Words = {
    "fall": _("a fall"),
    "damage": _("something broke"),
    "theft_alleged": _("something is said to be missing"),
    "injury": _("an injury"),
    "traffic": _("a traffic accident"),
    "other": _("something else"),
}

MODES: Words = {
    "home_visit": _("home visit"),
    "by_appointment": _("by appointment"),
    "seats": _("occasion with places"),
    "whole_village": _("occasion for a whole village"),
    "volunteers": _("volunteers wanted"),
    "walk_in": _("walk-in at a service point"),
    "standing": _("standing help"),
    "keeper": _("taken on by a keeper"),
    "describe": _("say what you need"),
}

BUTTONS: Words = {
    "home_visit": _("Ask somebody to come"),
    "by_appointment": _("Fix a time"),
    "seats": _("Sign up"),
    "whole_village": _("Apply for the village"),
    "volunteers": _("I will come too"),
    "walk_in": _("See when it is open"),
    "standing": _("Ask somebody to come regularly"),
    "keeper": _("Talk to somebody"),
    "describe": _("Say what you need"),
}

AREA_LEVELS: Words = {
    "county": _("county"),
    "town": _("town"),
    "village": _("village or community"),
    "grid": _("grid"),
    "micro_grid": _("micro-grid"),
}

STATION_LEVELS: Words = {
    "centre": _("centre"),
    "institute": _("institute"),
    "station": _("station"),
}


def state_word(kind: str, state: str) -> StrPromise | str:
    """The word for a state of a machine; the bare name when it is unknown (a bug that tests catch)."""
    return STATES.get(kind, {}).get(state, state)


def verb_word(verb: str) -> StrPromise | str:
    """The button label of a verb."""
    return VERBS.get(verb, verb)


def reason_word(code: str) -> StrPromise | str:
    """The sentence part for a reason code."""
    return REASONS.get(code, code)
