import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("area", "0001_initial"),
        ("serve", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("area_path", models.CharField(max_length=120)),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("rows", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=12)),
                ("columns", models.JSONField(default=list)),
                ("filters", models.JSONField(default=dict)),
                ("area_path", models.CharField(max_length=120)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("last_run_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at__isnull", True)),
                        fields=("area_path", "name"),
                        name="table_name_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject__in", ("volunteers", "members", "occasions", "records", "orders"))
                        ),
                        name="table_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExchangeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("row", models.PositiveIntegerField()),
                ("area_path", models.CharField(max_length=120)),
                ("words", models.CharField(blank=True, max_length=200)),
                ("marked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="reports.exchangefile",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchange_lines",
                        to="serve.rosterline",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "returned")), fields=["id"], name="exchange_returned"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["corrected", "entered", "in_file", "returned"])),
                        name="exchange_known_state",
                    ),
                    models.UniqueConstraint(fields=("file", "row"), name="exchange_row_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "corrected"), _negated=True),
                        fields=("line",),
                        name="exchange_never_sent_twice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                ("area_path", models.CharField(max_length=120)),
                ("words", models.TextField(blank=True)),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["period", "area", "-id"], name="month_note_newest")],
            },
        ),
    ]
