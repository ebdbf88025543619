"""The SQL filter and the rule draw the same line, for every table that has a scope, from the same columns."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import Any

import pytest

from laojia.foundation.area.models import Area
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.policy.facts import Actor, Grant, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import ItemVersion, MenuItem, Occasion
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review.models import Complaint, Incident, Review
from laojia.steps.serve.models import RosterLine
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
ROWS = 48


@pytest.fixture
def rows(cast: Cast) -> None:
    """Rows of every kind, spread over areas, people, teams and flags, from a fixed seed."""
    chance = random.Random(20261123)
    areas = [cast.county, cast.town, cast.other_town, cast.village, cast.second_village, cast.far_village]
    people = [cast.resident, cast.daughter, cast.neighbour, cast.stranger, cast.keeper]
    teams = list(Team.objects.all())
    item = ItemVersion.objects.create(
        item=MenuItem.objects.create(code="X1", tile="照应老人"), number=1, state="published", name="试", about="试",
        category="其他", mode="home_visit",
    )  # fmt: skip
    for n in range(ROWS):
        _chain(n, chance, areas, people, teams, item)


def _chain(
    n: int, chance: Any, areas: list[Area], people: list[Person], teams: list[Team], item: ItemVersion
) -> None:
    area, person, asker, team = (chance.choice(x) for x in (areas, people, people, teams))
    sealed = n % 7 == 0
    protected = sealed or n % 5 == 0
    where = {"area": area, "area_path": area.path}
    flags = {"protected": protected, "sealed": sealed}
    order = Order.objects.create(
        state=chance.choice(("received", "waiting", "arranged", "served", "closed")), number=f"N{n}", item_version=item,
        person=person, asker=asker, entered_by=chance.choice([None, *people]), channel="page", holder_since=NOW,
        promise_due_at=NOW, placed_at=NOW, keeper=people[-1] if sealed else None, team=chance.choice([None, team]),
        **where, **flags,
    )  # fmt: skip
    occasion = Occasion.objects.create(
        state="confirmed", item_version=item, kind="visit", team=chance.choice([None, team]), created_at=NOW,
        starts_at=NOW, ends_at=NOW + timedelta(hours=1), keeper=people[-1] if sealed else None, **where, **flags,
    )  # fmt: skip
    Offer.objects.create(
        state="declined", occasion=occasion, team=team, area_path=area.path, protected=protected, made_at=NOW,
        answer_due_at=NOW,
    )  # fmt: skip
    visit = Attendance.objects.create(
        state="came", order=order, occasion=occasion, person_id=person.pk, asker_id=asker.pk, team_id=team.pk,
        area_path=area.path, created_at=NOW, **flags,
    )  # fmt: skip
    RosterLine.objects.create(
        state="yes", occasion=occasion, person=person, team_id=team.pk, area_path=area.path, asked_at=NOW
    )
    Review.objects.create(
        order=order, attendance=visit, person_id=person.pk, asker_id=asker.pk, team_id=team.pk,
        shared_team_id=chance.choice([None, team.pk]), area_path=area.path, solved="yes", channel="page", at=NOW, **flags,
    )  # fmt: skip
    Complaint.objects.create(
        state="filed", number=f"T{n}", key=uuid.uuid4(), kind="late", order=order, person=chance.choice([None, person]),
        about_team=chance.choice([None, team]), words="……", area_path=area.path, channel="page", filed_at=NOW,
        contact_due_at=NOW, answer_due_at=NOW,
    )  # fmt: skip
    Incident.objects.create(
        state="reported", key=uuid.uuid4(), kind="fall", order=order, reporter_id=person.pk, team_id=team.pk,
        area_path=area.path, protected=protected, happened_at=NOW, words="……", reported_at=NOW,
    )  # fmt: skip


LOOKS = (
    (
        Order,
        ("order.see", "order.list", "order.nudge", "order.refuse", "order.reveal", "month.see", "table.run"),
    ),
    (Occasion, ("occasion.see", "occasion.postpone", "occasion.record", "month.see")),
    (Offer, ("offer.see", "offer.accept", "offer.withdraw")),
    (Attendance, ("attendance.see", "attendance.settle", "not_home.step")),
    (RosterLine, ("roster.see", "roster.leave", "month.see", "exchange.make")),
    (Review, ("review.see", "review.see_shared")),
    (Complaint, ("complaint.see", "complaint.answer", "month.see")),
    (Incident, ("incident.see", "incident.close")),
    (Person, ("person.see", "person.correct", "person.reveal", "table.run", "table.reveal")),
)


def _actors(cast: Cast) -> list[Actor]:
    """The whole cast, and made-up mixtures with many prefixes, several posts, and links to one row."""
    everybody = [cast.as_(p) for p in Person.objects.all()]
    chance = random.Random(7)
    paths = list(Area.objects.values_list("path", flat=True))
    teams = list(Team.objects.values_list("pk", flat=True))
    people = list(Person.objects.values_list("pk", flat=True))
    mixed = []
    for n in range(60):
        grants = tuple(
            Grant(
                role=chance.choice(list(Role)),
                scopes=tuple(chance.sample(paths, chance.choice((0, 1, 3, 40)))),
                team_ids=frozenset(chance.sample(teams, chance.choice((0, 1, 2)))),
            )
            for _ in range(chance.choice((1, 2, 3)))
        )
        only = ("order", Order.objects.values_list("pk", flat=True)[n % ROWS]) if n % 6 == 0 else None
        mixed.append(Actor(chance.choice([None, *people]), grants, only=only))
    return everybody + mixed


@pytest.mark.parametrize(("model", "verbs"), LOOKS, ids=lambda x: getattr(x, "__name__", ""))
def test_filter_and_rule_agree(cast: Cast, rows: None, model: Any, verbs: tuple[str, ...]) -> None:
    subjects = [(row.pk, subject_of(row)) for row in model.objects.all()]
    some = 0
    for actor in _actors(cast):
        for verb in verbs:
            by_rule = {pk for pk, subject in subjects if may(actor, verb, subject)}
            by_filter = set(scoped(model.objects.all(), actor, verb).values_list("pk", flat=True))
            assert by_filter == by_rule, (model.__name__, verb, actor)
            some += len(by_rule)
    assert some, "nobody saw anything: the rows do not test the rule"
