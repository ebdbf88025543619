"""The working calendar as the county keeps it: days that differ from the plain week, years entered, office hours."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held


class Day(models.Model):
    """A day that works or rests against the plain week. Days of a year that is not entered yet do not count."""

    SCOPE: ClassVar[Columns] = Columns("calendar_day")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    date = models.DateField(unique=True)
    works = models.BooleanField()
    name = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {'+' if self.works else '-'}"


class Year(models.Model):
    """A year whose holidays are entered; any other year is provisional."""

    SCOPE: ClassVar[Columns] = Columns("calendar_year")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    year = models.PositiveSmallIntegerField(unique=True)
    source = models.CharField(max_length=60)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2200),
                name="calendar_year_plausible",
            ),
        )

    def __str__(self) -> str:
        return str(self.year)


class OfficeHours(models.Model):
    """One interval of the office day; none at all means the built-in hours."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="office_hours_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


class Edition(models.Model):
    """One row that says which edition of the calendar holds: processes keep theirs until the mark differs."""

    SCOPE: ClassVar[Columns] = Columns("calendar")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mark = models.CharField(max_length=40)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="calendar_one_edition"),)

    def __str__(self) -> str:
        return self.mark
