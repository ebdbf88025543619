"""Public pages: start, how it works, privacy, what is never done, text size and language."""

from django.urls import path

from laojia.channels.home import pages

app_name = "home"
urlpatterns = [
    path("", pages.start, name="start"),
    path("how/", pages.how, name="how"),
    path("privacy/", pages.privacy, name="privacy"),
    path("never/", pages.never, name="never"),
    path("our-teams/", pages.our_teams, name="our_teams"),
    path("our-teams/<int:pk>/", pages.our_team, name="our_team"),
    path("view/", pages.view, name="view"),
    path("elder/", pages.elder, name="elder"),
    path("visit/begins/", pages.visit_begins, name="visit_begins"),
    path("visit/ends/", pages.visit_ends, name="visit_ends"),
]
