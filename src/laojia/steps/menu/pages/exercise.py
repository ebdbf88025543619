"""An occasion is marked as an exercise, or the mark is taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from laojia.kernel import clock
from laojia.policy.facts import actor_of
from laojia.steps.menu import actions, queries


@require_POST
def practice(request: HttpRequest, pk: int) -> HttpResponse:
    """演练, or not after all. Its orders follow."""
    actor = actor_of(request)
    back = request.POST.get("practice") == "0"
    reason = "by_mistake" if back else request.POST.get("reason", "")[:40]
    actions.mark_practice(
        occasion=queries.occasion(pk, actor), practice=not back, reason=reason, actor=actor, now=clock.now()
    )
    messages.success(request, _("The exercise mark of this occasion is changed."))
    return redirect("menu:desk_occasion", pk=pk)
