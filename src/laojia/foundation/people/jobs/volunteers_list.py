"""The list of volunteers: register fields of 民政部令67号 art. 5, consent to the entry (art. 6), membership, certificates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries.naming import Gazetteer
from laojia.foundation.lists.forms import cells
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
from laojia.foundation.people.actions.register import CertificateGiven, Volunteer, register_volunteers
from laojia.foundation.people.jobs.taking_back import remove_people
from laojia.foundation.people.jobs.volunteers_columns import COLUMNS, WORDS
from laojia.foundation.people.models import Certificate, Person, Post, Registration
from laojia.foundation.people.rules import LEAST_REGISTERED_AGE, same_name
from laojia.foundation.teams.models import Team
from laojia.kernel import crypto
from laojia.kernel.codes import mask_name
from laojia.kernel.errors import Refused
from laojia.policy.facts import Subject, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Role


class _Book:
    """What the database knows about a handful of lines: read in a few statements, however many lines."""

    def __init__(self, lines: Sequence[Line], asked: Asked) -> None:
        self.asked = asked
        self.areas = Gazetteer()
        self.teams = {team.name: team for team in Team.objects.filter(ended_on=None)}
        self.hashes = {line.number: _Hashes(line) for line in lines}
        rows: dict[int, Person] = {}
        for column in ("phone_hash", "id_number_hash", "volunteer_number"):
            wanted = {value for one in self.hashes.values() if (value := getattr(one, column))}
            if wanted:
                found = Person.objects.filter(**{f"{column}__in": wanted}, erased_at=None)
                rows.update({person.pk: person for person in found.select_related("area")})
        self.people = rows
        self.by: dict[str, dict[str, list[Person]]] = {
            column: _grouped(rows.values(), column)
            for column in ("phone_hash", "id_number_hash", "volunteer_number")
        }
        today = asked.today
        self.members: dict[int, set[int]] = defaultdict(set)
        posts = Post.objects.filter(person_id__in=rows, role=Role.VOLUNTEER, team__isnull=False)
        for person_id, team_id in posts.exclude(valid_to__lte=today).values_list("person_id", "team_id"):
            self.members[person_id].add(team_id or 0)
        self.held: dict[int, set[tuple[str, Any]]] = defaultdict(set)
        for row in Certificate.objects.filter(person_id__in=rows):
            self.held[row.person_id].add((row.kind, row.valid_to))
        self.entries = {row.person_id: row for row in Registration.objects.filter(person_id__in=rows)}

    def known(self, line: Line) -> tuple[Person | None, Flaw | None]:
        """Who is meant: by volunteer number, ID number, or phone and name; a number says one person only."""
        if not line.text("name"):
            return None, None
        hashes = self.hashes[line.number]
        found: dict[str, Person] = {}
        for column, name in (("volunteer_number", "volunteer_number"), ("id_number_hash", "id_number")):
            people = self.by[column].get(getattr(hashes, column), [])
            if people:
                found[name] = people[0]
                if not same_name(people[0].name, line.text("name")):
                    return None, Flaw(name, "other_name", mask_name(people[0].name))
        phone = self.by["phone_hash"].get(hashes.phone_hash, [])
        alike = [person for person in phone if same_name(person.name, line.text("name"))]
        if alike and not found and self._fits(alike[0], hashes):
            found["phone"] = alike[0]
        if len({person.pk for person in found.values()}) > 1:
            return None, Flaw("id_number", "two_people")
        return next(iter(found.values()), None), None

    @staticmethod
    def _fits(person: Person, hashes: _Hashes) -> bool:
        """Father and son of one name share a phone: another ID or volunteer number is another person."""
        return not (
            (
                person.id_number_hash
                and hashes.id_number_hash
                and person.id_number_hash != hashes.id_number_hash
            )
            or (
                person.volunteer_number
                and hashes.volunteer_number
                and person.volunteer_number != hashes.volunteer_number
            )
        )


class _Hashes:
    """By what a line is found: fingerprints of phone and ID number, the volunteer number."""

    __slots__ = ("handles", "id_number_hash", "phone_hash", "volunteer_number")

    def __init__(self, line: Line) -> None:
        phone, number = line.text("phone"), line.text("id_number")
        self.phone_hash = crypto.keyed_hash(phone) if phone else ""
        self.id_number_hash = crypto.keyed_hash(number) if number else ""
        self.volunteer_number = line.text("volunteer_number")
        self.handles = tuple(self._handles(line, phone))

    def _handles(self, line: Line, phone: str) -> list[str]:
        """Within one list: two lines that share one of these are about one person."""
        found = []
        if self.volunteer_number:
            found.append(crypto.keyed_hash(f"volunteer {self.volunteer_number}"))
        if self.id_number_hash:
            found.append(self.id_number_hash)
        if phone:
            found.append(crypto.keyed_hash(f"{phone} {line.text('name')}"))
        return found


def _grouped(rows: Any, column: str) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = defaultdict(list)
    for person in sorted(rows, key=lambda one: one.pk):
        if value := getattr(person, column):
            found[value].append(person)
    return found


def _prepare(line: Line, book: _Book) -> tuple[Verdict, Volunteer | None]:
    """What a line is, and what is to be written for it."""
    flaws, area, teams = _places(line, book)
    flaws += _birth(line, book.asked)
    if line["consent"] is False:
        flaws.append(Flaw("consent", "no_consent"))
    flaws += _periods(line)
    person, flaw = book.known(line)
    flaws += [flaw] if flaw else []
    handles = book.hashes[line.number].handles
    if flaws or line["consented_on"] is None:
        return bad(*flaws, handles=handles), None
    given = Volunteer(
        name=line.text("name"), consented_on=line["consented_on"], area=area, phone=line.text("phone"),
        id_number=line.text("id_number"), volunteer_number=line.text("volunteer_number"),
        address=line.text("address"), register=_register(line), teams=teams, certificates=_certificates(line),
    )  # fmt: skip
    born = given.register.get("born_on")
    given.birth_year = born.year if born else None
    if person is None:
        return Verdict(NEW, handles=handles), given
    fields = _compare(given, person, book)
    if given.changes and not may(book.asked.actor, "person.correct", subject_of(person)):
        return bad(Flaw("name", "not_yours"), handles=handles), None
    return Verdict(CHANGE if fields else SAME, fields=fields, handles=handles, row_id=person.pk), given


def _places(line: Line, book: _Book) -> tuple[list[Flaw], Area | None, list[Team]]:
    flaws: list[Flaw] = []
    area: Area | None = None
    try:
        area = book.areas.find(line.text("area"))
        if not may(book.asked.actor, "person.add", Subject("person", area_path=area.path)):
            flaws.append(Flaw("area", "not_yours"))
    except BadCell as wrong:
        flaws.append(Flaw("area", wrong.code, wrong.other))
    teams = []
    for name in line["teams"] or ():
        team = book.teams.get(name)
        if team is None:
            flaws.append(Flaw("teams", "team_unknown"))
        elif not may(book.asked.actor, "team.member", subject_of(team)):
            flaws.append(Flaw("teams", "not_yours"))
        else:
            teams.append(team)
    return flaws, area, teams


def _birth(line: Line, asked: Asked) -> list[Flaw]:
    """Birthday and gender against what the ID number says; the very young are not registered."""
    number, born, flaws = line.text("id_number"), line["born_on"], []
    if number:
        by_id = cells.born_by_id(number)
        if born is not None and born != by_id:
            flaws.append(Flaw("born_on", "not_as_id"))
        if line["gender"] and line["gender"] != cells.gender_by_id(number):
            flaws.append(Flaw("gender", "not_as_id"))
        born = by_id
    if born is not None and asked.today.year - born.year < LEAST_REGISTERED_AGE:
        flaws.append(Flaw("born_on", "too_young", str(LEAST_REGISTERED_AGE)))
    return flaws


def _periods(line: Line) -> list[Flaw]:
    start, end = line["certified_from"], line["certified_to"]
    if line.text("certificate") and start is None:
        return [Flaw("certified_from", "empty")]
    if not line.text("certificate") and (start or end or line.text("certificate_number")):
        return [Flaw("certificate", "empty")]
    return [Flaw("certified_to", "days_order")] if start and end and end <= start else []


def _register(line: Line) -> dict[str, Any]:
    number = line.text("id_number")
    found = {
        "gender": line["gender"] or (cells.gender_by_id(number) if number else ""),
        "born_on": line["born_on"] or (cells.born_by_id(number) if number else None),
        "skills": line.text("skills"),
        "categories": list(line["categories"] or ()),
    }
    return {name: value for name, value in found.items() if value}


def _certificates(line: Line) -> list[CertificateGiven]:
    if not line.text("certificate"):
        return []
    return [
        CertificateGiven(
            line.text("certificate"),
            line.text("certificate_number"),
            line["certified_from"],
            line["certified_to"],
        )
    ]


def _compare(given: Volunteer, person: Person, book: _Book) -> tuple[str, ...]:
    """Columns in which the list knows something else or more; it is narrowed to what is missing."""
    given.person_id, given.known = person.pk, True
    facts = ("phone", "address", "volunteer_number", "id_number", "birth_year")
    given.changes = {
        name: getattr(given, name)
        for name in facts
        if getattr(given, name) and getattr(given, name) != getattr(person, name)
    }
    if given.area is not None and person.area_id != given.area.pk:
        given.changes["area"] = given.area
    entry = book.entries.get(person.pk)
    given.register = {
        name: value
        for name, value in given.register.items()
        if entry is None or getattr(entry, name) != value
    }
    given.consents = entry is None or entry.consented_on < given.consented_on
    given.teams = [team for team in given.teams if team.pk not in book.members[person.pk]]
    given.certificates = [
        one for one in given.certificates if (one.kind, one.valid_to) not in book.held[person.pk]
    ]
    named = {**dict.fromkeys(given.changes), **dict.fromkeys(given.register)}
    if "birth_year" in named:
        named["born_on"] = named.pop("birth_year")
    more = {"teams": given.teams, "certificate": given.certificates, "consented_on": given.consents}
    return tuple(dict.fromkeys([*named, *(name for name, there in more.items() if there)]))


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    book = _Book(lines, asked)
    return [_prepare(line, book)[0] for line in lines]


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Write a handful together; if one of them is refused, each by itself, so that one does not stop the others."""
    book = _Book(lines, asked)
    prepared = [_prepare(line, book) for line in lines]
    due = [given for verdict, given in prepared if given is not None and verdict.found in (NEW, CHANGE)]
    try:
        register_volunteers(volunteers=due, actor=asked.actor, now=asked.now)
    except Refused as refused:
        if len(lines) == 1:
            return [bad(Flaw("name", "refused", str(refused)))]
        return [take([line], asked)[0] for line in lines]
    return [verdict.at(given.person_id) if given is not None else verdict for verdict, given in prepared]


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take volunteers back whom nobody has asked, corrected or otherwise used since."""
    return remove_people(ids, asked)


VOLUNTEERS = ListKind(
    name="volunteers",
    title=_("Volunteers"),
    about=_("The register of volunteers, one row for each person."),
    columns=COLUMNS,
    look=look,
    take=take,
    remove=remove,
    one_of=(("phone", "id_number", "volunteer_number"),),
    address="/people/%s/",
    words=WORDS,
)
