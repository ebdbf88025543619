"""Routes of reviewing."""

from django.urls import path

from laojia.steps.review import pages

app_name = "review"
urlpatterns = [
    path("review/<str:token>/", pages.by_link, name="by_link"),
    path("reviews/<int:pk>/", pages.give, name="give"),
    path("team/words/", pages.team_words, name="team_words"),
    path("follow-ups/", pages.follow_ups, name="follow_ups"),
    path("follow-ups/<int:pk>/", pages.follow_up, name="follow_up"),
    path("complain/", pages.complain, name="complain"),
    path("complaint/<str:token>/", pages.my_complaint, name="my_complaint"),
    path("complaints/", pages.complaints, name="complaints"),
    path("complaints/<int:pk>/", pages.complaint, name="complaint"),
    path("incidents/", pages.incidents, name="incidents"),
    path("incidents/new/", pages.new_incident, name="new_incident"),
    path("incidents/<int:pk>/", pages.incident, name="incident"),
    path("figures/", pages.figures, name="figures"),
    path("figures.csv", pages.figures_csv, name="figures_csv"),
    path("overview/", pages.overview, name="overview"),
    path("overview/rows/", pages.overview_rows, name="overview_rows"),
]
