"""Reads of teams, scoped by the actor: a leader sees his own, the centre all in the order of their names."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.queries import scoped
from laojia.foundation.teams.models import HALF_DAYS, Team, TeamSlot, TeamWeek
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor


def teams_seen(actor: Actor, *, text: str = "", kind: str = "", ended: bool = False) -> QuerySet[Team]:
    """Teams the actor may see, by name; never by any figure."""
    rows = scoped(Team.objects.select_related("area", "station"), actor, "team.see")
    if not ended:
        rows = rows.filter(ended_on=None)
    if text:
        lies = Q(area__name__contains=text) | Q(area__parent__name__contains=text)
        rows = rows.filter(Q(name__contains=text) | lies)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("name", "id")


def team_seen(actor: Actor, team_id: int) -> Team:
    """One team. Raises OutOfScope."""
    team = teams_seen(actor, ended=True).filter(pk=team_id).first()
    if team is None:
        raise OutOfScope("team_not_here", _("We do not find this team here."), _("Open the list of teams."))
    return team


def kinds() -> list[str]:
    """The kinds of teams there are."""
    return list(Team.objects.filter(ended_on=None).order_by("kind").values_list("kind", flat=True).distinct())


def week_of(team_id: int) -> dict[tuple[int, str], int]:
    """Visits by (weekday, half-day); what is not said is 0."""
    said = {(row.weekday, row.half): row.capacity for row in TeamWeek.objects.filter(team_id=team_id)}
    return {(day, half): said.get((day, half), 0) for day in range(7) for half in HALF_DAYS}


def days_by_hand(team_id: int, on: date) -> list[TeamSlot]:
    """Days to come for which the team said another number than the week's."""
    rows = TeamSlot.objects.filter(team_id=team_id, by_hand=True, date__gte=on)
    return list(rows.order_by("date", "half"))
