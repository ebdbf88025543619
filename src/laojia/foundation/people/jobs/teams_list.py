"""The list of teams: one row for each, with two contacts and what it can do in a week."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries.naming import Gazetteer
from laojia.foundation.journal.actions import record_many
from laojia.foundation.lists.jobs import take_each, touched_since, used_among
from laojia.foundation.lists.rules import (
    CHANGE,
    NEW,
    SAME,
    Asked,
    BadCell,
    Flaw,
    Line,
    ListKind,
    Verdict,
    bad,
)
from laojia.foundation.people.actions import join_team
from laojia.foundation.people.jobs.taking_back import companions_go
from laojia.foundation.people.jobs.teams_columns import COLUMNS, WORDS
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.queries import contacts_of
from laojia.foundation.people.rules import same_name
from laojia.foundation.teams.actions import save_team, set_week
from laojia.foundation.teams.models import Team, TeamSlot, TeamWeek
from laojia.kernel import crypto
from laojia.policy.facts import Subject, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Role

CONTACTS = (("leader", "leader_phone"), ("second", "second_phone"))
# A number for the week is laid over the half-days in which most can: mornings and afternoons from Monday to Friday,
# then the weekend. The leader changes it on the team's page.
_SLOTS = [(day, half) for half in ("morning", "afternoon") for day in range(7)]


class _Book:
    """What the database knows about a handful of lines."""

    def __init__(self, lines: Sequence[Line], asked: Asked) -> None:
        self.asked = asked
        self.areas = Gazetteer()
        names = {_name(line) for line in lines}
        self.teams = {team.name: team for team in Team.objects.filter(name__in=names)}
        ids = [team.pk for team in self.teams.values()]
        self.leaders: dict[int, list[Person]] = {pk: [] for pk in ids}
        posts = Post.objects.filter(team_id__in=ids, role=Role.TEAM_LEADER).exclude(valid_to__lte=asked.today)
        for post in posts.select_related("person"):
            self.leaders[post.team_id or 0].append(post.person)
        self.week: dict[int, dict[tuple[int, str], int]] = {pk: {} for pk in ids}
        for row in TeamWeek.objects.filter(team_id__in=ids):
            self.week[row.team_id][row.weekday, row.half] = row.capacity


def _name(line: Line) -> str:
    return line.text("name")[:60]


def _judge(line: Line, book: _Book) -> Verdict:
    handles = (crypto.keyed_hash(_name(line)),)
    flaws: list[Flaw] = []
    area = _area(line, "area", book, flaws)
    for text in line["serves"] or ():
        _found(text, "serves", book, flaws)
    leader, second = ([line.text(column) for column in contact] for contact in CONTACTS)
    if all(leader) and leader[1] == second[1] and same_name(leader[0], second[0]):
        flaws.append(Flaw("second", "two_contacts"))
    team = book.teams.get(_name(line))
    if team is not None and team.ended_on is not None:
        flaws.append(Flaw("name", "team_ended"))
    actor = book.asked.actor
    there = subject_of(team) if team else Subject("team", area_path=area.path if area else "")
    if area is not None and not (may(actor, "team.save", there) and may(actor, "team.member", there)):
        flaws.append(Flaw("area", "not_yours"))
    if flaws:
        return bad(*flaws, handles=handles)
    if team is None:
        return Verdict(NEW, handles=handles)
    fields = _changes(line, team, area, book)
    return Verdict(CHANGE if fields else SAME, fields=tuple(fields), handles=handles, row_id=team.pk)


def _area(line: Line, column: str, book: _Book, flaws: list[Flaw]) -> Area | None:
    return _found(line.text(column), column, book, flaws)


def _found(text: str, column: str, book: _Book, flaws: list[Flaw]) -> Area | None:
    try:
        return book.areas.find(text)
    except BadCell as wrong:
        flaws.append(Flaw(column, wrong.code, wrong.other))
        return None


def _changes(line: Line, team: Team, area: Area | None, book: _Book) -> list[str]:
    """Columns in which the list knows something else or more; an empty cell leaves what is known."""
    fields = [
        name for name in ("kind", "about") if line.text(name) and getattr(team, name) != line.text(name)
    ]
    if area is not None and team.area_id != area.pk:
        fields.append("area")
    if line["serves"] and team.serves != _serves(line, book):
        fields.append("serves")
    known = book.leaders[team.pk]
    fields += [
        name
        for name, phone in CONTACTS
        if not any(p.phone == line.text(phone) and same_name(p.name, line.text(name)) for p in known)
    ]
    if line["weekly"] is not None and sum(book.week[team.pk].values()) != line["weekly"]:
        fields.append("weekly")
    return fields


def _serves(line: Line, book: _Book) -> list[str]:
    """Paths of the areas it goes to; the whole county is said by nothing."""
    areas = [book.areas.find(text) for text in line["serves"] or ()]
    return [] if any(area.parent_id is None for area in areas) else [area.path for area in areas]


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    book = _Book(lines, asked)
    return [_judge(line, book) for line in lines]


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each team by the verbs the teams' own pages use."""
    columns = {"name": "name", "kind": "kind", "phone": "leader_phone", "week": "weekly"}
    return take_each(lines, asked, look, _write, columns)


def _write(line: Line, verdict: Verdict, asked: Asked) -> int:
    book = _Book([line], asked)
    team = book.teams.get(_name(line))
    kept = {name: getattr(team, name) for name in ("station", "lon", "lat", "ended_on")} if team else {}
    saved = save_team(
        actor=asked.actor, now=asked.now, team_id=team.pk if team else None, name=_name(line),
        kind=line.text("kind"), area=book.areas.find(line.text("area")),
        about=line.text("about") or (team.about if team else ""),
        serves=_serves(line, book) if line["serves"] else (team.serves if team else []), **kept,
    )  # fmt: skip
    for name, phone in CONTACTS:
        if team is None or name in verdict.fields:
            join_team(
                actor=asked.actor, now=asked.now, team_id=saved.pk, role=Role.TEAM_LEADER, name=line.text(name),
                phone=line.text(phone), area=saved.area,
            )  # fmt: skip
    if line["weekly"] is not None and (team is None or "weekly" in verdict.fields):
        set_week(actor=asked.actor, now=asked.now, team_id=saved.pk, week=week_of(line["weekly"]))
    return int(saved.pk)


def week_of(visits: int) -> dict[tuple[int, str], int]:
    """So many visits a week, laid over the half-days as evenly as they go."""
    each, rest = divmod(visits, len(_SLOTS))
    return {slot: each + (place < rest) for place, slot in enumerate(_SLOTS)}


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take teams back nobody has joined, asked or changed since, and the contacts that came with them."""
    teams = Team.objects.in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(teams), "gone")
    spare = {"people.Post", "teams.TeamWeek", "teams.TeamSlot"}
    joined = Post.objects.filter(team_id__in=teams).exclude(role=Role.TEAM_LEADER)
    stays |= {
        pk: "forbidden" for pk, team in teams.items() if not may(asked.actor, "list.remove", subject_of(team))
    }
    stays |= dict.fromkeys(touched_since("team", teams, asked.after), "changed")
    stays |= dict.fromkeys(joined.values_list("team_id", flat=True), "used")
    stays |= dict.fromkeys(used_among(Team, list(teams), spare=spare), "works")
    going = [team for pk, team in teams.items() if pk not in stays]
    record_many(going, "list.remove", actor=asked.actor, now=asked.now)
    for team in going:
        leaders = contacts_of(team.pk, asked.today)
        for model in (Post, TeamWeek, TeamSlot):
            model._default_manager.filter(team=team).delete()
        team.delete()
        companions_go(leaders, asked)
    return stays


TEAMS = ListKind(
    name="teams",
    title=_("Teams"),
    about=_("Volunteer teams, one row for each, with two contacts."),
    columns=COLUMNS,
    look=look,
    take=take,
    remove=remove,
    handful=10,
    address="/teams/%s/",
    words=WORDS,
)
