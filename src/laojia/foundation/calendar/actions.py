"""Writes of the working calendar. Dates already promised stay; provisional ones are reckoned anew by follow-ups."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar import queries
from laojia.foundation.calendar.models import Day, Edition, OfficeHours, Year
from laojia.foundation.calendar.rules import DayEntry, Hours, check_hours
from laojia.foundation.journal.actions import record
from laojia.kernel.codes import secret_token
from laojia.kernel.errors import BadInput
from laojia.policy.facts import Actor

_BY_HAND = "county"


@transaction.atomic
def edit_day(*, day: date, works: bool, name: str = "", actor: Actor, now: datetime) -> Day:
    """Make one day of an entered year work or rest (snow, a local feast). Raises BadInput for other years."""
    if not Year.objects.filter(year=day.year).exists():
        sentence = _("This year is not entered yet.")
        raise BadInput(
            "year_not_entered",
            sentence,
            _("Enter the year first, then single days."),
            {"day": sentence},
        )
    row, _new = Day.objects.update_or_create(
        date=day,
        defaults={"works": works, "name": name.strip()[:40], "source": _BY_HAND},
    )
    record(row, "calendar.edit_day", actor=actor, now=now, fields=("works", "name"))
    _new_edition()
    return row


@transaction.atomic
def enter_year(
    *,
    year: int,
    days: Mapping[date, DayEntry],
    source: str,
    actor: Actor,
    now: datetime,
) -> Year:
    """Enter a year's holidays and make-up days, replacing what stood there; it is provisional no more."""
    if not days or any(day.year != year for day in days):
        sentence = _("A year needs its holidays and make-up days, all of that year.")
        raise BadInput(
            "year_days",
            sentence,
            _("Copy them from the government's notice."),
            {"days": sentence},
        )
    row, _new = Year.objects.update_or_create(
        year=year, defaults={"source": source.strip()[:60], "entered_at": now}
    )
    Day.objects.filter(date__year=year).delete()
    Day.objects.bulk_create(
        Day(date=day, works=entry.works, name=entry.name, source=row.source)
        for day, entry in sorted(days.items())
    )
    _new_edition()
    record(row, "calendar.enter_year", actor=actor, now=now, fields=("days",))
    return row


@transaction.atomic
def set_office_hours(*, hours: Hours, actor: Actor, now: datetime) -> None:
    """Replace the intervals of the office day; deadlines already given stay as they are."""
    try:
        check_hours(hours)
    except ValueError:
        sentence = _("The office must open before it closes, and the parts of the day must not overlap.")
        raise BadInput("office_hours", sentence, "", {"hours": sentence}) from None
    OfficeHours.objects.all().delete()
    OfficeHours.objects.bulk_create(OfficeHours(opens=opens, closes=closes) for opens, closes in hours)
    record(
        _new_edition(),
        "calendar.edit_day",
        actor=actor,
        now=now,
        fields=("office_hours",),
    )


def _new_edition() -> Edition:
    """Mark the calendar as changed: this process asks again at once, the others within seconds."""
    edition, _new = Edition.objects.update_or_create(pk=1, defaults={"mark": secret_token()})
    queries.forget()
    transaction.on_commit(queries.forget)
    return edition
