"""Addresses of the lists."""

from django.urls import path

from laojia.foundation.lists import pages

app_name = "lists"
urlpatterns = [
    path("lists/", pages.index, name="index"),
    path("lists/template/<slug:kind>/", pages.template, name="template"),
    path("lists/<int:pk>/", pages.one, name="one"),
    path("lists/<int:pk>/progress/", pages.progress, name="progress"),
    path("lists/<int:pk>/take/", pages.take, name="take"),
    path("lists/<int:pk>/drop/", pages.drop, name="drop"),
    path("lists/<int:pk>/remove/", pages.remove, name="remove"),
    path("lists/<int:pk>/bad-rows/", pages.bad_rows, name="bad_rows"),
]
