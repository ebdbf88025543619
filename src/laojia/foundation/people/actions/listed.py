"""The county's list of grids names who looks after each: that person becomes known and gets the post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import Event, record
from laojia.foundation.people.actions.people import add_person
from laojia.foundation.people.actions.posts import _check_beside
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.rules import clean_name
from laojia.kernel import crypto
from laojia.kernel.clock import local_date
from laojia.policy.roles import Role


def post_listed_workers(event: Event) -> None:
    """Follow-up of area.import: a person and a grid worker's post for every worker the list names.

    The same list again changes nothing. Whom an earlier list named keeps his post until the security administrator
    ends it: a list says who works there, not who has left.
    """
    workers = event.facts.get("workers", ())
    if not workers:
        return
    today = local_date(event.now)
    areas = {
        area.pk: area for area in Area.objects.filter(pk__in={area_id for area_id, _name, _phone in workers})
    }
    known = _Known()
    for area_id, name, phone in workers:
        person = known.find(area_id, name, phone) or _add(areas[area_id], name, phone, event)
        known.remember(area_id, person, phone)
        _give_post(areas[area_id], person, today, event)


def known_workers(workers: Sequence[tuple[int, str, str]]) -> list[bool]:
    """Of (area id, name, phone): does that person hold the grid worker's post there already? Nothing is written."""
    known = _Known()
    held = set(Post.objects.filter(role=Role.GRID_WORKER, valid_to=None).values_list("person_id", "area_id"))
    found = [known.find(*worker) for worker in workers]
    return [
        person is not None and (person.pk, area_id) in held
        for person, (area_id, _name, _phone) in zip(found, workers, strict=True)
    ]


class _Known:
    """Who is meant: by name and mobile number; with another or no number, whoever of that name works there already."""

    def __init__(self) -> None:
        self._by_phone: dict[tuple[str, str], Person] = {}
        self._by_area: dict[tuple[int, str], Person] = {}
        for post in Post.objects.filter(role=Role.GRID_WORKER, valid_to=None).select_related("person"):
            if post.area_id is not None:
                self._by_area[post.area_id, post.person.name] = post.person

    def find(self, area_id: int, name: str, phone: str) -> Person | None:
        name = clean_name(name)
        if not _is_mobile(phone):
            return self._by_area.get((area_id, name))
        fingerprint = crypto.keyed_hash(phone)
        found = self._by_phone.get((fingerprint, name))
        if found is not None:
            return found
        rows = Person.objects.filter(phone_hash=fingerprint, name=name, erased_at=None)
        return rows.order_by("pk").first()

    def remember(self, area_id: int, person: Person, phone: str) -> None:
        self._by_area[area_id, person.name] = person
        if _is_mobile(phone):
            self._by_phone[person.phone_hash, person.name] = person


def _is_mobile(phone: str) -> bool:
    """The list's phones are clean already; a desk's own line begins with 0 and is nobody's to sign in with."""
    return phone.startswith("1")


def _add(area: Area, name: str, phone: str, event: Event) -> Person:
    given: dict[str, Any] = {"phone": phone} if _is_mobile(phone) else {"contact_phone": phone}
    return add_person(actor=event.actor, now=event.now, name=name, area=area, because="area.import", **given)


def _give_post(area: Area, person: Person, today: date, event: Event) -> None:
    held = Post.objects.filter(person=person, role=Role.GRID_WORKER, area=area, valid_to=None)
    if held.exists():
        return
    post = Post(person=person, role=Role.GRID_WORKER, area=area, valid_from=today)
    _check_beside(post)
    post.save(force_insert=True)
    record(post, "post.grant", actor=event.actor, now=event.now, fields=("role",), because="area.import")
