"""Where every page of the application is found in the small world of tests/world.py, and how one asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

from django.http import HttpResponse
from django.test.client import ClientHandler, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from tests.world import World

# Route (its beginning) and parameter → name of the thing in the world. The first line that fits counts.
WHERE = """
review/                             token   review_link
complaint/                          token   complaint_link
offer/<str:token>/visit             token   occasion_link
offer/<str:token>/invite            token   invite_link
offer/                              token   offer_link
o/<str:number>/regular              number  standing_number
l/<str:token>/regular               token   standing_order_link
l/<str:token>/answer                token   asked_link
l/                                  token   order_link
kept/                               number  sealed_number
o/<str:number>/rhythm               number  wished_number
o/<str:number>/answer               number  asked_number
help/card                           number  entered_number
order/done                          number  waiting_number
o/                                  number  waiting_number
api/v1/                             number  waiting_number
team/                               line    line
offer/                              line    line
team/                               attendance  visit
offer/                              attendance  visit
menu/                               code    item_code
order/new                           code    item_code
api/v1/menu                         code    item_code
help/                               code    item_code
areas/                              code    village_code
areas/                              kind    held_kind
areas/changes                       pk      area_change
help/                               person  neighbour
calendar/                           year    year
desk/offers                         pk      offer
desk/drives                         pk      call
desk/invites                        pk      invite
team/invites                        pk      invite
desk/occasions                      pk      draft_occasion
desk/o                              pk      waiting
call/                               pk      neighbour
paper/<str:number>/sheet            number  sheet_number
paper/                              number  waiting_number
reviews                             pk      served_visit
follow-ups                          pk      served
complaints                          pk      complaint
month/                              period  period
month/                              metric  metric
exchange/lines                      pk      exchange_line
exchange                            pk      exchange_file
tables                              pk      table
incidents                           pk      incident
team/offers                         pk      offer
team/pool                           pk      pool
team/occasions/<int:pk>/record      pk      served_occasion
team/occasions                      pk      occasion
volunteer/join                      pk      call
volunteer/lines                     pk      line
station/settle                      pk      served_visit
station/called                      pk      message
station/tally                       pk      tally
order/seat                          pk      seats
regular/new                         person  neighbour
regular/team/link                   token   standing_link
regular                             pk      standing
help/                               pk      seats
on/                                 pk      seats
points/desk                         pk      point
menu-desk/<int:pk>/edit             pk      draft
menu-desk/<int:pk>/publish          pk      draft
menu-desk                           pk      published
occasions/many                      pk      standstill
occasions                           pk      seats
areas/stations                      pk      station
areas/zones                         pk      zone
lists/template                      kind    list_kind
lists                               pk      list
people/joined                       pk      merging
people/<int:pk>/register             pk      double
people/alike                        one     neighbour
people/alike                        other   double
people                              pk      neighbour
posts/person                        pk      neighbour
posts/account                       pk      account
posts                               pk      post
teams                               pk      team
our-teams                           pk      team
api/v1/desk/offers                  pk      offer
"""
# What must be said besides the address to see something.
ASKED = {"incidents/new/": "?order={served}"}
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_PLACES = [tuple(line.split()) for line in WHERE.strip().splitlines()]


def all_routes() -> list[str]:
    """Every pattern of the resolver as one text, in order, each once."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns, "")))


def _walk(patterns: list[Any], before: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


def address(world: World, route: str) -> str:
    """The route with the numbers of the world filled in. Raises KeyError for a route nobody has placed in WHERE."""

    def fill(match: re.Match[str]) -> str:
        for begins, name, thing in _PLACES:
            if name == match[1] and route.startswith(begins):
                return str(world.ids[thing])
        raise KeyError(f"say in WHERE of tests/routes.py which {match[1]} of the world {route} shows")

    return "/" + _PARAMETER.sub(fill, route) + ASKED.get(route, "").format(**world.ids)


class Asker:
    """A browser without the costs of Django's test client (which copies every template's context)."""

    def __init__(self, cookies: SimpleCookie | None = None, *, csrf: bool = False) -> None:
        self.handler = ClientHandler(enforce_csrf_checks=csrf)
        self.handler.load_middleware()
        self.cookies = cookies

    def __call__(self, method: str, path: str, *, briefly: bool = False) -> HttpResponse:
        """The answer to an empty request; `briefly`: as htmx asks, so that a refusal is a few lines."""
        factory = RequestFactory(headers={"HX-Request": "true"} if briefly else {})
        if self.cookies:
            factory.cookies = self.cookies
        request = getattr(factory, method.lower())(path)
        request._dont_enforce_csrf_checks = not self.handler.enforce_csrf_checks
        return self.handler.get_response(request)
