"""Whose rows a report covers: the actor's areas or team, one chosen place, and when protected rows count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.queries.counted import Source
from laojia.foundation.area.models import Area
from laojia.foundation.journal.queries import scoped
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import BadInput, OutOfScope
from laojia.policy.facts import Actor
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import AreaLevel, Role, Scope

SEE = "month.see"


@dataclass(frozen=True)
class View:
    """The actor with the posts that count here, the chosen place, and whether protected rows are in the totals."""

    actor: Actor
    team: bool  # the page of a team about itself
    place: Area | None
    places: tuple[Area, ...]  # what one may choose instead of all together
    with_protected: bool
    name: str

    def rows(self, source: Source, verb: str = SEE) -> QuerySet[Any]:
        """The source's rows inside this view."""
        found = scoped(source.rows(), self.actor, verb)
        if self.place is not None:
            found = found.filter(**{f"{source.area}__startswith": self.place.path})
        if source.protected is not None and not self.with_protected:
            found = found.exclude(source.protected)
        return found


def view_of(actor: Actor, place_code: str = "", verb: str = SEE) -> View:
    """What the actor's report covers. Raises OutOfScope without a post for it, BadInput for a place not his."""
    table = PERMISSIONS[verb]
    wide = tuple(g for g in actor.grants if table.get(g.role) is Scope.AREA and g.scopes)
    own = tuple(g for g in actor.grants if table.get(g.role) is Scope.TEAM and g.team_ids)
    if not wide and not own:
        raise OutOfScope(
            "no_month", _("This page is for those who lead."), _("The open figures are for everybody.")
        )
    narrowed = replace(actor, grants=wide or own, on_behalf_of=None)
    places = _places(narrowed) if wide else ()
    place = _chosen(places, place_code)
    whole = any(prefix.count("/") == 2 for prefix in narrowed.prefixes(Role.DISPATCHER))
    return View(
        narrowed,
        not wide,
        place,
        places,
        place is None and whole,
        _name(narrowed, place, places, team=not wide),
    )


def _places(actor: Actor) -> tuple[Area, ...]:
    """The areas of the posts themselves and, below a county, its towns: in the order of their codes."""
    prefixes = actor.prefixes(*Role)
    counties = Q(parent__path__in=[p for p in prefixes if p.count("/") == 2], level=AreaLevel.TOWN.value)
    rows = Area.objects.filter(Q(path__in=prefixes) | counties, valid_to__isnull=True).defer("outline")
    return tuple(rows.order_by("code"))


def _chosen(places: tuple[Area, ...], code: str) -> Area | None:
    if not code:
        return None
    for area in places:
        if area.code == code:
            return area if area.level != AreaLevel.COUNTY.value else None
    raise BadInput("place", _("That place is not among yours."), _("Choose one from the list."))


def _name(actor: Actor, place: Area | None, places: tuple[Area, ...], *, team: bool) -> str:
    if place is not None:
        return place.name
    if team:
        names = Team.objects.filter(pk__in=actor.team_ids).order_by("name").values_list("name", flat=True)
        return "、".join(names)
    outermost = [a for a in places if not any(a.path != b.path and a.path.startswith(b.path) for b in places)]
    return "、".join(area.name for area in outermost)
