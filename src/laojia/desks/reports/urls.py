"""Routes of reports."""

from django.urls import path

from laojia.desks.reports import pages

app_name = "reports"
urlpatterns = [
    path("month/", pages.now, name="now"),
    path("month/definitions/", pages.definitions, name="definitions"),
    path("month/<str:period>/", pages.month, name="month"),
    path("month/<str:period>/sheet/", pages.paper, name="paper"),
    path("month/<str:period>/workbook.xlsx", pages.workbook, name="workbook"),
    path("month/<str:period>/note/", pages.note, name="note"),
    path("month/<str:period>/<slug:metric>/", pages.rows, name="rows"),
    path("exchange/", pages.exchange.overview, name="exchange"),
    path("exchange/make/", pages.exchange.make, name="exchange_make"),
    path("exchange/<int:pk>/", pages.exchange.one, name="exchange_file"),
    path("exchange/<int:pk>/take/", pages.exchange.take, name="exchange_take"),
    path("exchange/<int:pk>/answer/", pages.exchange.answer, name="exchange_answer"),
    path("exchange/lines/<int:pk>/correct/", pages.exchange.correct, name="exchange_correct"),
    path("tables/", pages.tables.listing, name="tables"),
    path("tables/new/", pages.tables.new, name="table_new"),
    path("tables/<int:pk>/", pages.tables.one, name="table"),
    path("tables/<int:pk>/change/", pages.tables.change, name="table_change"),
    path("tables/<int:pk>/run/", pages.tables.run, name="table_run"),
    path("tables/<int:pk>/copy/", pages.tables.copy, name="table_copy"),
    path("tables/<int:pk>/drop/", pages.tables.drop, name="table_drop"),
]
