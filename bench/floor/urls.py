"""One POST with two inserts, one list of fifty rows, one row, one UPDATE."""

import json
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from bench.floor.models import Entry, Order


def place(request: HttpRequest) -> HttpResponse:
    body: dict[str, Any] = json.loads(request.body)
    now = timezone.now()
    with transaction.atomic():
        order = Order.objects.create(
            key=uuid.UUID(request.headers["Idempotency-Key"]), number="D", state="waiting", title=body["item_code"],
            person="王秀英", place=body["place"], due_at=now + timedelta(days=2), placed_at=now,
        )  # fmt: skip
        Entry.objects.create(order_id=order.pk, verb="place", at=now)
    return JsonResponse({"number": order.number, "state": order.state}, status=201)


def queue(request: HttpRequest) -> HttpResponse:
    rows = Order.objects.filter(state="waiting").order_by("due_at", "id")[:50]
    return render(request, "floor/queue.html", {"rows": rows})


def one(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "floor/one.html", {"order": Order.objects.get(pk=pk)})


def change(request: HttpRequest, pk: int) -> HttpResponse:
    Order.objects.filter(pk=pk).update(state="waiting", version=F("version") + 1)
    return redirect("/done/")


urlpatterns = [
    path("orders", place),
    path("queue/", queue),
    path("o/<int:pk>/", one),
    path("o/<int:pk>/change/", change),
]
