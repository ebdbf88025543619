"""The inbox: what was said to the person, and in a demonstration everything that would have left. Receipts come in."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from laojia.foundation.outbox import actions, queries
from laojia.foundation.outbox.rules import receipt_is_genuine
from laojia.kernel import clock, env
from laojia.kernel.paging import page
from laojia.policy.facts import actor_of

_MOST_RECEIPTS = 1000


@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """Own messages for who is signed in; the demonstration's post box for everybody."""
    actor = actor_of(request)
    after = request.GET.get("after") or None
    everybody = request.GET.get("whose") == "all" or actor.person_id is None
    demonstration = queries.demonstration_inbox()
    rows: QuerySet[Any] = demonstration if everybody else queries.own_messages(actor)
    context = {
        "page": page(rows, order=("-id",), after=after, size=30),
        "everybody": everybody,
        "signed_in": actor.person_id is not None,
        "demonstration": demonstration.exists(),
    }
    return render(request, "outbox/inbox.html", context)


@csrf_exempt
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """The gateway tells what became of messages: `[{"out_id": key, "state": "DELIVERED" | "FAILED"}]`, signed."""
    now = clock.now()
    secret = env.text("LAOJIA_SMS_SECRET")
    if not receipt_is_genuine(secret, request.path, request.headers, request.body, now):
        return JsonResponse({"code": "BAD_SIGNATURE"}, status=403)
    try:
        told = [(str(one["out_id"]), str(one["state"])) for one in json.loads(request.body)]
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"code": "BAD_RECEIPT"}, status=422)
    if len(told) > _MOST_RECEIPTS:
        return JsonResponse({"code": "TOO_MANY"}, status=422)
    for key, state in told:
        if state in {"DELIVERED", "FAILED"}:
            actions.take_receipt(key=key, delivered=state == "DELIVERED", now=now)
    return JsonResponse({"code": "OK"})
