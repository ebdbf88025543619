"""What the public pages read: the county itself, what the tables keep about people, how long orders take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, OuterRef, Subquery
from django.utils.translation import gettext as _

from laojia.channels.home import rules
from laojia.foundation.area.models import Area, Station
from laojia.policy.deadlines import DEADLINES
from laojia.policy.facts import Actor
from laojia.policy.personal import Held, Keep
from laojia.policy.roles import AreaLevel, StationLevel


@dataclass(frozen=True)
class County:
    """What every page says about the county. Empty before `laojia county create`."""

    name: str = ""
    desk_phone: str = ""
    demonstration: bool = False


def county() -> County:
    """One statement: the county's name and the centre's public telephone."""
    centre = Station.objects.filter(level=StationLevel.CENTRE.value, closed_on=None, area=OuterRef("pk"))
    row = (
        Area.objects.filter(level=AreaLevel.COUNTY.value, valid_to=None)
        .values("name", phone=Subquery(centre.values("phone")[:1]))
        .first()
    )
    return County(row["name"], row["phone"] or "") if row else County()


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
            words += [word for word in (field_word(model, name) for name in note.fields) if word not in words]
    comma = _(", ")
    return [
        KeptGroup(
            str(rules.KEEP_WORDS[keep]),
            tuple(KeptRow(_(purpose), comma.join(words)) for purpose, words in sorted(found[keep].items())),
        )
        for keep in Keep
        if keep in found
    ]


def personal_notes(model: type[Model]) -> tuple[Held, ...]:
    """The note of one model; third-party tables without one hold nothing of their own accord."""
    notes: tuple[Held, ...] = getattr(model, "PERSONAL", ())
    return notes


def field_word(model: type[Model], name: str) -> str:
    """The shown word of a field: its own where several tables share it, else its verbose name."""
    known = rules.FIELD_WORDS.get(name)
    return str(known) if known is not None else str(model._meta.get_field(name).verbose_name)


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
    return {name: rules.said_span(span) for name, span in spans.items()}


@dataclass(frozen=True)
class Front:
    """What the start page shows."""

    tiles: tuple[Any, ...] = ()
    on: tuple[Any, ...] = ()
    cards: tuple[Any, ...] = ()
    near: str = ""


def front(actor: Actor, now: datetime) -> Front:
    """Tiles, what is on near the actor this week, the actor's own orders."""
    return Front()


def never() -> list[Any]:
    """Sentences."""
    return []
