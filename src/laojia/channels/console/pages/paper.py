"""Paper: sheets to print for the counter and the teams, and the page where they are typed in later."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from laojia.channels.console.pages.shared import actor_of, address, moment
from laojia.channels.console.queries.paper import find_sheet, occasion_of, seen_among
from laojia.foundation.journal.actions import require
from laojia.kernel.codes import check_number
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import subject_of
from laojia.steps.menu import queries as menu
from laojia.steps.serve import queries as serving

_ON_THE_SHEET = 14  # items printed to be ticked; anything else is written down


@never_cache
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """Scan or type the number of a sheet; then who filled it in, then the screen with what it says."""
    actor = actor_of(request)
    text = request.GET.get("n", "").strip()[:200]
    sheet, http = None, 200
    if text:
        try:
            sheet = find_sheet(actor, text)
        except OutOfScope as refused:
            messages.error(request, str(refused))
            http = 404
    if sheet is not None and sheet.order is not None and len(sheet.writers) == 1:
        here = seen_among(actor, [sheet.writers[0].pk])
        if here:
            return redirect(
                address("console:caller", here[0].pk, channel="paper") + f"#order-{sheet.order.pk}"
            )
    context = {
        "text": text,
        "sheet": sheet,
        "here": seen_among(actor, [one.pk for one in sheet.writers]) if sheet else [],
        "now": moment(),
    }
    return render(request, "console/paper.html", context, status=http)


@never_cache
@require_safe
def scanned(request: HttpRequest, number: str) -> HttpResponse:
    """The address in a sheet's code: the desk types it in, everybody else looks the order up."""
    try:
        actor_of(request)
    except OutOfScope:
        return redirect("order:look_up")
    return redirect(address("console:paper", n=check_number(number) or number))


@never_cache
@require_safe
def blank(request: HttpRequest) -> HttpResponse:
    """The order sheet of the counter: to be filled in by hand."""
    actor_of(request)
    items = [
        row for row in menu.items() if row.mode in ("home_visit", "by_appointment") and not row.protected
    ]
    return render(request, "console/paper_order.html", {"items": items[:_ON_THE_SHEET], "lines": range(4)})


@never_cache
@require_safe
def record(request: HttpRequest, number: str) -> HttpResponse:
    """Roster and record on one sheet, to be filled in by the leader."""
    actor = actor_of(request)
    clean = check_number(number)
    if clean is None or not clean.startswith("R"):
        raise OutOfScope("sheet_unknown", _("We do not find a sheet with this number."))
    row = occasion_of(actor, clean)
    require(actor, "occasion.print", subject_of(row))
    context = {
        "occasion": row,
        "number": clean,
        "lines": [line for line in serving.roster_of(row) if line.state in ("asked", "yes", "came")],
        "visits": serving.attendances_of(row),
        "free_lines": range(4),
    }
    return render(request, "console/paper_record.html", context)
