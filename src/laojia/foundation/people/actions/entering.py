"""One volunteer's entry in the register (民政部令67号 art. 5, 6), as a desk makes it: beside it, lists enter thousands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from laojia.foundation.journal.actions import check, record
from laojia.foundation.lists.forms.cells import born_by_id, gender_by_id
from laojia.foundation.people.actions.people import consent, correct_person
from laojia.foundation.people.models import Person, Registration
from laojia.foundation.people.queries import speaking_for
from laojia.foundation.people.rules import LEAST_REGISTERED_AGE
from laojia.kernel import crypto
from laojia.kernel.clock import local_date
from laojia.kernel.codes import clean_id_number, mask_name
from laojia.kernel.errors import BadInput
from laojia.policy.facts import Actor
from laojia.policy.roles import Channel


@transaction.atomic
def enter_register(
    *,
    actor: Actor,
    now: datetime,
    person: Person,
    consented_on: date | None,
    channel: Channel = Channel.PAPER,
    volunteer_number: str = "",
    id_number: str = "",
    gender: str = "",
    born_on: date | None = None,
    skills: str = "",
    categories: Collection[str] = (),
) -> Registration:
    """Enter a volunteer or add to the entry; what is left empty stays as it is known.

    The first entry needs the day of the person's agreement. Raises BadInput with the field, NotPermitted, OutOfScope.
    """
    check(person, "person.correct", actor=actor)
    row = Registration.objects.filter(person=person).first()
    if row is None and consented_on is None:
        raise _bad(
            "consented_on", _("Nobody is entered without agreeing to it. Write the day the person agreed.")
        )
    if consented_on is not None and consented_on > local_date(now):
        raise _bad("consented_on", _("This day is still to come."))
    number = clean_id_number(id_number) if id_number.strip() else ""
    _belongs_to_nobody_else(person, "id_number", id_number_hash=crypto.keyed_hash(number) if number else "")
    _belongs_to_nobody_else(person, "volunteer_number", volunteer_number=volunteer_number)
    gender, born_on = _as_the_card_says(number or person.id_number, gender, born_on)
    if born_on is not None and local_date(now).year - born_on.year < LEAST_REGISTERED_AGE:
        said = _("Children under %(age)s come along with their parents and are not registered.")
        raise _bad("born_on", said % {"age": LEAST_REGISTERED_AGE})
    given = {"gender": gender, "born_on": born_on, "skills": skills.strip(), "categories": list(categories)}
    facts: dict[str, object] = {name: value for name, value in given.items() if value}
    agreed = consented_on is not None and (row is None or row.consented_on != consented_on)
    if agreed:
        facts["consented_on"] = consented_on
    row = row or Registration(person=person)
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        row.save()
        record(person, "person.correct", actor=actor, now=now, fields=changed)
    numbers: dict[str, object] = {"volunteer_number": volunteer_number, "id_number": number}
    if born_on is not None:
        numbers["birth_year"] = born_on.year
    changes = {name: value for name, value in numbers.items() if value}
    if changes:
        correct_person(actor=actor, now=now, person_id=person.pk, changes=changes)
    if agreed:
        spoken_for = speaking_for(actor, person.pk, local_date(now), channel=channel)
        consent(
            actor=spoken_for, now=now, person_id=person.pk, purpose="volunteer_register", given=True,
            spoken=channel is not Channel.PAPER,
        )  # fmt: skip
    return row


def _bad(field: str, sentence: str) -> BadInput:
    return BadInput(field, sentence, "", {field: sentence})


def _belongs_to_nobody_else(person: Person, field: str, **found_by: str) -> None:
    if not all(found_by.values()):
        return
    other = Person.objects.filter(erased_at=None, merged_into=None, **found_by).exclude(pk=person.pk).first()
    if other is not None:
        said = _(
            "This number stands with %(name)s already. If both are one person, join the two entries first."
        )
        raise _bad(field, said % {"name": mask_name(other.name)})


def _as_the_card_says(number: str, gender: str, born_on: date | None) -> tuple[str, date | None]:
    """Gender and birthday, taken from the ID number where there is one; they may not differ from it."""
    if not number:
        return gender, born_on
    if gender and gender != gender_by_id(number):
        raise _bad("gender", _("The ID number says otherwise. Look at the card again."))
    if born_on is not None and born_on != born_by_id(number):
        raise _bad("born_on", _("The ID number says otherwise. Look at the card again."))
    return gender_by_id(number), born_by_id(number)
