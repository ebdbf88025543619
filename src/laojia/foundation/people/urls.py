"""Addresses: signing in, my data, people at the station, posts, teams."""

from django.urls import path

from laojia.foundation.people.pages import desk, entrance, me, posts, teams

app_name = "people"
urlpatterns = [
    path("accounts/second-step/", entrance.second_step, name="second_step"),
    path("accounts/who/", entrance.who, name="who"),
    path("accounts/who/choose/", entrance.choose, name="choose"),
    path("me/", me.mine, name="me"),
    path("me/correct/", me.correct, name="correct"),
    path("me/consent/", me.consent, name="consent"),
    path("me/export/", me.export, name="export"),
    path("me/print/", me.sheet, name="sheet"),
    path("me/erase/", me.erase, name="erase"),
    path("people/", desk.search, name="search"),
    path("people/add/", desk.add, name="add"),
    path("people/<int:pk>/", desk.one, name="one"),
    path("people/<int:pk>/reveal/", desk.reveal, name="reveal"),
    path("people/<int:pk>/correct/", desk.correct, name="correct_person"),
    path("people/<int:pk>/unclaim/", desk.unclaim, name="unclaim"),
    path("posts/", posts.search, name="posts"),
    path("posts/person/<int:pk>/", posts.one, name="posts_of"),
    path("posts/person/<int:pk>/grant/", posts.grant, name="grant"),
    path("posts/person/<int:pk>/account/", posts.account, name="account"),
    path("posts/account/<int:pk>/unlock/", posts.unlock, name="unlock"),
    path("posts/<int:pk>/end/", posts.end, name="end_post"),
    path("teams/", teams.listed, name="teams"),
    path("teams/new/", teams.new, name="new_team"),
    path("teams/expiring/", teams.expiring, name="expiring"),
    path("teams/<int:pk>/", teams.one, name="team"),
    path("teams/<int:pk>/save/", teams.save, name="save_team"),
    path("teams/<int:pk>/week/", teams.week, name="team_week"),
    path("teams/<int:pk>/day/", teams.day, name="team_day"),
    path("teams/<int:pk>/rest/", teams.rest, name="team_rest"),
    path("teams/<int:pk>/reach/", teams.reach, name="team_reach"),
    path("teams/<int:pk>/introduce/", teams.introduce, name="team_introduce"),
    path("teams/<int:pk>/lead/", teams.lead, name="team_lead"),
    path("teams/<int:pk>/quit/", teams.quit_one, name="team_quit"),
    path("teams/<int:pk>/join/", teams.join, name="team_join"),
    path("teams/<int:pk>/leave/", teams.leave, name="team_leave"),
    path("teams/<int:pk>/certificate/", teams.certificate, name="team_certificate"),
    path("teams/<int:pk>/insurance/", teams.insurance, name="team_insurance"),
]
