"""Addresses of ordering, of one order, and of ordering for somebody."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from laojia.steps.order import pages

app_name = "order"

# Every verb has the same page twice: signed in (or by number), and by the link in a message.
_VERBS: tuple[tuple[str, Callable[..., HttpResponse]], ...] = (
    ("nudge", pages.nudge),
    ("change", pages.change),
    ("answer", pages.answer),
    ("later", pages.later),
    ("resume", pages.resume),
    ("cancel", pages.cancel),
)

urlpatterns: list[URLPattern] = [
    path("order/new/<slug:code>/", pages.new, name="new"),
    path("order/seat/<int:pk>/", pages.seat, name="seat"),
    path("order/describe/", pages.describe, name="describe"),
    path("order/done/<str:number>/", pages.done, name="done"),
    path("o/", pages.look_up, name="look_up"),
    path("o/<str:number>/", pages.one, name="one"),
    path("o/<str:number>/sheet/", pages.sheet, name="sheet"),
    path("o/<str:number>/rhythm/", pages.rhythm, name="rhythm"),
    path("kept/", pages.kept, name="kept"),
    path("kept/<str:number>/", pages.kept_one, name="kept_one"),
    path("l/<str:token>/", pages.by_link, name="by_link"),
    *(path(f"o/<str:number>/{word}/", page, name=word) for word, page in _VERBS),
    *(path(f"l/<str:token>/{word}/", page, name=f"link_{word}") for word, page in _VERBS),
    path("mine/", pages.mine, name="mine"),
    path("regular/", pages.regular, name="regular"),
    path("regular/new/<int:person>/", pages.regular_new, name="regular_new"),
    path("regular/team/", pages.team_regular, name="team_regular"),
    path("regular/team/<int:pk>/", pages.team_regular_one, name="team_regular_one"),
    path("regular/team/link/<str:token>/", pages.team_regular_link, name="team_regular_link"),
    path("regular/<int:pk>/", pages.regular_one, name="regular_one"),
    path("regular/<int:pk>/sheet/", pages.regular_sheet, name="regular_sheet"),
    path("o/<str:number>/regular/", pages.regular_mine, name="regular_mine"),
    path("o/<str:number>/regular/sheet/", pages.regular_mine_sheet, name="regular_mine_sheet"),
    path("l/<str:token>/regular/", pages.regular_mine, name="link_regular"),
    path("l/<str:token>/regular/sheet/", pages.regular_mine_sheet, name="link_regular_sheet"),
    path("help/", pages.help_start, name="help"),
    path("help/card/<str:number>/", pages.help_card, name="help_card"),
    path("help/<int:person>/", pages.help_choose, name="help_choose"),
    path("help/<int:person>/describe/", pages.help_describe, name="help_describe"),
    path("help/<int:person>/on/<int:pk>/", pages.help_seat, name="help_seat"),
    path("help/<int:person>/<slug:code>/", pages.help_order, name="help_order"),
]
