"""The marks of a demonstration and of a training copy are for good, in the database too: made-up people never become real."""

from typing import Any

from django.db import migrations

TEXT = "a demonstration or a training copy stays one"
_GONE = "(OLD.demonstration AND NOT NEW.demonstration) OR (OLD.practice AND NOT NEW.practice)"
_SQLITE = (
    f"CREATE TRIGGER area_marks_stay BEFORE UPDATE ON area_areabook WHEN {_GONE} "
    f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END",
    "CREATE TRIGGER area_marks_kept BEFORE DELETE ON area_areabook WHEN OLD.demonstration OR OLD.practice "
    f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END",
)
_POSTGRES = (
    "CREATE FUNCTION area_marks_stay() RETURNS trigger LANGUAGE plpgsql AS "
    f"$body$ BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'insufficient_privilege'; END $body$",
    f"CREATE TRIGGER area_marks_stay BEFORE UPDATE ON area_areabook FOR EACH ROW WHEN ({_GONE}) "
    "EXECUTE FUNCTION area_marks_stay()",
    "CREATE TRIGGER area_marks_kept BEFORE DELETE ON area_areabook FOR EACH ROW "
    "WHEN (OLD.demonstration OR OLD.practice) EXECUTE FUNCTION area_marks_stay()",
)


def guard(_apps: Any, schema_editor: Any) -> None:
    """Install the triggers."""
    for statement in _POSTGRES if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement)


def unguard(_apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    postgres = schema_editor.connection.vendor == "postgresql"
    for name in ("area_marks_stay", "area_marks_kept"):
        schema_editor.execute(f"DROP TRIGGER {name}" + (" ON area_areabook" if postgres else ""))
    if postgres:
        schema_editor.execute("DROP FUNCTION area_marks_stay()")


class Migration(migrations.Migration):
    dependencies = [("area", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
