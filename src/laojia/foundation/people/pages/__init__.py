"""Pages of people, posts and teams; what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest

from laojia.foundation.people.models import Person
from laojia.kernel.errors import BadInput, Conflict, Refused, WrongState
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
        put(form, refused)
        return False
    return True


def put(form: Form, refused: Refused) -> None:
    """Say the refusal beside its fields, or above the form with what to do next."""
    beside = {name: sentence for name, sentence in refused.fields.items() if name in form.fields}
    for name, sentence in beside.items():
        form.add_error(name, str(sentence))
    if not beside:
        form.add_error(None, " ".join(filter(None, (str(refused.message or ""), str(refused.hint or "")))))


def initial_of(person: Person) -> dict[str, Any]:
    """What PersonForm shows of a person."""
    names = ("name", "phone", "address", "birth_year", "contact_name", "contact_phone", "reads_messages")
    return {name: getattr(person, name) for name in names} | {"area": person.area.name if person.area else ""}
