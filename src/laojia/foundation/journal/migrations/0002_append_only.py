"""Append-only in the database too: the two journal tables refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL).

On SQLite a later ALTER of these tables rebuilds them and drops the triggers: such a migration must call `guard` again.
"""

from django.db import migrations

TABLES = ("journal_journalrow", "journal_journalseal")
TEXT = "the journal is append-only"


def guard(_apps, schema_editor):
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def unguard(_apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for moment in ("update", "delete", "truncate") if postgres else ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{moment}" + (f" ON {table}" if postgres else ""))
    if postgres:
        schema_editor.execute("DROP FUNCTION journal_append_only()")


def _statements(vendor):
    if vendor == "postgresql":
        yield (
            "CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$body$ BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'insufficient_privilege'; END $body$"
        )
    for table in TABLES:
        for moment in ("update", "delete"):
            name = f"{table}_no_{moment}"
            if vendor == "postgresql":
                yield (
                    f"CREATE TRIGGER {name} BEFORE {moment.upper()} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION journal_append_only()"
                )
            else:
                yield (
                    f"CREATE TRIGGER {name} BEFORE {moment.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
                )
        if vendor == "postgresql":
            yield (
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()"
            )


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
