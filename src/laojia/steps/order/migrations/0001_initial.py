import django.db.models.deletion
import laojia.kernel.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("area", "0001_initial"),
        ("menu", "0001_initial"),
        ("people", "0001_initial"),
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StandingHelp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("asker_id", models.BigIntegerField(null=True)),
                ("weekdays", models.JSONField(default=list)),
                ("every_weeks", models.PositiveSmallIntegerField(default=1)),
                ("half", models.CharField(max_length=10)),
                ("starts", models.TimeField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("holidays", models.CharField(default="skip", max_length=5)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("paused_until", models.DateField(blank=True, null=True)),
                ("missed", models.PositiveSmallIntegerField(default=0)),
                ("planned_to", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("ended_how", models.CharField(blank=True, max_length=8)),
                ("ended_with", models.CharField(blank=True, max_length=8)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("area_path", models.CharField(max_length=120)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("protected", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
                (
                    "item_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="menu.itemversion"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_help",
                        to="people.person",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_help",
                        to="teams.team",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                    ),
                ),
                ("usual", models.ManyToManyField(blank=True, related_name="+", to="people.person")),
            ],
        ),
        migrations.CreateModel(
            name="StandingGap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("from_day", models.DateField()),
                ("until", models.DateField(null=True)),
                ("moved_to", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField()),
                (
                    "standing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="order.standinghelp",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StandingCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField()),
                ("holder", models.CharField(max_length=10)),
                ("holder_id", models.BigIntegerField(null=True)),
                ("holder_until", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=10)),
                ("how", models.CharField(blank=True, max_length=8)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by_id", models.BigIntegerField(null=True)),
                ("entered_by_id", models.BigIntegerField(null=True)),
                (
                    "standing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="order.standinghelp",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.CharField(max_length=28, unique=True)),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("words", models.TextField(blank=True)),
                ("described", models.BooleanField(default=False)),
                ("answers", models.JSONField(default=dict)),
                ("channel", models.CharField(max_length=8)),
                ("consent_spoken", models.BooleanField(default=False)),
                ("contact_phone", laojia.kernel.fields.SealedText(blank=True)),
                ("contact_hash", models.CharField(blank=True, max_length=64)),
                ("contact_end_hash", models.CharField(blank=True, max_length=64)),
                ("area_path", models.CharField(max_length=120)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("position_system", models.CharField(blank=True, max_length=10)),
                ("alone", models.BooleanField(default=False)),
                ("urgent", models.BooleanField(default=False)),
                ("times", models.JSONField(default=list)),
                ("head_count", models.PositiveSmallIntegerField(default=1)),
                ("holder", models.CharField(default="centre", max_length=10)),
                ("holder_id", models.BigIntegerField(blank=True, null=True)),
                ("holder_since", models.DateTimeField()),
                ("holder_until", models.DateTimeField(blank=True, null=True)),
                ("holder_why", models.CharField(blank=True, max_length=40)),
                ("promise_due_at", models.DateTimeField()),
                ("promise_provisional", models.BooleanField(default=False)),
                ("late_since", models.DateTimeField(blank=True, null=True)),
                ("needs_second_look", models.BooleanField(default=False)),
                ("second_look_by_id", models.BigIntegerField(blank=True, null=True)),
                ("waitlisted_at", models.DateTimeField(blank=True, null=True)),
                ("suspended_until", models.DateField(blank=True, null=True)),
                ("question_back", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("where_else", models.CharField(blank=True, max_length=200)),
                ("cancelled_by", models.CharField(blank=True, max_length=10)),
                ("outcome", models.CharField(blank=True, max_length=8)),
                ("outcome_reason", models.CharField(blank=True, max_length=40)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("nudges", models.PositiveSmallIntegerField(default=0)),
                ("protected", models.BooleanField(default=False)),
                ("sealed", models.BooleanField(default=False)),
                ("practice", models.BooleanField(default=False)),
                ("placed_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("arranged_at", models.DateTimeField(blank=True, null=True)),
                ("served_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("close_kind", models.CharField(blank=True, max_length=12)),
                ("review_until", models.DateTimeField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
                (
                    "asker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_orders",
                        to="people.person",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "item_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
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
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="order.order",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="people.person",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="teams.team",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="people.unit",
                    ),
                ),
                (
                    "wants_occasion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_list",
                        to="menu.occasion",
                    ),
                ),
                (
                    "wants_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "standing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="order.standinghelp",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("holder", models.CharField(max_length=10)),
                ("holder_id", models.BigIntegerField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("why", models.CharField(max_length=40)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hops", to="order.order"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "holder__in",
                                ("centre", "station", "team", "pool", "keeper", "resident", "nobody"),
                            )
                        ),
                        name="hop_holder",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("person_id", models.BigIntegerField(db_index=True, null=True)),
                ("asker_id", models.BigIntegerField(null=True)),
                ("team_id", models.BigIntegerField(null=True)),
                ("area_path", models.CharField(max_length=120)),
                ("protected", models.BooleanField(default=False)),
                ("sealed", models.BooleanField(default=False)),
                ("seats", models.PositiveSmallIntegerField(default=1)),
                ("held_seat", models.BooleanField(default=False)),
                ("door_word", models.CharField(blank=True, max_length=12)),
                ("team_said", models.CharField(blank=True, max_length=12)),
                ("resident_said", models.CharField(blank=True, max_length=12)),
                ("disputed", models.BooleanField(default=False)),
                ("outcome", models.CharField(blank=True, max_length=8)),
                ("outcome_reason", models.CharField(blank=True, max_length=40)),
                ("outcome_note", models.CharField(blank=True, max_length=200)),
                ("not_home_since", models.DateTimeField(blank=True, null=True)),
                ("not_home_step", models.CharField(blank=True, max_length=16)),
                ("not_home_note", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="menu.occasion",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="order.order",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["came", "expected", "not_home", "refused", "released", "team_absent"],
                            )
                        ),
                        name="attendance_known_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "released"), _negated=True),
                        fields=("order", "occasion"),
                        name="attendance_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", ""), ("outcome__in", ("done", "partly", "cannot")), _connector="OR"
                        ),
                        name="attendance_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("team_said__in", ("", "came", "not_home", "refused", "team_absent")),
                            ("resident_said__in", ("", "came", "not_home", "refused", "team_absent")),
                        ),
                        name="attendance_words",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="standinghelp",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["active", "ended", "paused"])), name="standing_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="standinghelp",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("half__in", ("morning", "afternoon", "evening")),
                    ("every_weeks__gte", 1),
                    ("holidays__in", ("skip", "move", "come")),
                ),
                name="standing_rhythm",
            ),
        ),
        migrations.AddConstraint(
            model_name="standinghelp",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "paused"), _negated=True),
                    ("paused_until__isnull", False),
                    _connector="OR",
                ),
                name="standing_pause_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="standinghelp",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ended"), _negated=True),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_how__in", ("call", "visit")),
                        ("ended_with__in", ("person", "family", "neighbour", "station")),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="standing_ends_by_a_word",
            ),
        ),
        migrations.AddConstraint(
            model_name="standinggap",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "holiday")),
                fields=("standing", "from_day"),
                name="gap_holiday_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="standinggap",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "holiday"),
                    models.Q(("kind", "pause"), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="gap_known",
            ),
        ),
        migrations.AddIndex(
            model_name="standingcheck",
            index=models.Index(
                condition=models.Q(("answered_at", None)),
                fields=["holder", "holder_until"],
                name="check_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("person", "team", "wish", "end"))), name="check_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingcheck",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)), fields=("standing", "kind"), name="check_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None)),
                    models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="check_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                models.OrderBy(models.F("urgent"), descending=True),
                models.F("promise_due_at"),
                models.F("id"),
                condition=models.Q(("sealed", False), ("state__in", ("received", "waiting", "need_info"))),
                name="order_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["person", "-id"], name="order_person"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["asker", "-id"], name="order_asker"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["team", "state"], name="order_team_state"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["entered_by", "-id"], name="order_entered_by"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "waitlisted")),
                fields=["wants_occasion", "waitlisted_at"],
                name="order_waitlist",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["item_version", "placed_at"], name="order_item_month"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["placed_at", "id"], name="order_placed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("served_at__isnull", False)),
                fields=["served_at", "id"],
                name="order_served",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        ("received", "waiting", "arranged", "need_info", "waitlisted", "suspended"),
                    ),
                    models.Q(("contact_hash", ""), _negated=True),
                ),
                fields=["contact_hash"],
                name="order_open_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "arranged",
                            "cancelled",
                            "closed",
                            "merged",
                            "need_info",
                            "received",
                            "refused",
                            "served",
                            "suspended",
                            "waiting",
                            "waitlisted",
                        ],
                    )
                ),
                name="order_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["page", "phone", "counter", "paper", "api", "clock"])),
                name="order_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("holder__in", ("centre", "station", "team", "pool", "keeper", "resident", "nobody"))
                ),
                name="order_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", ""), ("outcome__in", ("done", "partly", "cannot")), _connector="OR"
                ),
                name="order_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("person__isnull", False), ("unit__isnull", False), _connector="OR"),
                name="order_for_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("item_version__isnull", False), models.Q(("words", ""), _negated=True), _connector="OR"
                ),
                name="order_item_or_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sealed", True), _negated=True), ("keeper__isnull", False), _connector="OR"
                ),
                name="order_sealed_has_keeper",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "merged"), _negated=True),
                    ("merged_into__isnull", False),
                    _connector="OR",
                ),
                name="order_merged_into",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waitlisted"), _negated=True),
                    ("wants_occasion__isnull", False),
                    _connector="OR",
                ),
                name="order_waits_for_occasion",
            ),
        ),
    ]
