"""Addresses of the menu, of what is on, of the points, and of their desks."""

from django.urls import path

from laojia.steps.menu import pages

app_name = "menu"
urlpatterns = [
    path("menu/", pages.menu, name="menu"),
    path("menu/<slug:code>/", pages.item, name="item"),
    path("on/", pages.on, name="on"),
    path("on/<int:pk>/", pages.on_one, name="on_one"),
    path("points/", pages.points, name="points"),
    path("points/desk/", pages.desk_points, name="desk_points"),
    path("points/desk/new/", pages.edit_point, name="new_point"),
    path("points/desk/<int:pk>/", pages.edit_point, name="edit_point"),
    path("points/desk/<int:pk>/close/", pages.give_up_point, name="close_point"),
    path("menu-desk/", pages.desk, name="desk"),
    path("menu-desk/new/", pages.new, name="new"),
    path("menu-desk/menu.csv", pages.export, name="export"),
    path("menu-desk/<int:pk>/", pages.version, name="version"),
    path("menu-desk/<int:pk>/edit/", pages.edit, name="edit"),
    path("menu-desk/<int:pk>/draft/", pages.draft, name="draft"),
    path("menu-desk/<int:pk>/publish/", pages.move, {"verb": "menu.publish"}, name="publish"),
    path("menu-desk/<int:pk>/pause/", pages.move, {"verb": "menu.pause"}, name="pause"),
    path("menu-desk/<int:pk>/resume/", pages.move, {"verb": "menu.resume"}, name="resume"),
    path("menu-desk/<int:pk>/retire/", pages.move, {"verb": "menu.retire"}, name="retire"),
    path("occasions/", pages.occasions, name="occasions"),
    path("occasions/new/", pages.open_one, name="open"),
    path("occasions/many/", pages.many, name="many"),
    path("occasions/many/<int:pk>/lift/", pages.lift, name="lift"),
    path("occasions/<int:pk>/", pages.desk_occasion, name="desk_occasion"),
    path("occasions/<int:pk>/change/", pages.change, name="change"),
    path("occasions/<int:pk>/postpone/", pages.postpone, name="postpone"),
    path("occasions/<int:pk>/reconfirm/", pages.reconfirm, name="reconfirm"),
    path("occasions/<int:pk>/call-off/", pages.call_off, name="call_off"),
    path("occasions/<int:pk>/release/", pages.release, name="release"),
    path("occasions/<int:pk>/practice/", pages.practice, name="practice"),
    path("occasions/<int:pk>/roster/", pages.roster, name="roster"),
]
