"""Whom to telephone: everything one person has to be told in one row, the most urgent first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from laojia.foundation.journal.queries import scoped
from laojia.foundation.outbox import queries as outbox
from laojia.foundation.outbox.models import Message
from laojia.foundation.outbox.rules import templates
from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team
from laojia.kernel import veil
from laojia.kernel.clock import local_date
from laojia.policy.contact import MOST_TRIES
from laojia.policy.facts import Actor
from laojia.policy.permissions import PROTECTED_ROLES
from laojia.policy.roles import Role
from laojia.shown import spoken
from laojia.steps.order.models import Attendance, Order

MOST_MESSAGES = 400
MOST_ROWS = 60


@dataclass(slots=True)
class CallRow:
    """One call: whom, what to say, how often it was tried, whom to ask instead."""

    person: Person | None
    team: Team | None
    messages: list[Message] = field(default_factory=list)
    grid_workers: list[Person] = field(default_factory=list)
    more: dict[int, str] = field(default_factory=dict)  # by message: what its link would have shown

    @property
    def anchor(self) -> str:
        return f"call-{self.person.pk}" if self.person else f"team-{self.team.pk if self.team else 0}"

    @property
    def ids(self) -> list[int]:
        return [message.pk for message in self.messages]

    @property
    def urgent(self) -> bool:
        return any(message.urgent for message in self.messages)

    @property
    def tries(self) -> int:
        return max(message.calls for message in self.messages)

    @property
    def wrong(self) -> bool:
        return bool(self.person and self.person.phone_wrong_at)

    @property
    def ask_others(self) -> bool:
        """The number reaches nobody: the contact or the grid worker is asked."""
        if veil.is_on():  # the number is hidden from a visitor, not missing
            return False
        return self.wrong or self.tries >= MOST_TRIES or (self.person is not None and not self.person.phone)

    @property
    def sentences(self) -> list[str]:
        """What to say, each thing once, and of how one thing stands only the last."""
        last = {_about(m): m.pk for m in sorted(self.messages, key=lambda m: m.pk) if _stands(m)}
        said = (
            f"{spoken(message.text)} {self.more.get(message.pk, '')}".strip()
            for message in self.messages
            if message.text and not (_stands(message) and message.pk != last[_about(message)])
        )
        return list(dict.fromkeys(said))


def _stands(message: Message) -> bool:
    template = templates().get(message.template)
    return template is not None and template.stands


def _about(message: Message) -> tuple[str, int]:
    return message.about_kind, message.about_id


def call_rows(actor: Actor, now: datetime) -> list[CallRow]:
    """The calls that are due, those with something urgent first, then who has waited longest. Five statements."""
    rows: dict[tuple[str, int], CallRow] = {}
    due = _open_to(actor, list(outbox.calls_due(actor, now)[:MOST_MESSAGES]))
    people = Person.objects.select_related("area").defer("area__outline")
    people_by = people.in_bulk({m.to_person_id for m in due if m.to_person_id})
    teams = Team.objects.in_bulk({m.to_team_id for m in due if m.to_team_id})
    for message in due:
        person, team = people_by.get(message.to_person_id or 0), teams.get(message.to_team_id or 0)
        if person is None and team is None:
            continue
        key = ("p", person.pk) if person else ("t", team.pk if team else 0)
        rows.setdefault(key, CallRow(person, team)).messages.append(message)
    found = list(rows.values())[:MOST_ROWS]
    _say_what_the_link_shows(actor, found)
    _name_grid_workers([row for row in found if row.ask_others], local_date(now))
    return found


def _open_to(actor: Actor, due: list[Message]) -> list[Message]:
    """Of a protected order the station learns nothing, not even that there is a call: the centre makes it."""
    asked = {message.about_id for message in due if message.about_kind == "order"}
    if not asked or actor.roles & PROTECTED_ROLES:
        return due
    kept = set(Order.objects.filter(pk__in=asked, protected=True).values_list("pk", flat=True))
    return [message for message in due if message.about_kind != "order" or message.about_id not in kept]


def _say_what_the_link_shows(actor: Actor, rows: Iterable[CallRow]) -> None:
    """The word at the door, our question, where else to go: on a page behind a link, so said aloud here."""
    rows = list(rows)
    ids = {m.about_id for row in rows for m in row.messages if m.about_kind == "order"}
    visits = Attendance.objects.filter(state="expected").exclude(door_word="")
    known = scoped(Order.objects.filter(pk__in=ids, sealed=False), actor, "order.see").prefetch_related(
        Prefetch("attendances", visits.select_related("occasion"), to_attr="places")
    )
    orders = {order.pk: order for order in known} if ids else {}
    for row in rows:
        for message in row.messages:
            order = orders.get(message.about_id) if message.about_kind == "order" else None
            if order is not None:
                row.more[message.pk] = _behind_the_link(order, message.template)


def _behind_the_link(order: Any, template: str) -> str:
    if template == "order.need_info" and order.question_back:
        return _("We would like to know: %(question)s") % {"question": order.question_back}
    if template in ("order.refused", "order.nobody_found"):
        return str(order.where_else)
    home = [one for one in order.places if one.occasion.kind in ("visit", "standing")]
    if template in ("order.arranged", "order.changed", "order.tomorrow") and home:
        return _("Ask them at the door for the word: %(word)s.") % {"word": home[0].door_word}
    return ""


def _name_grid_workers(rows: Iterable[CallRow], today: date) -> None:
    """Who lives near enough to knock: the grid workers of the village."""
    paths = {path for row in rows if row.person for path in _above(row.person.area_path)}
    if not paths:
        return
    posts = Post.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today),
        role=Role.GRID_WORKER,
        valid_from__lte=today,
        area__path__in=paths,
    ).select_related("person", "area")
    by_path: dict[str, list[Person]] = defaultdict(list)
    for post in posts.order_by("id"):
        if post.area is not None:
            by_path[post.area.path].append(post.person)
    for row in rows:
        for path in _above(row.person.area_path if row.person else ""):
            row.grid_workers += by_path[path]


def _above(path: str) -> list[str]:
    """/1/4/17/9/ → /1/4/17/9/, /1/4/17/: the village and what is below it; a town has no grid worker of its own."""
    ids = path.strip("/").split("/")
    return ["/" + "/".join(ids[:depth]) + "/" for depth in range(len(ids), 2, -1)]
