"""Fills an empty database in one transaction: either the whole demonstration is there, or nothing of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from laojia.conf.demonstration.asking import Asking
from laojia.conf.demonstration.cases import Cases
from laojia.conf.demonstration.entrance import open_doors
from laojia.conf.demonstration.folk import make_folk
from laojia.conf.demonstration.gatherings import Gatherings
from laojia.conf.demonstration.land import EDITOR, make_land, make_points
from laojia.conf.demonstration.play import Play
from laojia.conf.demonstration.scale import SCALES, Say
from laojia.conf.demonstration.serving import Serving
from laojia.conf.demonstration.together import Together
from laojia.foundation.area.actions import mark_demonstration
from laojia.foundation.area.models import Area
from laojia.foundation.calendar.jobs import seed_calendar
from laojia.foundation.journal.jobs import seal
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.kernel import clock, env
from laojia.kernel.errors import Conflict
from laojia.policy.facts import CLOCK
from laojia.steps.menu import actions as menu
from laojia.steps.menu.jobs import load_menu
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order.models import Order

_SEALED_AT_ONCE = 5000


def is_empty() -> bool:
    """No county, nobody in it."""
    return not (Area.objects.exists() or Person.objects.exists())


def demo(*, say: Say, small: bool = False) -> None:
    """`laojia demo`: fill the empty database of this installation. Raises Conflict when it is not empty, or in production."""
    if env.mode() == "production":
        raise Conflict(
            "production",
            _("This installation is in production: no made-up people come into it."),
            _("Set up another one for trying out."),
        )
    fill(clock.now(), say, scale="small" if small else "full")


def fill(now: datetime, say: Say, *, scale: str = "full") -> Play:
    """County, people, menu and three weeks that end at `now`; the same every time for the same `now` but for secrets.

    Raises Conflict on a database that holds anything.
    """
    if not is_empty():
        raise Conflict(
            "not_empty",
            _("There is something in this database already; nothing was changed."),
            _("The demonstration needs an empty one: set LAOJIA_DB to a new name."),
        )
    seed_calendar()
    size, before = SCALES[scale], now - timedelta(days=SCALES[scale].days + 1)
    steps = Steps(say)
    with override("zh-hans"), _quiet_worker(), transaction.atomic():
        mark_demonstration(actor=CLOCK, now=before)
        land = make_land(size, before)
        steps.done(f"{Area.objects.count()} areas, {len(land.stations)} stations, {len(land.zones)} zones")
        folk = make_folk(land, size, before)
        steps.done(f"{Person.objects.count()} people, {Team.objects.count()} teams")
        load_menu(before)
        _revise_menu(before)
        make_points(land, size, before)
        steps.done(
            f"{ItemVersion.objects.filter(state='published').count()} items, {len(land.points)} points"
        )
        _analyse()
        play = Play(land, folk, size, now)
        live_through(play)
        steps.done(
            f"{Order.objects.count()} orders, {Occasion.objects.count()} occasions in {size.days} days"
        )
        open_doors(folk, now)
        while seal(now, _SEALED_AT_ONCE):
            pass
        steps.done("journal sealed, doors open")
    return play


class Steps:
    """A line for each part, with the seconds it took."""

    def __init__(self, say: Say) -> None:
        self._say, self._since = say, time.monotonic()

    def done(self, what: str) -> None:
        here = time.monotonic()
        self._say(f"  {what} ({here - self._since:.1f} s)")
        self._since = here


def live_through(play: Play) -> None:
    """The three weeks."""
    versions = ItemVersion.objects.filter(state="published").select_related("item").prefetch_related("areas")
    items = {version.item.code: version for version in versions}
    asking, going = Asking(play, items), Serving(play)
    gatherings = Gatherings(play, asking, going, items)
    together = Together(play, going, gatherings)
    for part in (asking, going, gatherings, Cases(play, asking, going, gatherings), together):
        part.plan()
    play.send_twice_a_day()
    play.run()


def _revise_menu(now: datetime) -> None:
    """One item in a second version, one paused for the winter, one being rewritten."""
    out = {row.item.code: row for row in ItemVersion.objects.filter(state="published").select_related("item")}
    second = menu.draft_from(version=out["LN04"], actor=EDITOR, now=now)
    facts = {"how_long": "一次一个小时左右，学会一样再学下一样。"}
    menu.save_draft(version=second, facts=facts, actor=EDITOR, now=now)
    menu.publish(version=second, actor=EDITOR, now=now)
    menu.pause(version=out["HJ03"], reason="season", actor=EDITOR, now=now)
    menu.draft_from(version=out["WH04"], actor=EDITOR, now=now)


def _analyse() -> None:
    """PostgreSQL plans by statistics that nobody has gathered yet of rows just written."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@contextmanager
def _quiet_worker() -> Iterator[None]:
    """Clocks that find their thing moved on say so to the log: in a heap of three weeks that is noise."""
    log = logging.getLogger("laojia.worker")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
