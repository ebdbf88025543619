"""Reasons as one would say them on the telephone. Codes come from solver.explain and solver.check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from laojia.shown import said_distance

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_PLAIN = {
    "wanted": lambda: _("the person asked for this team"),
    "knows": lambda: _("has been with this person before"),
    "first_wish": lambda: _("can come at the time wished first"),
    "later_wish": lambda: _("can come at another wished time"),
    "same_village": lambda: _("is in the same village"),
    "same_town": lambda: _("is in the same town"),
    "other_town": lambda: _("comes from another town"),
    "county_team": lambda: _("goes everywhere in the county"),
    "certificate": lambda: _("holds the certificate for that day"),
    "insured": lambda: _("is insured on that day"),
    "little_lately": lambda: _("was not asked in the last two weeks"),
    "call_first": lambda: _("telephone first, then send"),
}


def say_why(codes: Iterable[str]) -> list[str]:
    """「离得近」「去过这家」…: one short phrase per code; an unknown code is left out rather than shown raw."""
    return [words for words in (_say(code) for code in codes) if words]


def _say(code: str) -> str:
    name, _colon, number = code.partition(":")
    if name == "metres":
        return said_distance(float(number))
    if name == "free":
        count = int(number)
        return ngettext("%(count)s place left then", "%(count)s places left then", count) % {"count": count}
    return _PLAIN[name]() if name in _PLAIN else ""


# What stands in the way of asking a team, by the codes of solver.check and solver.explain.
BLOCKED: Mapping[str, StrPromise] = {
    "no_rhythm": gettext_lazy("regular help: fix the days and the hour first"),
    "kind": gettext_lazy("this is not the kind of team the item asks for"),
    "area": gettext_lazy("the team does not go to that place"),
    "stopped": gettext_lazy("a complaint has stopped this team for this person"),
    "asked_already": gettext_lazy("the team was asked for this already"),
    "too_few": gettext_lazy("the team has too few people for this"),
    "not_wished": gettext_lazy("the person did not wish for that time"),
    "ended": gettext_lazy("the team does not exist any more on that day"),
    "standstill": gettext_lazy("work rests there on that day"),
    "resting": gettext_lazy("the team is resting on that day"),
    "certificate": gettext_lazy("nobody in the team has a valid certificate for that day"),
    "insurance": gettext_lazy("the team is not insured for that day"),
    "full": gettext_lazy("the team has no place left at that time"),
    "all_full": gettext_lazy("every fitting team is full at the wished times"),
    "no_team_of_this_kind": gettext_lazy("the county has no team of this kind"),
    "no_time_left": gettext_lazy("no time is left that suits everybody; ask which time would do"),
}

# Why something is looked at twice before it goes out.
LOOK: Mapping[str, StrPromise] = {
    "danger": gettext_lazy("dangerous work"),
    "protected": gettext_lazy("a protected matter"),
    "child": gettext_lazy("a minor is concerned"),
    "first_visit_alone": gettext_lazy("the first visit to a person who lives alone"),
    "asked_for": gettext_lazy("somebody asked for a second look"),
}


def say_why_not(*codes: str) -> str:
    """What stands in the way, in one line."""
    return _("; ").join(str(BLOCKED.get(code, "")) for code in codes if code in BLOCKED)


def say_look(code: str) -> str:
    """Why it is looked at twice."""
    return str(LOOK.get(code, ""))
