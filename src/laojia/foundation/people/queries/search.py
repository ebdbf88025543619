"""Finding a person while he is on the telephone: part of the name, end of the number, village, or some of these.

What is known of the actor's areas is a condition of every statement; nothing is fetched first and left out later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from django.db.models import Exists, OuterRef, Q, QuerySet

from laojia.foundation.area.queries import paths_named
from laojia.foundation.journal.queries import scope_filter, scoped
from laojia.foundation.people.models import NamePiece, Person
from laojia.foundation.people.rules import AFTER_EVERY_SIGN, Word, words_of
from laojia.kernel import crypto
from laojia.kernel.codes import is_id_number
from laojia.policy.facts import Actor, Columns

SEE = "person.see"
_PLACE = Columns(kind="person", area="area_path")  # the actor's areas alone: one's own row is no find


@dataclass(frozen=True)
class _Reading:
    """One way to understand what was typed: which words are names, which name a place, what is a number."""

    names: tuple[str, ...]
    digits: tuple[str, ...]
    places: tuple[tuple[str, ...], ...]


def people_seen(actor: Actor, text: str, limit: int = 20, *, beyond: Iterable[int] = ()) -> list[Person]:
    """People of the actor's areas whom every word of `text` fits; nothing for nothing.

    A word is a part of the name (王秀, 秀英, 英), the last four or more digits of the number or all of it, an ID number
    of a volunteer, or a village or town. Names before places, then by name; `beyond` leaves people out. A row that
    was joined to another leads to the kept one. The page masks what it shows.
    """
    found: dict[int, Person] = {}
    leave = set(beyond)
    for person in _found(actor, words_of(text), limit + len(leave)):
        kept = _kept(actor, person)
        if kept is not None and kept.pk not in leave:
            found.setdefault(kept.pk, kept)
        if len(found) >= limit:
            break
    return list(found.values())


def _found(actor: Actor, words: Sequence[Word], limit: int) -> Iterator[Person]:
    if not words:
        return
    for reading in _readings(words):
        if reading.digits:
            rows = _by_number(actor, reading, limit)
        elif reading.names:
            rows = _by_name(actor, reading, limit)
        else:
            rows = _by_place(actor, reading, limit)
        yield from rows


def _readings(words: Sequence[Word]) -> Iterator[_Reading]:
    """A word that names a place may be a part of a name as well: names first."""
    digits = tuple(word.text for word in words if word.digits)
    plain = [word.text for word in words if not word.digits]
    places = {word: paths_named(word) if len(word) > 1 else () for word in plain}
    choices = [(False, True) if places[word] else (False,) for word in plain]
    for choice in product(*choices):
        yield _Reading(
            tuple(word for word, is_place in zip(plain, choice, strict=True) if not is_place),
            digits,
            tuple(tuple(places[word]) for word, is_place in zip(plain, choice, strict=True) if is_place),
        )


def _inside(places: tuple[tuple[str, ...], ...]) -> Q:
    """In one of the places of every word that names places."""
    inside = Q()
    for paths in places:
        one = Q()
        for path in paths:
            one |= Q(area_path__gte=path, area_path__lt=path + AFTER_EVERY_SIGN)
        inside &= one
    return inside


def _people() -> QuerySet[Person]:
    return Person.objects.filter(erased_at=None).select_related("area__parent", "merged_into")


def _by_name(actor: Actor, reading: _Reading, limit: int) -> list[Person]:
    """The longest word through the index of pieces, the others beside it."""
    first, *others = sorted(reading.names, key=len, reverse=True)
    pieces = NamePiece.objects.filter(
        scope_filter(_PLACE, actor, SEE), _inside(reading.places),
        piece__gte=first, piece__lt=first + AFTER_EVERY_SIGN,
    ).order_by("piece", "area_path", "person_id")  # fmt: skip
    for word in others:
        pieces = pieces.filter(_named(word, "person_id"))
    ids = list(islice(dict.fromkeys(pieces.values_list("person_id", flat=True)[: 3 * limit]), limit))
    rows = {person.pk: person for person in _people().filter(pk__in=ids)}
    return [rows[pk] for pk in ids if pk in rows]


def _by_number(actor: Actor, reading: _Reading, limit: int) -> list[Person]:
    """By the fingerprint of the last four digits; longer ends are compared after opening the seal of those few."""
    first, *others = sorted(reading.digits, key=len, reverse=True)
    rows = _people().filter(scope_filter(_PLACE, actor, SEE), _inside(reading.places))
    if is_id_number(first):
        rows = rows.filter(id_number_hash=crypto.keyed_hash(first))
    else:
        rows = rows.filter(phone_end_hash=crypto.keyed_hash(first[-4:]))
    for word in reading.names:
        rows = rows.filter(_named(word, "pk"))
    found = []
    for person in rows.order_by("name", "id")[:_MOST_OF_ONE_END]:
        fits = (person.id_number == end or person.phone.endswith(end) for end in (first, *others))
        if all(fits):
            found.append(person)
    return found[:limit]


def _named(word: str, person: str) -> Exists:
    """The person in the outer column has this part in his name."""
    return Exists(
        NamePiece.objects.filter(
            person_id=OuterRef(person), piece__gte=word, piece__lt=word + AFTER_EVERY_SIGN
        )
    )


_MOST_OF_ONE_END = 400  # people of a county whose numbers end alike: some sixty


def _by_place(actor: Actor, reading: _Reading, limit: int) -> list[Person]:
    """Place by place in the order of the index, until enough are found."""
    first, *others = reading.places
    found: list[Person] = []
    for path in first:
        rows = _people().filter(scope_filter(_PLACE, actor, SEE), _inside(tuple(others)))
        rows = rows.filter(area_path__gte=path, area_path__lt=path + AFTER_EVERY_SIGN)
        found += rows.order_by("area_path", "name", "id")[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _kept(actor: Actor, person: Person) -> Person | None:
    """The row that stands for the person, when the actor may see that one too."""
    if person.merged_into_id is None:
        return person
    return scoped(_people().filter(merged_into=None), actor, SEE).filter(pk=person.merged_into_id).first()
