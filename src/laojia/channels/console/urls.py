"""Routes of the desk."""

from django.urls import path

from laojia.channels.console import pages
from laojia.channels.console.pages import drives, exercise

app_name = "console"
_DECISIONS = ("refuse", "ask", "suspend", "end", "map")
urlpatterns = [
    path("call/", pages.call, name="call"),
    path("call/<int:pk>/", pages.caller, name="caller"),
    path("call/<int:pk>/say/", pages.say, name="say"),
    path("calls/", pages.calls, name="calls"),
    path("calls/tick/", pages.tick, name="calls_tick"),
    path("calls/show/", pages.show, name="calls_show"),
    path("calls/paper/", pages.calls_print, name="calls_print"),
    path("paper/", pages.paper, name="paper"),
    path("paper/blank/", pages.blank, name="paper_blank"),
    path("paper/<str:number>/", pages.scanned, name="scanned"),
    path("paper/<str:number>/sheet/", pages.record, name="paper_record"),
    path("desk/", pages.queue, name="queue"),
    path("desk/queue.csv", pages.export, {"kind": "csv"}, name="csv"),
    path("desk/queue.xlsx", pages.export, {"kind": "xlsx"}, name="xlsx"),
    path("desk/offers/", pages.offers, name="offers"),
    path("desk/offers/<int:pk>/withdraw/", pages.withdraw, name="withdraw"),
    path("desk/offers/<int:pk>/called/", pages.called, name="called"),
    path("desk/suggest/", pages.suggest, name="suggest"),
    path("desk/trips/", drives.trips, name="trips"),
    path("desk/trips/make/", drives.make_trip, name="make_trip"),
    path("desk/drives/<int:pk>/", drives.drive, name="drive"),
    path("desk/invites/<int:pk>/withdraw/", drives.uninvite, name="uninvite"),
    path("call-ups/", drives.call_ups, name="call_ups"),
    path("call-ups/new/", drives.new_call_up, name="new_call_up"),
    path("desk/occasions/<int:pk>/", pages.occasion, name="occasion"),
    path("desk/occasions/<int:pk>/offer/", pages.offer_occasion, name="offer_occasion"),
    path("desk/o/<int:pk>/", pages.queue, name="order"),
    path("desk/o/<int:pk>/offer/", pages.offer, name="offer"),
    path("desk/o/<int:pk>/look/", pages.look, name="look"),
    path("desk/o/<int:pk>/looked/", pages.looked, name="looked"),
    path("desk/o/<int:pk>/reveal/", pages.reveal, name="reveal"),
    path("desk/o/<int:pk>/triage/", pages.triage, name="triage"),
    path("desk/o/<int:pk>/resume/", pages.resume, name="resume"),
    path("desk/o/<int:pk>/merge/", pages.merge, name="merge"),
    path("desk/o/<int:pk>/bundle/", pages.bundle, name="bundle"),
    path("desk/o/<int:pk>/unbundle/", pages.unbundle, name="unbundle"),
    path("desk/o/<int:pk>/practice/", exercise.practice, name="practice"),
    path("desk/o/<int:pk>/pool/", pages.pool, name="pool"),
    path("desk/o/<int:pk>/pass-down/", pages.pass_down, name="pass_down"),
    *(path(f"desk/o/<int:pk>/{what}/", pages.decide, {"what": what}, name=what) for what in _DECISIONS),
]
