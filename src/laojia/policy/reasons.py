"""Reason codes per verb. The journal holds codes only; free words stay on the row they belong to."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, ...]] = {
    "menu.pause": ("no_team", "season", "safety", "other"),
    "menu.retire": ("replaced", "not_offered_any_more", "other"),
    "order.ask_back": ("which_place", "which_time", "what_exactly", "who_lives_there", "other"),
    "order.mark_practice": ("exercise", "staged_visit", "by_mistake"),
    "occasion.mark_practice": ("exercise", "staged_visit", "by_mistake"),
    "order.refuse": ("not_for_volunteers", "another_office", "outside_county", "unsafe", "other"),
    "order.reveal": ("call_the_person", "find_the_place", "emergency", "correct_entry"),
    "person.reveal": ("call_the_person", "find_the_place", "emergency", "correct_entry"),
    "order.cancel": ("not_needed", "found_otherwise", "wrong_order", "called_off", "died_or_moved", "other"),
    "order.unarrange": (
        "team_returned",
        "called_off",
        "not_home",
        "team_absent",
        "withdrawn",
        "complaint",
        "other",
    ),
    "order.reopen": ("not_solved", "partly_solved", "nobody_came", "happened_again"),
    "order.end": ("nobody_found", "another_office", "person_gone", "other"),
    "order.suspend": ("person_away", "weather", "season", "other"),
    "occasion.postpone": (
        "snow",
        "rain",
        "heat",
        "weather",
        "emergency",
        "place_unavailable",
        "team_unavailable",
        "other",
    ),
    "occasion.call_off": (
        "weather",
        "emergency",
        "too_few",
        "place_unavailable",
        "nobody_wanted_it",
        "other",
    ),
    "standstill.declare": ("snow", "rain", "heat", "weather", "emergency", "other"),
    "occasion.release": (
        "no_one_free",
        "illness",
        "emergency",
        "handed_over",
        "complaint",
        "withdrawn",
        "other",
    ),
    "offer.decline": ("no_one_free", "too_far", "not_our_trade", "other_time"),
    "invite.decline": ("no_one_free", "too_far", "not_our_trade", "other_time"),
    "offer.return": ("illness", "emergency", "no_one_free", "other"),
    "standing.pause": ("person_away", "in_hospital", "holiday", "other"),
    "standing.other_team": ("team_cannot", "person_wishes", "complaint", "other"),
    "standing.end": ("not_needed", "person_moved", "person_died", "agreed_with_person", "other"),
    "table.reveal": ("asked_by_superior", "insurance_list", "volunteer_register", "call_the_person"),
    "complaint.answer": ("founded", "partly_founded", "unfounded", "cannot_be_settled_here"),
    "incident.close": ("settled", "insurance", "handed_to_police", "unfounded"),
    "attendance.outcome": (
        "no_parts",
        "not_possible_there",
        "needs_specialist",
        "person_changed_mind",
        "other",
    ),
}


def is_reason(verb: str, code: str) -> bool:
    """Verbs without a list take no reason; with a list, one of its codes."""
    return code in REASONS[verb] if verb in REASONS else code == ""
