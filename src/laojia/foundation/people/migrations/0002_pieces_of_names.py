"""Triggers that keep the pieces of names beside the names; by hand, so that the first migration can be made anew.

Whatever writes a name (an action, a bulk import, a repair by hand) writes its pieces in the same statement.
Space, the point inside foreign names and the size of Latin letters do not count.
"""

from typing import Any

from django.db import migrations

_LONGEST = 40  # signs of a name
_BARE = "replace(replace({name}, ' ', ''), '·', '')"

_FROM_POSTGRES = f"""
    INSERT INTO people_namepiece (person_id, piece, area_path)
    SELECT DISTINCT id, substr(bare, place), area_path
    FROM (SELECT id, area_path, lower({_BARE.format(name="name")} COLLATE "C") AS bare FROM {{rows}}) AS named,
         generate_series(1, {_LONGEST}) AS place
    WHERE place <= char_length(bare)
    ON CONFLICT (person_id, piece) DO NOTHING;
    RETURN NULL;
"""
_POSTGRES = f"""
CREATE FUNCTION people_cut_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_FROM_POSTGRES.format(rows="fresh")} END $$;
CREATE FUNCTION people_cut_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM people_namepiece WHERE person_id = NEW.id;
{_FROM_POSTGRES.format(rows="(SELECT NEW.id, NEW.name, NEW.area_path) AS one")} END $$;
CREATE TRIGGER people_name_written AFTER INSERT ON people_person
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION people_cut_names();
CREATE TRIGGER people_name_changed AFTER UPDATE OF name, area_path ON people_person FOR EACH ROW
    WHEN (OLD.name <> NEW.name OR OLD.area_path <> NEW.area_path) EXECUTE FUNCTION people_cut_name();
"""

_PLACES = " UNION ALL ".join(f"SELECT {place} AS place" for place in range(1, _LONGEST + 1))
_CUT = f"""
    INSERT INTO people_namepiece (person_id, piece, area_path)
    SELECT DISTINCT NEW.id, substr(bare, place), NEW.area_path
    FROM (SELECT lower({_BARE.format(name="NEW.name")}) AS bare), ({_PLACES})
    WHERE place <= length(bare)
      AND NOT EXISTS (SELECT 1 FROM people_namepiece WHERE person_id = NEW.id AND piece = substr(bare, place));
"""
_SQLITE = (
    f"CREATE TRIGGER people_name_written AFTER INSERT ON people_person BEGIN {_CUT} END",
    f"""CREATE TRIGGER people_name_changed AFTER UPDATE OF name, area_path ON people_person
    WHEN OLD.name <> NEW.name OR OLD.area_path <> NEW.area_path
    BEGIN DELETE FROM people_namepiece WHERE person_id = NEW.id; {_CUT} END""",
)


def cut(_apps: Any, schema_editor: Any) -> None:
    """Install the triggers."""
    with schema_editor.connection.cursor() as cursor:
        for statement in (_POSTGRES,) if schema_editor.connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def stop(_apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    on = " ON people_person" if schema_editor.connection.vendor == "postgresql" else ""
    with schema_editor.connection.cursor() as cursor:
        for name in ("people_name_written", "people_name_changed"):
            cursor.execute(f"DROP TRIGGER {name}{on}")
        if on:
            cursor.execute("DROP FUNCTION people_cut_names(), people_cut_name()")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(cut, stop)]
