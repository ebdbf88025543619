"""What the public pages read: the county itself, what the tables keep about people, how long orders take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from laojia.channels.home import rules
from laojia.foundation.area.models import Area, AreaBook, Station
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.kernel.errors import OutOfScope
from laojia.kernel.kept_lists import KeptList
from laojia.policy.deadlines import DEADLINES, Span, Unit
from laojia.policy.facts import Actor
from laojia.policy.never import columns_of, never_checks
from laojia.policy.personal import Held, Keep
from laojia.policy.roles import AreaLevel, StationLevel
from laojia.policy.verbs import VERBS
from laojia.shown import said_span
from laojia.steps.menu import queries as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.queries import Tile
from laojia.steps.order import queries as orders

WEEK = 7
ON_START_PAGE = 4
MOST_TEAMS = 500

# How long, as the person reads it. A new kind of keeping without a sentence fails its test.
KEEP_WORDS = {
    Keep.WHILE_NEEDED: gettext_lazy("Until you ask us to erase it"),
    Keep.ORDER_YEAR: gettext_lazy("One year after the matter is closed"),
    Keep.RECORD_TEN_YEARS: gettext_lazy("Ten years: the law wants records of volunteering kept that long"),
    Keep.MESSAGE_HALF_YEAR: gettext_lazy("Half a year"),
    Keep.SHARED_THREE_YEARS: gettext_lazy("Three years"),
}

# Words of fields that hold personal data; the same name means the same thing in every table.
FIELD_WORDS = {
    "account": gettext_lazy("account"),
    "address": gettext_lazy("address"),
    "alone": gettext_lazy("whether you live alone"),
    "answer": gettext_lazy("our answer"),
    "answers": gettext_lazy("your answers to the item's questions"),
    "area": gettext_lazy("village"),
    "area_path": gettext_lazy("village"),
    "asker": gettext_lazy("who asked"),
    "birth_year": gettext_lazy("year of birth"),
    "contact_end_hash": gettext_lazy("a fingerprint of the last four digits"),
    "contact_hash": gettext_lazy("a fingerprint of the phone number"),
    "contact_name": gettext_lazy("name of the person to call"),
    "contact_phone": gettext_lazy("number to call"),
    "data": gettext_lazy("the secret of the second step"),
    "door_word": gettext_lazy("the two words for the door"),
    "gone": gettext_lazy("which two entries were taken for one person"),
    "high": gettext_lazy("which two entries may be one person"),
    "id_number": gettext_lazy("ID number (volunteers only)"),
    "id_number_hash": gettext_lazy("a fingerprint of the ID number"),
    "in_charge": gettext_lazy("who was in charge"),
    "insured": gettext_lazy("who is insured"),
    "kind": gettext_lazy("kind of certificate"),
    "kept": gettext_lazy("which two entries were taken for one person"),
    "lat": gettext_lazy("place on the map"),
    "lon": gettext_lazy("place on the map"),
    "low": gettext_lazy("which two entries may be one person"),
    "minutes": gettext_lazy("minutes given"),
    "name": gettext_lazy("name"),
    "not_home_note": gettext_lazy("what was done when nobody opened"),
    "number": gettext_lazy("number of the certificate"),
    "own_work": gettext_lazy("own line of work"),
    "gender": gettext_lazy("gender (volunteers only)"),
    "born_on": gettext_lazy("date of birth (volunteers only)"),
    "skills": gettext_lazy("skills"),
    "categories": gettext_lazy("what one likes to help with"),
    "consented_on": gettext_lazy("day of consent"),
    "cells": gettext_lazy("rows of a list while it is checked"),
    "handles": gettext_lazy("fingerprints of such rows"),
    "body": gettext_lazy("the list itself while it is read"),
    "password": gettext_lazy("a fingerprint of the password, never the password"),
    "person": gettext_lazy("who it is"),
    "phone": gettext_lazy("phone number"),
    "phone_end_hash": gettext_lazy("a fingerprint of the last four digits"),
    "phone_hash": gettext_lazy("a fingerprint of the phone number"),
    "piece": gettext_lazy("parts of the name"),
    "place": gettext_lazy("where"),
    "purpose": gettext_lazy("what you agreed to"),
    "reasons": gettext_lazy("in what they are alike"),
    "role": gettext_lazy("role"),
    "session_key": gettext_lazy("a mark on your phone"),
    "shown_to": gettext_lazy("who it was shown to"),
    "text": gettext_lazy("text of the message"),
    "to_phone": gettext_lazy("phone number"),
    "username": gettext_lazy("sign-in name"),
    "valid_to": gettext_lazy("valid until"),
    "volunteer_number": gettext_lazy("national volunteer number"),
    "words": gettext_lazy("what you said in your own words"),
}

# Tables of the framework that hold something about people; they cannot carry the note themselves.
FRAMEWORK_NOTES = {
    "sessions.Session": (
        Held(("session_key",), "to keep you signed in on your own phone", Keep.WHILE_NEEDED),
    ),
    "mfa.Authenticator": (Held(("data",), "to let only you in", Keep.WHILE_NEEDED),),
}


@dataclass(frozen=True)
class County:
    """What every page says about the county. Empty before `laojia county create`."""

    name: str = ""
    desk_phone: str = ""
    demonstration: bool = False
    practice: bool = False


def county() -> County:
    """One statement: the county's name, the centre's public telephone, the mark of a demonstration."""
    row = _COUNTY.first()
    return County(row[0], row[1] or "", bool(row[2]), bool(row[3])) if row else County()


def _counties() -> QuerySet[Any, Any]:
    centre = Station.objects.filter(level=StationLevel.CENTRE.value, closed_on=None, area=OuterRef("pk"))
    rows = Area.objects.filter(level=AreaLevel.COUNTY.value, valid_to=None).order_by("pk")
    phone = Subquery(centre.values("phone")[:1])
    book = AreaBook.objects.all()[:1]
    told = rows.annotate(
        phone=phone,
        demonstration=Subquery(book.values("demonstration")),
        practice=Subquery(book.values("practice")),
    )
    return told.values_list("name", "phone", "demonstration", "practice")[:1]


_COUNTY = KeptList(_counties)


@dataclass(frozen=True)
class KeptRow:
    """One purpose and the words of the fields kept for it."""

    purpose: str
    fields: str


@dataclass(frozen=True)
class KeptGroup:
    """All that is kept for the same length of time."""

    long: str
    rows: tuple[KeptRow, ...]


def kept() -> list[KeptGroup]:
    """What the tables say they keep about people (the PERSONAL note of every model), grouped by how long."""
    found: dict[Keep, dict[str, list[str]]] = {}
    for model in apps.get_models():
        for note in personal_notes(model):
            words = found.setdefault(note.keep, {}).setdefault(note.purpose, [])
            words += (field_word(name) for name in note.fields)
    comma = _(", ")
    return [
        KeptGroup(
            str(KEEP_WORDS[keep]),
            tuple(
                KeptRow(_(purpose), comma.join(dict.fromkeys(words)))
                for purpose, words in sorted(found[keep].items())
            ),
        )
        for keep in Keep
        if keep in found
    ]


def personal_notes(model: type[Model]) -> tuple[Held, ...]:
    """The note of one model; for the framework's tables the one in rules.py."""
    notes: tuple[Held, ...] | None = getattr(model, "PERSONAL", None)
    return FRAMEWORK_NOTES.get(model._meta.label, ()) if notes is None else notes


def field_word(name: str) -> str:
    """The shown word of a field; one without a word shows its plain name, and a test fails."""
    return str(FIELD_WORDS.get(name, name))


def said_length_of(span: Span) -> str:
    """A length of time in words: 2 个工作日, 4 个工作小时, 15 天, 当天."""
    count = span.amount
    words = {
        Unit.WORKING_HOURS: ngettext("%(count)s working hour", "%(count)s working hours", count),
        Unit.WORKING_DAYS: ngettext("%(count)s working day", "%(count)s working days", count),
        Unit.HOURS: ngettext("%(count)s hour", "%(count)s hours", count),
        Unit.DAYS: ngettext("%(count)s day", "%(count)s days", count),
        Unit.SAME_DAY: _("on the same day"),
    }
    return words[span.unit] % {"count": count}


def promises() -> dict[str, str]:
    """The spans that the page "how it works" quotes, from the table of clocks."""
    ordinary, urgent = DEADLINES["order.promise"]
    spans = {
        "promise": ordinary,
        "urgent": urgent or ordinary,
        "answer": DEADLINES["offer.answer"][0],
        "review": DEADLINES["review.window"][0],
        "contact": DEADLINES["complaint.contact"][0],
        "complaint": DEADLINES["complaint.answer"][0],
    }
    return {name: said_length_of(span) for name, span in spans.items()}


@dataclass(frozen=True)
class Card:
    """What parts/order_card.html shows of an occasion."""

    title: str
    url: str
    state: str
    word: str
    when: str
    place: str
    who: str


@dataclass(frozen=True)
class Front:
    """What the start page shows. `near` names the town, empty for the whole county."""

    tiles: tuple[Tile, ...]
    on: tuple[Card, ...]
    cards: tuple[orders.Card, ...]
    near: str


def front(actor: Actor, now: datetime) -> Front:
    """Tiles, what is on around the actor's home this week, the actor's own orders."""
    homes = Person.objects.filter(pk=actor.person_id or 0).values("area_path", "area__parent__name")
    home = homes.first() if actor.person_id else None
    around = rules.town_path(home["area_path"]) if home else ""
    on = menu.whats_on(around, WEEK, now=now)[:ON_START_PAGE]
    near = (home["area__parent__name"] or "") if home and around else ""
    own = orders.my_cards(actor, now)[:ON_START_PAGE]
    return Front(tuple(menu.tiles()), tuple(occasion_card(row, now) for row in on), tuple(own), near)


def occasion_card(row: Occasion, now: datetime) -> Card:
    """An announced occasion, with what is left instead of its state."""
    version = row.item_version
    left, state = _what_is_left(row, now)
    english = (get_language() or "").startswith("en")
    when = said_span(row.starts_at, row.ends_at, now) if row.starts_at and row.ends_at else ""
    return Card(
        title=(version.name_en if english else "") or version.name,
        url=f"/on/{row.pk}/",
        state=state,
        word=left,
        when=when,
        place=row.place or row.area.name,
        who=row.team.name if row.team else "",
    )


def _what_is_left(row: Occasion, now: datetime) -> tuple[str, str]:
    """The word on the card, and the state of an order that looks like it."""
    if row.kind == "volunteers" and row.volunteers_taken >= row.volunteer_places:
        return _("enough volunteers have joined"), "waitlisted"
    if row.kind == "volunteers":
        return _("volunteers are welcome"), "arranged"
    if row.kind != "seats":
        return _("everybody can come"), "arranged"
    seats, released = menu.seats_of(row, now)
    left = seats.for_everybody(released=released)
    if not left:
        return _("full, there is a waiting list"), "waitlisted"
    return ngettext("%(count)s place left", "%(count)s places left", left) % {"count": left}, "arranged"


@dataclass(frozen=True)
class NeverRow:
    """One promise, and whether tables, settings and verbs keep it at this moment."""

    sentence: str
    kept: bool


@dataclass(frozen=True)
class Never:
    """The promises and how much was looked at to check them."""

    rows: tuple[NeverRow, ...]
    columns: int


def never() -> Never:
    """What the platform never does, checked now against everything it can store, be set to or do."""
    columns = columns_of(apps.get_models())
    names = [*VERBS, *(name for name in dir(settings) if name.isupper())]
    checks = never_checks(columns, names)
    return Never(tuple(NeverRow(_(check.promise), check.ok) for check in checks), len(columns))


def our_teams(text: str, kind: str) -> list[Team]:
    """Teams for everybody: those the county features first, then by name. Facts they tell themselves, no figures."""
    rows = Team.objects.filter(ended_on=None).select_related("area").defer("area__outline")
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(area__name__contains=text) | Q(about__contains=text))
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows.order_by("-featured", "name")[:MOST_TEAMS])


def our_team(pk: int, now: datetime) -> dict[str, Any]:
    """A team, what it does of the menu, where it goes, what of it is on soon. Raises OutOfScope."""
    team = Team.objects.filter(pk=pk, ended_on=None).select_related("area", "station").first()
    if team is None:
        raise OutOfScope("team_not_here", _("We do not find this team here."), _("Open the list of teams."))
    items = [row for row in menu.items() if row.team_kind == team.kind and not row.protected]
    towns = Area.objects.filter(path__in=team.serves).order_by("code").values_list("name", flat=True)
    soon = Occasion.objects.filter(
        team=team, public=True, protected=False, practice=False, state="confirmed", starts_at__gt=now
    )
    return {
        "team": team,
        "items": items,
        "towns": list(towns),
        "soon": soon.select_related("item_version", "area").order_by("starts_at")[:ON_START_PAGE],
    }
