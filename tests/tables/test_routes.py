"""Every route × every role: who is let in, who is told no, who finds nothing. A new route fails until it stands here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.acting import signed_in
from tests.databases import Replay
from tests.routes import Asker, address, all_routes
from tests.world import DOOR, NOON, World, make_world

# One letter for each role; A is a visitor who has not signed in.
ROLES = {
    "A": "", "R": "resident", "d": "daughter", "s": "stranger", "V": "volunteer", "L": "leader", "o": "other_leader",
    "G": "grid_worker", "S": "station_staff", "t": "other_station_staff", "D": "dispatcher", "M": "menu_editor",
    "C": "complaint_holder", "K": "keeper", "Z": "zone_leader", "Y": "county_leader", "1": "system_admin",
    "2": "security_admin", "3": "audit_admin",
}  # fmt: skip

# method · who is let in (* everybody, *-A all but visitors, . nobody) · what all others get (404 there is nothing for
# them, 403 it is there but not theirs, in: to the sign-in page, away: to a page that is theirs) · who gets something else.
# POST lines are routes that only take POST; they are asked with an empty form, so "let in" means the form is read.
# A form is read before the permission is looked up (422 before 403); the tests of each verb send it filled in.
TABLE = """
# Everybody, signed in or not: public pages, signing in, whoever holds the link of a message
GET  *
     review/<str:token>/ complain/ complaint/<str:token>/ figures/ figures.csv offer/<str:token>/
     offer/<str:token>/visit/ offer/<str:token>/visit/done/ offer/<str:token>/visit/door/<int:attendance>/
     order/new/<slug:code>/ order/seat/<int:pk>/ order/describe/ o/ l/<str:token>/ l/<str:token>/change/
     l/<str:token>/answer/ l/<str:token>/later/ l/<str:token>/cancel/ menu/ menu/<slug:code>/ on/ on/<int:pk>/
     our-teams/ our-teams/<int:pk>/
     points/ inbox/ calendar/ (start) how/ privacy/ never/ view/ api/v1/openapi.json api/v1/docs
     api/v1/menu/items api/v1/menu/items/<code> api/v1/menu/on accounts/login/ accounts/inactive/
     accounts/login/code/ i18n/setlang/
POST *
     offer/<str:token>/accept/ offer/<str:token>/decline/ offer/<str:token>/visit/time/
     offer/<str:token>/visit/roster/ offer/<str:token>/visit/roster/<int:line>/stand-in/
     offer/<str:token>/visit/turn-up/ offer/<str:token>/invite/come/ offer/<str:token>/invite/not-come/
     offer/<str:token>/invite/names/
     offer/<str:token>/visit/back/ offer/<str:token>/visit/over/ l/<str:token>/nudge/ l/<str:token>/resume/
     elder/ visit/ends/

# Switched off, or for other programs
POST . 404
     desk/o/<int:pk>/unbundle/ teams/<int:pk>/leave/
GET  . 404
     api/v1/ accounts/signup/ accounts/email/ accounts/confirm-email/ accounts/password/reset/ accounts/password/set/
     accounts/password/reset/key/done/ accounts/password/reset/done/
POST . 403
     gateway/receipts/
GET  . 403 A=in
     accounts/reauthenticate/ accounts/2fa/reauthenticate/
GET  . 404 A=in
     accounts/2fa/totp/deactivate/ accounts/2fa/recovery-codes/ accounts/2fa/recovery-codes/download/

# Everybody who is signed in: what is his own
GET  *-A in
     mine/ accounts/second-step/ accounts/who/ me/ me/erase/ accounts/2fa/totp/activate/
     accounts/password/change/ accounts/login/code/confirm/ accounts/phone/verify/
     accounts/phone/change/ accounts/2fa/ accounts/2fa/authenticate/ accounts/2fa/recovery-codes/generate/
POST *-A in
     accounts/who/choose/ me/correct/ me/consent/ me/export/ me/print/
POST *-A 403
     api/v1/orders api/v1/orders/<number>/cancel

# The person served and who asked for him
GET  RSD 404 L=403
     reviews/<int:pk>/
GET  RLSD 404 ZY=403
     incidents/new/
GET  RSD 404
     order/done/<str:number>/ o/<str:number>/sheet/
GET  RSD 404 A=away
     o/<str:number>/
GET  SD 404 R=403
     o/<str:number>/rhythm/
POST R 404 SD=403
     o/<str:number>/nudge/
GET  RD 404 S=403
     o/<str:number>/change/ o/<str:number>/later/ o/<str:number>/cancel/
GET  R 404 SD=403
     o/<str:number>/answer/
POST RD 404 S=403
     o/<str:number>/resume/
GET  RSD 404 A=403
     api/v1/orders/<number>
POST R 404 ASD=403
     api/v1/orders/<number>/nudge

GET  R 404 LSD=403
     o/<str:number>/regular/ o/<str:number>/regular/sheet/
GET  *
     l/<str:token>/regular/ l/<str:token>/regular/sheet/ regular/team/link/<str:token>/
GET  RLSD 404
     regular/<int:pk>/sheet/
GET  SD 403 t=404
     regular/new/<int:person>/
GET  Lo 403
     regular/team/
GET  L 403 o=404
     regular/team/<int:pk>/

# Teams and volunteers
GET  Lo 404
     team/
GET  Lo 404
     team/words/
GET  LSD 404
     team/offers/<int:pk>/
POST L 404 SD=403
     team/offers/<int:pk>/accept/
POST LSD 404
     team/offers/<int:pk>/decline/
POST Lo 404
     team/pool/<int:pk>/claim/
GET  VLGSD 404
     team/occasions/<int:pk>/
GET  LGSD 404
     team/occasions/<int:pk>/door/<int:attendance>/
POST VLGSD 404
     team/occasions/<int:pk>/time/ team/occasions/<int:pk>/roster/
     team/occasions/<int:pk>/roster/<int:line>/stand-in/ team/occasions/<int:pk>/back/
     team/occasions/<int:pk>/over/ team/occasions/<int:pk>/turn-up/
GET  oSD 404
     team/invites/<int:pk>/
POST oSD 404
     team/invites/<int:pk>/come/ team/invites/<int:pk>/not-come/ team/invites/<int:pk>/names/
GET  LSD 404 VG=403
     team/occasions/<int:pk>/done/ team/occasions/<int:pk>/record/
GET  VL 404
     volunteer/
POST VL 404
     volunteer/join/<int:pk>/
POST V 404
     volunteer/lines/<int:pk>/

# The dispatchers' desk
GET  StD 404
     desk/trips/ call-ups/
GET  D 404 St=403
     call-ups/new/
GET  SD 404
     desk/drives/<int:pk>/
POST StD 404
     desk/trips/make/
POST SD 404
     desk/invites/<int:pk>/withdraw/
GET  StD 404
     desk/ desk/queue.csv desk/queue.xlsx desk/offers/ desk/suggest/ follow-ups/ api/v1/desk/queue
POST SD 404
     desk/offers/<int:pk>/withdraw/ desk/offers/<int:pk>/called/ desk/occasions/<int:pk>/offer/
     desk/o/<int:pk>/offer/ desk/o/<int:pk>/looked/ desk/o/<int:pk>/reveal/ desk/o/<int:pk>/pass-down/
     follow-ups/<int:pk>/ api/v1/desk/offers/<int:pk>/withdraw
GET  SD 404
     desk/occasions/<int:pk>/ desk/o/<int:pk>/ desk/o/<int:pk>/look/ desk/o/<int:pk>/bundle/
     api/v1/desk/orders/<number>/teams api/v1/desk/orders/<number>/offers
POST D 404 S=403
     desk/o/<int:pk>/triage/ desk/o/<int:pk>/resume/ desk/o/<int:pk>/practice/
POST D 404 SG=403
     occasions/<int:pk>/practice/
GET  D 404 S=403
     desk/o/<int:pk>/merge/ desk/o/<int:pk>/refuse/ desk/o/<int:pk>/ask/ desk/o/<int:pk>/suspend/
     desk/o/<int:pk>/end/ desk/o/<int:pk>/map/
POST D 404
     desk/o/<int:pk>/pool/
GET  StD 404
     call/ calls/ calls/paper/ paper/ paper/blank/
GET  *
     paper/<str:number>/
GET  SD 404
     paper/<str:number>/sheet/
POST StD 404
     calls/tick/
POST . 404
     calls/show/
GET  SD 404
     call/<int:pk>/
POST SD 404
     call/<int:pk>/say/

# Stations and grid workers
GET  StD 404
     station/
POST SD 404
     station/tally/<int:pk>/strike/ station/called/<int:pk>/
GET  SD 404
     station/settle/<int:pk>/
POST StD 404
     station/tally/
GET  StD 403
     regular/
GET  SD 403 t=404
     regular/<int:pk>/
GET  GStD 403
     help/
GET  GSD 403 t=404
     help/card/<str:number>/ help/<int:person>/ help/<int:person>/describe/ help/<int:person>/on/<int:pk>/
     help/<int:person>/<slug:code>/
GET  GStD 404
     people/ people/add/
GET  GSD 404
     people/<int:pk>/ people/<int:pk>/reveal/
POST GSD 404
     people/<int:pk>/correct/
GET  SD 404
     people/<int:pk>/register/
GET  SD 404
     people/<int:pk>/unclaim/ people/<int:pk>/same/ people/alike/<int:one>/<int:other>/ people/joined/<int:pk>/
GET  StD 404
     people/alike/
POST SD 404 G=403
     people/<int:pk>/untie/
POST SD 404
     people/<int:pk>/claim/ people/alike/<int:one>/<int:other>/propose/
     people/alike/<int:one>/<int:other>/apart/ people/joined/<int:pk>/confirm/ people/joined/<int:pk>/undo/

# Menu, occasions, points
GET  SD 404 G=403
     occasions/<int:pk>/roster/
GET  StD 403
     occasions/ occasions/new/ occasions/many/
GET  SD 403 t=404
     occasions/<int:pk>/
GET  StDM 403
     points/desk/ points/desk/new/
GET  SDM 403 t=404
     points/desk/<int:pk>/
POST SDM 403 t=404
     points/desk/<int:pk>/close/
GET  DM 404
     menu-desk/ menu-desk/menu.csv menu-desk/<int:pk>/
GET  M 404 D=403
     menu-desk/new/ menu-desk/<int:pk>/edit/
POST M 404 D=403
     menu-desk/<int:pk>/draft/ menu-desk/<int:pk>/publish/ menu-desk/<int:pk>/resume/
POST DM 404
     menu-desk/<int:pk>/pause/ menu-desk/<int:pk>/retire/
POST StDZY 404
     visit/begins/
POST SD 403 t=404
     occasions/<int:pk>/change/ occasions/<int:pk>/postpone/ occasions/<int:pk>/reconfirm/
     occasions/<int:pk>/call-off/ occasions/<int:pk>/release/ occasions/many/<int:pk>/lift/

# Complaints, incidents, leaders
GET  C 404
     complaints/ complaints/<int:pk>/
GET  StDC 404
     incidents/
GET  LSDC 404
     incidents/<int:pk>/
GET  StDZY 404
     overview/ overview/rows/

# The month and year
GET  LoStDZY 404
     month/<str:period>/ month/<str:period>/sheet/ month/<str:period>/workbook.xlsx month/definitions/ month/
     month/<str:period>/<slug:metric>/
POST LoStDZY 404
     month/<str:period>/note/
GET  D 404
     exchange/ exchange/<int:pk>/
POST D 404
     exchange/make/ exchange/<int:pk>/take/ exchange/<int:pk>/answer/ exchange/lines/<int:pk>/correct/
GET  StDZY 404
     tables/ tables/new/
GET  DY 404
     tables/<int:pk>/ tables/<int:pk>/change/
POST DY 404
     tables/<int:pk>/run/ tables/<int:pk>/copy/ tables/<int:pk>/drop/

# A child's own case
GET  K 403
     kept/
GET  K 404
     kept/<str:number>/

# Lists read in
GET  DM12 404
     lists/
GET  D 404
     lists/<int:pk>/ lists/<int:pk>/progress/ lists/<int:pk>/bad-rows/ lists/template/<slug:kind>/
POST D 404
     lists/<int:pk>/take/ lists/<int:pk>/drop/ lists/<int:pk>/remove/

# Teams, posts, areas, calendar, journal
POST StD1 404
     calendar/hours/ calendar/<int:year>/day/ calendar/<int:year>/enter/
GET  StD1 404
     calendar/<int:year>/
GET  StDY1 404
     areas/ areas/download/ areas/changes/ areas/<str:code>/
GET  1 404 StDY=403
     areas/<str:code>/merge/ areas/<str:code>/split/ areas/<str:code>/new-name/
     areas/<str:code>/holds/<str:kind>/
POST 1 404 StDY=403
     areas/changes/<int:pk>/undo/
GET  D1 404
     areas/stations/new/ areas/stations/<int:pk>/
POST D1 404
     areas/stations/<int:pk>/close/
GET  1 404
     areas/zones/ areas/zones/<int:pk>/
POST StDY1 404
     areas/<str:code>/new/ areas/<str:code>/rename/ areas/<str:code>/close/
GET  3 404
     journal/
GET  23 404
     posts/ posts/person/<int:pk>/
POST 23 404
     posts/person/<int:pk>/grant/ posts/person/<int:pk>/account/
POST 2 404
     posts/account/<int:pk>/unlock/
POST 2 404 3=403
     posts/<int:pk>/end/
GET  VLoStD 404
     teams/
GET  D 404
     teams/new/
GET  VLD 404
     teams/<int:pk>/
POST VLD 404
     teams/<int:pk>/save/ teams/<int:pk>/week/ teams/<int:pk>/day/ teams/<int:pk>/join/
     teams/<int:pk>/certificate/ teams/<int:pk>/insurance/ teams/<int:pk>/lead/
POST LD 404 V=403
     teams/<int:pk>/rest/ teams/<int:pk>/introduce/
POST VLD 404
     teams/<int:pk>/reach/
POST VL 404
     teams/<int:pk>/quit/
GET  LoD 404
     teams/expiring/
"""

# What stands here shows the resident's name, number or door to others than himself, and why.
SHOWS_HIM = {
    "offer/<str:token>/": "*",  # whoever holds the link holds the leader's message
    "l/<str:token>/": "*",  # whoever holds the link holds the resident's message
    "complaints/<int:pk>/": "C",  # has to call who complained
    "team/occasions/<int:pk>/": "VL",  # who accepted has to find the door and to call
}
OUT = {"403", "404", "405", "in", "away"}


@dataclass(frozen=True)
class Line:
    """One method of one route."""

    method: str
    let_in: str
    others: str
    exceptions: dict[str, str]

    def expected(self, role: str) -> str:
        """`open`, or how this role is kept out."""
        return "open" if role in self.let_in else self.exceptions.get(role, self.others)


def read_table() -> dict[str, Line]:
    """Route → its line. Raises when a route stands there twice."""
    found: dict[str, Line] = {}
    line = None
    for text in TABLE.splitlines():
        if not text or text.startswith("#"):
            continue
        words = text.split()
        if text[0] != " ":
            method, who, *rest = words
            everybody = "".join(ROLES)
            let_in = {"*": everybody, "*-A": everybody.replace("A", ""), ".": ""}.get(who, who)
            exceptions = {
                role: code for one in rest[1:] for roles, code in [one.split("=")] for role in roles
            }
            line = Line(method, let_in, rest[0] if rest else "", exceptions)
            continue
        assert line is not None
        for route in ("" if word == "(start)" else word for word in words):
            assert route not in found, f"{route} stands twice in the table"
            found[route] = line
    return found


LINES = read_table()
# Written as expressions by the framework; all of them lead to `no_such_page` (asked in test_switched_off).
BY_EXPRESSION = {
    "^accounts/(?:email|confirm-email|password/reset|password/set|signup)/",
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
}
LEAVES = "accounts/logout/"  # asked in tests/apps/people: it ends the visit


def test_every_route_stands_in_the_table() -> None:
    known = set(LINES) | BY_EXPRESSION | {LEAVES}
    assert set(all_routes()) == known, "say in TABLE who is let in, and in tests/routes.py where it is found"


@pytest.fixture(scope="session")
def world_maker(menu_maker: Replay) -> Replay:
    """The small world, made once a run like the cast."""
    return Replay(lambda: make_world(menu_maker()))


@pytest.fixture
def world(db: None, world_maker: Replay) -> Iterator[World]:
    with time_machine.travel(NOON, tick=False):
        yield world_maker()


def asker(world: World, role: str, **words: bool) -> Asker:
    browser = Client()
    if ROLES[role]:
        signed_in(browser, getattr(world.cast, ROLES[role]), **words)
    return Asker(browser.cookies)


def asked(ask: Asker, method: str, path: str, *, briefly: bool = False) -> HttpResponse:
    """The answer; whatever was written for it is taken back. `briefly`: refusals as a part of a page."""
    with transaction.atomic():
        answer = ask(method, path, briefly=briefly)
        transaction.set_rollback(True)
    return answer


def how(answer: HttpResponse) -> str:
    code = str(answer.status_code)
    if code == "302":
        return "in" if answer["Location"].startswith("/accounts/login/") else "302"
    return code


def may_show(route: str, role: str) -> bool:
    return any(route.startswith(begins) and (who == "*" or role in who) for begins, who in SHOWS_HIM.items())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_what_the_table_says(world: World, role: str) -> None:
    ask = asker(world, role)
    him = world.cast.resident
    wrong = []
    for route, line in LINES.items():
        path, expected = address(world, route), line.expected(role)
        answer = asked(ask, line.method, path, briefly=expected != "open")
        got = how(answer)
        fine = got not in OUT and got < "5" if expected == "open" else got == expected.replace("away", "302")
        if not fine:
            wrong.append(f"{line.method} {path} ({route}): {got}, expected {expected}")
        if role != "R" and not may_show(route, role):
            text = b"".join(answer).decode(errors="replace")
            seen = [mark for mark in (him.name, him.phone, DOOR) if mark in text]
            if seen:
                wrong.append(f"{line.method} {path} ({route}) shows {role} {seen}")
    assert not wrong, f"{ROLES[role] or 'a visitor'}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", ["A", "D"])
def test_what_changes_something_is_never_done_by_a_link(world: World, role: str) -> None:
    """GET on a route that only takes POST; the refusal looks at nothing but the method."""
    ask = asker(world, role)
    taken = {
        route: asked(ask, "GET", address(world, route)).status_code
        for route, line in LINES.items()
        if line.method == "POST"
    }
    assert {route: code for route, code in taken.items() if code != 405} == {}


def test_a_forged_form_changes_nothing(world: World) -> None:
    """Without the token nothing is taken, neither on the pages nor on the interface."""
    browser = Client()
    signed_in(browser, world.cast.dispatcher)
    ask = Asker(browser.cookies, csrf=True)
    taken = {
        route: asked(ask, "POST", address(world, route)).status_code
        for route in LINES
        if route not in NO_TOKEN
    }
    assert {route: code for route, code in taken.items() if code not in {403, 404, 405}} == {}


# The message gateway signs what it sends; nothing else comes without the token.
NO_TOKEN = {"gateway/receipts/"}
# What a colleague may open before password and second factor are both done.
BEFORE = ("accounts/", "inbox/", "privacy/", "view/", "i18n/")


@pytest.mark.parametrize("role", [role for role in ROLES if role in "SDMCKZY123"])
def test_without_a_second_factor_a_post_opens_nothing(world: World, role: str) -> None:
    """Every route for one of them; for the others one page each: the door is the same."""
    ask = asker(world, role, second_factor=False)
    wrong = []
    for route, line in LINES.items():
        if route.startswith(BEFORE) or (role != "D" and route != "mine/"):
            continue
        answer = asked(ask, line.method, address(world, route))
        shut = (
            answer.status_code == 403
            if route.startswith("api/")
            else answer["Location"] == "/accounts/second-step/"
        )
        if not shut:
            wrong.append(f"{route}: {how(answer)}")
    assert not wrong
