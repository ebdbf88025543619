"""Address of the journal, for the audit administrator."""

from django.urls import path

from laojia.foundation.journal import pages

app_name = "journal"
urlpatterns = [path("journal/", pages.listed, name="journal")]
