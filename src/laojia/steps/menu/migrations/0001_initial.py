import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("area", "0001_initial"),
        ("people", "0001_initial"),
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MenuItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("tile", models.CharField(db_index=True, max_length=30)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ItemVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40)),
                ("name_en", models.CharField(blank=True, max_length=80)),
                ("short", models.CharField(blank=True, max_length=40)),
                ("short_en", models.CharField(blank=True, max_length=120)),
                ("about", models.TextField()),
                ("who_comes", models.CharField(blank=True, max_length=120)),
                ("how_long", models.CharField(blank=True, max_length=120)),
                ("contact_note", models.CharField(blank=True, max_length=120)),
                ("category", models.CharField(max_length=20)),
                ("audience", models.JSONField(default=list)),
                ("mode", models.CharField(max_length=16)),
                ("asked_by", models.JSONField(default=list)),
                ("team_kind", models.CharField(blank=True, max_length=30)),
                ("minutes", models.PositiveSmallIntegerField(default=0)),
                ("lead_working_days", models.PositiveSmallIntegerField(default=0)),
                ("qualification", models.JSONField(default=list)),
                ("danger", models.CharField(blank=True, max_length=20)),
                ("insured", models.BooleanField(default=False)),
                ("protected", models.BooleanField(default=False)),
                ("sealed", models.BooleanField(default=False)),
                ("two_people", models.BooleanField(default=False)),
                ("adults_only", models.BooleanField(default=False)),
                ("slots", models.JSONField(default=dict)),
                ("quota_per_week", models.PositiveSmallIntegerField(default=0)),
                ("places", models.PositiveSmallIntegerField(default=0)),
                ("held_back", models.PositiveSmallIntegerField(default=0)),
                ("requires", models.JSONField(default=list)),
                ("risks", models.JSONField(default=list)),
                ("questions", models.JSONField(default=list)),
                ("search", models.JSONField(default=list)),
                ("trusted", models.BooleanField(default=False)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("areas", models.ManyToManyField(blank=True, related_name="+", to="area.area")),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="menu.menuitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Occasion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("kind", models.CharField(max_length=14)),
                ("opened_by_id", models.BigIntegerField(null=True)),
                ("standing_id", models.BigIntegerField(blank=True, db_index=True, null=True)),
                ("area_path", models.CharField(db_index=True, max_length=120)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("date", models.DateField(blank=True, null=True)),
                ("half", models.CharField(blank=True, max_length=10)),
                ("starts_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("places", models.PositiveSmallIntegerField(default=1)),
                ("held_back", models.PositiveSmallIntegerField(default=0)),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                ("held_taken", models.PositiveSmallIntegerField(default=0)),
                ("whole_village", models.BooleanField(default=False)),
                ("volunteer_places", models.PositiveSmallIntegerField(default=0)),
                ("volunteers_taken", models.PositiveSmallIntegerField(default=0)),
                ("public", models.BooleanField(default=False)),
                ("sponsor", models.CharField(blank=True, max_length=80)),
                ("filing_number", models.CharField(blank=True, max_length=60)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("postponed_from", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("reason_words", models.CharField(blank=True, max_length=200)),
                ("protected", models.BooleanField(default=False)),
                ("sealed", models.BooleanField(default=False)),
                ("practice", models.BooleanField(default=False)),
                ("slot_held", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
                (
                    "helping_teams",
                    models.ManyToManyField(blank=True, related_name="helps_at", to="teams.team"),
                ),
                (
                    "item_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="menu.itemversion",
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="area.station",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="teams.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AskingUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.unit"
                    ),
                ),
                (
                    "occasion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asking_unit",
                        to="menu.occasion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Point",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("area_path", models.CharField(db_index=True, max_length=120)),
                ("address", models.CharField(blank=True, max_length=120)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("closed_on", models.DateField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
                ("items", models.ManyToManyField(blank=True, related_name="points", to="menu.menuitem")),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points",
                        to="area.station",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PointHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hours", to="menu.point"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Standstill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("area_path", models.CharField(max_length=120)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("kinds", models.JSONField(default=list)),
                ("reason", models.CharField(max_length=40)),
                ("words", models.CharField(blank=True, max_length=200)),
                ("declared_by_id", models.BigIntegerField(null=True)),
                ("declared_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WeekQuota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("monday", models.DateField()),
                ("quota", models.PositiveSmallIntegerField()),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="menu.menuitem"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "paused", "published", "retired"])),
                name="item_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.UniqueConstraint(fields=("item", "number"), name="item_version_once"),
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("published", "paused"))),
                fields=("item",),
                name="item_one_version_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("item",), name="item_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "mode__in",
                        (
                            "home_visit",
                            "by_appointment",
                            "seats",
                            "whole_village",
                            "volunteers",
                            "walk_in",
                            "standing",
                            "keeper",
                            "describe",
                        ),
                    )
                ),
                name="item_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("danger", ""), ("insured", True), _connector="OR"),
                name="item_danger_insured",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sealed", True), _negated=True), ("protected", True), _connector="OR"
                ),
                name="item_sealed_protected",
            ),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(
                condition=models.Q(("public", True), ("state", "confirmed")),
                fields=["date", "id"],
                name="occasion_whats_on",
            ),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(fields=["team", "date"], name="occasion_team_date"),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(fields=["starts_at", "id"], name="occasion_began"),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(
                condition=models.Q(("state__in", ("confirmed", "held"))),
                fields=["ends_at"],
                name="occasion_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["called_off", "confirmed", "draft", "held", "offered", "postponed", "recorded"],
                    )
                ),
                name="occasion_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("visit", "appointment", "seats", "whole_village", "volunteers", "standing"))
                ),
                name="occasion_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("half", ""), ("half__in", ("morning", "afternoon", "evening")), _connector="OR"
                ),
                name="occasion_half",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken__lte", models.F("places")),
                    ("held_taken__lte", models.F("held_back")),
                    ("held_back__lte", models.F("places")),
                ),
                name="occasion_not_overbooked",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(("volunteers_taken__lte", models.F("volunteer_places"))),
                name="occasion_volunteers_fit",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                ),
                name="occasion_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("held", "recorded")), _negated=True),
                    ("starts_at__isnull", False),
                    _connector="OR",
                ),
                name="occasion_held_had_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("public", False), models.Q(("protected", False), ("sealed", False)), _connector="OR"
                ),
                name="occasion_public_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="point",
            constraint=models.UniqueConstraint(fields=("name", "area"), name="point_once"),
        ),
        migrations.AddConstraint(
            model_name="pointhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes__gt", models.F("opens")), ("weekday__lte", 6)),
                name="point_hours_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="standstill",
            index=models.Index(
                condition=models.Q(("state", "standing")), fields=["last_day"], name="standstill_standing"
            ),
        ),
        migrations.AddConstraint(
            model_name="standstill",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["lifted", "standing"])), name="standstill_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="standstill",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="standstill_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="weekquota",
            constraint=models.UniqueConstraint(fields=("item", "monday"), name="week_quota_once"),
        ),
        migrations.AddConstraint(
            model_name="weekquota",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__lte", models.F("quota"))), name="week_quota_kept"
            ),
        ),
    ]
