"""The journal as the audit administrator reads it: identifiers, verbs, states; no names, no numbers to call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from laojia.foundation.journal import queries
from laojia.foundation.journal.forms import FilterForm
from laojia.kernel.paging import page
from laojia.policy.facts import actor_of


@require_safe
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Rows by filter, newest first, and how far the chain is sealed."""
    actor = actor_of(request)
    form = FilterForm(request.GET)
    form.is_valid()
    rows = queries.journal_rows(actor, **form.cleaned_data)
    context = {
        "form": form,
        "page": page(rows, ("-id",), request.GET.get("after"), size=100),
        "chain": queries.chain(actor),
    }
    return render(request, "journal/list.html", context)
