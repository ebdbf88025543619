"""Addresses of the working calendar."""

from django.urls import path

from laojia.foundation.calendar import pages

app_name = "calendar"
urlpatterns = [
    path("calendar/", pages.this_year, name="now"),
    path("calendar/hours/", pages.hours, name="hours"),
    path("calendar/<int:year>/", pages.year, name="year"),
    path("calendar/<int:year>/day/", pages.day, name="day"),
    path("calendar/<int:year>/enter/", pages.enter, name="enter"),
]
