"""For which bodies somebody may ask, and regular help one may see."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Unit
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor
from laojia.policy.roles import Role
from laojia.steps.order.models import StandingHelp

_SPEAKERS = (Role.GRID_WORKER, Role.STATION_STAFF, Role.DISPATCHER)
_MOST = 60


def units_i_speak_for(actor: Actor, today: date) -> list[Unit]:
    """Bodies where the actor holds a post, and those in the area of a grid worker or station."""
    if actor.person_id is None:
        return []
    on_day = Q(posts__valid_to=None) | Q(posts__valid_to__gt=today)
    found = Q(posts__person_id=actor.person_id, posts__valid_from__lte=today) & on_day
    for prefix in actor.prefixes(*_SPEAKERS):
        found |= Q(area_path__startswith=prefix)
    return list(Unit.objects.filter(found).distinct().order_by("name", "id")[:_MOST])


def village_line(area: Area) -> str:
    """甘亭镇 · 甘亭村, as the village field understands it again; a grid's village for a grid."""
    names = area.path.strip("/").split("/")
    if len(names) > 3:
        area = Area.objects.select_related("parent").get(pk=int(names[2]))
    parent = area.parent
    return f"{parent.name} · {area.name}" if parent is not None and area.level == "village" else area.name


def standing(pk: int, actor: Actor) -> StandingHelp:
    """One regular help. Raises OutOfScope."""
    rows = scoped(StandingHelp.objects.select_related("item_version", "team", "area"), actor, "standing.see")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise OutOfScope(
            "standing_not_here", _("We do not find that here."), _("Ask the practice centre by telephone.")
        )
    return row
