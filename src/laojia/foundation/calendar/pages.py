"""Pages of the working calendar for the system administrator: look at a year, edit a day, enter a year."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.calendar import actions, queries
from laojia.foundation.calendar.forms import DayForm, HoursForm, YearForm
from laojia.kernel import clock
from laojia.kernel.errors import BadInput
from laojia.policy.facts import Subject, actor_of
from laojia.policy.permissions import may

_YEARS = range(2000, 2201)


@require_safe
def this_year(_request: HttpRequest) -> HttpResponse:
    """The year we are in."""
    return redirect("calendar:year", year=clock.local_date(clock.now()).year)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The grid of a year with its forms."""
    return _show(request, year)


@require_POST
def day(request: HttpRequest, year: int) -> HttpResponse:
    """Save one day."""
    form = DayForm(request.POST)
    if form.is_valid():
        entry = form.cleaned_data
        try:
            actions.edit_day(**entry, actor=actor_of(request), now=clock.now())
        except BadInput as refused:
            _put(form, refused)
        else:
            messages.success(request, _("The day is saved. Dates promised already stay as they are."))
            return redirect("calendar:year", year=entry["day"].year)
    return _show(request, year, day_form=form)


@require_POST
def enter(request: HttpRequest, year: int) -> HttpResponse:
    """Enter the year's notice."""
    form = YearForm(request.POST, year=_checked(year))
    if form.is_valid():
        entry = form.cleaned_data
        try:
            actions.enter_year(
                year=year,
                days=entry["days"],
                source=entry["source"],
                actor=actor_of(request),
                now=clock.now(),
            )
        except BadInput as refused:
            _put(form, refused)
        else:
            messages.success(
                request,
                _("The year is entered. Provisional dates have been reckoned again."),
            )
            return redirect("calendar:year", year=year)
    return _show(request, year, year_form=form)


@require_POST
def hours(request: HttpRequest) -> HttpResponse:
    """Save the office hours."""
    form = HoursForm(request.POST)
    this = clock.local_date(clock.now()).year
    if form.is_valid():
        actions.set_office_hours(hours=form.cleaned_data["hours"], actor=actor_of(request), now=clock.now())
        messages.success(
            request,
            _("The office hours are saved. They count for everything that begins from now on."),
        )
        return redirect("calendar:year", year=this)
    return _show(request, this, hours_form=form)


def _show(request: HttpRequest, year: int, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    grid = queries.year_grid(actor, _checked(year))
    editable = may(actor, "calendar.edit_day", Subject("calendar_day"))
    context = {
        "grid": grid,
        "before": year - 1,
        "after": year + 1,
        "editable": editable,
    }
    if editable:
        context |= {
            "day_form": DayForm(),
            "year_form": YearForm(year=year),
            "hours_form": HoursForm(initial=_office_hours()),
        }
    return render(request, "calendar/year.html", context | forms, status=422 if forms else 200)


def _office_hours() -> dict[str, Any]:
    edges = [edge for interval in queries.calendar().hours for edge in interval]
    return dict(zip(("opens", "closes", "opens_again", "closes_again"), edges, strict=False))


def _checked(year: int) -> int:
    if year not in _YEARS:
        raise Http404
    return year


def _put(form: Any, refused: BadInput) -> None:
    names = [name for name in refused.fields if name in form.fields]
    form.add_error(names[0] if names else None, str(refused))
