import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("menu", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LawRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("team_id", models.BigIntegerField(null=True)),
                ("area_path", models.CharField(max_length=120)),
                ("due_at", models.DateTimeField()),
                ("provisional", models.BooleanField(default=False)),
                ("content", models.TextField(blank=True)),
                ("organising_unit", models.CharField(blank=True, max_length=80)),
                ("helped", models.PositiveIntegerField(default=0)),
                ("recorded_by_id", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(blank=True, null=True)),
                ("reminded", models.PositiveSmallIntegerField(default=0)),
                (
                    "in_charge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "occasion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="law_record",
                        to="menu.occasion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("recorded_at__isnull", True)),
                        fields=["due_at"],
                        name="record_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("team_id", models.BigIntegerField(null=True)),
                ("area_path", models.CharField(max_length=120)),
                ("signed_up", models.BooleanField(default=False)),
                ("own_work", models.BooleanField(default=False)),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("attested_by_id", models.BigIntegerField(blank=True, null=True)),
                ("attested_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roster", to="menu.occasion"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster_lines",
                        to="people.person",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stand_ins",
                        to="serve.rosterline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["absent", "asked", "came", "no", "yes"])),
                        name="roster_known_state",
                    ),
                    models.UniqueConstraint(fields=("occasion", "person"), name="roster_person_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minutes__isnull", True),
                            models.Q(("attested_at__isnull", False), ("attested_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="roster_minutes_attested",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("own_work", False), ("minutes__isnull", True), _connector="OR"),
                        name="roster_own_work_no_minutes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WalkInTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_path", models.CharField(max_length=120)),
                ("date", models.DateField()),
                ("heads", models.PositiveIntegerField()),
                ("entered_by_id", models.BigIntegerField(null=True)),
                ("entered_at", models.DateTimeField()),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="serve.walkintally",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="menu.menuitem"
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tallies", to="menu.point"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["date", "id"], name="walk_in_month")],
            },
        ),
    ]
