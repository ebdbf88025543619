"""Who may be in the book twice: the same fact found through an index, the names compared among those few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Person
from laojia.foundation.people.rules import like_name
from laojia.kernel import crypto
from laojia.kernel.codes import clean_phone, is_id_number
from laojia.kernel.errors import BadInput
from laojia.policy.facts import Actor

CHUNK = 2000

# Each gives pairs (new one, other one, both names). The new ones come as a list of ids; the other side by an index.
_SAME = {
    "id_number": "o.id_number_hash = n.id_number_hash AND n.id_number_hash <> ''",
    "phone": "o.phone_hash = n.phone_hash AND n.phone_hash <> ''",
    "name_village_year": (
        "o.area_path = n.area_path AND o.name = n.name AND o.birth_year = n.birth_year AND n.area_path <> ''"
        " AND n.name <> ''"
    ),
}
_PAIRS = """
    SELECT n.id, o.id, n.name, o.name, n.area_path, o.area_path
    FROM people_person n JOIN people_person o ON {same} AND o.id <> n.id
    WHERE n.id IN ({ids}) AND n.erased_at IS NULL AND o.erased_at IS NULL
      AND n.merged_into_id IS NULL AND o.merged_into_id IS NULL
"""


@dataclass(frozen=True)
class Pair:
    """Two rows in the order of their ids, the area of the first, and in what they are alike."""

    low: int
    high: int
    area_path: str
    reasons: tuple[str, ...]


def to_compare(limit: int = CHUNK) -> list[int]:
    """People new or changed since they were last compared."""
    rows = Person.objects.filter(compared_at=None).order_by("id")
    return list(rows.values_list("pk", flat=True)[:limit])


def alike(ids: Iterable[int]) -> list[Pair]:
    """Pairs with one of these people in them, each once, every reason told. A shared phone alone is a family's."""
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    places: dict[int, str] = {}
    for reason, new, other, one, its, here, there in _pairs(list(ids)):
        if reason == "phone" and not like_name(one, its):
            continue
        places[new], places[other] = here, there
        found[min(new, other), max(new, other)].add(reason)
    return [
        Pair(low, high, places[low], tuple(sorted(reasons))) for (low, high), reasons in sorted(found.items())
    ]


def _pairs(ids: list[int]) -> Iterator[tuple[str, int, int, str, str, str, str]]:
    if not ids:
        return
    holes = ", ".join(["%s"] * len(ids))
    for reason, same in _SAME.items():
        with connection.cursor() as cursor:
            cursor.execute(_PAIRS.format(same=same, ids=holes), ids)
            for row in cursor.fetchall():
                yield (reason, *row)


def looks_like(
    actor: Actor,
    *,
    name: str,
    phone: str = "",
    area_id: int | None = None,
    birth_year: int | None = None,
    id_number: str = "",
    limit: int = 5,
) -> list[Person]:
    """Whom the actor would probably enter a second time: asked before somebody is added. Seen people only."""
    same = Q(pk__in=[])
    if phone.strip():
        try:
            same |= Q(phone_hash=crypto.keyed_hash(clean_phone(phone)))
        except BadInput:  # what is mistyped is told first
            return []
    if is_id_number(id_number):
        same |= Q(id_number_hash=crypto.keyed_hash(id_number.strip().upper()))
    if name.strip() and area_id is not None:
        same |= Q(name=name.strip(), area_id=area_id)
    rows = scoped(Person.objects.filter(same, erased_at=None, merged_into=None), actor, "person.see")
    rows = rows.select_related("area__parent").order_by("name", "id")
    return [
        person
        for person in rows[:50]
        if like_name(person.name, name)
        and not (birth_year and person.birth_year and birth_year != person.birth_year)
    ][:limit]
