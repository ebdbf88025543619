"""For which bodies somebody may ask, and regular help one may see."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q

from laojia.foundation.area.models import Area
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Unit
from laojia.policy.facts import Actor
from laojia.policy.roles import SPEAKER_ROLES, Role
from laojia.steps.order.models import Attendance, Order

_MOST = 60
_SAY_WITHIN = timedelta(days=15)  # as long as a review counts


def units_i_speak_for(actor: Actor, today: date) -> list[Unit]:
    """Bodies where the actor holds a post, and those in the area of a grid worker or station."""
    if actor.person_id is None:
        return []
    on_day = Q(posts__valid_to=None) | Q(posts__valid_to__gt=today)
    found = Q(posts__person_id=actor.person_id, posts__valid_from__lte=today) & on_day
    for prefix in actor.prefixes(*SPEAKER_ROLES):
        found |= Q(area_path__startswith=prefix)
    return list(Unit.objects.filter(found).distinct().order_by("name", "id")[:_MOST])


def village_line(area: Area) -> str:
    """甘亭镇 · 甘亭村, as the village field understands it again; a grid's village for a grid."""
    names = area.path.strip("/").split("/")
    if len(names) > 3:
        area = Area.objects.select_related("parent").get(pk=int(names[2]))
    parent = area.parent
    return f"{parent.name} · {area.name}" if parent is not None and area.level == "village" else area.name


def last_visit(order: Order, now: datetime) -> Attendance | None:
    """Of regular help: the last visit that has begun and that the person has not spoken of yet."""
    begun = Attendance.objects.filter(order=order, review=None).exclude(state="released")
    begun = begun.filter(occasion__starts_at__lte=now, occasion__starts_at__gt=now - _SAY_WITHIN)
    return begun.order_by("-occasion__starts_at").first()


def visits_ahead(order: Order, now: datetime) -> list[datetime]:
    """Of regular help: when they come next, the next two weeks."""
    rows = Attendance.objects.filter(order=order, state="expected", occasion__state="confirmed")
    ahead = rows.filter(occasion__starts_at__gt=now).order_by("occasion__starts_at")
    return [at for at in ahead.values_list("occasion__starts_at", flat=True) if at is not None]


def to_telephone(actor: Actor) -> list[Order]:
    """Regular help where a visit was missed: who holds it telephones. Station: its own; centre: those missed twice too."""
    rows = Order.objects.filter(holder_why__in=("visit_missed", "visits_missed"), sealed=False)
    if not actor.has(Role.DISPATCHER):
        rows = rows.filter(holder="station")
    rows = scoped(rows, actor, "order.see").select_related("item_version", "person", "unit", "area", "team")
    return list(rows.order_by("holder_until", "id")[:_MOST])
