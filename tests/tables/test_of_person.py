"""Every column that names a person says what becomes of it when two rows turn out to be one (wiring.OF_PERSON)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from laojia.foundation.people.models import Person
from laojia.foundation.people.queries.merging import model_of, person_columns, rows_with
from laojia.kernel.fields import SealedText

# Whole numbers that look like an id of somebody and are none: what they are stands beside them.
NO_PERSON = {
    "outbox.Message.about_id": "the thing a message is about",
    "outbox.Clock.about_id": "the thing a clock rings for",
    "outbox.Message.to_team_id": "a team",
    "journal.JournalRow.subject_id": "the thing that changed",
    "journal.JournalSeal.row_id": "a row of the journal",
    "lists.StagedRow.row_id": "the row a line of a list has made: an import takes back what it made, not what it became",
    "area.AreaBook.last_id": "an area",
    "people.Post.zone_id": "a zone",
    "menu.Occasion.standing_id": "standing help",
    "review.Incident.occasion_id": "an occasion",
}


def candidates() -> list[tuple[str, models.Field]]:
    found = []
    for model in apps.get_models(include_auto_created=True):
        if not (model.__module__.startswith("laojia.")):
            continue
        for field in model._meta.concrete_fields:
            key = f"{model._meta.label}.{field.attname}"
            to_person = field.is_relation and field.related_model is Person
            a_number = isinstance(field, models.BigIntegerField) and field.name.endswith("_id")
            if to_person or (a_number and not key.endswith(".team_id") and key not in NO_PERSON):
                found.append((key, field))
    return found


def test_every_column_that_names_a_person_is_declared() -> None:
    declared = {column.key for column in person_columns()}
    missing = sorted(
        key for key, _field in candidates() if key not in declared and not key.endswith("_team_id")
    )
    assert not missing, (
        f"{missing}: say in wiring.OF_PERSON what becomes of the row when two people turn out to be one;"
        " a number that is no person's goes into NO_PERSON of this test"
    )


@pytest.mark.django_db
def test_what_is_declared_is_there_and_can_be_asked() -> None:
    keys = [column.key for column in person_columns()]
    assert len(keys) == len(set(keys))
    for column in person_columns():
        model = model_of(column)
        assert any(field.attname == column.column for field in model._meta.concrete_fields), column.key
        assert rows_with(column, 0).count() == 0
        if column.twin:  # rows set aside are kept whole in a note: never sealed words
            assert not any(isinstance(field, SealedText) for field in model._meta.concrete_fields)
            for name in column.twin:
                assert any(field.attname == name for field in model._meta.concrete_fields), name


def test_what_is_said_to_be_no_person_exists() -> None:
    for key in NO_PERSON:
        label, model, column = key.split(".")
        apps.get_model(label, model)._meta.get_field(column)
