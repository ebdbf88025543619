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
from laojia.foundation.people.rules import AFTER_EVERY_SIGN, LEAST_DIGITS, Word, within, words_of
from laojia.kernel import crypto
from laojia.kernel.codes import is_id_number
from laojia.policy.facts import Actor, Columns
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import Scope

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
    for reading in _readings(words, _prefixes(actor)):
        if reading.digits:
            rows = _by_number(actor, reading, limit)
        elif reading.names:
            rows = _by_name(actor, reading, limit)
        else:
            rows = _by_place(actor, reading, limit)
        yield from rows


def _prefixes(actor: Actor) -> tuple[str, ...]:
    """The areas whose people the actor sees."""
    seeing = PERMISSIONS[SEE]
    return actor.prefixes(*(role for role, scope in seeing.items() if scope is Scope.AREA))


def _readings(words: Sequence[Word], prefixes: tuple[str, ...]) -> Iterator[_Reading]:
    """A word that names a place may be a part of a name as well: names first. Places outside one's areas are none."""
    if not prefixes:
        return
    digits = tuple(word.text for word in words if word.digits)
    plain = [word.text for word in words if not word.digits]
    places = {word: within(paths_named(word), prefixes) if len(word) > 1 else () for word in plain}
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
    return Person.objects.filter(erased_at=None).select_related("area__parent")


def _by_name(actor: Actor, reading: _Reading, limit: int) -> list[Person]:
    """The longest word through the index of pieces, the others beside it; in a village through the village's own."""
    paths = _common(reading.places, _prefixes(actor))
    small = [path for path in paths if path.count("/") > _VILLAGE]
    ids: dict[int, None] = {}
    for path in small:
        rows = _pieces(actor, reading).filter(area_path__gte=path, area_path__lt=path + AFTER_EVERY_SIGN)
        ids |= dict.fromkeys(_first_of(rows.order_by("area_path", "piece", "person_id"), 3 * limit))
        if len(ids) >= limit:
            break
    if len(small) < len(paths) and len(ids) < limit:
        rows = _pieces(actor, reading).filter(_inside(reading.places))
        ids |= dict.fromkeys(_first_of(rows.order_by("piece", "area_path", "person_id"), 3 * limit))
    chosen = list(islice(ids, limit))
    people = {person.pk: person for person in _people().filter(pk__in=chosen)}
    return [people[pk] for pk in chosen if pk in people]


_VILLAGE = 3  # slashes of a town's path; a village's has more


def _pieces(actor: Actor, reading: _Reading) -> QuerySet[NamePiece]:
    first, *others = sorted(reading.names, key=len, reverse=True)
    pieces = NamePiece.objects.filter(
        scope_filter(_PLACE, actor, SEE), piece__gte=first, piece__lt=first + AFTER_EVERY_SIGN
    )
    for word in others:
        pieces = pieces.filter(_named(word, "person_id"))
    return pieces


def _first_of(pieces: QuerySet[NamePiece], many: int) -> Iterable[int]:
    return pieces.values_list("person_id", flat=True)[:many]


def _common(places: tuple[tuple[str, ...], ...], prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """What all the places have in common, inside the actor's areas."""
    paths = within(prefixes, prefixes)
    for place in places:
        paths = within(paths, place)
    return paths


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
    rows = rows.order_by("name", "id")
    if len(first) > LEAST_DIGITS or others:
        ends = (first, *others)
        sealed = rows.values_list("pk", "phone", "id_number")[:_MOST_OF_ONE_END]
        fitting = [pk for pk, *held in sealed if all(any(one.endswith(end) for one in held) for end in ends)]
        rows = _people().filter(pk__in=fitting[:limit]).order_by("name", "id")
    return list(rows[:limit])


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
    found: list[Person] = []
    for path in _common(reading.places, _prefixes(actor)):
        rows = _people().filter(scope_filter(_PLACE, actor, SEE))
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
