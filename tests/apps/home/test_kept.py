"""The privacy page is computed: every note of every table appears, in words."""

import pytest
from django.apps import apps
from django.test import Client

from laojia.channels.home.queries import FIELD_WORDS, KEEP_WORDS, kept, personal_notes
from laojia.policy.personal import Keep

NOTED = [model for model in apps.get_models() if personal_notes(model)]


@pytest.mark.parametrize("model", NOTED, ids=lambda model: model.__name__)
def test_every_field_has_a_word(model: type) -> None:
    for note in personal_notes(model):
        for name in note.fields:
            assert name in FIELD_WORDS, (
                f"add a word for {model.__name__}.{name} to FIELD_WORDS in channels/home/queries.py"
            )
            model._meta.get_field(name)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", NOTED, ids=lambda model: model.__name__)
def test_every_purpose_is_translated(model: type) -> None:
    from django.utils.translation import gettext

    for note in personal_notes(model):
        assert gettext(note.purpose) != note.purpose


def test_every_length_of_keeping_has_a_sentence() -> None:
    assert set(KEEP_WORDS) == set(Keep)


def test_no_word_without_a_field() -> None:
    used = {name for model in NOTED for note in personal_notes(model) for name in note.fields}
    assert set(FIELD_WORDS) == used


@pytest.mark.django_db
def test_page_shows_all_of_it(client: Client) -> None:
    text = client.get("/privacy/").content.decode()
    for group in kept():
        assert group.long in text
        for row in group.rows:
            assert row.purpose in text
            assert row.fields.replace("'", "&#x27;") in text
