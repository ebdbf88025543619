"""Addresses of messages."""

from django.urls import path

from laojia.foundation.outbox import pages

app_name = "outbox"
urlpatterns = [
    path("inbox/", pages.inbox, name="inbox"),
    path("gateway/receipts/", pages.receipts, name="receipts"),
]
