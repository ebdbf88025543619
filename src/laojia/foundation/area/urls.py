"""Addresses of the areas pages."""

from django.urls import path

from laojia.foundation.area import pages

app_name = "area"
urlpatterns = [
    path("areas/", pages.index, name="index"),
    path("areas/download/", pages.download, name="download"),
    path("areas/stations/new/", pages.new_station, name="new_station"),
    path("areas/stations/<int:pk>/", pages.edit_station, name="station"),
    path("areas/stations/<int:pk>/close/", pages.end_station, name="close_station"),
    path("areas/zones/", pages.zones, name="zones"),
    path("areas/zones/<int:pk>/", pages.edit_zone, name="zone"),
    path("areas/changes/", pages.planned, name="changes"),
    path("areas/changes/<int:pk>/undo/", pages.undo, name="undo"),
    path("areas/<str:code>/", pages.one, name="one"),
    path("areas/<str:code>/merge/", pages.merge, name="merge"),
    path("areas/<str:code>/split/", pages.split, name="split"),
    path("areas/<str:code>/new-name/", pages.new_name, name="new_name"),
    path("areas/<str:code>/holds/<str:kind>/", pages.holds, name="holds"),
    path("areas/<str:code>/new/", pages.new_area, name="new"),
    path("areas/<str:code>/rename/", pages.rename, name="rename"),
    path("areas/<str:code>/close/", pages.close, name="close"),
]
