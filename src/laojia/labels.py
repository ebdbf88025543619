"""Shown words of states, verbs, roles, reasons: English msgids, translated in the catalogues. Nothing decides by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Words = Mapping[str, "StrPromise"]

STATES: Mapping[str, Words] = {
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
        "contacted": _("we have called you"),
        "answered": _("answered"),
        "closed": _("complaint closed"),
    },
    "incident": {
        "reported": _("reported"),
        "closed": _("settled"),
    },
}

VERBS: Words = {
    "account.lock": _("Locked after wrong passwords"),
    "account.open": _("Open an account"),
    "account.sign_in": _("Signed in"),
    "account.unlock": _("Unlock the account"),
    "area.close": _("End the area"),
    "area.create": _("Add the area"),
    "area.import": _("Import areas"),
    "area.rename": _("Rename the area"),
    "attendance.mark": _("Note who came"),
    "attendance.release": _("Let the place go"),
    "attendance.say": _("Say whether they came"),
    "attendance.settle": _("Settle what happened"),
    "calendar.edit_day": _("Change a day"),
    "calendar.enter_year": _("Enter a year"),
    "complaint.answer": _("Answer the complaint"),
    "complaint.close": _("Close the complaint"),
    "complaint.contact": _("Note the call"),
    "complaint.file": _("Complain"),
    "follow_up.record": _("Note the follow-up call"),
    "incident.close": _("Close the incident"),
    "incident.report": _("Report an incident"),
    "menu.draft": _("Draft"),
    "menu.pause": _("Pause"),
    "menu.publish": _("Publish"),
    "menu.resume": _("Offer again"),
    "menu.retire": _("Retire"),
    "message.called": _("Tick as told"),
    "not_home.step": _("Note the next step"),
    "occasion.agree_time": _("Agree the time"),
    "occasion.bundle": _("Bundle"),
    "occasion.call_off": _("Call off"),
    "occasion.change": _("Change the occasion"),
    "occasion.confirm": _("Fix the occasion"),
    "occasion.offer": _("Ask a team"),
    "occasion.open": _("Open an occasion"),
    "occasion.pass": _("Time has passed"),
    "occasion.postpone": _("Postpone"),
    "occasion.print": _("Print the roster"),
    "occasion.reconfirm": _("Fix the new time"),
    "occasion.record": _("Done"),
    "occasion.release": _("Team steps back"),
    "occasion.unoffer": _("Stop asking"),
    "offer.accept": _("Accept"),
    "offer.call": _("Note the phone call"),
    "offer.claim": _("Claim"),
    "offer.decline": _("Not this time"),
    "offer.expire": _("No answer in time"),
    "offer.hand_over": _("Hand over"),
    "offer.make": _("Offer to a team"),
    "offer.remind": _("Remind"),
    "offer.return": _("Hand back"),
    "offer.withdraw": _("Take back"),
    "order.answer": _("Answer the question"),
    "order.arrange": _("Arrange"),
    "order.ask_back": _("Ask back"),
    "order.cancel": _("Not needed any more"),
    "order.change": _("Change"),
    "order.close": _("Close"),
    "order.describe": _("Say what you need"),
    "order.end": _("End honestly"),
    "order.keep": _("Take it on"),
    "order.map": _("Match to an item"),
    "order.merge": _("Join to another order"),
    "order.nudge": _("Nudge"),
    "order.pass_down": _("Pass down"),
    "order.place": _("Order"),
    "order.promote": _("Move up from the waiting list"),
    "order.refuse": _("Cannot be done here"),
    "order.reopen": _("Open again"),
    "order.resume": _("Take up again"),
    "order.reveal": _("Show in full"),
    "order.second_look": _("Second look"),
    "order.serve": _("Served"),
    "order.suspend": _("Note for later"),
    "order.triage": _("Let it through"),
    "order.unarrange": _("Look for somebody again"),
    "order.unmerge": _("Separate again"),
    "person.add": _("Add a person"),
    "person.claim": _("That is me"),
    "person.consent": _("Note consent"),
    "person.correct": _("Correct"),
    "person.erase": _("Erase"),
    "person.export": _("Take my data along"),
    "person.reveal": _("Show in full"),
    "person.unclaim": _("Undo a wrong claim"),
    "point.save": _("Save the service point"),
    "pool.open": _("Open to every team"),
    "post.end": _("End the post"),
    "post.grant": _("Give the post"),
    "record.remind": _("Remind of the record"),
    "review.give": _("Say how it was"),
    "roster.answer": _("Answer"),
    "roster.ask": _("Ask to come"),
    "roster.attest": _("Attest the minutes"),
    "roster.join": _("I will come too"),
    "roster.leave": _("I cannot come"),
    "roster.mark": _("Note who was there"),
    "roster.stand_in": _("Name a stand-in"),
    "standing.end": _("End the standing help"),
    "standing.pause": _("Pause the standing help"),
    "standing.plan": _("Plan the next visits"),
    "standing.resume": _("Come again"),
    "standing.start": _("Start the standing help"),
    "station.save": _("Save the station"),
    "team.capacity": _("Say what we can do"),
    "team.certificate": _("Note a certificate"),
    "team.insurance": _("Note an insurance"),
    "team.member": _("Join or leave"),
    "team.reach": _("How to reach the team"),
    "team.rest": _("Rest for a while"),
    "team.save": _("Save the team"),
    "walk_in.tally": _("Count the visitors"),
    "zone.save": _("Save the zone"),
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

REASONS: Words = {
    "agreed_with_person": _("agreed with the person"),
    "another_office": _("another office does this"),
    "call_the_person": _("to call the person"),
    "called_off": _("the occasion was called off"),
    "cannot_be_settled_here": _("cannot be settled here"),
    "complaint": _("because of a complaint"),
    "correct_entry": _("to correct an entry"),
    "died_or_moved": _("moved away or died"),
    "emergency": _("emergency"),
    "find_the_place": _("to find the place"),
    "found_otherwise": _("found help otherwise"),
    "founded": _("the complaint is right"),
    "handed_over": _("handed over"),
    "handed_to_police": _("handed to the police"),
    "happened_again": _("it happened again"),
    "holiday": _("holiday"),
    "illness": _("illness"),
    "in_hospital": _("in hospital"),
    "insurance": _("settled by the insurance"),
    "needs_specialist": _("needs a specialist"),
    "no_one_free": _("nobody is free"),
    "no_parts": _("parts are missing"),
    "no_team": _("no team offers it now"),
    "nobody_came": _("nobody came"),
    "nobody_found": _("nobody was found"),
    "nobody_wanted_it": _("nobody signed up"),
    "not_for_volunteers": _("not for volunteers to do"),
    "not_home": _("nobody was home"),
    "not_needed": _("the need is gone"),
    "not_offered_any_more": _("not offered any more"),
    "not_our_trade": _("not what we can do"),
    "not_possible_there": _("not possible at that place"),
    "not_solved": _("not solved"),
    "other": _("another reason"),
    "other_time": _("another time would do"),
    "outside_county": _("outside the county"),
    "partly_founded": _("partly right"),
    "partly_solved": _("only partly solved"),
    "person_away": _("the person is away"),
    "person_changed_mind": _("the person changed his mind"),
    "person_died": _("the person died"),
    "person_gone": _("the person is gone"),
    "person_moved": _("the person moved away"),
    "place_unavailable": _("the place is not available"),
    "rain": _("rain"),
    "replaced": _("replaced by another item"),
    "safety": _("safety"),
    "season": _("out of season"),
    "settled": _("settled between those concerned"),
    "snow": _("snow"),
    "team_absent": _("the team did not come"),
    "team_returned": _("the team had to hand it back"),
    "team_unavailable": _("the team is not available"),
    "too_far": _("too far"),
    "too_few": _("too few signed up"),
    "unfounded": _("not confirmed"),
    "unsafe": _("not safe"),
    "weather": _("weather"),
    "what_exactly": _("what exactly"),
    "which_place": _("which place"),
    "which_time": _("which time"),
    "who_lives_there": _("who lives there"),
    "withdrawn": _("taken back by the centre"),
    "wrong_order": _("ordered by mistake"),
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
