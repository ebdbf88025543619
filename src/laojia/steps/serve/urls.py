"""Routes of serving: the leader's, the volunteer's and the station's pages. A `token` opens exactly one offer or occasion."""

from django.urls import path

from laojia.steps.serve import pages

app_name = "serve"
_OCCASION = (
    ("", pages.occasion, "occasion"),
    ("time/", pages.agree_time, "agree_time"),
    ("roster/", pages.ask_people, "ask"),
    ("roster/<int:line>/stand-in/", pages.stand_in, "stand_in"),
    ("turn-up/", pages.turn_up, "turn_up"),
    ("back/", pages.give_back, "give_back"),
    ("over/", pages.hand_over, "hand_over"),
    ("done/", pages.done, "done"),
    ("door/<int:attendance>/", pages.door, "door"),
)
_INVITE = (
    ("come/", pages.come, "come"),
    ("not-come/", pages.not_come, "not_come"),
    ("names/", pages.name_helpers, "name_helpers"),
)
urlpatterns = [
    path("team/invites/<int:pk>/", pages.invite, name="invite"),
    *(path(f"team/invites/<int:pk>/{tail}", view, name=name) for tail, view, name in _INVITE),
    *(path(f"offer/<str:token>/invite/{tail}", view, name=f"{name}_by_link") for tail, view, name in _INVITE),
    path("team/", pages.today, name="today"),
    path("team/offers/<int:pk>/", pages.offer, name="offer"),
    path("team/offers/<int:pk>/accept/", pages.accept, name="accept"),
    path("team/offers/<int:pk>/decline/", pages.decline, name="decline"),
    path("team/pool/<int:pk>/claim/", pages.claim, name="claim"),
    path("offer/<str:token>/", pages.by_link, name="by_link"),
    path("offer/<str:token>/accept/", pages.accept, name="accept_by_link"),
    path("offer/<str:token>/decline/", pages.decline, name="decline_by_link"),
    *(path(f"team/occasions/<int:pk>/{tail}", view, name=name) for tail, view, name in _OCCASION),
    *(
        path(f"offer/<str:token>/visit/{tail}", view, name=f"{name}_by_link")
        for tail, view, name in _OCCASION
    ),
    path("team/occasions/<int:pk>/record/", pages.record_sheet, name="record_sheet"),
    path("volunteer/", pages.volunteer, name="volunteer"),
    path("volunteer/join/<int:pk>/", pages.join, name="join"),
    path("volunteer/lines/<int:pk>/", pages.answer_line, name="answer_line"),
    path("station/", pages.station, name="station"),
    path("station/tally/", pages.tally, name="tally"),
    path("station/tally/<int:pk>/strike/", pages.strike, name="strike"),
    path("station/settle/<int:pk>/", pages.settle, name="settle"),
    path("station/called/<int:pk>/", pages.called, name="called"),
]
