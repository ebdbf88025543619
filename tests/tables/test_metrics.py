"""One catalogue of figures: complete, each with its query and its rows, and no page shows a number that is not in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from django.test import Client

from laojia.desks.reports import queries
from laojia.desks.reports.queries.counted import COUNTED, SOURCES
from laojia.desks.reports.queries.words import CELLS
from laojia.desks.reports.rules import month_of
from laojia.policy.metrics import EXCLUSIONS, GROUPS, METRICS, MONTH, OVERVIEW, PUBLIC, UNITS, on_page
from laojia.steps.review.queries import rows_behind
from tests.acting import signed_in
from tests.cast import TODAY
from tests.tables.test_routes import world, world_maker
from tests.world import NOON, World

__all__ = ["world", "world_maker"]
# Figures of this moment: the tile of the leader's page → the rows behind it.
TILES = {
    "now_waiting": "waiting",
    "now_late": "late",
    "now_pool": "pool",
    "served_week": "served",
    "now_short": "waiting",
}


@pytest.mark.parametrize("code", METRICS)
def test_a_definition_is_whole(code: str) -> None:
    metric = METRICS[code]
    assert metric.code == code
    assert metric.group in GROUPS
    assert metric.unit in UNITS
    assert set(metric.excludes) <= set(EXCLUSIONS)
    assert metric.pages
    assert set(metric.pages) <= {MONTH, OVERVIEW, PUBLIC}
    for sentence in (metric.sentence, metric.formula):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert len({m.name for m in METRICS.values()}) == len(METRICS)


def test_what_is_left_out_is_said_of_every_figure() -> None:
    """Practice and sealed cases: a figure that does not name them counts rows that know neither."""
    silent = {m.code for m in METRICS.values() if not {"practice", "sealed"} <= set(m.excludes)}
    assert silent == {"walk_ins", "standing_running", "calls_ticked"}


@pytest.mark.django_db
@pytest.mark.parametrize("metric", on_page(MONTH), ids=lambda metric: metric.code)
def test_a_figure_of_the_month_has_its_query_and_its_rows(cast: Any, metric: Any) -> None:
    counted = COUNTED[metric.code]
    assert bool(counted.split) == bool(metric.split)
    assert counted.source in SOURCES
    assert len(CELLS[counted.source][0]) > 1
    view = queries.view_of(cast.as_(cast.dispatcher))
    assert isinstance(queries.rows_behind(view, month_of(TODAY), metric.code, None, NOON), QuerySet)


@pytest.mark.django_db
def test_a_figure_of_this_moment_has_its_rows(cast: Any) -> None:
    actor = cast.as_(cast.county_leader)
    assert {m.code for m in on_page(OVERVIEW)} - {m.code for m in on_page(PUBLIC)} == set(TILES)
    for which in TILES.values():
        assert not rows_behind(actor, which, NOON).query.is_empty()


class Numbers(HTMLParser):
    """Numbers shown inside <main>, each with the codes named around it."""

    VOID = frozenset("area base br col embed hr img input link meta source track wbr use path".split())
    SILENT = frozenset({"option", "select", "nav", "form", "time", "h1", "script"})

    def __init__(self) -> None:
        super().__init__()
        self.around: list[tuple[str, str]] = []
        self.found: list[tuple[str, set[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.around.append((tag, dict(attrs).get("data-metric") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.around and tag not in self.VOID:
            if self.around.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _codes in self.around]
        if "main" not in tags or self.SILENT & set(tags):
            return
        for number in re.findall(r"(?<![\w-])\d+(?:\.\d+)?(?![\w-])", data):
            self.found.append((number, {c for _tag, codes in self.around for c in codes.split()}))


PAGES = (
    ("/month/2026-11/", MONTH, "dispatcher"),
    ("/month/2026/", MONTH, "county_leader"),
    ("/month/2026-11/", MONTH, "leader"),
    ("/month/2026-11/sheet/", MONTH, "zone_leader"),
    ("/overview/", OVERVIEW, "county_leader"),
    ("/figures/?month=2026-11", PUBLIC, ""),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "page", "who"), PAGES)
def test_a_page_shows_no_number_that_is_not_in_the_catalogue(
    world: World, client: Client, path: str, page: str, who: str
) -> None:
    with time_machine.travel(NOON, tick=False):
        if who:
            signed_in(client, getattr(world.cast, who))
        text = client.get(path).content.decode()
    numbers = Numbers()
    numbers.feed(text)
    known = {m.code for m in on_page(page)}
    shown = set().union(*(codes for _number, codes in numbers.found)) if numbers.found else set()
    assert shown <= known, shown - known
    assert not [number for number, codes in numbers.found if not codes], text[:0]
    if page != PUBLIC:
        assert numbers.found
