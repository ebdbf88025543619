"""Public pages: start, how it works, privacy, what is never done, text size and language."""

from django.urls import path

from laojia.channels.home import pages

app_name = "home"
urlpatterns = [
    path("", pages.start, name="start"),
    path("how/", pages.how, name="how"),
    path("privacy/", pages.privacy, name="privacy"),
    path("never/", pages.never, name="never"),
    path("view/", pages.view, name="view"),
    path("elder/", pages.elder, name="elder"),
]
