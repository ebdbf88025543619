"""Pages of people, posts and teams; what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest

from laojia.foundation.people.models import Person
from laojia.kernel.errors import BadInput, Conflict, WrongState, put_on
from laojia.policy.facts import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, as the middleware found it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def tried(form: Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Run the action on a valid form. A refusal about what was typed goes back into the form, all others on."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except (BadInput, Conflict, WrongState) as refused:
        put_on(form, refused)
        return False
    return True


def initial_of(person: Person) -> dict[str, Any]:
    """What PersonForm shows of a person."""
    names = ("name", "phone", "address", "birth_year", "contact_name", "contact_phone", "reads_messages")
    return {name: getattr(person, name) for name in names} | {"area": person.area.name if person.area else ""}
