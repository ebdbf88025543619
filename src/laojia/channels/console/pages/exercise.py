"""An order is marked as an exercise, or the mark is taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from laojia.channels.console.pages.shared import actor_of, says_refusals
from laojia.kernel import clock
from laojia.steps.order import actions
from laojia.steps.order import queries as orders


@require_POST
@says_refusals
def practice(request: HttpRequest, pk: int) -> HttpResponse:
    """演练, or not after all."""
    actor = actor_of(request)
    back = request.POST.get("practice") == "0"
    reason = "by_mistake" if back else request.POST.get("reason", "")[:40]
    order = orders.order_on_desk(pk, actor)
    actions.mark_practice(order=order, practice=not back, reason=reason, actor=actor, now=clock.now())
    messages.success(
        request, _("It counts again.") if back else _("Marked as an exercise: it counts nowhere.")
    )
    return redirect("console:order", pk=pk)
