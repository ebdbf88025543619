"""Sentences for the short words that the rules of the menu answer with, and shown words of its lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from laojia.shown import weekday
from laojia.steps.menu.models import ItemVersion
from laojia.steps.menu.rules.questions import Problem

TILE_WORDS = {
    "health": _("Health"),
    "elders": _("Caring for the old"),
    "children": _("Children"),
    "repairs": _("Small repairs, errands"),
    "law": _("Law, settling things"),
    "culture": _("Plays, books, exercise"),
    "work": _("Work, skills, farm produce"),
    "village": _("The village, the estate"),
}
ASKER_WORDS = {
    "person": _("a person"),
    "village": _("a village or community"),
    "school": _("a school"),
    "unit": _("a unit"),
    "station": _("a station"),
    "guardian": _("a guardian"),
    "self": _("the child itself"),
    "anyone": _("anybody"),
}
DANGER_WORDS = {
    "": _("no particular danger"),
    "water": _("near water"),
    "road": _("in road traffic"),
    "live_wire": _("live wires"),
    "gas_electric": _("gas and electricity"),
}
REQUIRES_WORDS = {
    "sponsor": _("a named body answers for it"),
    "no_selling": _("nothing is sold"),
    "clinic_filing": _("filing number of the free clinic"),
}
QUESTION_KINDS = {
    "text": _("free words"),
    "number": _("a number"),
    "choice": _("one of several"),
    "date": _("a date"),
    "yes_no": _("yes or no"),
}
DAY_KIND_WORDS = {
    "weekday": _("Monday to Friday"),
    "saturday": _("Saturday"),
    "sunday": _("Sunday"),
}
KIND_WORDS = {
    "visit": _("home visit"),
    "appointment": _("appointment"),
    "seats": _("with seats"),
    "whole_village": _("for the whole village"),
    "volunteers": _("looking for volunteers"),
    "standing": _("standing help"),
}
FIELD_WORDS = {
    "name": _("Name"),
    "name_en": _("Name in English"),
    "short": _("In one line"),
    "short_en": _("In one line, in English"),
    "about": _("What it is"),
    "who_comes": _("Who comes"),
    "how_long": _("How long it takes"),
    "contact_note": _("About the contact"),
    "category": _("Official category"),
    "audience": _("Official audience"),
    "mode": _("How it is had"),
    "asked_by": _("Who may ask"),
    "team_kind": _("Kind of team"),
    "minutes": _("Minutes"),
    "lead_working_days": _("Working days ahead"),
    "qualification": _("Certificate, any one of"),
    "danger": _("Danger"),
    "insured": _("Insured before it starts"),
    "protected": _("Protected: in no list and no figures"),
    "sealed": _("Sealed: only the keeper sees it"),
    "two_people": _("Always two helpers"),
    "adults_only": _("Helpers of age only"),
    "slots": _("When"),
    "quota_per_week": _("How many a week"),
    "places": _("Seats"),
    "held_back": _("Seats kept for callers"),
    "requires": _("What must be there"),
    "risks": _("What can happen"),
    "questions": _("Own questions"),
    "search": _("Words people search for"),
    "trusted": _("Goes through without triage"),
    "areas": _("Where"),
    "keeper": _("Keeper"),
}

_PUBLISH = {
    "missing": _("This is still missing."),
    "unknown": _("Not on the list: %(about)s"),
    "too_many_risks": _("At most %(about)s risks; name those that really happen."),
    "risk_too_long": _("Say it in 40 characters at most: %(about)s"),
    "risk_twice": _("This risk stands somewhere else already; say it for this item: %(about)s"),
    "too_many_questions": _("At most %(about)s questions."),
    "question_without_text": _("A question has no text."),
    "question_key": _("The short name of a question is missing or there twice: %(about)s"),
    "question_kind": _("What kind of answer is wanted here? %(about)s"),
    "question_choices": _("A choice needs at least two different answers: %(about)s"),
    "never_asked": _("We never ask this of anybody: %(about)s"),
    "no_slot": _("On which half-days can it be had?"),
    "danger_not_insured": _("Dangerous work is insured before it starts."),
    "danger_not_for_minors": _("Dangerous work is for helpers of age only."),
    "children_need_two": _("With children there are always two adults."),
    "sealed_is_protected": _("What is sealed is protected too."),
    "sealed_needs_keeper": _("Name the keeper whose hands it goes to."),
    "protected_asks_nothing": _("A protected item books a time and asks nothing."),
    "not_harmless": _("Danger, certificates, children and protected matters always go through triage."),
    "held_back_over_places": _("Not more seats can be kept for callers than there are."),
    "nothing_held_back": _("Keep some seats for people who telephone."),
}
_ANSWER = {
    "missing": _("Please answer this."),
    "not_a_number": _("Please write a number, for example 3."),
    "not_a_date": _("Please choose a day."),
    "not_a_choice": _("Please choose one of the answers."),
    "not_yes_or_no": _("Please say yes or no."),
    "too_long": _("A little shorter, please: at most 200 characters."),
}
WISH: Mapping[str, object] = {
    "too_soon": _("That is too soon: the team needs some days to prepare. The earliest day is %(day)s."),
    "too_far": _("That is too far ahead. Choose a day within the next three months."),
    "not_on_that_day": _("It cannot be had on that day of the week. The next days are %(days)s."),
    "not_at_that_half": _("On that day it can be had %(halves)s only."),
    "half_over": _("That part of today is over. Choose another."),
}


def weekday_word(number: int) -> str:
    """周一 … 周日, Monday 0."""
    return weekday(date(2024, 1, 1 + number))  # the first of January 2024 was a Monday


def said_problem(problem: Problem) -> str:
    """A sentence about what stands between a draft and the menu."""
    sentence = _PUBLISH.get(problem.code)
    return str(sentence) % {"about": problem.about} if sentence else problem.code


def said_answer(problem: Problem) -> str:
    """A sentence beside a question; a condition that is not met answers with the question's own help line."""
    if problem.code == "condition_not_met":
        return problem.about or _g("Without this it cannot take place.")
    sentence = _ANSWER.get(problem.code)
    return str(sentence) if sentence else problem.code


def said_name(row: ItemVersion) -> str:
    """The item's name in the language of the page."""
    return row.name_en if row.name_en and (get_language() or "").startswith("en") else row.name


def said_short(row: ItemVersion) -> str:
    """The item's one line in the language of the page."""
    return row.short_en if row.short_en and (get_language() or "").startswith("en") else row.short
