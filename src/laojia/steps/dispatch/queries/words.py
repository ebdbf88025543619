"""Reasons as one would say them on the telephone. Codes come from solver.explain and solver.check."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from laojia.shown import said_distance

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
