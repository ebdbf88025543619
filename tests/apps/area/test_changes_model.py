"""Random trees and random changes: every row stays within reach of who now serves its place, nothing is lost, no code twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from laojia.foundation.area import actions
from laojia.foundation.area.actions.book import open_book
from laojia.foundation.area.models import Area, AreaChange, AreaSuccessor
from laojia.foundation.area.queries import places_now, prefixes_of
from laojia.foundation.area.rules import join_path, next_codes
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.queries import actor_of
from laojia.kernel.errors import Refused
from laojia.policy.facts import CLOCK, Actor, Grant, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Role
from laojia.steps.order.models import Order
from tests.apps.area.conftest import ADMIN, NOW
from tests.cast import Cast, person

pytestmark = pytest.mark.django_db
BEGAN = date(2026, 1, 1)


def grow(chance: random.Random) -> list[Area]:
    """A few grids and micro-grids below the villages of two towns of the cast's county."""
    towns = list(Area.objects.filter(level="town").order_by("code")[1:4])
    made = list(towns)
    for town in towns:
        for village in Area.objects.filter(parent=town).order_by("code")[: chance.randint(2, 4)]:
            made.append(village)
            for _grid in range(chance.randint(0, 3)):
                made.append(below(village, "grid"))
                made += [below(made[-1], "micro_grid") for _one in range(chance.randint(0, 2))]
    return made


def below(parent: Area, level: str) -> Area:
    codes = Area.objects.filter(parent=parent).values_list("code", flat=True)
    pk = open_book(1)
    code = next_codes(level, parent.code, codes)[0]
    return Area.objects.create(
        id=pk, code=code, name=f"{pk}片", official_name=f"{pk}片", level=level, kind="网格", parent=parent,
        path=join_path(parent.path, pk), valid_from=BEGAN,
    )  # fmt: skip


def scatter(cast: Cast, areas: list[Area], chance: random.Random) -> None:
    """Orders, people and posts all over the tree."""
    for number in range(40):
        area = chance.choice(areas)
        Order.objects.create(
            state=chance.choice(("received", "waiting", "closed", "cancelled")), number=f"N{number}", words="帮忙",
            person=cast.resident, channel="page", holder_since=NOW, promise_due_at=NOW, placed_at=NOW, area=area,
            area_path=area.path, protected=number % 9 == 0,
        )  # fmt: skip
    for number, area in enumerate(chance.sample(areas, min(8, len(areas)))):
        who = person(f"网格员{number}", f"1390000{number:04d}", area)
        Post.objects.create(person=who, role=Role.STATION_STAFF, area=area, valid_from=BEGAN)


def a_change(chance: random.Random, on: date, now: datetime) -> AreaChange:
    """Some merge, split or new name of what is valid today. Raises Refused when it makes no sense."""
    words = {"on": on, "actor": ADMIN, "now": now}
    live = list(Area.objects.filter(valid_to=None).exclude(level="county"))
    wide = [a for a in live if Area.objects.filter(parent=a, valid_to=None).count() < 6]
    area = chance.choice(wide)
    kind = chance.choice(("merge", "merge", "split", "rename"))
    if kind == "rename":
        return actions.plan_rename(area=area, name=f"新{chance.randint(1, 999)}村", **words)
    if kind == "merge":
        others = [a for a in wide if a.level == area.level and a.pk != area.pk]
        sources = [area, *chance.sample(others, min(len(others), chance.randint(1, 2)))]
        into = chance.choice([None, *sources])
        return actions.plan_merge(sources=sources, into=into, name="" if into else f"合{area.pk}", **words)
    keeps, count = chance.random() < 0.4, chance.randint(2, 3)
    children = Area.objects.filter(parent=area, valid_to=None).values_list("pk", flat=True)
    where = {pk: chance.randrange(count) for pk in children}
    parts = [(f"分{area.pk}{n}", "") for n in range(count - keeps)]
    rest = 0 if keeps else chance.randrange(count)
    return actions.plan_split(area=area, parts=parts, keeps=keeps, where=where, rest=rest, **words)


def seen(actor: Actor) -> set[int]:
    return set(scoped(Order.objects.all(), actor, "order.list").values_list("pk", flat=True))


def all_of(*models: type) -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in models]


def check_reach(on: date) -> None:
    """Who serves the place of a row today, or anything above it, reaches the row; who serves another place does not."""
    live = {area.pk: area for area in Area.objects.filter(valid_to=None)}
    prefixes = {pk: prefixes_of([pk], on) for pk in live}
    for order in Order.objects.select_related("area"):
        here = places_now(order.area)[0]
        for pk in map(int, here.path.strip("/").split("/")):
            assert order.area_path.startswith(prefixes[pk]), (order.area_path, here.path, prefixes[pk])
        for pk, area in live.items():
            apart = not here.path.startswith(area.path) and not area.path.startswith(here.path)
            if apart and order.area.level in ("village", "grid", "micro_grid"):
                assert not order.area_path.startswith(prefixes[pk]), (
                    order.area_path,
                    area.path,
                    prefixes[pk],
                )


def check_filter_is_rule(on: date, chance: random.Random) -> None:
    paths = list(Area.objects.filter(valid_to=None).values_list("pk", flat=True))
    subjects = [(row.pk, subject_of(row)) for row in Order.objects.all()]
    for count in (1, 3, 40):
        chosen = chance.sample(paths, min(count, len(paths)))
        actor = Actor(
            1, (Grant(chance.choice((Role.STATION_STAFF, Role.DISPATCHER)), prefixes_of(chosen, on)),)
        )
        assert seen(actor) == {pk for pk, subject in subjects if may(actor, "order.list", subject)}


def days() -> Iterator[tuple[date, datetime]]:
    day = date(2026, 12, 1)
    while True:
        yield day, NOW + (day - date(2026, 11, 25)) * 1
        day += timedelta(days=7)


@pytest.mark.parametrize("seed", range(6))
def test_random_changes(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    with transaction.atomic():
        scatter(cast, grow(chance), chance)
        staff = list(Person.objects.filter(name__startswith="网格员"))
        done = 0
        for on, now in days():
            if done >= 4 or on > date(2027, 6, 1):
                break
            codes = set(Area.objects.values_list("code", flat=True))
            orders = Order.objects.count()
            before = {who.pk: seen(actor_of(who, on - timedelta(days=1))) for who in staff}
            rows = all_of(Area, AreaSuccessor, Order, Person, Post)
            try:
                change = a_change(chance, on, now - timedelta(days=2))
            except Refused:
                continue
            assert all_of(Area, AreaSuccessor, Order, Person, Post) == rows, "planning changes nothing"
            if chance.random() < 0.2:
                actions.undo_change(change=change, actor=ADMIN, now=now - timedelta(days=1))
                assert all_of(Area, AreaSuccessor, Order, Person, Post) == rows, (
                    "planned and undone is as before"
                )
                continue
            actions.take_effect(change=change, actor=CLOCK, now=now)
            done += 1
            after = list(Area.objects.values_list("code", flat=True))
            assert len(after) == len(set(after))
            assert codes <= set(after), "a code given once stays given"
            assert Order.objects.count() == orders
            for who in staff:
                if change.plan.get("keeps"):
                    break  # the part that left is no longer theirs
                assert before[who.pk] <= seen(actor_of(who, on)), "who served a place goes on seeing its rows"
            check_reach(on)
            check_filter_is_rule(on, chance)
        transaction.set_rollback(True)
