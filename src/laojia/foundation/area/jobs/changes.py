"""The clock of a planned change of areas."""

from datetime import datetime

from laojia.foundation.area.actions import take_effect
from laojia.foundation.area.models import AreaChange
from laojia.kernel.errors import Refused
from laojia.policy.facts import CLOCK


def change_due(change_id: int, now: datetime) -> None:
    """Its day has come. What cannot be carried out stays planned and says why: a person undoes it and plans anew."""
    change = AreaChange.objects.filter(pk=change_id, state="planned").first()
    if change is None:
        return
    try:
        take_effect(change=change, actor=CLOCK, now=now)
    except Refused as refused:  # taken back whole by its own savepoint
        AreaChange.objects.filter(pk=change_id, state="planned").update(trouble=refused.code[:40])
