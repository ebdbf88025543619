"""Every table that names an area says what becomes of its rows when areas merge or split (wiring.AT_AREA)."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries.holdings import holdings

# The tree itself, and what keeps one: changed by the change, not moved by it.
TREE = {"area.Area", "area.AreaSuccessor", "area.AreaChange"}
# Written by triggers of the database together with the person's own row.
BY_TRIGGER = {"people.NamePiece"}


def names_an_area(field: models.Field) -> bool:
    if isinstance(field, models.ForeignKey):
        return field.related_model is Area
    return field.name.endswith(("area_path", "area_id", "village_id")) or (field.name == "serves")


def tables() -> dict[str, set[str]]:
    """Label of every table with the columns that name an area, links between tables included."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("laojia.") or model._meta.auto_created:
            columns = {field.name for field in model._meta.local_fields if names_an_area(field)}
            if columns:
                found[model._meta.label] = columns
    return found


def test_every_table_that_names_an_area_is_declared() -> None:
    declared: dict[str, set[str]] = {}
    for one in holdings():
        columns = {one.area, one.path} - {""}
        declared.setdefault(one.model._meta.label, set()).update(columns or {"serves"})
    missing = {
        label: columns - declared.get(label, set())
        for label, columns in tables().items()
        if label not in TREE | BY_TRIGGER and columns - declared.get(label, set())
    }
    assert not missing, (
        f"{missing}: say in wiring.AT_AREA what becomes of these rows when their area is merged or split"
    )


def test_what_is_declared_is_there() -> None:
    for one in holdings():
        for column in (one.area, one.path, one.owner, *one.named):
            if column:
                one.model._meta.get_field(column)
        one.model._default_manager.filter(one.counts).filter(one.follows or models.Q()).exists  # noqa: B018
        for shown in one.shows:
            assert one.model._default_manager.values(shown) is not None
    codes = [one.code for one in holdings()]
    assert len(codes) == len(set(codes))


def test_nothing_personal_is_shown_in_the_rows_behind_a_count() -> None:
    """The system administrator sees no resident's data: the list of rows shows numbers, states and names of offices."""
    for one in holdings():
        personal = {name for held in getattr(one.model, "PERSONAL", ()) for name in held.fields}
        own = {shown for shown in one.shows if "__" not in shown}
        assert not own & (personal - {"role"}), one.code
