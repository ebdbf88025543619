"""What reports keep of their own: words beside a month."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from laojia.foundation.area.models import Area
from laojia.policy.facts import Columns
from laojia.policy.personal import Held, Keep


class MonthNote(models.Model):
    """Words written beside a month or year of an area. A new one takes the place of the one before; none is lost."""

    SCOPE: ClassVar = Columns(kind="month", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("words",), "what those who lead wrote beside a month", Keep.RECORD_TEN_YEARS),
    )

    period = models.CharField(max_length=7)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    words = models.TextField(blank=True)  # empty: taken back
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["period", "area", "-id"], name="month_note_newest")]
